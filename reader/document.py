"""From bytes to a :class:`reader.reading.Reading`."""

from __future__ import annotations

from collections.abc import Callable

from reader import pages, pdf
from reader.assessments import read_assessments
from reader.baselines import baselines_from_levels
from reader.dates import as_written_in
from reader.defects import find_defects, gather_evidence
from reader.doubts import doubt
from reader.entries import entries_of
from reader.errors import TooLarge, UnknownFormat, Unreadable
from reader.factors import read_factors
from reader.goals import read_goals
from reader.identity import day, note_missing, read_identity, reconcile
from reader.kinds import document_kind, state_style
from reader.knowledge import Knowledge, everything
from reader.labels import Entry, entries_in
from reader.layout import Line, Sheet, Table
from reader.levels import read_levels
from reader.parts import Part, parts_of
from reader.placement import read_extended_year, read_placement
from reader.progress import read_progress
from reader.reading import TRUST, PageInfo, Reading, Value
from reader.services import read_services, school_day
from reader.supports import read_supports
from reader.team import read_team
from reader.transition import read_transfer, read_transition
from reader.unmarked import unmarked_entries

Progress = Callable[[int, int], None]

PAGES_AT_MOST = 400
SCANNED_WORDS = 12  # fewer printed words than this, and a picture over the page: read the picture


def read(
    data: bytes,
    *,
    filename: str = "",
    password: str | None = None,
    progress: Progress | None = None,
    knowledge: Knowledge | None = None,
) -> Reading:
    """Read one document.

    ``data``: the file's bytes (PDF, DOCX, or a picture: PNG, JPEG, TIFF, WebP, HEIC). ``filename`` only helps
    messages. ``password`` opens an encrypted PDF. ``progress(done, pages)`` is called after every page.
    ``knowledge`` replaces what the reader knows of forms (benchmarks withhold some of it).

    Raises :class:`reader.errors.Refused` (``NeedsPassword``, ``Unreadable``, ``UnknownFormat``, ``TooLarge``)
    with a sentence for the person who sent the file.
    """
    known = knowledge or everything()
    sheets, form = sheets_of(data, password, progress, known)
    if knowledge is None and any(sheet.scanned for sheet in sheets):
        known = everything(loose=True)
    return structure(sheets, form, known)


def kind_of_bytes(data: bytes) -> str:
    """pdf, docx, picture or empty string, from the first bytes."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data[:4] == b"PK\x03\x04":
        return "docx" if b"word/" in data else ""
    starts = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF8", b"BM")
    if data.startswith(starts) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or data[4:8] == b"ftyp":
        return "picture"
    return ""


def sheets_of(
    data: bytes, password: str | None, progress: Progress | None, known: Knowledge
) -> tuple[list[Sheet], str]:
    if not data:
        raise Unreadable("This file is empty. Please choose it again, or send another copy.")
    kind = kind_of_bytes(data)
    if kind == "pdf":
        return _pdf(data, password, progress, known)
    if kind == "docx":
        from reader.wordfile import sheets_of as of_word

        return of_word(data), "docx"
    if kind == "picture":
        from reader.scan import sheets_of_picture

        sheets = sheets_of_picture(data, progress)
        for sheet in sheets:
            pages.arrange(sheet, known.is_head, known.is_list, known.may_head)
        return sheets, "photographed_image"
    raise UnknownFormat(
        "This kind of file cannot be read. Please send a PDF, a Word document (.docx), or a photo of each page."
    )


def _pdf(
    data: bytes, password: str | None, progress: Progress | None, known: Knowledge
) -> tuple[list[Sheet], str]:
    document = pdf.open_pdf(data, password)
    try:
        count = len(document)
        if count > PAGES_AT_MOST:
            raise TooLarge(
                f"This PDF has {count} pages, and at most {PAGES_AT_MOST} can be read. Please send the IEP alone."
            )
        sheets = []
        scanned = False
        for index in range(count):
            sheet = pdf.sheet(document, index)
            sheet.words = pdf.bracketed(sheet.words)
            if (
                len(sheet.words) < SCANNED_WORDS
                and not sheet.fields
                and pdf.image_share(document, index) > 0.5
            ):
                from reader.scan import sheet_of_page

                sheet = sheet_of_page(document, index)
                scanned = True
            elif (
                not sheet.across
                and not sheet.down
                and not sheet.fields
                and pdf.image_share(document, index) > 0.8
            ):
                from reader.scan import add_rulings

                add_rulings(sheet, document, index)
            pages.arrange(sheet, known.is_head, known.is_list, known.may_head)
            sheets.append(sheet)
            if progress is not None:
                progress(index + 1, count)
        filled = any(field.text for sheet in sheets for field in sheet.fields)
        return sheets, "scanned_image_pdf" if scanned else "pdf_acroform" if filled else "text_pdf"
    finally:
        document.close()


def structure(sheets: list[Sheet], form: str, known: Knowledge) -> Reading:
    """The reading of pages whose blocks are arranged."""
    with as_written_in(" ".join(word.text for sheet in sheets for word in sheet.words)):
        return _structure(sheets, form, known)


def _structure(sheets: list[Sheet], form: str, known: Knowledge) -> Reading:
    pages.drop_running_heads(sheets)
    kind = document_kind(sheets, known)
    flow = pages.stitch(sheets)
    parts = parts_of(flow, known)
    entries = [entry for part in parts for entry in entries_of(part, known)]
    running: list[Entry] = []
    for sheet in sheets[:3]:
        for passage in sheet.running:
            running += entries_in(passage, known, "running", "running")
    running += unmarked_entries(parts, sheets, known)
    reading = Reading(kind, form, [_page(sheet, form) for sheet in sheets])
    reading.text = ["\n".join(_lines(sheet)) for sheet in sheets]
    reading.pictured = {
        sheet.number: [(word.text, word.shown or word.box) for word in sheet.words]
        for sheet in sheets
        if sheet.scanned
    }
    reading.state_style = state_style(sheets, parts, known)
    read_identity(reading, entries, parts, sheets, running, known)
    reading.team = read_team(parts, known)
    iep = kind.value == "iep"
    if iep:
        _plan(reading, parts, entries, known)
    elif kind.value == "section_504_plan":
        reading.accommodations, reading.modifications = read_supports(parts, [], known)
        reading.assessments = read_assessments(parts, known, iep=False)
        reading.eligibility.categories, reading.eligibility.primary = [], None
    if not iep:
        reading.iep_end = None
        if kind.value != "section_504_plan":
            reading.iep_start = reading.annual_review_due = None
    else:
        reading.evidence = gather_evidence(parts, entries)
        reading.defects, reading.remarks = find_defects(reading, known)
        note_missing(reading)
    return reading


def _plan(reading: Reading, parts: list[Part], entries: list[Entry], known: Knowledge) -> None:
    reading.goals = read_goals(parts, known)
    baselines_from_levels(reading.goals, parts, known)
    reading.services, extra = read_services(
        parts, known, start=reading.iep_start, end=reading.iep_end, day_minutes=school_day(parts)
    )
    _dates_of_services(reading)
    reconcile(reading)
    born, until = day(reading.student.dob), day(reading.iep_end) or day(reading.annual_review_due)
    reading.accommodations, reading.modifications = read_supports(parts, extra, known)
    reading.assessments = read_assessments(parts, known, iep=True)
    reading.lre = read_placement(parts, entries, known)
    reading.esy = read_extended_year(parts, entries, known)
    reading.transition = read_transition(parts, entries, known, born=born, until=until)
    reading.transfer_of_rights_present = read_transfer(parts, entries, born=born, until=until)
    reading.progress_reporting = read_progress(parts, entries, known)
    reading.present_levels = read_levels(parts, entries, known)
    reading.special_factors = read_factors(
        parts, entries, known, reading.present_levels, reading.eligibility.categories
    )
    doubt(reading, known)


def _dates_of_services(reading: Reading) -> None:
    """Where the IEP's own start or end is not stated, the one that most services share is it."""
    for slot in ("start", "end"):
        whole = getattr(reading, f"iep_{slot}")
        if whole is not None and whole.how != "derived":
            continue
        dates = [getattr(service, slot) for service in reading.services]
        own = [value for value in dates if value is not None and value is not whole and value.how == "column"]
        for value in own:
            if sum(other.value == value.value for other in own) < max(2, 0.7 * len(own)):
                continue
            for service in reading.services:
                if getattr(service, slot) in (None, whole):
                    setattr(service, slot, value)
            shared = Value(value.value, value.words, value.places, TRUST["derived"], "derived")
            setattr(reading, f"iep_{slot}", shared)
            break


def _page(sheet: Sheet, form: str) -> PageInfo:
    source = "laid_out" if form == "docx" else "scan" if sheet.scanned else "form" if sheet.fields else "text"
    info = PageInfo(sheet.number, *(sheet.shown or (sheet.width, sheet.height)), source)
    if source == "laid_out":
        for block in sheet.blocks:
            if isinstance(block, Line):
                info.lines.append((block.text.flat, block.box))
            else:
                info.lines += [(cell.text.flat, cell.box) for cell in block.cells() if cell.text]
    return info


def _lines(sheet: Sheet) -> list[str]:
    found = []
    for block in sheet.blocks:
        if isinstance(block, Line):
            found.append(block.text.flat)
        elif isinstance(block, Table):
            found += ["\t".join(cell.text.flat for cell in row) for row in block.rows]
    return found

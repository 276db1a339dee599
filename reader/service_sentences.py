"""Services told in sentences and lists: what the sentences are, which service each names, where and by whom."""

from __future__ import annotations

import re

from reader.amounts import amount_of
from reader.layout import Passage
from reader.reading import Service, read_as
from reader.service_paragraphs import place_in

STATES_TIME = re.compile(
    r"\b\d+(?:\.\d+)?\s*-?\s*(?:min|minutes?|minutos|hours?|hrs?|horas?)\b|\bmp[wm]\b", re.I
)


def each_of(line: Passage) -> list[Passage]:
    """What a child receives of several services, a sentence for each: "30 minutes of … and 60 minutes of …"."""
    text = line.text.replace("\n", " ")
    received = _RECEIVES.match(text)
    if received is None:
        return [line]
    cuts = [cut for cut in _EACH_OF.finditer(text) if amount_of(text[: cut.start()]).per is not None]
    starts, ends = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(text)]
    pieces = [line.cut(start, end) for start, end in zip(starts, ends, strict=True)]
    lead = line.cut(0, received.start(1))
    return [pieces[0], *(Passage.join([lead, piece], " ") for piece in pieces[1:])]


_COUNT = (
    r"\d|(?:one|two|three|four|five|six|once|twice|daily|weekly|monthly|una?|dos|tres|diari\w+|semanal\w*)\b"
)
_LISTED = re.compile(
    rf"(?i)^\W*(?:\d+[.)]\s*)?(.{{3,90}}?)\s*(?:[:–—,\t]|\s-\s|\s+for\s|\s+por\s|\s+\()\s*(?={_COUNT})(.+)$"
)
_EACH_OF = re.compile(r"(?i)(?:,| and|;)\s+(?=\d+ (?:minutes?|mins?|hours?)\b[^,;]{0,40}\bof\b)")
_RECEIVES = re.compile(r"(?i)^\W*[\w'’ ]{2,40}?\s(?:will receive|receives|recibirá|recibe)\s+(.+)$")
_PROVIDED = re.compile(
    r"(?i)^\W*(.{3,70}?)\s+(?:(?:will be|is|are)\s+(?:provided|delivered|given)|se proporcionará)\s+(.+)$"
)
_OF = re.compile(
    rf"(?i)\b(?:of|de)\s+(?!{_COUNT})((?:(?!\b(?:{_COUNT}|per\b|by\b|with\b|from\b|each\b|every\b|an? (?:day|week|month|quarter|semester|year)\b|at\b|for\b|en\b|por\b|cada\b|in (?:the|a|an|his|her)\b))[\w/()&: -])+)"
)
_FIRST = re.compile(
    r"(?i)((?:(?!\b(?:for|in (?:the|a|an)|per|by|at|por)\b)[^\W\d_]|[/()&, -])+?)\s+(?:for|por)\b"
)


_KIND_LABEL = re.compile(
    r"(?i)\W*(?:special education(?: services?)?|related services?|supplementary (?:aids?|services?)(?: (?:and|&) services)?|services?|programs?)\s*:\s+(?=\S)"
)


def name_and_rest(line: Passage) -> tuple[Passage, Passage] | None:
    """(name, amount and the rest) of a sentence or list item that states a service."""
    text = line.text.replace("\n", " ")
    if kind := _KIND_LABEL.match(text):
        line, text = line.cut(kind.end()), text[kind.end() :]
    if received := _RECEIVES.match(text):
        body = line.cut(received.start(1))
        flat = body.text.replace("\n", " ")
        spot = _OF.search(flat) or _FIRST.match(flat)
        return (body.cut(*spot.span(1)), body) if spot else None
    if provided := _PROVIDED.match(text):
        return line.cut(*provided.span(1)), line.cut(*provided.span(2))
    if listed := _LISTED.match(text):
        return line.cut(*listed.span(1)), line.cut(*listed.span(2))
    return None


_PLACE = re.compile(
    r"(?i)\b(?:in|at|en)\s+(?:the\s+|la\s+|el\s+|a\s+|an\s+|his\s+|her\s+)?((?:[a-záéíóúñ/' -]*?)"
    r"\b(?:rooms?|classrooms?|class|setting|school|clinic|office|community|environment|aula|salón|clase|escuela|oficina)\b(?:\s+de\s+\w+)?)"
)


_LED = re.compile(
    r"(?i)\W*(?:in|at|by|with) (?:(?:the|an?|his|her|their) )?(?=\w)"
)  # "in the gym", "by the nurse"
_ONLY_PLACE = re.compile(
    r"(?i)(?!.*\d+ ?min)(?:[\w/'’-]+ ){0,4}(?:rooms?|classrooms?|class|gym(?:nasium)?|library|office|playground|cafeteria|clinic|community|setting|environment)(?: [A-Z]?\d{0,3})?"
)
_ONLY_PERSON = re.compile(
    r"(?i)(?!.*\w with )(?:(?:the|an?|by|with|certified|licensed)\s+)?(?:[\w/'’-]+ ){0,4}(?:teacher|therapist|pathologist|counselor|psychologist|nurse|social worker|paraprofessional|aide|interpreter|specialist|provider)"
)


def where_and_who(service: Service, text: Passage) -> None:
    """Place and provider named in a sentence."""
    pieces = [m.span() for m in re.finditer(r"[^,;\t]+", text.text)][1:]
    for start, end in pieces:  # "45 minutes daily, resource room, reading teacher"
        piece = text.cut(start, end)
        if lead := _LED.match(piece.text):
            piece = piece.cut(lead.end())
        if service.location is None and _ONLY_PLACE.fullmatch(piece.flat):
            service.location = read_as(piece.flat, piece, "sentence")
        elif service.provider is None and _ONLY_PERSON.fullmatch(piece.flat):
            service.provider = read_as(piece.flat, piece, "sentence")
    if service.location is None and not _PLACE.search(text.text) and (spot := place_in(text)) is not None:
        service.location = read_as(spot.flat, spot, "sentence")
    place = _PLACE.search(text.text) if service.location is None else None
    if place:
        service.location = read_as(
            " ".join(place[1].split()), text.cut(place.start(1), place.end(1)), "sentence"
        )
    by = re.search(
        r"(?i)\b(?:by|with|provided by|por)\s+(?:a |an |the |el |la |un |una )([a-záéíóúñ/' -]{4,50}?)(?=[,.;]|$|\s+in\b|\s+from\b|\s+en\b)",
        text.text,
    )
    if by and service.provider is None:
        service.provider = read_as(by[1].strip(), text.cut(by.start(1), by.end(1)), "sentence")


def items(text: Passage) -> list[Passage]:
    """Sentences or list items: a line that goes on below is joined to what follows."""
    found: list[Passage] = []
    lines = text.lines()
    widest = max((line.words[-1].box[2] for line in lines if line.words), default=0.0)
    current: list[Passage] = []
    for line in lines:
        anew = (
            line.text[:1].isupper() and STATES_TIME.search(line.text) and STATES_TIME.search(current[-1].text)
            if current
            else None
        )
        if current and (anew or re.match(r"\W*[•·▪‣●○◦*–-]\s|^\s*\d{1,2}[.)]\s", line.text)):
            found.append(Passage.join(current, "\n"))
            current = []
        current.append(line)
        full = line.words and line.words[-1].box[2] > widest - 70
        if not full or line.flat.endswith((".", ";")):
            found.append(Passage.join(current, "\n"))
            current = []
    if current:
        found.append(Passage.join(current, "\n"))
    sentences = []
    for item in found:
        start = 0
        for stop in re.finditer(r"(?<=[a-z)%])[.;]\s+(?=[A-Z•])|(?<=[a-z)]);\s+(?=[a-z])", item.text):
            if item.text[stop.end()].islower() and not (
                STATES_TIME.search(item.text[start : stop.start()])
                and STATES_TIME.search(item.text[stop.end() :])
            ):
                continue
            sentences.append(item.cut(start, stop.start()))
            start = stop.end()
        sentences.append(item.cut(start))
    return [s for s in sentences if s]

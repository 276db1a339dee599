"""Who and when: the child, school and district, the dates, eligibility, the team."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from reader.choices import Choice, choices_in
from reader.dates import dates_in
from reader.knowledge import Knowledge, plain, squeezed
from reader.labels import Entry
from reader.layout import EMPTY, TICKED, Line, Passage, Sheet, Table
from reader.names import is_name, name_in_pieces, named
from reader.parts import Part
from reader.reading import (
    TRUST,
    Eligibility,
    Reading,
    Text,
    Value,
    concluded,
    read_as,
)

_LATER_LABEL = re.compile(r"\s+[A-Z][\w/#.'’()-]*(?:\s[A-Z][\w/#.'’()-]*){0,3}\s?:|\t")
_NAME = re.compile(r"^[^\W\d_][\w.'’-]*(?:,)?(?:\s+(?:\(?\"?[^\W\d_][\w.'’\"-]*\)?,?)){1,5}$")


def short(value: Passage) -> Passage:
    """The first thing a box says: up to the next label on the line, or a line that plainly starts anew."""
    value = value.strip()
    later = _LATER_LABEL.search(value.text)
    if later:
        value = value.cut(0, later.start())
    lines = value.lines()
    if len(lines) > 1:
        first, second = lines[0], lines[1]
        ends = first.words[-1].box[2] if first.words else 0
        begins = second.words[0].box[2] - second.words[0].box[0] if second.words else 0
        wraps = (
            len(second.flat.split()) <= 4 and second.text[:1].isupper() and ends + begins > _right(value) - 5
        )
        value = Passage.join([first, second], "\n") if wraps and len(lines) <= 3 else first
    return value


def _right(value: Passage) -> float:
    return max((word.box[2] for word in value.words), default=0.0)


def read_identity(
    reading: Reading,
    entries: Sequence[Entry],
    parts: Sequence[Part],
    sheets: Sequence[Sheet],
    running: Sequence[Entry],
    knowledge: Knowledge,
) -> None:
    """Fill student, school, district, dates and eligibility."""
    first = [
        e
        for e in entries
        if e.part not in ("attachment", "notes", "notice", "goals", "services", "transition")
    ]
    pool = [
        *first,
        *[e for e in entries if e not in first and e.part not in ("attachment", "services", "goals")],
        *running,
    ]
    student = reading.student
    student.name = _pick(pool, "student.name", _name)
    student.dob = _pick([e for e in pool if not _LATER_BIRTHDAY.search(e.label.flat)], "student.dob", _iso)
    student.grade = _pick(pool, "student.grade", _grade)
    student.student_id = _pick(_state_first(pool), "student.student_id", _identifier)
    reading.school = _pick(pool, "school", _place)
    reading.district = _district(pool, parts, sheets, knowledge)
    if reading.school is None:
        reading.school = _school_said(parts)
    student.name = name_in_pieces(parts) or _fuller(student.name, pool) or _name_said(parts)
    for slot in (
        "meeting_date",
        "iep_start",
        "iep_end",
        "annual_review_due",
        "reevaluation_due",
        "previous_meeting",
        "last_evaluation",
    ):
        setattr(reading, slot, _pick(_coming_first(pool, slot), slot, _iso))
    for entry in pool:
        if entry.role in ("iep_dates", "iep_start", "iep_end"):
            days = dates_in(entry.value.flat)
            if len(days) > 1:
                if reading.iep_start is None or entry.role != "iep_end":
                    reading.iep_start = read_as(days[0][2].isoformat(), entry.value, entry.how)
                reading.iep_end = read_as(days[1][2].isoformat(), entry.value, entry.how)
                break
            if days and entry.role == "iep_dates" and reading.iep_start is None:
                reading.iep_start = read_as(days[0][2].isoformat(), entry.value, entry.how)
    if reading.iep_start is None or reading.iep_end is None:
        _period_said(reading, parts)
    if student.student_id is None:
        student.student_id = _marked_number(pool)
    if reading.meeting_date is None:
        reading.meeting_date = _meeting_said(parts, sheets) or _review_held(reading, pool)
    reconcile(reading)
    _eligibility(reading, pool, parts, knowledge)


def _state_first(entries: Sequence[Entry]) -> list[Entry]:
    """The entries, a pupil's number in the state before the one of the district where a form has both."""
    numbers = [e for e in entries if e.role == "student.student_id" and e.value]
    if not any(_OF_STATE.search(e.label.flat) for e in numbers):
        return list(entries)
    return [e for e in entries if e not in numbers] + sorted(
        numbers, key=lambda e: (bool(_LOCAL_NUMBER.search(e.label.flat)), not _OF_STATE.search(e.label.flat))
    )


def _review_held(reading: Reading, pool: Sequence[Entry]) -> Text | None:
    """The day of a review that is not the next one: a year earlier, before the IEP begins."""
    due = reading.annual_review_due or reading.iep_end
    for entry in pool:
        if entry.role != "annual_review_due" or _COMING.search(entry.label.flat) or due is None:
            continue
        held = _iso(entry)
        if (
            held is not None
            and held.value < due.value
            and (reading.iep_start is None or held.value <= reading.iep_start.value)
        ):
            return replace(held, confidence=min(held.confidence, 0.85))
    return None


def _coming_first(entries: Sequence[Entry], slot: str) -> Sequence[Entry]:
    """The entries, what is due next before a date that may be of this year's review ("Date of next review", "Review date")."""
    if not slot.endswith("_due"):
        return entries
    return sorted(entries, key=lambda e: e.role == slot and not _COMING.search(e.label.flat))


_COMING = re.compile(r"(?i)\b(?:next|due|projected|anticipated|before|by|próxima|siguiente|vence)\b")
_OF_STATE = re.compile(r"(?i)\bstate\b|\bSASID\b|\bSSID\b|\bunique\b|\bstatewide\b")
_LOCAL_NUMBER = re.compile(r"(?i)\blocal\b|\bLASID\b|\bdistrict\b|\bschool\b|\blunch\b")


_SCHOOL = re.compile(
    r"[A-ZÁÉÍÓÚ][\w.'’&áéíóúñ -]{2,50} (?:(?:Elementary|Primary|Middle|Intermediate|Junior High|High|Charter|Community|K-8|Preschool)(?: School| Academy| Center)?|Academy|School)"
)


def _school_said(parts: Sequence[Part]) -> Text | None:
    """A school's name on a line of its own over the first part."""
    for block in (parts[0].blocks if parts else [])[:8]:
        if isinstance(block, Line):
            for piece in block.pieces:
                if _SCHOOL.fullmatch(piece.flat) and "District" not in piece.flat:
                    return read_as(piece.flat, piece, "running")
    return None


_PERIOD = re.compile(
    r"(?i)\b(?:duration|effective|period|in effect|dates?|vigencia)\b[^:\n]{0,80}:?\s*(?:from|de|desde)\b:?\s*(?P<from>\S.{0,24}?)\s*"
    r"\b(?:to|through|until|a|hasta)\b:?\s*(?P<to>\S.{0,24})"
)


def _period_said(reading: Reading, parts: Sequence[Part]) -> None:
    """The dates of a sentence such as "Duration of services: from … to …" over the first part."""
    for unit in parts[0].units() if parts else ():
        for passage in [unit] if isinstance(unit, Passage) else [cell.text for cell in unit.cells()]:
            said = _PERIOD.search(passage.text)
            if not said:
                continue
            begins, ends = dates_in(said["from"]), dates_in(said["to"])
            if begins and ends and begins[0][2] < ends[0][2]:
                words = passage.cut(said.start(), said.end())
                reading.iep_start = read_as(begins[0][2].isoformat(), words, "sentence", trust=0.9)
                reading.iep_end = read_as(ends[0][2].isoformat(), words, "sentence", trust=0.9)
                return


def _marked_number(pool: Sequence[Entry]) -> Text | None:
    """A long number beside a mark in capitals ("MOSIS#", "STN"), as states call the number of a pupil."""
    for entry in pool:
        if (
            entry.role is None
            and entry.part in ("student", "lre", "unknown")
            and re.fullmatch(r"[A-Z]{2,8}\s*(?:#|ID|ID\s*#|No\.?|Number)?", entry.label.flat.rstrip(": "))
            and re.fullmatch(r"\d[\d-]{5,13}", entry.value.flat.strip())
        ):
            return read_as(entry.value.flat.strip(), entry.value, "told")
    return None


def _meeting_said(parts: Sequence[Part], sheets: Sequence[Sheet]) -> Text | None:
    """The day after the word "meeting" in a title, a first line or a running head."""
    said = [part.title for part in parts[:3]]
    said += [block.text for block in (parts[0].blocks if parts else [])[:6] if isinstance(block, Line)]
    said += [passage for sheet in sheets[:2] for passage in sheet.running]
    for passage in said:
        for piece in passage.split("\t"):
            told = re.search(
                r"(?i)\b(?:meeting|conference|reunión|junta)\b(?: date| held| on|:|\s)*", piece.text
            )
            if told and _NOT_THIS_MEETING.search(piece.text[: told.start()]):
                continue
            if told and (days := dates_in(piece.text[told.end() : told.end() + 30])) and days[0][0] == 0:
                return read_as(days[0][2].isoformat(), piece, "title")
    return None


_NOT_THIS_MEETING = re.compile(
    r"(?i)\b(?:next|previous|last|prior|eligibility|before|anterior|próxima)\b[^.;:]*$"
)
_LATER_BIRTHDAY = re.compile(
    r"(?i)\b(?:third|3rd|sixth|\d{1,2}(?:th|st)|fourteenth|sixteenth|eighteenth) birthday"
)


def _pick(entries: Iterable[Entry], role: str, parse: Callable[[Entry], Text | None]) -> Text | None:
    """The first entry with a readable value; another that agrees raises the trust, one that differs lowers it."""
    best: Text | None = None
    for entry in entries:
        if entry.role != role or not entry.value:
            continue
        found = parse(entry)
        if found is None:
            continue
        if best is None:
            best = found
        elif squeezed(best.value) == squeezed(found.value):
            return Value(best.value, best.words, best.places, min(0.99, best.confidence + 0.02), best.how)
    return best


def _name(entry: Entry) -> Text | None:
    value = short(entry.value)
    text = re.split(r"\s{2,}|\s+(?:ID|DOB|Date|Grade|SSID|#)\b", value.text)[0]
    text = _NICKNAME.sub(" ", text)
    text = re.sub(r"[\s,;|-]+$", "", text)
    if (
        not _NAME.match(text)
        or len(text) > 60
        or re.search(r"(?i)\b(school|district|iep|plan|program|team|parent|teacher|education|date)\b", text)
    ):
        return None
    return named(
        _in_order(" ".join(text.split())),
        value.cut(0, value.text.find(text.split()[-1]) + len(text.split()[-1])),
        entry.how,
    )


def _fuller(name: Text | None, pool: Sequence[Entry]) -> Text | None:
    """The name as read, or where another place has a middle name between the same words, that one."""
    if name is None:
        return None
    for entry in pool:
        longer = _name(entry) if entry.role == "student.name" else None
        if longer is None or len(longer.value.split()) != len(name.value.split()) + 1:
            continue
        all_words, words = plain(longer.value).split(), plain(name.value).split()
        if all_words[0] == words[0] and all_words[-1] == words[-1] and set(words) < set(all_words):
            return longer
    return name


_NICKNAME = re.compile(r"\s+[\"“(][^\W\d_][^\"”)]*[\"”)]\s+(?=\S)")  # Maria "Mia" Lopez


def _name_said(parts: Sequence[Part]) -> Text | None:
    """Whom the plan is for, as a line under its title says: "for Maria Lopez"."""
    for block in (parts[0].blocks if parts else [])[:6]:
        if isinstance(block, Line) and (
            lead := re.match(r"(?:for|para|of)\s+(?=[A-ZÁÉÍÓÚÑ])", block.text.text)
        ):
            value = block.text.cut(lead.end())
            found = _name(Entry("student.name", block.text.cut(0, lead.end()), value, "student", "running"))
            if found is not None and is_name(found.value):
                return found
    return None


def _in_order(name: str) -> str:
    """ "Last, First M." as "First M. Last"."""
    turned = re.fullmatch(r"([^,]+), (?!(?:Jr|Sr|I{1,3}|IV)\b)([^,]+)", name)
    return f"{turned[2]} {turned[1]}" if turned else name


def _iso(entry: Entry) -> Text | None:
    found = dates_in(entry.value.text[:120])
    if not found or (found[0][0] > 60):
        return None
    start, end, day = found[0]
    return read_as(day.isoformat(), entry.value.cut(start, end), entry.how)


_GRADE = re.compile(
    r"(?i)^\W*(?:grade\s*)?(pre-?\s?k(?:indergarten)?\b|pk\b|ps\b|ec\b|kg\b|early childhood|preschool|kindergarten|kinder\b|k\b|tk\b|0?\d{1,2}\+?(?:st|nd|rd|th|°|º|\.º)?|"
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)|"
    r"(?:primer|segundo|tercer|cuarto|quinto|sexto|séptimo|octavo|noveno)o?|post-?secondary|transition)"
)
_ORDINALS = {
    w: str(i)
    for i, w in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ],
        1,
    )
}
_ORDINALS |= {
    w: str(i)
    for i, w in enumerate(
        ["primer", "segundo", "tercer", "cuarto", "quinto", "sexto", "septimo", "octavo", "noveno"], 1
    )
}


def _grade(entry: Entry) -> Text | None:
    match = _GRADE.match(entry.value.text)
    if not match:
        return None
    words = plain(match[1])
    if words.startswith(("pk", "pre", "early", "ps", "ec")):
        grade = "PK"
    elif words in ("kindergarten", "kinder", "k", "kg"):
        grade = "K"
    else:
        grade = _ORDINALS.get(
            words.rstrip("o") if words.startswith(("primer", "tercer")) else words
        ) or re.sub(r"(?:st|nd|rd|th|°|º|\.º|\.?o)$", "", words).lstrip("0")
        if grade.isdigit() and int(grade) > 13:
            return None
    return read_as(grade, entry.value.cut(match.start(1), match.end(1)), entry.how)


def _identifier(entry: Entry) -> Text | None:
    match = re.match(r"\W*([A-Z]{0,4}-?\d[\w-]{2,18}(?:[ -]\d{2,6})*)", entry.value.text)
    if not match or dates_in(match[1]):
        return None
    return read_as(match[1], entry.value.cut(match.start(1), match.end(1)), entry.how)


def _place(entry: Entry) -> Text | None:
    value = short(entry.value)
    text = re.sub(r"[\s,;|]+$", "", value.flat)
    if (
        not 3 <= len(text) <= 90
        or not re.search(r"[A-Za-z]{3}", text)
        or dates_in(text)
        or text.endswith("?")
        or "☐" in text
        or "☒" in text
    ):
        return None
    return read_as(text, value, entry.how)


_DISTRICT = re.compile(
    r"((?:School District of |Distrito Escolar (?:Unificado )?(?:de |del )?)[A-ZÁÉÍÓÚ][\w.'’&áéíóúñ -]{2,50}"
    r"|[A-ZÁÉÍÓÚ][\w.'’&áéíóúñ ,-]{2,60}?\s(?:Independent School District|Unified School District|Central School District|Regional School District|"
    r"Local School District|Union Free School District|Unit School District|Community Unit School District|Reorganized School District|Exempted Village School District|Regional High School District|Borough School District|Intermediate School District|School Administrative District|City School District|Area School District|County School District|Consolidated School District|Community School District|Elementary School District|Union High School District|School District|Unified District|"
    r"Public School District|County Public Schools|City Public Schools|Public Schools|County Schools|City Schools|Area Schools|Community Schools|Community School Corporation|School Corporation|"
    r"Board of Education|School Board|School Department|Public Charter Schools|Charter Schools|Parish Schools|Parish School System|City School System|School System|Local Schools|Independent Schools|Central Schools|Township Schools|Educational Service (?:Unit|District|Center)|Special Education Cooperative|Schools|CUSD|CCSD|UFSD|CISD|GISD|ISD|USD|CSD|SELPA|BOCES|Supervisory Union|School Division|Distrito Escolar)(?:\s(?:No\.?\s?|\#)?(?:[A-Z]{1,3}-?)?\d{1,4}(?:-?[A-Z]{1,2})?)?)(?!\w)",
    re.I,
)


def _district(
    pool: Sequence[Entry], parts: Sequence[Part], sheets: Sequence[Sheet], knowledge: Knowledge
) -> Text | None:
    named = [
        e
        for e in pool
        if e.role == "district"
        and e.value
        and _DISTRICT.search(short(e.value).flat)
        and "signature" not in e.label.flat.lower()
    ]
    labelled = _pick(named, "district", _place) or _pick(
        (
            e
            for e in pool
            if not re.search(r"(?i)\bcounty\b(?!.*district)", e.label.flat)
            or "county" in e.value.flat.lower()
        ),
        "district",
        _place,
    )
    if labelled is not None and re.search(
        r"(?i)school|district|isd|usd|county|distrito|academy|agency|union|unified|public|boces",
        labelled.value,
    ):
        return labelled
    candidates: list[tuple[Passage, str]] = []
    for block in (parts[0].blocks if parts else [])[:8]:
        if isinstance(block, Line):
            candidates.append((block.text, "title"))
        else:
            candidates += [(cell.text, "title") for cell in block.cells()][:4]
    for sheet in sheets[:3]:
        candidates += [(passage, "running") for passage in sheet.running]
    for part in parts[1:3]:
        candidates.append((part.title, "title"))
        candidates += [(block.text, "title") for block in part.blocks[:3] if isinstance(block, Line)]
    for passage, how in candidates:
        for piece in passage.split("\t"):
            match = _DISTRICT.search(piece.flat)
            if (
                match
                and len(match[1].split()) >= 2
                and not re.search(r"(?i)\b(?:shall|will|parent|education department|each)\b", match[1])
            ):
                name = re.sub(
                    r"(?i)^(?:.*\bindividuali[sz]ed education(?:al)? (?:program|plan)|.*\biep\b)\W*",
                    "",
                    " ".join(match[1].split()),
                )
                if len(name.split()) < 2:
                    continue
                if name.isupper():
                    name = name.title().replace(" Of ", " of ").replace("Isd", "ISD")
                return read_as(name, piece, how)
    return labelled


def reconcile(reading: Reading) -> None:
    """A form that has one date for the end and the next review means both."""
    if reading.iep_end is None and reading.annual_review_due is not None:
        reading.iep_end = _again(reading.annual_review_due)
    elif reading.annual_review_due is None and reading.iep_end is not None:
        reading.annual_review_due = _again(reading.iep_end)
    if (
        reading.iep_start is None
        and reading.meeting_date is not None
        and reading.document_kind.value == "iep"
    ):
        meeting = reading.meeting_date
        reading.iep_start = Value(meeting.value, meeting.words, meeting.places, TRUST["guess"], "derived")


def _again(value: Text) -> Text:
    return Value(value.value, value.words, value.places, min(value.confidence, TRUST["derived"]), "derived")


# ---------------------------------------------------------------- eligibility


_BESIDE_NAME = re.compile(
    r"(?i)\((?!primary|secondary)[^)]*\)|(?:^|(?<=[;,\n]))\s*\d{1,3}(?:\s*[-–:.)])?(?=\s+[^\W\d_]{3})"
)  # a remark, a code


def _categories(passage: Passage, knowledge: Knowledge) -> list[Text]:
    """Category names in a value such as "Visual Impairment (primary); Other Health Impairment"."""
    found: list[Text] = []
    if box := re.search(f"[{TICKED}{EMPTY}]", passage.text):
        marked = [choice.words for choice in _choices(passage) if choice.marked]
        if named := [value for words in marked for value in _categories(words, knowledge)]:
            return named
        passage = passage.cut(0, box.start())
    broken = passage.text
    joined = [
        re.sub(r"\([^)]*\)|^\s*\d{1,2}\s", "", part).strip(" .:*-")
        for part in re.split(r"[;,]", passage.flat)
    ]
    if len(passage.lines()) > 1 and (
        all(knowledge.disability(part) for part in joined if part)
        or not any(knowledge.disability(line.flat) for line in passage.lines())
    ):
        broken = broken.replace("\n", " ")
    for match in re.finditer(r"[^;,\n\t]+", _BESIDE_NAME.sub(lambda m: " " * len(m.group()), broken)):
        whole = re.fullmatch(
            r"\W*((?:(?!(?:Primary|Secondary|Tertiary|Primaria|Secundaria)\s*:).)+)", match.group()
        )
        pieces = re.finditer(
            r"(?:(?!\s(?:and|y)\s|\s/\s|\b(?:Secondary|Primary|Tertiary|Primaria|Secundaria)\s*:).)+",
            match.group(),
        )
        if whole and knowledge.disability(whole[1].strip(" .:*-")):
            pieces = iter([whole])  # "Speech and Language Impairment" is one
        for piece in pieces:
            start = match.start() + piece.start()
            text = re.sub(r"\([^)]*\)", "", piece.group()).strip(" .:*-")
            text = re.sub(
                r"^\W*(?:primary|secondary|primaria|secundaria|and|y|disability)?\s*[:–—-]?\s*",
                "",
                text,
                flags=re.I,
            )
            if text and knowledge.disability(text):
                found.append(read_as(text, passage.cut(start, start + len(piece.group())), "label"))
    if not found:
        entire = re.sub(r"\([^)]*\)", "", passage.flat).strip(" .:*-")
        if knowledge.disability(entire):
            found.append(read_as(entire, passage, "label"))
    if not found and TICKED not in passage.text and EMPTY not in passage.text:
        # "Specific Learning Disability Basic reading skill; …": the category, then its areas
        words = re.split(r"[;,:.]", passage.flat)[0].split()
        for count in range(len(words) - 1, 1, -1):
            name = " ".join(words[:count])
            if knowledge.disability(name):
                found.append(
                    read_as(name, passage.cut(0, passage.text.find(words[count])), "label", trust=0.88)
                )
                break
    return found


def _eligibility(
    reading: Reading, pool: Sequence[Entry], parts: Sequence[Part], knowledge: Knowledge
) -> None:
    ticked = _ticked_categories(parts, knowledge)
    primary: list[Text] = []
    others: list[Text] = []
    for entry in pool:
        if entry.role == "eligibility.primary":
            primary += _categories(entry.value, knowledge)
        elif entry.role == "eligibility.other":
            others += _categories(entry.value, knowledge)
    if not (primary or others or ticked):
        primary = _under_heading(parts, knowledge) or _category_said(parts, knowledge)
    found: list[Text] = []
    marked = next((value for value, lead in ticked if lead == "p"), None)
    for value in [*([marked] if marked else []), *primary, *others, *[value for value, _ in ticked]]:
        if all(knowledge.disability(value.value) != knowledge.disability(other.value) for other in found):
            found.append(value)
    reading.eligibility = Eligibility(found, found[0] if found else None)


_FOUND_ELIGIBLE = re.compile(
    r"(?i)\b(?:eligible|qualif(?:ies|y)|identified|classified)\b[^.;:]{0,60}?\b(?:as|under|in|with|for)\b (?:the )?(?:(?:category|classification|area) of |(?:a )?(?:student|child) with |having )?(?:an? )?(?=(?-i:[A-Z]))"
)


_AND_ANOTHER = re.compile(r"\s*(?:\([^)]*\))?,?\s*(?:and|y|,)\s+(?:an? |un[ao]? )?(?=[A-Z])")


def _category_said(parts: Sequence[Part], knowledge: Knowledge) -> list[Text]:
    """The category that a sentence names: "is eligible as a student with a Specific Learning Disability"."""
    for part in parts:
        if part.kind not in ("student", "eligibility", "evaluation", "unknown", "team"):
            continue
        prose = part.prose
        flat = prose.text.replace("\n", " ").replace("\t", " ")
        for said in _FOUND_ELIGIBLE.finditer(flat):
            found: list[Text] = []
            at: int | None = said.end()
            while at is not None:
                words = re.split(r"[.;,(]", flat[at : at + 80])[0].split()
                counts = range(min(len(words), 7), 0, -1)
                name = next(
                    (n for count in counts if knowledge.disability(n := " ".join(words[:count]))), None
                )
                if name is None:
                    break
                found.append(read_as(name, prose.cut(at, at + len(name)), "sentence"))
                more = _AND_ANOTHER.match(flat, at + len(name))
                at = more.end() if more else None
            if found:
                return found
    return []


def _in_columns(table: Table, knowledge: Knowledge) -> list[tuple[bool, str, Passage, str]]:
    """Categories down a table's side, marked in a column for the primary or the secondary one."""
    head = {
        cell.column: plain(cell.text.flat)[:1]
        for cell in table.rows[0]
        if re.match(r"(?i)\W*(?:primary|secondary|primaria|secundaria)\b", cell.text.flat)
    }
    found = []
    for row in table.rows[1:] if len(head) == 2 else []:
        name = row[0].text.flat.strip(" .")
        marked = [head[cell.column] for cell in row[1:] if cell.column in head and TICKED in cell.text.text]
        if knowledge.disability(name):
            found.append((bool(marked), name, row[0].text, marked[0] if marked else ""))
    return found


def _under_heading(parts: Sequence[Part], knowledge: Knowledge) -> list[Text]:
    """The category that stands alone on the first line under the heading of eligibility."""
    for part in parts:
        units = [unit for unit in part.units() if unit] if part.kind == "eligibility" else []
        if units and isinstance(units[0], Passage):
            line = units[0].lines()[0]
            name = re.sub(r"\([^)]*\)?", "", line.flat).strip(" .:-")
            if knowledge.disability(name):
                return [read_as(name, line, "label")]
    return []


def _choices(passage: Passage) -> list[Choice]:
    """The choices of a passage; one that opens it alone has all its words, however many lines they take."""
    text = passage.text.strip()
    if text[:1] in (TICKED, EMPTY) and text.count(TICKED) + text.count(EMPTY) == 1 and "\t" not in text:
        return [Choice(text[0] == TICKED, passage.cut(passage.text.index(text[0]) + 1))]
    return choices_in(passage)


def _ticked_categories(parts: Sequence[Part], knowledge: Knowledge) -> list[tuple[Text, str]]:
    found: list[tuple[Text, str]] = []
    for part in parts:
        if part.kind in ("attachment", "notes", "goals", "services", "accommodations", "assessments"):
            continue
        options: list[tuple[bool, str, Passage, str]] = []
        for unit in part.units():
            if isinstance(unit, Table) and (listed := _in_columns(unit, knowledge)):
                options += listed
                continue
            passages: list[Passage] = []
            for row in [] if isinstance(unit, Passage) else unit.rows:
                apart = any(c.text.text.strip() in (TICKED, EMPTY) for c in row)  # a box in a cell of its own
                passages += [Passage.join((c.text for c in row), "\t")] if apart else [c.text for c in row]
            for passage in [unit] if isinstance(unit, Passage) else passages:
                for choice in _choices(passage):
                    words = choice.words.split("\t")[0] if choice.words else choice.words
                    text = re.sub(r"[*†]", "", words.flat)
                    lead = re.match(r"^([PS])\s+(?=[A-Z])", text)
                    lead = lead or re.search(r"\((P|S)(?:rimary|econdary)?\)\s*$", text)
                    name = text[lead.end() :] if lead and not lead.start() else text
                    colon = name.split(":")
                    for candidate in (name, *(reversed(colon) if len(colon) > 1 else ())):
                        candidate = re.sub(r"\s*\([^)]*\)?\s*$", "", candidate).strip(" .")
                        if candidate and knowledge.disability(candidate) not in (None, "noncategorical"):
                            options.append((choice.marked, candidate, words, lead[1].lower() if lead else ""))
                            break
        if len(options) >= 3 or any(
            marked and part.kind in ("student", "eligibility", "unknown", "evaluation")
            for marked, *_ in options
        ):
            found += [(read_as(name, words, "box"), lead) for marked, name, words, lead in options if marked]
    return found


def day(value: Text | None) -> date | None:
    """A date value as a date."""
    return date.fromisoformat(value.value) if value is not None else None


def note_missing(reading: Reading) -> None:
    """List what an IEP should say and could not be read."""
    wanted = {
        "student.name": reading.student.name,
        "student.dob": reading.student.dob,
        "student.grade": reading.student.grade,
        "school": reading.school,
        "district": reading.district,
        "meeting_date": reading.meeting_date,
        "iep_start": reading.iep_start,
        "iep_end": reading.iep_end,
        "reevaluation_due": reading.reevaluation_due,
        "eligibility": reading.eligibility.primary,
    }
    reading.unread += [name for name, value in wanted.items() if value is None]
    reading.unread += [
        name for name in ("team", "goals", "services", "accommodations") if not getattr(reading, name)
    ]


__all__ = ["concluded", "day", "note_missing", "read_identity", "reconcile"]

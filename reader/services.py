"""Services: rows of service tables, or sentences that state an amount, normalised to minutes a week."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

from reader.amounts import Amount, amount_of, unspecified
from reader.choices import chosen
from reader.dates import dates_in
from reader.knowledge import Knowledge, plain
from reader.labels import entries_in
from reader.layout import Cell, Passage, Table
from reader.parts import Part
from reader.reading import Service, Text, Value, read_as
from reader.service_paragraphs import amounts_in, paragraphs, place_in, provider_in, ride_in
from reader.service_rows import answers_questions, one_each, supports_listed
from reader.service_sentences import STATES_TIME, each_of, items, name_and_rest, where_and_who
from reader.tables import table_kind, upright
from reader.transport import transport


@dataclass
class Support:
    """A row of a service table that is a support rather than a timed service."""

    text: Passage
    kind: str  # accommodation | modification


def read_services(
    parts: Sequence[Part],
    knowledge: Knowledge,
    *,
    start: Text | None,
    end: Text | None,
    day_minutes: float | None,
) -> tuple[list[Service], list[Support]]:
    """The services of an IEP and the supports listed among them.

    ``start``, ``end``: the IEP's dates, for rows without their own. ``day_minutes``: the school day's length.
    """
    services: list[Service] = []
    supports: list[Support] = []
    legend = _legend(parts)
    for part in parts:
        if part.kind in ("attachment", "notes", "evaluation", "esy", "notice"):
            continue
        elsewhere = part.kind in ("goals", "present_levels")
        for unit in (
            [table for table in part.tables if _lists_services(table, knowledge)]
            if elsewhere
            else part.units()
        ):
            if isinstance(unit, Table):
                unit = upright(unit, knowledge) if part.kind == "services" else unit
                kind = table_kind(unit, knowledge)
                if kind and kind[0] == "services" and set(kind[1].values()) & {"amount", "frequency"}:
                    rows, extra = _table(unit, kind[1], kind[2], part, knowledge, day_minutes, legend)
                    if part.kind != "services" and len(set(kind[1].values())) < 4:
                        for service in rows:
                            _doubt(service)
                    services += rows
                    supports += extra
                elif kind and kind[0] == "accommodations":
                    services += _people_among_supports(unit, kind[2], knowledge, day_minutes)
                elif kind is None and part.kind == "services":
                    texts = [cell.text for cell in unit.cells()]
                    boxed = _stacked(texts, knowledge, day_minutes, part.title.flat)
                    if not boxed and all(len(row) == 2 for row in unit.rows):  # labels beside what they name
                        beside = [
                            Passage.join(
                                (cell.text for cell in row), " " if row[0].text.flat.endswith(":") else ": "
                            )
                            for row in unit.rows
                        ]
                        boxed = _stacked(beside, knowledge, day_minutes, part.title.flat)
                    if not boxed and all(len(row) == 1 for row in unit.rows):  # sentences in a box
                        for text in texts:
                            boxed += _paragraphs(text, knowledge, day_minutes) or _sentences(
                                text, knowledge, day_minutes
                            )
                        _kind_by_title(boxed, part.title.flat)
                    services += boxed
            elif part.kind == "services":
                boxed = _under_names(unit, knowledge, day_minutes, part.title.flat)
                boxed = boxed or _paragraphs(unit, knowledge, day_minutes)
                boxed = boxed or _stacked([unit], knowledge, day_minutes)
                services += boxed or _sentences(unit, knowledge, day_minutes)
    if not any(service.kind and service.kind.value == "transportation" for service in services):
        bus = transport(parts, knowledge)
        if bus is not None:
            services.append(bus)
    for service in services:
        service.start = service.start or start
        service.end = service.end or end
    return services, supports


def _kind_by_title(services: Sequence[Service], title: str) -> None:
    """Let what is told under "Related services" be that, where the name alone would be teaching."""
    section = _section_kind(title)
    for service in services:
        if (
            service.kind
            and service.kind.value == "special_education"
            and section in ("related", "supplementary")
        ):
            service.kind = replace(service.kind, value=section)


def _lists_services(table: Table, knowledge: Knowledge) -> bool:
    """Whether a table under another part's heading plainly lists services: what, how much, and where, by whom or until when."""
    kind = table_kind(table, knowledge)
    if kind is None or kind[0] != "services":
        return False
    roles = set(kind[1].values())
    return (
        bool(roles & {"amount", "frequency"})
        and len(roles & {"location", "setting", "provider", "start", "end", "dates"}) > 1
    )


def timed_support(row: list[Cell], name: Cell, knowledge: Knowledge, heading: str = "") -> bool:
    """Whether a row of supports is a person's time ("Instructional assistant, 104 min/day") and so a service.

    ``heading``: the heading of the column; teaching is listed only where it says so ("Modifications and SDI").
    """
    if knowledge.kind_of_service(name.text.flat) == "special_education" and not (
        _TEACHING.search(heading) and _TAUGHT.search(name.text.flat)
    ):
        return False
    amounts = [
        amount_of(cell.text.flat) for cell in row if cell is not name and STATES_TIME.search(cell.text.text)
    ]
    return any(amount.minutes is not None and amount.per is not None for amount in amounts)


_TEACHING = re.compile(r"(?i)\bsdi\b|special(?:ly|ized)[ -](?:designed )?instruction")
_TAUGHT = re.compile(r"(?i)\b(?:instruct|teach|taught|coaching|tutor|interven|lesson)")


def _people_among_supports(
    table: Table, depth: int, knowledge: Knowledge, day_minutes: float | None
) -> list[Service]:
    found = []
    head = {cell.column: cell.text for row in table.rows[:depth] for cell in row}
    for row in table.rows[depth:]:
        if (
            len(row) < 3
            or not row[0].text
            or not timed_support(row, row[0], knowledge, head.get(row[0].column, Passage()).flat)
        ):
            continue
        cells: dict[str, list[Cell]] = {"name": [row[0]]}
        for cell in row[1:]:
            title = head.get(cell.column, Passage()).flat
            role = knowledge.column("services", title) or knowledge.column_by_word("services", title)
            if role not in (None, "name") and cell.text:
                cells.setdefault(str(role), []).append(cell)
        taught = _TAUGHT.search(row[0].text.flat) and _TEACHING.search(
            head.get(row[0].column, Passage()).flat
        )
        section = "special_education" if taught else "supplementary"
        found.append(_service(cells, head, section, knowledge, day_minutes))
    return found


_CODE = re.compile(r"(?<![\w=])([A-Z]{1,2})\s?=\s?([A-Z][a-zñó]+(?: (?!and\b)[a-zñó]+){0,2})")


def _legend(parts: Sequence[Part]) -> dict[str, Passage]:
    """What the codes of a table's cells mean, as lines near by say: "R = Regular class"."""
    found: dict[str, Passage] = {}
    for part in parts:
        if part.kind != "services":
            continue
        for unit in part.units():
            for line in unit.lines() if isinstance(unit, Passage) else ():
                for code in _CODE.finditer(line.text):
                    found.setdefault(code[1], line.cut(*code.span(2)))
    return found


def school_day(parts: Sequence[Part]) -> float | None:
    """Length of the school day in minutes, if the document states it."""
    text = "\n".join(part.prose.flat for part in parts)
    found = re.search(r"(\d{3})[ -]minute (?:school |instructional )?day", text, re.I)
    if found:
        return float(found[1])
    found = re.search(
        r"(?:school|instructional) day[^.]{0,60}?(\d{1,2}(?:\.\d+)?) ?(?:hours?|hrs?)(?:[ ,and]*(\d{1,2}) ?min)?",
        text,
        re.I,
    )
    if found:
        return float(found[1]) * 60 + float(found[2] or 0)
    return None


_KINDS = {
    "related": r"related service|servicios? relacionad",
    "supplementary": r"supplementary|assistive technology|support for school personnel|supports for school|suplementari",
    "special_education": r"special education (?:instruction|program|service)|specially designed|instrucci[oó]n",
    "transportation": r"transportation|transporte",
}


def _section_kind(text: str) -> str | None:
    words = plain(text)
    if re.search(_KINDS["related"], words) and re.search(
        r"special education|educacion especial|\binstruction|\binstruccion|\bprogram", words
    ):
        return None
    for kind, pattern in _KINDS.items():
        if re.search(pattern, words):
            return kind
    return None


def _heads(table: Table, depth: int) -> dict[int, Passage]:
    """What heads each column; under a heading of amounts that spans several, both headings."""
    found: dict[int, Passage] = {}
    for row in table.rows[:depth]:
        for cell in row:
            over = found.get(cell.column)
            spanned = over is not None and re.search(r"(?i)\b(?:min|hour|session|time|minuto)", over.flat)
            found[cell.column] = Passage.join([over, cell.text], " ") if over and spanned else cell.text
            for column in range(cell.column + 1, cell.column + cell.span):
                found[column] = cell.text
    return found


def _table(
    table: Table,
    roles: dict[int, str],
    depth: int,
    part: Part,
    knowledge: Knowledge,
    day_minutes: float | None,
    legend: dict[str, Passage],
) -> tuple[list[Service], list[Support]]:
    services: list[Service] = []
    supports: list[Support] = []
    head = _heads(table, depth)
    section = _section_kind(part.title.flat) if part.title else None
    heading = part.title.flat
    name_column = next((c for c, role in roles.items() if role == "name"), None)
    of_names = head[name_column].flat if name_column is not None else ""
    own = _section_kind(of_names) if name_column is not None else None
    section = section or own
    personnel = bool(re.search(r"personnel|personal escolar", plain(heading)))
    uncounted = _uncounted(table, roles, depth)
    for row in [one for whole in table.rows[depth:] for one in _rows_of(whole, roles, head, knowledge)]:
        written = [cell for cell in row if cell.text]
        if answers_questions(row):
            continue
        if len(written) == 1 and (listed := supports_listed(written[0].text, heading)) is not None:
            if listed[0] in ("accommodation", "modification"):
                supports += [Support(item, listed[0]) for item in listed[1]]
            continue
        if len(written) == 1 and (
            len(row) == 1 or (written[0].column == row[0].column and written[0].text.bold)
        ):
            words = written[0].text.flat
            section = _section_kind(words) or section
            heading = words
            personnel = bool(re.search(r"personnel|personal escolar", plain(words)))
            continue
        if all(knowledge.is_column(cell.text.text) for cell in written):
            continue
        if len(written) == 1 and written[0].column == row[0].column:
            if _ELSEWHERE.search(written[0].text.flat):
                continue  # "Supplementary aids: see Form F"
            if _section_kind(written[0].text.flat) and _A_SECTION.search(written[0].text.flat):
                section = _section_kind(written[0].text.flat)
                heading = written[0].text.flat
                continue
        cells: dict[str, list[Cell]] = {}
        for cell in row:
            role = roles.get(cell.column)
            if role:
                text = chosen(cell.text)
                if role in ("frequency", "location", "setting", "group") and (
                    told := legend.get(text.flat.strip())
                ):
                    text = told
                cell = replace(cell, text=text)
                cells.setdefault(role, []).append(cell)
        own_section = section
        named = cells.get("name", [])
        if len(named) > 1 and named[1].text and _CATEGORY.fullmatch(named[0].text.flat):
            own_section = _section_kind(named[0].text.flat) or section  # "Related | Speech therapy"
            cells["name"] = named[1:]
        name = cells.get("name", [None])[0]
        if name is None or not name.text or knowledge.says_nothing(name.text.text):
            continue
        service = _service(cells, head, own_section, knowledge, day_minutes)
        if uncounted:
            _doubt(service)
        if service.kind and service.kind.value == "supplementary" and _ONLY_RELATED.search(plain(of_names)):
            service.kind = replace(service.kind, value="related")
        stated = service.minutes is not None
        words = name.text.flat
        modification = re.match(r"(?i)(?:program )?modifications?\s*[:–-]\s*", name.text.text)
        if modification:
            supports.append(Support(name.text.cut(modification.end()), "modification"))
            continue
        accommodation = re.match(r"(?i)accommodations?\s*[:–-]\s*", name.text.text)
        if accommodation:
            supports.append(Support(name.text.cut(accommodation.end()), "accommodation"))
            continue
        aids = bool(re.search(r"accommodation|supplementary aids|adaptacion|ayudas", plain(heading)))
        if aids and not stated and service.kind and service.kind.value != "transportation":
            supports.append(Support(name.text, "accommodation"))
            continue
        once = personnel and re.search(
            r"(?i)\bonce\b|\bone[- ]time\b|una vez", " ".join(cell.text.flat for cell in row)
        )
        if personnel and (
            not stated
            or once
            or (
                any(word in plain(words) for word in knowledge.words["personnel_training"])
                and (service.per is None or service.per.value == "year")
            )
        ):
            continue
        if (
            re.search(r"assistive technology devices", plain(heading))
            and not stated
            and "service" not in plain(words)
        ):
            continue
        services.append(service)
    return services, supports


def _rows_of(
    row: list[Cell], roles: dict[int, str], head: dict[int, Passage], knowledge: Knowledge
) -> list[list[Cell]]:
    """A row as a row for each of its services; columns that each state an amount of their own ("Direct minutes per
    week", "Consultation minutes per month") are amounts of several."""
    timed = [cell for cell in row if roles.get(cell.column) in ("amount", "frequency") and cell.text]
    amounts = [amount_of(_with_unit(cell.text.flat, head.get(cell.column, Passage()).flat)) for cell in timed]
    apart = [_CONSULTED.search(head.get(cell.column, Passage()).flat) is not None for cell in timed]
    if len(timed) == 2 and len(set(apart)) == 2 and all(amount.minutes and amount.per for amount in amounts):
        return [[cell for cell in row if cell not in timed or cell is own] for own in timed]
    return one_each(
        row, roles, lambda name: knowledge.kind_of_service(name) == "related" or bool(_TAUGHT.search(name))
    )


_CONSULTED = re.compile(r"(?i)\b(?:consult\w*|indirect)\b")
_ONLY_RELATED = re.compile(  # what a column lists, and no aids or supports among it
    r"^(?=.*related service)(?=.*special education)(?!.*(?:supplement|\baids?\b|support))"
)
_CATEGORY = re.compile(
    r"(?i)\W*(?:special education|sp\.? ?ed\.?|related|supplementary(?: aids?)?|support|instruction|educación especial|relacionado)(?: services?)?\W*"
)


def _uncounted(table: Table, roles: dict[int, str], depth: int) -> bool:
    """Whether a column holds bare numbers and nobody knows what they count: the amounts may want them."""
    columns: dict[int, list[str]] = {}
    for row in table.rows[depth:]:
        for cell in row:
            if cell.text and cell.column not in roles and len(row) > 2:
                columns.setdefault(cell.column, []).append(cell.text.flat.strip())
    return any(
        all(re.fullmatch(r"\d{1,3}", text) for text in texts)
        and texts != [str(n) for n in range(1, len(texts) + 1)]
        for texts in columns.values()
    )


_ELSEWHERE = re.compile(
    r"(?i)\b(?:see|refer to) (?:the )?(?:attached|attachment|form|page|section|part|box|below|above|goals?)\b|[:–—-]\s*(?:none|n/?a|not (?:needed|applicable|required)|does not apply)\W*$"
)
_A_SECTION = re.compile(r"(?i)\b(?:services|aids|supports|modifications|servicios|apoyos)\W*$")


def _service(
    cells: dict[str, list[Cell]],
    head: dict[int, Passage],
    section: str | None,
    knowledge: Knowledge,
    day_minutes: float | None,
) -> Service:
    name = cells["name"][0].text
    if (goal := re.search(r"\n(?:goals?|metas?)\s*#?\s*\d", name.text, re.I)) and goal.start() > 3:
        name = name.cut(0, goal.start())  # what is taught, and for which goal, stand under the name
    service = Service()
    service.name = read_as(_name(name.flat), name, "column")
    kind = knowledge.kind_of_service(name.flat)
    if (kind == "special_education" and section in ("related", "supplementary", "transportation")) or (
        kind == "related" and section == "special_education" and not _clearly_related(name.flat, knowledge)
    ):
        kind = section
    given = cells.get("provider")
    by = plain(given[0].text.flat) if given else ""
    if re.search(r"\b(?:behavior|behaviour|conduct)", plain(name.flat)) and any(
        plain(word) in by for word in knowledge.words["support_by"]
    ):
        kind = "related"
    sure = 0.93 if kind == section else 0.87  # the table's heading says so, or the name alone
    service.kind = Value(kind, name.flat, name.places(), sure, "column")
    timed = [cell for role in ("frequency", "amount") for cell in cells.get(role, []) if cell.text]
    timed = _without_totals(_without_zeros(timed), head)
    words = ", ".join(_with_unit(cell.text.flat, head.get(cell.column, Passage()).flat) for cell in timed)
    source = Passage.join((cell.text for cell in timed), ", ")
    headings = " ".join(head[cell.column].flat for cell in timed if cell.column in head)
    _amount(service, words, source, headings, kind, day_minutes)
    for role in ("location", "provider"):
        found = cells.get(role)
        if found and found[0].text and not knowledge.says_nothing(found[0].text.text):
            said = found[0].text
            if lead := _FIRST_OF_SEVERAL.match(said.text):
                said = said.cut(lead.end())
            code = len(said.flat) < 3  # a code that no legend explains
            setattr(service, role, read_as(said.flat, said, "column", trust=0.8 if code else None))
    if service.location is None and cells.get("setting") and cells["setting"][0].text:
        setting = cells["setting"][0].text
        service.location = read_as(setting.flat, setting, "column", trust=0.8)
    if service.location is None and len(timed) == 1:
        title = head.get(timed[0].column, Passage())
        if where := re.match(
            r"(?i)\W*((?:in|inside|outside|within|out of)\b[^(\d]{4,40}?(?:ed(?:ucation)?\.?|class(?:room)?|setting)\b)",
            title.flat,
        ):
            service.location = read_as(where[1], title, "column", trust=0.8)
    _dates(service, cells)
    service.setting = _setting(service)
    if len(name.flat.split()) > LONG_NAME:
        _doubt(service)
    return service


def _without_zeros(timed: list[Cell]) -> list[Cell]:
    """The cells of an amount without those that say none, where another says some: "0" inside, "225" outside."""
    some = [
        cell
        for cell in timed
        if not re.fullmatch(r"(?i)\W*(?:0(?:\.0+)?(?:\s*min\w*)?|none|n/?a)?\W*", cell.text.flat)
    ]
    return some or timed


def _without_totals(timed: list[Cell], head: dict[int, Passage]) -> list[Cell]:
    """The cells of an amount without its total ("1.50/wk" under "Total hours"), where the others tell it."""
    summed = [cell for cell in timed if _TOTAL.search(head.get(cell.column, Passage()).flat)]
    rest = [cell for cell in timed if cell not in summed]
    words = ", ".join(_with_unit(cell.text.flat, head.get(cell.column, Passage()).flat) for cell in rest)
    if len(timed) == 2:  # "2 sessions a week, 1 hour each", and what that makes
        for own, total in (timed, timed[::-1]):
            made = re.fullmatch(r"\W*(\d[\d,]*(?:\.\d+)?)\W*", total.text.flat)
            told = amount_of(own.text.flat).per_week
            if made and told is not None and abs(float(made[1].replace(",", "")) - told) < 0.5:
                return [own]
    return rest if summed and amount_of(words).per_week is not None else timed


_FIRST_OF_SEVERAL = re.compile(r"(?i)(?:P|primary)\s*:\s*(?=\S)")  # "P: Special Education Teacher"
_TOTAL = re.compile(r"(?i)\btotal\b")
LONG_NAME = 9  # words; a longer name holds more than the name, or is none
DOUBTED = 0.85


def _doubt(service: Service) -> None:
    """Trust no value of a row whose name is hardly one."""
    for slot in fields(service):
        value = getattr(service, slot.name)
        if value is not None and value.confidence > DOUBTED:
            setattr(service, slot.name, replace(value, confidence=DOUBTED))


_PERIOD_CODES = {
    "w": "week",
    "wk": "week",
    "m": "month",
    "mo": "month",
    "d": "day",
    "q": "quarter",
    "y": "year",
    "yr": "year",
    "s": "semester",
}


def _with_unit(words: str, heading: str) -> str:
    """A bare number with the unit and period its heading gives ("Minutes per week", "Sessions")."""
    title = plain(heading)
    if re.fullmatch(r"(?:each|per|every|cada|por|period|cycle|unit)\W*", title) and (
        letter := _PERIOD_CODES.get(plain(words).strip(" ."))
    ):
        return f"per {letter}"
    if re.fullmatch(r"(?:each|per|every|cada|por)\W*", title) and re.fullmatch(r"[^\W\d]+", words.strip()):
        return f"per {words}"
    if not re.fullmatch(r"[\d.,]+", words.strip()):
        return words
    unit = ""
    if re.search(r"\bhours?\b|\bhrs?\b|\bhoras\b", title):
        unit = "hours"
    elif re.search(r"\bmin|\bmpw\b|\bmpm\b|\btime\b(?!s)|length", title):
        unit = "minutes"
    elif re.search(
        r"session|\btimes\b|frequen|sesion|veces|frecuen|^x$|\bfreq\b|^\W*$|^no\.?$|^number$", title
    ):
        unit = "sessions"
    elif re.search(r"\bdays\b|\bdias\b", title):
        unit = "days"
    period = re.search(
        r"(?:per|/|a|por|each)\s*(week|wk|month|day|year|quarter|semana|mes)\b|\b(weekly|monthly|daily)\b|\bmp([wm])\b",
        title,
    )
    when = ""
    if period:
        when = {"w": "week", "m": "month"}.get(period[3] or "", period[1] or "") or period[2] or ""
        when = f" per {when}" if not when.endswith("ly") else f" {when}"
    return f"{words} {unit}{when}".strip()


def _under_names(text: Passage, knowledge: Knowledge, day_minutes: float | None, title: str) -> list[Service]:
    """Services each named on a line of its own in bold, with labelled lines under it: dates, amount, place."""
    lines = text.lines()
    names = []
    for number, (line, below) in enumerate(pairwise(lines)):
        label = re.match(r"([^:]{3,60}):\s*\S", below.text)
        if (
            line.bold
            and ":" not in line.text
            and len(line.flat.split()) <= 9
            and label is not None
            and knowledge.tells_of_service(label[1])
        ):
            names.append(number)
    found: list[Service] = []
    if not names:
        return found
    for number, following in zip(names, [*names[1:], len(lines)], strict=True):
        cells: dict[str, list[Cell]] = {}
        heads: dict[int, Passage] = {}
        place = lines[number].places()[0]
        cells["name"] = [Cell(place.box, place.page, lines[number], column=0)]
        heads[0] = Passage()
        for entry in entries_in(Passage.join(lines[number + 1 : following], "\n"), knowledge, "services"):
            own = entry.label.flat.rstrip(":? ")
            role = knowledge.column("services", own) or knowledge.column_by_word("services", own)
            if not own or role in (None, "name") or not entry.value:
                continue
            heads[len(heads)] = entry.label
            where = entry.value.places()[0]
            cells.setdefault(str(role), []).append(
                Cell(where.box, where.page, entry.value, column=len(heads) - 1)
            )
        if "amount" in cells or "frequency" in cells:
            found.append(_service(cells, heads, _section_kind(title), knowledge, day_minutes))
    return found


def _stacked(
    passages: list[Passage], knowledge: Knowledge, day_minutes: float | None, title: str = ""
) -> list[Service]:
    """Services written as boxes of labels: name, sessions, length, place, each after its own label."""
    found: list[Service] = []
    current: dict[str, list[Cell]] = {}
    heads: dict[int, Passage] = {}

    def finish() -> None:
        if "name" in current and ("amount" in current or "frequency" in current):
            found.append(_service(current, heads, _section_kind(title), knowledge, day_minutes))

    for passage in passages:
        for entry in entries_in(passage, knowledge, "services"):
            if not entry.label:
                continue
            label = re.sub(r"\s*#?\s*\d{1,2}$", "", entry.label.flat.rstrip(":? ").lstrip("•·- "))
            role = knowledge.column("services", label) or knowledge.column_by_word("services", label)
            if role is None or len(label.split()) > 5 or (role == "name" and not entry.value):
                continue
            if role in ("start", "end") and STATES_TIME.search(entry.value.text):
                role = "amount"
            if role == "name" and "name" in current:
                finish()
                current, heads = {}, {}
            below = entry.value.lines()
            ends = next(
                (n for n, line in enumerate(below) if n and len(dates_in(line.flat)) == 2), len(below)
            )
            for own, value in (
                (role, Passage.join(below[:ends], "\n")),
                ("dates", Passage.join(below[ends:], "\n")),
            ):
                if value:  # the dates may stand under the last label: "From 9/1/2026 to 8/31/2027"
                    column = len(heads)
                    heads[column] = entry.label
                    place = value.places()[0]
                    current.setdefault(own, []).append(Cell(place.box, place.page, value, column=column))
    finish()
    return found


def _name(words: str) -> str:
    return re.sub(r"\s*[:–-]\s*$", "", words)


def _clearly_related(name: str, knowledge: Knowledge) -> bool:
    """Whether a related service names itself so; social skills and behavior are taught as often as treated."""
    return not any(plain(word) in plain(name) for word in knowledge.words["taught_or_treated"])


def _amount(
    service: Service,
    words: str,
    source: Passage,
    headings: str,
    kind: str,
    day_minutes: float | None,
    how: str = "column",
) -> None:
    if not words:
        return
    service.as_written = read_as(source.flat, source, how)
    if unspecified(words) and not re.search(r"\d", words):
        return
    amount: Amount = amount_of(words, day_minutes=day_minutes, heading=headings)
    sessions = amount.sessions
    if kind == "transportation":
        sessions = (
            2.0
            if amount.per == "day"
            and re.search(
                r"round|both|two[- ]way|daily|to and from|and back|ambos|ida y vuelta|diari", plain(words)
            )
            else sessions
        )
        per = amount.per
        if per == "week" and sessions == 10:  # there and back on each of five days
            per, sessions = "day", 2.0
        amount = Amount(None, per, sessions, None)
    for slot, value in (
        ("minutes", amount.minutes),
        ("per", amount.per),
        ("sessions", sessions),
        ("minutes_per_week", amount.per_week),
    ):
        if value is not None:
            number = (
                int(value)
                if isinstance(value, float) and value.is_integer() and slot != "minutes_per_week"
                else value
            )
            # a reporting period is nine weeks in most schools, and not in all
            trust = 0.85 if slot == "per" and re.search(r"(?i)reporting period", words) else None
            if slot in ("per", "sessions") and re.search(r"(?i)\bevery other week\b", words):
                trust = 0.85  # half a session a week, or two a month
            setattr(service, slot, read_as(number, source, how, trust=trust))


def _dates(service: Service, cells: dict[str, list[Cell]]) -> None:
    both = cells.get("dates", []) + [
        c for r in ("start", "end") for c in cells.get(r, []) if len(dates_in(c.text.flat)) > 1
    ]
    for cell in both:
        found = dates_in(cell.text.flat)
        if len(found) > 1:
            service.start = read_as(found[0][2].isoformat(), cell.text, "column")
            service.end = read_as(found[1][2].isoformat(), cell.text, "column")
            return
        if found:
            service.start = read_as(found[0][2].isoformat(), cell.text, "column")
    for role in ("start", "end"):
        for cell in cells.get(role, []):
            found = dates_in(cell.text.flat)
            if found:
                setattr(service, role, read_as(found[0][2].isoformat(), cell.text, "column"))
                break


def _setting(service: Service) -> Text | None:
    place = service.location
    name = service.name
    if name is not None and re.search(r"consult", name.value, re.I):
        return Value("consultation", name.words, name.places, 0.8, "column")
    if place is None:
        return None
    words = plain(place.value)
    general = re.search(
        r"general ed|regular (?:class|ed)|gen\.? ?ed|educacion general|aula regular|integrated|co-?taught",
        words,
    )
    outside = re.search(
        r"resource|special ed|therapy|pull-?out|separate|office|room|educacion especial|salon de recursos",
        words,
    )
    if re.search(r"communit|work site|comunidad", words) and not general:
        return Value("community", place.words, place.places, 0.7, "column")
    if general and not (outside and outside.start() < general.start()):
        return Value("general_education", place.words, place.places, 0.85, "column")
    return Value("outside_general_education", place.words, place.places, 0.7, "column")


# ---------------------------------------------------------------- services in sentences


_NOT_A_SERVICE = re.compile(
    r"(?i)\b(?:extended school year|esy|options? considered|considered|training|school day|instructional day|the team|"
    r"meeting|rejected|travel time|instructional time|student spends|total minutes|assessment|follow the|calendar|goal)\b"
)


def _sentences(text: Passage, knowledge: Knowledge, day_minutes: float | None) -> list[Service]:
    """Lines such as "Speech therapy: 30 minutes, 2 times per week, speech room"."""
    found = []
    for line in [one for item in items(text) for one in each_of(item)]:
        words = line.flat
        open_ended = _OPEN_ENDED.match(line.text.replace("\n", " "))
        if open_ended and len(words) < 140 and not _NOT_A_SERVICE.search(words):
            name, rest = line.cut(*open_ended.span(1)), line.cut(*open_ended.span(2))
            if _reads_as_service(name.flat, knowledge):
                service = Service(name=read_as(name.flat, name, "sentence"))
                service.kind = Value(
                    knowledge.kind_of_service(name.flat), name.flat, name.places(), 0.8, "sentence"
                )
                service.as_written = read_as(rest.flat, rest, "sentence")
                where_and_who(service, line)
                found.append(service)
            continue
        if not STATES_TIME.search(words) or _NOT_A_SERVICE.search(words) or len(words) > 320:
            continue
        told = name_and_rest(line)
        if told is None:
            continue
        name, rest = told
        amount = amount_of(rest.flat, day_minutes=day_minutes)
        if amount.minutes is None or amount.per is None or STATES_TIME.search(name.flat):
            continue
        service = Service()
        service.name = read_as(name.flat, name, "sentence")
        service.kind = Value(knowledge.kind_of_service(name.flat), name.flat, name.places(), 0.8, "sentence")
        _amount(service, rest.flat, rest, "", service.kind.value, day_minutes, how="sentence")
        service.as_written = read_as(rest.flat, rest, "sentence")
        where_and_who(service, rest)
        days = dates_in(rest.text)
        if len(days) > 1:
            service.start = read_as(days[0][2].isoformat(), rest, "sentence")
            service.end = read_as(days[1][2].isoformat(), rest, "sentence")
        service.setting = _setting(service)
        found.append(service)
    return found


def _paragraphs(text: Passage, knowledge: Knowledge, day_minutes: float | None) -> list[Service]:
    """Services of paragraphs that open with their name."""
    found = []
    for name, body in paragraphs(text, knowledge):
        service = Service(name=read_as(name.flat, name, "sentence"))
        kind = knowledge.kind_of_service(name.flat)
        service.kind = Value(kind, name.flat, name.places(), 0.8, "sentence")
        amount = ride_in(body) if kind == "transportation" else amounts_in(body)
        assert amount is not None  # what makes it a service's paragraph
        _amount(service, amount.flat, amount, "", kind, day_minutes, how="sentence")
        for slot, words in (("location", place_in(body)), ("provider", provider_in(body))):
            if words is not None:
                setattr(service, slot, read_as(words.flat, words, "sentence"))
        service.setting = _setting(service)
        found.append(service)
    return found


_OPEN_ENDED = re.compile(
    r"(?i)^\W*(?:\d+[.)]\s*)?(.{3,80}?)\s*(?:[:–—,]|\s-\s)\s*((?:as (?:needed|appropriate|required)|on request|seg[uú]n sea necesario).*)$"
)


def _reads_as_service(name: str, knowledge: Knowledge) -> bool:
    return knowledge.kind_of_service(name) != "special_education" or bool(
        re.search(r"(?i)service|therapy|instruction|support|consult|servicio|terapia|instrucción|apoyo", name)
    )

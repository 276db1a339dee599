"""Placement, extended school year, transition, age of majority, progress reports, special factors, levels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from reader.choices import choices_in, yes_or_no
from reader.dates import age_on, dates_in
from reader.knowledge import Knowledge, plain, squeezed
from reader.labels import Entry
from reader.layout import EMPTY, TICKED, Passage, Table, capitals
from reader.parts import Part
from reader.reading import (
    ExtendedYear,
    Flag,
    Placement,
    PostsecondaryGoal,
    ProgressReporting,
    SpecialFactors,
    Text,
    Transition,
    Value,
    concluded,
    read_as,
)
from reader.tables import table_kind

_REASON = re.compile(
    r"(?i)\bbecause\b|\bdue to\b|\bneeds?\b|\brequires?\b|\bin order to\b|\bso that\b|\bcannot be\b|\bporque\b|\bdebido a\b|\bnecesita|\brequiere"
)


# ---------------------------------------------------------------- placement


def read_placement(parts: Sequence[Part], entries: Sequence[Entry], knowledge: Knowledge) -> Placement:
    """Percent of time in general education, and whether time away from peers is explained."""
    found = Placement()
    pool = [e for e in entries if e.part not in ("attachment", "notes", "notice", "evaluation", "goals")]
    for entry in pool:
        if entry.role == "lre.percent_in" and (number := _percent(entry.value)):
            found.percent_general_education = read_as(number[0], number[1], entry.how)
            break
    if found.percent_general_education is None:
        for entry in pool:
            if entry.role == "lre.percent_out" and (number := _percent(entry.value)):
                found.percent_general_education = read_as(round(100 - number[0], 2), number[1], "derived")
                break
    if found.percent_general_education is None:
        found.percent_general_education = _percent_said(parts)
    explained = _explanation(parts, pool, knowledge)
    found.explanation_present = explained
    return found


def _percent(value: Passage) -> tuple[float, Passage] | None:
    match = re.search(
        r"(\d{1,3}(?:\.\d+)?)\s*%|^\W*(\d{1,3}(?:\.\d+)?)\b(?!\s*(?:min|hour|/))", value.text[:160]
    )
    if not match:
        return None
    number = float(match[1] or match[2])
    if number > 100:
        return None
    return (int(number) if number.is_integer() else number), value.cut(match.start(), match.end())


_IN = re.compile(
    r"(?i)(?:in|inside|within|en)\s+(?:the\s+|el\s+|la\s+)?(?:a\s+)?(?:general|regular|educaci[oó]n general|aula regular|clase regular)\b|\b(?:regular|general)(?: education)? (?:environment|setting|class(?:room)?)\b|with (?:non-?disabled|typical|same-age|peers without)|nondisabled peers|non-disabled peers|sin discapacidad|typically developing|(?:children|students|peers) without disabilities|with (?:his|her|their|the) (?:class|classmates|peers)\b"
)
_OUT = re.compile(
    r"(?i)(?:outside|removed from|away from|out of|apart from|fuera de)\s+(?:of\s+)?(?:the\s+|la\s+|el\s+|del\s+)?(?:general|regular|educaci[oó]n general|aula|clase)|"
    r"in (?:a |the )?special education|special class|not participate|en educaci[oó]n especial|removed\b"
)


_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s?(?:%|percent\b|por ciento\b)")
_RANGE = re.compile(
    r"(?i)(?:less than|at least|more than|between|menos de|or more of|\bto|[-–]) ?\d{1,3} ?%|\d{1,3} ?%? ?(?:or more|or greater|to|[-–]|through) ?(?:\d{1,3} ?%)?|\d{1,3} ?% or (?:more|less)"
)


def _percent_lines(part: Part) -> list[Passage]:
    """Cells, lines and pieces of lines that state one share, a question joined with the answer on the next line."""
    found: list[Passage] = []
    for unit in part.units():
        if isinstance(unit, Table):
            found += [cell.text for cell in unit.cells() if "%" in cell.text.text]
            continue
        lines = unit.lines()
        for number, line in enumerate(lines):
            if not _SHARE.search(line.text):
                continue
            found += line.split("\t")
            found.append(line)
            if number and lines[number - 1].flat.endswith(("?", ":")):
                found.append(Passage.join([lines[number - 1], line], " "))
    return found


def _percent_of_line(line: Passage) -> tuple[float, Passage, str] | None:
    """(share, where, in or out) of a line that states one share and says of which of the two."""
    if EMPTY in line.text or len(line.flat) > 200:
        return None
    bare = _RANGE.sub(lambda match: " " * len(match.group()), line.text)
    shares = list(_SHARE.finditer(bare))
    inside, outside = _IN.search(line.flat), _OUT.search(line.flat)
    if len(shares) != 1 or bool(inside) == bool(outside) or float(shares[0][1]) > 100:
        return None
    number = float(shares[0][1])
    return (int(number) if number.is_integer() else number), line, "in" if inside else "out"


def _percent_said(parts: Sequence[Part]) -> Value | None:
    candidates: list[tuple[float, float, Passage, str]] = []
    for part in parts:
        if part.kind in ("lre", "unknown", "assessments", "services", "student"):
            for line in _percent_lines(part):
                if (told := _percent_of_line(line)) is not None:
                    candidates.append((0.0 if part.kind == "lre" else 1.0, *told))
    for part in parts:
        if part.kind in (
            "attachment",
            "notes",
            "notice",
            "evaluation",
            "goals",
            "present_levels",
            "assessments",
            "concerns",
        ):
            continue
        passages: list[Passage] = []
        for unit in part.units():
            if isinstance(unit, Table):
                passages += [Passage.join((cell.text for cell in row), " ") for row in unit.rows]
                head = {cell.column: cell.text for cell in unit.rows[0]}
                passages += [
                    Passage.join([head[cell.column], cell.text], ": ")
                    for row in unit.rows[1:]
                    for cell in row
                    if cell.column in head and "%" in cell.text.text
                ]
            else:
                passages.append(unit)
        for passage in passages:
            flat = passage.text.replace("\n", " ").replace("\t", " ")
            for match in re.finditer(r"(\d{1,3}(?:\.\d+)?)\s?(?:%|percent|por ciento)", flat):
                number = float(match[1])
                if number > 100:
                    continue
                start = max(flat.rfind(". ", 0, match.start()), flat.rfind("%", 0, match.start()), 0)
                stop = flat.find(". ", match.end())
                stop = len(flat) if stop < 0 else stop
                following = re.search(r"\d{1,3}\s?%", flat[match.end() : stop])
                after = flat[match.end() : match.end() + following.start() if following else stop]
                before = flat[start : match.start()]
                if re.search(
                    r"(?i)less than|at least|or more|between|menos de|\d\s?%?\s*(?:to|-|–)\s*$", before[-14:]
                ) or re.search(r"(?i)^ ?(?:or more|to|-)", after):
                    continue
                rank = 0.5 if part.kind == "lre" else 1.5
                inside, outside = (
                    _IN.search(after) or _IN.search(before),
                    _OUT.search(after) or _OUT.search(before),
                )
                spot = passage.cut(max(match.start() - 60, 0), match.end() + 60)
                value = int(number) if number.is_integer() else number
                inner = _IN.search(after[:120])
                outer = _OUT.search(after[:120])
                if inner and not (outer and outer.start() < inner.start()):
                    candidates.append((rank, value, spot, "in"))
                elif outer:
                    candidates.append((rank, value, spot, "out"))
                elif inside and not outside:
                    candidates.append((rank, value, spot, "in"))
                elif outside:
                    candidates.append((rank, value, spot, "out"))
    for way in ("in", "out"):
        for rank, value, spot, kind in sorted(candidates, key=lambda c: c[0]):
            if kind == way:
                share = value if way == "in" else 100 - value
                return read_as(
                    share, spot, "sentence", trust=0.92 if rank == 0 else 0.86 if rank < 1 else 0.8
                )
    return None


def _explanation(parts: Sequence[Part], pool: Sequence[Entry], knowledge: Knowledge) -> Flag | None:
    asked: Passage | None = None
    told = _answered_why(parts)
    for entry in pool:
        if entry.role == "lre.explanation":
            said = entry.value.flat[:240]
            apart = re.search(
                r"(?i)(?:regular|general)(?: education)? class|nondisabled peers", said
            ) and _REASON.search(said)
            if entry.part != "lre" and len(squeezed(entry.label.flat)) < 24 and not apart:
                continue  # "Reason:" elsewhere is a reason for something else
            words = re.sub(r"[_\s.]+", " ", entry.value.flat).strip()
            if len(words.split()) >= 5 and _more_than_percent(words):
                return read_as(True, entry.value, entry.how)
            asked = asked or entry.label
    for part in parts:
        if part.kind == "lre" or (
            part.kind in ("unknown", "assessments", "services") and _SHARE.search(part.prose.text)
        ):
            for sentence in re.split(r"(?<=[.;:])\s+|\n(?=[A-Z])", part.prose.text.replace("\t", " ")):
                flat = " ".join(sentence.split())
                if capitals(flat) or flat.endswith(("?", ":")) or len(flat.split()) < 6:
                    continue
                if (
                    re.search(
                        r"(?i)remov|not participate|outside|leave|pull|separate|small group|away|special class|special education|fuera|retir|aparte|\bsale\b|resource|one[- ]to[- ]one|therap|rest of (?:the|his|her|their) (?:school )?(?:time|day|week)|not be in the",
                        flat,
                    )
                    and re.search(
                        r"(?i)\bbecause\b|\bdue to\b|\bin order to\b|\bso that\b|\bcannot\b|\bcan not\b|\bporque\b|\bdebido\b|\bya que\b|\bsince\b|\brequires?\b|\bneeds?\b|\bnecesita|\brequiere",
                        flat,
                    )
                    and not re.search(
                        r"(?i)if no, justify|only when the nature|occurs only|if the student|explain the extent|may not be solely|sólo cuando",
                        flat,
                    )
                ):
                    at = part.prose.text.find(sentence)
                    return read_as(True, part.prose.cut(at, at + len(sentence)), "sentence")
            if part.kind == "lre":
                asked = asked or part.title or part.prose.cut(0, 80)
    if told is not None:
        return read_as(True, told, "sentence", trust=0.85)
    if asked is not None:
        return Value(False, asked.flat, asked.places(), 0.85, "absent")
    return None


_WHY = re.compile(
    r"(?i)\bexplain\b|\breasons?\b|\bwhy\b|\bjustif|\bextent\b|\brationale\b|\bexpli(?:que|car)|\brazón|\bmotivo"
)
_APART = re.compile(
    r"(?i)not participate|\bremov|non-?participation|nondisabled|non-disabled|without disabilities|outside|regular (?:class|education)|general education|sin discapacidad"
)


_WHY_TOLD = re.compile(  # behind the question a colon, perhaps a label, and a sentence
    r":\s+(?:[A-Z][^.:☐☒_]{2,40}:\s+)?(?P<answer>[A-Z][^.:?☐☒_]{40,600}\.)"
)


def _answered_why(parts: Sequence[Part]) -> Passage | None:
    """What stands under or beside the question why a child is apart from others: at least a sentence of its own."""
    for part in parts:
        if part.kind not in ("lre", "unknown"):
            continue
        steps: list[tuple[Passage, bool]] = [(part.title, False)] if part.title else []
        for unit in part.units():
            if isinstance(unit, Table):
                steps += [(cell.text, True) for cell in unit.cells()]
            else:
                steps += [(line, False) for line in unit.lines()]
            for passage in [unit] if isinstance(unit, Passage) else [cell.text for cell in unit.cells()]:
                flat = passage.text.replace("\n", " ").replace("\t", " ")
                for said in _WHY_TOLD.finditer(flat):
                    asked, answer = (
                        re.split(r"[.?]", flat[max(said.start() - 400, 0) : said.start()])[-1],
                        said["answer"],
                    )
                    own = len(answer.split()) >= 8 and not re.search(
                        r"(?i)\b(?:must|shall|iep team|if the)\b", answer
                    )
                    if own and _WHY.search(asked) and _APART.search(asked):
                        return passage.cut(*said.span("answer"))
        question = ""
        for step, boxed in steps:
            flat = step.flat
            asks = flat.endswith(("?", ":")) or (_WHY.search(flat) and _APART.search(flat))
            says = flat.endswith(".") and len(flat.split()) >= 8 and _more_than_percent(flat)
            answers = boxed and says and not asks and TICKED not in flat and EMPTY not in flat
            if answers and _WHY.search(question) and _APART.search(question):
                return step
            question = f"{question} {flat}" if not boxed and question else flat
    return None


def _more_than_percent(words: str) -> bool:
    bare = re.sub(r"(?i)\d+(?:\.\d+)?\s*%?|of the school day|in general education(?: setting)?", "", words)
    return len(re.findall(r"[^\W\d_]{2,}", bare)) >= 4


# ---------------------------------------------------------------- extended school year


def read_extended_year(parts: Sequence[Part], entries: Sequence[Entry], knowledge: Knowledge) -> ExtendedYear:
    """Whether extended school year was considered, and the decision."""
    passages: list[Passage] = []
    for part in parts:
        if part.kind == "esy":
            passages.append(part.prose)
    for entry in entries:
        if entry.role == "esy" and entry.part not in (
            "attachment",
            "notes",
            "notice",
            "evaluation",
            "general_factors",
        ):
            passages.append(Passage.join([entry.label, entry.value], " "))
    for part in parts:
        if part.kind not in (
            "attachment",
            "notes",
            "notice",
            "evaluation",
            "goals",
            "present_levels",
            "transition",
            "esy",
        ):
            for unit in part.units():
                for passage in (
                    [unit]
                    if isinstance(unit, Passage)
                    else [Passage.join((c.text for c in row), "\t") for row in unit.rows]
                ):
                    if re.search(
                        r"(?i)extended school year|\besy\b|año escolar extendido|12[- ]month", passage.flat
                    ):
                        passages.append(_near(passage))
    for passage in passages:
        decision = _esy_decision(passage, knowledge)
        if decision is not None:
            eligible, source, how = decision
            return ExtendedYear(
                read_as(True, source, how), None if eligible is None else read_as(eligible, source, how)
            )
    return ExtendedYear()


def _near(passage: Passage) -> Passage:
    match = re.search(r"(?i)extended school year|\besy\b|año escolar extendido|12[- ]month", passage.text)
    return passage.cut(match.start(), match.start() + 500) if match else passage


_NOT_ESY = re.compile(
    r"(?i)not (?:eligible|needed|recommended|necessary|required|qualify)|does not (?:need|require|qualify)|do(?:es)? not show|did not see|no (?:es|son) (?:necesari|elegible)|no (?:necesita|requiere|califica)|not qualif|is not|no elegible|no recomendad|no se recomienda|will not"
)
_YES_ESY = re.compile(
    r"(?i)\b(?:is eligible|eligible|needed|recommended|necessary|required|qualifies|will receive|will be provided|needs esy|es elegible|necesari|recomendad|recibirá|califica)\b|requires esy"
)


_ESY_OPEN = re.compile(
    r"(?i)under consideration|deferred|reconvene|more (?:data|information)|to be (?:decided|determined)|not yet (?:decided|determined)|pendiente|en consideración"
)


def _esy_decision(passage: Passage, knowledge: Knowledge) -> tuple[bool | None, Passage, str] | None:
    """(eligible, the words, how); eligible is none where the decision was put off."""
    said = re.search(
        r"(?i)\bconsider(?:ed)?\b[^?.:☐☒]{0,90}\W{0,3}(?:[☐☒]\s*yes\s*[☐☒]\s*no\b|[☐☒]\s*no\s*[☐☒]\s*yes\b|yes\b)\W*",
        passage.text,
    )
    if said:
        passage = passage.cut(said.end())  # that it was considered is not the decision
    choices = choices_in(passage)
    decisive: tuple[bool, Passage] | None = None
    for choice in choices:
        if not choice.marked or decisive is not None:
            continue
        words = choice.words.flat[:90]
        first = re.match(r"\W*(yes|no|sí|si)\b", words, re.I)
        if re.match(r"(?i)\W*(?:considered|considerado)", words):
            continue
        if _ESY_OPEN.search(words):
            return None, choice.words, "box"
        if _NOT_ESY.search(words[:60]) or re.match(r"(?i)\W*not\b", words):
            decisive = (False, choice.words)
        elif first:
            decisive = (squeezed(first[1]) != "no", choice.words)
        elif _YES_ESY.search(words):
            decisive = (True, choice.words)
    if decisive:
        return decisive[0], decisive[1], "box"
    if choices and not any(choice.marked for choice in choices):
        return None
    flat = passage.flat
    after = re.sub(
        r"(?i)^.*?(?:extended school year(?: services)?(?: \(esy\))?|año escolar extendido(?: \(esy\))?|\besy\b)\W*",
        "",
        flat,
        count=1,
    )
    first = (
        re.match(r"(?i)\W*(yes|no|sí)\b", after)
        or re.search(r"(?i)\besy\b[^?.]{0,20}\?\s*(yes|no|sí)\b", flat)
        or re.search(
            r"(?i)\b(?:needed|eligible|required|necessary|qualify|recommended|need|elegible|necesit\w+)\b[^?.]{0,40}\?\s*(yes|no|sí)\b",
            flat,
        )
    )
    if first:
        return squeezed(first[1]) != "no", passage, "label"
    if _NOT_ESY.search(flat):
        return False, passage, "sentence"
    if _YES_ESY.search(after):
        return True, passage, "sentence"
    return None


# ---------------------------------------------------------------- transition

_AREAS = {
    "transition.education": "education/training",
    "transition.employment": "employment",
    "transition.independent": "independent living",
}
_NOT_YET = re.compile(
    r"(?i)not (?:yet )?(?:required|applicable)|n/a\b|no (?:se requiere|aplica)|not (?:at|of) (?:this|transition) age"
)
_POST = re.compile(
    r"(?i)\b(?:after|following|upon|once|within|by the time)\b[^.]{0,50}\b(?:high school|graduat|college|leaving school|school|completion|training|exit)|"
    r"\bafter (?:he|she|they) (?:leaves?|graduates?)|después de (?:graduarse|la preparatoria|terminar|la escuela)|al (?:terminar|graduarse)"
)


def read_transition(
    parts: Sequence[Part],
    entries: Sequence[Entry],
    knowledge: Knowledge,
    *,
    born: date | None,
    until: date | None,
) -> Transition:
    """Postsecondary goals, and whether transition must be addressed (16 during this IEP, 34 CFR 300.320(b))."""
    found = Transition()
    seen: set[str] = set()
    for entry in entries:
        area, value = _AREAS.get(entry.role or ""), entry.value
        if (
            entry.part == "transition"
            and (entry.role or "goal.").startswith("goal.")
            and "goal" in plain(entry.label.flat)
        ):
            area = knowledge.postsecondary_area(entry.label.flat)
            if area is None and (named := re.match(r"([^.\n\t]{3,40})[\n\t]\s*(?=\S)", value.text)):
                area = knowledge.postsecondary_area(
                    named[1]
                )  # "Goal: employment", the goal beside or under it
                value = value.cut(named.end()) if area else value
        if area is None or entry.part in (
            "attachment",
            "notes",
            "notice",
            "goals",
            "services",
            "present_levels",
            "assessments",
            "evaluation",
        ):
            continue
        text = _post_goal(value, knowledge)
        if text is not None and squeezed(text.flat) not in seen:
            seen.add(squeezed(text.flat))
            found.postsecondary_goals.append(PostsecondaryGoal(area, read_as(text.flat, text, entry.how)))
    for part in parts if not found.postsecondary_goals else ():  # a heading of its own for each area
        area = knowledge.postsecondary_area(part.title.flat) if part.title else None
        if area and part.kind in ("unknown", "transition") and _AFTER_SCHOOL.search(part.title.flat):
            lines = [unit for unit in part.units() if isinstance(unit, Passage)]
            text = _post_goal(lines[0], knowledge) if lines else None
            if text is not None and squeezed(text.flat) not in seen:
                seen.add(squeezed(text.flat))
                found.postsecondary_goals.append(PostsecondaryGoal(area, read_as(text.flat, text, "row")))
    for part in parts if not found.postsecondary_goals else ():
        for table in part.tables if part.kind not in ("attachment", "notes", "notice") else ():
            for area, text in _post_rows(table, knowledge):
                if squeezed(text.flat) not in seen:
                    seen.add(squeezed(text.flat))
                    found.postsecondary_goals.append(
                        PostsecondaryGoal(area, read_as(text.flat, text, "column"))
                    )
    if not found.postsecondary_goals:
        for part in parts:
            if part.kind != "transition":
                continue
            for sentence in _sentences(part.prose):
                if (
                    _POST.search(sentence.flat)
                    and re.search(r"(?i)\bwill\b|rá\b", sentence.flat)
                    and squeezed(sentence.flat) not in seen
                    and len(sentence.flat) < 260
                ):
                    body = sentence
                    begun = [
                        m.start()
                        for m in _POST_START.finditer(body.text)
                        if " will " not in body.text[: m.start()]
                    ]
                    if begun:
                        body = body.cut(begun[-1])
                    while label := re.match(r"^([A-Z][\w /&]{3,50}?)(?: goal)?\s*:\s*", body.text):
                        body = body.cut(label.end())
                    seen.add(squeezed(body.flat))
                    found.postsecondary_goals.append(
                        PostsecondaryGoal(_area_of(sentence.flat), read_as(body.flat, body, "sentence"))
                    )
    required = born is not None and until is not None and age_on(born, until) >= 16
    if born is not None and until is not None:
        found.required = concluded(required, "derived")
    if found.postsecondary_goals:
        first = found.postsecondary_goals[0].text
        assert first is not None
        found.present = Value(True, first.words, first.places, first.confidence, first.how)
    else:
        found.present = concluded(False, trust=0.9)
    return found


_POST_START = re.compile(r"\b(?:After|Upon|Following|Within|Once|Después|Al)\b(?= [a-záéíóú])")
_AFTER_SCHOOL = re.compile(
    r"(?i)\bafter (?:high )?school\b|post-?\s?secondary|post-?\s?school|postsecundari|después de la"
)


def _post_rows(table: Table, knowledge: Knowledge) -> list[tuple[str, Passage]]:
    """(area, goal) of a table with a column of postsecondary goals, an area to each row."""
    head = {cell.column: plain(cell.text.flat) for cell in table.rows[0]}
    column = next(
        (
            c
            for c, words in head.items()
            if re.search(r"post-? ?secondary|postsecundari", words) and re.search(r"goal|meta", words)
        ),
        None,
    )
    if column is None or len(head) < 2:
        return []
    found = []
    for row in table.rows[1:]:
        cell = next((c for c in row if c.column == column), None)
        text = _post_goal(cell.text, knowledge) if cell is not None else None
        if text is not None:
            first = row[0].text.flat if row[0] is not cell else ""
            found.append((knowledge.postsecondary_area(first) or _area_of(text.flat), text))
    return found


def _area_of(words: str) -> str:
    words = plain(words)
    if re.search(r"employ|work|job|career|trabaj|emple", words):
        return "employment"
    if re.search(r"\blive|independent|apartment|home|vivir|hogar", words):
        return "independent living"
    return "education/training"


def _sentences(prose: Passage) -> list[Passage]:
    flat = prose.text.replace("\n", " ").replace("\t", " ")
    found, start = [], 0
    for stop in re.finditer(r"(?<=[a-záéíóúñ)])\.(?:\s+|$)", flat):
        found.append(prose.cut(start, stop.start() + 1))
        start = stop.end()
    found.append(prose.cut(start))
    return [s for s in found if s]


def _post_goal(value: Passage, knowledge: Knowledge) -> Passage | None:
    lead = re.match(
        r"[A-Z][\w /&-]{3,40}:\s+(?=(?:After|Upon|Following|Once|Within|Al|Después)\b)", value.text
    )
    if lead and knowledge.postsecondary_area(lead.group()):
        value = value.cut(lead.end())  # "Employment: After high school, …"
    if not value or knowledge.says_nothing(value.text):
        return None
    flat = value.text.replace("\n", " ")
    stop = re.search(r"(?<=[a-z)])\.(?=\s|$)", flat)
    sentence = value.cut(0, stop.end() if stop else None)
    words = sentence.flat
    if len(words.split()) < 4 or TICKED in words[:3] or _NOT_YET.match(words):
        return None
    if not re.search(
        r"(?i)\bwill\b|\bplans?\b|\bwants?\b|\binterested\b|\bwould like\b|\bintends?\b|\bhopes?\b|\bgoal\b|rá\b|\bquiere\b|gustaría|\bdesea\b",
        words,
    ):
        return None
    return sentence


# ---------------------------------------------------------------- transfer of rights


def read_transfer(
    parts: Sequence[Part], entries: Sequence[Entry], *, born: date | None, until: date | None
) -> Flag | None:
    """Whether the student was told of rights that transfer at majority (34 CFR 300.320(c)).

    None where it does not apply: not within a year of majority, which is 18 unless the document says otherwise.
    """
    text = Passage.join((part.prose for part in parts if part.kind not in ("notes", "evaluation")), "\n")
    flat = text.text.replace("\n", " ").replace("\t", " ")
    majority = 18
    stated = re.search(
        r"(?i)(?:age of majority|mayor[ií]a de edad)[^.]{0,120}?\b(?:reaches|age of|at age|is|of|a los|los)\s*(\d{2})\b|(\d{2}) years of age",
        flat,
    )
    if stated:
        majority = int(stated[1] or stated[2])
        if majority not in (18, 19, 21):
            majority = 18
    told = re.search(
        r"(?i)(?:was|were|has been|have been|fue|fueron|ha sido)\s+(?:informed|told|advised|notified|informad[oa]s?|avisad[oa]s?)[^.]{0,90}\b(?:rights|derechos)[^.]{0,120}\.?"
        r"|(?:informed|notified|told)[^.:]{0,60}:\s*\d{1,2}/\d{1,2}/\d{2,4}"
        r"|student informed on:?\s*\d{1,2}/\d{1,2}/\d{2,4}|rights[^.]{0,80}(?:were )?explained to (?:the student|him|her|them)[^.]{0,40}\.?"
        r"|(?:acknowledges?|understands?) (?:that )?(?:his|her|their|the)[^.]{0,40}rights (?:will )?transfer",
        flat,
    )
    if born is not None and until is not None and age_on(born, until) < 14:
        return None
    signed = told is None or not re.match(
        r"[^.]{0,40}\.?\s*(?:date|fecha)\b[^:_]{0,30}:?\s*_{3,}", flat[told.end() :], re.I
    )
    boilerplate = told is not None and re.search(
        r"(?i)must include a statement|has a statement|statement that|by the (?:child|student)'s 17th|at least one year before|a más tardar un año",
        flat[
            max(
                flat.rfind(". ", 0, told.start()), flat.rfind(TICKED, 0, told.start()), told.start() - 160, 0
            ) : told.end()
        ],
    )
    if told and signed and not boilerplate and not re.search(r"_{4,}", told.group()):
        return read_as(True, text.cut(told.start(), told.end()), "sentence")
    for entry in entries:
        if entry.role == "transfer":
            if re.search(
                r"(?i)\bnot yet\b|\bto be (?:told|explained|given|informed)\b|\btodavía no\b",
                entry.value.flat,
            ):
                continue
            answer = re.match(r"\s*☒\s*(?:yes|sí)\b|\s*yes\b", entry.value.text, re.I)
            if answer or dates_in(entry.value.text[:60]):
                return read_as(True, entry.value.cut(0, 80), entry.how)
    if born is None or until is None or age_on(born, until) < majority - 1:
        return None
    mention = next((part for part in parts if part.kind == "transfer"), None)
    place = mention.title if mention else None
    return Value(False, place.flat if place else "", place.places() if place else (), 0.85, "absent")


# ---------------------------------------------------------------- progress reports


def read_progress(parts: Sequence[Part], entries: Sequence[Entry], knowledge: Knowledge) -> ProgressReporting:
    """When parents get progress reports."""
    periods = sorted((plain(p) for p in knowledge.words["progress_periods"]), key=len, reverse=True)
    asked: Passage | None = None
    for entry in entries:
        if entry.role != "progress.frequency" or entry.part in (
            "attachment",
            "notes",
            "notice",
            "evaluation",
        ):
            continue
        asked = asked or entry.label
        found = _frequency(entry.value, periods)
        if found is not None:
            return ProgressReporting(
                read_as(True, found, entry.how), read_as(_tidy(found.flat), found, entry.how)
            )
    said: list[tuple[int, Passage]] = []
    for part in parts:
        if part.kind in ("attachment", "notes", "notice", "evaluation"):
            continue
        for unit in part.units():
            if isinstance(unit, Table):
                found = _report_column(unit, knowledge, periods)
                if found is not None:
                    said.append((1, found))
                passages = [cell.text for cell in unit.cells()]
            else:
                passages = [unit]
            for passage in passages:
                flat = passage.text.replace("\n", " ").replace("\t", " ")
                for match in re.finditer(_REPORTS, flat):
                    found = _frequency(passage.cut(match.start(), match.end()), periods)
                    if found is not None:
                        told = re.search(r"(?i)parent|famil|padres|guardian", match.group())
                        said.append((0 if told else 2, found))
    if not said:  # "progress reports" is also what pages for later reports are called
        for part in parts:
            if part.kind == "attachment" and re.match(r"(?i)\W*progress reports?\W*$", part.title.flat):
                found = _frequency(part.prose, periods)
                if found is not None and (not choices_in(part.prose) or TICKED in part.prose.text):
                    said.append((3, found))
    if not said:
        for part in parts:
            if part.kind == "progress" and (found := _frequency(part.prose, periods)) is not None:
                said.append((3, found))
    if said:
        best = min(said, key=lambda pair: pair[0])[1]
        return ProgressReporting(read_as(True, best, "sentence"), read_as(_tidy(best.flat), best, "sentence"))
    return ProgressReporting(
        Value(False, asked.flat if asked else "", asked.places() if asked else (), 0.85, "absent"), None
    )


_REPORTS = re.compile(
    r"(?i)(?:progress|progreso)[^.☐?_:]{0,140}?(?:report|inform|sent|provided|enviad|notif)[^.?_:]{0,160}"
    r"|(?:report|inform)[^.☐?_:]{0,60}(?:progress|progreso)[^.☐?_:]{0,160}"
    r"|(?:parents?|famil(?:y|ies)|guardians?|padres|familias?)\b[^.☐?_:]{0,40}\b(?:receive|get|are sent|be sent|recibir\w+)\b[^.☐?_:]{0,40}(?:reports?|informes?)\b[^.?_:]{0,160}"
)


def _report_column(table: Table, knowledge: Knowledge, periods: list[str]) -> Passage | None:
    kind = table_kind(table, knowledge)
    if not kind or kind[0] != "goals":
        return None
    column = next((c for c, role in kind[1].items() if role == "report"), None)
    for row in table.rows[kind[2] :]:
        for cell in row:
            if cell.column == column and cell.text and _frequency(cell.text, periods):
                return cell.text
    return None


def _frequency(value: Passage, periods: list[str]) -> Passage | None:
    """The phrase that says how often, from its first period word on."""
    if not value:
        return None
    choices = choices_in(value)
    if choices:
        marked = [
            choice.words
            for choice in choices
            if choice.marked and choice.words and not re.match(r"(?i)\W*(?:yes|no)\W*$", choice.words.flat)
        ]
        said = [words for words in marked if any(period in plain(words.flat) for period in periods)]
        return Passage.join(said or marked, ", ") if marked else None
    text = plain(value.text.replace("\n", " ").replace("\t", " "))
    if len(text) != len(value.text):
        text = value.text.replace("\n", " ").replace("\t", " ").lower()
    starts = [text.find(period) for period in periods if period in text]
    if not starts:
        return None
    start = min(starts)
    lead = re.search(r"(?:every|each|at least|cada|a)\s+(?:\w+\s+)?$", text[:start])
    if lead and not re.match(r"every|each|cada", text[start:]):
        start = lead.start()
    stop = re.search(
        r"\.(?:\s|$)|;|,?\s+(?:by means of|by written|through|in (?:english|spanish|writing)|using|via|sent home|mediante|por medio|por escrito|(?:progress )?codes?:)",
        text[start:],
    )
    end = start + stop.start() if stop else len(text)
    return value.cut(start, end)


def _tidy(words: str) -> str:
    words = re.sub(r"(?i),?\s*by (?:written )?progress report.*$", "", words)
    return words.strip(" .,;")


# ---------------------------------------------------------------- special factors


def read_factors(
    parts: Sequence[Part],
    entries: Sequence[Entry],
    knowledge: Knowledge,
    levels: dict[str, Text],
    categories: Sequence[Text],
) -> SpecialFactors:
    """The considerations of 34 CFR 300.324(a)(2), each as a need marked or not."""
    found = SpecialFactors()
    pieces: list[tuple[Passage, Passage, str]] = []  # question, answer, how
    for part in parts:
        if part.kind not in (
            "special_factors",
            "student",
            "unknown",
            "concerns",
            "general_factors",
            "eligibility",
            "present_levels",
            "evaluation",
        ):
            continue
        for unit in part.units():
            if isinstance(unit, Table):
                pieces += _factor_rows(unit, part, knowledge)
            elif part.kind in ("special_factors", "concerns", "student", "unknown"):
                pieces += _factor_lines(unit, knowledge)
            else:
                pieces += [
                    piece
                    for piece in _factor_lines(unit, knowledge)
                    if TICKED in piece[1].text
                    or (piece[0].flat.endswith("?") and re.match(r"(?i)\W*(?:yes|no|sí)\b", piece[1].text))
                ]
    for slot, phrases in knowledge.words["factors"].items():
        best: Flag | None = None
        for question, answer, how in pieces:
            words = f" {plain(question.flat).replace('(s)', 's')} "
            alone = re.sub(r"[^a-zñ ]", "", plain(re.sub(r"\([^)]*\)", "", question.flat))).strip()
            named = slot in _ONE_WORD and bool(_ONE_WORD[slot].fullmatch(alone))
            if not named and not any(plain(phrase) in words for phrase in phrases):
                continue
            if slot == "visual_impairment" and re.search(r"deaf", words) and not re.search(r"blind", words):
                continue
            if (
                slot == "communication"
                and re.search(r"assistive|deaf|hard of hearing", words)
                and "communication need" not in words
                and "his/her communication" not in words
                and not named
            ):
                continue
            said = _answer(answer, knowledge)
            if said is None:
                continue
            if slot == "visual_impairment" and not said[0] and _still_impaired(answer):
                said = (True, answer)
            source = Passage.join([question, said[1]], " ")
            if best is None or (said[0] and not best.value):
                best = read_as(said[0], source, how)
            if best.value:
                break
        setattr(found, slot, best)
    _health(found, levels, categories, parts, knowledge)
    for slot in (
        "behavior",
        "english_learner",
        "visual_impairment",
        "deaf_hard_of_hearing",
        "communication",
        "assistive_technology",
    ):
        if getattr(found, slot) is None and pieces:
            setattr(found, slot, concluded(False, trust=0.7))
    for category in categories:
        federal = knowledge.disability(category.value)
        if federal == "visual impairment":
            found.visual_impairment = Value(True, category.words, category.places, 0.93, "derived")
        if federal in ("deafness", "hearing impairment"):
            found.deaf_hard_of_hearing = Value(True, category.words, category.places, 0.93, "derived")
    return found


_ONE_WORD = {  # factors in a list that names each by a word or two
    "behavior": re.compile(r"behaviou?rs?(?: needs?| concerns?)?|conducta|comportamiento"),
    "communication": re.compile(r"communication|comunicacion"),
    "health": re.compile(r"health|medical|salud|health and medical|medical health"),
    "english_learner": re.compile(r"language needs?|ell|esl|multilingual|english learner status"),
    "visual_impairment": re.compile(r"vision|visual|blind visually impaired|blind"),
    "deaf_hard_of_hearing": re.compile(r"hearing|deaf"),
}


def _still_impaired(answer: Passage) -> bool:
    return bool(
        re.search(
            r"(?i)visual impairment|low vision|cortical visual|impedimento visual|baja visión", answer.flat
        )
    )


def _factor_rows(table: Table, part: Part, knowledge: Knowledge) -> list[tuple[Passage, Passage, str]]:
    found = []
    kind = table_kind(table, knowledge)
    head = table.rows[0]
    yes_column = next((c.column for c in head if squeezed(c.text.flat) in ("yes", "si")), None)
    no_column = next((c.column for c in head if squeezed(c.text.flat) == "no"), None)
    looked_at = {c.column for c in head if re.search(r"considered|considerad", plain(c.text.flat))}
    for number, row in enumerate(table.rows):
        cells = [cell for cell in row if cell.text]
        if not cells:
            continue
        if len(row) == 1 and number + 1 < len(table.rows) and len(table.rows[number + 1]) == 1:
            titled, below = cells[0].text, table.rows[number + 1][0].text
            title = re.match(rf"[^?.:{TICKED}{EMPTY}]{{3,80}}(?=[{TICKED}{EMPTY}])", titled.text)
            if (
                title and below and not re.search(f"[{TICKED}{EMPTY}]", below.text)
            ):  # answer first, then the question
                found.append(
                    (Passage.join([titled.cut(0, title.end()), below], " "), titled.cut(title.end()), "box")
                )
                continue
        if yes_column is not None and no_column is not None and len(row) > 2:
            question = cells[0].text
            yes = next((c for c in row if c.column == yes_column), None)
            no = next((c for c in row if c.column == no_column), None)
            if (yes is not None and TICKED in yes.text.text) or (
                yes is not None and squeezed(yes.text.flat) in ("x", "yes")
            ):
                found.append((question, Passage("Yes"), "box"))
            elif no is not None and (TICKED in no.text.text or squeezed(no.text.flat) in ("x", "no")):
                found.append((question, Passage("No"), "box"))
            continue
        answered = [
            n for n, c in enumerate(cells) if c.column not in looked_at and _only_yes_or_no(c.text, knowledge)
        ]
        if (
            len(answered) > 1
            and len(cells) == 2 * len(answered)
            and answered == list(range(1, len(cells), 2))
        ):
            found += [(cells[n - 1].text, cells[n].text, "box") for n in answered]  # two questions a row
            continue
        own_boxes = [
            c
            for c in cells
            if re.match(rf"\W*[{TICKED}{EMPTY}]\s*(?!(?:yes|no|sí|si)\b)[^\W\d_]{{3}}", c.text.text, re.I)
        ]
        if len(own_boxes) > 1 and len(own_boxes) == len(cells):
            for cell in cells:
                found += _factor_lines(Passage.join(cell.text.lines(), " "), knowledge)
            continue
        boxed = next(
            (c for c in cells if c.column not in looked_at and _only_yes_or_no(c.text, knowledge)), None
        )
        asked = next((c for c in cells if c is not boxed), None)
        if boxed is not None and asked is not None:
            found.append((asked.text, boxed.text, "box"))
            continue
        if part.kind != "special_factors" and (kind is None or kind[0] != "factors"):
            if len(cells) >= 2 and len(cells[0].text.flat) < 160:
                found.append((cells[0].text, cells[-1].text, "row"))
            continue
        if len(cells) >= 2:
            detail = cells[-1].text
            if kind and kind[0] == "factors":
                column = next((c for c, r in kind[1].items() if r == "detail"), None)
                own = next((c for c in row if c.column == column), None)
                if own is not None and own.text:
                    detail = own.text
                states = [c.text for c in row if kind[1].get(c.column) == "state" and c.text]
                first = re.match(r"(?i)\W*(yes|no|not applicable|n/a|sí)\b", detail.text)
                if (
                    not first
                    and states
                    and not re.search(r"(?i)considered", " ".join(c.text.flat for c in head))
                ):
                    detail = states[0]
            found.append((cells[0].text, detail, "row"))
        else:
            found += _factor_lines(cells[0].text, knowledge)
    return found


def _only_yes_or_no(text: Passage, knowledge: Knowledge) -> bool:
    """Whether a cell holds a marked Yes or No and nothing besides."""
    words = re.findall(r"[^\W_]+", plain(text.flat))
    answered = bool(words) and all(word in ("yes", "no", "si", "n", "y", "a", "na") for word in words)
    return answered and yes_or_no(text, knowledge) is not None


def _factor_lines(text: Passage, knowledge: Knowledge) -> list[tuple[Passage, Passage, str]]:
    """Question and answer in lines: boxes before ("☒ Yes ☐ No Question") or after the words."""
    found = []
    lines = text.lines()
    statements: list[Passage] = []
    current: list[Passage] = []
    for line in lines:
        begins = re.match(
            r"\W*(?:☐|☒)|^\s*\d{1,2}[.)]\s|^(?:[A-Z][.)]\s+)?(?:Does|Do|Is|Has|If|For|Will|Considerations|¿|In the case|When)\b|^¿|^[•-]\s"
            r"|^[^?☐☒.]{3,110}[:?]\s*(?i:(?:yes|no|n/a|not|none|sí|si)\b|☐|☒)",
            line.text,
        )
        answers = (
            re.match(r"\W*(?:☐|☒)", line.text)
            and current
            and re.search(r"[?:]\s*$", current[-1].flat)
            and not re.match(r"\W*(?:☐|☒)", current[0].text)
        )
        if begins and current and not answers:
            statements.append(Passage.join(current, "\n"))
            current = []
        current.append(line)
    if current:
        statements.append(Passage.join(current, "\n"))
    for statement in statements:
        flat = statement.text
        leading = re.match(
            r"\W*[☐☒]\s*(?:Yes|Sí|Si|No|Y|N)\b\W*[☐☒]\s*(?:Yes|Sí|Si|No|Y|N)(?:/A)?\b(?:\s*☐ ?N/A)?\s*",
            flat,
            re.I,
        )
        if leading:
            found.append((statement.cut(leading.end()), statement.cut(0, leading.end()), "box"))
            continue
        mark = re.search(r"[?:]\s*|(?=[☐☒])", flat)
        if mark and mark.start() > 3:
            found.append((statement.cut(0, mark.start()), statement.cut(mark.end()), "label"))
            second = re.search(r":\s*", flat[mark.end() :])
            if second and second.start() < 30:
                found.append(
                    (
                        statement.cut(0, mark.end() + second.start()),
                        statement.cut(mark.end() + second.end()),
                        "label",
                    )
                )
        elif re.match(r"\W*[☐☒]", flat):
            for choice in choices_in(statement):
                if choice.words and not knowledge.disability(re.sub(r"[*†]|^[PS] ", "", choice.words.flat)):
                    found.append((choice.words, Passage("Yes" if choice.marked else "No"), "box"))
    return found


_REFUSAL = re.compile(r"(?i)\W*(?:n/?a\b|no\b|not\b|none\b|does not\b|ningun|no aplica)")


def _answer(answer: Passage, knowledge: Knowledge) -> tuple[bool, Passage] | None:
    said = yes_or_no(answer, knowledge)
    if said is not None:
        return said
    options = [choice for choice in choices_in(answer) if choice.words]
    refusals = [bool(_REFUSAL.match(choice.words.flat)) for choice in options]
    if any(refusals) and not all(refusals):  # "☐ N/A ☒ Addressed in goal 3"
        marked = [
            (choice, refused) for choice, refused in zip(options, refusals, strict=True) if choice.marked
        ]
        if marked:
            return not marked[0][1], marked[0][0].words
    key = squeezed(answer.flat)
    if key in knowledge.no:
        return False, answer
    if key in knowledge.yes:
        return True, answer
    if re.match(
        r"(?i)\W*(?:no (?:needs?|concerns?)|not (?:applicable|needed|an? |required)|does not|none|age appropriate|is not)",
        answer.flat,
    ):
        return False, answer
    return None


def _health(
    found: SpecialFactors,
    levels: dict[str, Text],
    categories: Sequence[Text],
    parts: Sequence[Part],
    knowledge: Knowledge,
) -> None:
    if found.health is not None:
        return
    for category in categories:
        if knowledge.disability(category.value) == "other health impairment":
            found.health = Value(True, category.words, category.places, 0.8, "derived")
            return
    for part in parts:
        for table in part.tables:
            kind = table_kind(table, knowledge)
            if kind and kind[0] == "services":
                for row in table.rows[kind[2] :]:
                    words = plain(row[0].text.flat) if row else ""
                    if re.search(r"\bnurs|health serv|enfermer", words):
                        found.health = read_as(True, row[0].text, "row")
                        return
    if levels or parts:
        found.health = concluded(False, trust=0.8)


# ---------------------------------------------------------------- present levels


def _names_area(text: Passage, knowledge: Knowledge) -> bool:
    """Whether a cell across a table names the area of the rows below it."""
    return (
        len(text.flat.split()) <= 8 and knowledge.area(text.flat) is not None and not text.flat.endswith("?")
    )


_OF_STUDENT = re.compile(
    r"(?i)\b(?:interests?|strengths?|preferences?|needs?|assessments?|intereses|fortalezas|preferencias)\b"
)


def _tells_at_length(table: Table) -> bool:
    """Whether a table holds what is known of a child in sentences rather than answers to questions."""
    return any(len(cell.text.flat.split()) > 14 and TICKED not in cell.text.text for cell in table.cells())


def read_levels(parts: Sequence[Part], entries: Sequence[Entry], knowledge: Knowledge) -> dict[str, Text]:
    """Present levels by area, in the document's words."""
    found: dict[str, list[Passage]] = {}

    def put(area: str, value: Passage) -> None:
        if value and not knowledge.says_nothing(value.text):
            found.setdefault(area, []).append(value)

    for part in parts:
        if part.kind not in ("present_levels", "concerns", "evaluation", "special_factors") and not (
            part.kind == "unknown" and part.title
        ):
            continue
        area = "general"
        for unit in part.units():
            if isinstance(unit, Table):
                if part.kind in ("present_levels", "evaluation", "concerns") or (
                    part.kind in ("special_factors", "unknown") and _tells_at_length(unit)
                ):
                    for row in unit.rows:
                        if len(row) == 1 and _names_area(row[0].text, knowledge):
                            area = knowledge.area(row[0].text.flat) or area
                        put(
                            knowledge.area(row[0].text.flat) or area,
                            Passage.join((c.text for c in row if c.text), "\t"),
                        )
                continue
            if part.kind in ("special_factors",):
                put("special factors", unit)
                continue
            if part.kind == "unknown":
                put(knowledge.area(part.title.flat) or "general", unit)
                continue
            lines = unit.lines()
            chunk: list[Passage] = []
            for line in lines:
                label = re.match(r"^([A-ZÁÉÍÓÚ][^:.]{2,90}):\s*", line.text)
                own = (
                    knowledge.area(label[1] if label else line.flat)
                    if (label or (len(line.flat) < 70 and not re.search(r"[.:;] |\d{2}", line.flat)))
                    else None
                )
                if (
                    own
                    and (label or line.bold or not line.flat.endswith("."))
                    and (label or len(line.flat.split()) <= 8)
                ):
                    put(area, Passage.join(chunk, "\n"))
                    chunk = []
                    area = own
                    if label:
                        plain_label = not re.search(r"[\t\d]", label[1])
                        chunk.append(line.cut(label.end()) if plain_label else line)
                    continue
                chunk.append(line)
            put(area, Passage.join(chunk, "\n"))
    for entry in entries:
        if (
            entry.role == "goal.baseline"
            and entry.part not in ("attachment", "notes", "evaluation")
            and len(entry.value.flat) > 60
        ):
            put("goal baselines", entry.value)
        elif (
            entry.role == "goal.area" and entry.part in ("goals", "transition") and len(entry.value.flat) > 60
        ):
            put("needs", entry.value)
        elif (
            entry.part == "transition"
            and entry.role in (None, "transition.assessment")
            and _OF_STUDENT.search(entry.label.flat)
        ):
            put("interests", entry.value)
    return {
        area: read_as(" ".join(v.flat for v in values), Passage.join(values, "\n"), "label", trust=0.9)
        for area, values in found.items()
    }

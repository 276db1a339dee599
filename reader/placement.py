"""Placement: the share of time in general education, why the rest is apart, and the extended school year."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reader.choices import choices_in
from reader.knowledge import Knowledge, squeezed
from reader.labels import Entry
from reader.layout import EMPTY, TICKED, Passage, Table, capitals
from reader.parts import Part
from reader.reading import (
    ExtendedYear,
    Flag,
    Placement,
    Value,
    read_as,
)

_REASON = re.compile(
    r"(?i)\bbecause\b|\bdue to\b|\bneeds?\b|\brequires?\b|\bin order to\b|\bso that\b|\bcannot be\b|\bporque\b|\bdebido a\b|\bnecesita|\brequiere"
)


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
    words = value.text[:160]
    bare = _RANGE.sub(lambda match: " " * len(match.group()), words)
    if len(_SHARE.findall(bare)) == 1:  # "☒ 80% or more  ☐ 40% to 79%  Actual: 86.2%"
        words = bare
    match = re.search(r"(\d{1,3}(?:\.\d+)?)\s*%|^\W*(\d{1,3}(?:\.\d+)?)\b(?!\s*(?:min|hour|/))", words)
    if not match:
        return None
    number = float(match[1] or match[2])
    if number > 100:
        return None
    return (int(number) if number.is_integer() else number), value.cut(match.start(), match.end())


_IN = re.compile(
    r"(?i)(?:in|inside|within|en)\s+(?:the\s+|el\s+|la\s+)?(?:a\s+)?(?:general|regular|educaci[oó]n general|aula regular|clase regular)\b|\b(?:regular|general)(?: education)? (?:environment|setting|class(?:room)?)\b|with (?:the )?(?:general|regular)[- ]ed(?:ucation)? (?:students|peers|classmates|children)|with (?:non-?disabled|typical|same-age|peers without)|non-?disabled (?:peers|students|children|classmates)|non-disabled peers|sin discapacidad|typically developing|(?:children|students|peers|classmates) (?:without|with no|who (?:do not have|don't have|have no)) disabilities|with (?:his|her|their|the) (?:class|classmates|peers)\b"
)
_OUT = re.compile(
    r"(?i)(?:outside|removed from|away from|out of|apart from|fuera de)\s+(?:of\s+)?(?:the\s+|la\s+|el\s+|del\s+)?(?:general|regular|educaci[oó]n general|aula|clase)|"
    r"(?:away|apart|separate) from (?:(?:the|his|her|their|other|same-age|typical|non-?disabled)\s+){0,2}(?:peers|students|children|classmates)|"
    r"in (?:a |the )?special education|special class|self-contained|resource (?:room|class|setting)|separate (?:class|setting)|not participate|en educaci[oó]n especial|removed\b|\bremoval from\b"
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
    removed = re.search(
        r"(?i)\bremov(?:al|ed)\b[^.]*\d ?(?:%|percent)", line.flat
    )  # "Removal from general education: 12 %"
    inside, outside = None if removed else _IN.search(line.flat), removed or _OUT.search(line.flat)
    if len(shares) != 1 or bool(inside) == bool(outside) or float(shares[0][1]) > 100:
        return None
    number = float(shares[0][1])
    return (int(number) if number.is_integer() else number), line, "in" if inside else "out"


_SHARE_TOLD = re.compile(  # "LRE: 79 %", "General education: 75%", "Percent of day with peers 64"
    r"(?i)(?:\blre\b|\b(?:general|regular) (?:education|class(?:room)?)(?: (?:time|setting|environment|class(?:room)?|percentage))?)\s*[:=]?\s*(\d{1,3}(?:\.\d+)?)\s?%(?!\s*(?:or|to|and|[-–])\b)"
    r"|(?:\bpercent(?:age)?\b|%)[^.\d:%☐☒]{0,60}\b(?:in|inside|with|general|regular)\b[^.\d:%☐☒]{0,60}:?\s*(\d{1,3}(?:\.\d+)?)(?=\s*(?:$|[A-Z]))"
)


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
    if not candidates:
        for part in parts:
            if part.kind == "lre" and (share_told := _SHARE_TOLD.search(part.prose.text.replace("\n", " "))):
                number = float(share_told[1] or share_told[2])
                if number <= 100:
                    spot = part.prose.cut(share_told.start(), share_told.end())
                    share = int(number) if number.is_integer() else number
                    return read_as(share, spot, "sentence", trust=0.8)
    if not candidates and (counted := _share_counted(parts)) is not None:
        return counted
    for way in ("in", "out"):
        for rank, value, spot, kind in sorted(candidates, key=lambda c: c[0]):
            if kind == way:
                share = value if way == "in" else 100 - value
                return read_as(
                    share, spot, "sentence", trust=0.92 if rank == 0 else 0.86 if rank < 1 else 0.8
                )
    return None


_COUNT_OF = r"[^.;\d☐☒%]{0,40}?(\d{1,4}(?:,\d{3})?(?:\.\d+)?)"
_HOURS_APART = re.compile(  # "General education: 27 hours a week; special education: 5 hours a week"
    rf"(?i)\b(?:general|regular) education\b{_COUNT_OF}\s*(?P<unit>hours?|minutes?)\b[^.☐☒%]{{0,40}}?\bspecial education\b{_COUNT_OF}\s*(?P=unit)"
)
_HOURS_OF_ALL = re.compile(  # "Hours in school per week 32.5; hours in special education 6.5"
    rf"(?i)\b(?:hours|minutes) (?:in|of) (?:the )?school\b{_COUNT_OF}[^.☐☒%\d]{{0,20}}\b(?:hours|minutes) (?:in|of) special education\b{_COUNT_OF}"
)


_COUNT_WITHIN = re.compile(  # "Time outside general education: 200 of 2,000 minutes"
    r"(?i)(?P<of>[^.;:\d☐☒%]{8,90})[:=]?\s*(\d{1,4}(?:,\d{3})?(?:\.\d+)?)\s*(?:minutes?|min\.?|hours?)?\s*(?:out )?of\s*(?:the |a )?(?:total (?:of )?)?(\d{1,4}(?:,\d{3})?(?:\.\d+)?)(?!\s*(?:%|classes|periods))"
)


def _share_counted(parts: Sequence[Part]) -> Value | None:
    """The share where only hours or minutes of each are told."""
    for part in parts:
        if part.kind not in ("lre", "services"):
            continue
        flat = part.prose.text.replace("\n", " ").replace("\t", " ")
        apart, of_all = _HOURS_APART.search(flat), _HOURS_OF_ALL.search(flat)
        told = apart or of_all
        if told is None:
            for within in _COUNT_WITHIN.finditer(flat):
                spent, every = (float(number.replace(",", "")) for number in within.group(2, 3))
                in_class, apart_from = _IN.search(within["of"]), _OUT.search(within["of"])
                if bool(in_class) != bool(apart_from) and 0 < spent <= every:
                    share = round(100 * (spent if in_class else every - spent) / every, 2)
                    return read_as(share, part.prose.cut(*within.span()), "sentence", trust=0.8)
            continue
        first, second = (float(number.replace(",", "")) for number in (told[1], told[3 if apart else 2]))
        whole = first + second if apart else first
        inside = first if apart else first - second
        if 0 < inside <= whole:
            return read_as(round(100 * inside / whole), part.prose.cut(*told.span()), "sentence", trust=0.8)
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
    left_blank = asked is not None
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
                        r"(?i)remov|not participate|outside|out of (?:the )?(?:regular|general)|leave|pull|separate|small group|away|special class|special education|fuera|retir|aparte|\bsale\b|resource|one[- ]to[- ]one|therap|rest of (?:the|his|her|their) (?:school )?(?:time|day|week)|not be in the",
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
    if not left_blank and (reason := _reason_said(parts)) is not None:
        return read_as(True, reason, "loose")
    if asked is not None:
        return Value(False, asked.flat, asked.places(), 0.85, "absent")
    return None


_SPOKEN_OF = re.compile(
    r"\b(?:[Hh]e|[Ss]he|[Tt]hey|[Hh]is|[Hh]er|him|The student|Student|The child|This student|Él|Ella|El estudiante|La estudiante)\b"
    r"|^[A-ZÁÉÍÓÚÑ][\w'’-]+ (?:needs|requires|is|has|learns|works|leaves|benefits)\b|\b(?:as|since|because|where|so) [A-ZÁÉÍÓÚÑ][\w'’-]+"
)
_SO = re.compile(
    r"(?i)\b(?:because|since|as (?:he|she|they|the|[A-Z]\w+)|so (?:that|he|she|they)|where (?:he|she|they|[A-Z]\w+)|in order|needs?|requires?|benefits?|to (?:learn|practice|work|get|receive|have|meet)|cannot|not able|too|porque|ya que|necesita|para)\b"
)
_WHERE = re.compile(
    r"(?i)\b(?:class(?:room)?|peers|room|group|setting|general education|regular|special education|resource|therapy|pull(?:ed)?[- ]out|aula|compañeros|grupo)\b"
)


def _reason_said(parts: Sequence[Part]) -> Passage | None:
    """A sentence of the placement part that says of the child, and of a place, why."""
    for part in parts:
        if part.kind != "lre":
            continue
        for unit in part.units():
            for text in [unit] if isinstance(unit, Passage) else [cell.text for cell in unit.cells()]:
                if TICKED in text.text or EMPTY in text.text:
                    continue
                start = 0
                for stop in re.finditer(r"(?<=[\w)])[.](?=\s|$)", text.text):
                    sentence = text.cut(start, stop.end()).strip()
                    start = stop.end()
                    flat = sentence.flat
                    if (
                        len(flat.split()) >= 9
                        and _SPOKEN_OF.search(flat)
                        and _SO.search(flat)
                        and _WHERE.search(flat)
                        and not re.search(
                            r"(?i)\b(?:must|shall|if the|iep team must|explain|only (?:when|if)|nature or severity|maximum extent|do you|parents? (?:has|have|may))\b",
                            flat,
                        )
                    ):
                        return sentence
    return None


_WHY = re.compile(
    r"(?i)\bexplain\b|\breasons?\b|\bwhy\b|\bjustif|\bextent\b|\brationale\b|\bexpli(?:que|car)|\brazón|\bmotivo"
)
_APART = re.compile(
    r"(?i)not participate|\bremov|non-?participation|nondisabled|non-disabled|without disabilities|typically developing|typical peers|with (?:their |his |her |other )?peers|other children|outside|regular (?:class|education)|general education|sin discapacidad"
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
                steps += _typed_together(unit.lines())
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


def _typed_together(lines: Sequence[Passage]) -> list[tuple[Passage, bool]]:
    """(line, whether it was typed into a field), the lines of one field as one."""
    found: list[tuple[Passage, bool]] = []
    for line in lines:
        typed = bool(line.words) and all(word.entry for word in line.words)
        if typed and found and found[-1][1]:
            found[-1] = (Passage.join([found[-1][0], line], "\n"), True)
        else:
            found.append((line, typed))
    return found


def _more_than_percent(words: str) -> bool:
    bare = re.sub(r"(?i)\d+(?:\.\d+)?\s*%?|of the school day|in general education(?: setting)?", "", words)
    return len(re.findall(r"[^\W\d_]{2,}", bare)) >= 4


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
    r"(?i)not (?:eligible|needed|recommended|necessary|required|qualify)|does not (?:need|require|qualify)|do(?:es)? not show|did not see|no (?:es|son) (?:necesari|elegible)|no (?:necesita|requiere|califica)|not qualif|is not|not warranted|decided against|declined|turned down|no elegible|no recomendad|no se recomienda|will not"
)
_YES_ESY = re.compile(
    r"(?i)\b(?:is eligible|eligible|needed|recommended|necessary|required|warranted|qualifies|will receive|will be provided|needs esy|es elegible|necesari|recomendad|recibirá|califica)\b|requires esy"
)


_FOR_ESY = re.compile(
    r"(?i)\b(?:qualifies for|is eligible for|needs|requires|will receive|recommends?) (?:\w+ ){0,2}(?:extended school year|esy)\b"
)
_ESY_OPEN = re.compile(
    r"(?i)under consideration|deferred|put off|postponed|reconvene|more (?:data|information)|to be (?:decided|determined)|not yet (?:decided|determined)|pendiente|en consideración"
)


def _esy_decision(passage: Passage, knowledge: Knowledge) -> tuple[bool | None, Passage, str] | None:
    """(eligible, the words, how); eligible is none where the decision was put off."""
    said = re.search(
        r"(?i)(?<!\()\b(?:consider(?:ed)?|discussed|addressed|reviewed)\b[^?.:☐☒]{0,90}\W{0,3}(?:[☐☒]\s*yes\s*[☐☒]\s*no\b|[☐☒]\s*no\s*[☐☒]\s*yes\b|yes\b)\W*",
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
        first = re.match(r"\W*(yes|no|sí|si|y|n)\b", words, re.I)
        if re.match(r"(?i)\W*(?:considered|considerado)", words):
            continue
        if _ESY_OPEN.search(words):
            return None, choice.words, "box"
        if _NOT_ESY.search(words[:60]) or re.match(r"(?i)\W*not\b", words):
            decisive = (False, choice.words)
        elif first:
            decisive = (squeezed(first[1]) not in ("no", "n"), choice.words)
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
        or re.search(r"\?\s*(Y|N|y|n)\W*$", flat)
        or re.search(r"(?i)\besy\b[^?.]{0,20}\?\s*(yes|no|sí)\b", flat)
        or re.search(
            r"(?i)\b(?:needed|eligible|required|necessary|qualif\w+|recommended|warranted|offered|decision|result|need|elegible|necesit\w+)\b[^?.:]{0,40}[?:]\s*(yes|no|sí|y|n)\b",
            flat,
        )
    )
    if first:
        return squeezed(first[1]) not in ("no", "n"), passage, "label"
    if _NOT_ESY.search(flat):
        return False, passage, "sentence"
    if _FOR_ESY.search(flat):
        return True, passage, "sentence"
    if _YES_ESY.search(after):
        return True, passage, "sentence"
    return None

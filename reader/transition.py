"""Transition after school, and the rights that pass to the student at majority (34 CFR 300.320(b), (c))."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from reader.dates import age_on, dates_in
from reader.knowledge import Knowledge, plain, squeezed
from reader.labels import Entry
from reader.layout import EMPTY, TICKED, Passage, Table
from reader.parts import Part
from reader.reading import (
    Flag,
    PostsecondaryGoal,
    Transition,
    Value,
    concluded,
    read_as,
)

AREAS = {
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
        area, value = AREAS.get(entry.role or ""), entry.value
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
    for part in parts:
        if found.postsecondary_goals and part.kind != "transition":
            continue
        for table in part.tables if part.kind not in ("attachment", "notes", "notice") else ():
            for area, text in _post_rows(table, knowledge):
                if squeezed(text.flat) not in seen:
                    seen.add(squeezed(text.flat))
                    found.postsecondary_goals.append(
                        PostsecondaryGoal(area, read_as(text.flat, text, "column"))
                    )
    if not found.postsecondary_goals:
        for part in parts:
            for plan in _PLANS.finditer(part.prose.text) if part.kind == "transition" else ():
                text = part.prose.cut(plan.start(), plan.end())
                flat = re.sub(r"\s*:\s*", " ", text.flat)
                seen.add(squeezed(flat))
                found.postsecondary_goals.append(
                    PostsecondaryGoal(_PLANNED[plan["what"].lower()], read_as(flat, text, "row"))
                )
    told = bool(found.postsecondary_goals)  # then only what plainly is another one
    if len(found.postsecondary_goals) < 3:
        for part in parts:
            if part.kind != "transition":
                continue
            for sentence in _sentences(part.prose):
                if told and not _PLAINLY_AFTER.search(sentence.flat):
                    continue
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
                    if any(
                        squeezed(body.flat).rstrip(".") in other or other in squeezed(body.flat)
                        for other in seen
                    ):
                        continue
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
_PLANNED = {
    "learn": "education/training",
    "study": "education/training",
    "work": "employment",
    "live": "independent living",
}
_PLANS = re.compile(  # "After high school, I plan to work: as a welder"
    r"(?:After|Upon|Following) [^,:.\n]{0,24}(?:school|graduat\w+)[^,:.\n]{0,20}, (?:[A-Z][\w'’-]*|he|she|they) (?:plans? to|will|intends? to|wants? to) (?P<what>learn|study|work|live)\s*:\s*[^\n:]{4,120}"
)
_PLAINLY_AFTER = re.compile(
    r"\b(?:After|Upon|Following) (?:high school|graduation|graduating|leaving (?:high )?school|(?:the )?completion of (?:high )?school|completing high school)\b, [^.]{2,30}\bwill\b"
)
_AFTER_SCHOOL = re.compile(
    r"(?i)\bafter (?:high )?school\b|post-?\s?secondary|post-?\s?school|postsecundari|después de la"
)


def _post_rows(table: Table, knowledge: Knowledge) -> list[tuple[str, Passage]]:
    """(area, goal) of a table with a column of postsecondary goals, an area to each row."""
    beside = [
        (area, text)
        for row in table.rows
        if len(row) == 2
        and _AFTER_SCHOOL.search(row[0].text.flat)
        and (area := knowledge.postsecondary_area(row[0].text.flat)) is not None
        and (text := _post_goal(row[1].text, knowledge)) is not None
    ]
    if len(beside) > 1:
        return beside
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


_DATE_ASKED = re.compile(
    r"(?i)^\W*(?:(?:the )?(?:date|day|fecha)\b[^:.?☐☒]{0,160}(?:[:?]|\t|$)|[^:.?☐☒]{20,160}\b(?:on|date|fecha)\s*:)(?P<answer>.*)$"
)


def _left_blank(text: str, at: int) -> bool:
    """Whether the words at a place are a box that is not marked, or a label that asks for a date ("Date the student was
    told …:") without one behind it or at the begin of the next line."""
    start = text.rfind("\n", 0, at) + 1
    line, _, below = text[start:].partition("\n")
    if line.startswith(EMPTY) and TICKED not in line[: at - start]:
        return True
    asked = _DATE_ASKED.match(line)
    return asked is not None and not dates_in(
        asked["answer"] if asked["answer"].strip(" _\t") else below[:18]
    )


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
        r"|(?:informed|told|notified|advised) of (?:the |his |her |their )?rights[^.:]{0,60}:\s*☒\s*yes\b[^.]{0,30}"
        r"|student informed on:?\s*\d{1,2}/\d{1,2}/\d{2,4}|rights[^.]{0,80}(?:were )?explained to (?:the student|him|her|them)[^.]{0,40}\.?"
        r"|(?:has|have|was) (?:the )?\w+ been (?:told|informed|advised|notified)[^?.]{0,40}\brights[^?.]{0,80}\?\s*(?:☒\s*)?yes\b"
        r"|\breceived (?:an? |the |written )?(?:letter|notice|notification|statement)[^.]{0,40}\b(?:on|of|about) (?:the |his |her |their )?(?:[\w-]+ ){0,3}rights[^.]{0,60}"
        r"|(?:went over|reviewed|discussed|shared) with (?!parent|famil)[\w ]{2,30}\brights[^.]{0,60}\b(?:18|majority|transfer|adult)"
        r"|\binitials?\b[^:_]{0,60}\brights[^:_]{0,40}:\s*(?-i:[A-Z]\.?[A-Z]{1,2}\b)"
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
    if (
        told
        and signed
        and (not boilerplate or TICKED in told.group())
        and not re.search(r"_{4,}", told.group())
        and not _left_blank(text.text, told.start())
    ):
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

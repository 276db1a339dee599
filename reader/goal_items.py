"""What an entry among the goals holds: a number, an area, the goal's sentence, objectives, baseline, method."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from reader.choices import choices_in, chosen
from reader.goal_parts import Item, is_goal, patterns
from reader.goal_sentences import STEP
from reader.knowledge import Knowledge
from reader.labels import Entry, entries_in
from reader.layout import EMPTY, TICKED, Passage, capitals


def _ticked_area(text: Passage, knowledge: Knowledge) -> Passage | None:
    """The area marked in a list of areas over a goal."""
    for line in text.lines():
        options = choices_in(line)
        marked = [choice.words for choice in options if choice.marked and choice.words]
        named = sum(knowledge.area(choice.words.flat) is not None for choice in options)
        if len(marked) == 1 and named >= 4 and named >= 0.6 * len(options) and knowledge.area(marked[0].flat):
            return marked[0]
    return None


HEADING = re.compile(
    r"(?ix)^(?!\W*objetivo\s*\#?\d{1,2}[.-]\d)\W*(?:(?:measurable|annual|iep|academic|functional|meta|goal|objetivo)\s+)*"
    r"(?:goal|meta|objetivo)\s*(?:anual\s*|medible\s*|statement\s*|area\s*)*\**\s*(?:\([^)]{3,60}\)\s*)?(?:n[o.º]*|number|\#|núm\w*)?\s*[.:#]?\s*\#?(?P<number>\d{1,2})\b\s*(?:of\s+\d+)?\s*[-–—:.,)]*\s*(?P<rest>.*)$"
)  # fmt: skip


_NUMBERED = re.compile(
    r"^\W*#?\s*(?P<number>\d{1,2})\s*[.):]?\s*(?:MEASURABLE |ANNUAL |Measurable |Annual )*(?:GOAL|Goal|META|Meta)\b[^\w]*(?P<rest>.*)$"
)


def _without_prompts(value: Passage) -> Passage:
    """A value without the form's printed prompts: "By (date), when given (condition), student will (do what)"."""
    lines = value.lines()
    kept = [
        line
        for line in lines
        if len(_BLANKS.findall(line.text)) < 2 or any(word.entry for word in line.words)
    ]
    return value if len(kept) == len(lines) else Passage.join(kept, "\n")


# a place to fill in: "(condition)", "[skill]", "(do what)"
_BLANKS = re.compile(
    r"(?i)[(\[](?:date|name|student|condition|skill|behaviou?r|do what|baseline|target|tool|criteri(?:a|on)|measure|time ?frame"
    r"|how well|how often|what|when|who|level|setting|number|frequency|fecha|condición|destreza|criterio|meta)"
    r"(?: [a-z]+){0,3}[)\]]"
)


def items_of(entries: list[Entry], knowledge: Knowledge) -> list[Item]:
    """The items of goals that labelled entries hold, in their order."""
    found: list[Item] = []
    for entry in _areas_whole(entries, knowledge):
        entry = replace(entry, value=_without_prompts(entry.value))
        role = entry.role
        cut = _next_heading(entry, knowledge) if role is not None or entry.label else None
        if role is None and not cut:
            found += _unlabelled(entry, knowledge)
        elif cut is not None:
            before = Entry(role, entry.label, entry.value.cut(0, cut), entry.part, entry.how)
            after = Entry(None, Passage(), entry.value.cut(cut), entry.part, entry.how)
            found += items_of([before, after], knowledge)
        elif role is None:
            continue
        elif role == "goal.number":
            found += _number_value(entry, knowledge)
        elif role == "goal.text" and (named := HEADING.match(entry.label.flat.rstrip(":"))) and named["rest"]:
            found += _unlabelled(entry, knowledge)  # "Annual goal 1 - Reading"
        elif role == "goal.objectives" and (step := STEP.match(entry.label.text)):
            found.append(("objectives", entry.label.cut(step.end()), entry.how, Passage()))
            found += items_of([e for e in entries_in(entry.value, knowledge, "goals") if e.role], knowledge)
        elif role == "goal.text":
            found += _goal_value(entry, knowledge)
        elif role == "goal.area":
            found += _area_value(entry, knowledge)
        elif re.match(r"(?i)\W*(?:by|with|para)\s*:", entry.label.text) and not re.search(
            r"\d", entry.value.flat
        ):
            continue  # "By: ______", or the end of a longer label
        elif (
            role == "goal.other"
            and found
            and found[-1][0] == "objectives"
            and _NEXT_ITEM.match(entry.value.text)
        ):
            # "Date of mastery: ____" between two objectives
            found.append(("objectives", entry.value, entry.how, entry.label))
        elif role in ("goal.baseline", "goal.area", "goal.method") and (
            below := _goal_below(entry.value, knowledge)
        ):
            found += items_of([Entry(role, entry.label, below[0], entry.part, entry.how)], knowledge)
            found.append(("text", below[1], "told", Passage()))
        elif role == "goal.baseline" and not _BASELINE.search(entry.label.flat):
            found.append(("present", _own_paragraph(entry.value), entry.how, entry.label))
        elif role.startswith("goal."):
            value = entry.value if role == "goal.objectives" else _own_paragraph(entry.value)
            found.append((role[5:], value, entry.how, entry.label))
        else:
            found.append(("other", entry.value, entry.how, entry.label))
    return found


def _goal_below(value: Passage, knowledge: Knowledge) -> tuple[Passage, Passage] | None:
    """A short value and the goal that stands unlabelled on the lines below it."""
    lines = value.lines()
    for number in range(1, min(len(lines), 4)):
        text = Passage.join(lines[number:], "\n")
        if not text.text[:1].isupper() or lines[number - 1].flat.endswith((",", "-")):
            continue
        known = patterns(knowledge)
        if (
            is_goal(text.flat, knowledge)
            and known["criterion"].search(text.flat)
            and not is_goal(Passage.join(lines[:number], "\n").flat, knowledge)
            and (
                known["condition"].match(text.flat)
                or known["timeframe"].match(text.flat)
                or known["will"].search(text.flat[:60])
            )
        ):
            return Passage.join(lines[:number], "\n"), text
    return None


_NEXT_ITEM = re.compile(r"[_\s]*(?:\d{1,2}|[a-z])[.)]\s+\S")


_BASELINE = re.compile(r"(?i)base|start|punto de partida")


def _own_paragraph(value: Passage) -> Passage:
    """The lines up to a gap wider than between lines of one paragraph."""
    lines = value.lines()
    if len(lines) < 2 or any(word.entry for word in value.words):
        return value
    gaps = []
    for above, below in pairwise(lines):
        a, b = above.words[-1], below.words[0]
        gaps.append((b.box[1] - a.box[3]) / max(a.height, 1.0) if a.page == b.page else 0.0)
    for index, gap in enumerate(gaps):
        begins = lines[index + 1].text[:1].isupper() and not lines[index].flat.endswith(",")
        if begins and gap > max(0.55, 1.6 * min(gaps) if len(gaps) > 1 else 0.55):
            return Passage.join(lines[: index + 1], "\n")
    return value


def _number_value(entry: Entry, knowledge: Knowledge) -> list[Item]:
    number = re.match(r"\W*(\d{1,2})\b", entry.value.text)
    if number:
        digits = entry.value.cut(number.start(1), number.end(1))
        rest = _strip_lead(entry.value.cut(number.end()))
        if of_all := re.match(r"(?i)(?:of|out of|de|/)\s*\d{1,2}\b\W*", rest.text):  # "1 of 4"
            rest = rest.cut(of_all.end())
        return [
            ("number", digits, entry.how, entry.label),
            *(_area_or_text(rest, knowledge, entry) if rest else []),
        ]
    if is_goal(entry.value.flat, knowledge):
        text, listed = _without_lists(entry.value, knowledge)
        return [("text", text, entry.how, entry.label), *listed]
    if entry.value:
        return [("area", entry.value.lines()[0], entry.how, entry.label)]
    return [("open", Passage(), entry.how, entry.label)]


def _area_value(entry: Entry, knowledge: Knowledge) -> list[Item]:
    lines = entry.value.lines()
    if not lines:
        return [("area", Passage(), entry.how, entry.label)]
    area = lines[0].split("\t")[0]
    remark = re.search(r"\s\((?:priority|need|prioridad|goal|meta)[^)]*\)\s*$", area.text, re.I)
    if remark:
        area = area.cut(0, remark.start())
    rest = Passage.join(lines[1:], "\n")
    found: list[Item] = [("area", area, entry.how, entry.label)]
    if rest:
        found += _unlabelled(Entry(None, Passage(), rest, entry.part, entry.how), knowledge)
    return found


def _next_heading(entry: Entry, knowledge: Knowledge) -> int | None:
    """Where in an entry's value the heading of the next goal starts, if it does."""
    start = 0
    for number, line in enumerate(entry.value.text.split("\n")):
        if number and len(line) < 110 and (HEADING.match(line) or _NUMBERED.match(line)):
            return start
        if _OPENS_GOAL.match(line) and (number or not entry.value.text.startswith(line + ":")):
            return start
        if number and (named := _NUMBERED_AREA.fullmatch(line)) and knowledge.area(named["area"]):
            return start
        if number and _area_heading(entry.value.cut(start, start + len(line)), knowledge):
            return start
        start += len(line) + 1
    return None


_NUMBERED_AREA = re.compile(r"\W*(?P<number>\d{1,2})[.)]\s+(?P<area>[A-ZÁÉÍÓÚ](?:[^\W\d]|[ /&,-]){2,50})")


_OPENS_GOAL = re.compile(
    r"(?:Annual |Measurable )*(?:Goal|GOAL|Meta|META)\s*#?\d{1,2}\s*(?:[.:–-]|,(?= [A-Z])|\([^)]+\)|$)"
)


def _area_heading(line: Passage, knowledge: Knowledge) -> bool:
    """Whether a line of its own names a goal's area: a few words, set as a heading."""
    set_apart = capitals(line.text) or (line.bold and not any(word.entry for word in line.words))
    return (
        set_apart
        and 1 <= len(line.flat.split()) <= 6
        and not re.search(r"[.:;?,]$|\d|☐|☒", line.flat)
        and knowledge.area(line.flat) is not None
        and knowledge.heading_by_word(line.flat) not in ("present_levels", "evaluation", "progress")
    )


def _area_over_goal(line: Passage, below: list[Passage], knowledge: Knowledge) -> bool:
    """Whether a line of its own names an area over the sentence of a goal, though nothing sets it apart."""
    return (
        len(line.flat.split()) <= 4
        and line.text[:1].isupper()
        and not re.search(r"[.:;?,]|\d|[☐☒\t]", line.text)
        and knowledge.area(line.flat) is not None
        and bool(below)
        and below[0].text[:1].isupper()
        and len(below[0].flat.split()) > 6
        and is_goal(Passage.join(below, "\n").flat, knowledge)
    )


def _strip_lead(passage: Passage) -> Passage:
    lead = re.match(r"^[\s\-–—:.)]+", passage.text)
    return passage.cut(lead.end()) if lead else passage


def _goal_value(entry: Entry, knowledge: Knowledge) -> list[Item]:
    value = entry.value
    numbered = re.match(r"\W*#?(\d{1,2})\s*(?:[.):\n-]|$)", value.text)
    found: list[Item] = []
    if numbered and (len(value.flat) < 4 or not is_goal(value.flat[:12], knowledge)):
        found.append(("number", value.cut(numbered.start(1), numbered.end(1)), entry.how, entry.label))
        value = value.cut(numbered.end())
    if value:
        lines = value.lines()
        if (
            len(lines) > 1
            and len(lines[0].flat) <= 80
            and not is_goal(lines[0].flat, knowledge)
            and not re.search(r"[.,;]$", lines[0].flat)
        ):
            rest = value.cut(len(lines[0].text) + value.text.find(lines[0].text))
            if (
                is_goal(rest.flat, knowledge)
                and rest.text[:1].isupper()
                and len(lines[0].flat.split()) <= 9
                and not re.match(r"(?i)(?:by|given|when|within|during|after|para|dad[oa]s?)\b", lines[0].flat)
            ):
                found.append(("area", lines[0], entry.how, entry.label))
                value = rest
        if is_goal(value.flat, knowledge):
            value, listed = _without_lists(value, knowledge)
            found += [("text", value, entry.how, entry.label), *listed]
        else:
            found += _area_or_text(value, knowledge, entry)
    return found


def _without_lists(value: Passage, knowledge: Knowledge) -> tuple[Passage, list[Item]]:
    """A goal's text up to the first line that names what follows it, and what stands under such lines."""
    lines = value.lines()
    heads = [
        (n, slot) for n, line in enumerate(lines) if n and (slot := _heads_list(line, knowledge)) is not None
    ]
    if not heads or not is_goal(Passage.join(lines[: heads[0][0]], "\n").flat, knowledge):
        return value, []
    ends = [n for n, _ in heads[1:]] + [len(lines)]
    listed: list[Item] = [
        (slot, Passage.join(lines[n + 1 : end], "\n"), "told", lines[n])
        for (n, slot), end in zip(heads, ends, strict=True)
    ]
    return Passage.join(lines[: heads[0][0]], "\n"), listed


def _area_or_text(value: Passage, knowledge: Knowledge, entry: Entry) -> list[Item]:
    if is_goal(value.flat, knowledge):
        return _unlabelled(Entry(None, Passage(), value, entry.part, entry.how), knowledge)
    lines = value.lines()
    if lines and len(lines[0].flat) <= 80:
        area = lines[0].split("\t")[0]
        tied = re.search(r"(?i)\s+(?:addresses|linked to|related to|supports|corresponds to)\b", area.text)
        return [("area", area.cut(0, tied.start()) if tied else area, entry.how, entry.label)]
    return [("text", value, "loose", entry.label)] if entry.role == "goal.text" else []


def _unlabelled(entry: Entry, knowledge: Knowledge) -> list[Item]:
    """Lines without a known label: a goal's heading, its area, or its sentence."""
    if entry.label:
        over = entry.label.lines()
        if len(over) > 1 and (named := HEADING.match(over[0].text)) and named["rest"] and ":" in over[0].text:
            # a goal's heading, and the label on the line under it
            below = Entry(None, Passage.join(over[1:], " "), entry.value, entry.part, entry.how)
            return [
                ("number", found_in(over[0], named["number"]), entry.how, over[0]),
                ("area", found_in(over[0], named["rest"]), entry.how, over[0]),
                *items_of([below], knowledge),
            ]
        heading = HEADING.match(entry.label.flat.rstrip(":")) or _NUMBERED.match(entry.label.flat.rstrip(":"))
        if heading:
            found: list[Item] = [("number", found_in(entry.label, heading["number"]), entry.how, entry.label)]
            rest = heading["rest"].strip()
            if (
                rest
                and knowledge.label(rest) not in (None, "goal.area")
                and knowledge.label(rest) != "goal.text"
            ):
                return [*found, (str(knowledge.label(rest))[5:], entry.value, entry.how, entry.label)]
            if (
                (told := _AREA_TOLD.match(rest))
                and len(entry.value.lines()) == 1
                and len(entry.value.flat) <= 60
                and not is_goal(entry.value.flat, knowledge)
            ):  # "Goal 2 - Area: Functional math: Money"
                whole = Passage.join([found_in(entry.label, told[1].rstrip(": ")), entry.value], ": ")
                return [*found, ("area", whole, entry.how, entry.label)]
            if (
                TICKED in rest
                and len(entry.value.lines()) == 1
                and len(entry.value.flat.split()) <= 6
                and knowledge.area(entry.value.flat) is not None
                and not is_goal(entry.value.flat, knowledge)
            ):  # "Goal 2 ☒ Academic: Reading"
                kind = found_in(entry.label, rest.replace(TICKED, "").strip(" :"))
                whole = Passage.join([kind, entry.value], ": ")
                return [*found, ("area", whole, entry.how, entry.label)]
            if entry.value:
                if named := re.match(
                    r"(?i)(?:goal )?(?:area|domain|área)(?: of need)?\s*[:–-]\s*(?=\S)", entry.value.text
                ):
                    own_area = Entry(
                        "goal.area", entry.label, entry.value.cut(named.end()), entry.part, entry.how
                    )
                    return [*found, *items_of([own_area], knowledge)]
                if rest and knowledge.label(rest.split("-")[-1]) == "goal.area":
                    return [
                        *found,
                        *items_of(
                            [Entry("goal.area", entry.label, entry.value, entry.part, entry.how)], knowledge
                        ),
                    ]
                if rest and len(rest) <= 80 and is_goal(entry.value.flat, knowledge):
                    found.append(("area", found_in(entry.label, rest), entry.how, entry.label))
                found += _goal_value(
                    Entry("goal.text", entry.label, entry.value, entry.part, entry.how), knowledge
                )
            return found
        slot = knowledge.goal_slot(entry.label.flat)
        lines = entry.value.lines()
        when = patterns(knowledge)["timeframe"].match(entry.value.flat)
        if (
            slot is None
            and when
            and when.end() >= len(entry.value.flat.rstrip(" ."))
            and len(entry.label.flat) < 40
        ):
            return [("timeframe", entry.value, entry.how, entry.label)]
        if slot == "area" and lines and re.search(f"[{TICKED}{EMPTY}]", lines[0].text):
            rest = Entry(None, Passage(), Passage.join(lines[1:], "\n"), entry.part, entry.how)
            return [("area", lines[0], entry.how, entry.label), *_unlabelled(rest, knowledge)]
        named_goal = bool(re.search(r"(?i)\bgoals?\b|\bmetas?\b", entry.label.flat))
        if slot in ("criterion", "method", "area") and named_goal and is_goal(entry.value.flat, knowledge):
            slot = "text"  # "Goal and level of attainment"
        if slot == "text" or (
            slot is None and is_goal(entry.value.flat, knowledge) and len(entry.label.flat) > 60
        ):
            return _goal_value(Entry("goal.text", entry.label, entry.value, entry.part, entry.how), knowledge)
        if slot is not None and not (slot == "area" and is_goal(entry.value.flat, knowledge)):
            return items_of(
                [Entry(f"goal.{slot}", entry.label, entry.value, entry.part, entry.how)], knowledge
            )
        if _named_area(entry, knowledge):
            return [("area", Passage.join([entry.label, entry.value], " "), entry.how, entry.label)]
        if _ASKS_WHAT.match(entry.label.flat) and is_goal(entry.value.flat, knowledge):
            return _goal_value(Entry("goal.text", entry.label, entry.value, entry.part, entry.how), knowledge)
        if _next_heading(entry, knowledge) is None and _SAYS.search(entry.label.flat):
            return [("other", entry.value, entry.how, entry.label)]  # "We will check by:"
        if is_goal(entry.value.flat, knowledge) and len(entry.label.flat) < 60:
            return [
                ("area", entry.label.cut(0, len(entry.label.text.rstrip(": "))), entry.how, entry.label),
                ("text", entry.value, entry.how, entry.label),
            ]
        return [("other", entry.value, entry.how, entry.label)]
    found = []
    sentence: list[Passage] = []
    under: tuple[str, Passage, list[Passage]] | None = None  # slot, its heading, the lines under it
    area_next = False  # "Goal 1 area", the area on the line below
    lines = entry.value.lines()
    for place, line in enumerate(lines):
        if area_next:
            found.append(("area", line, entry.how, line))
            area_next = False
            continue
        slot = _heads_list(line, knowledge)
        if slot != "objectives" and not (found or sentence):
            slot = None
        opens = bool(HEADING.match(line.text) or _NUMBERED.match(line.text)) or _area_heading(line, knowledge)
        if under is not None and (opens or slot is not None):
            found.append((under[0], Passage.join(under[2], "\n"), "told", under[1]))
            under = None
        if slot is not None:
            found += _sentence(sentence, knowledge, entry)
            sentence, under = [], (slot, line, [])
            continue
        if under is not None:
            under[2].append(line)
            continue
        if (
            (named := _NUMBERED_AREA.fullmatch(line.text))
            and knowledge.area(named["area"])
            and (not sentence or sentence[-1].flat.endswith("."))
        ):
            found += _sentence(sentence, knowledge, entry)
            sentence = []
            found.append(("number", line.cut(*named.span("number")), entry.how, line))
            found.append(("area", line.cut(*named.span("area")), entry.how, line))
            continue
        over_goal = (not sentence or sentence[-1].flat.endswith(".")) and _area_over_goal(
            line, lines[place + 1 : place + 3], knowledge
        )
        if over_goal or _area_heading(line, knowledge):
            found += _sentence(sentence, knowledge, entry)
            sentence = []
            found.append(("area", line, "loose" if over_goal else entry.how, line))
            continue
        if (
            sentence
            and sentence[-1].flat.endswith(".")
            and (item := re.match(r"^\W*(\d{1,2})[.)]\s+(?=[A-Z])", line.text))
        ):
            found += _sentence(sentence, knowledge, entry)
            sentence = []
            if is_goal(line.flat, knowledge):
                found.append(("number", line.cut(*item.span(1)), entry.how, line))
        heading = HEADING.match(line.text) or _NUMBERED.match(line.text)
        if (
            heading
            and not (sentence and not sentence[-1].flat.endswith((".", ":", "!")))
            and (
                len(line.flat) < 110
                or _AREA_THEN_TEXT.match(heading["rest"])
                or _AREA_ASIDE.match(line.text[line.text.find("(") :])
            )
        ):
            found += _sentence(sentence, knowledge, entry)
            sentence = []
            found.append(
                ("number", line.cut(heading.start("number"), heading.end("number")), entry.how, line)
            )
            rest = line.cut(heading.start("rest"), heading.end("rest"))
            if rest and knowledge.label(rest.flat) == "goal.area":
                area_next = True
                continue
            if rest and (both := _AREA_THEN_TEXT.match(rest.text)):
                found.append(("area", rest.cut(*both.span("area")), entry.how, line))
                sentence.append(rest.cut(both.start("text")))
                continue
            if rest and (both := _AREA_ASIDE.match(rest.text)):
                found.append(("area", rest.cut(*both.span("area")), entry.how, line))
                sentence.append(rest.cut(both.end()))
                continue
            if rest and (inner := re.fullmatch(r"\(([^()]{3,70})\)", rest.text)):
                if inner[1][0].islower():
                    continue  # "(including how progress will be measured)"
                rest = rest.cut(*inner.span(1))
            rest = chosen(rest)
            if rest:
                area = re.match(r"(?i)(?:area(?: of need)?|domain|área|dominio)\s*[:\-–]\s*(.+)", rest.text)
                if area:
                    found.append(("area", rest.cut(area.start(1)), entry.how, line))
                elif is_goal(rest.flat, knowledge) or rest.flat.split()[0].lower() in (
                    "by",
                    "given",
                    "when",
                ):
                    sentence.append(rest)
                else:
                    found.append(("area", rest, entry.how, line))
        else:
            sentence.append(line)
    if under is not None:
        found.append((under[0], Passage.join(under[2], "\n"), "told", under[1]))
    return found + _sentence(sentence, knowledge, entry)


AREA_LABEL = re.compile(r"(?i)^(?:goal )?(?:area|domain|área|dominio)(?: of need)?\s*[:–-]\s*")


_AREA_TOLD = re.compile(r"(?i)(?:goal )?(?:area|domain|área)(?: of need)?\s*[:–-]\s*([^\W\d_].+)")


def _areas_whole(entries: list[Entry], knowledge: Knowledge) -> list[Entry]:
    """The entries, an area that has a colon of its own ("Area: Independent living: Travel") in one of them."""
    found: list[Entry] = []
    for entry in entries:
        before = found[-1] if found else None
        if (
            before is not None
            and not (entry.role or "").startswith("goal.")
            and entry.label
            and not before.value
            and re.search(r"(?i)\b(?:area|domain|área)(?: of need)?\s*:\s*$", before.label.text)
            and 0 < len(entry.value.flat) <= 60
            and len(entry.value.lines()) == 1
            and abs(entry.label.words[0].middle - before.label.words[-1].middle) < 2
            and (entry.role is not None or knowledge.area(entry.label.flat.rstrip(": ")) is not None)
        ):
            whole = Passage.join([entry.label, entry.value], " ")
            found[-1] = replace(before, value=whole)
        else:
            found.append(entry)
    return found


def _heads_list(line: Passage, knowledge: Knowledge) -> str | None:
    """The slot that a line of its own names within a goal: "Short-term objectives or benchmarks"."""
    if len(line.flat.split()) > 7 or not line.text[:1].isupper() or re.search(r"[.;,:?%]\s*$|\d", line.flat):
        return None
    slot = knowledge.goal_slot(line.flat)
    return slot if slot in ("objectives", "method", "baseline", "criterion", "schedule") else None


_ASKS_WHAT = re.compile(r"(?i)\W*what will (?:\w+ ){1,3}(?:do|be able to do|accomplish|achieve|learn)\b")


_AREA_ASIDE = re.compile(r"\((?P<area>[A-ZÁÉÍÓÚ][^():]{2,60})\)\s*[.:–—-]?\s+(?=[A-ZÁÉÍÓÚ].{11})")


_AREA_THEN_TEXT = re.compile(r"(?P<area>[A-ZÁÉÍÓÚ][^.:?]{2,60})[.:]\s+(?P<text>[A-ZÁÉÍÓÚ].{12,})$")


_SAYS = re.compile(
    r"(?i)\b(?:we|will|how|who|when|is|are|was|do|does|did|has|have|check\w*|measur\w*|track\w*)\b"
)


def _named_area(entry: Entry, knowledge: Knowledge) -> bool:
    """Whether a label and its value name an area together: "Academic: Reading Comprehension"."""
    return (
        knowledge.area(entry.label.flat) is not None
        and knowledge.area(entry.value.flat) is not None
        and len(entry.label.flat.split()) <= 3
        and len(entry.value.flat.split()) <= 6
        and not re.search(r"\d|[.;?]|[☐☒]", entry.value.flat)
    )


def found_in(passage: Passage, words: str) -> Passage:
    """The part of a passage that holds the words, or all of it."""
    at = passage.text.find(words)
    return passage.cut(at, at + len(words)) if at >= 0 else passage


def _typed_alone(lines: list[Passage], knowledge: Knowledge) -> list[Passage]:
    """The lines typed into a field without the printed lines over them, where the typed ones are a goal."""
    begin = next((n for n, line in enumerate(lines) if all(word.entry for word in line.words)), 0)
    if not begin or any(word.entry for line in lines[:begin] for word in line.words):
        return lines
    return lines[begin:] if is_goal(Passage.join(lines[begin:], "\n").flat, knowledge) else lines


def _sentence(lines: list[Passage], knowledge: Knowledge, entry: Entry) -> list[Item]:
    lines = _typed_alone(lines, knowledge)
    if not lines:
        return []
    passage = Passage.join(lines, "\n")
    if not is_goal(passage.flat, knowledge):
        ticked = _ticked_area(passage, knowledge)
        if ticked is not None:
            return [("area", ticked, "box", Passage())]
        return [("loose", passage, entry.how, Passage())]
    lead = re.match(r"^\W*(?:#?\d{1,2}[.):]\s+|[•·▪-]\s*)", passage.text)
    if lead:
        passage = passage.cut(lead.end())
    area = re.match(r"^([A-ZÁÉÍÓÚ][\w&/(),'’ -]{2,60}?)\s*[:.–]\s+(?=[A-ZÁÉÍÓÚ])", passage.text)
    if area and not re.search(r"\b(?:will|given|when|by)\b", area[1], re.I):
        return [
            ("area", passage.cut(0, area.end(1)), "loose", Passage()),
            ("text", passage.cut(area.end()), "loose", Passage()),
        ]
    return [("text", passage, "loose", Passage())]

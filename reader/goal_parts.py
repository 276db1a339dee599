"""A goal's parts: timeframe, condition, behavior, criterion, baseline and measurement, by how goals are worded."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from reader.choices import chosen
from reader.knowledge import Knowledge
from reader.layout import Passage, Word
from reader.reading import Goal, Text, Value, read_as

PARTS = ("baseline", "condition", "behavior", "criterion", "timeframe", "measurement")


Item = tuple[str, Passage, str, Passage]  # slot, value, how it was found, label


class Draft:
    """A goal being gathered."""

    def __init__(self) -> None:
        self.slots: dict[str, Passage] = {}
        self.how: dict[str, str] = {}
        self.objectives: list[Passage] = []
        self.heading = (
            Passage()
        )  # the column heading or label over the goal's text, which may hold its timeframe

    def put(self, slot: str, value: Passage, how: str) -> None:
        if slot != "text":
            value = chosen(value)
        if value and slot not in self.slots:
            self.slots[slot] = value
            self.how[slot] = how


@lru_cache(maxsize=4)
def _compiled(knowledge_id: int) -> dict[str, re.Pattern[str]]:
    grammar = _GRAMMARS[knowledge_id]
    number = grammar["number"]
    criterion = "|".join(f"(?:{p.replace('{number}', number)})" for p in grammar["criterion"])
    weak = "|".join(f"(?:{p.replace('{number}', number)})" for p in grammar["weak_criterion"])
    will = "|".join(grammar["will"])
    return {
        "will": re.compile(rf"\b(?:{will})\b\s*", re.I),
        "future": re.compile(grammar["future_spanish"], re.I),
        "timeframe": re.compile("|".join(f"(?:{p})" for p in grammar["timeframe"]), re.I),
        "condition": re.compile(rf"^\W*(?:{grammar['condition_start']})", re.I),
        "measured": re.compile("|".join(f"(?:{p})" for p in grammar["measured_by"]), re.I),
        "criterion": re.compile(criterion, re.I),
        "weak": re.compile(weak, re.I),
        "measure": re.compile("|".join(grammar["measure_words"]), re.I),
    }


_GRAMMARS: dict[int, dict] = {}


def patterns(knowledge: Knowledge) -> dict[str, re.Pattern[str]]:
    """The goal grammar, compiled."""
    _GRAMMARS[id(knowledge)] = knowledge.grammar
    return _compiled(id(knowledge))


_NO_GOAL = re.compile(
    r"(?i)\b(?:goals?|objectives?|metas?)\b[^.;]{0,50}\b(?:that|which) (?:will|shall|must|are to)\b|\b(?:C\.F\.R|CFR|U\.S\.C|N\.J\.A\.C|N\.Y\.C\.R\.R|Ed\. Code)\b\.?|§|^\W*(?:the |these |all |each |any )?(?:annual |measurable |iep |short[- ]term )*(?:goals?|objectives?|benchmarks?|team|district|school)\b[^,.]{0,60}?\b(?:will|shall)\b"
    r"|\b(?:parents?|guardians?|reports?|team|school|district|services?|iep|committee|progress|goals?|staff|padres|informes?|equipo|servicios?)"
    r"(?:\(s\))?\s+(?:will|shall|recibirán?|será)\b|\bwill (?:reach|turn) (?:age\b|the age)|\bwill receive\b\W*$|supports? this \w+ will receive|\bwill be (?:sent|reported|informed|notified|provided|given|reviewed|measured|addressed|held)\b|\bse (?:enviarán?|informará)\b"
)


def is_goal(text: str, knowledge: Knowledge) -> bool:
    """Whether a text reads like a goal's sentence: somebody will do something."""
    if len(text) < 20:
        return False
    known = patterns(knowledge)
    if _NO_GOAL.search(text[:240]):
        return False
    if known["will"].search(text):
        return True
    future = known["future"].search(text)
    return bool(future) and bool(re.search(r"\b(?:el|la|los|un|una|de|con|dado|dada|cuando)\b", text))


def goal_of(draft: Draft, knowledge: Knowledge) -> Goal:
    goal = Goal()
    known = patterns(knowledge)
    text = _tidy(draft.slots["text"])
    goal.text = read_as(text.flat, text, draft.how["text"])
    if "number" in draft.slots:
        number = draft.slots["number"]
        goal.number = read_as(number.flat.lstrip("#").rstrip("."), number, draft.how["number"])
    if area := draft.slots.get("area"):
        words = re.sub(r"\s*(?:[:.\-–]|\([^)]*)\s*$", "", area.flat)
        known_area = knowledge.area(words) not in (
            None,
            "general",
        )  # what is no area may be anything that stood by the goal
        goal.area = read_as(words, area, draft.how["area"], trust=None if known_area else UNKNOWN_AREA)
    pieces = take_apart(text, knowledge)
    stated = pieces.get("baseline")  # "improving from 4 of 20 to 16 of 20"
    for slot in ("timeframe", "condition", "behavior", "criterion"):
        own = draft.slots.get(slot)
        if (
            slot == "criterion"
            and own
            and slot in pieces
            and known["weak"].match(pieces[slot].flat)
            and not re.search(r"%|\bof\b|/", pieces[slot].flat)
            and re.search(r"\d", own.text)
        ):
            # "within five minutes" belongs to the behavior where the criterion stands by itself
            if goal.behavior is not None and "behavior" in pieces:
                whole = Passage.join([pieces["behavior"], pieces[slot]], " ")
                goal.behavior = read_as(whole.flat, whole, "grammar")
            del pieces[slot]
        if slot in pieces:
            setattr(goal, slot, read_as(pieces[slot].flat, pieces[slot], "grammar"))
        elif own and not knowledge.says_nothing(own.text):
            if slot == "criterion" and (lead := _KEYED.match(own.text)):
                own = own.cut(lead.end())
            setattr(goal, slot, read_as(own.flat, own, draft.how[slot]))
    if goal.timeframe is None and draft.heading:
        when = known["timeframe"].search(draft.heading.text.replace("\n", " "))
        if when:
            goal.timeframe = read_as(
                when.group().strip(), draft.heading.cut(when.start(), when.end()), "grammar"
            )
    schedule = draft.slots.get("schedule")
    if (
        schedule
        and (when := known["timeframe"].match(schedule.flat))
        and when.end() >= len(schedule.flat) - 1
    ):
        if goal.timeframe is None:  # "By May 4, 2027" under "Schedule"
            goal.timeframe = read_as(schedule.flat.rstrip(" ."), schedule, draft.how["schedule"])
        schedule = None
    method = draft.slots.get("method")
    if method and not knowledge.says_nothing(method.text):
        if (told := _OF_REPORTS.search(method.text)) and told.start() > 3:
            method = method.cut(0, told.start())
        words, places = _sentence_end(method.flat), method
        if schedule and not knowledge.says_nothing(schedule.text) and draft.how["schedule"] == "column":
            words, places = f"{words}; {schedule.flat.lower()}", Passage.join([method, schedule], " ")
        goal.measurement = read_as(words, places, draft.how["method"])
    elif "measurement" in pieces:
        goal.measurement = read_as(pieces["measurement"].flat, pieces["measurement"], "grammar")
    goal.baseline = _baseline(draft, knowledge)
    if stated is not None and (goal.baseline is None or len(draft.slots["baseline"].flat) > 160):
        goal.baseline = read_as(stated.flat, stated, "grammar")
    goal.objectives = [
        read_as(o.flat, o, "row") for o in draft.objectives if o.flat and not knowledge.says_nothing(o.text)
    ]
    goal.is_measurable = Value(False, text.flat, text.places(), 0.88, "grammar")
    judge(goal)
    bare = goal.criterion is None and goal.condition is None and goal.timeframe is None
    if bare or len(goal.text.value.split()) > LONG_GOAL:
        goal.text = replace(
            goal.text, confidence=min(goal.text.confidence, BARE_GOAL)
        )  # may be no goal at all
    return goal


_OF_REPORTS = re.compile(
    r"(?<=[.\n])\s*(?:(?:The |Written |A |An )?(?:parents?|guardians?|famil(?:y|ies)|progress|reports?|written)\b[^.\n]*\b(?:reports?|progress|informed)\b|Los padres\b)",
    re.I,
)
_KEYED = re.compile(
    r"[A-Z0-9]{1,2}[.)]\s[^:]{3,50}:\s*(?=\S)"
)  # "E. Frequency/trials: 8 of 10", of a printed key


UNKNOWN_AREA = 0.85
BARE_GOAL = 0.85
LONG_GOAL = 80  # words; a longer text holds more than the goal


def judge(goal: Goal) -> None:
    """Says again which parts a goal lacks, and whether it can be measured: a behavior and a criterion are there."""
    sure = goal.is_measurable or Value(False, goal.text.words if goal.text else "", (), 0.88, "grammar")
    goal.is_measurable = replace(sure, value=goal.behavior is not None and goal.criterion is not None)
    goal.missing_parts = [name for name in PARTS if getattr(goal, name) is None]


def parts_of_words(words: str, knowledge: Knowledge) -> dict[str, str]:
    """The parts that a goal's sentence holds (timeframe, condition, behavior, criterion, measurement), as words."""
    text = Passage.of(Word(word, 0, (0.0, 0.0, 0.0, 0.0)) for word in words.split())
    return {
        name: part.flat for name, part in take_apart(text, knowledge).items() if part and name != "baseline"
    }


def _sentence_end(text: str) -> str:
    return text[:-1] if text.endswith(".") and text.count(".") == 1 else text


def _tidy(text: Passage) -> Passage:
    """Without a lead-in label glued to it, quotation marks or trailing blanks."""
    lead = re.match(r"^(?:\W*\d{1,2}[.)]\s+|[\"“”'\s•\-–]+)", text.text)
    if lead:
        text = text.cut(lead.end())
    blank = re.search(r"[\s_]*_{3,}[\s_]*$|\s*☐.*$", text.text, re.S)
    return text.cut(0, blank.start()) if blank else text


def _baseline(draft: Draft, knowledge: Knowledge) -> Text | None:
    own = draft.slots.get("baseline")
    if own is None or knowledge.says_nothing(own.text):
        return None
    known = patterns(knowledge)
    words = own.flat
    if len(words) <= 160:
        if _only_opinion(words):
            return None
        if not known["measure"].search(words):
            return (
                None
                if not re.search(r"\b\w+(?:s|ed)\b", words) or _only_opinion(words)
                else read_as(words.rstrip("."), own, draft.how["baseline"])
            )
        return read_as(_sentence_end(words), own, draft.how["baseline"])
    best = None
    most = 0
    aim = set(re.findall(r"[^\W\d_]{4,}", draft.slots["text"].flat.lower()))
    start = 0
    ends = [m.end() for m in re.finditer(r"(?<=[a-z\d%)])\.(?=\s+[A-ZÁÉÍÓÚ])", own.text)] + [len(own.text)]
    for end in ends:
        sentence = own.cut(start, end)
        start = end
        figure = re.search(r"\d", sentence.flat)
        alike = len(aim & set(re.findall(r"[^\W\d_]{4,}", sentence.flat.lower())))
        if figure and (best is None or alike >= most + 2):  # a later sentence that plainly measures the same
            best, most = sentence, alike
    if best is None:
        return None
    return read_as(_sentence_end(best.flat), best, "sentence")


_OPINION = re.compile(
    r"\b(?:difficult|struggles?|needs? support|needs? help|below grade level|has trouble|has difficulty|le cuesta|dificultad)\b",
    re.I,
)


def _only_opinion(words: str) -> bool:
    return bool(_OPINION.search(words)) and not re.search(r"\d", words)


def take_apart(text: Passage, knowledge: Knowledge) -> dict[str, Passage]:
    """The parts a goal's sentence holds: timeframe, condition, behavior, criterion, measurement."""
    known = patterns(knowledge)
    flat = text.text.replace("\n", " ").replace("\t", " ")
    found: dict[str, Passage] = {}
    will = known["will"].search(flat)
    if will:
        verb_from, lead_to = will.end(), will.start()
    else:
        future = next(
            (m for m in known["future"].finditer(flat) if not re.match(r"(?i)(?:para|será n)", m.group())),
            None,
        )
        if future is None:
            return found
        verb_from, lead_to = future.start(), future.start()
    body_end = len(flat.rstrip(" ."))
    if levels := _LEVELS.search(
        flat, verb_from
    ):  # "from a level of … to a level of …": the second is the goal
        found["baseline"] = text.cut(levels.start(1), levels.end(1))
        verb_from = levels.end()
    measured = None
    for candidate in known["measured"].finditer(flat, verb_from):
        measured = candidate
        break
    if measured:
        tail = flat[measured.end() : body_end]
        late = known["timeframe"].search(tail)
        piece_end = body_end
        if late and late.end() >= len(tail.rstrip(" .")) - 1:
            piece_end = measured.end() + late.start()
        piece = text.cut(measured.end(), len(flat[:piece_end].rstrip(" ,")))
        if piece:
            found["measurement"] = piece
        rest_end = measured.start()
    else:
        rest_end = body_end
    # timeframe: at the start, else anywhere
    when = None
    for candidate in known["timeframe"].finditer(flat):
        leads, ends = candidate.start() < lead_to, candidate.end() >= body_end - 2
        if leads or ends or candidate.start() >= rest_end - 1:
            when = candidate
            break
    if when is None:
        when = next(
            (
                c
                for c in known["timeframe"].finditer(flat)
                if re.match(r"(?i)(?:by|para|a más tardar|before|antes)\b", c.group())
            ),
            None,
        )
    if when:
        found["timeframe"] = text.cut(when.start(), when.start() + len(when.group().rstrip(" .,")))
        if when.start() > verb_from and when.end() >= rest_end - 2:
            rest_end = len(flat[: when.start()].rstrip(" ,"))
    # condition: what is said before "will", less the timeframe and the learner
    lead = flat[:lead_to]
    begin = 0
    if when and when.end() <= lead_to:
        if lead[: when.start()].strip(" ,"):
            lead_end = when.start()  # condition, then timeframe, then the learner
            condition_text = lead[:lead_end].rstrip(" ,")
            if known["condition"].match(condition_text):
                found["condition"] = text.cut(0, len(condition_text))
        begin = when.end()
    if "condition" not in found:
        segment = lead[begin:]
        offset = begin + len(segment) - len(segment.lstrip(" ,"))
        segment = lead[offset:]
        comma = segment.rfind(",")
        if comma > 0 and known["condition"].match(segment):
            found["condition"] = text.cut(offset, offset + len(segment[:comma].rstrip(" ,")))
        elif known["condition"].match(segment):
            learner = re.search(
                r"\s+(?:the student|student|he|she|they|el estudiante|la estudiante|el alumno|la alumna|[A-Z][\w'’-]+)\s*$",
                segment,
            )
            if learner and learner.start() > 6:
                found["condition"] = text.cut(offset, offset + learner.start())
    # criterion, then the behaviour before it
    verb_phrase = flat[verb_from:rest_end]
    hits = [
        m
        for m in known["criterion"].finditer(verb_phrase)
        if m.group().strip() and not _inside_brackets(verb_phrase, m.start())
    ]
    strong = [m for m in hits if not known["weak"].match(m.group().strip())]
    strong = [m for m in strong if not _part_of_task(verb_phrase, m)]
    while len(strong) > 1 and _SPELLED.fullmatch(strong[0].group().strip()):
        strong = strong[1:]  # "use one of three coping steps … in 80% of incidents"
    start = strong[0].start() if strong else (hits[0].start() if hits else None)
    if strong:
        for weak in hits:  # "for 10 consecutive bites on 4 of 5 days" is one criterion
            between = (
                verb_phrase[weak.end() : strong[0].start()] if weak.end() <= strong[0].start() else "-" * 99
            )
            if (
                (
                    "consecutive" in weak.group()
                    or (_WITHIN.match(weak.group().strip()) and not _OR_LESS.sub("", between).strip())
                )
                and len(between.split()) <= 2
                and "," not in between
                and len(between) < 40
            ):
                start = weak.start()
                break
    if strong and start == strong[0].start() and (own := _UNAIDED.search(verb_phrase[:start])):
        start = own.start()  # "without help on 8 of 10 days"
    behavior_end = rest_end
    raised = _RAISED.search(verb_phrase)
    if raised and not _inside_brackets(verb_phrase, raised.start()):
        begin, end = verb_from + raised.start(1), verb_from + raised.end(1)
        found["baseline"] = text.cut(begin, end)
        found["criterion"] = text.cut(verb_from + raised.start(2), rest_end)
        behavior_end, start = verb_from + raised.start(), None
        if raised.start() < 3:  # "will increase his fluency from 45 to 90": raising it is the behavior
            behavior_end = verb_from + len(
                re.sub(r"\s+(?:from|de|desde)\b.{0,24}$", "", verb_phrase[: raised.start(1)])
            )
    if start is not None and start >= 3:
        cut_at = verb_from + start
        piece = text.cut(cut_at, rest_end)
        trimmed = re.match(
            r"^[,;\s]*(?:(?:with|at(?! least| or )|in|on|con|en|to|a)\s+)?(?:an? (?:average|rate) of |a rate of |at least )?",
            piece.text,
            re.I,
        )
        if trimmed and trimmed.end() and len(piece.text) - trimmed.end() > 8:
            piece = piece.cut(trimmed.end())
        late = re.search(
            r",\s*((?:given|when|while|dad[oa]s?|cuando)\b[^,]*)$", piece.text.rstrip(" .,;"), re.I
        )
        if late and "condition" not in found:
            found["condition"] = piece.cut(late.start(1), late.end(1))
            piece = piece.cut(0, late.start())
        found["criterion"] = piece.cut(0, len(piece.text.rstrip(" .,;")))
        behavior_end = cut_at
    behavior = text.cut(verb_from, len(flat[:behavior_end].rstrip(" ,;")))
    if behavior:
        excess = re.search(
            r",?\s+(?:from (?:a (?:baseline|level|rate) of )?\d[\d.%]*(?: \w+){0,3}|so that it has|so that (?:he|she|they) (?:has|have)|and score|and will score)\s*$",
            behavior.text,
        )
        if excess:
            behavior = behavior.cut(0, excess.start())
        if not knowledge.vague(behavior.flat, has_criterion="criterion" in found):
            found["behavior"] = behavior
    return found


_WITHIN = re.compile(r"(?i)(?:with)?in (?:no more than |less than )?[\w-]+ (?:minutes?|seconds?)\b")
_OR_LESS = re.compile(r"(?i)\bor (?:less|under|fewer|menos)\b")
_UNAIDED = re.compile(
    r"(?i)(?<=\w)\s+(?:without|with no|sin) (?:any |physical |adult |teacher |verbal )?(?:help|assistance|ayuda)\s*$"
    r"|(?<=\w)\s+with (?:(?:only|just|minimal|occasional|stand-?by) (?:\w+ ){0,2}(?:help|assistance|support|supervision|prompting)(?: only)?"
    r"|(?:\w+ ){1,2}(?:help|assistance|support|supervision|prompt(?:s|ing)?|cues?) only)\s*$"
    r"|(?<=\w),?\s+before \d{1,2}(?::\d\d)? ?[ap]\.?\s?m\.?\s*$"
)
_SPELLED = re.compile(
    r"(?i)(?:one|two|three|four|una?|dos|tres) (?:out )?(?:of|de) (?:the |los |las )?(?:two|three|four|five|six|dos|tres|cuatro|cinco)"
)
_LEVELS = re.compile(r"(?i)\bfrom (?:a |the )?(?:current )?level of (.{4,160}?),? to (?:a |the )?level of\s+")
_RAISED = re.compile(
    r"(?i),?\s*\b(?:improv|increas|decreas|reduc|mov|rais|advanc|grow|aument|mejor|disminuy|reduc)\w*\b(?: [\w'’/-]+){0,5}? "
    r"(?:from|de|desde)(?: a)?(?: baseline(?: of)?| level of| rate of)? ((?:(?! to | a | hasta )[^,;])*?\d[^,;]*?) (?:to|a|hasta) (?=\S)((?:(?! to ).)*\d.*)$"
)


def _inside_brackets(text: str, at: int) -> bool:
    return text.rfind("(", 0, at + 1) > text.rfind(")", 0, at + 1)


def _part_of_task(text: str, match: re.Match[str]) -> bool:
    """A figure inside the task itself: "with at least 2 key details for each part", "all 8 steps"."""
    words = match.group().strip().lower()
    after = text[match.end() : match.end() + 24].lower()
    if re.match(r"^(?:with|of)? ?(?:at least|al menos)", words) and not re.search(
        r"%|out of|\bof\b|/", words
    ):
        return True
    return bool(re.search(r"at least \d{1,3} ?%$", words)) and bool(
        re.match(r" of the (?:section|assignment|task|work|page)", after)
    )

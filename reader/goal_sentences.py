"""What a goal's paragraph says besides the goal: where the child is now, how progress is measured."""

from __future__ import annotations

import re

from reader.goal_parts import Item, is_goal, patterns
from reader.knowledge import Knowledge
from reader.layout import Passage

_LABEL = re.compile(  # a label that opens a sentence within a paragraph
    r"(?<=[.!?”\"])\s+(?P<label>(?:Where (?:he|she|they|[A-Z]\w+) (?:is|are|stands?) now|Baseline(?: data)?|Current (?:level|performance|data)|Present level|Starting point"
    r"|Now|At present|Today|How (?:it|this|progress) (?:is|will be) measured|How we will know|Measured by|Measurement|Method|Criteri(?:on|a)|Mastery"
    r"|Línea base|Punto de partida|Cómo se medirá)\s*:)".replace(" ", r"\s+")
)
_MEASURED = re.compile(
    r"(?:^|(?<=[.!?”\"])[ \n]+|\n)(?:(?:His|Her|Their|The|[A-Z]\w+['’]s) )?(?:Progress|progress|This goal|Mastery|The goal|Growth|El progreso)(?: (?:on|toward|towards|in) (?:this|the|each|her|his) goal)?"
    r"\s+(?:will\s+be|is|se)\s+(?:measured|monitored|assessed|evaluated|tracked|checked|medirá)\s+(?:by|with|using|through|from|on|con|por|mediante)\s+"
)


def lined(text: Passage) -> Passage:
    """The paragraph with a line of its own for each sentence that opens with a label."""
    pieces: list[Passage] = []
    start = 0
    for found in _LABEL.finditer(text.text):
        label = Passage.join(text.cut(*found.span("label")).lines(), " ")
        pieces += [text.cut(start, found.start()), label]
        start = found.end()
    if not pieces:
        return text
    pieces.append(text.cut(start))
    labelled = zip(pieces[1::2], pieces[2::2], strict=True)
    return Passage.join([pieces[0], *(Passage.join(pair, " ") for pair in labelled)], "\n")


def measured_apart(items: list[Item], knowledge: Knowledge) -> list[Item]:
    """The items, a sentence such as "Progress will be measured with probes" in one of them as the goal's method."""
    found: list[Item] = []
    for slot, value, how, label in items:
        told = (
            _MEASURED.search(value.text)
            if slot in ("text", "baseline", "present", "criterion", "loose", "objectives")
            else None
        )
        if told is None:
            found.append((slot, value, how, label))
            continue
        stop = re.compile(r"\.(?=\s|$)").search(value.text, told.end())
        end = stop.start() if stop else len(value)
        rest = value.cut(0, told.start())
        if rest:
            goal = slot == "loose" and is_goal(rest.flat, knowledge)
            found.append(("text", rest, "loose", label) if goal else (slot, rest, how, label))
        found.append(("method", value.cut(told.end(), end), "sentence", Passage()))
    return found


STEP = re.compile(
    r"(?:^|\n|(?<=[.;])[ \n]+)\W{0,3}(?:[Ss]hort[- ][Tt]erm [Oo]bjective|Objective|Benchmark|Objetivo|SHORT[- ]TERM OBJECTIVE|OBJECTIVE|BENCHMARK|STO)"
    r"\s*#?(?:\d{1,2}(?:[.–-]\d{1,2})?[A-Ha-h]?|[A-Ha-h])\b\s*[.:)–—-]*\s+(?=[A-ZÁÉÍÓÚ])"
)


_LETTERED = re.compile(r"\n\W{0,2}([a-h])[.)]\s+(?=[A-ZÁÉÍÓÚ])")
_POINTED = re.compile(r"\n\W{0,2}\d{1,2}[.-](?:\d{1,2}|[a-h])\.?\)?\s+(?=[A-ZÁÉÍÓÚ])")


def _steps(text: str) -> list[re.Match[str]]:
    """Where objectives begin: named and numbered, "1.1" on a line of its own, or letters from a on."""
    if steps := list(STEP.finditer(text)):
        return steps
    if steps := list(_POINTED.finditer(text)):
        return steps
    letters = list(_LETTERED.finditer(text))
    in_order = [letter[1] for letter in letters] == list("abcdefgh")[: len(letters)]
    return letters if len(letters) > 1 and in_order else []


def steps_apart(items: list[Item], knowledge: Knowledge) -> list[Item]:
    """The items, numbered objectives that follow a goal in its paragraph as objectives: "Objective 1a. Given …"."""
    found: list[Item] = []
    for slot, value, how, label in items:
        steps = _steps(value.text) if slot in ("text", "loose") else []
        goal = value.cut(0, steps[0].start()) if steps else value
        follows = not goal and any(item[0] == "text" for item in found)
        if not steps or not (follows or is_goal(goal.flat, knowledge)):
            found.append((slot, value, how, label))
            continue
        if goal:
            found.append((slot, goal, how, label))
        ends = [step.start() for step in steps[1:]] + [len(value)]
        found += [
            ("objectives", value.cut(step.end(), end), how, Passage())
            for step, end in zip(steps, ends, strict=True)
        ]
    return found


_NOW = re.compile(
    r"(?<=[.!?])\s+(?P<now>(?:He|She|They|[A-ZÁÉÍÓÚ][\w'’-]+)\s+(?:now|currently|presently|already)\s+[a-z]+|(?:Now|Currently|At present|Presently|Today|Right now),?\s+(?:he|she|they|[A-ZÁÉÍÓÚ][\w'’-]+)\s+)[^.]*(?:\.\d[^.]*)*\.?"
)


def now_apart(items: list[Item], knowledge: Knowledge) -> list[Item]:
    """The items, a goal's paragraph cut where it goes on with where the child is now: "She now reads 44 words"."""
    found: list[Item] = []
    for slot, value, how, label in items:
        now = _NOW.search(value.text) if slot == "text" else None
        goal = value.cut(0, now.start()) if now else value
        if (
            now is None
            or not is_goal(goal.flat, knowledge)
            or patterns(knowledge)["will"].search(now.group())
        ):
            found.append((slot, value, how, label))
            continue
        found += [
            (slot, goal, how, label),
            ("baseline", value.cut(now.start("now"), now.end()), "sentence", Passage()),
        ]
    return found


POSTSECONDARY = re.compile(
    r"(?i)\b(?:after|upon|following) (?:\w+ ){0,3}(?:high school|graduat|college|training|school)"
)


def measured_sentences(value: Passage, knowledge: Knowledge) -> list[Passage]:
    """Sentences that say what a child will do and how well or by when; none of wishes, services or life after school."""
    known = patterns(knowledge)
    found: list[Passage] = []
    start = 0
    for stop in re.finditer(
        r"(?<=[a-z\d%)])\.(?=\s+[A-ZÁÉÍÓÚ]|\s*$)|(?<=[^,;\s])\n(?=[A-ZÁÉÍÓÚ•])|$", value.text
    ):
        sentence = value.cut(
            start, stop.end() if value.text[stop.start() : stop.end()] == "." else stop.start()
        )
        start = stop.end()
        flat = sentence.flat
        if (
            60 < len(flat) < 600
            and is_goal(flat, knowledge)
            and not _WISH.search(flat)
            and not POSTSECONDARY.search(flat)
            and not _TIME_IN_CLASS.search(flat)
            and (known["criterion"].search(flat) or known["timeframe"].search(flat))
            and re.search(r"\d", flat)
        ):
            found.append(sentence)
    return found


_TIME_IN_CLASS = re.compile(
    r"(?i)(?:percent|%) of (?:(?:the|his|her|their|each) )?(?:school )?(?:day|week|time)\b|\bin (?:general|regular) education (?:for )?\d"
)
_WISH = re.compile(
    r"(?i)\b(?:wants?|hopes?|wish\w*|worr\w+|asks?|asked|concern\w*|fears?|would like|receives?|recibirá|provided?|quieren?|desean?|esperan?) (?!to the)"
)

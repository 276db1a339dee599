"""A goal's baseline where no label names it: the sentence of the present levels that measures the same thing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from reader.goal_parts import judge
from reader.knowledge import Knowledge, plain, squeezed
from reader.labels import entries_in
from reader.layout import Passage, Table
from reader.parts import Part
from reader.reading import Goal, read_as

TRUST_OF_AREA = 0.85  # named a baseline, tied by the area
TRUST_OF_LIKENESS = 0.6  # nothing but likeness of words ties the sentence to the goal

_NUMBER = r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|una?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)"
_FIGURE = re.compile(
    rf"(?i)\b{_NUMBER} (?:out )?(?:of|de) (?:(?:the|his|her|their|los|las|sus) )?(?P<whole>{_NUMBER})\b(?P<of>(?: [\w'’-]+){{0,4}})"
    r"|\b\d{1,3}(?:\.\d+)? ?(?:%|percent\b|por ciento\b)(?P<share>(?: (?:of|de))?(?: [\w'’-]+){0,4})"
    rf"|\b{_NUMBER} (?:[\w'’-]+ ){{0,3}}(?:per|a|por) (?P<rate>minute|hour|day|class|week|minuto|hora|día)\b"
    rf"|\b{_NUMBER}-(?:word|utterance|minute|item|sentence|problem|question) (?:[\w'’-]+ ){{0,3}}(?:sample|probe|test|list|page)s?\b[^.;]{{0,24}}?\b{_NUMBER}\b(?P<sampled>(?: [\w'’-]+){{0,5}})"
    rf"|\bscores? of {_NUMBER}\b(?P<score>)"
    rf"|\b{_NUMBER} (?P<time>minutes?|seconds?|times|minutos|segundos|veces)\b"
)
_EARLIER = re.compile(
    r"(?i)\b(?:last|prior|previous|earlier|former) (?:year|iep|plan|goal|spring|grade)|\bgoal (?:was|of)\b|\bhis goal\b|\bher goal\b"
    r"|\bobjective\b|percentile|standard scores?|el año pasado|\banterior\b"
)
_SUBJECT = re.compile(r"(?i)\b(?:s?he|they|the (?:student|child)|él|ella)\b(?: now| also| currently)?\s+")
_BREAK = re.compile(r"[;:]\s+")
_COMMON = frozenset(
    [
        "with",
        "that",
        "this",
        "from",
        "have",
        "will",
        "when",
        "after",
        "before",
        "given",
        "during",
        "then",
        "than",
        "them",
        "they",
        "their",
        "there",
        "each",
        "every",
        "which",
        "about",
        "into",
        "over",
        "some",
        "more",
        "most",
        "least",
        "less",
        "other",
        "words",
        "work",
        "class",
        "student",
        "child",
        "correct",
        "correctly",
        "accuracy",
        "time",
        "times",
        "minutes",
        "percent",
        "week",
        "weekly",
        "school",
        "year",
        "grade",
        "level",
        "using",
        "able",
        "also",
        "only",
        "does",
        "para",
        "cada",
        "entre",
        "sobre",
        "esta",
        "este",
        "como",
        "cuando",
        "estudiante",
        "clase",
        "trials",
        "opportunities",
        "consecutive",
        "three",
        "four",
        "five",
    ]
)
_LONGEST_LEAD = 9  # words before the figure that are kept with it


def baselines_from_levels(goals: Sequence[Goal], parts: Sequence[Part], knowledge: Knowledge) -> None:
    """Give goals without a baseline the sentence of the present levels that measures what they measure.

    A sentence counts when it has a figure, is of the present, and shares what is counted with the goal, or several
    words that hardly another such sentence has. What is found so is a guess and trusted accordingly.
    """
    _by_area(goals, parts)
    wanting = [goal for goal in goals if goal.baseline is None and goal.text is not None]
    if not wanting:
        return
    measured = [
        (sentence, _stems(sentence.flat), figures, number)
        for number, sentence in _sentences(parts, knowledge)
        if not any(_of_goal(sentence, goal) for goal in goals)
        and (figures := list(_FIGURE.finditer(sentence.flat)))
        and not _EARLIER.search(sentence.flat)
    ]
    seen = Counter(stem for _, stems, _, _ in measured for stem in stems)
    taken: set[int] = set()
    for goal in wanting:
        assert goal.text is not None
        asked = _stems(goal.text.value) - _stems(_names(goal.text.value))
        asked |= _stems(" ".join(value.value for value in (goal.area, goal.criterion) if value is not None))
        before = _levels_before(goal, parts)
        ranked = sorted(
            (
                (_likeness(asked, goal, stems, figures, seen) + (0.8 if number == before else 0.0), -index)
                for index, (_, stems, figures, number) in enumerate(measured)
                if index not in taken
            ),
            reverse=True,
        )
        if not ranked or ranked[0][0] < 2.0 or (len(ranked) > 1 and ranked[0][0] < ranked[1][0] + 0.25):
            continue
        index = -ranked[0][1]
        taken.add(index)
        found = _clause(measured[index][0], asked, _names(goal.text.value))
        goal.baseline = read_as(found.flat.rstrip("."), found, "guess", trust=TRUST_OF_LIKENESS)
        judge(goal)
    _without_figures([goal for goal in wanting if goal.baseline is None], goals, parts, knowledge)


_LITTLE = re.compile(
    r"(?i)\b(?:only|no|none|never|cannot|not yet|does not yet|single|unable|sólo|solo|ningún|ninguna?|nunca|todavía no|aún no)\b"
)


def _without_figures(
    wanting: Sequence[Goal], goals: Sequence[Goal], parts: Sequence[Part], knowledge: Knowledge
) -> None:
    """Baselines that say how little without a figure: "copies a vertical line only", "no transitions"."""
    if not wanting:
        return
    told = [
        (sentence, _stems(sentence.flat))
        for _, sentence in _sentences(parts, knowledge)
        if _LITTLE.search(sentence.flat)
        and not _EARLIER.search(sentence.flat)
        and 3 < len(sentence.flat.split()) < 40
        and not any(_of_goal(sentence, goal) for goal in goals)
    ]
    seen = Counter(stem for _, stems in told for stem in stems)
    for goal in wanting:
        assert goal.text is not None
        asked = _stems(goal.text.value) - _stems(_names(goal.text.value))
        verb = _stems((goal.behavior.value if goal.behavior else "").split(" ")[0], frozenset())
        ranked = sorted(
            (
                (sum(1.0 / seen[stem] for stem in asked & stems) + bool(verb & stems), -index)
                for index, (_, stems) in enumerate(told)
            ),
            reverse=True,
        )
        if not ranked or ranked[0][0] < 2.0 or (len(ranked) > 1 and ranked[0][0] < ranked[1][0] + 0.5):
            continue
        sentence = told[-ranked[0][1]][0].strip()
        leads = [m.end() for m in _SUBJECT.finditer(sentence.text)]
        little = _LITTLE.search(sentence.text)
        begin = max((lead for lead in leads if little and lead < little.start()), default=0)
        stop = (
            re.search(r"\s+and (?:tires|then|needs)\b|;", sentence.text[little.end() :]) if little else None
        )
        end = little.end() + stop.start() if little and stop else len(sentence)
        found = sentence.cut(begin, end)
        goal.baseline = read_as(found.flat.rstrip("."), found, "guess")
        judge(goal)


def _by_area(goals: Sequence[Goal], parts: Sequence[Part]) -> None:
    """Give goals without a baseline the one that the present levels name as such for the goal's area."""
    named = [
        (area, baseline)
        for part in parts
        if part.kind == "present_levels"
        for table in part.tables
        for area, baseline in _named_in(table)
    ]
    for goal in goals:
        if goal.baseline is not None or goal.area is None:
            continue
        own = _stems(goal.area.value, frozenset())
        shared = [(len(own & _stems(area, frozenset())), text) for area, text in named]
        most = max((count for count, _ in shared), default=0)
        best = [text for count, text in shared if count == most]
        if most and len(best) == 1:
            goal.baseline = read_as(best[0].flat.rstrip("."), best[0], "row", trust=TRUST_OF_AREA)
            judge(goal)


def _named_in(table: Table) -> Iterator[tuple[str, Passage]]:
    """(area, baseline) of a table of present levels: a column of baselines, or cells that say "Baseline:"."""
    column = next((c.column for c in table.rows[0][1:] if _BASELINE.match(c.text.flat)), None)
    area = ""
    for row in table.rows:
        first = row[0].text.flat if row else ""
        if told := _AREA.match(first):
            area = told[1]
        elif len(row) > 1 and len(first.split()) <= 8:
            area = first
        for cell in row:
            if column is not None and cell.column == column and row is not table.rows[0]:
                if re.search(r"\w", cell.text.flat):
                    yield area, cell.text
            elif said := _SAYS_BASELINE.search(cell.text.text):
                yield area, cell.text.cut(*said.span(1))


_BASELINE = re.compile(r"(?i)\W*(?:baseline|línea base)\b")
_AREA = re.compile(r"(?i)\W*(?:area|domain|área)(?: assessed| of need)?\s*:\s*(\S.{2,60})$")
_SAYS_BASELINE = re.compile(r"\b(?:Baseline|Línea base)(?: data)?:\s*((?:[^.]|\.(?!\s|$))+)")


def _of_goal(sentence: Passage, goal: Goal) -> bool:
    """Whether a sentence is a goal's own, where goals stand among the present levels."""
    words = squeezed(sentence.flat)
    return (
        goal.text is not None
        and len(words) > 20
        and (words in squeezed(goal.text.value) or squeezed(goal.text.value)[:60] in words)
    )


def _likeness(
    asked: set[str], goal: Goal, stems: set[str], figures: list[re.Match[str]], seen: Counter[str]
) -> float:
    shared = asked & stems
    if not shared:
        return 0.0
    likeness = sum(1.0 / seen[stem] for stem in shared)
    counted = " ".join(figure["of"] or figure["share"] or figure["sampled"] or "" for figure in figures)
    criterion = plain(goal.criterion.value if goal.criterion else "")
    if _stems(counted) & asked:
        likeness += 1.0
    if _stems(counted, frozenset()) & _stems(criterion, frozenset()) or (
        any(figure["rate"] for figure in figures) and re.search(r"per minute|wpm|wcpm", criterion)
    ):
        likeness += 1.0
    elif same := {f["whole"] for f in figures if f["whole"]} & set(
        re.findall(r" (?:out )?of (\d+)", criterion)
    ):
        likeness += 1.0 if same - {"5", "10", "100"} else 0.4  # "14 of 40" now, "36 of 40" then
    elif any(figure["score"] is not None for figure in figures) and re.search(
        r"scor|rubric|point", criterion
    ):
        likeness += 1.0
    return likeness


def _stems(text: str, common: frozenset[str] = _COMMON) -> set[str]:
    words = re.findall(r"[a-z]{4,}", plain(text))
    return {re.sub(r"(?:ies|es|s|ed|ing|y|e)$", "", word)[:6] for word in words if word not in common}


def _names(text: str) -> str:
    """The learner's name: what stands before "will"."""
    found = re.search(r"([A-ZÁÉÍÓÚ][\w'’-]+)(?: [A-ZÁÉÍÓÚ][\w'’-]+)? (?:will|shall)\b", text)
    return found[1] if found else ""


def _levels_before(goal: Goal, parts: Sequence[Part]) -> int | None:
    """The part of present levels that opens a goal's own page, where each goal has such a part before it."""
    levels = [number for number, part in enumerate(parts) if part.kind == "present_levels"]
    if len(levels) < 3 or goal.text is None:
        return None
    words = squeezed(goal.text.words)[:60]
    for number, part in enumerate(parts):
        if part.kind == "goals" and words in squeezed(part.prose.text):
            return next((n for n in reversed(levels) if n < number), None)
    return None


def _before_goal(text: Passage, knowledge: Knowledge) -> Passage:
    """A passage up to the first label of a goal in it."""
    for entry in entries_in(text, knowledge, "present_levels"):
        if entry.role == "goal.text" and entry.label:
            return text.cut(0, text.text.find(entry.label.text))
    return text


def _sentences(parts: Sequence[Part], knowledge: Knowledge) -> Iterator[tuple[int, Passage]]:
    """(number of the part, sentence) of the present levels."""
    for number, part in enumerate(parts):
        if part.kind != "present_levels":
            continue
        for unit in part.units():
            for passage in (
                [cell.text for cell in unit.cells()]
                if isinstance(unit, Table)
                else [_before_goal(unit, knowledge)]
            ):
                start = 0
                text = passage.text
                for stop in re.finditer(
                    r"(?<=[\w)%”\"])[.?!](?=\s+[A-ZÁÉÍÓÚ\"“])|\n(?=[A-Z][\w /&]{2,40}:)", text
                ):
                    yield number, passage.cut(start, stop.end())
                    start = stop.end()
                yield number, passage.cut(start)


def _clause(sentence: Passage, asked: set[str], learner: str) -> Passage:
    """The part of a sentence that measures: after its subject, with the figure that the goal is about."""
    sentence = sentence.strip()
    flat = sentence.text.replace("\n", " ").replace("\t", " ")
    figures = list(_FIGURE.finditer(flat))
    figure = next((f for f in figures if _stems(f["of"] or f["share"] or "") & asked), figures[0])
    begin = 0
    for lead in [*_SUBJECT.finditer(flat, 0, figure.start()), *re.finditer(r":\s+", flat[: figure.start()])]:
        begin = max(begin, lead.end())
    name = re.search(rf"\b{re.escape(learner)} ", flat[: figure.start()]) if learner else None
    if not begin and name:
        begin = name.end()
    before = len(flat[begin : figure.start()].split())
    if before > _LONGEST_LEAD and not (begin and before <= 2 * _LONGEST_LEAD):
        begin = figure.start()
    end = len(flat)
    for stop in _BREAK.finditer(flat, figure.end()):
        if not re.search(r"\d", flat[stop.end() :]) or not _FIGURE.search(flat, stop.end()):
            end = stop.start()
            break
    aside = re.search(r"\s*\([^)%]*\)\W*$", flat[begin:end])
    if aside:
        end = begin + aside.start()
    return sentence.cut(begin, end)

"""The special factors of 34 CFR 300.324(a)(2), each as a need marked or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from reader.choices import choices_in, yes_or_no
from reader.knowledge import Knowledge, plain, squeezed
from reader.labels import Entry
from reader.layout import EMPTY, TICKED, Passage, Table
from reader.parts import Part
from reader.reading import (
    Flag,
    SpecialFactors,
    Text,
    Value,
    concluded,
    read_as,
)
from reader.tables import table_kind


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
    titles = [c for c in head if TICKED not in c.text.text and EMPTY not in c.text.text]
    affirming = [c.column for c in titles if squeezed(c.text.flat) in _YES_HEADS]
    denying = [c.column for c in titles if squeezed(c.text.flat) in _NO_HEADS]
    headed = len(affirming) == len(denying) == 1  # else a row of answers
    yes_column, no_column = (affirming[0], denying[0]) if headed else (None, None)
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
            asked_in = [c for c in cells if c.column not in (yes_column, no_column)] or cells
            question = asked_in[0].text
            yes = next((c for c in row if c.column == yes_column), None)
            no = next((c for c in row if c.column == no_column), None)
            if yes is not None and (
                TICKED in yes.text.text
                or squeezed(yes.text.flat) in ("x", "yes")
                or re.fullmatch(r"\W*[✓✔√]\W*", yes.text.text)
            ):
                found.append((question, Passage("Yes"), "box"))
            elif no is not None and (
                TICKED in no.text.text
                or squeezed(no.text.flat) in ("x", "no")
                or re.fullmatch(r"\W*[✓✔√]\W*", no.text.text)
            ):
                found.append((question, Passage("No"), "box"))
            continue
        if (
            yes_column is not None
            and no_column is not None
            and len(cells) == 2
            and cells[1].column == no_column
        ):
            both = Passage.join((cell.text for cell in cells), " ")
            if bare := _TWO_BOXES.match(both.text):  # the question stands behind the box for No
                if bare["yes"] != bare["no"]:
                    said = Passage("Yes" if bare["yes"] == TICKED else "No")
                    found.append((both.cut(bare.end()), said, "box"))
                continue
        if len(cells) > 1 and (behind := _BOXES_BEHIND.match(cells[0].text.text)):  # with a remark beside it
            found.append((cells[0].text.cut(*behind.span(1)), cells[0].text.cut(behind.end(1)), "box"))
            continue
        if len(cells) > 2 and all(_ONE_BOX.fullmatch(cell.text.flat) for cell in cells[1:]):
            answer = Passage.join((cell.text for cell in cells[1:]), " ")  # a column for each answer
            found.append((cells[0].text, answer, "box"))
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
        if len(cells) > 1 and all(
            re.match(rf"[^{TICKED}{EMPTY}]{{3,70}}[{TICKED}{EMPTY}]", c.text.text)
            and yes_or_no(c.text, knowledge)
            for c in cells
        ):
            for cell in cells:  # each with its question and its boxes
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


_BOXES_BEHIND = re.compile(r"(?is)([^☐☒]{8,200}?)\s+(?:yes|no|y|n)\s*[☐☒]\s*(?:yes|no|y|n)\s*[☐☒]\s*$")
_ONE_BOX = re.compile(r"(?i)\W*[☐☒]\s*(?:yes|no|sí|si|n/?a|not applicable)\W*")
_YES_HEADS = (
    "yes",
    "si",
    "y",
    "needed",
    "afactor",
    "factorseepage",
    "need",
    "required",
    "applies",
    "applicable",
    "concern",
    "areaofneed",
    "addressed",
)
_NO_HEADS = (
    "no",
    "n",
    "notneeded",
    "notafactor",
    "nofactor",
    "noneed",
    "noneeds",
    "notrequired",
    "notapplicable",
    "na",
    "noconcern",
    "notaneed",
    "doesnotapply",
)
_DENIED = re.compile(
    r"(?i)\b(?:does|do|is|are) not\b|\bno (?:need|concern)s?\b|\bno (?:requiere|necesita|impide)\b"
)
_AFFIRMED = re.compile(
    r"(?i)\W*(?:(?:the )?(?:student|child) )?(?:requires|needs|uses|has|requiere|necesita|usa)\b"
)


def _stated(statement: Passage, end: int | None) -> tuple[Passage, Passage, str] | None:
    """Question and answer of a statement without boxes: "Does not require assistive technology"."""
    text = statement.cut(0, end) if end is not None else statement
    flat = text.flat
    if (
        re.search(f"[{TICKED}{EMPTY}?]", statement.text)
        or len(flat.split()) > 14
        or re.search(r"(?i)\bif\b", flat)
    ):
        return None
    if _DENIED.search(flat):
        return text, Passage("No"), "sentence"
    return (text, Passage("Yes"), "sentence") if _AFFIRMED.match(flat) else None


def _only_yes_or_no(text: Passage, knowledge: Knowledge) -> bool:
    """Whether a cell holds a marked Yes or No and nothing besides."""
    words = re.findall(r"[^\W_]+", plain(text.flat))
    answered = bool(words) and all(word in ("yes", "no", "si", "n", "y", "a", "na") for word in words)
    return answered and yes_or_no(text, knowledge) is not None


_TWO_BOXES = re.compile(
    rf"(?i)\W*?(?P<yes>[{TICKED}{EMPTY}])\s*(?P<no>[{TICKED}{EMPTY}])\s*(?!(?:yes|no|sí|si|n/?a)\b)(?=[^\W\d_]{{2}})"
)


_WORD = r"(?:Yes|Sí|Si|No|Y|N)(?:/A)?\b(?:\s*/\s*(?:Yes|Sí|Si|No)\b)?"
_ANSWER_FIRST = re.compile(
    rf"(?i)\W*[☐☒]\s*{_WORD}\W*[☐☒]\s*{_WORD}(?:\s*☐ ?N/A)?\s*|\W*{_WORD}\s*[☐☒]\W*{_WORD}\s*[☐☒]\s*(?=\w)"
)
_INLINE = re.compile(rf"(?<=[.;])\s+(?=[A-Z][^.;:?{TICKED}{EMPTY}]{{2,60}}[:?] ?[{TICKED}{EMPTY}])")


def _sentences(text: Passage) -> list[Passage]:
    """The lines, or the sentences where several answer in boxes: "Behavior: ☒ no ☐ yes. Hearing: ☒ no ☐ yes."."""
    lines = text.lines()
    whole = Passage.join(lines, " ")
    cuts = [cut.end() for cut in _INLINE.finditer(whole.text)]
    if not cuts or any(re.match(r"\s*\d{1,2}[.)]\s", line.text) for line in lines):
        return lines
    return [whole.cut(a, b) for a, b in pairwise([0, *cuts, len(whole)])]


_TO_MARK = re.compile(r"(?i)\W*(?:\(?\s*)?(?:please )?(?:check|mark|select|choose)\b[^.?☐☒]{0,60}[:.)]*\s*")
_ASIDE_ANSWER = re.compile(r"(?P<what>[^\W\d_][^(),;:.☐☒]{3,70}?)\s*\((?P<said>yes|no)\)", re.I)


def _in_parentheses(text: Passage) -> list[tuple[Passage, Passage, str]]:
    """Factors of a sentence, each with its answer behind it: "behavior (no), communication (yes)"."""
    told = list(_ASIDE_ANSWER.finditer(text.text.replace("\n", " ")))
    if len(told) < 3:
        return []
    return [(text.cut(*one.span("what")), text.cut(*one.span("said")), "sentence") for one in told]


def _factor_lines(text: Passage, knowledge: Knowledge) -> list[tuple[Passage, Passage, str]]:
    """Question and answer in lines: boxes before ("☒ Yes ☐ No Question") or after the words."""
    found = _in_parentheses(text)
    lines = _sentences(text)
    statements: list[Passage] = []

    def names_factor(line: Passage) -> bool:
        label = re.match(r"([A-Z][^:.?☐☒]{3,50}):\s+\S", line.text)
        return label is not None and any(
            any(plain(phrase) in f" {plain(label[1])} " for phrase in phrases)
            or (slot in _ONE_WORD and _ONE_WORD[slot].fullmatch(plain(label[1])))
            for slot, phrases in knowledge.words["factors"].items()
        )

    current: list[Passage] = []
    for line in lines:
        begins = re.match(
            r"\W*(?:☐|☒)|^\W*(?:Yes|YES|Y|Sí)\s*[☐☒]|^[^?☐☒]{3,80}\.{4,}\s*(?i:yes|no|n/a)\b|^\s*\d{1,2}[.)]\s|^(?:[A-Za-z][.)]\s+)?(?:Does|Do|Is|Are|Should|Can|Has|If|For|Will|Considerations|¿|In the case|When)\b|^¿|^[•-]\s"
            r"|^[^?☐☒.]{3,60}\s[—–-]\s+(?i:(?:yes|no|not|needed|none|n/a)\b)|^[^?☐☒.]{3,110}[:?\t]\s*(?i:(?:yes|no|n/a|not|none|sí|si)\b|☐|☒)",
            line.text,
        )
        answers = (
            re.match(r"\W*(?:☐|☒)", line.text)
            and current
            and re.search(r"[?:]\s*$", current[-1].flat)
            and not re.match(r"\W*(?:☐|☒)", current[0].text)
        )
        opens = begins is not None or names_factor(line)
        if current and _TO_MARK.fullmatch(current[-1].flat):
            current, answers = current[:-1], None  # "Check all that apply:" is no question
        if opens and current and not answers:
            statements.append(Passage.join(current, "\n"))
            current = []
        current.append(line)
    if current:
        statements.append(Passage.join(current, "\n"))
    for statement in statements:
        flat = statement.text
        if bare := _TWO_BOXES.match(flat):  # under the headings Yes and No
            if bare["yes"] != bare["no"]:
                said = Passage("Yes" if bare["yes"] == TICKED else "No")
                found.append((statement.cut(bare.end()), said, "box"))
            continue
        leading = _ANSWER_FIRST.match(flat)
        if leading:
            found.append((statement.cut(leading.end()), statement.cut(0, leading.end()), "box"))
            continue
        if before := re.match(r"(?i)\W*(yes|no|sí|si)\t+", flat):  # the answer first
            found.append((statement.cut(before.end()), statement.cut(0, before.end()), "label"))
            continue
        mark = re.search(
            r"[?:]\s*|\s[—–-]\s+(?=(?:yes|no|not|needed|none|n/a)\b)|\t+(?=(?:yes|no|y|n|sí)\b)|\s(?=(?:yes|y|no|n)\s*[☐☒]\s*(?:yes|y|no|n)\s*[☐☒](?!\s*(?:yes|no)\b))|(?=[☐☒])|\s*\.{4,}\s*",
            flat,
            re.I,
        )
        if stated := _stated(statement, mark.start() if mark else None):
            found.append(stated)
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


_NEEDED = re.compile(
    r"(?i)\W*(?:needed|required|need(?:s|ed)? (?:identified|addressed)|addressed (?:in|by|through)|see (?:goals?|bip|behavior|the behavior|plan)|"
    r"(?!no\b|not\b|does not|none)[^.?:☐☒]{2,60}\b(?:impedes|needs|requires|uses|receives) |"
    r"(?!no\b|not\b|does not|none)[^.?:☐☒]{2,40}\bhas an? [^.?:☐☒]{0,30}\b(?:plan|device|interpreter)\b)"
)
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
    if _NEEDED.match(answer.flat):
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

"""What a document is, and whose form it looks like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from reader.knowledge import Knowledge, plain, squeezed
from reader.layout import Line, Passage, Sheet
from reader.parts import Part
from reader.reading import Text, Value, read_as


def document_kind(sheets: Sequence[Sheet], knowledge: Knowledge) -> Text:
    """The kind of document: iep, section_504_plan, evaluation_report, … or unknown.

    Titles at the top of the first page weigh most, running heads next, headings inside least.
    """
    scores: dict[str, float] = dict.fromkeys(knowledge.kinds, 0.0)
    shown: dict[str, Passage] = {}
    first: list[Passage] = []
    for block in sheets[0].blocks[:14] if sheets else []:
        first += (
            [block.text] if isinstance(block, Line) else [cell.text for row in block.rows[:3] for cell in row]
        )
    heads = [passage for sheet in sheets for passage in sheet.running]
    inner = [
        block.text
        for sheet in sheets
        for block in sheet.blocks
        if isinstance(block, Line)
        and len(block.text.flat) < 90
        and (block.text.flat.isupper() or block.text.bold)
    ]
    for passages, weight, limit in ((first[:10], 12, 24), (first[10:], 4, 8), (heads, 6, 12), (inner, 2, 6)):
        for kind, wordings in knowledge.kinds.items():
            points = 0.0
            for passage in passages:
                words = plain(passage.flat)
                key = squeezed(words)
                for wording in wordings:
                    if len(wording) <= 5:
                        hit = (
                            bool(re.search(rf"\b{re.escape(wording.upper())}\b", passage.flat))
                            and len(words) < 140
                        )
                        gain = weight / 3
                    else:
                        hit = squeezed(wording) in key and len(words) < 200
                        gain = weight
                    if hit and not re.search(
                        r"\b(?:is not an?|not a|instead of|have an|tiene un|no es un)\b", words
                    ):
                        points += gain * min(1.0, (len(squeezed(wording)) + 6) / max(len(key), 1) * 2)
                        shown.setdefault(kind, passage)
                        break
            scores[kind] += min(points, limit)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if ranked[0][1] < 2:
        return Value("unknown", "", (), 0.6, "guess")
    (kind, best), (_, second) = ranked[:2]
    if kind == "prior_written_notice" and scores["evaluation_report"] >= 8:
        kind = "evaluation_report"
    if kind == "evaluation_report" and scores["prior_written_notice"] >= 2:
        kind = "evaluation_report_and_prior_written_notice"
        second = 0.0
    trust = 0.97 if best >= 1.6 * max(second, 1) else 0.8
    return read_as(kind, shown.get(kind) or shown.get("evaluation_report") or Passage(), "title", trust=trust)


def state_style(sheets: Sequence[Sheet], parts: Sequence[Part], knowledge: Knowledge) -> Text | None:
    """The state whose words the form uses (two letters): a guess from test names, agencies, addresses."""
    text = "\n".join(
        [part.title.flat + "\n" + part.prose.flat for part in parts]
        + [passage.flat for sheet in sheets for passage in sheet.running]
    )
    lower = plain(text)
    votes: Counter[str] = Counter()
    for wording, states in knowledge.state_marks.items():
        hits = min(len(_whole(text, wording)), 3) if wording in text else 0
        for state in states:
            votes[state] += 2 * hits
    for wording, states in knowledge.state_words.items():
        hits = min(len(_whole(lower, wording)), 3) if wording in lower else 0
        for state in states:
            votes[state] += 2 * hits
    for state, name in knowledge.states["names"].items():
        if name in lower:
            votes[state] += min(len(_whole(lower, name)), 2) * 3
    for match in re.finditer(r",\s([A-Z]{2})\b(?=\s*(?:\d{5}|$|\n|[.;|]| DISAB| GRADE| [A-Z]{3}))", text):
        if match[1] in knowledge.states["names"]:
            votes[match[1]] += 4
    for match in re.finditer(r"\b([A-Z]{2})[- ]IEP\b", text):  # "SD IEP", at the foot of a page
        if match[1] in knowledge.states["names"]:
            votes[match[1]] += 2
    codes = {code: state for state, numbers in knowledge.states["area_codes"].items() for code in numbers}
    for match in re.finditer(r"(?<![\d-])\(?(\d{3})\)?[ .-]\s*\d{3}[.-]\d{4}(?!\d)", text):
        if int(match[1]) in codes:
            votes[codes[int(match[1])]] += 2
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] < 2:
        return None
    if len(ranked) > 1 and ranked[1][1] >= ranked[0][1]:
        return None
    clear = len(ranked) < 2 or ranked[0][1] >= 2 * ranked[1][1]
    named = knowledge.states["names"][ranked[0][0]] in lower  # the state itself, not only words it uses
    sure = 0.9 if clear and named else 0.8 if clear and ranked[0][1] >= 4 else 0.6
    return Value(ranked[0][0], "", (), sure, "derived")


def _whole(text: str, word: str) -> list[int]:
    """Where a word stands in a text as a whole word."""
    found = []
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if (at == 0 or not text[at - 1].isalnum()) and (end == len(text) or not text[end].isalnum()):
            found.append(at)
        at = text.find(word, end)
    return found

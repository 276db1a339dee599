"""When parents get reports of progress (34 CFR 300.320(a)(3)(ii))."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reader.choices import choices_in
from reader.knowledge import Knowledge, plain
from reader.labels import Entry
from reader.layout import EMPTY, TICKED, Passage, Table
from reader.parts import Part
from reader.reading import (
    ProgressReporting,
    Value,
    read_as,
)
from reader.tables import table_kind


def read_progress(parts: Sequence[Part], entries: Sequence[Entry], knowledge: Knowledge) -> ProgressReporting:
    """When parents get progress reports."""
    periods = sorted((plain(p) for p in knowledge.words["progress_periods"]), key=len, reverse=True)
    asked: Passage | None = None
    for entry, after in zip(entries, [*entries[1:], None], strict=False):
        if entry.role != "progress.frequency" or entry.part in (
            "attachment",
            "notes",
            "notice",
            "evaluation",
        ):
            continue
        asked = asked or entry.label
        found = _frequency(entry.value, periods)
        if found is None and after is not None and _HOW_OFTEN.match(after.label.flat):
            found = _frequency(after.value, periods)  # "How will parents be told? In writing. How often? …"
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
                    if found is None and EMPTY in passage.text:
                        asked = asked or passage.cut(match.start(), match.end())
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
            if part.kind == "progress":
                asked = asked or part.title
            if part.kind == "progress" and (found := _frequency(part.prose, periods)) is not None:
                said.append((3, found))
    if said:
        best = min(said, key=lambda pair: pair[0])[1]
        return ProgressReporting(read_as(True, best, "sentence"), read_as(_tidy(best.flat), best, "sentence"))
    return ProgressReporting(
        Value(False, asked.flat if asked else "", asked.places() if asked else (), 0.85, "absent"), None
    )


_HOW_OFTEN = re.compile(r"(?i)\W*(?:how often|when|frequency|con qué frecuencia|cuándo|frecuencia)\b")
_ANY = r"(?:[^.☐?_:]|\.\d)"  # within a sentence: no full stop but that of a figure
_REPORTS = re.compile(
    rf"(?i)(?:progress|progreso){_ANY}{{0,140}}?(?:report|inform|sent|provided|enviad|notif|communicat|shared|mailed|updat|given|issued)(?:[^.?_:]|\.\d){{0,160}}"
    rf"|(?:report|inform){_ANY}{{0,60}}(?:progress|progreso)(?:[^.?_:]|\.\d){{0,160}}"
    rf"|(?:told|tell|informed|notified|notice|updated?|share|send|informad[oa]s){_ANY}{{0,60}}\b(?:progress|progreso|goals are)(?:[^.?_]|\.\d){{0,160}}"
    rf"|(?:progress|progreso){_ANY}{{0,60}}(?:report|inform)\w*\s*:[^.?_:]{{4,120}}"
    rf"|(?:parents?|famil(?:y|ies)|guardians?|padres|familias?)\b{_ANY}{{0,40}}\b(?:receive|get|are sent|be sent|recibir\w+)\b{_ANY}{{0,40}}(?:reports?|informes?)\b(?:[^.?_:]|\.\d){{0,160}}"
    r"|(?:progress reports?|reports? of progress)(?: are| will be)?(?: sent| given| issued| dated?)?\s*(?:frequency\s*|dates?\s*)?:?\s+(?=\d\s?x\b|[A-Z][a-z]+,? (?:and )?[A-Z])[^.?_]{4,120}"
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
        months = _MONTHS.search(value.text.replace("\n", " "))
        return value.cut(*months.span()) if months else None
    start = min(starts)
    lead = re.search(
        r"(?:(?:every|each|at least|cada|a)\s+(?:\w+\s+)?|\b(?:one|two|three|four|five|six|\d|una?|dos|tres|cuatro|cinco|seis)\s+|\b\d\s?)$",
        text[:start],
    )
    if lead and not re.match(r"every|each|cada", text[start:]):
        start = lead.start()
    if same := re.search(r"\bat the same times? (?:as|with) (?:the )?$", text[:start]):
        start = same.start()
    if ends := re.search(r"\b(?:at|by|near) the (?:end|close|conclusion) of $", text[:start]):
        start = ends.start()
    stop = re.search(
        r"\.(?:\s|$)|;|,?\s+and (?:states?|shows?|says?|tells?|lists?|gives?|describes?|explains?)\b|\s+(?=(?:the|an?|his|her|m[rs]s?\.?)\s[^.;]{3,40}\b(?:mails?|sends?|writes?|gives?)\b)|(?<=report card) of (?:each|every|the)\b|,?\s+(?:mailed|e-?mailed|posted|handed out|by means of|by written|written (?:progress )?reports?\b|through|in (?:english|spanish|writing)|using|via|sent home|mediante|por medio|por escrito|(?:progress )?codes?:)",
        text[start:],
    )
    end = start + stop.start() if stop else len(text)
    return value.cut(start, end)


_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_MONTHS = re.compile(rf"{_MONTH}(?:,? (?:and )?{_MONTH}){{1,8}}")  # "October, February and June"


def _tidy(words: str) -> str:
    words = re.sub(r"(?i),?\s*by (?:written )?progress report.*$", "", words)
    return words.strip(" .,;")

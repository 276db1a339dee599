"""How well and how fast the reader reads: ``bin/bench reader``.

The first figure withholds, layout by layout, what the reader may have learnt from the layout it reads: every
label, heading and column heading that stands in that layout's samples and in no other layout's.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reader import document, pages
from reader.knowledge import Knowledge, everything, squeezed
from reader.layout import Sheet
from reader.reading import Reading
from tests.reader import states
from tests.reader.forms import fresh
from tests.reader.forms.layouts import ALL, pdf_of, truth_of
from tests.reader.scoring import Score, score, total

SAMPLES = Path(__file__).parent / "samples"
LAYOUTS = {
    "tx": ["d01"], "ca": ["d02", "d03"], "ny": ["d04"], "ma": ["d05"], "fl": ["d06"], "va": ["d07", "d08"],
    "oh": ["d09"], "pa": ["d10"], "wa": ["d11"], "ga": ["d12"],
}  # fmt: skip
SCANS = ("d07", "d10")
LONG_ENOUGH = 12  # letters; shorter wordings ("school", "grade") belong to no one


def path_of(name: str) -> Path:
    return next(path for path in sorted(SAMPLES.glob(f"{name}*")) if path.is_file())


@cache
def truth(name: str) -> dict[str, Any]:
    return json.loads((SAMPLES / "truth" / f"{path_of(name).stem}.json").read_text("utf-8"))


@dataclass
class Taken:
    """A sample with its words taken, ready to be structured with one knowledge or another."""

    name: str
    sheets: list[Sheet]
    form: str

    def read(self, knowledge: Knowledge) -> Reading:
        for sheet in self.sheets:
            sheet.running = []
            if self.form != "docx":
                pages.arrange(sheet, knowledge.is_head, knowledge.is_list, knowledge.may_head)
        if self.form == "docx":
            self.sheets, self.form = document.sheets_of(
                path_of(self.name).read_bytes(), None, None, knowledge
            )
        return document.structure(self.sheets, self.form, knowledge)


@cache
def taken(name: str) -> Taken:
    return Taken(name, *document.sheets_of(path_of(name).read_bytes(), None, None, everything()))


def names(*, scans: bool) -> list[str]:
    return [name for group in LAYOUTS.values() for name in group if scans or name not in SCANS]


def knowledge_for(name: str) -> Knowledge:
    return everything(loose=name in SCANS)


@cache
def _words_of(layout: str, scans: bool) -> str:
    """All words of a layout's samples, squeezed."""
    names_here = [name for name in LAYOUTS[layout] if scans or name not in SCANS]
    readings = [taken(name).read(knowledge_for(name)) for name in names_here]
    return squeezed(" ".join(" ".join(reading.text) for reading in readings))


def withheld(layout: str, *, scans: bool) -> set[str]:
    """Wordings that only this layout's samples hold."""
    texts = {other: _words_of(other, scans) for other in LAYOUTS}
    own = texts.pop(layout)
    return {
        wording
        for wording in everything().wordings()
        if len(wording) >= LONG_ENOUGH
        and wording in own
        and not any(wording in text for text in texts.values())
    }


def unseen_score(*, scans: bool) -> Score:
    """Each layout read without what was learnt from it."""
    found = []
    for layout, group in LAYOUTS.items():
        hidden = withheld(layout, scans=scans)
        for name in group:
            if scans or name not in SCANS:
                knowledge = Knowledge(without=hidden, loose=name in SCANS)
                found.append(score(truth(name), taken(name).read(knowledge).as_json()))
    return total(found)


def plain_score(which: Sequence[str]) -> Score:
    return total(score(truth(name), taken(name).read(knowledge_for(name)).as_json()) for name in which)


def forms_score() -> Score:
    """The invented forms; they name no state, so that field is left out."""
    found = []
    for name in ALL:
        got = document.read(pdf_of(name)).as_json()
        got["state_style"] = None
        found.append(score(truth_of(name), got))
    return total(found)


def fresh_score() -> Score:
    """The forms that were made last and scored before anything was changed for them (0.850 then)."""
    found = []
    for name in fresh.FRESH:
        got = document.read(fresh.pdf_of(name)).as_json()
        got["state_style"] = None
        found.append(score(fresh.truth_of(name), got))
    return total(found)


def states_score() -> tuple[Score, int, int]:
    """IEPs of other states (0.740, 0.773, 0.827 and 0.796 when read for the first time), and of single values marked 0.9 or more: right, all."""
    found, right, every = [], 0, 0
    for name in states.IEPS:
        reading, want = document.read(states.file_of(name)), states.truth_of(name)
        got, anchors = reading.as_json(), reading.anchors()
        found.append(score(want, got))
        sure = [same for path, same in judged(want, got) if anchors.get(path, {}).get("confidence", 0) >= 0.9]
        right, every = right + sum(sure), every + len(sure)
    return total(found), right, every


def without_half(name: str, *, seed: int = 1) -> tuple[Score, int, int]:
    """A form read without a random half of the long wordings in it, as if it were of another state: its score, and
    of single values marked 0.9 or more: right, all."""
    data, want = states.file_of(name), states.truth_of(name)
    text = squeezed(" ".join(document.read(data).text))
    chance = random.Random(f"{seed}{name}")
    held = sorted({w for w in everything().wordings() if len(w) >= LONG_ENOUGH and w in text})
    reading = document.read(data, knowledge=Knowledge(without={w for w in held if chance.random() < 0.5}))
    got, anchors = reading.as_json(), reading.anchors()
    sure = [same for path, same in judged(want, got) if anchors.get(path, {}).get("confidence", 0) >= 0.9]
    return score(want, got), sum(sure), len(sure)


def calibration(which: Sequence[str], *, least: float = 0.9) -> tuple[int, int]:
    """(right, all) of single values marked at least so sure."""
    right = every = 0
    for name in which:
        reading, want = taken(name).read(knowledge_for(name)), truth(name)
        got, anchors = reading.as_json(), reading.anchors()
        for path, same in judged(want, got):
            if path in anchors and anchors[path]["confidence"] >= least:
                every += 1
                right += same
    return right, every


def judged(want: dict[str, Any], got: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Each value of a reading that the truth can judge, and whether it is right."""

    def right(group: str, a: Any, b: Any) -> bool:
        part = Score()
        part.one("x", "x", a, b, _same(group), no_is_none=True)
        return part.counts["x", "x"][0] == 1 or (a in (None, "") and b is False)

    for field in (
        "document_kind",
        "state_style",
        "school",
        "district",
        "meeting_date",
        "iep_start",
        "iep_end",
        "annual_review_due",
        "reevaluation_due",
        "transfer_of_rights_present",
    ):
        if got.get(field) is not None:
            yield field, right(field, want.get(field), got[field])
    for outer in ("student", "lre", "esy", "progress_reporting", "special_factors"):
        for field, value in got[outer].items():
            if value is not None and field in want[outer]:
                yield f"{outer}.{field}", right(field, want[outer][field], value)
    for outer, key, least in (("goals", "text", 0.9), ("services", "name", 0.8), ("team", "name", 0.88)):
        part = Score()
        pairs = part.many("x", "x", want[outer], got[outer], lambda a, b: _likeness(a[key], b[key]), least)  # noqa: B023
        back = {j: i for i, j in pairs.items()}
        for j, item in enumerate(got[outer]):
            truth_item = want[outer][back[j]] if j in back else {}
            for field, value in item.items():
                if (
                    value is None
                    or isinstance(value, list)
                    or (truth_item and field not in truth_item)
                    or field in ("number", "setting", "as_written")
                ):
                    continue
                yield f"{outer}[{j}].{field}", bool(truth_item) and right(field, truth_item.get(field), value)
    for outer in ("accommodations", "modifications"):
        part = Score()
        pairs = part.many("x", "x", want[outer], got[outer], _likeness, 0.85)
        for j in range(len(got[outer])):
            yield f"{outer}[{j}]", j in pairs.values()


def _likeness(a: Any, b: Any) -> float:
    from tests.reader.scoring import like, likeness

    return 1.0 if like(a, b or "", 0.85) else likeness(a, b or "")


def _same(field: str):
    from tests.reader.scoring import _as_often, _grade, bare, like

    if field == "grade":
        return lambda a, b: _grade(a) == _grade(b)
    if field == "frequency":
        return _as_often
    if field in ("minutes", "sessions", "minutes_per_week", "percent_general_education"):
        return lambda a, b: abs(a - b) <= 0.01 * max(abs(a), 1)
    if field in (
        "dob",
        "meeting_date",
        "iep_start",
        "iep_end",
        "annual_review_due",
        "reevaluation_due",
        "start",
        "end",
        "student_id",
    ):
        return None
    if field == "name":  # in any word order: "Last, First" is written so and kept so by some
        return lambda a, b: like(a, b, 0.7) or sorted(bare(a).split()) == sorted(bare(b).split())
    return lambda a, b: like(a, b, 0.7)


def milliseconds_a_page(name: str, *, rounds: int = 5) -> float:
    """The best of some readings, in processor milliseconds a page."""
    data = path_of(name).read_bytes()
    document.read(data)
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        reading = document.read(data)
        best = min(best, (time.process_time() - begun) * 1000 / len(reading.pages))
    return best


def pdfium_alone(name: str) -> float:
    """What pdfium takes for a page's bare text, in milliseconds."""
    import pypdfium2

    data = path_of(name).read_bytes()
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        opened = pypdfium2.PdfDocument(data)
        for page in opened:
            page.get_textpage().get_text_bounded()
        best = min(best, (time.process_time() - begun) * 1000 / len(opened))
    return best


def lines(*, scans: bool = False) -> Iterator[str]:
    """The benchmark's lines. ``scans`` reads the scanned samples too, some four seconds a page."""
    plain = plain_score(names(scans=scans))
    unseen = unseen_score(scans=scans)
    yield f"name=reader-unseen-layout ours={unseen.overall:.3f} baseline={plain.overall:.3f} ratio={unseen.overall / plain.overall:.3f}"
    yield f"name=reader-plain ours={plain.overall:.3f} baseline=1.000 ratio={plain.overall:.3f}"
    invented = forms_score()
    yield f"name=reader-invented-forms ours={invented.overall:.3f} baseline=1.000 ratio={invented.overall:.3f}"
    newest = fresh_score()
    yield f"name=reader-fresh-forms ours={newest.overall:.3f} baseline=0.850 ratio={newest.overall / 0.85:.3f}"
    elsewhere, right, every = states_score()
    yield f"name=reader-other-states ours={elsewhere.overall:.3f} baseline=0.786 ratio={elsewhere.overall / 0.786:.3f}"
    yield f"name=reader-other-states-sure-and-right ours={right / every:.3f} baseline=0.970 ratio={right / every / 0.97:.3f}"
    right, every = calibration(names(scans=scans))
    yield f"name=reader-sure-and-right ours={right / every:.3f} baseline=0.970 ratio={right / every / 0.97:.3f}"
    if scans:
        pictures = plain_score(SCANS)
        yield f"name=reader-scans ours={pictures.overall:.3f} baseline=0.850 ratio={pictures.overall / 0.85:.3f}"
        begun = time.process_time()  # user and system seconds of this process
        document.read(path_of("d10").read_bytes())
        each = (time.process_time() - begun) / 6
        yield f"name=reader-scan-seconds-a-page ours={each:.2f} baseline=3.00 ratio={each / 3:.2f}"
    for name in ("d02", "d05"):
        ours, bare = milliseconds_a_page(name), pdfium_alone(name)
        yield f"name=reader-ms-a-page-{name} ours={ours:.1f} baseline={bare:.1f} ratio={ours / bare:.1f}"


def main(*, scans: bool = True) -> None:
    """Print the benchmark's lines as they come."""
    for line in lines(scans=scans):
        print(line, flush=True)


if __name__ == "__main__":
    import sys

    main(scans="--scans" in sys.argv)

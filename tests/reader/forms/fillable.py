"""A fillable PDF form of an invented layout, filled with a child's content."""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.reader.forms.children import Child, iso


class _Form:
    """Pages of printed labels (Helvetica) and form fields, top to bottom."""

    def __init__(self) -> None:
        self.pdf = pikepdf.new()
        self.fields: list[pikepdf.Object] = []
        self.page()

    def page(self) -> None:
        self.pdf.add_blank_page(page_size=(612, 792))
        page = self.pdf.pages[-1]
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        bold = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Helvetica-Bold"))
        page.Resources = Dictionary(Font=Dictionary(F1=font, F2=bold))
        page.Annots = self.pdf.make_indirect(Array())
        self.ink: list[str] = []
        self.y = 750.0

    def end_page(self) -> None:
        self.pdf.pages[-1].Contents = self.pdf.make_stream("\n".join(self.ink).encode("cp1252", "replace"))

    def room(self, height: float) -> None:
        if self.y - height < 50:
            self.end_page()
            self.page()

    def label(
        self, x: float, text: str, *, size: float = 9, bold: bool = False, y: float | None = None
    ) -> None:
        safe = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        height = self.y if y is None else y
        self.ink.append(f"BT /{'F2' if bold else 'F1'} {size} Tf {x} {height} Td ({safe}) Tj ET")

    def _add(self, box: tuple[float, float, float, float], **entries: object) -> None:
        widget = self.pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                Rect=Array(list(box)),
                F=4,
                P=self.pdf.pages[-1].obj,
                **entries,
            )
        )
        self.pdf.pages[-1].Annots.append(widget)
        self.fields.append(widget)

    def text(self, x: float, width: float, value: str, *, height: float = 14, y: float | None = None) -> None:
        bottom = (self.y if y is None else y) - 3
        self._add(
            (x, bottom, x + width, bottom + height),
            FT=Name.Tx,
            T=String(f"field{len(self.fields)}"),
            V=String(value),
            DA=String("/F1 9 Tf 0 g"),
        )

    def check(self, x: float, on: bool) -> None:
        state = Name.Yes if on else Name.Off
        off = self.pdf.make_stream(b"")
        yes = self.pdf.make_stream(b"0 0 8 8 re S")
        for stream in (off, yes):
            stream.Type, stream.Subtype, stream.BBox = Name.XObject, Name.Form, Array([0, 0, 8, 8])
        self._add(
            (x, self.y - 1, x + 8, self.y + 7),
            FT=Name.Btn,
            T=String(f"box{len(self.fields)}"),
            V=state,
            AS=state,
            AP=Dictionary(N=Dictionary(Yes=yes, Off=off)),
        )

    def done(self) -> bytes:
        self.end_page()
        self.pdf.Root.AcroForm = Dictionary(Fields=Array(self.fields), DA=String("/F1 9 Tf 0 g"))
        out = io.BytesIO()
        self.pdf.save(out)
        return out.getvalue()


def fillable(child: Child) -> bytes:
    """Labels beside and above their fields, grids of fields without rulings, check boxes before their words."""
    form = _Form()

    def beside(*pairs: tuple[str, str]) -> None:
        x = 40.0
        for label, value in pairs:
            form.label(x, label)
            form.text(x + 95, 150, value)
            x += 270
        form.y -= 22

    def heading(words: str) -> None:
        form.room(60)
        form.y -= 10
        form.label(40, words, size=12, bold=True)
        form.y -= 22

    def above(label: str, value: str, *, height: float = 30) -> None:
        form.room(height + 30)
        form.label(40, label, bold=True)
        form.y -= height + 4
        form.text(40, 530, value, height=height)
        form.y -= 16

    form.label(180, "Individualized Education Program", size=15, bold=True)
    form.y -= 30
    beside(("Student Name:", child.name), ("Date of Birth:", iso(child.dob)))
    beside(("Student ID:", child.number), ("Grade:", child.grade))
    beside(("School:", child.school), ("District:", child.district))
    beside(("Meeting Date:", iso(child.meeting)), ("IEP Start Date:", iso(child.start)))
    beside(("IEP End Date:", iso(child.end)), ("Reevaluation Due:", iso(child.reevaluation)))
    beside(("Primary Disability:", child.primary), ("Secondary:", child.secondary or ""))
    heading("PRESENT LEVELS OF PERFORMANCE")
    for area, (words, _) in child.levels.items():
        above(area.title(), words)
    heading("SPECIAL FACTORS")
    for factor, words in {
        "behavior": "Does the student's behavior impede learning?",
        "english_learner": "Is the student an English learner?",
        "visual_impairment": "Is the student blind or visually impaired?",
        "deaf_hard_of_hearing": "Is the student deaf or hard of hearing?",
        "communication": "Does the student have communication needs?",
        "assistive_technology": "Does the student need assistive technology?",
    }.items():
        form.room(20)
        form.label(40, words)
        form.check(400, child.factors[factor])
        form.label(412, "Yes")
        form.check(450, not child.factors[factor])
        form.label(462, "No")
        form.y -= 16
    heading("MEASURABLE ANNUAL GOALS")
    for number, goal in enumerate(child.goals, start=1):
        form.room(170)
        form.label(40, f"Goal {number}", bold=True)
        form.label(120, "Area:")
        form.text(160, 300, goal.area)
        form.y -= 22
        above("Baseline", goal.baseline or "", height=16)
        above("Annual Goal", goal.text, height=40)
        above("How will progress be measured?", goal.method or "", height=16)
    above("Progress reports will be provided:", child.progress, height=14)
    heading("SERVICES")
    form.room(30 + 20 * len(child.services))
    columns = (
        ("Service", 40, 170),
        ("Minutes per Session", 215, 70),
        ("Sessions", 290, 70),
        ("Location", 365, 110),
        ("Provider", 480, 110),
    )
    for name, x, _ in columns:
        form.label(x, name, bold=True, size=7)
    form.y -= 18
    for s in child.services:
        values = (
            s.name,
            str(int(s.minutes)) if s.minutes else "",
            f"{int(s.sessions)} per {s.per}" if s.sessions else "as needed",
            s.place,
            s.who,
        )
        for (_, x, width), value in zip(columns, values, strict=True):
            form.text(x, width, value)
        form.y -= 20
    heading("ACCOMMODATIONS")
    for accommodation in child.accommodations:
        form.room(20)
        form.text(40, 400, accommodation)
        form.y -= 18
    above("Modifications", "; ".join(child.modifications) or "None", height=14)
    heading("STATE AND DISTRICT ASSESSMENTS")
    above("State assessments", "; ".join(child.tests), height=14)
    above("Testing accommodations", "; ".join(child.test_supports), height=14)
    heading("LEAST RESTRICTIVE ENVIRONMENT")
    beside(
        ("Percent of time in general education:", ""),
    )
    form.text(220, 60, f"{child.percent}%", y=form.y + 22)
    above("Explanation", child.reason or "", height=40)
    heading("EXTENDED SCHOOL YEAR")
    form.label(40, "Is the student eligible for extended school year services?")
    form.check(400, child.esy)
    form.label(412, "Yes")
    form.check(450, not child.esy)
    form.label(462, "No")
    form.y -= 20
    heading("TEAM")
    form.room(30 + 20 * len(child.team))
    form.label(40, "Name", bold=True)
    form.label(300, "Role", bold=True)
    form.y -= 18
    for role, name in child.team:
        form.text(40, 240, name)
        form.text(300, 240, role)
        form.y -= 20
    return form.done()

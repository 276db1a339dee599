"""Invented forms, each with a habit of real ones that the reader had to learn.

Labels glossed in a second language; choices set beside dates; a plan written as a letter; teaching between the
goals; boxes behind their answers; rows that point to another page; short dates; fields in frames of their own.
"""

from __future__ import annotations

from typing import Any

from tests.reader.forms.children import JONAH, RUBY, Child, S, truth
from tests.reader.forms.fillable import _Form
from tests.reader.forms.layouts import _MONTHS, _box, _e, _long, _page, _table, _us

Day = tuple[int, int, int]
FACTORS = {
    "behavior": ("Behavior impedes learning", "La conducta impide el aprendizaje"),
    "english_learner": ("Limited English proficiency", "Dominio limitado del inglés"),
    "visual_impairment": ("Blind or visually impaired", "Ceguera o impedimento visual"),
    "deaf_hard_of_hearing": ("Deaf or hard of hearing", "Sordera"),
    "communication": ("Communication needs", "Necesidades de comunicación"),
    "assistive_technology": ("Assistive technology", "Tecnología de asistencia"),
}
KINDS = ["Direct Measures", "Indirect Measures", "Authentic Assessment"]  # of measurement
ROLES = {
    "Parent": "Padre o madre", "Student": "Estudiante", "General Education Teacher": "Maestro de educación general",
    "Special Education Teacher": "Maestra de educación especial", "LEA Representative": "Representante del distrito",
    "District Representative": "Representante del distrito", "Speech-Language Pathologist": "Patóloga del habla",
    "School Psychologist": "Psicólogo escolar", "Transition Coordinator": "Coordinadora de transición",
}  # fmt: skip


def _head(child: Child, day: Any = _us, **names: str) -> list[tuple[str, str]]:
    return [
        (names.get("name", "Student Name"), child.name), (names.get("dob", "Date of Birth"), day(child.dob)),
        (names.get("grade", "Grade"), child.grade), (names.get("number", "Student ID"), child.number),
        (names.get("school", "School"), child.school), (names.get("district", "District"), child.district),
        (names.get("meeting", "IEP Meeting Date"), day(child.meeting)), (names.get("start", "IEP Start Date"), day(child.start)),
        (names.get("end", "IEP End Date"), day(child.end)), (names.get("again", "Reevaluation Due"), day(child.reevaluation)),
        (names.get("primary", "Primary Disability"), child.primary),
        *([(names.get("secondary", "Secondary Disability"), child.secondary)] if child.secondary else []),
    ]  # fmt: skip


def _in_rows(pairs: list[tuple[str, str]]) -> str:
    cells = [f"*{_e(a)}:* {_e(b)}" for a, b in pairs]
    cells += [""] * (len(cells) % 2)
    return _table("(1fr, 1fr)", [], [cells[n : n + 2] for n in range(0, len(cells), 2)])


def _team(child: Child) -> str:
    return "== IEP TEAM\n" + _table("(1fr, 1fr, 1fr)", ["Role", "Name", "Signature"], [[_e(r), _e(n), ""] for r, n in child.team])  # fmt: skip


def _levels(child: Child) -> str:
    return "== PRESENT LEVELS OF ACADEMIC ACHIEVEMENT AND FUNCTIONAL PERFORMANCE\n" + "".join(
        f"*{_e(area.title())}:* {_e(text)}\n\n" for area, (text, _) in child.levels.items()
    )


def _times(s: S) -> str:
    return f"{s.minutes:g} minutes {s.sessions:g} times per {s.per}" if s.minutes else "as needed"


def _services(child: Child, day: Any = _us) -> str:
    return "== SPECIAL EDUCATION AND RELATED SERVICES\n" + _table(
        "(2fr, 1.6fr, 1.3fr, 1.3fr, 1fr, 1fr)", ["Service", "Frequency and Duration", "Location", "Provider", "Start", "End"],
        [[_e(s.name), _e(_times(s)), _e(s.place), _e(s.who), _e(day(child.start)), _e(day(child.end))] for s in child.services],
    )  # fmt: skip


def _goals(child: Child) -> str:
    out = "== MEASURABLE ANNUAL GOALS\n"
    for number, goal in enumerate(child.goals, start=1):
        out += f"*Goal {number}: {_e(goal.area)}*\n\n*Baseline:* {_e(goal.baseline or '')}\n\n*Annual goal:* {_e(goal.text)}\n\n"
        out += f"*How progress will be measured:* {_e(goal.method or '')}\n\n"
    return out + f"*Progress reports to parents:* {_e(child.progress)}\n\n"


def _supports(child: Child) -> str:
    out = "== ACCOMMODATIONS\n" + "".join(f"- {_e(a)}\n" for a in child.accommodations) + "\n"
    return out + ("== MODIFICATIONS\n" + "".join(f"- {_e(m)}\n" for m in child.modifications) + "\n" if child.modifications else "")  # fmt: skip


def _tests(child: Child) -> str:
    """Each test with its accommodations behind a colon."""
    supports = "; ".join(child.test_supports)
    return (
        "== STATE AND DISTRICT ASSESSMENTS\n"
        + _e(" ".join(f"{test}: {supports}." for test in child.tests))
        + "\n\n"
    )


def _rest(child: Child) -> str:
    out = f"== LEAST RESTRICTIVE ENVIRONMENT\nPercent of time in general education: {child.percent}%\n\n"
    out += (
        f"Explain why the student will not participate with nondisabled peers: {_e(child.reason or '')}\n\n"
    )
    out += f"== EXTENDED SCHOOL YEAR\n{_box(child.esy)} ESY is needed {_box(not child.esy)} ESY is not needed. {_e(child.esy_reason)}\n\n"
    for area, text in child.postsecondary:
        out += (
            "== TRANSITION\n" if area == child.postsecondary[0][0] else ""
        ) + f"*{_e(area.title())} goal after high school:* {_e(text)}\n\n"
    out += f"*Course of study:* {_e(child.courses)}\n\n" if child.courses else ""
    return out + (f"== TRANSFER OF RIGHTS\n{_e(child.told)}\n\n" if child.told else "")


def _factors(child: Child) -> str:
    return "== CONSIDERATION OF SPECIAL FACTORS\n" + "".join(
        f"{_box(child.factors[f])} Yes {_box(not child.factors[f])} No {_e(words)}\n\n" for f, (words, _) in FACTORS.items()
    )  # fmt: skip


def glossed(child: Child) -> str:
    """Every label with its Spanish behind a slash, "☐ Yes / Sí" before each question."""
    spanish = {
        "Student Name": "Nombre", "Date of Birth": "Fecha de nacimiento", "Grade": "Grado", "Student ID": "Número de estudiante", "School": "Escuela",
        "District": "Distrito", "IEP Meeting Date": "Fecha de la reunión", "IEP Start Date": "Fecha de inicio", "IEP End Date": "Fecha de término",
        "Reevaluation Due": "Próxima reevaluación", "Eligibility": "Elegibilidad", "Additional Category": "Categoría adicional",
    }  # fmt: skip
    pairs = _head(child, primary="Eligibility", secondary="Additional Category")
    out = _page("IEP / PEI", child, "SPED 63")
    out += "= Individualized Education Program / Programa Educativo Individualizado\n" + _in_rows([(f"{a} / {spanish[a]}", b) for a, b in pairs])  # fmt: skip
    out += "== IEP Team / Equipo\n" + _table("(1.6fr, 1fr)", ["Position / Puesto", "Name / Nombre"], [[_e(f"{r} / {ROLES[r]}"), _e(n)] for r, n in child.team])  # fmt: skip
    out += _levels(child) + "== Consideration of Special Factors / Factores especiales\n"
    for factor, (words, gloss) in FACTORS.items():
        out += f"{_box(child.factors[factor])} Yes / Sí {_box(not child.factors[factor])} No {_e(words)} / {_e(gloss)}\n\n"
    out += "== Measurable Annual Goals / Metas anuales\n"
    for number, goal in enumerate(child.goals, start=1):
        out += f"*Goal {number} / Meta {number} — Area / Área:* {_e(goal.area)}\n\n*Baseline / Punto de partida:* {_e(goal.baseline or '')}\n\n{_e(goal.text)}\n\n"
        out += f"*How progress will be measured / Cómo se medirá el progreso:* {_e(goal.method or '')}\n\n"
    out += f"*Progress reports to parents / Informes de progreso a los padres:* {_e(child.progress)}\n\n"
    return out + _services(child) + _supports(child) + _tests(child) + _rest(child)


def meetings(child: Child) -> str:
    """Kinds of meeting as boxes beside the dates; a unit of measurement in each goal's box before the method."""
    out = _page("IEP", child, "IEP 4")
    out += "#align(center)[*INDIVIDUALIZED EDUCATION PROGRAM*]\n\n" + _table("(1fr, 1fr)", [], [
        [f"*Legal Name of Student* \\ {_e(child.name)}", "*Local Student ID (LASID)* \\ 20771"],
        [f"*Administrative Unit Name* \\ {_e(child.district)}", f"*State Student ID (SASID)* \\ {_e(child.number)}"],
    ])  # fmt: skip
    left = [
        "☐ Eligibility",
        "☐ Initial IEP",
        f"☒ IEP Review Date: {_us(child.meeting)}",
        "☐ Reevaluation",
        "☐ Other",
    ]
    right = [f"Date of next eligibility meeting (on or before): {_us(child.reevaluation)}", "Date of next IEP review meeting (on or before):",
             _us(child.end), f"Dates of this IEP: {_us(child.start)} to {_us(child.end)}", f"Date of birth: {_us(child.dob)}"]  # fmt: skip
    cells = ", ".join(f"[{_e(text)}]" for pair in zip(["TYPE OF MEETING", *left], ["DATES OF MEETINGS", *right], strict=True) for text in pair)  # fmt: skip
    out += f"#grid(columns: (1fr, 1.6fr), row-gutter: 5pt, {cells})\n\n== STUDENT AND FAMILY INFORMATION\n"
    out += _in_rows([("Grade", child.grade), ("School of Attendance", child.school), ("Primary Disability", child.primary), ("Secondary Disabilities, if any", child.secondary or "")])  # fmt: skip
    out += _team(child) + _levels(child) + _factors(child) + "== ANNUAL GOALS\n"
    units = ["words per minute", "samples", "verbs", "tasks", "days"]
    for number, goal in enumerate(child.goals, start=1):
        out += _table("(1fr, 1fr)", [], [
            [f"*Goal \\# {number} Area of Need:* {_e(goal.area)}", ""],
            [f"*Unit of Measurement:* {units[number - 1]}", f"*Baseline Data Point:* {_e(goal.baseline or '')}"],
        ]) + _table("(1fr)", [], [[f"*Measurable Goal:* \\ {_e(goal.text)}"], [f"*Evaluation Method:* {_e(goal.method or '')}"]])  # fmt: skip
    out += f"Progress Reports: {_e(child.progress)}\n\n"
    return out + _services(child) + _supports(child) + _tests(child) + _rest(child)


def letter(child: Child) -> str:
    """A plan written as a letter: services, goals and people told in paragraphs."""
    first = child.name.split()[0]
    out = _page("IEP", child, "Our plan").replace("header: [", "header: [ ").replace(f"header: [ {_e(child.name)}", "header: [Plan")  # fmt: skip
    out += "INDIVIDUALIZED EDUCATION PROGRAM\n\n" + "".join(f"{a}: {_e(b)}\n\n" for a, b in _head(child, _long, primary="Eligibility", end="IEP ends"))  # fmt: skip
    out += (
        "== WHO TOOK PART\n"
        + _e("; ".join(f"{n}, {r.lower()}" for r, n in child.team))
        + ". No one was excused.\n\n"
    )
    out += _levels(child) + "== SPECIAL FACTORS\n" + " ".join(
        f"{words}: {_box(not child.factors[f])} no {_box(child.factors[f])} yes." for f, (words, _) in FACTORS.items()
    )  # fmt: skip
    out += "\n\n== ANNUAL GOALS\n"
    for number, goal in enumerate(child.goals, start=1):
        out += f"Goal {number}, {_e(goal.area)}. {_e(goal.text)} Where {first} is now: {_e(goal.baseline or 'not measured')}. Progress will be measured with {_e(goal.method or '')}.\n\n"
    out += f"You will receive a written progress report on each goal {_e(child.progress)}.\n\n== SPECIAL EDUCATION AND RELATED SERVICES\n"
    for s in child.services:
        much = f"for {s.minutes:g} minutes, {s.sessions:g} times a {s.per}" if s.minutes else "as needed"
        out += f"*{_e(s.name)}.* The {_e(s.who.lower())} will work with {first} in the {_e(s.place.lower())} {much}.\n\n"
    out += f"== ACCOMMODATIONS\n{first} will have these accommodations: {_e('; '.join(child.accommodations))}.\n\n"
    if child.modifications:
        out += f"{first}'s work will be modified in this way: {_e('; '.join(child.modifications))}.\n\n"
    out += f"== STATE AND DISTRICT ASSESSMENT\n{first} will take {_e(' and '.join(child.tests))} with these accommodations: {_e('; '.join(child.test_supports))}.\n\n"
    return out + _rest(child).replace("Percent of time in general education:", f"{first} will spend this share of the week in general education:")  # fmt: skip


def taught_between(child: Child) -> str:
    """Goals under headings of their own with what is taught between them; a long hint in a column's heading."""
    out = _page("IEP", child, "ARC 9") + "= Individual Education Program\n" + _in_rows(_head(child)) + _team(child) + _levels(child) + _factors(child)  # fmt: skip
    out += "== Measurable Annual Goals and Benchmarks\n"
    for number, goal in enumerate(child.goals, start=1):
        out += f"*Goal {number}: {_e(goal.area)}*\n\n*Measurable Annual Goal*\n\n{_e(goal.text)}\n\n*Baseline*\n\n{_e(goal.baseline or '')}\n\n"
        out += f"*Method(s) of Measurement*\n\n{KINDS[number % 3]}: {_e(goal.method or '')}\n\n*Specially Designed Instruction*\n\nExplicit teaching with models\n\n"
    out += f"== Reporting Progress\nParents will be informed of progress: ☒ {_e(child.progress)} ☐ Other\n\n"
    title = "Anticipated Frequency and Duration of Service (Serv. Mins) x (Serv. Freq) per (Serv. Period)"
    out += "== Special Education and Related Services\n" + _table(
        "(1.5fr, 1.5fr, 1fr, 1fr, 1.4fr, 1.3fr)", ["Service", title, "Start Date", "End Date", "Service Provider (by position)", "Location"],
        [[_e(s.name), _e(f"{s.minutes:g} Minutes x {s.sessions:g} Times per {(s.per or '').title()}"), _us(child.start), _us(child.end), _e(s.who), _e(s.place)] for s in child.services],
    )  # fmt: skip
    return out + _supports(child) + _tests(child) + _rest(child)


def behind(child: Child) -> str:
    """Boxes in brackets behind their answers, the name in pieces, labels inside the services' cells, kinds of supports."""
    first, *middle, last = child.name.split()
    out = _page("IEP", child, "MOE") + "#align(center)[*INDIVIDUALIZED EDUCATION PROGRAM* \\ *DIVISION OF SPECIAL EDUCATION SERVICES*]\n\n"  # fmt: skip
    out += f"First Name: {_e(first)} Middle Name: {_e(' '.join(middle) or 'Ada')} Last Name: {_e(last)}\n\n" + _in_rows(_head(child, end="IEP End Date", number="Unique Student Identification Number (State)")[1:])  # fmt: skip
    out += _team(child) + _levels(child)
    answers = {True: "YES [☒] NO [ ]", False: "YES [ ] NO [☒]"}
    out += "== SPECIAL CONSIDERATIONS\n" + _table("(2fr, 1.5fr)", ["Consideration", "Decision"], [
        [_e(words), _e(answers[child.factors[f]]) + (" See the goals" if child.factors[f] else "")] for f, (words, _) in FACTORS.items()
    ])  # fmt: skip
    out += _goals(child) + "== SPECIAL EDUCATION AND RELATED SERVICES\n" + _table(
        "(1.6fr, 1.3fr, 2fr, 1fr, 1fr, 1.4fr)", ["Service Nature", "Location", "Service Description", "Begin Date", "End Date", "Provider(s)"],
        [[_e(s.name), _e(s.place), f"Number of Sessions: {s.sessions:g} \\ Length of Time: 0 Hr {s.minutes:g} Min \\ Frequency: {(s.per or '').title()}ly",
          _us(child.start), _us(child.end), _e(f"P: {s.who}")] for s in child.services],
    )  # fmt: skip
    out += "== SUPPLEMENTARY AIDS, SERVICES, PROGRAM MODIFICATIONS AND SUPPORTS\n" + _table(
        "(1fr, 2fr)", ["Nature of service", "Service description"],
        [["Instructional Support", _e(a)] for a in child.accommodations] + [["Program Modification", _e(m)] for m in child.modifications] + [["School Personnel Support", "N/A"]],
    )  # fmt: skip
    supports = "; ".join(child.test_supports)
    out += (
        "State assessments: "
        + " ".join(f"{_e(t)} ☒ with accommodations: {_e(supports)}." for t in child.tests)
        + " Alternate: YES [ ] NO [☒]\n\n"
    )
    return out + _rest(child)


def elsewhere(child: Child) -> str:
    """A grid of services that points to another page in rows of its own, and answers to tests and summers in rows."""
    out = (
        _page("IEP", child, "Form 1")
        + "*IEP: INDIVIDUALIZED EDUCATION PROGRAM*\n\n"
        + _in_rows(_head(child))
        + _team(child)
        + _levels(child)
    )
    marked = f"☐ No grade level test ☒ {' and '.join(child.tests)}, Form D: {'; '.join(child.test_supports)}. ☐ Alternate"
    out += "== Special Considerations\n" + _table("(2fr, 2fr)", [], [
        *[[f"{_e(words)}?", f"{_box(not child.factors[f])} No {_box(child.factors[f])} Yes"] for f, (words, _) in FACTORS.items()],
        ["State Assessments", _e(marked)],
    ])  # fmt: skip
    out += _goals(child) + "== Services Summary\n" + _table(
        "(2fr, 1.6fr, 1.3fr, 1.3fr, 1fr, 1fr)", ["Service", "Amount / Frequency", "Location", "Provider", "Begin*", "End*"], [
            ["Special Education Services", "", "", "", "", ""],
            *[[_e(s.name), _e(_times(s)), _e(s.place), _e(s.who), _us(child.start), _us(child.end)] for s in child.services],
            ["Supplementary Aids: see Form F", "", "", "", "", ""], ["Supports for School Personnel: None", "", "", "", "", ""],
        ])  # fmt: skip
    return out + _supports(child) + _rest(child)


def _short(day: Day) -> str:
    return f"{day[2]:02d}-{_MONTHS[day[1] - 1][:3]}-{day[0] % 100:02d}"


def short_dates(child: Child) -> str:
    """Days before months in letters ("14-Jun-16"), and what the law asks for printed among the goals."""
    out = (
        _page("IEP", child, "6A")
        + "= Individualized Education Program\n"
        + _in_rows(_head(child, _short, primary="Classification"))
    )
    law = "34 CFR 300.320 asks for measurable annual goals that shall, as appropriate, be related to the general curriculum.\n\n"
    goals = _goals(child).replace("GOALS\n", "GOALS\n" + law, 1)
    return (
        out
        + _team(child)
        + _levels(child)
        + _factors(child)
        + goals
        + _services(child, _short)
        + _supports(child)
        + _tests(child)
        + _rest(child)
    )


def framed(child: Child) -> bytes:
    """A fillable form whose fields are drawn as frames, each under its label."""
    form = _Form()

    def row(*pairs: tuple[str, str], width: float = 520.0) -> None:
        form.room(50)
        each = width / len(pairs)
        for n, (label, value) in enumerate(pairs):
            if label:
                form.label(40 + n * each, label, size=7, bold=True, y=form.y + 14)
            form.text(40 + n * each, each - 5, value)
            form.ink.append(f"{40 + n * each} {form.y - 3} {each - 5} 14 re S")
        form.y -= 34 if pairs[0][0] else 17

    def heading(words: str) -> None:
        form.room(60)
        form.label(40, words, size=12, bold=True)
        form.y -= 34

    def grid(heads: list[str], rows: list[list[str]]) -> None:
        form.room(60)
        row(*zip(heads, rows[0], strict=True))
        form.y += 17
        for cells in rows[1:]:
            row(*(("", cell) for cell in cells))
        form.y -= 17

    heading("INDIVIDUALIZED EDUCATION PROGRAM (IEP)")
    pairs = _head(child)
    for n in range(0, len(pairs), 4):
        row(*pairs[n : n + 4])
    heading("IEP TEAM")
    grid(["Role", "Name", "Signature"], [[r, n, ""] for r, n in child.team])
    heading("PRESENT LEVELS OF PERFORMANCE")
    for area, (text, _) in child.levels.items():
        row((area.title(), text))
    heading("CONSIDERATION OF SPECIAL FACTORS")
    for factor, (words, _) in FACTORS.items():
        form.check(40, child.factors[factor])
        form.label(52, "Yes")
        form.check(90, not child.factors[factor])
        form.label(102, "No")
        form.label(160, words)
        form.y -= 16
    form.y -= 10
    heading("MEASURABLE ANNUAL GOALS")
    for number, goal in enumerate(child.goals, start=1):
        row(("Goal number", str(number)), ("Goal area", goal.area))
        row(("Baseline", goal.baseline or ""))
        row(("Measurable annual goal", goal.text))
        row(("How progress will be measured", goal.method or ""))
    heading("PROGRESS REPORTS TO PARENTS")
    row(("How often", child.progress), ("How", "Written report"))
    heading("SPECIAL EDUCATION AND RELATED SERVICES")
    grid(["Service", "Location", "Amount of time", "Frequency", "Start", "End", "Provider"], [
        [s.name, s.place, f"{s.minutes:g} min" if s.minutes else "", f"{s.sessions:g} x per {s.per}" if s.per else "as needed", _us(child.start), _us(child.end), s.who]
        for s in child.services
    ])  # fmt: skip
    heading("ACCOMMODATIONS AND SUPPLEMENTARY AIDS")
    grid(
        ["Accommodation", "Frequency", "Setting"], [[a, "Daily", "All classes"] for a in child.accommodations]
    )
    if child.modifications:
        row(("Modifications", "; ".join(child.modifications)))
    heading("STATEWIDE AND DISTRICT ASSESSMENT")
    row(("Tests", "; ".join(child.tests)))
    row(("Accommodations", "; ".join(child.test_supports)))
    heading("LEAST RESTRICTIVE ENVIRONMENT")
    row(("Percent of time in regular class", f"{child.percent}%"), ("Code", "A"))
    row(
        (
            "Explanation of the extent to which the student will not participate with nondisabled peers",
            child.reason or "",
        )
    )
    heading("EXTENDED SCHOOL YEAR")
    form.check(40, child.esy)
    form.label(52, "ESY is needed")
    form.check(140, not child.esy)
    form.label(152, "ESY is not needed")
    return form.done()


MADE = {
    "glossed": (RUBY, glossed), "meetings": (RUBY, meetings), "letter": (RUBY, letter), "taught_between": (RUBY, taught_between),
    "behind": (RUBY, behind), "elsewhere": (JONAH, elsewhere), "short_dates": (JONAH, short_dates),
}  # fmt: skip
HABITS = [*MADE, "framed"]


def pdf_of(name: str) -> bytes:
    """The form as a PDF."""
    import typst

    if name == "framed":
        return framed(RUBY)
    child, maker = MADE[name]
    return typst.compile(maker(child).encode())


def truth_of(name: str) -> dict[str, Any]:
    child = RUBY if name == "framed" else MADE[name][0]
    found = truth(child)
    if name == "taught_between":
        for number, goal in enumerate(found["goals"], start=1):
            goal["measurement"] = f"{KINDS[number % 3]}: {goal['measurement']}"
    return found

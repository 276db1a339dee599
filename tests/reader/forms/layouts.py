"""Invented IEP forms unlike the samples', set by typst from a child's content.

``ALL`` maps a layout's name to (child, markup, truth). They stand for forms the reader was not shaped on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.reader.forms.children import FINN, JONAH, LUCIA, RUBY, TESSA, Child, S, iso, truth

HEAD = '#set text(size: 9.5pt, lang: "en")\n#set par(leading: 0.5em)\n'


def _e(text: object) -> str:
    """Text as typst markup."""
    found = str(text)
    for sign in "\\#$*_`<>@[]~=+-/":
        found = found.replace(sign, "\\" + sign)
    return found


def _us(day: tuple[int, int, int]) -> str:
    return f"{day[1]:02d}/{day[2]:02d}/{day[0]}"


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MESES = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]


def _long(day: tuple[int, int, int]) -> str:
    return f"{_MONTHS[day[1] - 1]} {day[2]}, {day[0]}"


def _page(title: str, child: Child, footer: str, size: str = "us-letter") -> str:
    return (
        f'#set page(paper: "{size}", margin: (x: 0.6in, y: 0.8in), header: [{_e(child.name)} #h(1fr) {_e(title)}], '
        f"footer: [{_e(footer)} #h(1fr) Page #context counter(page).display()])\n" + HEAD
    )


def _table(columns: list[str] | str, head: list[str], rows: list[list[str]], stroke: str = "0.6pt") -> str:
    widths = columns if isinstance(columns, str) else "(" + ", ".join(columns) + ")"
    cells = [f"[*{_e(text)}*]" for text in head] + [f"[{text}]" for row in rows for text in row]
    header = f"table.header({', '.join(cells[: len(head)])})," if head else ""
    return f"#table(columns: {widths}, stroke: {stroke}, {header} {', '.join(cells[len(head) :])})\n\n"


def _box(on: bool) -> str:
    return "☒" if on else "☐"


def _how_often(service: S) -> str:
    if service.minutes is None:
        return "as needed"
    times = {1: "once", 2: "twice"}.get(int(service.sessions or 1), f"{int(service.sessions or 1)} times")
    return f"{times} per {service.per}"


# ---------------------------------------------------------------- 1. key and value, two columns, minutes a week


def key_value(child: Child) -> str:
    """A conference summary: label and value side by side, goals as stacked boxes, MPW in the service grid."""
    out = _page("Conference Summary Report", child, "Form 37-44 (rev. 6/22)")
    out += (
        f"#align(center)[#text(size: 14pt)[*INDIVIDUALIZED EDUCATION PROGRAM*] \\ {_e(child.district)}]\n\n"
    )
    rows = [
        ("Student Name", child.name, "Date of Birth", _us(child.dob)),
        ("Student ID", child.number, "Current Grade Level", child.grade),
        ("Attending School", child.school, "Resident District", child.district),
        ("Date of Conference", _us(child.meeting), "IEP Effective Date", _us(child.start)),
        ("Next Annual Review Date", _us(child.end), "Reevaluation Due Date", _us(child.reevaluation)),
        ("Primary Disability", child.primary, "Secondary Disability", child.secondary or "N/A"),
    ]
    out += _table(
        "(1.2fr, 2fr, 1.2fr, 2fr)", [], [[f"*{_e(a)}*", _e(b), f"*{_e(c)}*", _e(d)] for a, b, c, d in rows]
    )
    out += "== PARTICIPANTS\n" + _table(
        "(2fr, 2fr, 1fr)", ["Title", "Printed Name", "Signature"], [[_e(r), _e(n), ""] for r, n in child.team]
    )
    out += "== PRESENT LEVELS OF ACADEMIC ACHIEVEMENT AND FUNCTIONAL PERFORMANCE\n"
    out += (
        "\n\n".join(f"*{_e(area.title())}:* {_e(text)}" for area, (text, _) in child.levels.items()) + "\n\n"
    )
    out += "== CONSIDERATION OF SPECIAL FACTORS\n"
    questions = {
        "behavior": "Does the student's behavior impede learning?",
        "english_learner": "Does the student have limited English proficiency?",
        "visual_impairment": "Is the student blind or visually impaired?",
        "deaf_hard_of_hearing": "Is the student deaf or hard of hearing?",
        "communication": "Does the student have communication needs?",
        "assistive_technology": "Does the student need assistive technology devices or services?",
    }
    out += _table(
        "(3fr, 0.5fr, 0.5fr)",
        ["Factor", "Yes", "No"],
        [[_e(q), _box(child.factors[f]), _box(not child.factors[f])] for f, q in questions.items()],
    )
    out += "== GOALS AND OBJECTIVES/BENCHMARKS\n"
    for number, goal in enumerate(child.goals, start=1):
        out += _table(
            "(1fr, 1fr, 1fr)",
            [],
            [
                [
                    f"*Goal \\# {number}*",
                    f"*Area of Need:* {_e(goal.area)}",
                    "*Position(s) Responsible:* Special education teacher",
                ],
            ],
        )
        out += f"*Current Performance:* {_e(goal.baseline or '')}\n\n*Goal Statement:* {_e(goal.text)}\n\n*Evaluation Procedures:* {_e(goal.method or '')}\n\n"
    out += f"*Progress will be reported to parents* {_e(child.progress)}.\n\n"
    out += "== EDUCATIONAL SERVICES AND PLACEMENT\n"
    rows = [
        [_e(s.name), _e(f"{s.weekly:g}") if s.weekly else "as needed", _e(s.place), _e(s.who)]
        for s in child.services
    ]
    out += _table(
        "(2fr, 1fr, 1.5fr, 1.5fr)",
        ["Special Education and Related Services", "Minutes Per Week", "Location", "Provider"],
        rows,
    )
    out += f"*Percentage of time in general education:* {child.percent}%\n\n"
    out += f"*Explanation of the extent to which the child will not participate with nondisabled children:* {_e(child.reason or '')}\n\n"
    out += "== SUPPLEMENTARY AIDS AND SERVICES, ACCOMMODATIONS AND MODIFICATIONS\n"
    out += "*Accommodations:*\n" + "".join(f"- {_e(a)}\n" for a in child.accommodations) + "\n"
    out += f"*Modifications:* {_e('; '.join(child.modifications) or 'None')}\n\n"
    out += "== STATE AND DISTRICT ASSESSMENTS\n"
    out += _table(
        "(2fr, 1.5fr, 2fr)",
        ["Assessment", "Participation", "Accommodations"],
        [[_e(t), "With accommodations", _e("; ".join(child.test_supports))] for t in child.tests],
    )
    out += f"== EXTENDED SCHOOL YEAR\n{_box(child.esy)} Eligible #h(2em) {_box(not child.esy)} Not eligible. {_e(child.esy_reason)}\n\n"
    out += _transition(child)
    return out


def _transition(child: Child) -> str:
    if not child.postsecondary:
        return ""
    out = "== TRANSITION PLAN\n"
    names = {
        "education/training": "Education/Training",
        "employment": "Employment",
        "independent living": "Independent Living",
    }
    for area, text in child.postsecondary:
        out += f"*{names[area]}:* {_e(text)}\n\n"
    out += f"*Course of study:* {_e(child.courses or '')}\n\n*Transition services:* Job shadowing at the shelter; travel training with the transition coordinator.\n\n"
    out += f"*Transfer of Rights:* {_e(child.told or '')}\n\n"
    return out


def _weekly_only(child: Child) -> dict[str, Any]:
    found = truth(child)
    for service in found["services"]:
        if service["minutes_per_week"] is not None:
            service["minutes"], service["sessions"], service["per"] = service["minutes_per_week"], 1, "week"
    return found


# ---------------------------------------------------------------- 2. grids everywhere


def grids(child: Child) -> str:
    """Every part a grid; sessions, length and period of a service in columns of their own."""
    out = _page("Individualized Education Program", child, "DEC 4", "us-letter")
    out += "#align(center)[#text(size: 13pt)[*Individualized Education Program (IEP)*]]\n\n"
    out += _table(
        "(1fr, 1fr, 1fr)",
        [],
        [
            [f"*Student:* {_e(child.name)}", f"*DOB:* {_us(child.dob)}", f"*School:* {_e(child.school)}"],
            [f"*Grade:* {child.grade}", f"*Student \\#:* {child.number}", f"*LEA:* {_e(child.district)}"],
            [
                f"*IEP Meeting Date:* {_us(child.meeting)}",
                f"*Duration of IEP:* {_us(child.start)} to {_us(child.end)}",
                f"*Next Reevaluation:* {_us(child.reevaluation)}",
            ],
            [
                f"*Area of Eligibility:* {_e(child.primary)}",
                f"*Secondary Eligibility:* {_e(child.secondary or 'None')}",
                "*Meeting Type:* Annual Review",
            ],
        ],
    )
    out += "*SPECIAL FACTORS*\n" + _table(
        "(2fr, 1fr, 2fr)",
        ["Consideration", "Yes/No", "Comments"],
        [
            [_e(q), "Yes" if child.factors[f] else "No", ""]
            for f, q in {
                "behavior": "Behavior that impedes learning",
                "english_learner": "Limited English proficiency",
                "visual_impairment": "Blind or visually impaired",
                "deaf_hard_of_hearing": "Deaf or hard of hearing",
                "communication": "Communication needs",
                "assistive_technology": "Assistive technology",
            }.items()
        ],
    )
    out += "*PRESENT LEVELS OF PERFORMANCE*\n" + _table(
        "(1fr, 4fr)",
        ["Area", "Present level"],
        [[_e(a.title()), _e(t)] for a, (t, _) in child.levels.items()],
    )
    out += "*MEASURABLE ANNUAL GOALS*\n"
    rows = [
        [str(n), _e(g.area), _e(g.baseline or ""), _e(g.text), _e(g.method or "")]
        for n, g in enumerate(child.goals, start=1)
    ]
    out += _table(
        "(0.3fr, 1fr, 1.5fr, 3fr, 1.3fr)",
        ["No.", "Goal Area", "Present Level", "Measurable Annual Goal", "Method of Measurement"],
        rows,
    )
    out += _table(
        "(1fr, 3fr)",
        [],
        [["*Progress Reports*", _e("Parents receive reports of progress " + child.progress + ".")]],
    )
    out += "*SERVICE DELIVERY*\n"
    rows = [
        [
            _e(s.name),
            f"{int(s.sessions)} per {s.per}" if s.sessions else "",
            f"{int(s.minutes)} minutes" if s.minutes else "",
            _e(s.place),
            _e(s.who),
            _us(child.start),
            _us(child.end),
        ]
        for s in child.services
    ]
    out += _table(
        "(2fr, 1fr, 1fr, 1.3fr, 1.3fr, 1fr, 1fr)",
        [
            "Type of Service",
            "Sessions",
            "Session Length",
            "Location",
            "Responsible",
            "Begin Date",
            "End Date",
        ],
        rows,
    )
    out += "*SUPPLEMENTARY AIDS*\n" + _table(
        "(3fr, 1fr, 1.5fr)",
        ["Accommodation / Modification", "Type", "Location"],
        [[_e(a), "Accommodation", "All classes"] for a in child.accommodations]
        + [[_e(m), "Modification", "All classes"] for m in child.modifications],
    )
    out += "*STATE AND DISTRICT TESTING*\n" + _table(
        "(2fr, 3fr)",
        ["Test", "Accommodations"],
        [[_e(t), _e(", ".join(child.test_supports))] for t in child.tests],
    )
    out += "*LEAST RESTRICTIVE ENVIRONMENT*\n" + _table(
        "(2fr, 3fr)",
        [],
        [
            ["Percent of school day outside the regular class", f"{100 - child.percent}%"],
            ["Justification for removal", _e(child.reason or "")],
        ],
    )
    out += "*EXTENDED SCHOOL YEAR*\n" + _table(
        "(2fr, 3fr)",
        [],
        [
            [
                "Is the student eligible for extended school year services?",
                f"{_box(child.esy)} Yes {_box(not child.esy)} No",
            ],
            ["Basis for the decision", _e(child.esy_reason)],
        ],
    )
    if child.postsecondary:
        out += "*TRANSITION*\n" + _table(
            "(1.2fr, 4fr)",
            [],
            [
                [f"{a.title()} goal" if a != "education/training" else "Education and training goal", _e(t)]
                for a, t in child.postsecondary
            ]
            + [
                ["Course of study", _e(child.courses or "")],
                ["Transition services", "Job shadowing, travel training"],
                ["Age of majority", _e(child.told or "")],
            ],
        )
    out += "*IEP TEAM*\n" + _table(
        "(1fr, 1fr)", ["Name", "Relationship to Student"], [[_e(n), _e(r)] for r, n in child.team]
    )
    return out


# ---------------------------------------------------------------- 3. narrative


def narrative(child: Child) -> str:
    """Headings and sentences, hardly a line drawn; services as list items; a team as "Name, role" lines."""
    out = _page("IEP", child, "Special Services")
    out += f"#text(size: 15pt)[*{_e(child.district)}*]\n\n#text(size: 13pt)[*Individualized Education Program*]\n\n"
    out += (
        f"Name: {_e(child.name)} #h(3em) Date of Birth: {_long(child.dob)} #h(3em) Grade: {child.grade}\n\n"
    )
    out += f"Student ID: {child.number} #h(3em) School: {_e(child.school)}\n\n"
    out += (
        f"Date of IEP Meeting: {_long(child.meeting)} #h(3em) Projected Start Date: {_long(child.start)}\n\n"
    )
    out += f"Annual Review Date: {_long(child.end)} #h(3em) Next Triennial: {_long(child.reevaluation)}\n\n"
    out += f"Eligibility Category: {_e(child.primary)} #h(3em) Secondary: {_e(child.secondary or 'none')}\n\n"
    out += "= IEP Team Participants\n" + "\n\n".join(f"{_e(n)}, {_e(r)}" for r, n in child.team) + "\n\n"
    out += "= Present Levels of Academic Achievement and Functional Performance\n"
    for area, (text, _) in child.levels.items():
        out += f"== {_e(area.title())}\n{_e(text)}\n\n"
    out += "= Special Considerations\n"
    for factor, words in {
        "behavior": "Behavior impedes learning",
        "english_learner": "English learner",
        "visual_impairment": "Blind or visually impaired",
        "deaf_hard_of_hearing": "Deaf or hard of hearing",
        "communication": "Communication needs",
        "assistive_technology": "Assistive technology",
    }.items():
        out += f"{_e(words)}: {'Yes' if child.factors[factor] else 'No'}\n\n"
    out += "= Annual Goals\n"
    for number, goal in enumerate(child.goals, start=1):
        out += f"== Goal {number}: {_e(goal.area)}\n{_e(goal.text)}\n\n"
        out += f"Baseline: {_e(goal.baseline or 'see present levels')}\n\nHow progress will be measured: {_e(goal.method or '')}\n\n"
    out += f"= Reporting Progress\nProgress reports will be sent to the parents {_e(child.progress)}.\n\n"
    out += "= Special Education and Related Services\n"
    for s in child.services:
        amount = f"{int(s.minutes)} minutes, {_how_often(s)}" if s.minutes else "as needed"
        out += f"- {_e(s.name)}: {_e(amount)}, in the {_e(s.place)}\n"
    out += "\n= Accommodations\n" + "".join(f"- {_e(a)}\n" for a in child.accommodations)
    if child.modifications:
        out += "\n= Modifications\n" + "".join(f"- {_e(m)}\n" for m in child.modifications)
    out += "\n= Participation in State Assessments\n"
    out += f"Tests: {_e('; '.join(child.tests))}\n\nTesting accommodations: {_e('; '.join(child.test_supports))}\n\n"
    out += f"= Placement\nThe student will spend {child.percent}% of the school day in the general education classroom. {_e(child.reason or '')}\n\n"
    verdict = "is eligible" if child.esy else "is not eligible"
    out += f"= Extended School Year\nThe team considered extended school year services. {_e(child.name.split()[0])} {verdict} for extended school year. {_e(child.esy_reason)}\n\n"
    out += _transition(child).replace("== TRANSITION PLAN", "= Transition Plan")
    return out


def _without_places(child: Child) -> dict[str, Any]:
    found = truth(child)
    for service in found["services"]:
        service["provider"] = None
    # a service that states no time is not told from other sentences of a narrative
    return found


# ---------------------------------------------------------------- 4. in Spanish


def spanish(child: Child) -> str:
    """A form in Spanish."""

    def largo(day: tuple[int, int, int]) -> str:
        return f"{day[2]} de {_MESES[day[1] - 1]} de {day[0]}"

    out = _page("Programa de Educación Individualizado", child, "Confidencial").replace(
        'lang: "en"', 'lang: "es"'
    )
    out += f"#align(center)[#text(size: 14pt)[*PROGRAMA DE EDUCACIÓN INDIVIDUALIZADO (IEP)*] \\ {_e(child.district)}]\n\n"
    out += _table(
        "(1fr, 1fr)",
        [],
        [
            [f"*Nombre del estudiante:* {_e(child.name)}", f"*Fecha de nacimiento:* {largo(child.dob)}"],
            [f"*Número de identificación:* {child.number}", f"*Grado:* {child.grade}"],
            [f"*Escuela:* {_e(child.school)}", f"*Distrito escolar:* {_e(child.district)}"],
            [f"*Fecha de la reunión:* {largo(child.meeting)}", f"*Fecha de inicio:* {largo(child.start)}"],
            [
                f"*Próxima revisión anual:* {largo(child.end)}",
                f"*Próxima reevaluación:* {largo(child.reevaluation)}",
            ],
            [f"*Elegibilidad:* {_e(child.primary)}", "*Idioma del hogar:* español"],
        ],
    )
    out += "== NIVELES ACTUALES DE RENDIMIENTO ACADÉMICO Y DESEMPEÑO FUNCIONAL\n"
    out += "\n\n".join(f"*{_e(a.capitalize())}:* {_e(t)}" for a, (t, _) in child.levels.items()) + "\n\n"
    out += "== FACTORES ESPECIALES\n"
    for factor, words in {
        "behavior": "¿La conducta impide su aprendizaje?",
        "english_learner": "¿Es aprendiz del idioma inglés?",
        "visual_impairment": "¿Es ciego o tiene impedimento visual?",
        "deaf_hard_of_hearing": "¿Es sordo o tiene dificultades auditivas?",
        "communication": "¿Tiene necesidades de comunicación?",
        "assistive_technology": "¿Necesita tecnología de asistencia?",
    }.items():
        out += f"{_e(words)} {_box(child.factors[factor])} Sí {_box(not child.factors[factor])} No\n\n"
    out += "== METAS ANUALES MEDIBLES\n"
    for number, goal in enumerate(child.goals, start=1):
        out += f"*Meta {number}* #h(2em) *Área de necesidad:* {_e(goal.area)}\n\n*Línea base:* {_e(goal.baseline or '')}\n\n*Meta anual:* {_e(goal.text)}\n\n*Método de evaluación:* {_e(goal.method or '')}\n\n"
    out += f"*Informes de progreso:* {_e(child.progress)}\n\n"
    out += "== SERVICIOS DE EDUCACIÓN ESPECIAL Y SERVICIOS RELACIONADOS\n"
    rows = [
        [
            _e(s.name),
            _e(f"{int(s.minutes or 0)} minutos, {int(s.sessions or 1)} veces por semana"),
            _e(s.place),
            _e(s.who),
            _us(child.start),
            _us(child.end),
        ]
        for s in child.services
    ]
    out += _table(
        "(2fr, 1.5fr, 1.2fr, 1.5fr, 1fr, 1fr)",
        ["Servicio", "Frecuencia y duración", "Lugar", "Proveedor", "Inicio", "Fin"],
        rows,
    )
    out += "== ADAPTACIONES\n" + "".join(f"- {_e(a)}\n" for a in child.accommodations) + "\n"
    out += "== AMBIENTE MENOS RESTRICTIVO\n"
    out += f"*Porcentaje de tiempo en educación general:* {child.percent}%\n\n*Explicación:* {_e(child.reason or '')}\n\n"
    out += (
        f"== AÑO ESCOLAR EXTENDIDO\n{_box(child.esy)} Sí {_box(not child.esy)} No. {_e(child.esy_reason)}\n\n"
    )
    out += "== PARTICIPANTES EN LA REUNIÓN\n" + _table(
        "(1fr, 1fr, 1fr)", ["Nombre", "Cargo", "Firma"], [[_e(n), _e(r), ""] for r, n in child.team]
    )
    return out


def _spanish_truth(child: Child) -> dict[str, Any]:
    found = truth(child)
    found["assessments"] = {"participation": None, "state_tests": [], "alternate": None, "accommodations": []}
    return found


# ---------------------------------------------------------------- 5. check boxes and hours a week


def boxes(child: Child) -> str:
    """Lists of check boxes, services in two grids (inside and outside general education), PLAAFP in each goal."""
    out = _page("IEP Form", child, "EC 300 Series", "us-letter")
    out += f"#align(center)[*{_e(child.district.upper())}* \\ #text(size: 13pt)[*Individual Education Program*]]\n\n"
    out += f"*Student's Name:* #underline[{_e(child.name)}] #h(1em) *Birthdate:* #underline[{_us(child.dob)}] #h(1em) *Grade:* #underline[{child.grade}]\n\n"
    out += f"*State ID:* #underline[{child.number}] #h(1em) *School Name:* #underline[{_e(child.school)}]\n\n"
    out += f"*District:* #underline[{_e(child.district)}]\n\n"
    out += f"*Meeting Date:* #underline[{_us(child.meeting)}] #h(1em) *IEP Begin Date:* #underline[{_us(child.start)}] #h(1em) *IEP End Date:* #underline[{_us(child.end)}] #h(1em) *Next Three-Year Reevaluation:* #underline[{_us(child.reevaluation)}]\n\n"
    out += "*Disability (check all that apply)*\n\n"
    names = [
        "Autism",
        "Deaf-Blindness",
        "Emotional Disability",
        "Intellectual Disability",
        "Multiple Disabilities",
        "Other Health Impairment",
        "Specific Learning Disability",
        "Speech or Language Impairment",
        "Visual Impairment",
    ]
    has = {child.primary, child.secondary}
    out += _table(
        "(1fr, 1fr, 1fr)",
        [],
        [[f"{_box(n in has)} {n}" for n in names[i : i + 3]] for i in (0, 3, 6)],
        "none",
    )
    out += f"*Primary Disability:* {_e(child.primary)}\n\n"
    out += (
        "= SECTION A: PLAAFP\n"
        + "\n\n".join(f"*{_e(a.title())}* \\ {_e(t)}" for a, (t, _) in child.levels.items())
        + "\n\n"
    )
    out += "= SECTION B: SPECIAL FACTORS\n"
    for factor, words in {
        "behavior": "The student's behavior impedes his or her learning or that of others.",
        "english_learner": "The student is an English learner.",
        "visual_impairment": "The student is blind or visually impaired.",
        "deaf_hard_of_hearing": "The student is deaf or hard of hearing.",
        "communication": "The student has communication needs.",
        "assistive_technology": "The student needs assistive technology devices and services.",
    }.items():
        out += f"{_box(child.factors[factor])} Yes #h(0.5em) {_box(not child.factors[factor])} No #h(0.5em) {_e(words)}\n\n"
    out += "= SECTION C: MEASURABLE ANNUAL GOALS\n"
    for number, goal in enumerate(child.goals, start=1):
        out += _table(
            "(1fr, 1fr)",
            [],
            [
                [f"*Goal Number:* {number}", f"*Domain:* {_e(goal.area)}"],
                [f"*PLAAFP:* {_e(goal.baseline or '')}", f"*Evaluation Method:* {_e(goal.method or '')}"],
            ],
        )
        out += f"#rect(width: 100%, stroke: 0.6pt)[*Measurable Annual Goal:* {_e(goal.text)}]\n\n"
    out += f"*Reports of progress:* #h(1em) {_e(child.progress)}\n\n"
    inside = [s for s in child.services if s.place.startswith("General")]
    outside = [s for s in child.services if s not in inside]
    out += "= SECTION D: SPECIAL EDUCATION AND RELATED SERVICES\n"
    for title, group in (
        ("Services inside the general education setting", inside),
        ("Services outside the general education setting", outside),
    ):
        rows = [
            [
                _e(s.name),
                f"{int(s.minutes)} min" if s.minutes else "",
                f"{int(s.sessions)}x/{s.per}" if s.sessions else "as needed",
                _e(s.place),
                _e(s.who),
            ]
            for s in group
        ]
        if rows:
            out += f"*{title}*\n" + _table(
                "(2fr, 0.8fr, 1fr, 1.4fr, 1.4fr)",
                ["Service", "Amount", "Frequency", "Setting", "Staff Responsible"],
                rows,
            )
    out += "= SECTION E: ACCOMMODATIONS AND MODIFICATIONS\n"
    never = ["Calculator on all tests", "Large print", "Scribe"]
    out += (
        "*Accommodations*\n\n"
        + "\n\n".join(f"{_box(a in child.accommodations)} {_e(a)}" for a in [*child.accommodations, *never])
        + "\n\n"
    )
    out += f"*Program Modifications:* {_e('; '.join(child.modifications) or 'None')}\n\n"
    out += "= SECTION F: STATE AND DISTRICTWIDE ASSESSMENTS\n"
    out += "☐ General assessment without accommodations #h(1em) ☒ General assessment with accommodations #h(1em) ☐ Alternate assessment\n\n"
    out += f"*State Assessments:* {_e('; '.join(child.tests))}\n\n*Assessment Accommodations:* {_e('; '.join(child.test_supports))}\n\n"
    out += "= SECTION G: LEAST RESTRICTIVE ENVIRONMENT\n"
    out += f"Percent of time the student is in the regular education environment: {child.percent}%\n\n"
    out += f"Reason for removal: {_e(child.reason or '')}\n\n"
    out += f"*Extended School Year Services:* {_box(child.esy)} Yes {_box(not child.esy)} No #h(1em) {_e(child.esy_reason)}\n\n"
    out += _transition(child).replace("== TRANSITION PLAN", "= SECTION H: POSTSECONDARY TRANSITION")
    out += "= SECTION I: SIGNATURES\n" + _table(
        "(1fr, 1fr, 1fr)",
        ["Team Member", "Role", "Date"],
        [[_e(n), _e(r), _us(child.meeting)] for r, n in child.team],
    )
    return out


# ---------------------------------------------------------------- 6. program summary with sections in roman numbers


def summary(child: Child) -> str:
    """Long questions as labels; frequency and amount in columns of their own; the goal after its procedures."""
    out = _page("Form I-4", child, "Form I-4 (Rev. 10/2020)")
    out += "#align(center)[*INDIVIDUALIZED EDUCATION PROGRAM: SUMMARY AND GOALS*]\n\n"
    out += f"Name of Student: {_e(child.name)} #h(2em) Date of Birth: {_us(child.dob)} #h(2em) Grade: {child.grade}\n\n"
    out += f"School District: {_e(child.district)} #h(2em) School: {_e(child.school)} #h(2em) Student ID: {child.number}\n\n"
    out += f"Date of IEP Meeting: {_us(child.meeting)} #h(2em) IEP Beginning Date: {_us(child.start)} #h(2em) IEP Ending Date: {_us(child.end)}\n\n"
    out += f"Three-year reevaluation due: {_us(child.reevaluation)} #h(2em) Area(s) of Impairment: {_e('; '.join([child.primary, *([child.secondary] if child.secondary else [])]))}\n\n"
    out += "=== IEP TEAM PARTICIPANTS\n" + _table(
        "(1fr, 1fr)", ["Name", "Title"], [[_e(n), _e(r)] for r, n in child.team]
    )
    out += "=== I. INFORMATION ABOUT THE STUDENT\n"
    out += "*Describe the student's present level of academic achievement and functional performance.*\n\n"
    out += "\n\n".join(f"{_e(a.title())}: {_e(t)}" for a, (t, _) in child.levels.items()) + "\n\n"
    out += "=== II. SPECIAL FACTORS\n"
    for factor, words in {
        "behavior": "Does the student's behavior impede his/her learning or that of others?",
        "english_learner": "Is the student an English learner?",
        "visual_impairment": "Is the student blind or visually impaired?",
        "communication": "Does the student have communication needs that could impede his/her learning?",
        "deaf_hard_of_hearing": "Is the student deaf or hard of hearing?",
        "assistive_technology": "Does the student need assistive technology services or devices?",
    }.items():
        out += f"{_e(words)} #h(1fr) {_box(child.factors[factor])} Yes #h(1em) {_box(not child.factors[factor])} No\n\n"
    out += "=== III. ANNUAL GOALS\n"
    for number, goal in enumerate(child.goals, start=1):
        out += f"*Goal \\#{number}* ({_e(goal.area)})\n\n*Measurable annual goal:* {_e(goal.text)}\n\n"
        out += f"*Baseline data:* {_e(goal.baseline or 'Not available')}\n\n"
        out += f"*Procedures for measuring the student's progress toward meeting the annual goal:* {_e(goal.method or '')}\n\n"
        out += f"*When will reports about the student's progress toward meeting the annual goal be provided to parents?* {_e(child.progress)}\n\n"
    out += "=== IV. PROGRAM SUMMARY\n"
    rows = [
        [
            _e(s.name),
            _how_often(s) if s.minutes else "As needed",
            f"{int(s.minutes)} minutes" if s.minutes else "",
            _e(s.place),
            f"{_us(child.start)} \\- {_us(child.end)}",
        ]
        for s in child.services
    ]
    out += _table(
        "(2.2fr, 1.1fr, 1fr, 1.4fr, 1.5fr)",
        ["Special Education / Related Services", "Frequency", "Amount", "Location", "Duration"],
        rows,
    )
    out += (
        "*Supplementary aids and services:*\n" + "".join(f"- {_e(a)}\n" for a in child.accommodations) + "\n"
    )
    out += (
        "*Program modifications:*\n"
        + ("".join(f"- {_e(m)}\n" for m in child.modifications) or "None\n")
        + "\n"
    )
    out += "=== V. PARTICIPATION WITH NONDISABLED PEERS\n"
    out += f"The student is outside the regular education environment {100 - child.percent}% of the school day.\n\n"
    out += f"*If the student will not participate full-time with nondisabled peers in the regular education environment, explain the extent and why:* {_e(child.reason or '')}\n\n"
    out += "=== VI. STATEWIDE AND DISTRICTWIDE ASSESSMENTS\n"
    out += _table(
        "(2fr, 1fr, 2fr)",
        ["State Assessment", "Participates", "Accommodations"],
        [[_e(t), "Yes", _e("; ".join(child.test_supports))] for t in child.tests],
    )
    out += f"=== VII. EXTENDED SCHOOL YEAR\nDoes the student require extended school year services? {_box(child.esy)} Yes {_box(not child.esy)} No\n\nReason: {_e(child.esy_reason)}\n\n"
    out += _transition(child).replace("== TRANSITION PLAN", "=== VIII. TRANSITION")
    return out


def _no_provider(child: Child) -> dict[str, Any]:
    found = truth(child)
    for service in found["services"]:
        service["provider"] = None
    return found


# ---------------------------------------------------------------- 7. minutes inside and outside general education


def inside_outside(child: Child) -> str:
    """Service minutes in one of two columns; team as "role: name" lines; goals in one-column boxes."""
    out = _page("IEP", child, "Administrative form 12")
    out += f"#text(size: 12pt)[*{_e(child.district)} #h(1fr) Individualized Education Program*]\n\n"
    out += _table(
        "(1fr, 1fr, 1fr, 1fr)",
        ["Legal Name of Student", "Date of Birth", "State Student ID", "Grade"],
        [[_e(child.name), _long(child.dob), child.number, child.grade]],
    )
    out += _table(
        "(1fr, 1fr, 1fr, 1fr)",
        ["Date of Meeting", "Initiation Date", "Next Annual Review Due", "Reevaluation Due"],
        [[_long(child.meeting), _long(child.start), _long(child.end), _long(child.reevaluation)]],
    )
    out += _table(
        "(1fr, 1fr)",
        ["School of Attendance", "Eligible Disability"],
        [[_e(child.school), _e(child.primary + ("; " + child.secondary if child.secondary else ""))]],
    )
    out += "#block(fill: luma(225), width: 100%, inset: 4pt)[*Present Levels of Academic Achievement and Functional Performance*]\n"
    out += "\n\n".join(f"_{_e(a.title())}._ {_e(t)}" for a, (t, _) in child.levels.items()) + "\n\n"
    out += "#block(fill: luma(225), width: 100%, inset: 4pt)[*Consideration of Special Factors*]\n"
    out += _table(
        "(3fr, 1fr)",
        [],
        [
            [_e(q), "Yes" if child.factors[f] else "No"]
            for f, q in {
                "behavior": "Student exhibits behavior that impedes learning",
                "english_learner": "Student is an English learner",
                "visual_impairment": "Student is blind or visually impaired",
                "deaf_hard_of_hearing": "Student is deaf or hard of hearing",
                "communication": "Student has communication needs",
                "assistive_technology": "Student needs assistive technology",
            }.items()
        ],
    )
    out += "#block(fill: luma(225), width: 100%, inset: 4pt)[*Annual Goals*]\n"
    for number, goal in enumerate(child.goals, start=1):
        lines = [
            f"*Annual Goal {number} - {_e(goal.area)}* \\ {_e(goal.text)}",
            f"*Baseline Data Point:* {_e(goal.baseline or '')}",
            f"*Evaluation Method:* {_e(goal.method or '')}",
        ]
        out += _table("(1fr,)", [], [[line] for line in lines])
    out += f"*Progress reporting:* Parents will be informed of progress {_e(child.progress)}.\n\n"
    out += "#block(fill: luma(225), width: 100%, inset: 4pt)[*Service Delivery*]\n"
    rows = []
    for s in child.services:
        inside = s.place.startswith("General")
        amount = f"{s.weekly:g}" if s.weekly else ""
        rows.append(
            [
                _e(s.name),
                _e(s.who),
                amount if inside else "",
                "" if inside else amount,
                _us(child.start),
                _us(child.end),
            ]
        )
    out += _table(
        "(2fr, 1.5fr, 1fr, 1fr, 1fr, 1fr)",
        [
            "Service",
            "Provider",
            "Minutes per week in general education",
            "Minutes per week outside general education",
            "Start Date",
            "End Date",
        ],
        rows,
    )
    out += (
        "#block(fill: luma(225), width: 100%, inset: 4pt)[*Accommodations*]\n"
        + "".join(f"- {_e(a)}\n" for a in child.accommodations)
        + "\n"
    )
    if child.modifications:
        out += (
            "#block(fill: luma(225), width: 100%, inset: 4pt)[*Modifications*]\n"
            + "".join(f"- {_e(m)}\n" for m in child.modifications)
            + "\n"
        )
    out += "#block(fill: luma(225), width: 100%, inset: 4pt)[*Least Restrictive Environment*]\n"
    out += f"The student spends {child.percent} percent of the day in the general education classroom.\n\nRationale: {_e(child.reason or '')}\n\n"
    out += "#block(fill: luma(225), width: 100%, inset: 4pt)[*State and District Assessments*]\n"
    out += _table(
        "(2fr, 3fr)",
        ["Assessment", "Accommodations"],
        [[_e(t), _e("; ".join(child.test_supports))] for t in child.tests],
    )
    out += f"#block(fill: luma(225), width: 100%, inset: 4pt)[*Extended School Year (ESY)*]\nESY services {'are' if child.esy else 'are not'} recommended. {_e(child.esy_reason)}\n\n"
    out += _transition(child).replace(
        "== TRANSITION PLAN", "#block(fill: luma(225), width: 100%, inset: 4pt)[*Transition*]"
    )
    out += (
        "#block(fill: luma(225), width: 100%, inset: 4pt)[*Meeting Participants*]\n"
        + "\n\n".join(f"{_e(r)}: {_e(n)}" for r, n in child.team)
        + "\n\n"
    )
    return out


def _weekly_without_place(child: Child) -> dict[str, Any]:
    found = _weekly_only(child)
    for service in found["services"]:
        service["location"] = None
    return found


# ---------------------------------------------------------------- 8. one box a service, criterion and date apart


def stacked(child: Child) -> str:
    """Each service a box of labels; each goal's date, criterion and method under labels of their own."""
    out = _page("Individualized Education Program (IEP)", child, "Draft and approved copy")
    out += f"*Name:* {_e(child.name)} #h(1em) *Agency:* {_e(child.district)} #h(1em) *IEP Team Meeting Date:* {_us(child.meeting)}\n\n"
    out += "= I. MEETING AND IDENTIFYING INFORMATION\n"
    for label, value in (
        ("Birth Date", _us(child.dob)),
        ("Grade", child.grade),
        ("Student's State ID", child.number),
        ("Current School", child.school),
        ("Primary Disability", child.primary),
        ("Secondary Disability", child.secondary or "None"),
        ("IEP Implementation Date", _us(child.start)),
        ("Next Annual Review Date", _us(child.end)),
        ("Next Reevaluation Due Date", _us(child.reevaluation)),
    ):
        out += f"*{_e(label)}:* {_e(value)}\n\n"
    out += "*IEP Team Participants*\n\n" + _table(
        "(1fr, 1fr)", ["Participant", "Position"], [[_e(n), _e(r)] for r, n in child.team]
    )
    out += "= II. PRESENT LEVEL OF ACADEMIC ACHIEVEMENT AND FUNCTIONAL PERFORMANCE\n"
    for area, (text, _) in child.levels.items():
        out += f"*{_e(area.upper())}*\n\n{_e(text)}\n\n"
    out += "= III. SPECIAL CONSIDERATIONS AND ACCOMMODATIONS\n"
    for factor, words in {
        "communication": "Does the student have special communication needs?",
        "assistive_technology": "Does the student need assistive technology devices or services?",
        "visual_impairment": "Is the student blind or visually impaired?",
        "deaf_hard_of_hearing": "Is the student deaf or hard of hearing?",
        "behavior": "Does the student's behavior impede learning?",
        "english_learner": "Is the student an English Learner (EL)?",
    }.items():
        out += f"{_e(words)} {'Yes' if child.factors[factor] else 'No'}\n\n"
    out += (
        "*Instructional and testing accommodations*\n\n"
        + "\n\n".join(f"{number}. {_e(a)}" for number, a in enumerate(child.accommodations, start=1))
        + "\n\n"
    )
    out += f"*Program Modifications:* {_e('; '.join(child.modifications) or 'None')}\n\n"
    out += f"*Extended School Year:* Is the student eligible for ESY? {'Yes' if child.esy else 'No'}. {_e(child.esy_reason)}\n\n"
    out += "= IV. GOALS\n"
    for goal in child.goals:
        core = goal.text
        rows = [[f"*Area:* {_e(goal.area)}"], [f"*Goal:* {_e(core)}"]]
        rows.append(
            [
                f"*By:* {_e((goal.timeframe or '').removeprefix('By ').removeprefix('Within '))} #h(1em) *Evaluation Method:* {_e(goal.method or '')}"
            ]
        )
        rows.append([f"*With:* {_e(goal.criterion or '')} #h(1em) *ESY Goal?* No"])
        rows.append([f"*Present Level:* {_e(goal.baseline or '')}"])
        out += _table("(1fr,)", [], rows)
    out += f"*Progress toward goals will be reported to parents:* {_e(child.progress)}\n\n"
    out += "= V. SERVICES\n"
    for s in child.services:
        out += _table(
            "(1fr, 1fr, 1fr)",
            [],
            [
                [f"*Service Nature:* {_e(s.name)}", f"*Location:* {_e(s.place)}", f"*Provider:* {_e(s.who)}"],
                [
                    f"*Number of Sessions:* {int(s.sessions) if s.sessions else ''}",
                    f"*Length of Time:* {int(s.minutes) if s.minutes else ''}{' minutes' if s.minutes else ''}",
                    f"*Frequency:* {({'week': 'Weekly', 'month': 'Monthly', 'day': 'Daily'}[s.per]) if s.per else 'As needed'}",
                ],
                [f"*Begin Date:* {_us(child.start)}", f"*End Date:* {_us(child.end)}", ""],
            ],
        )
    out += "= VI. LEAST RESTRICTIVE ENVIRONMENT\n"
    out += f"*Percent of time in general education:* {child.percent}%\n\n*Explain the reason(s) why services cannot be provided in the general education setting:* {_e(child.reason or '')}\n\n"
    out += "= VII. STATE ASSESSMENTS\n"
    out += f"*Assessments:* {_e('; '.join(child.tests))}\n\n*Testing accommodations:* {_e('; '.join(child.test_supports))}\n\n"
    out += _transition(child).replace("== TRANSITION PLAN", "= VIII. TRANSITION")
    return out


# ---------------------------------------------------------------- 9. criteria and evaluation beside each goal


def mastery(child: Child) -> str:
    """Goals as rows with mastery and evaluation columns; services split by place; an alternate assessment."""
    out = _page("Individualized Education Program", child, "Form GO-3  Confidential")
    out += f"#align(center)[#text(size: 12pt)[*{_e(child.district)}* \\ *INDIVIDUALIZED EDUCATION PROGRAM (IEP)*]]\n\n"
    out += _table(
        "(auto, 1fr, auto, 1fr)",
        [],
        [
            ["Student", _e(child.name), "DOB", _us(child.dob)],
            ["GTID", child.number, "Grade", child.grade + "th"],
            ["School", _e(child.school), "System", _e(child.district)],
            ["IEP Meeting Date", _us(child.meeting), "Initial Date of Services", _us(child.start)],
            ["Annual Review Due Date", _us(child.end), "Date of Next Re-evaluation", _us(child.reevaluation)],
            [
                "Area(s) of Eligibility",
                _e(f"{child.primary} (primary), {child.secondary}"),
                "Case Manager",
                "Aaron Pell",
            ],
        ],
    )
    out += "== Present Levels of Academic Achievement and Functional Performance\n"
    for area, (text, _) in child.levels.items():
        out += f"*{_e(area.title())}* - {_e(text)}\n\n"
    out += "== Consideration of Special Factors\n"
    for letter, (factor, words) in zip(
        "abcdef",
        {
            "behavior": "Does the student have behavior which impedes his/her learning or the learning of others?",
            "english_learner": "Does the student have Limited English Proficiency?",
            "visual_impairment": "Is the student blind or visually impaired?",
            "communication": "Does the student have communication needs?",
            "deaf_hard_of_hearing": "Is the student deaf or hard of hearing?",
            "assistive_technology": "Does the student need assistive technology devices or services?",
        }.items(),
        strict=True,
    ):
        out += f"{letter}) {_e(words)} ({'X' if child.factors[factor] else ' '}) Yes ({' ' if child.factors[factor] else 'X'}) No\n\n"
    out += "== Measurable Annual Goals\n"
    rows = [
        [f"{n}. {_e(g.area)}: {_e(g.text)}", _e(g.baseline or ""), _e(g.method or "")]
        for n, g in enumerate(child.goals, start=1)
    ]
    out += _table("(3fr, 1.6fr, 1.6fr)", ["Measurable Goals", "Baseline", "Method of Evaluation"], rows)
    out += f"*Report of Student Progress:* When will the parents be informed of the child's progress toward meeting the annual goals? {_e(child.progress)}\n\n"
    out += (
        "== Student Supports\n*Instructional Accommodations*\n\n"
        + "\n\n".join(f"• {_e(a)}" for a in child.accommodations)
        + "\n\n"
    )
    out += "*Program Modifications*\n\n" + "\n\n".join(f"• {_e(m)}" for m in child.modifications) + "\n\n"
    out += "== Assessment Determination for State and Districtwide Assessments\n"
    out += "The student will participate in: ( ) regular assessments (X) the alternate assessment\n\n"
    out += f"Assessments: {_e('; '.join(child.tests))}\n\nExplain why the child cannot participate in the regular assessment: \n\n"
    out += "== Special Education: Instruction and Related Services\n"
    rows = [
        [
            _e(s.name),
            _e(f"{int(s.minutes or 0)} min"),
            _e(f"{int(s.sessions or 1)}/{s.per}"),
            _us(child.start),
            _us(child.end),
            _e(s.who),
            _e(s.place),
        ]
        for s in child.services
    ]
    out += _table(
        "(1.8fr, 0.8fr, 0.9fr, 1fr, 1fr, 1.4fr, 1.3fr)",
        [
            "Services",
            "Amount of Time",
            "Frequency",
            "Initiation",
            "Anticipated Duration",
            "Provider Title",
            "Setting",
        ],
        rows,
    )
    out += f"== Placement\nThe student receives instruction with nondisabled peers {child.percent}% of the school day.\n\nExplanation of extent, if any, to which the student will not participate with peers without disabilities in the regular class: \n\n"
    out += f"== Extended School Year\nESY services are ({'X' if child.esy else ' '}) necessary ({' ' if child.esy else 'X'}) not necessary. {_e(child.esy_reason)}\n\n"
    out += "== Documentation of Attendance\n" + _table(
        "(1fr, 1fr, 1fr)", ["Name", "Title", "Signature"], [[_e(n), _e(r), ""] for r, n in child.team]
    )
    return out


def _alternate(child: Child) -> dict[str, Any]:
    found = truth(child)
    found["assessments"] = {
        "participation": "alternate",
        "state_tests": child.tests,
        "alternate": True,
        "accommodations": [],
    }
    return found


# ---------------------------------------------------------------- 10. a preschool form with letters and lines


def preschool(child: Child) -> str:
    """A form with lettered parts, labels above their values, services in lines of shorthand."""
    out = _page("Preschool IEP", child, "Early Childhood Programs")
    out += f"= {_e(child.district)}\n== Individualized Education Program for Preschool\n"
    out += "#grid(columns: (1fr, 1fr, 1fr), row-gutter: 3pt, "
    cells = [
        ("CHILD'S NAME", child.name),
        ("BIRTH DATE", _us(child.dob)),
        ("CHILD ID", child.number),
        ("PROGRAM/SCHOOL", child.school),
        ("GRADE", "Preschool"),
        ("LEA", child.district),
        ("DATE OF IEP MEETING", _us(child.meeting)),
        ("IEP START DATE", _us(child.start)),
        ("IEP END DATE", _us(child.end)),
        ("THREE-YEAR REEVALUATION DUE", _us(child.reevaluation)),
        ("DISABILITY", child.primary),
        ("HOME LANGUAGE", "English"),
    ]
    for row in range(0, len(cells), 3):
        group = cells[row : row + 3]
        out += "".join(f"[#text(size: 7pt)[{_e(label)}]], " for label, _ in group)
        out += "".join(f"[{_e(value)}], " for _, value in group)
    out += ")\n\n"
    out += "== A. Present Levels of Development\n"
    for area, (text, _) in child.levels.items():
        out += f"{_e(area.title())}: {_e(text)}\n\n"
    out += "== B. Special Considerations\n"
    for factor, words in {
        "behavior": "Behavior impedes learning",
        "english_learner": "English learner",
        "visual_impairment": "Blind or visually impaired",
        "deaf_hard_of_hearing": "Deaf or hard of hearing",
        "communication": "Communication needs",
        "assistive_technology": "Assistive technology",
    }.items():
        out += f"{_box(child.factors[factor])} {_e(words)}\n\n"
    out += "== C. Annual Goals\n"
    for number, goal in enumerate(child.goals, start=1):
        out += f"*GOAL {number}. {_e(goal.area)}*\n\n{_e(goal.text)}\n\n"
        out += f"Where the child is now: {_e(goal.baseline or '')}\n\nHow we will measure progress: {_e(goal.method or '')}\n\n"
    out += f"Families will get a progress report {_e(child.progress)}.\n\n"
    out += "== D. Services\n"
    for s in child.services:
        times = f"{int(s.sessions or 1)}x/{'wk' if s.per == 'week' else 'mo'}"
        out += f"{_e(s.name)}, {int(s.minutes or 0)} min {times}, in the {_e(s.place)}\n\n"
    out += "== E. Accommodations and Supports\n" + "; ".join(_e(a) for a in child.accommodations) + "\n\n"
    out += "== F. Least Restrictive Environment\n"
    out += f"{child.percent}% of the child's time is spent with typically developing peers. {_e(child.reason or '')}\n\n"
    out += f"== G. Extended School Year\nConsidered: {_box(True)} Yes {_box(False)} No. Needed: {_box(child.esy)} Yes {_box(not child.esy)} No. {_e(child.esy_reason)}\n\n"
    out += "== H. Team\n" + "\n\n".join(f"{_e(n)} #h(1fr) {_e(r)}" for r, n in child.team) + "\n\n"
    return out


def _preschool_truth(child: Child) -> dict[str, Any]:
    found = truth(child)
    found["assessments"] = {"participation": None, "state_tests": [], "alternate": None, "accommodations": []}
    for service in found["services"]:
        service["provider"] = None
    return found


# ---------------------------------------------------------------- 11. choices in boxes for criteria, methods and periods


def choosing(child: Child) -> str:
    """Methods and frequencies chosen by check boxes; services in bands of the day; supports by category."""
    out = _page("IEP", child, "34-54 style")
    out += "#align(center)[*INDIVIDUALIZED EDUCATION PROGRAM*]\n\n"
    out += _table(
        "(1fr, 1fr, 1fr)",
        [],
        [
            [
                f"STUDENT'S NAME (Last, First) \\ {_e(', '.join(reversed(child.name.split(' ', 1))))}",
                f"DATE OF BIRTH \\ {_us(child.dob)}",
                f"STUDENT ID \\ {child.number}",
            ],
            [
                f"CURRENT GRADE \\ {child.grade}",
                f"ATTENDING SCHOOL \\ {_e(child.school)}",
                f"RESIDENT DISTRICT \\ {_e(child.district)}",
            ],
            [
                f"DATE OF MEETING \\ {_us(child.meeting)}",
                f"IEP START DATE \\ {_us(child.start)}",
                f"IEP END DATE \\ {_us(child.end)}",
            ],
            [
                f"REEVALUATION DUE \\ {_us(child.reevaluation)}",
                f"PRIMARY DISABILITY \\ {_e(child.primary)}",
                f"SECONDARY DISABILITY \\ {_e(child.secondary or 'None')}",
            ],
        ],
    )
    out += "*PRESENT LEVELS OF ACADEMIC ACHIEVEMENT AND FUNCTIONAL PERFORMANCE*\n\n"
    out += _table("(1fr,)", [], [[f"*{_e(a.title())}* \\ {_e(t)}"] for a, (t, _) in child.levels.items()])
    out += "*CONSIDERATION OF SPECIAL FACTORS*\n\n"
    for factor, words in {
        "assistive_technology": "assistive technology devices or services.",
        "communication": "communication needs.",
        "english_learner": "limited English proficiency: language needs.",
        "visual_impairment": "blind/visually impaired: provision of Braille instruction.",
        "deaf_hard_of_hearing": "deaf/hard of hearing: language and communication needs.",
        "behavior": "behavior that impedes student's learning or that of others.",
    }.items():
        out += f"{_box(child.factors[factor])} Yes #h(1em) {_box(not child.factors[factor])} No #h(1em) {_e(words)}\n\n"
    out += "*GOALS AND OBJECTIVES/BENCHMARKS*\n\n"
    for number, goal in enumerate(child.goals, start=1):
        out += f"*GOAL \\# {number} of {len(child.goals)}* #h(2em) *Goal Area:* {_e(goal.area)}\n\n"
        out += f"*Current Level of Performance:* {_e(goal.baseline or 'Not stated')}\n\n*Annual Goal Statement:* {_e(goal.text)}\n\n"
        out += _table(
            "(1fr, 1fr)",
            ["Evaluation Procedures", "Schedule for Determining Progress"],
            [
                [
                    f"☒ {_e(goal.method or '')} \\ ☐ Tests \\ ☐ Observation log",
                    "☐ Daily \\ ☒ Weekly \\ ☐ Quarterly",
                ]
            ],
        )
    out += f"*How often will progress be reported to the parents?* {_e(child.progress)}\n\n"
    out += "*EDUCATIONAL SERVICES AND PLACEMENT*\n\n"
    rows = [
        [
            _e(s.name),
            f"{int(s.minutes)} minutes" if s.minutes else "",
            (f"{int(s.sessions)} times per " if s.sessions else "")
            + " ".join(f"{_box(s.per == p)} {p}" for p in ("day", "week", "month")),
            f"{_box(s.place.startswith('General'))} General education classroom {_box(not s.place.startswith('General'))} {_e(s.place if not s.place.startswith('General') else 'Separate setting')}",
        ]
        for s in child.services
    ]
    out += _table(
        "(2fr, 1fr, 1.6fr, 2fr)",
        ["Special Education and Related Services", "Length of Session", "Frequency", "Location"],
        rows,
    )
    out += f"*Percent of time in the general education environment:* {child.percent}%\n\n*Explain why the student cannot be served full time in general education:* {_e(child.reason or '')}\n\n"
    out += "*SUPPLEMENTARY AIDS, ACCOMMODATIONS AND MODIFICATIONS*\n\n"
    out += _table(
        "(1fr, 3fr)",
        ["Category", "Accommodations"],
        [
            ["Presentation", " \\ ".join(f"• {_e(a)}" for a in child.accommodations[:2])],
            ["Setting and time", " \\ ".join(f"• {_e(a)}" for a in child.accommodations[2:])],
        ],
    )
    out += f"Modifications: {_e('; '.join(child.modifications) or 'None')}\n\n"
    out += "*ASSESSMENTS*\n\n☒ Participate in the State assessments with accommodations #h(1em) ☐ Alternate assessment\n\n"
    out += f"State assessments: {_e('; '.join(child.tests))}\n\nAccommodations: {_e('; '.join(child.test_supports))}\n\n"
    out += f"*EXTENDED SCHOOL YEAR SERVICES* \\ {_box(child.esy)} Yes, the student needs ESY. {_box(not child.esy)} No, ESY is not needed. {_e(child.esy_reason)}\n\n"
    out += _transition(child).replace("== TRANSITION PLAN", "*TRANSITION SERVICES*\n")
    out += "*CONFERENCE PARTICIPANTS*\n\n" + _table(
        "(1fr, 1fr, 1fr, 1fr)",
        ["Name", "Title", "Name", "Title"],
        [
            [_e(v) for pair in child.team[i : i + 2] for v in reversed(pair)]
            + ([""] * (4 - 2 * len(child.team[i : i + 2])))
            for i in range(0, len(child.team), 2)
        ],
    )
    return out


def _not_stated(child: Child) -> dict[str, Any]:
    found = _no_provider(child)
    for service in found["services"]:
        service["start"], service["end"] = iso(child.start), iso(child.end)
    for goal in found["goals"]:
        if goal["measurement"]:
            goal["measurement"] += "; weekly"
    return found


Maker = Callable[[Child], str]
ALL: dict[str, tuple[Child, Maker, Callable[[Child], dict[str, Any]]]] = {
    "key_value": (RUBY, key_value, _weekly_only),
    "key_value_older": (JONAH, key_value, _weekly_only),
    "grids": (RUBY, grids, truth),
    "grids_older": (JONAH, grids, truth),
    "narrative": (RUBY, narrative, _without_places),
    "narrative_older": (JONAH, narrative, _without_places),
    "spanish": (LUCIA, spanish, _spanish_truth),
    "boxes": (RUBY, boxes, truth),
    "boxes_older": (JONAH, boxes, truth),
    "summary": (RUBY, summary, _no_provider),
    "summary_older": (JONAH, summary, _no_provider),
    "inside_outside": (RUBY, inside_outside, _weekly_without_place),
    "inside_outside_older": (JONAH, inside_outside, _weekly_without_place),
    "stacked": (RUBY, stacked, truth),
    "stacked_older": (JONAH, stacked, truth),
    "choosing": (RUBY, choosing, _not_stated),
    "choosing_older": (JONAH, choosing, _not_stated),
    "mastery": (TESSA, mastery, _alternate),
    "preschool": (FINN, preschool, _preschool_truth),
}


def pdf_of(name: str) -> bytes:
    """The form as a PDF."""
    import typst

    child, maker, _ = ALL[name]
    return typst.compile(maker(child).encode())


def truth_of(name: str) -> dict[str, Any]:
    child, _, expected = ALL[name]
    return {"name": name, **expected(child)}


__all__ = ["ALL", "iso", "pdf_of", "truth_of"]

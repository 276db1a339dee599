"""Three more invented forms, made after the reader was shaped and scored before anything was changed for them.

What each is like: values on a line with their names printed small beneath it; goals as cards with amounts in hours
and minutes; a Spanish form whose services have number and length of sessions in columns of their own.
"""

from __future__ import annotations

from typing import Any

from tests.reader.forms.children import JONAH, LUCIA, RUBY, Child, truth
from tests.reader.forms.layouts import _box, _e, _long, _page, _table, _us

FACTORS = {
    "behavior": "Behavior impedes learning of self or others",
    "english_learner": "Limited English proficiency",
    "visual_impairment": "Blind or visually impaired",
    "deaf_hard_of_hearing": "Deaf or hard of hearing",
    "communication": "Communication needs",
    "assistive_technology": "Assistive technology devices or services",
}


def _under(*pairs: tuple[str, str]) -> str:
    """Values on a ruled line, each with its name small beneath."""
    cells = [f"[{_e(value)} #v(-6pt) #line(length: 95%, stroke: 0.5pt) #v(-8pt) #text(size: 7pt)[{_e(name)}]]" for name, value in pairs]  # fmt: skip
    return f"#grid(columns: ({', '.join(['1fr'] * len(pairs))}), {', '.join(cells)})\n#v(6pt)\n"


def under_line(child: Child) -> str:
    out = _page("IEP", child, "Rev. 2024")
    out += f"#align(center)[#text(size: 13pt)[*Individualized Education Program*] \\ {_e(child.district)}]\n#v(6pt)\n"
    out += _under(("Student's Legal Name", child.name), ("Birthdate", _us(child.dob)), ("Grade", child.grade))
    out += _under(("Student ID Number", child.number), ("School of Attendance", child.school))
    out += _under(("District of Residence", child.district), ("Date of IEP Meeting", _us(child.meeting)))
    out += _under(("IEP Start Date", _us(child.start)), ("IEP End Date", _us(child.end)), ("Three Year Reevaluation Due", _us(child.reevaluation)))  # fmt: skip
    out += _under(("Primary Disability", child.primary), ("Secondary Disability", child.secondary or "none"))
    out += "== IEP TEAM MEMBERS PRESENT\n"
    for role, name in child.team:
        out += _under((role, name))
    out += "== SECTION 1. PRESENT LEVELS OF PERFORMANCE\n"
    out += (
        "\n\n".join(f"_{_e(area.title())}_. {_e(text)}" for area, (text, _) in child.levels.items()) + "\n\n"
    )
    out += "== SECTION 2. SPECIAL CONSIDERATIONS\n" + _table("(3fr, 1fr, 1fr)", ["Consideration", "Yes", "No"], [
        [_e(words), "X" if child.factors[factor] else "", "" if child.factors[factor] else "X"] for factor, words in FACTORS.items()
    ])  # fmt: skip
    out += "== SECTION 3. ANNUAL GOALS\n"
    for number, goal in enumerate(child.goals, start=1):
        out += _table("(1.2fr, 4fr)", [], [
            ["*Goal number*", str(number)], ["*Area*", _e(goal.area)], ["*Where the student is now*", _e(goal.baseline or "")],
            ["*Where the student will be in one year*", _e(goal.text)], ["*How we will know*", _e(goal.method or "")],
        ])  # fmt: skip
    out += f"*Parents will be informed of progress:* {_e(child.progress)}\n\n"
    out += "== SECTION 4. SERVICES\n" + _table(
        "(2fr, 0.8fr, 0.8fr, 1fr, 1.3fr, 1.3fr, 1fr, 1fr)",
        ["Type of Service", "Minutes", "Sessions", "Each", "Location", "Responsible Staff", "Begin", "End"],
        [[_e(s.name), f"{s.minutes:g}" if s.minutes else "as needed", f"{s.sessions:g}" if s.sessions else "", _e((s.per or "").title()),
          _e(s.place), _e(s.who), _us(child.start), _us(child.end)] for s in child.services],
    )  # fmt: skip
    out += "== SECTION 5. SUPPLEMENTARY AIDS\n*Accommodations:*\n\n" + "".join(f"- {_e(a)}\n" for a in child.accommodations) + "\n"  # fmt: skip
    if child.modifications:
        out += "*Modifications:*\n\n" + "".join(f"- {_e(m)}\n" for m in child.modifications) + "\n"
    out += "== SECTION 6. STATE AND DISTRICT TESTING\n"
    out += f"{_box(False)} Regular, no accommodations {_box(True)} Regular with accommodations {_box(False)} Alternate\n\n"
    out += f"Tests: {_e('; '.join(child.tests))}\n\nTesting accommodations: {_e('; '.join(child.test_supports))}\n\n"
    out += f"== SECTION 7. LEAST RESTRICTIVE ENVIRONMENT\nPercent of the day in the general education setting: {child.percent}%\n\n"
    if child.reason:
        out += f"Why the student will not be with peers all day: {_e(child.reason)}\n\n"
    out += f"== SECTION 8. EXTENDED SCHOOL YEAR\nEligible for ESY? {_box(child.esy)} Yes {_box(not child.esy)} No\n\n{_e(child.esy_reason)}\n\n"
    return out + _later(child)


def _later(child: Child) -> str:
    if not child.postsecondary:
        return ""
    out = "== SECTION 9. SECONDARY TRANSITION\n"
    for area, text in child.postsecondary:
        out += f"*{_e(area.title())} goal after high school:* {_e(text)}\n\n"
    if child.courses:
        out += f"*Course of study:* {_e(child.courses)}\n\n"
    if child.told:
        out += f"*Transfer of rights:* {_e(child.told)}\n\n"
    return out


def _hours(minutes: float | None) -> str:
    return "" if minutes is None else f"{int(minutes) // 60}:{int(minutes) % 60:02d}"


def cards(child: Child) -> str:
    """Goals as cards, head and body; service time as hours and minutes per session."""
    out = _page("Individual Education Plan", child, "SPED-12")
    out += f"= {_e(child.district)}\n== Individual Education Plan\n"
    out += "\\ ".join(f"*{_e(name)}:* {_e(value)}" for name, value in (
        ("Name of Child", child.name), ("Date of Birth", _long(child.dob)), ("Current Grade", child.grade), ("State Student Number", child.number),
        ("Building", child.school), ("District", child.district), ("Meeting Date", _long(child.meeting)), ("Plan Begins", _long(child.start)),
        ("Plan Ends", _long(child.end)), ("Annual Review By", _long(child.end)), ("Reevaluation By", _long(child.reevaluation)),
        ("Exceptionality", ", ".join(filter(None, [child.primary, child.secondary]))),
    )) + "\n\n"  # fmt: skip
    out += "== Who Was There\n" + _table("(1fr, 1fr)", ["Position", "Name"], [[_e(r), _e(n)] for r, n in child.team])  # fmt: skip
    out += "== How The Child Is Doing Now\n" + _table("(1fr, 4fr)", ["Area", "Present Level"], [[_e(a.title()), _e(t)] for a, (t, _) in child.levels.items()])  # fmt: skip
    out += "== Special Factors\n" + "\n\n".join(f"{_e(words)}: {'Yes' if child.factors[factor] else 'No'}" for factor, words in FACTORS.items()) + "\n\n"  # fmt: skip
    out += "== Measurable Goals For This Year\n"
    for number, goal in enumerate(child.goals, start=1):
        out += f"#block(stroke: 0.7pt, inset: 6pt, width: 100%)[*Goal {number}: {_e(goal.area)}* \\ {_e(goal.text)} \\ *Baseline:* {_e(goal.baseline or '')} \\ *Measured by:* {_e(goal.method or '')}]\n\n"
    out += f"*Progress reports:* {_e(child.progress)}\n\n"
    out += "== Services The Child Will Get\n" + _table(
        "(2fr, 1.3fr, 1.3fr, 1.4fr, 1.4fr)",
        ["Service", "Time per Session (hr:min)", "How Often", "Place", "Provided By"],
        [[_e(s.name), _hours(s.minutes), _e(f"{s.sessions:g} times per {s.per}" if s.per else "as needed"), _e(s.place), _e(s.who)] for s in child.services],
    )  # fmt: skip
    out += f"All services run from {_us(child.start)} to {_us(child.end)}.\n\n"
    out += "== Accommodations\n" + _table("(4fr, 2fr)", ["Accommodation", "Where used"], [[_e(a), "All classes"] for a in child.accommodations])  # fmt: skip
    if child.modifications:
        out += "== Modifications\n" + "".join(f"- {_e(m)}\n" for m in child.modifications) + "\n"
    out += f"== State Assessments\nThe child takes the regular assessment with accommodations: {_e('; '.join(child.tests))}.\n\nAccommodations allowed on the tests: {_e('; '.join(child.test_supports))}\n\n"
    out += f"== Placement\nTime with nondisabled peers: {child.percent} percent\n\n"
    if child.reason:
        out += f"Explanation of removal: {_e(child.reason)}\n\n"
    out += f"== Extended School Year (ESY)\nThe team decided that the child {'needs' if child.esy else 'does not need'} ESY services. {_e(child.esy_reason)}\n\n"
    return out + _later(child)


def pei(child: Child) -> str:
    """A Spanish form: one row a goal, number and length of sessions in columns of their own."""
    out = _page("PEI", child, "SAEE-06").replace('lang: "en"', 'lang: "es"')
    out += f"#align(center)[*PROGRAMA EDUCATIVO INDIVIDUALIZADO (PEI)* \\ {_e(child.district)}]\n\n"
    out += _table("(1fr, 1.4fr, 1fr, 1.4fr)", [], [
        ["*Nombre y apellidos*", _e(child.name), "*Fecha de nacimiento*", _us(child.dob)],
        ["*Grado*", child.grade, "*Núm. de estudiante*", child.number],
        ["*Escuela*", _e(child.school), "*Distrito*", _e(child.district)],
        ["*Fecha de reunión*", _us(child.meeting), "*Vigencia desde*", _us(child.start)],
        ["*Vigencia hasta*", _us(child.end), "*Fecha de reevaluación*", _us(child.reevaluation)],
        ["*Impedimento*", _e(child.primary), "*Fecha de revisión anual*", _us(child.end)],
    ])  # fmt: skip
    out += "== I. NIVEL ACTUAL DE FUNCIONAMIENTO\n" + _table("(1fr, 4fr)", ["Área", "Nivel de ejecución"], [[_e(a.capitalize()), _e(t)] for a, (t, _) in child.levels.items()])  # fmt: skip
    out += "== II. CONSIDERACIONES ESPECIALES\n"
    for factor, words in {
        "behavior": "La conducta impide su aprendizaje o el de otros", "english_learner": "Dominio limitado del inglés", "visual_impairment": "Es ciego o tiene impedimento visual",
        "deaf_hard_of_hearing": "Es sordo o tiene dificultades auditivas", "communication": "Necesidades de comunicación", "assistive_technology": "Necesita asistencia tecnológica",
    }.items():  # fmt: skip
        out += f"{_e(words)}: {_box(child.factors[factor])} Sí {_box(not child.factors[factor])} No\n\n"
    out += "== III. METAS ANUALES\n" + _table(
        "(0.4fr, 1fr, 3fr, 1.6fr, 1.2fr)",
        ["Núm.", "Área", "Meta anual medible", "Línea base", "Forma de evaluar"],
        [[str(n), _e(g.area), _e(g.text), _e(g.baseline or ""), _e(g.method or "")] for n, g in enumerate(child.goals, start=1)],
    )  # fmt: skip
    out += f"*Frecuencia de los informes de progreso:* {_e(child.progress)}\n\n"
    out += "== IV. SERVICIOS EDUCATIVOS Y RELACIONADOS\n" + _table(
        "(2fr, 1fr, 1fr, 1.3fr, 1.3fr, 1fr, 1fr)",
        ["Servicio", "Sesiones por semana", "Minutos por sesión", "Lugar", "Proveedor", "Desde", "Hasta"],
        [[_e(s.name), f"{s.sessions or 1:g}", f"{s.minutes or 0:g}", _e(s.place), _e(s.who), _us(child.start), _us(child.end)] for s in child.services],
    )  # fmt: skip
    out += "== V. ACOMODOS RAZONABLES\n" + "".join(f"- {_e(a)}\n" for a in child.accommodations) + "\n"
    out += f"== VI. UBICACIÓN\nPor ciento de tiempo en el salón regular: {child.percent}%\n\nJustificación: {_e(child.reason or '')}\n\n"
    out += f"== VII. AÑO ESCOLAR EXTENDIDO\n¿Es elegible? {_box(child.esy)} Sí {_box(not child.esy)} No. {_e(child.esy_reason)}\n\n"
    return out + "== VIII. COMITÉ (COMPU)\n" + _table("(1fr, 1fr, 1fr)", ["Nombre", "Puesto", "Firma"], [[_e(n), _e(r), ""] for r, n in child.team])  # fmt: skip


def _spanish(child: Child) -> dict[str, Any]:
    found = truth(child)
    found["assessments"] = {"participation": None, "state_tests": [], "alternate": None, "accommodations": []}
    return found


FRESH = {
    "under_line": (RUBY, under_line, truth), "under_line_older": (JONAH, under_line, truth),
    "cards": (RUBY, cards, truth), "cards_older": (JONAH, cards, truth), "pei": (LUCIA, pei, _spanish),
}  # fmt: skip


def pdf_of(name: str) -> bytes:
    """The form as a PDF."""
    import typst

    child, maker, _ = FRESH[name]
    return typst.compile(maker(child).encode())


def truth_of(name: str) -> dict[str, Any]:
    child, _, expected = FRESH[name]
    return {"name": name, **expected(child)}

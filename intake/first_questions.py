"""The questions a new firm begins with."""

from __future__ import annotations

from datetime import datetime

from intake.asking import save_question
from intake.models import QuestionList

FIRST = [
    ("choice", "What grade is your child in?", "¿En qué grado está su hijo o hija?", [["Preschool", "Preescolar"], ["K to 5", "K a 5"], ["6 to 8", "6 a 8"], ["9 to 12", "9 a 12"], ["Older", "Mayor"]], True),
    ("short", "What is the name of the school?", "¿Cómo se llama la escuela?", [], False),
    ("choice", "Does your child have an IEP or a 504 plan?", "¿Tiene su hijo o hija un IEP o un plan 504?", [["An IEP", "Un IEP"], ["A 504 plan", "Un plan 504"], ["Not yet", "Todavía no"], ["I am not sure", "No lo sé"]], True),
    ("long", "What worries you most right now?", "¿Qué le preocupa más ahora?", [], True),
    ("date", "Is there a meeting or a date coming up?", "¿Hay una reunión o una fecha próxima?", [], False),
    ("yes_no", "Would an interpreter help you?", "¿Le ayudaría un intérprete?", [], False),
]  # fmt: skip


def begin(*, at: datetime) -> QuestionList:
    """A first list, unless there is one."""
    there = QuestionList.objects.first()
    if there is not None:
        return there
    asked = QuestionList.objects.create(
        name="Before the first call", intro="This helps us prepare. Answer what you can.",
        intro_es="Esto nos ayuda a prepararnos. Conteste lo que pueda.",
    )  # fmt: skip
    for kind, label, label_es, choices, needed in FIRST:
        words = {"kind": kind, "label": label, "label_es": label_es, "hint": "", "hint_es": "", "choices": choices, "needed": needed}  # fmt: skip
        save_question(None, asked=asked, words=words, by=None, at=at)
    return asked

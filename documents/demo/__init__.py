"""The demo's papers: one IEP that a mother sent from her phone. The child in it is invented, as is all else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from clients.models import Contact
from documents import adding, asking, checking
from documents.adding import Sent
from documents.models import Kind

IEP = Path(__file__).with_name("iep.pdf")


def seed(rivera: Contact, *, at: datetime) -> None:
    """The Riveras' IEP, read and ready, and one paper that they are asked for."""
    student = rivera.family.students.get(given_name="Mateo")
    mother, advocate = rivera.user, student.care_team.get(until=None).user
    assert mother is not None
    version = adding.add(
        [Sent(IEP.read_bytes(), "IEP Mateo 4to grado.pdf")], of=student, kind=Kind.IEP, title="IEP", by=mother,
        at=at - timedelta(days=2), language="en",
    )  # fmt: skip
    checking.check(version.pk, at=at)
    asking.ask(
        contact=rivera, student=student, kind=Kind.PROGRESS_REPORT, by=advocate, at=at,
        due_on=(at + timedelta(days=9)).date(),
    )  # fmt: skip

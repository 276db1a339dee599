"""What a firm uses of its plan, and whether a smaller plan would still hold it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.staff import seats_taken
from billing.plans import GB, Plan
from clients.models import Student
from documents import storage
from outbox import sending
from tenants.models import Entitlement
from tenants.places import current_firm


@dataclass(frozen=True)
class Use:
    """People who work here or are invited, students on file, segments of texts this month, bytes of papers."""

    seats: int
    students: int
    texts: int
    storage_bytes: int

    @property
    def storage_gb(self) -> float:
        return round(self.storage_bytes / GB, 1)


@dataclass(frozen=True)
class Line:
    """One limit beside what is used of it; `limit` is None where there is none. `what` says what is counted, and `url`
    leads to it where there is a list of it."""

    label: str
    used: int | float
    limit: int | None
    unit: str = ""
    what: str = ""
    url: str = ""

    @property
    def full(self) -> bool:
        return self.limit is not None and self.used >= self.limit


def use(*, at: datetime) -> Use:
    """Of the current firm, now."""
    return Use(
        seats=seats_taken(at=at), students=Student.objects.exclude(confirmed_at=None).count(),
        texts=sending.segments_this_month(at=at), storage_bytes=storage.used(),
    )  # fmt: skip


def lines(used: Use, *, limits: Entitlement | None = None) -> list[Line]:
    limits = limits or Entitlement.objects.get(firm_id=current_firm().id)
    gb = limits.storage_bytes // GB if limits.storage_bytes is not None else None
    return [
        Line(_("People"), used.seats, limits.seats, what=_("Who works here, and who is invited."), url=reverse("staff")),
        Line(
            _("Students on file"), used.students, limits.students,
            what=_("Those the list calls “Known”. Children from first calls, still “Unconfirmed”, do not count."),
            url=f"{reverse('students')}?known=1",
        ),
        Line(_("Texts this month"), used.texts, limits.texts_a_month, what=_("Counted in segments, as carriers do.")),
        Line(_("Papers"), used.storage_gb, gb, "GB"),
    ]  # fmt: skip


def too_small(plan: Plan, seats: int, used: Use) -> list[str]:
    """Why this plan with so many seats does not hold what the firm has; nothing when it does."""
    found = []
    if not plan.seats_from <= seats <= plan.seats_to:
        if plan.seats_from == plan.seats_to:
            found.append(ngettext("%(plan)s is for %(n)d person.", "%(plan)s is for %(n)d people.", plan.seats_to) % {"plan": plan.name, "n": plan.seats_to})  # fmt: skip
        else:
            found.append(_("%(plan)s is for %(least)d to %(most)d people.") % {"plan": plan.name, "least": plan.seats_from, "most": plan.seats_to})  # fmt: skip
    if used.seats > seats:
        works = ngettext("%(n)d person works here or is invited.", "%(n)d people work here or are invited.", used.seats) % {"n": used.seats}  # fmt: skip
        if plan.seats_from <= used.seats <= plan.seats_to:
            found = [f"{works} " + _("Take %(n)d seats, or end somebody's access on the staff page first.") % {"n": used.seats}]  # fmt: skip
        else:
            found.append(f"{works} " + _("End somebody's access on the staff page first, or choose a plan that holds them."))  # fmt: skip
    if used.students > plan.students:
        found.append(_("%(plan)s holds %(most)d students, and %(n)d are on file.") % {"plan": plan.name, "most": plan.students, "n": used.students})  # fmt: skip
    if used.storage_bytes > plan.storage_bytes:
        found.append(_("%(plan)s holds %(most)d GB of papers, and %(n)s GB are kept.") % {"plan": plan.name, "most": plan.storage_gb, "n": used.storage_gb})  # fmt: skip
    return found

"""The conflict check: does any name of this inquiry belong to somebody we know? The report is kept with its decision."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from cases.models import Case
from clients import matching
from clients.models import Contact, GuestGrant, SchoolPerson, Student
from intake.models import ConflictReport, Inquiry


class DecisionNeedsReason(Exception):
    def __init__(self) -> None:
        super().__init__(_("Say in a sentence why, so that it can be read later."))


class AlreadyDecided(Exception):
    def __init__(self) -> None:
        super().__init__(_("This report has its decision. Check again for a new one."))


def names_asked(inquiry: Inquiry) -> list[dict[str, str]]:
    """Every name of the inquiry: child, who called, their numbers, the family's other grown-ups, other people, places."""
    family = inquiry.contact.family
    asked = [{"what": "child", "name": str(student)} for student in family.students.all()]
    asked += [{"what": "child", "name": str(o)} for s in family.students.all() for o in s.other_names.all()]
    asked += [{"what": "contact", "name": contact.name} for contact in family.contacts.all()]
    asked += [{"what": "contact", "name": o.name} for c in family.contacts.all() for o in c.other_names.all()]
    asked += [{"what": "other", "name": name} for name in inquiry.other_names]
    for what, place, told in (
        ("district", inquiry.district, inquiry.district_name),
        ("school", inquiry.school, inquiry.school_name),
    ):
        if place or told:
            asked.append({"what": what, "name": str(place or told)})
    return asked


def look(inquiry: Inquiry) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """What was asked and what was found, in the whole firm: a conflict does not stop at a caseload."""
    family = inquiry.contact.family_id
    others = Student.objects.exclude(family=family), Contact.objects.exclude(family=family)
    own = {point.value for contact in inquiry.contact.family.contacts.all() for point in contact.points.all()}
    born = {str(student): student.born_on for student in inquiry.contact.family.students.all()}
    found: dict[tuple[str, UUID], dict[str, Any]] = {}
    asked = names_asked(inquiry)
    for row in asked:
        what, name = row["what"], row["name"]
        if what == "child":
            parsed = matching.name_in(name)
            given, surnames = " ".join(parsed.given), " ".join(parsed.family)
            # A birth date can bring a child in; one that was written down wrong must not leave one out.
            hits = matching.students_like(given, surnames, born_on=born.get(name), among=others[0])
            hits += matching.students_like(given, surnames, among=others[0])
            hits += matching.contacts_like(name, among=others[1])
        elif what in {"contact", "other"}:
            parsed = matching.name_in(name)
            hits = matching.contacts_like(name, among=others[1], values=own if what == "contact" else ())
            hits += [
                *matching.school_people_like(name),
                *matching.guests_like(name),
                *matching.staff_like(name),
            ]
            hits += matching.students_like(" ".join(parsed.given), " ".join(parsed.family), among=others[0])
        else:
            hits = matching.places_like(name)
        for hit in hits:
            key = (hit.kind, hit.pk)
            if key not in found or found[key]["score"] < hit.score:
                found[key] = {"kind": hit.kind, "id": str(hit.pk), "name": hit.name, "for": name, "why": list(hit.why), "score": round(hit.score, 2)}  # fmt: skip
    for row in found.values():
        row |= _past(row)
    return asked, sorted(found.values(), key=lambda row: (-row["score"], row["name"]))


def _past(row: dict[str, Any]) -> dict[str, Any]:
    """What became of earlier inquiries and cases of somebody found, so that a former matter and a refusal show."""
    field = {"student": "student", "contact": "contact"}.get(row["kind"])
    if field is None:
        return {}
    earlier: list[Any] = list(
        Inquiry.objects.filter(**{field: row["id"]}).with_stage().order_by("-taken_at")[:3]
    )
    found: dict[str, Any] = {
        "past": [{"on": past.taken_at.date().isoformat(), "stage": past.stage} for past in earlier]
    }
    students = (
        {"student": row["id"]} if field == "student" else {"student__guardianships__contact": row["id"]}
    )
    cases = Case.objects.filter(**students).prefetch_related("closures").order_by("-opened_at").distinct()[:5]
    found["cases"] = [
        {
            "kind": case.kind, "opened": case.opened_at.date().isoformat(),
            "closed": case.closure.closed_at.date().isoformat() if case.closure else "",
        }
        for case in cases
    ]  # fmt: skip
    return found


@transaction.atomic
def check(inquiry: Inquiry, *, by: User, at: datetime) -> ConflictReport:
    """Looks, and keeps what was found. A check that found nobody still waits for a person to say so."""
    asked, found = look(inquiry)
    report = ConflictReport.objects.create(inquiry=inquiry, asked=asked, found=found, made_by=by, made_at=at)
    audit.record("conflict.checked", by=by, at=at, about=report, inquiry=str(inquiry.pk), found=len(found))
    return report


@transaction.atomic
def decide(report: ConflictReport, decision: str, *, reason: str, by: User, at: datetime) -> None:
    """Writes the decision, once. Anything but a clear report needs a reason. Raises DecisionNeedsReason, AlreadyDecided."""
    clear = decision == ConflictReport.Decision.CLEAR
    if not reason and (not clear or report.found):
        raise DecisionNeedsReason
    changed = ConflictReport.objects.filter(pk=report.pk, decision="").update(
        decision=decision, reason=reason, decided_by=by, decided_at=at
    )
    if not changed:
        raise AlreadyDecided
    report.refresh_from_db()
    audit.record("conflict.decided", by=by, at=at, about=report, decision=decision)


def pages_of(found: list[dict[str, Any]]) -> dict[str, str]:
    """Where each finding is opened, by its key: a student, a contact, a district, a school, or where somebody works there."""
    people = SchoolPerson.objects.filter(
        pk__in=[row["id"] for row in found if row["kind"] == "school person"]
    )
    works_at = {str(row.pk): ("school", row.school_id) if row.school_id else ("district", row.district_id) for row in people}  # fmt: skip
    pages = {}
    for row in found:
        name, key = works_at.get(row["id"], (row["kind"], row["id"]))
        if name in {"student", "contact", "district", "school"} and not row.get("hidden"):
            pages[row["id"]] = reverse(name, args=[key])
    return pages


def as_seen_by(report: ConflictReport, user: User) -> list[dict[str, Any]]:
    """The findings with the names of students and contacts this person may not see left out."""
    ids: dict[str, list[str]] = {"student": [], "contact": [], "guest": []}
    for row in report.found:
        ids.get(row["kind"], []).append(row["id"])
    seen = {str(pk) for pk in Student.objects.visible_to(user).filter(pk__in=ids["student"]).values_list("pk", flat=True)}  # fmt: skip
    seen |= {str(pk) for pk in Contact.objects.visible_to(user).filter(pk__in=ids["contact"]).values_list("pk", flat=True)}  # fmt: skip
    guests = GuestGrant.objects.visible_to(user).filter(Q(user__in=ids["guest"]) | Q(pk__in=ids["guest"]))
    seen |= {str(pk) for pair in guests.values_list("user", "pk") for pk in pair}
    return [
        {**row, "hidden": False} if row["kind"] not in ids or row["id"] in seen
        else {**row, "hidden": True, "name": "", "cases": []}
        for row in report.found
    ]  # fmt: skip

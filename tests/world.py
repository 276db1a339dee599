"""Two firms with the same cast under the same keys. Everything that Birch wrote holds a canary."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from django.contrib.auth.hashers import make_password

from accounts import second_factor
from accounts.models import User
from accounts.roles import Role
from accounts.secrets import address_digest
from accounts.signing_in import write_digest
from circle import news
from circle.models import (
    Action,
    CheckIn,
    CheckInQuestion,
    OwnWords,
    Post,
    PostSchoolGoal,
    Reader,
    Side,
    TransitionPlan,
)
from clients.models import Contact, ContactPoint, Family, Guardianship, GuestGrant, Student, join_care_team
from documents import storage
from documents.models import Document, DocumentVersion, Kind, Page, Part, Request, State
from lobby.opening import open_firm
from minutes.models import DeliveredSession, Evidence, MissedKind, MissedSession, Worksheet
from outbox.models import allow
from progress.models import (
    DataPoint,
    DataSheet,
    Phase,
    SchoolReport,
    Strategy,
    StrategyResult,
    TermReport,
    Win,
)
from scheduling.models import Closure, Service, WeeklyHours
from tenants import due
from tenants.hosts import firm_by_id
from tenants.models import Firm
from tenants.places import FirmRef, in_public, within

# Noon in Montana on a school-day Tuesday; the cast came the day before.
NOW = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
BEFORE = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
PASSWORD = "harbor lantern quartz river"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CANARY = "canary7f3a91"
PEOPLE = {
    "olivia": ("Olivia Hart", Role.OWNER),
    "ada": ("Adam Finch", Role.ADMIN),
    "ana": ("Ana Reyes", Role.ADVOCATE),
    "marcus": ("Marcus Bell", Role.ADVOCATE),
    "bo": ("Bo Lindqvist", Role.ASSISTANT),
    "bea": ("Bea Novak", Role.BILLING),
    "luz": ("Luz Rivera", Role.FAMILY),
    "ngozi": ("Ngozi Okafor", Role.FAMILY),
    "gus": ("Gus Teller", Role.GUEST),
}


def key(name: str) -> uuid.UUID:
    """The same primary key in both firms."""
    return uuid.uuid5(uuid.NAMESPACE_OID, name)


@dataclass
class Cast:
    """A firm and its people; rows are read anew by each test."""

    firm: FirmRef
    canary: str = ""
    people: dict[str, uuid.UUID] = field(default_factory=dict)


def open_cast(slug: str, name: str, *, canary: str = "") -> Cast:
    firm, owner = open_firm(
        name=name, slug=slug, owner_name=f"Olivia Hart{canary}", owner_email=f"olivia@{slug}.example",
        password_hash=make_password(PASSWORD), state="MT", timezone="America/Denver", language="en",
        at=BEFORE, ask_confirmation=False, with_trial=False,
    )  # fmt: skip
    with in_public():
        Firm.objects.filter(pk=firm.id).update(owner_confirmed_at=BEFORE, phone="+14065550142")
    cast = Cast(firm=firm_by_id(firm.id) or firm, canary=canary)
    with within(firm):
        _people(cast, slug, owner)
        _families(cast)
        _service(cast)
        _papers(cast)
        _minutes(cast)
        _goals(cast)
        _circle(cast)
    return cast


def _people(cast: Cast, slug: str, owner: uuid.UUID) -> None:
    Service.objects.get().advocates.clear()
    WeeklyHours.objects.all().delete()
    User.objects.filter(pk=owner).delete()
    secret = make_password(PASSWORD)
    for n, (short, (name, role)) in enumerate(PEOPLE.items()):
        family = role in {Role.FAMILY, Role.GUEST}
        person = User.objects.create(
            pk=key(short), name=name + cast.canary, role=role, email=f"{short}@{slug}.example",
            phone=f"+1406555{110 + n:04}" if family else None, password="!" if family else secret,
            email_confirmed_at=BEFORE, language="es" if short == "luz" else "en",
        )  # fmt: skip
        cast.people[short] = person.pk
        write_digest(person, address_digest(person.email or ""))
        if not family:
            second_factor.set_up(person, TOTP, step=0)


def _families(cast: Cast) -> None:
    for short, name, child, team in (
        ("luz", "Rivera", "Mateo", ["ana"]),
        ("ngozi", "Okafor", "Ada", ["marcus"]),
    ):
        person = User.objects.get(pk=key(short))
        family = Family.objects.create(pk=key(f"family {name}"), name=name + cast.canary, confirmed_at=BEFORE)
        contact = Contact.objects.create(
            pk=key(f"contact {short}"), family=family, user=person, name=person.name, language=person.language,
            timezone="America/Denver", confirmed_at=BEFORE,
        )  # fmt: skip
        ContactPoint.objects.create(contact=contact, kind="phone", value=person.phone)
        ContactPoint.objects.create(contact=contact, kind="email", value=person.email)
        allow(
            person.phone or "", how="form", at=BEFORE, wording="yes", version="test", language=person.language
        )
        student = Student.objects.create(
            pk=key(f"student {child}"), family=family, given_name=child + cast.canary, family_name=name,
            confirmed_at=BEFORE,
        )  # fmt: skip
        Guardianship.objects.create(pk=key(f"guardianship {short}"), contact=contact, student=student)
        for member in team:
            join_care_team(student, User.objects.get(pk=key(member)), at=BEFORE)


def _service(cast: Cast) -> None:
    Service.objects.all().delete()
    Closure.objects.all().delete()  # the cast works on holidays, so that any weekday of a test can be booked
    service = Service.objects.create(
        pk=key("service"), name=f"Free 20-minute call{cast.canary}", name_es=f"Llamada gratis{cast.canary}",
        minutes=20, published=True,
    )  # fmt: skip
    for short in ("ana", "marcus"):
        person = User.objects.get(pk=key(short))
        service.advocates.add(person)
        WeeklyHours.objects.bulk_create(
            WeeklyHours(advocate=person, weekday=day, opens=time(9), closes=time(17)) for day in range(5)
        )


def _papers(cast: Cast) -> None:
    """An IEP of each child, readable; its files hold only words, which is enough to see who gets them."""
    for child, sender in (("Mateo", "luz"), ("Ada", "ngozi")):
        by = User.objects.get(pk=key(sender))
        student = Student.objects.get(pk=key(f"student {child}"))
        words = f"Paper of {child} {cast.canary}"
        document = Document.objects.create(
            pk=key(f"document {child}"), student=student, kind=Kind.IEP, title=f"IEP {words}", added_by=by, added_at=BEFORE
        )  # fmt: skip
        file, copy, picture = (f"{what} {words}".encode() for what in ("file", "copy", "picture"))
        version = DocumentVersion.objects.create(
            pk=key(f"version {child}"), document=document, number=1, state=State.READY, uploaded_by=by,
            uploaded_at=BEFORE, ready_at=BEFORE, pages_count=1, copy_key=storage.write(copy), copy_size=len(copy),
        )  # fmt: skip
        Part.objects.create(
            pk=key(f"part {child}"), version=version, position=1, storage_key=storage.write(file), size=len(file),
            sha256=storage.digest(file), content_kind="pdf", original_name=f"{words}.pdf",
        )  # fmt: skip
        Page.objects.create(
            pk=key(f"page {child}"), version=version, number=1, width=612, height=792, text=words,
            words=[[10, 10, 90, 20, words]], picture_key=storage.write(picture), picture_size=len(picture),
        )  # fmt: skip
        Request.objects.create(
            pk=key(f"request {child}"), student=student, contact=Contact.objects.get(pk=key(f"contact {sender}")),
            kind=Kind.PROGRESS_REPORT, words=f"The last report {words}", asked_by=User.objects.get(pk=key("ana")), asked_at=BEFORE,
        )  # fmt: skip


def _minutes(cast: Cast) -> None:
    """A session that was held, one that was not, and a worksheet, of each child."""
    for child, advocate in (("Mateo", "ana"), ("Ada", "marcus")):
        by, student = User.objects.get(pk=key(advocate)), Student.objects.get(pk=key(f"student {child}"))
        shared = {
            "student": student, "service_name": f"Speech of {child}{cast.canary}", "note": f"words{cast.canary}",
            "recorded_by": by, "recorded_at": BEFORE,
        }  # fmt: skip
        DeliveredSession.objects.create(
            pk=key(f"session {child}"), key=key(f"session {child}"), on=BEFORE.date(), minutes=30, evidence=Evidence.LOG,
            provider=f"Ms. Park{cast.canary}", **shared,
        )  # fmt: skip
        MissedSession.objects.create(
            pk=key(f"missed {child}"), key=key(f"missed {child}"), on=BEFORE.date(), kind=MissedKind.STUDENT,
            evidence=Evidence.NOTE, **shared,
        )  # fmt: skip
        Worksheet.objects.create(
            pk=key(f"worksheet {child}"), student=student, from_on=BEFORE.date(), until_on=NOW.date(),
            missed=f"missed{cast.canary}", saved_by=by, saved_at=BEFORE,
        )  # fmt: skip


def _goals(cast: Cast) -> None:
    """A goal with a number, what the school writes, a win, a strategy and a report of each child, all shared."""
    for child, advocate in (("Mateo", "ana"), ("Ada", "marcus")):
        by, student = User.objects.get(pk=key(advocate)), Student.objects.get(pk=key(f"student {child}"))
        said = f"{child}{cast.canary}"
        sheet = DataSheet.objects.create(
            pk=key(f"sheet {child}"), student=student, area=f"Reading of {said}", goal_text=f"{said} will read.", measure="words",
            baseline=50, target=90, starts_on=date(2026, 9, 1), target_on=date(2027, 8, 31), quiet_on=date(2027, 1, 1),
            set_up_by=by, set_up_at=BEFORE,
        )  # fmt: skip
        DataPoint.objects.create(
            pk=key(f"point {child}"), key=key(f"point {child}"), sheet=sheet, value=55, setting="school", note=f"note {said}",
            happened_at=BEFORE, happened_on=BEFORE.date(), logged_by=by, logged_at=BEFORE,
        )  # fmt: skip
        Phase.objects.create(
            pk=key(f"phase {child}"), student=student, sheet=sheet, kind="other", words=f"Change {said}", on=date(2026, 10, 1),
            by=by, at=BEFORE,
        )  # fmt: skip
        SchoolReport.objects.create(
            pk=key(f"school report {child}"), student=student, sheet=sheet, ends_on=date(2026, 11, 1), words=f"Writes {said}",
            by=by, at=BEFORE,
        )  # fmt: skip
        Win.objects.create(
            pk=key(f"win {child}"), student=student, words=f"Win of {said}", happened_on=BEFORE.date(), by=by, at=BEFORE,
            shared_at=BEFORE,
        )  # fmt: skip
        strategy = Strategy.objects.create(
            pk=key(f"strategy {child}"), student=student, trigger=f"When {said}", response=f"Do {said}", started_on=date(2026, 10, 1),
            by=by, at=BEFORE, shared_at=BEFORE,
        )  # fmt: skip
        StrategyResult.objects.create(
            pk=key(f"result {child}"), strategy=strategy, went="well", setting="home", words=f"Went {said}",
            happened_on=BEFORE.date(), by=by, at=BEFORE,
        )  # fmt: skip
        TermReport.objects.create(
            pk=key(f"term report {child}"), student=student, starts_on=date(2026, 9, 1), ends_on=BEFORE.date(),
            facts={"goals": [], "minutes": {"head": [], "rows": [], "notes": [], "excused": ""}, "defaults": {"opening": f"Opening {said}", "wins": "", "strategies": "", "next": ""}},
            written_by=by, written_at=BEFORE, approved_by=by, approved_at=BEFORE, sent_at=BEFORE,
        )  # fmt: skip


def _circle(cast: Cast) -> None:
    """Ada's page: a question with its answer, something agreed, the next check-in, a guest to be invited, a plan."""
    by, student = User.objects.get(pk=key("ngozi")), Student.objects.get(pk=key("student Ada"))
    said = {"student": student, "side": Side.HOME, "by": by, "at": BEFORE}
    asked = Post.objects.create(
        pk=key("post Ada"), kind=Post.Kind.QUESTION, words=f"How was lunch?{cast.canary}", **said
    )
    Post.objects.create(
        pk=key("answer Ada"), kind=Post.Kind.ANSWER, under=asked, words=f"Calm{cast.canary}", **said
    )
    Action.objects.create(
        pk=key("action Ada"), words=f"A quiet table{cast.canary}", who=f"Ms. Park{cast.canary}", **said
    )
    check_in = CheckIn.objects.create(
        pk=key("check-in Ada"), student=student, starts_at=datetime(2026, 12, 3, 22, 0, tzinfo=UTC), note=f"Room 4{cast.canary}", by=by, at=BEFORE
    )  # fmt: skip
    CheckInQuestion.objects.create(
        check_in=check_in, words=f"Recess{cast.canary}", side=Side.HOME, by=by, at=BEFORE
    )
    GuestGrant.objects.create(
        pk=key("grant Ada"), student=student, email=f"park{cast.canary}@school.example", name=f"Ms. Park{cast.canary}", sees=["wins"],
        prepared_by=User.objects.get(pk=key("marcus")), prepared_at=BEFORE, starts_at=BEFORE, lapses_on=date(2027, 6, 30),
    )  # fmt: skip
    # The cast's own wins are news to nobody: a test that does what is due gets no message but its own.
    for reader in Reader.objects.all():
        due.settle(news.KIND, f"{reader.student_id}:{reader.user_id}")
        reader.delete()
    plan = TransitionPlan.objects.create(pk=key("transition plan Ada"), student=student, opened_at=BEFORE)
    OwnWords.objects.create(plan=plan, likes=f"Drums{cast.canary}", written_by=by, written_at=BEFORE)
    PostSchoolGoal.objects.create(
        plan=plan, area="work", words=f"Play in a band{cast.canary}", by=by, at=BEFORE
    )

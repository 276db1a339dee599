"""The demo firms. Dates move with today; each part adds what it brought."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone as clock

from accounts import second_factor
from accounts.models import User
from accounts.roles import Role
from accounts.secrets import address_digest
from accounts.signing_in import write_digest
from billing import demo as plans_demo
from cases import demo as cases_demo
from circle import demo as circle
from clients import demo as families
from clients.models import Contact, ContactPoint, Family, Guardianship, Student, join_care_team
from documents import demo as papers
from intake import demo as intake
from invoices import demo as money
from lobby.opening import open_firm
from messaging import demo as conversations
from minutes import demo as minutes
from outbox import sending
from outbox.models import Channel, Message, State, allow
from payments import demo as payments
from payments.models import Payment
from progress import demo as progress
from reviews import demo as reviews
from scheduling import booking as bookings
from scheduling import paid
from scheduling.availability import free_slots
from scheduling.models import Format, Service, WeeklyHours
from tenants import due
from tenants.models import Firm
from tenants.places import FirmRef, in_public, within

# Fixed, so that a second start and the tests know it; it opens nothing but the demo on this machine.
TOTP = "ROUNDTABLEDEMOROUNDTABLEDEMO2345"


def password() -> str:
    """The demo's one password: made once for each data folder."""
    file = Path(settings.LOCAL_DIR or settings.BASE_DIR / ".local") / "demo-password"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text("-".join(secrets.choice(WORDS) for _ in range(4)))
    return file.read_text()


WORDS = ["amber", "birch", "candle", "delta", "ember", "fable", "garden", "harbor", "island", "jasper", "kettle", "lantern", "meadow", "nectar", "orchid", "pepper", "quartz", "river", "saddle", "timber", "umber", "velvet", "willow", "yonder", "zephyr"]  # fmt: skip


def seed(*, at: datetime) -> None:
    """Opens Harbor and Birch unless they are there."""
    with in_public():
        there = set(Firm.objects.values_list("slug", flat=True))
    secret = make_password(password())
    if "harbor" not in there:
        harbor(secret, at=at)
    if "birch" not in there:
        birch(secret, at=at)


def _firm(
    slug: str, name: str, owner: str, state: str, timezone: str, secret: str, *, at: datetime
) -> FirmRef:
    firm, owner_id = open_firm(
        name=name, slug=slug, owner_name=owner, owner_email=f"{owner.split()[0].lower()}@{slug}.example",
        password_hash=secret, state=state, timezone=timezone, language="en", at=at, ask_confirmation=False,
    )  # fmt: skip
    with in_public():
        Firm.objects.filter(pk=firm.id).update(
            owner_confirmed_at=at, phone="+14065550142" if slug == "harbor" else "+15125550143"
        )
    with within(firm):
        User.objects.filter(pk=owner_id).update(email_confirmed_at=at)
        second_factor.set_up(User.objects.get(pk=owner_id), TOTP, step=0)
    return firm


def staff(slug: str, name: str, role: str, secret: str, *, at: datetime, language: str = "en") -> User:
    email = f"{name.split()[0].lower()}@{slug}.example"
    user = User(email=email, name=name, role=role, password=secret, email_confirmed_at=at, language=language)
    user.languages_spoken = ["en", "es"] if name.startswith("Ana") else ["en"]
    user.save()
    second_factor.set_up(user, TOTP, step=0)
    write_digest(user, address_digest(email))
    return user


def family(name: str, parent: str, email: str, phone: str, language: str, children: list[tuple[str, str]], team: list[User], *, at: datetime) -> Contact:  # fmt: skip
    household = Family.objects.create(name=name, confirmed_at=at)
    person = User.objects.create_user(
        email=email, name=parent, role=Role.FAMILY, phone=phone, language=language
    )
    contact = Contact.objects.create(family=household, name=parent, language=language, user=person, timezone="America/Denver", confirmed_at=at)  # fmt: skip
    ContactPoint.objects.create(contact=contact, kind="phone", value=phone)
    ContactPoint.objects.create(contact=contact, kind="email", value=email)
    allow(phone, how="form", at=at, wording="demo", version="demo", language=language)
    for given, grade in children:
        student = Student.objects.create(family=household, given_name=given, family_name=name, grade=grade, confirmed_at=at)  # fmt: skip
        Guardianship.objects.create(contact=contact, student=student, relation="mother")
        for member in team:
            join_care_team(student, member, at=at)
    return contact


def harbor(secret: str, *, at: datetime) -> None:
    firm = _firm("harbor", "Harbor Advocacy", "Olivia Hart", "MT", "America/Denver", secret, at=at)
    with within(firm):
        ana = staff("harbor", "Ana Reyes", Role.ADVOCATE, secret, at=at)
        marcus = staff("harbor", "Marcus Bell", Role.ADVOCATE, secret, at=at)
        bo = staff("harbor", "Bo Lindqvist", Role.ASSISTANT, secret, at=at)
        staff("harbor", "Bea Novak", Role.BILLING, secret, at=at)
        first = Service.objects.get()
        first.advocates.set([ana, marcus])
        review = Service.objects.create(
            name="IEP review talk", name_es="Plática sobre el IEP", minutes=60, format=Format.VIDEO, published=True,
            about="We go through the newest IEP together.", about_es="Revisamos juntos el IEP más reciente.",
            step_minutes=60, notice_minutes=24 * 60, takes_iep=True,
        )  # fmt: skip
        review.advocates.set([ana, marcus])
        for person in (ana, marcus):
            WeeklyHours.objects.bulk_create(
                WeeklyHours(advocate=person, weekday=day, opens=opens, closes=closes)
                for day in range(5)
                for opens, closes in ((time(9), time(12)), (time(13), time(17, 30)))
            )
        rivera = family("Rivera", "Luz Rivera", "luz@family.example", "+14065550111", "es", [("Mateo", "3")], [ana], at=at)  # fmt: skip
        okafor = family("Okafor", "Ngozi Okafor", "ngozi@family.example", "+14065550112", "en", [("Ada", "6")], [ana, marcus], at=at)  # fmt: skip
        slots = free_slots(first, since=at, until=at + timedelta(days=6), at=at, advocates=[ana])
        if slots:
            asker = bookings.Asker(name="Luz Rivera", phone="+14065550111", email="luz@family.example", language="es", timezone="America/Denver", contact=rivera)  # fmt: skip
            bookings.book(
                first, starts_at=slots[min(3, len(slots) - 1)].starts_at, asker=asker, at=at, advocate=ana
            )
        papers.seed(rivera, at=at)
        conversations.seed(rivera, ana, at=at)
        families.seed(rivera, okafor, ana=ana, at=at)
        cases_demo.seed(at=at)
        intake.seed(ana=ana, bo=bo, at=at)
        reviews.seed(rivera, okafor, at=at)
        progress.seed(rivera, okafor, at=at)
        minutes.seed(rivera, okafor, at=at)
        progress.seed_report(rivera, at=at)
        circle.seed(rivera, okafor, ana=ana, at=at)
        payments.seed(rivera, paid=paid_call(okafor, marcus, at=at), at=at)
        plans_demo.subscribed(User.objects.get(role=Role.OWNER), at=at)
        money.seed(at=at)
        past_has_left(at=at)


def past_has_left(*, at: datetime) -> None:
    """What the demo wrote on days that lie behind us left in its time, and reached its reader."""
    for message in Message.objects.filter(state=State.DUE, written_at__lt=at - timedelta(hours=1)):
        left_at = max(message.due_at, message.written_at)
        if left_at < at:
            Message.objects.filter(pk=message.pk).update(
                state=State.SENT, attempted_at=left_at, sent_at=left_at, attempts=1, provider_id=f"demo{message.pk.hex}",
                delivery="delivered" if message.channel == Channel.SMS else "",
            )  # fmt: skip
            due.settle(sending.DUE, str(message.pk))


def paid_call(okafor: Contact, marcus: User, *, at: datetime) -> Payment | None:
    """A consultation with a price, and one of them booked and paid by card where cards can be taken."""
    talk = Service.objects.create(
        name="Consultation", name_es="Consulta", minutes=60, price=12_000, published=True, step_minutes=60, takes_iep=True,
        about="An hour about one question: what the law says, and what to ask the school.",
        about_es="Una hora sobre una pregunta: qué dice la ley y qué pedir a la escuela.",
    )  # fmt: skip
    talk.advocates.set(User.objects.filter(services__isnull=False).distinct())
    slots = free_slots(
        talk, since=at + timedelta(days=2), until=at + timedelta(days=9), at=at, advocates=[marcus]
    )
    if not payments.connect(at=at) or not slots:
        return None
    asker = bookings.Asker(name="Ngozi Okafor", phone="+14065550112", email="ngozi@family.example", timezone="America/Denver", contact=okafor)  # fmt: skip
    held = bookings.book(
        talk, starts_at=slots[0].starts_at, asker=asker, at=at, advocate=marcus, hold=paid.HOLD
    )
    # The provider counts by its own clock, and a slow machine has been seeding for minutes by now.
    now = clock.now()
    return payments.pay(
        paid.ask_to_pay(held, at=now), name="Ngozi Okafor", email="ngozi@family.example", at=now
    )


def birch(secret: str, *, at: datetime) -> None:
    firm = _firm("birch", "Birch Education Advocates", "Zoe Tran", "TX", "America/Chicago", secret, at=at)
    with within(firm):
        plans_demo.on_trial(days_left=6, at=at)

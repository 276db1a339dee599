"""Everything that Birch wrote holds a canary, under the same keys as Harbor's. No byte of it reaches Harbor."""

import io
import logging
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts import audit
from accounts.models import ApiToken, AuditEntry, User
from accounts.secrets import digest
from cases import opening
from clients.models import Contact, Student
from invoices import drafting, issuing, retaining, telling, timing
from invoices.models import Expense, Rate
from lobby import finding
from outbox import receiving
from outbox.models import Inbound, Message
from payments.models import Finding, Instructions, PayLink, Payment
from scheduling import booking as bookings
from scheduling.availability import free_slots
from scheduling.models import Booking, Service
from tenants import due
from tenants.places import in_public, within
from tests.conftest import Visitor
from tests.house.test_matrix import MATRIX, ROLES, firm_routes
from tests.world import CANARY, NOW, key

PEOPLE = ["olivia", "ada", "ana", "marcus", "bo", "bea", "luz", "ngozi", "gus"]
BOOKING = key("booking")
INBOUND = "SM" + "1" * 32


def live(cast, canary):
    """A day at a firm: bookings, texts, a key, lines in the log, all under the same keys."""
    with within(cast.firm):
        service, ana = Service.objects.get(), User.objects.get(pk=key("ana"))
        slot = free_slots(service, since=NOW, until=NOW + timedelta(days=9), at=NOW, advocates=[ana])[-1]
        luz = User.objects.get(pk=key("luz")).contact
        asker = bookings.Asker(name=f"Luz{canary}", phone=luz.phone, email=luz.email, child=f"Mateo{canary}", contact=luz, timezone="America/Denver", language="es")  # fmt: skip
        made = bookings.book(service, starts_at=slot.starts_at, asker=asker, at=NOW, advocate=ana)
        Booking.objects.filter(pk=made.pk).update(secret=f"secret-of-{cast.firm.slug}")
        receiving.receive(provider_id=INBOUND, number=luz.phone, to="+14065550150", body=f"When?{canary}", media=[], opt_out="", at=NOW)  # fmt: skip
        _money(cast, canary, made, luz)
        for short in PEOPLE:
            person = User.objects.get(pk=key(short))
            ApiToken.objects.create(
                user=person, name=f"key{canary}", may_write=True, made_at=NOW, digest=digest("api", short)
            )
            audit.record("note.read", by=person, at=NOW, words=f"line{canary}")
        money(canary)
        cache.set("page", f"kept{canary}")
        return Booking.objects.get(secret=f"secret-of-{cast.firm.slug}")


def money(canary):
    """Time, an expense, money left with the firm and an invoice, which its family gets."""
    ana, bea, student = User.objects.get(pk=key("ana")), User.objects.get(pk=key("bea")), Student.objects.get(pk=key("student Mateo"))  # fmt: skip
    case = opening.open_case(student=student, kind="iep", advocate=ana, by=ana, at=NOW)
    today = NOW.date()
    Rate.objects.create(amount=15_000, from_on=today, set_by=bea, set_at=NOW)
    timing.add(person=ana, student=student, case=case, on=today, minutes=7, activity="call", description=f"Call{canary}", note=f"note{canary}", at=NOW)  # fmt: skip
    Expense.objects.create(case=case, on=today, kind="copies", amount=5, description=f"Copies{canary}", spent_by=ana, made_at=NOW)  # fmt: skip
    retainer = retaining.open_retainer(case, asked=100, threshold=0, by=bea, at=NOW)
    retaining.deposit(retainer, amount=100, method="check", received_on=today, once="world", by=bea, at=NOW)
    invoice = issuing.issue(drafting.begin(case, Contact.objects.get(pk=key("contact luz")), by=bea, at=NOW), by=bea, at=NOW)  # fmt: skip
    telling.send(invoice, by=bea, at=NOW)
    timing.add(person=ana, student=student, case=case, on=today, minutes=9, activity="call", description=f"Later{canary}", at=NOW)  # fmt: skip


def _money(cast, canary, booking, contact):
    """A check for the booking, a link to pay it, words for those without a card, something to look at."""
    Payment.objects.create(
        pk=key("payment"), subject=booking.subject, what=f"Call{canary}", method="check", amount=4_000, currency="usd", paid_at=NOW,
        recorded_at=NOW, payer=f"Luz{canary}", contact=contact, reference=f"12{canary}", note=f"Note{canary}",
        recorded_by=User.objects.get(pk=key("bea")), secret=f"secret-of-{cast.firm.slug}",
    )  # fmt: skip
    PayLink.objects.create(subject=booking.subject, token=f"secret-of-{cast.firm.slug}", made_at=NOW)
    Instructions.objects.create(text=f"Checks to{canary}", text_es=f"Cheques a{canary}")
    Finding.objects.create(
        kind="ledger", about=f"x{canary}", detail=f"Look{canary}", found_at=NOW, seen_at=NOW
    )


@pytest.fixture
def lived(harbor, birch, clock, standins):
    theirs = live(birch, CANARY)
    ours = live(harbor, "")
    # What the two bookings have each firm say is said.
    for (firm_id, kind), keys in due.claim(at=clock.now).items():
        with within(harbor.firm if firm_id == harbor.firm.id else birch.firm):
            due.handle(kind, keys, at=clock.now)
    return ours, theirs


def paths(ours, theirs):
    """Every GET route with every id that could mean something: ours, theirs, the shared ones."""
    ids = {str(ours.pk), str(theirs.pk), *(str(key(name)) for name in ("ana", "luz", "service", "student Mateo", "contact luz", "payment"))}  # fmt: skip
    words = {"secret-of-harbor", "secret-of-birch", "x"}
    for name, (methods, _who) in MATRIX.items():
        if "GET" not in methods:
            continue
        converters = firm_routes()[name].pattern.converters
        if name.startswith("api-") and name != "api-schema":
            takes_one = "pk" in firm_routes()[name].pattern.regex.groupindex
            wanted = [{"pk": one} for one in ids] if takes_one else [{}]
        else:
            kinds = {k: type(converter).__name__ for k, converter in converters.items()}
            text = set(kinds.values()) - {"UUIDConverter", "IntConverter"}
            wanted = [
                {k: {"UUIDConverter": one, "IntConverter": 1}.get(kinds[k], word) for k in converters}
                for word in (words if text else {""})
                for one in (ids if "UUIDConverter" in kinds.values() else {""})
            ]
        for kwargs in wanted:
            yield name, reverse(name, kwargs=kwargs, urlconf="config.urls")
    yield "access-log", f"/access-log/?person={CANARY[:6]}"
    yield "bookings", "/bookings/?past=1"


def roles_of(name):
    """The roles the matrix lets open this route."""
    who = MATRIX[name][1]
    return {
        User.objects.get(pk=key(short)).role
        for letter, short in ROLES.items()
        if short and (who == "*" or letter in who)
    }


# An administrator opens what the owner opens, but for the firm's own bill.
@pytest.mark.parametrize(
    "short", ["", *(pytest.param(one, marks=pytest.mark.slow) if one == "ada" else one for one in PEOPLE)]
)
def test_no_page_of_harbor_holds_a_byte_of_birch(harbor, lived, short):
    seen, opened, turned_away = [], 0, set()
    person = User.objects.get(pk=key(short)) if short else None
    nobody, visitor = Visitor(harbor), Visitor(harbor)
    if person:
        visitor.as_(person)
    for name, path in paths(*lived):
        if name in turned_away:
            continue
        if person and name.startswith("api-"):
            answer = nobody.get(path, headers={"Authorization": f"Bearer {short}"})
        else:
            answer = visitor.get(path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        opened += answer.status_code == 200
        if person and answer.status_code in {401, 403} and person.role not in roles_of(name):
            turned_away.add(name)  # by role, before anything of the address is looked at
        if CANARY.encode() in content or CANARY in str(answer.headers):
            seen.append((name, path))
    assert seen == []
    assert opened > 15
    assert (
        not person or visitor.get(reverse("profile", urlconf="config.urls")).status_code == 200
    )  # nothing signed them out on the way


def test_the_canary_sings_where_it_should(birch, lived):
    """A test that something stays hidden first shows that it could be seen."""
    with within(birch.firm):
        owner = Visitor(birch).as_(User.objects.get(pk=key("olivia")))
        pages = ["/today/", "/students/", "/bookings/", "/staff/", "/services/", "/access-log/", f"/students/{key('student Mateo')}/"]  # fmt: skip
        assert [path for path in pages if CANARY not in owner.get(path).content.decode()] == []


def test_no_message_cache_or_line_of_harbor_holds_it(harbor, birch, lived):
    rows = [
        *Message.objects.values_list("title", "body", "html", "recipient", "attachments"),
        *Inbound.objects.values_list("body"), *AuditEntry.objects.values_list("actor_name", "detail"),
    ]  # fmt: skip
    assert len(rows) > 10
    assert CANARY not in str(rows)
    assert cache.get("page") == "kept"
    with within(birch.firm):
        assert cache.get("page") == f"kept{CANARY}"


def test_no_text_or_mail_to_harbors_people_holds_it(harbor, lived, standins):
    from outbox import sending

    at = NOW + timedelta(days=20)
    sending.deliver([str(pk) for pk in Message.objects.values_list("pk", flat=True)], at)
    mails = [mail for short in PEOPLE for mail in standins.mail(f"{short}@harbor.example")]

    assert len(mails) >= 2
    assert CANARY not in str(mails)
    assert all("@birch" not in str(mail) and "birch.localhost" not in str(mail) for mail in mails)


def test_find_my_firm_names_each_firm_to_its_own_people(harbor, birch, lived, standins):
    with in_public():
        finding.mail_firms("luz@harbor.example", language="en", at=NOW)
    body = Message.objects.get(kind="find-my-firm").body

    assert "harbor.localhost" in body
    assert CANARY not in body
    assert "birch" not in body


def test_no_log_line_names_a_person_or_holds_the_canary(harbor, birch, lived, standins):
    """A whole round of work at both firms, with the provider failing."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    root = logging.getLogger()
    root.addHandler(handler)
    level, _ = root.level, root.setLevel(logging.DEBUG)
    try:
        for cast in (harbor, birch):
            for path in ("/", "/today/", "/nowhere/", f"/students/{key('student Mateo')}/"):
                with within(cast.firm):
                    Visitor(cast).as_(User.objects.get(pk=key("ana"))).get(path)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    lines = [line for line in said.getvalue().splitlines() if not re.search(r"(INSERT|SELECT|UPDATE) ", line)]

    assert CANARY not in "\n".join(lines)
    assert not re.search(r"Mateo|Rivera|Okafor|\+1406", "\n".join(lines))


def test_the_same_key_is_another_row_at_each_firm(harbor, birch, lived):
    ours, theirs = lived

    assert Visitor(harbor).get("/b/secret-of-birch/").status_code == 404
    assert Visitor(birch).get("/b/secret-of-harbor/").status_code == 404
    assert (
        Visitor(harbor).as_(User.objects.get(pk=key("olivia"))).get(f"/bookings/{theirs.pk}/").status_code
        == 404
    )
    assert ours.pk != theirs.pk


def test_unknown_and_foreign_ids_are_answered_alike(harbor, lived, marcus, mateo):
    """Another firm's, another team's and nobody's: the same status and the same page."""
    from tests.accounts.conftest import words

    _, theirs = lived
    pages = [
        words(Visitor(harbor).as_(marcus).get(f"/bookings/{pk}/"))
        for pk in (theirs.pk, lived[0].pk, key("nothing"))
    ]
    masked = [(status, re.sub(r"[0-9a-f-]{36}", "ID", text)) for status, text in pages]
    assert masked[0] == masked[1] == masked[2]
    assert masked[0][0] == 404

"""What a read-only firm does and does not: each route, each kind of work."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import get_resolver

from accounts.models import User
from outbox.models import Message, may_text
from outbox.receiving import receive
from scheduling import booking as bookings
from scheduling.availability import free_slots
from scheduling.models import Booking
from tests.conftest import Visitor
from tests.house.matrix import MATRIX, ROLES
from tests.house.test_matrix import address, key_of
from tests.world import NOW
from web.access import NEVER_STOPPED, access_of, routes

# Changes by staff that go on: what families rely on, what keeps people safe, what lowers access, what opens the firm again.
STAFF_MAY = {
    "booking-staff-call-off", "booking-staff-change", "calendar-feed", "deadline-feed-revocation",
    "contact-point-safety", "guardianship", "release-end", "agreement-withdrawal", "thread-consent", "stop-decision",
    "staff-member", "staff-deactivation", "invitation-withdrawal", "token-revocation", "confirmation-mail",
    "plan-checkout", "plan-portal", "plan-change", "plan-look", "plan-restart",
    "sign-out", "profile", "other-sessions-end", "session-end", "password-change", "second-step-change",
    "staff-second-step-reset", "theme", "shortcuts", "language",
}  # fmt: skip
API_MAY = {
    "api-booking-move",
    "api-booking-call-off",
    "api-consent-list",
    "api-agreement-withdraw",
    "api-release-end",
}


@pytest.fixture
def read_only(trial, work_due, clock):
    clock.now = NOW + timedelta(days=14)
    work_due(clock.now)
    assert trial.firm_now().read_only
    return trial


def is_stop(answer):
    return answer.status_code == 403 and "read-only right now" in answer.content.decode()


def test_every_post_of_every_route_is_stopped_or_goes_on_as_listed(read_only, harbor):
    """As the role that may: staff are stopped but for the list, families and guests never."""
    wrong = []
    for name, (methods, who) in MATRIX.items():
        if "POST" not in methods or name in {"welcome"}:
            continue
        letter = who[0] if who != "*" else "-"
        person = User.objects.get(pk=harbor.people[ROLES[letter]]) if ROLES[letter] else None
        visitor, headers = Visitor(harbor), {}
        if person is not None and name.startswith("api-"):
            headers = {"Authorization": f"Bearer {key_of(person)}"}
        elif person is not None:
            visitor.as_(person)
        answer = visitor._send("post", address(name), headers=headers)
        expected = letter in "ODASB" and name not in STAFF_MAY | API_MAY
        if is_stop(answer) != expected:
            wrong.append((name, letter, answer.status_code))
    assert wrong == []


def test_every_get_goes_on(read_only, harbor):
    wrong = []
    for name, (methods, who) in MATRIX.items():
        if "GET" not in methods or name.startswith("api-"):
            continue
        letter = who[0] if who != "*" else "-"
        visitor = Visitor(harbor)
        if ROLES[letter]:
            visitor.as_(User.objects.get(pk=harbor.people[ROLES[letter]]))
        answer = visitor.get(address(name))
        if answer.status_code not in {200, 302, 404, 410, 422} or is_stop(answer):
            wrong.append((name, answer.status_code))
    assert wrong == []


def test_the_list_is_what_the_views_declare():
    """A view that goes on although it is the staff's is named here, so that it was thought about."""
    open_ones = set()
    for _, item in routes(get_resolver("config.urls").url_patterns):
        access = access_of(item.callback)
        if (
            "POST" in MATRIX[item.name][0]
            and access.can is not None
            and not access.is_stopped
            and MATRIX[item.name][1] != "F"
        ):
            open_ones.add(item.name)
    assert open_ones == STAFF_MAY - {"theme", "shortcuts", "language"}
    assert {can.value for can in NEVER_STOPPED} == {"have_account", "set_billing"}


def test_the_page_says_why_and_leads_the_owner_on(read_only, visitor, olivia, ana):
    owner = visitor.as_(olivia).post("/students/new/", {}).content.decode()
    assert 'href="/plan/"' in owner
    staff = visitor.as_(ana).post("/students/new/", {}).content.decode()
    assert "Please ask the owner of the firm." in staff
    assert (
        "Families can still change and call off bookings" in visitor.as_(ana).get("/today/").content.decode()
    )


def test_a_program_is_told_in_json(read_only, visitor, ana, clock):
    answer = visitor._send("post", "/api/v1/tasks/", headers={"Authorization": f"Bearer {key_of(ana)}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "read_only")


def test_who_may_not_learns_no_more_than_that(read_only, visitor, bea):
    assert not is_stop(visitor.as_(bea).post("/students/new/", {}))


def test_a_standing_booking_is_reminded_of_changed_and_called_off(
    trial, harbor, service, luz, clock, work_due, visitor
):
    """Booked on the free days for after them."""
    slots = free_slots(service, since=NOW + timedelta(days=15), until=NOW + timedelta(days=17), at=NOW)
    asker = bookings.Asker(
        name="Luz Rivera", phone=luz.phone, email=luz.email, language="es", timezone="America/Denver"
    )
    booked = bookings.book(service, starts_at=slots[-1].starts_at, asker=asker, at=NOW)
    clock.now = NOW + timedelta(days=14)
    work_due(clock.now)
    assert trial.firm_now().read_only

    moved = visitor.post(f"/b/{booked.secret}/change/", {"time": slots[-2].starts_at.isoformat()})
    assert moved.status_code == 302
    work_due(slots[-2].starts_at - timedelta(hours=1))
    now = Booking.objects.get(called_off_at=None)
    assert now.starts_at == slots[-2].starts_at
    kinds = set(Message.objects.filter(subject=now.subject, state="sent").values_list("kind", flat=True))
    assert kinds >= {"reminder"}

    assert visitor.post(f"/b/{now.secret}/call-off/").status_code == 302
    assert not Booking.objects.filter(called_off_at=None).exists()


def test_a_stop_is_heard(read_only, luz, clock):
    assert may_text(luz.phone)
    receive(
        provider_id="SM1",
        number=luz.phone,
        to="+14065550150",
        body="STOP",
        media=[],
        opt_out="",
        at=clock.now,
    )
    assert not may_text(luz.phone)


def test_sign_in_goes_on(read_only, visitor, olivia):
    from tests.world import PASSWORD

    answer = visitor.post("/sign-in/staff/", {"email": olivia.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/second-step/")


def test_dates_are_still_counted_and_warned_of(trial, mateo, ana, clock, work_due):
    """A case's clock moves and warns by itself: none of it passes the door that stops staff."""
    from cases import clock as dates
    from cases import proof
    from cases.models import Deadline
    from cases.opening import open_case

    case = open_case(student=mateo, kind="evaluation", advocate=ana, by=ana, at=NOW)
    dates.record(case, kind="evaluation_consent_received", on=date(2026, 10, 25), by=ana, at=NOW)
    row = Deadline.objects.get(rule="initial_evaluation")
    assert row.due_on == date(2026, 12, 24)
    clock.now = NOW + timedelta(days=14)
    work_due(clock.now)
    assert trial.firm_now().read_only
    assert not Message.objects.filter(kind="date-near").exists()

    work_due(datetime(2026, 12, 22, 20, tzinfo=UTC))
    assert Message.objects.filter(kind="date-near", recipient=ana.email).count() == 1
    Deadline.objects.filter(pk=row.pk).update(due_on=date(2027, 1, 24))
    assert proof.prove(["nightly"], clock.now) == 1
    row.refresh_from_db()
    assert row.due_on == date(2026, 12, 24)

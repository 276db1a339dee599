"""Seats, students and texts: read from the firm's entitlement where each is used."""

import pytest

from accounts import staff
from accounts.models import Invitation
from clients import joining
from clients.models import Contact, Student
from outbox import sending
from outbox.models import Channel, Message, State
from tenants.models import Entitlement
from tenants.places import in_public
from tests.world import NOW


@pytest.fixture
def limit(harbor):
    def set_(**fields):
        with in_public():
            row = Entitlement.objects.get(firm_id=harbor.firm.id)
            for name, value in fields.items():
                setattr(row, name, value)
            row.save()

    return set_


NEW = {"name": "Ivy Moss", "email": "ivy@harbor.example", "role": "advocate", "language": "en"}


def test_an_invitation_beyond_the_seats_is_explained_with_a_link(limit, visitor, olivia, clock):
    limit(seats=6)
    answer = visitor.as_(olivia).post("/staff/invitation/", NEW)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Your plan has 6 seats, and all are taken." in page
    assert 'href="/plan/"' in page
    assert 'value="ivy@harbor.example"' in page
    assert Invitation.objects.count() == 0


def test_open_invitations_count_and_one_to_the_same_address_replaces(limit, olivia, clock):
    limit(seats=7)
    staff.invite(**NEW, by=olivia, at=NOW)
    staff.invite(**NEW, by=olivia, at=NOW)
    with pytest.raises(staff.NoSeat):
        staff.invite(**NEW | {"email": "oak@harbor.example"}, by=olivia, at=NOW)
    later = NOW + Invitation.LIFE
    staff.invite(**NEW | {"email": "oak@harbor.example"}, by=olivia, at=later)


def test_a_plan_that_shrank_holds_the_door(limit, olivia, clock):
    limit(seats=7)
    invitation = staff.invite(**NEW, by=olivia, at=NOW)
    limit(seats=6)
    with pytest.raises(staff.NoSeat):
        staff.accept(invitation, "candle orchid velvet", at=NOW, language="en")
    limit(seats=None)
    assert staff.accept(invitation, "candle orchid velvet", at=NOW, language="en") is not None


def student(**more):
    return {
        "given_name": "Zed",
        "family_name": "Moss",
        "contact_name": "Ivy Moss",
        "phone": "406 555 0188",
        "language": "en",
        **more,
    }


def test_students_beyond_the_plan(limit, visitor, ana):
    limit(students=2)
    answer = visitor.as_(ana).post("/students/new/", student())
    assert answer.status_code == 409
    assert "Your plan holds 2 students" in answer.content.decode()
    assert not Student.objects.filter(given_name="Zed").exists()

    limit(students=3)
    assert visitor.as_(ana).post("/students/new/", student()).status_code == 302
    assert Student.objects.filter(given_name="Zed").exists()


def test_a_family_that_books_is_never_turned_away_but_confirmed_within_the_plan(limit, ana):
    from clients.filing import Caller, open_file

    limit(students=2)
    contact, child = open_file(Caller(name="Ivy Moss", child="Zed"), at=NOW)
    assert child is not None
    with pytest.raises(joining.StudentsFull):
        joining.confirm(contact, by=ana, at=NOW)
    assert Contact.objects.get(pk=contact.pk).confirmed_at is None


def text(harbor, subject="booking:1", **more):
    return sending.write(
        "reminder", subject=subject, channel=Channel.SMS, to="+14065550116", words=sending.Words(body="Tomorrow at 9"),
        due_at=NOW, at=NOW, zone=harbor.firm.zone, **more,
    )  # fmt: skip


def test_texts_of_the_month_stop_at_the_plan(limit, harbor, luz, clock, standins):
    limit(texts_a_month=1)
    first = text(harbor)
    sending.deliver([str(first.pk)], NOW)
    assert Message.objects.get(pk=first.pk).state == State.SENT
    second = text(harbor, "booking:2")
    sending.deliver([str(second.pk)], NOW)
    found = Message.objects.get(pk=second.pk)
    assert (found.state, found.reason) == (State.SUPPRESSED, "the firm's texts for this month are used up")

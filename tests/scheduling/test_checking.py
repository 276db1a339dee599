"""Bookings that look like a program's are asked for six digits first; a family's are not."""

import re
from datetime import timedelta

import pytest

from outbox.models import Message
from scheduling import checking, public
from scheduling.availability import free_slots
from scheduling.models import Booking
from tenants import throttle
from tests.world import NOW


@pytest.fixture
def fill(visitor, service, clock):
    slots = free_slots(service, since=NOW, until=NOW + timedelta(days=6), at=NOW)
    starts = sorted({slot.starts_at for slot in slots})

    def fill(n, *, as_=visitor, **more):
        told = {
            "time": starts[n].isoformat(), "zone": "America/Denver", "once": f"c{n}", "name": f"Ines {n}", "child": "Teo",
            "email": f"ines{n}@home.example", "company_page": "",
        }  # fmt: skip
        told |= more
        return as_.post(f"/book/{service.pk}/details/", {k: v for k, v in told.items() if v is not None})

    return fill


def code():
    return re.search(r"\d{6}", Message.objects.filter(kind="code").latest("written_at", "pk").body)[0]


def check(answer):
    return re.search(r'name="check" value="([^"]+)"', answer.content.decode())[1]


@pytest.fixture
def unsent(monkeypatch):
    """Codes stay in the outbox, where the test reads them."""
    from outbox import tasks

    monkeypatch.setattr(tasks.send_now, "apply_async", lambda *args, **kwargs: None)


def test_the_fourth_from_a_network_is_asked_and_goes_on_with_the_code(fill, unsent):
    assert [fill(n).status_code for n in range(3)] == [302, 302, 302]

    asked = fill(3)
    assert (asked.status_code, Booking.objects.count()) == (200, 3)
    text = asked.content.decode()
    assert "We sent six digits to ines3@home.example." in text
    assert 'value="Ines 3"' in text
    assert 'value="Teo"' in text

    wrong = fill(3, check=check(asked), code="000000" if code() != "000000" else "111111")
    assert (wrong.status_code, check(wrong)) == (422, check(asked))
    assert "This code is not right" in wrong.content.decode()
    empty = fill(3, check=check(asked), code="")
    assert (empty.status_code, check(empty)) == (422, check(asked))
    assert "Type the six digits that we sent you." in empty.content.decode()
    asked = fill(3, check=check(asked), code="", again="1")
    assert (asked.status_code, check(asked) == check(wrong)) == (200, False)
    assert fill(3, check=check(asked), code=f" {code()[:3]} {code()[3:]}").status_code == 302
    assert Booking.objects.count() == 4


def test_without_the_field_that_people_never_see_the_second_is_asked(fill, unsent):
    assert fill(0, company_page=None).status_code == 302
    assert fill(1, company_page=None).status_code == 200


def test_the_third_of_one_number_in_a_day_is_asked_wherever_it_comes_from(fill, unsent):
    for _ in range(checking.BY_AN_ADDRESS):
        throttle.note("booked by", "+14065550190", at=NOW - timedelta(hours=20))
    assert fill(0, phone="406 555 0190").status_code == 200
    assert fill(1).status_code == 302


def test_a_network_books_so_many_a_day(fill, unsent, clock, monkeypatch):
    """Each booking may send texts, so a day of them has an end, whatever the hours allow."""
    monkeypatch.setattr(public, "BOOKINGS_A_DAY", 3)
    for n in range(3):
        assert fill(40 + n).status_code == 302
        clock.now += timedelta(hours=2)
    assert fill(43).status_code == 429
    clock.now = NOW + timedelta(days=1, hours=3)
    assert fill(44).status_code == 302


def test_a_code_is_good_for_its_address_five_tries_and_ten_minutes(fill, unsent, clock, monkeypatch):
    monkeypatch.setattr(public, "BOOKINGS_AN_HOUR", 100)
    for n in range(3):
        fill(n)
    asked = fill(3)
    right = code()
    assert fill(3, check=check(asked), code=right, email="else@home.example").status_code == 422
    for _ in range(5):
        fill(3, check=check(asked), code="12345")
    assert fill(3, check=check(asked), code=right).status_code == 422

    asked, right = fill(3), code()
    clock.now = NOW + timedelta(minutes=11)
    assert fill(3, check=check(asked), code=right).status_code == 422
    assert Booking.objects.count() == 3


def test_a_family_that_is_signed_in_and_a_form_sent_twice_are_not_asked(fill, visitor, luz, harbor, unsent):
    from tests.conftest import Visitor

    for n in range(3):
        fill(n)
    assert fill(2).status_code == 302
    assert fill(4, as_=Visitor(harbor).as_(luz)).status_code == 302


def test_where_nothing_can_be_sent_they_are_told_to_call(fill, unsent, settings):
    settings.TWILIO_AUTH_TOKEN = ""
    for n in range(3):
        fill(n)
    answer = fill(3, email="", phone="406 555 0195")
    assert answer.status_code == 422
    assert "Add an e-mail address, so that we can send you a code." in answer.content.decode()


def test_a_paper_is_asked_for_again_only_of_who_picked_one(fill, unsent, service):
    from django.core.files.uploadedfile import SimpleUploadedFile

    service.takes_iep = True
    service.save()
    for n in range(3):
        fill(n)
    words = "Please pick the IEP again"
    assert words not in fill(3).content.decode()
    picked = fill(4, paper=SimpleUploadedFile("iep.pdf", b"%PDF-1.4 one", "application/pdf"))
    assert words in picked.content.decode()
    assert words in fill(4, picked="1", check=check(picked), code="").content.decode()

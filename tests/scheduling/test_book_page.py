from datetime import timedelta
from urllib.parse import urlencode

from outbox.models import Consent
from scheduling.availability import free_slots
from scheduling.models import Booking
from tests.world import NOW


def details(service, n=0):
    slot = free_slots(service, since=NOW, until=NOW + timedelta(days=7), at=NOW)[n]
    query = urlencode({"time": slot.starts_at.isoformat(), "zone": "America/Denver"})
    return f"/book/{service.pk}/details/?{query}", slot.starts_at.isoformat()


def answers(time, **more):
    return {"time": time, "zone": "America/Denver", "once": "o1", "name": "José Núñez", "phone": "406 555 0190", "email": "", "child": "Inés", **more}  # fmt: skip


def test_a_family_books_without_an_account(visitor, service, clock, standins):
    path, time = details(service)
    answer = visitor.post(path, answers(time, texts="on"))

    booking = Booking.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/b/{booking.secret}/?new=1")
    assert (booking.contact.name, booking.contact.phone) == ("José Núñez", "+14065550190")
    assert Consent.objects.standing("+14065550190").wording.startswith("Text me about this call")
    assert "Harbor Advocacy: Call with" in standins.texts("+14065550190")[0]["body"]


def test_without_the_box_no_text_leaves(visitor, service, clock, standins):
    path, time = details(service)
    visitor.post(path, answers(time))

    assert Booking.objects.count() == 1
    assert standins.texts("+14065550190") == []


def test_a_name_and_a_way_to_reach_are_asked_for_and_the_rest_is_kept(visitor, service, clock):
    path, time = details(service)
    answer = visitor.post(path, answers(time, name="", phone="12", child="Inés"))

    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Tell us your name." in text
    assert "Add a phone number with 10 digits" in text
    assert 'value="Inés"' in text
    assert not Booking.objects.exists()


def test_a_time_just_taken_offers_three_others_and_keeps_the_answers(visitor, service, clock):
    path, time = details(service)
    visitor.post(path, answers(time, once="a"))
    visitor.post(path, answers(time, once="b"))
    answer = visitor.post(path, answers(time, once="c"))

    assert answer.status_code == 409
    assert answer.content.decode().count('type="radio" name="time"') == 3
    assert 'value="José Núñez"' in answer.content.decode()


def test_opening_the_manage_link_changes_nothing(visitor, service, clock):
    path, time = details(service, 20)
    visitor.post(path, answers(time))
    booking = Booking.objects.get()
    before = Booking.objects.values().get()

    for end in ("", "change/", "call.ics"):
        assert visitor.get(f"/b/{booking.secret}/{end}").status_code == 200
    assert Booking.objects.values().get() == before


def test_calling_off_by_the_link(visitor, service, clock):
    path, time = details(service, 20)
    visitor.post(path, answers(time))
    booking = Booking.objects.get()
    visitor.post(f"/b/{booking.secret}/call-off/")

    booking.refresh_from_db()
    assert (booking.called_off_at, booking.called_off_by) == (NOW, "family")


def test_nonsense_in_the_address_is_no_error(visitor, service, clock):
    for query in ("?day=nonsense", "?zone=../../etc/passwd", "?zone=Mars/Phobos", "?day=9999-99-99"):
        assert visitor.get(f"/book/{service.pk}/{query}").status_code == 200
    assert visitor.get(f"/book/{service.pk}/details/?time=yesterday").status_code == 302
    assert visitor.get("/b/nonsense/").status_code == 404

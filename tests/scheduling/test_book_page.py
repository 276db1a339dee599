from datetime import timedelta
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile

from documents.models import Document
from outbox.models import Consent
from scheduling.availability import free_slots
from scheduling.models import Booking, Service
from tests.documents import papers
from tests.world import NOW


def details(service, n=0):
    slot = free_slots(service, since=NOW, until=NOW + timedelta(days=7), at=NOW)[n]
    query = urlencode({"time": slot.starts_at.isoformat(), "zone": "America/Denver"})
    return f"/book/{service.pk}/details/?{query}", slot.starts_at.isoformat()


def answers(time, **more):
    return {"time": time, "zone": "America/Denver", "once": "o1", "name": "José Núñez", "phone": "406 555 0190", "email": "", "child": "Inés", "company_page": "", **more}  # fmt: skip


def test_a_family_books_without_an_account(visitor, service, clock, standins):
    path, time = details(service)
    answer = visitor.post(path, answers(time, texts="on"))

    booking = Booking.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/b/{booking.secret}/?texts=1&new=1")
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


def test_a_family_books_with_a_number_of_another_country(visitor, service, clock):
    path, time = details(service)
    page = visitor.get(f"{path}?time={time}").content.decode()
    assert "country code for another country" in page

    assert visitor.post(path, answers(time, phone="+52 55 1234 5678")).status_code == 302
    assert Booking.objects.get().contact.phone == "+525512345678"


def test_a_time_just_taken_offers_three_others_and_keeps_the_answers(visitor, service, clock):
    path, time = details(service)
    visitor.post(path, answers(time, once="a", phone="406 555 0191"))
    visitor.post(path, answers(time, once="b", phone="406 555 0192"))
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


def photo(name="iep.jpg"):
    from io import BytesIO

    from PIL import Image

    held = BytesIO()
    Image.new("RGB", (600, 800), "white").save(held, "JPEG")
    return SimpleUploadedFile(name, held.getvalue(), "image/jpeg")


def asks_for_iep(service):
    Service.objects.filter(pk=service.pk).update(takes_iep=True)


def test_the_iep_comes_with_the_booking_and_only_staff_of_the_child_see_it(
    visitor, service, clock, ana, bea, luz
):
    asks_for_iep(service)
    path, time = details(service)
    answer = visitor.post(path, answers(time, photos=photo()))

    booking = Booking.objects.get()
    assert answer["Location"] == f"/b/{booking.secret}/?iep=1&new=1"
    paper = Document.objects.get(student=booking.student)
    assert (paper.kind, paper.from_whom, paper.added_by) == ("iep", "José Núñez", None)
    assert Document.objects.visible_to(booking.advocate).filter(pk=paper.pk).exists()
    assert not Document.objects.visible_to(luz).filter(pk=paper.pk).exists()
    assert "We have the paper you sent" in visitor.get(answer["Location"]).content.decode()


def test_the_same_form_twice_files_one_paper(visitor, service, clock):
    asks_for_iep(service)
    path, time = details(service)
    for _ in range(2):
        visitor.post(path, answers(time, photos=photo()))

    assert (Booking.objects.count(), Document.objects.filter(added_by=None).count()) == (1, 1)


def test_each_place_for_files_that_the_pages_of_a_booking_have_sends_one(visitor, service, clock):
    asks_for_iep(service)
    path, time = details(service)
    assert sorted(papers.places(visitor.get(path))) == ["paper", "photos"]
    visitor.post(path, answers(time))
    link = f"/b/{Booking.objects.get().secret}/iep/"
    for number, name in enumerate(names := papers.places(visitor.get(link))):
        sent = SimpleUploadedFile("iep.pdf", b"%PDF-1.4 " + bytes([65 + number]))
        assert visitor.post(link, {name: sent}).status_code == 302

    assert (sorted(names), Document.objects.filter(added_by=None).count()) == (["paper", "photos"], 2)


def test_the_same_first_page_with_another_is_another_paper(visitor, service, clock):
    asks_for_iep(service)
    path, time = details(service)
    visitor.post(path, answers(time, photos=photo()))
    link = f"/b/{Booking.objects.get().secret}/iep/"
    visitor.post(link, {"photos": [photo(), SimpleUploadedFile("2.jpg", b"page two", "image/jpeg")]})

    sizes = [document.newest.parts.count() for document in Document.objects.filter(added_by=None)]
    assert sorted(sizes) == [1, 2]


def test_a_paper_without_a_childs_name_asks_for_it(visitor, service, clock):
    asks_for_iep(service)
    path, time = details(service)
    answer = visitor.post(path, answers(time, child="", photos=photo()))

    assert answer.status_code == 422
    assert "so that we can file the paper" in answer.content.decode()
    assert not Booking.objects.exists()


def test_the_iep_can_follow_by_the_bookings_link_up_to_a_limit(visitor, service, clock):
    asks_for_iep(service)
    path, time = details(service)
    visitor.post(path, answers(time))
    link = f"/b/{Booking.objects.get().secret}/iep/"

    for n in range(3):
        sent = SimpleUploadedFile("iep.pdf", b"%PDF-1.4 " + bytes([65 + n]))
        assert visitor.post(link, {"paper": sent}).status_code == 302
    full = visitor.post(link, {"paper": SimpleUploadedFile("iep.pdf", b"%PDF-1.4 more")})
    assert (full.status_code, "all we can take" in full.content.decode()) == (422, True)
    assert visitor.post(link).status_code == 422
    assert Document.objects.filter(added_by=None).count() == 3


def test_a_service_that_does_not_ask_takes_no_paper(visitor, service, clock):
    path, time = details(service)
    visitor.post(path, answers(time, photos=photo()))

    assert not Document.objects.filter(added_by=None).exists()
    assert visitor.get(f"/b/{Booking.objects.get().secret}/iep/").status_code == 404


def test_the_bookings_page_does_not_ask_again_for_the_paper_that_came(visitor, service, clock):
    Service.objects.update(takes_iep=True)
    path, time = details(service)
    paper = SimpleUploadedFile("iep.txt", b"INDIVIDUALIZED EDUCATION PROGRAM", "text/plain")
    visitor.post(path, answers(time, paper=paper))
    booking = Booking.objects.get()
    page = visitor.get(f"/b/{booking.secret}/").content.decode()

    assert "We have the paper you sent." in page
    assert "Send another paper" in page


def test_a_time_that_has_passed_or_was_never_offered_leads_back_to_the_times(visitor, service, clock):
    path, time = details(service)
    visitor.post(path, answers(time))
    assert visitor.get(path).status_code == 200  # the way back after booking
    day = f"/book/{service.pk}/"
    said = {
        "2020-01-01T16:00:00+00:00": "That time has passed. Please choose another one.",
        "2026-12-01T09:07:00+00:00": "That time cannot be booked. Please choose another one.",
    }
    for wrong, words in said.items():
        query = urlencode({"time": wrong, "zone": "America/Denver"})
        answer = visitor.get(f"/book/{service.pk}/details/?{query}", follow=True)
        assert answer.redirect_chain[0][0].startswith(day)
        assert words in answer.content.decode()


def test_what_is_said_of_a_time_that_is_not_free_is_true(visitor, service, clock):
    path, _time = details(service)
    said = {
        "2020-01-01T16:00:00+00:00": "That time has passed.", "2026-12-01T09:07:00+00:00": "That time cannot be booked.",
    }  # fmt: skip
    for wrong, words in said.items():
        answer = visitor.post(path, answers(wrong))
        assert answer.status_code == 409
        assert words in answer.content.decode()
        assert "just taken" not in answer.content.decode()
        assert 'value="José Núñez"' in answer.content.decode()


def test_the_promise_at_the_foot_is_what_the_service_keeps(visitor, service, clock):
    path, _time = details(service)
    for page in (f"/book/{service.pk}/", path):
        assert "any time" not in visitor.get(page).content.decode()

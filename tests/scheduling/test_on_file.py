"""A call is booked for a family on file: by staff, by the family itself, by a program. No second file is opened."""

import json
from datetime import timedelta

import pytest

from cases import opening
from clients.models import Contact, Guardianship, Student
from intake.models import Inquiry
from invoices.drafting import case_for
from outbox.models import Consent, allow, withdraw
from scheduling.availability import free_slots
from scheduling.models import Because, Booking, Service
from tests.house.test_matrix import key_of
from tests.world import NOW, key


@pytest.fixture
def free(service):
    return [
        s.starts_at.isoformat() for s in free_slots(service, since=NOW, until=NOW + timedelta(days=7), at=NOW)
    ]


def asked(service, time, **more):
    return {"service": str(service.pk), "time": time, "company_page": "", "language": "en", **more}


def test_staff_books_for_a_family_on_file_and_one_of_its_children(visitor, ana, luz, mateo, service, clock, standins, free):  # fmt: skip
    files = Contact.objects.count(), Student.objects.count()
    page = visitor.as_(ana).get(f"/bookings/new/?contact={luz.contact.pk}").content.decode()
    assert f'name="contact" value="{luz.contact.pk}"' in page
    assert f'value="{mateo.pk}" selected' in page
    assert visitor.get("/bookings/new/?contact=nonsense&student=x").status_code == 200

    told = asked(service, free[0], contact=str(luz.contact.pk), student=str(mateo.pk))
    assert visitor.post("/bookings/new/", told).status_code == 302

    made = Booking.objects.get()
    assert (made.contact, made.student, made.language, made.booked_by) == (luz.contact, mateo, "es", ana)
    assert made.because == Because.KNOWN
    assert (Contact.objects.count(), Student.objects.count()) == files
    assert not Inquiry.objects.exists()


def test_a_child_of_another_family_and_one_the_parent_is_kept_from_are_refused(visitor, olivia, luz, mateo, service, clock, free):  # fmt: skip
    other = Student.objects.get(pk=key("student Ada"))
    wrong = visitor.as_(olivia).post("/bookings/new/", asked(service, free[0], contact=str(luz.contact.pk), student=str(other.pk)))  # fmt: skip
    assert (wrong.status_code, "another family" in wrong.content.decode()) == (422, True)

    Guardianship.objects.filter(contact=luz.contact, student=mateo).update(
        blocked_from=NOW.date(), may_see=False
    )
    barred = visitor.post("/bookings/new/", asked(service, free[0], contact=str(luz.contact.pk), student=str(mateo.pk)))  # fmt: skip
    assert (barred.status_code, "kept from hearing" in barred.content.decode()) == (422, True)
    assert not Booking.objects.exists()


def test_an_advocate_is_offered_no_family_of_another(visitor, marcus, luz, service, clock, free):
    answer = visitor.as_(marcus).post("/bookings/new/", asked(service, free[0], contact=str(luz.contact.pk)))

    assert answer.status_code == 422
    assert not Booking.objects.exists()


def test_a_new_family_still_needs_a_name_and_keeps_its_language(visitor, ana, service, clock, standins, free):
    bare = visitor.as_(ana).post(
        "/bookings/new/", asked(service, free[0], phone="406 555 0190", language="es")
    )
    page = bare.content.decode()
    assert (bare.status_code, "Tell us your name." in page, 'value="es" selected' in page) == (
        422,
        True,
        True,
    )

    visitor.post("/bookings/new/", asked(service, free[0], name="Rosa", phone="406 555 0190", language="es"))
    made = Booking.objects.get()
    assert (made.contact.name, made.language, made.contact.confirmed_at) == ("Rosa", "es", None)


def test_looking_at_another_day_keeps_the_service_and_the_family(visitor, olivia, ana, luz, service, clock):
    second = Service.objects.create(name="Long talk", minutes=60)
    second.advocates.add(ana)
    page = visitor.as_(olivia).get(f"/bookings/new/?service={second.pk}&contact={luz.contact.pk}").content.decode()  # fmt: skip
    links = [part.split('"')[0] for part in page.split('href="?day=')[1:]]

    assert links
    assert all(f"service={second.pk}" in link and f"contact={luz.contact.pk}" in link for link in links)


def test_the_same_form_sent_twice_books_once_although_another_is_free(visitor, olivia, ana, marcus, luz, service, clock, standins, free):  # fmt: skip
    service.advocates.add(ana, marcus)
    for _ in range(2):
        visitor.as_(olivia).post(
            "/bookings/new/", asked(service, free[0], contact=str(luz.contact.pk), once="o1")
        )

    assert Booking.objects.count() == 1


def test_a_family_that_has_signed_in_types_nothing_again_and_says_which_child(visitor, luz, mateo, service, clock, standins, free):  # fmt: skip
    path = f"/book/{service.pk}/details/?time={free[0].replace('+', '%2B')}&zone=America/Denver"
    page = visitor.as_(luz).get(path).content.decode()
    assert 'name="phone"' not in page
    assert 'name="child"' not in page

    told = {
        "time": free[0],
        "zone": "America/Denver",
        "once": "o1",
        "company_page": "",
        "student": str(mateo.pk),
    }
    visitor.post(path, told)

    made = Booking.objects.get()
    assert (made.contact, made.student) == (luz.contact, mateo)


def test_a_program_books_for_a_contact_on_file(
    visitor, ana, marcus, luz, mateo, service, clock, standins, free
):
    told = {"service": str(service.pk), "starts_at": free[0], "contact": str(luz.contact.pk), "student": str(mateo.pk)}  # fmt: skip

    def send(person, data):
        headers = {"Authorization": f"Bearer {key_of(person)}"}
        return visitor.post("/api/v1/bookings/", data, content_type="application/json", headers=headers)

    assert send(marcus, told).status_code == 400
    assert send(ana, {**told, "contact": None, "student": None}).status_code == 400
    answer = send(ana, told)
    assert (answer.status_code, answer.json()["student"]) == (201, str(mateo.pk))
    assert json.loads(answer.content)["contact"] == str(luz.contact.pk)


def test_a_box_takes_back_no_stop(visitor, service, clock, standins, free):
    """Anyone can type a number: only its owner allows texts again."""
    allow("+14065550190", how="form", at=NOW - timedelta(days=2), wording="yes")
    withdraw("+14065550190", how="text", at=NOW - timedelta(days=1))
    told = {"time": free[0], "zone": "America/Denver", "once": "o1", "company_page": "", "name": "Rosa", "phone": "406 555 0190", "texts": "on"}  # fmt: skip
    page = visitor.post(f"/book/{service.pk}/details/", told, follow=True).content.decode()

    assert Booking.objects.count() == 1
    assert "If you ever ended our texts with STOP, text START to" in page
    assert "You ended our texts" not in page  # whose number it is, this page does not know
    assert not Consent.objects.standing("+14065550190").given
    assert standins.texts("+14065550190") == []


def test_who_has_signed_in_reads_how_to_get_texts_again_and_no_button_brings_them(visitor, luz, service, clock, standins, free):  # fmt: skip
    withdraw(luz.phone, how="text", at=NOW - timedelta(days=1))
    told = {"time": free[0], "zone": "America/Denver", "once": "o1", "company_page": "", "texts": "on"}
    page = visitor.as_(luz).post(f"/book/{service.pk}/details/", told, follow=True).content.decode()
    assert "Usted detuvo" in page or "You ended our texts with STOP. To get them again, text START to" in page
    page = visitor.get("/portal/details/").content.decode()
    assert 'name="on" value="1"' not in page
    visitor.post("/portal/details/texts/", {"on": "1"})
    assert not Consent.objects.standing(luz.phone).given

    withdraw(luz.phone, how="form", at=NOW)  # a no that was no STOP is taken back by its owner
    assert 'name="on" value="1"' in visitor.get("/portal/details/").content.decode()


def test_a_box_that_staff_ticks_is_staffs_word(visitor, ana, service, clock, standins, free):
    visitor.as_(ana).post(
        "/bookings/new/", asked(service, free[0], name="Rosa", phone="406 555 0190", texts="on")
    )

    word = Consent.objects.standing("+14065550190")
    assert (word.given, word.how, word.by) == (True, "staff", ana.pk)


def test_a_program_is_bound_by_the_notice_unless_it_says_otherwise_and_notes_a_no_show(visitor, ana, luz, service, clock, standins):  # fmt: skip
    Service.objects.update(notice_minutes=60 * 24 * 3)
    service.refresh_from_db()
    soon = free_slots(service, since=NOW, until=NOW + timedelta(days=1), at=NOW, any_notice=True)[2].starts_at

    def send(path, data):
        headers = {"Authorization": f"Bearer {key_of(ana)}"}
        return visitor.post(
            f"/api/v1/bookings/{path}", data, content_type="application/json", headers=headers
        )

    told = {"service": str(service.pk), "starts_at": soon.isoformat(), "contact": str(luz.contact.pk)}
    assert send("", told).status_code == 409
    made = send("", {**told, "any_notice": True})
    assert made.status_code == 201

    path = f"{made.json()['id']}/no-show/"
    assert send(path, {}).status_code == 400
    clock.now = soon + timedelta(minutes=10)
    assert send(path, {}).json()["no_show_at"] is not None


def test_staff_says_which_child_a_booking_without_one_is_about(visitor, ana, marcus, luz, mateo, service, clock, standins, free):  # fmt: skip
    visitor.as_(ana).post("/bookings/new/", asked(service, free[0], contact=str(luz.contact.pk)))
    made = Booking.objects.get()
    path = f"/bookings/{made.pk}/student/"
    assert path in visitor.get(f"/bookings/{made.pk}/").content.decode()
    assert visitor.as_(marcus).post(path, {"student": str(mateo.pk)}).status_code == 404

    visitor.as_(ana).post(path, {"student": str(key("student Ada"))})
    made.refresh_from_db()
    assert made.student is None
    visitor.post(path, {"student": str(mateo.pk)})
    made.refresh_from_db()
    assert made.student == mateo
    assert path not in visitor.get(f"/bookings/{made.pk}/").content.decode()


def test_a_family_is_found_by_its_own_name_its_childs_or_its_number(visitor, ana, marcus, luz, mateo, service, clock):  # fmt: skip
    """The page holds no list of all families: one is looked for, and found among those that this person sees."""
    page = visitor.as_(ana).get("/bookings/new/").content.decode()
    assert str(luz.contact.pk) not in page
    choice = f"?contact={luz.contact.pk}&amp;service={service.pk}"
    for words in ("Riveira", "mateo", luz.contact.phone[-7:]):
        assert choice in visitor.get(f"/bookings/new/?q={words}").content.decode(), words
    part = visitor.get("/bookings/new/?q=luz", headers={"HX-Request": "true"}).content.decode()
    assert (choice in part, "<html" in part) == (True, False)
    assert "Nobody found." in visitor.as_(marcus).get("/bookings/new/?q=luz").content.decode()


def test_staff_says_which_of_two_open_cases_a_booking_belongs_to(visitor, ana, olivia, luz, mateo, service, clock, standins, free):  # fmt: skip
    first = opening.open_case(student=mateo, kind="iep", advocate=ana, by=ana, at=NOW - timedelta(days=20))
    told = asked(service, free[0], contact=str(luz.contact.pk), student=str(mateo.pk))
    visitor.as_(ana).post("/bookings/new/", told)
    made = Booking.objects.get()
    path, page = f"/bookings/{made.pk}/case/", f"/bookings/{made.pk}/"
    assert path not in visitor.get(page).content.decode()

    second = opening.open_case(
        student=mateo, kind="discipline", advocate=ana, by=ana, at=NOW - timedelta(days=10)
    )
    assert path in visitor.get(page).content.decode()
    assert case_for(made, [first, second]) == second
    visitor.post(path, {"case": str(first.pk)})
    made.refresh_from_db()
    assert (made.case, case_for(made, [first, second])) == (first, first)
    other = opening.open_case(student=Student.objects.get(pk=key("student Ada")), kind="iep", advocate=ana, by=olivia, at=NOW)  # fmt: skip
    visitor.post(path, {"case": str(other.pk)})
    made.refresh_from_db()
    assert made.case == first
    visitor.post(path, {"case": ""})
    made.refresh_from_db()
    assert made.case is None

    headers = {"Authorization": f"Bearer {key_of(ana)}"}
    for case, answered in ((first, 200), (other, 400)):
        answer = visitor.post(f"/api/v1/bookings/{made.pk}/set-case/", {"case": str(case.pk)}, content_type="application/json", headers=headers)  # fmt: skip
        assert answer.status_code == answered
    made.refresh_from_db()
    assert made.case == first

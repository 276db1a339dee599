"""A family that came by phone signs in to its pages; nobody else does by it."""

from datetime import date

import pytest

from accounts.models import User
from clients import admitting, joining, merging
from clients.filing import Caller, open_file
from clients.models import Contact, ContactPoint, Guardianship
from tests.clients.test_clients_api import ana_calls  # noqa: F401
from tests.conftest import Visitor
from tests.world import NOW, key


@pytest.fixture
def carla(harbor, ana, clock):
    contact, _student = open_file(
        Caller(name="Carla Jones", phone="+14065550191", email="carla@family.example", child="Kai", child_family_name="Jones", team=(ana,)),
        at=NOW,
    )  # fmt: skip
    return contact


def page(visitor, ana, contact):
    return visitor.as_(ana).get(f"/contacts/{contact.pk}/").content.decode()


def test_a_confirmed_family_signs_in_by_code(harbor, carla, ana, visitor, standins):
    phone = Visitor(harbor)
    phone.post("/sign-in/", {"address": "carla@family.example"})
    assert standins.mail("carla@family.example") == []  # nobody has said yet who she is
    assert "Let them sign in" not in page(visitor, ana, carla)

    joining.confirm(carla, by=ana, at=NOW)
    phone.post("/sign-in/", {"address": "carla@family.example"})
    [mail] = standins.mail("carla@family.example")
    code = "".join(letter for letter in mail["subject"] if letter.isdigit())
    assert phone.post("/sign-in/code/", {"code": code}).status_code == 302
    assert b"Kai" in phone.get("/portal/").content
    assert "Signs in by code" in page(visitor, ana, carla)


def test_a_number_that_is_not_safe_or_is_somebody_elses_lets_nobody_in(harbor, carla, ana, luz):
    carla.points.filter(kind="email").update(safe=False)
    carla.points.filter(kind="phone").update(value=luz.phone)
    joining.confirm(carla, by=ana, at=NOW)
    carla.refresh_from_db()
    assert carla.user is None
    assert "somebody else's" in admitting.standing(carla, at=NOW).why


def test_an_address_shared_with_somebody_kept_from_the_child_is_left_out(harbor, carla, ana):
    father = Contact.objects.create(family=carla.family, name="Ed Jones", confirmed_at=NOW)
    ContactPoint.objects.create(contact=father, kind="email", value="carla@family.example")
    Guardianship.objects.create(contact=father, student=carla.family.students.get(), blocked_from=date(2026, 1, 1))  # fmt: skip
    joining.confirm(carla, by=ana, at=NOW)
    carla.refresh_from_db()
    assert (carla.user.email, carla.user.phone) == (None, "+14065550191")


def test_who_may_not_see_gets_in_only_when_custody_says_so(harbor, carla, ana, visitor):
    tie = carla.guardianships.get()
    Guardianship.objects.filter(pk=tie.pk).update(may_see=False)
    joining.confirm(carla, by=ana, at=NOW)
    assert "Let them sign in" not in page(visitor, ana, carla)
    visitor.post(f"/contacts/{carla.pk}/sign-in/")
    assert Contact.objects.get(pk=carla.pk).user is None

    visitor.post(f"/contacts/{carla.pk}/students/{tie.student_id}/", {"may_see": "on", "lives_with": "on"})
    assert Contact.objects.get(pk=carla.pk).user.email == "carla@family.example"


def test_the_button_adds_what_is_missing_by_page_and_by_api(harbor, carla, ana, visitor, ana_calls):  # noqa: F811
    carla.points.all().delete()
    joining.confirm(carla, by=ana, at=NOW)
    assert "Add a number or an address" in page(visitor, ana, carla)
    assert ana_calls.ask("post", f"contacts/{carla.pk}/admit/").status_code == 400

    ContactPoint.objects.create(contact=carla, kind="phone", value="+14065550191")
    assert "Let them sign in" in page(visitor, ana, carla)
    assert ana_calls.ask("post", f"contacts/{carla.pk}/admit/").status_code == 200
    ContactPoint.objects.create(contact=carla, kind="email", value="carla@family.example")
    assert visitor.as_(ana).post(f"/contacts/{carla.pk}/sign-in/").status_code == 302
    user = Contact.objects.get(pk=carla.pk).user
    assert (user.phone, user.email) == ("+14065550191", "carla@family.example")


def test_an_account_nobody_used_does_not_keep_two_records_apart(harbor, carla, ana, luz):
    joining.confirm(carla, by=ana, at=NOW)
    carla.refresh_from_db()
    kept = Contact.objects.get(pk=key("contact luz"))
    merging.merge(kept, carla, by=ana, at=NOW)
    kept.refresh_from_db()
    assert kept.user == luz
    assert not User.objects.filter(email="carla@family.example").exists()


def test_no_code_goes_where_it_became_unsafe_and_another_way_takes_its_place(
    harbor, carla, ana, visitor, standins
):
    joining.confirm(carla, by=ana, at=NOW)
    carla.points.filter(kind="phone").delete()
    User.objects.filter(contact=carla).update(phone=None)
    point = carla.points.get()
    visitor.as_(ana).post(f"/contacts/{carla.pk}/points/safety/", {"point": str(point.pk), "safe": "0"})
    Visitor(harbor).post("/sign-in/", {"address": "carla@family.example"})
    assert standins.mail("carla@family.example") == []
    assert "Cannot sign in" in page(visitor, ana, carla)

    ContactPoint.objects.create(contact=carla, kind="email", value="new@family.example")
    visitor.post(f"/contacts/{carla.pk}/sign-in/")
    Visitor(harbor).post("/sign-in/", {"address": "new@family.example"})
    assert len(standins.mail("new@family.example")) == 1

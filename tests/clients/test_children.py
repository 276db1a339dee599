"""A second child of a family on file."""

from clients.models import Guardianship, Student
from tests.conftest import Visitor

TOLD = {"given_name": "Nico", "family_name": "Rivera", "born_on": "2019-04-02", "relation": "mother", "lives_with": "on", "may_see": "on"}  # fmt: skip


def test_a_brother_joins_the_family_and_its_parent_sees_him(harbor, ana, luz, mateo, visitor, clock):
    path = f"/contacts/{luz.contact.pk}/students/new/"
    assert 'value="Rivera"' in visitor.as_(ana).get(path).content.decode()
    visitor.post(path, TOLD)

    nico = Student.objects.get(given_name="Nico")
    assert (nico.family, nico.confirmed_at) == (mateo.family, clock.now)
    tie = Guardianship.objects.get(student=nico)
    assert (tie.contact, tie.relation, tie.may_see) == (luz.contact, "mother", True)
    assert nico in Student.objects.visible_to(ana)
    assert nico in Student.objects.visible_to(luz)
    assert "Nico" in Visitor(harbor).as_(luz).get("/portal/").content.decode()


def test_the_same_child_is_shown_before_it_is_added_twice(harbor, ana, luz, mateo, visitor, clock):
    path = f"/contacts/{luz.contact.pk}/students/new/"
    again = {**TOLD, "given_name": "Matteo", "born_on": ""}
    answer = visitor.as_(ana).post(path, again)
    assert answer.status_code == 409
    assert f"/students/{mateo.pk}/" in answer.content.decode()
    assert visitor.post(path, {**again, "another": "1"}).status_code == 302


def test_a_stranger_adds_nobody(harbor, marcus, luz, visitor, clock):
    assert visitor.as_(marcus).post(f"/contacts/{luz.contact.pk}/students/new/", TOLD).status_code == 404


def test_a_child_that_cannot_be_is_said(harbor, ana, luz, visitor, clock):
    answer = visitor.as_(ana).post(
        f"/contacts/{luz.contact.pk}/students/new/", {**TOLD, "born_on": "2030-01-01"}
    )
    assert (answer.status_code, "This birth date lies ahead." in answer.content.decode()) == (422, True)
    assert not Student.objects.filter(given_name="Nico").exists()

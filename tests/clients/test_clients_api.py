"""Students, contacts, districts and inquiries with a key."""

import json

import pytest

from clients.models import District, Guardianship, Student
from intake.models import Inquiry
from tests.conftest import Visitor
from tests.house.test_matrix import key_of
from tests.world import key


class Caller:
    def __init__(self, harbor, person):
        self.visitor, self.headers = Visitor(harbor), {"Authorization": f"Bearer {key_of(person)}"}

    def ask(self, method, path, data=None):
        more = {"data": json.dumps(data), "content_type": "application/json"} if data is not None else {}
        return self.visitor._send(method, f"/api/v1/{path}", headers=self.headers, **more)


@pytest.fixture
def ana_calls(harbor, ana, clock):
    return Caller(harbor, ana)


def test_one_reads_the_students_one_sees(harbor, ana_calls, mateo, clock):
    [row] = ana_calls.ask("get", "students/").json()["results"]
    assert (row["id"], row["given_name"], len(row["guardianships"])) == (str(mateo.pk), "Mateo", 1)
    assert ana_calls.ask("get", f"students/{key('student Ada')}/").status_code == 404


def test_a_change_names_the_version_it_read(harbor, ana_calls, mateo, clock):
    path = f"students/{mateo.pk}/"
    assert ana_calls.ask("patch", path, {"grade": "4"}).status_code == 400
    assert ana_calls.ask("patch", path, {"grade": "4", "version": 1}).json()["version"] == 2
    late = ana_calls.ask("patch", path, {"grade": "5", "version": 1})
    assert (late.status_code, Student.objects.get(pk=mateo.pk).grade) == (400, "4")


def test_what_may_not_be_written_is_not(harbor, ana_calls, mateo, clock):
    told = {"version": 1, "family": str(key("family Okafor")), "guardianships": [], "id": str(key("x"))}
    ana_calls.ask("patch", f"students/{mateo.pk}/", told)
    assert str(Student.objects.get(pk=mateo.pk).family_id) == str(key("family Rivera"))
    assert Guardianship.objects.filter(student=mateo).count() == 1


@pytest.mark.parametrize(
    "told", [{"born_on": "2030-01-01"}, {"born_on": "x"}, {"given_name": ""}, {"grade": "y" * 99}]
)
def test_nonsense_is_answered_400(harbor, ana_calls, mateo, told, clock):
    assert ana_calls.ask("patch", f"students/{mateo.pk}/", {"version": 1, **told}).status_code == 400


def test_districts_are_made_once(harbor, ana_calls, clock):
    told = {"name": "Lakeside", "state": "MT"}
    assert ana_calls.ask("post", "districts/", told).status_code == 201
    assert ana_calls.ask("post", "districts/", told).status_code == 400
    assert District.objects.count() == 1


def test_an_inquiry_comes_in(harbor, ana_calls, ana, clock):
    made = ana_calls.ask(
        "post", "inquiries/", {"name": "Dana Brooks", "phone": "(406) 555-0178", "child": "Nadia"}
    )
    assert (made.status_code, made.json()["stage"]) == (201, "new")
    assert Inquiry.objects.get().taken_by == ana
    assert ana_calls.ask("post", "inquiries/", {"name": "Dana"}).status_code == 400

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


def test_a_child_is_added_to_a_family_on_file(harbor, ana_calls, ana, luz, mateo, clock):
    told = {
        "contact": str(luz.contact.pk),
        "given_name": "Nico",
        "family_name": "Rivera",
        "relation": "mother",
    }
    answer = ana_calls.ask("post", "students/", told)
    assert answer.status_code == 201
    nico = Student.objects.get(given_name="Nico")
    assert (nico.family_id, nico.confirmed_at) == (mateo.family_id, clock.now)
    assert nico in Student.objects.visible_to(ana)
    assert nico in Student.objects.visible_to(luz)
    assert (
        ana_calls.ask("post", "students/", {**told, "contact": str(key("contact ngozi"))}).status_code == 400
    )
    assert ana_calls.ask("post", "students/", {**told, "born_on": "2030-01-01"}).status_code == 400


def test_a_grown_up_is_added_and_sees_nothing_until_it_is_said(harbor, ana_calls, mateo, clock):
    told = {"student": str(mateo.pk), "name": "Rosa Campos", "role": "relative", "phone": "(406) 555-0199", "email": "Rosa@Family.example"}  # fmt: skip
    made = ana_calls.ask("post", "contacts/", told).json()
    assert {row["value"] for row in made["points"]} == {"+14065550199", "rosa@family.example"}
    tie = Guardianship.objects.get(contact=made["id"], student=mateo)
    assert (tie.may_see, tie.lives_with) == (False, False)
    path = f"guardianships/{tie.pk}/"
    assert ana_calls.ask("patch", path, {"may_see": True, "relation": "aunt"}).json()["may_see"] is True
    ana_calls.ask("patch", path, {"blocked_from": "2026-11-24", "student": str(key("student Ada"))})
    tie.refresh_from_db()
    assert (str(tie.blocked_from), tie.student_id) == ("2026-11-24", mateo.pk)
    other = Guardianship.objects.get(pk=key("guardianship ngozi"))
    assert ana_calls.ask("patch", f"guardianships/{other.pk}/", {"may_see": False}).status_code == 404


def test_a_number_is_added_and_said_to_be_unsafe(harbor, ana_calls, luz, clock):
    path = f"contacts/{luz.contact.pk}/set-point/"
    made = ana_calls.ask("post", path, {"kind": "phone", "value": "(406) 555-0188", "label": "work"}).json()
    assert {"kind": "phone", "value": "+14065550188", "label": "work", "safe": True} in made["points"]
    told = ana_calls.ask("post", path, {"kind": "email", "value": luz.email, "safe": False}).json()
    assert [row["safe"] for row in told["points"] if row["value"] == luz.email] == [False]
    assert ana_calls.ask("post", path, {"kind": "phone", "value": "12"}).status_code == 400
    assert ana_calls.ask("post", path, {"kind": "email", "value": "nobody"}).status_code == 400


def test_an_inquiry_goes_its_way_to_a_case(harbor, ana_calls, ana, olivia, clock):
    calls = Caller(harbor, olivia)
    told = {"name": "Rosa Delgado", "phone": "(406) 555-0171", "child": "Iker", "child_family_name": "Delgado", "urgent_on": "2026-12-05"}  # fmt: skip
    assert calls.ask("post", "inquiries/", {**told, "urgent_on": "1925-12-05"}).status_code == 400
    made = calls.ask("post", "inquiries/", told).json()
    path = f"inquiries/{made['id']}/"
    changed = calls.ask("patch", path, {"concern": "Reading", "advocate": str(ana.pk), "version": 1}).json()
    assert (changed["concern"], changed["advocate"], changed["version"]) == ("Reading", str(ana.pk), 2)
    assert calls.ask("patch", path, {"concern": "x", "version": 1}).status_code == 400
    opens = {"kind": "iep", "advocate": str(ana.pk), "override_reason": "A meeting is tomorrow."}
    assert calls.ask("post", f"{path}open-case/", opens).status_code == 400
    report = calls.ask("post", f"{path}check/").json()
    assert {"what": "child", "name": "Iker Delgado"} in report["asked"]
    decide = f"conflict-reports/{report['id']}/decide/"
    assert calls.ask("post", decide, {"decision": "stop"}).status_code == 400
    assert calls.ask("post", decide, {"decision": "clear"}).json()["decision"] == "clear"
    assert calls.ask("post", decide, {"decision": "clear"}).status_code == 400
    assert (
        ana_calls.ask("post", f"{path}open-case/", opens).status_code == 400
    )  # only an owner goes without a signature
    assert calls.ask("post", f"{path}open-case/", opens).json()["stage"] == "case"
    assert calls.ask("post", f"{path}turn-away/", {"reason": "Late"}).status_code == 400


def test_a_family_is_turned_away_with_a_reason(harbor, ana_calls, clock):
    made = ana_calls.ask("post", "inquiries/", {"name": "Ray Colton", "phone": "(406) 555-0172"}).json()
    path = f"inquiries/{made['id']}/turn-away/"
    assert ana_calls.ask("post", path, {}).status_code == 400
    assert ana_calls.ask("post", path, {"reason": "Needs an attorney", "referral": "Legal aid"}).json()["stage"] == "not_a_fit"  # fmt: skip


@pytest.mark.parametrize("path", ["districts", "schools"])
def test_the_number_and_address_of_a_place_are_checked_as_on_the_page(ana_calls, clock, path):
    told = {"name": "Lakeside", "state": "MT", "kind": "elementary", "phone": "(406) 555-0142"}
    if path == "districts":
        refused = ana_calls.ask("post", f"{path}/", {**told, "email": "office"}).json()["error"]
        assert "email" in refused["fields"]
        told["email"] = "Office@Lakeside.example"
    refused = ana_calls.ask("post", f"{path}/", {**told, "phone": "call us"}).json()["error"]
    assert "Add a phone number with 10 digits" in str(refused["fields"]["phone"])

    made = ana_calls.ask("post", f"{path}/", told).json()
    assert made["phone"] == "+14065550142"
    assert made.get("email", "office@lakeside.example") == "office@lakeside.example"

    names = {"other_names": ["SD2", "  SD2 ", "Lake  schools"]} if path == "districts" else {}
    changed = ana_calls.ask("patch", f"{path}/{made['id']}/", {"address": "1 Lake Road", **names}).json()
    assert (changed["name"], changed["address"]) == ("Lakeside", "1 Lake Road")
    assert changed.get("other_names", ["Lake schools", "SD2"]) == ["Lake schools", "SD2"]
    assert ana_calls.ask("patch", f"{path}/{made['id']}/", {"phone": "call us"}).status_code == 400

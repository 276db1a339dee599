"""Papers and requests for programs."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents.models import Document
from tests.documents import papers
from tests.house.test_matrix import key_of
from tests.world import key


@pytest.fixture
def api(visitor, ana, clock):
    def send(method, path, data=None, who=None, **more):
        headers = {"Authorization": f"Bearer {key_of(who or ana)}"}
        more |= {"data": data} if data is not None else {}
        return visitor._send(method, f"/api/v1/{path}", headers=headers, **more)

    return send


def test_a_program_adds_a_paper_and_reads_its_words(api, mateo, clock):
    made = api("post", "documents/", {
        "student": str(mateo.pk), "kind": "iep", "files": SimpleUploadedFile("a.pdf", papers.pdf("Reading goal")),
    })  # fmt: skip
    assert (made.status_code, made.json()["title"], made.json()["versions"][0]["number"]) == (201, "IEP", 1)
    path = f"documents/{made.json()['id']}/"
    version = api("get", path).json()["versions"][0]
    assert (version["state"], version["pages_count"], version["why"]) == ("ready", 1, "")
    pages = api("get", f"{path}pages/").json()
    assert (pages[0]["text"], pages[0]["words"][0][4], pages[0]["width"]) == (
        "Reading goal",
        "Reading",
        612.0,
    )
    copy = api("get", f"{path}copy/")
    assert b"".join(copy.streaming_content).startswith(b"%PDF-")
    assert copy["Content-Security-Policy"].startswith("sandbox")


def test_a_refused_file_says_why(api, mateo, clock):
    made = api(
        "post",
        "documents/",
        {"student": str(mateo.pk), "kind": "iep", "files": SimpleUploadedFile("a", b"MZ\0\0")},
    )
    version = api("get", f"documents/{made.json()['id']}/").json()["versions"][0]
    assert (version["state"], version["reason"]) == ("refused", "kind")
    assert version["why"].startswith("We cannot read this kind of file.")
    assert api("get", f"documents/{made.json()['id']}/copy/").status_code == 404


def test_the_list_holds_what_the_keys_person_sees(api, ana, marcus, olivia):
    def ids(who, query=""):
        return {row["id"] for row in api("get", f"documents/{query}", who=who).json()["results"]}

    mateos, adas = str(key("document Mateo")), str(key("document Ada"))
    assert (ids(ana), ids(marcus), ids(olivia)) == ({mateos}, {adas}, {mateos, adas})
    assert ids(olivia, f"?student={key('student Ada')}") == {adas}
    assert ids(ana, f"?student={key('student Ada')}") == set()
    assert ids(ana, "?student=nonsense") == set()
    assert api("get", f"documents/{adas}/", who=ana).status_code == 404
    assert api("get", f"documents/{adas}/pages/", who=ana).status_code == 404


@pytest.mark.parametrize("wrong", [
    {"student": "nonsense"}, {"student": str(key("student Ada"))}, {"kind": "x"}, {"files": ""}, {"language": "fr"},
])  # fmt: skip
def test_a_wrong_field_is_named(api, mateo, clock, wrong):
    told = {"student": str(mateo.pk), "kind": "iep", "files": SimpleUploadedFile("a.txt", b"words"), **wrong}
    answer = api("post", "documents/", told)
    assert (answer.status_code, set(answer.json()["error"]["fields"])) == (400, set(wrong))
    assert not Document.objects.filter(added_at=clock.now).exists()


def test_a_program_asks_for_a_paper_and_calls_it_off(api, mateo, clock, standins):
    told = {
        "student": str(mateo.pk),
        "contact": str(key("contact luz")),
        "kind": "letter",
        "due_on": "2026-12-01",
    }
    made = api("post", "paper-requests/", told, content_type="application/json")
    assert (made.status_code, made.json()["due_on"], made.json()["called_off_at"]) == (
        201,
        "2026-12-01",
        None,
    )
    path = f"paper-requests/{made.json()['id']}/"
    assert api("post", f"{path}call-off/").json()["called_off_at"] is not None
    assert str(key("request Mateo")) in {row["id"] for row in api("get", "paper-requests/").json()["results"]}


@pytest.mark.parametrize(("wrong", "field"), [
    ({"contact": str(key("contact ngozi"))}, "contact"), ({"due_on": "2026-01-01"}, "due_on"), ({"kind": "x"}, "kind"),
    ({"student": str(key("student Ada"))}, "student"),
])  # fmt: skip
def test_a_wrong_request_is_named(api, mateo, clock, wrong, field):
    told = {"student": str(mateo.pk), "contact": str(key("contact luz")), "kind": "letter", **wrong}
    answer = api("post", "paper-requests/", told, content_type="application/json")
    assert (answer.status_code, set(answer.json()["error"]["fields"])) == (400, {field})

"""Papers and requests for programs."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from documents.models import Document
from tests.documents import papers
from tests.documents.test_checking import locked
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


JSON = {"content_type": "application/json"}


def test_a_program_changes_adds_a_version_searches_and_removes(api, mateo, ngozi, clock):
    made = api("post", "documents/", {
        "student": str(mateo.pk), "kind": "letter", "files": SimpleUploadedFile("a.pdf", papers.pdf("first words")),
    }).json()  # fmt: skip
    path = f"documents/{made['id']}/"
    changed = api(
        "patch", path, {"title": "The notice", "kind": "prior_written_notice", "shared": True}, **JSON
    )
    assert [changed.json()[name] for name in ("title", "kind", "shared", "language")] == [
        "The notice", "prior_written_notice", True, "en",
    ]  # fmt: skip
    assert api("patch", path, {"kind": "poem"}, **JSON).status_code == 400
    second = api(
        "post",
        f"{path}versions/",
        {"files": SimpleUploadedFile("b.pdf", papers.pdf("walrus & words"))},
    )
    assert (second.status_code, [row["number"] for row in second.json()["versions"]]) == (201, [2, 1])
    assert api("get", f"{path}pages/?version=1").json()[0]["text"] == "first words"
    assert api("get", f"{path}pages/?version=3").status_code == 404
    found = api("get", "documents/search/?q=walr").json()
    assert [(hit["document"], hit["page"]) for hit in found] == [(made["id"], 1)]
    assert found[0]["snippet"] == "walrus & words"
    assert api("get", f"documents/search/?q=walr&student={key('student Ada')}").json() == []

    assert api("post", f"{path}removal/", {"reason": "twice"}, **JSON).status_code == 204
    assert api("get", path).status_code == 404
    assert Document.objects.get(pk=made["id"]).removal.reason == "twice"


def test_a_program_opens_a_paper_with_its_password(api, mateo, clock):
    made = api("post", "documents/", {
        "student": str(mateo.pk), "kind": "iep", "files": SimpleUploadedFile("a.pdf", locked("open sesame", "own")),
    }).json()  # fmt: skip
    path = f"documents/{made['id']}/"
    assert api("post", f"{path}password/", {"password": "no"}, **JSON).status_code == 200
    assert api("get", path).json()["versions"][0]["reason"] == "wrong_password"
    api("post", f"{path}password/", {"password": "open sesame"}, **JSON)
    assert api("get", path).json()["versions"][0]["state"] == "ready"
    assert api("post", f"{path}password/", {"password": "again"}, **JSON).status_code == 400


def test_a_program_says_that_a_paper_is_what_was_asked_for(api, clock):
    asked, paper = str(key("request Mateo")), str(key("document Mateo"))
    assert (
        api(
            "post", f"paper-requests/{asked}/settle/", {"document": str(key("document Ada"))}, **JSON
        ).status_code
        == 400
    )
    told = api("post", f"paper-requests/{asked}/settle/", {"document": paper}, **JSON)
    assert (told.status_code, told.json()["settled_by"]) == (200, paper)

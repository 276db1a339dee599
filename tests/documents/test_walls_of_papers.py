"""Who gets the bytes of a paper, its copy, its pictures and its words, and who gets none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from clients.models import Guardianship
from documents import serving
from documents.models import Document, DocumentVersion, Part
from tests.conftest import Visitor
from tests.world import key

MATEOS = "Paper of Mateo"
NAMES = ["olivia", "ada", "ana", "marcus", "bo", "bea", "luz", "ngozi", "gus"]


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def addresses():
    return {
        "copy": f"/documents/{key('document Mateo')}/copy/",
        "part": f"/documents/parts/{key('part Mateo')}/",
        "picture": f"/documents/pictures/{key('page Mateo')}/",
        "page": f"/documents/{key('document Mateo')}/",
        "state": f"/documents/{key('document Mateo')}/state/",
        "original": f"/documents/{key('document Mateo')}/original/",
        "papers": f"/students/{key('student Mateo')}/papers/",
        "family page": f"/portal/papers/{key('document Mateo')}/",
        "family state": f"/portal/papers/{key('document Mateo')}/state/",
        "request": f"/portal/papers/requests/{key('request Mateo')}/",
    }


def follow(visitor, path):
    """The answer, one step on when it leads to a file."""
    answer = visitor.get(path)
    if answer.status_code == 302 and answer["Location"].startswith("/files/"):
        return visitor.get(answer["Location"])
    return answer


STAFF = {"copy", "part", "picture", "page", "state", "original", "papers"}
GETS = {
    "olivia": STAFF, "ada": STAFF, "ana": STAFF,
    "luz": {"copy", "picture", "family page", "family state", "request"},
}  # fmt: skip


@pytest.mark.parametrize("name", [*NAMES, ""])
def test_each_gets_what_is_theirs_and_no_byte_more(harbor, visitor, clock, name):
    from accounts.models import User

    if name:
        visitor.as_(User.objects.get(pk=harbor.people[name]))
    got = set()
    for what, path in addresses().items():
        answer = follow(visitor, path)
        if answer.status_code == 200:
            got.add(what)
        else:
            assert answer.status_code in ({302, 403} if not name else {403, 404})
            assert MATEOS.encode() not in body(answer)
    assert got == GETS.get(name, set())


def test_lists_and_searches_hold_only_what_one_may_see(harbor, visitor, ana, marcus, luz, ngozi, clock):
    for who, path, sees in (
        (ana, "/documents/", {"Mateo"}), (marcus, "/documents/", {"Ada"}), (luz, "/portal/papers/", {"Mateo"}),
        (ngozi, "/portal/papers/", {"Ada"}), (ana, "/documents/?q=paper", {"Mateo"}), (marcus, "/documents/?q=paper", {"Ada"}),
    ):  # fmt: skip
        text = visitor.as_(who).get(path).content.decode()
        assert {child for child in ("Mateo", "Ada") if f"IEP Paper of {child}" in text} == sees


def test_another_firm_gets_nothing_with_our_addresses_or_links(harbor, birch, ana, clock):
    from accounts.models import User
    from tenants.places import within

    with within(birch.firm):
        theirs = User.objects.get(pk=birch.people["ana"])
    link = serving.link(DocumentVersion.objects.get(pk=key("version Mateo")), user=ana, at=clock.now)
    there = Visitor(birch).as_(theirs)
    assert there.get(link).status_code == 404
    # The same keys exist there: each firm answers with its own.
    assert birch.canary.encode() in body(follow(there, addresses()["copy"]))
    here = Visitor(harbor).as_(ana)
    for path in addresses().values():
        assert birch.canary.encode() not in body(follow(here, path))


def test_a_blocked_guardian_sees_nothing_from_the_next_request_on(visitor, luz, clock):
    visitor.as_(luz)
    link = visitor.get(addresses()["copy"])["Location"]
    Guardianship.objects.filter(contact__user=luz).update(blocked_from=timezone.localdate())
    for path in [*addresses().values(), link]:
        answer = visitor.get(path)
        assert answer.status_code in {403, 404}
        assert MATEOS.encode() not in body(answer)
    assert MATEOS not in visitor.get("/portal/papers/").content.decode()
    assert "The last report" not in visitor.get("/portal/").content.decode()


def test_who_leaves_the_care_team_is_out_at_once(visitor, ana, mateo, clock):
    visitor.as_(ana)
    link = visitor.get(addresses()["copy"])["Location"]
    mateo.care_team.update(until=clock.now)
    assert {
        visitor.get(path).status_code for path in [link, addresses()["picture"], addresses()["page"]]
    } == {404}


def test_a_second_guardian_sees_it_once_it_is_shared(visitor, ngozi, mateo, clock):
    Guardianship.objects.create(contact=ngozi.contact, student=mateo)
    visitor.as_(ngozi)
    assert follow(visitor, addresses()["copy"]).status_code == 404
    Document.objects.filter(pk=key("document Mateo")).update(shared=True)
    assert follow(visitor, addresses()["copy"]).status_code == 200


def test_a_link_lasts_a_minute_and_serves_one_person(visitor, ana, olivia, clock):
    link = visitor.as_(ana).get(addresses()["copy"])["Location"]
    assert visitor.as_(olivia).get(link).status_code == 404
    clock.now += timedelta(seconds=60)
    assert visitor.as_(ana).get(link).status_code == 200
    clock.now += timedelta(seconds=1)
    assert visitor.get(link).status_code == 404
    assert visitor.get(link[:-2] + "x/").status_code == 404


@pytest.mark.parametrize("what", ["copy", "part", "picture"])
def test_a_file_runs_nothing_and_is_kept_nowhere(visitor, ana, clock, what):
    answer = follow(visitor.as_(ana), addresses()[what])

    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert len(body(answer)) == int(answer["Content-Length"])


def test_every_read_leaves_a_line(visitor, ana, clock):
    visitor.as_(ana)
    before = AuditEntry.objects.count()
    follow(visitor, addresses()["page"])
    follow(visitor, addresses()["picture"])
    follow(visitor, addresses()["copy"])
    follow(visitor, addresses()["part"])
    lines = AuditEntry.objects.order_by("id")[before:]
    assert [(line.action, line.actor, line.about) for line in lines] == [
        (action, ana.pk, str(key("document Mateo")))
        for action in ("document.read", "document.page_seen", "document.downloaded", "document.downloaded")
    ]
    assert [line.detail.get("original") for line in lines][2:] == [False, True]


def test_what_is_not_ready_or_locked_away_is_served_to_nobody(visitor, olivia, clock):
    for state in ("received", "checking", "refused", "quarantined", "needs_password"):
        DocumentVersion.objects.filter(pk=key("version Mateo")).update(state=state)
        for what in ("copy", "part", "picture", "original"):
            assert follow(visitor.as_(olivia), addresses()[what]).status_code == 404


def test_where_a_scanner_is_set_up_an_original_is_served_only_when_clean(visitor, luz, ana, clock, settings):
    settings.CLAMD = ("/nowhere", None)
    assert follow(visitor.as_(ana), addresses()["part"]).status_code == 404
    DocumentVersion.objects.update(scan="clean")
    assert follow(visitor.as_(ana), addresses()["part"]).status_code == 200
    assert follow(visitor.as_(luz), addresses()["part"]).status_code == 200


def test_a_removed_paper_leaves_a_line_and_no_file(visitor, ana, luz, mateo, clock):
    from documents import storage

    part = Part.objects.get(pk=key("part Mateo"))
    answer = visitor.as_(ana).post(
        f"/documents/{key('document Mateo')}/removal/", {"reason": "Sent by mistake"}
    )

    assert answer["Location"] == f"/students/{mateo.pk}/papers/"
    with pytest.raises(storage.Missing):
        storage.read(part.storage_key)
    text = visitor.get(answer["Location"]).content.decode()
    assert ("Sent by mistake" in text, "removed by Ana Reyes" in text) == (True, True)
    assert visitor.get(f"/documents/{key('document Mateo')}/").status_code == 404
    assert visitor.as_(luz).get(f"/portal/papers/{key('document Mateo')}/").status_code == 404

from __future__ import annotations

import pytest

from clients import joining
from clients.models import Contact, Family, Guardianship, Student
from documents import adding, checking, storage
from documents.models import Document
from tests.documents import papers
from tests.world import key


def send(visitor, who, path, content, **more):
    data = {"kind": "iep", "title": "", "language": "en", "paper": papers.upload(content), **more}
    return visitor.as_(who).post(path, data)


def test_staff_add_a_paper_and_read_it(visitor, ana, mateo, clock):
    answer = send(
        visitor, ana, f"/students/{mateo.pk}/papers/new/", papers.pdf("Reads 40 words", "Second page")
    )

    document = Document.objects.get(added_at=clock.now)
    version = document.newest
    assert (answer.status_code, answer["Location"]) == (302, f"/documents/{document.pk}/")
    assert (version.state, version.pages_count, document.title) == ("ready", 2, "IEP")
    page = visitor.get(f"/documents/{document.pk}/?page=2")
    assert "Page <b>2</b> of 2" in page.content.decode()
    picture = visitor.get(f"/documents/pictures/{version.pages.get(number=1).pk}/")
    assert b"".join(picture.streaming_content)[8:12] == b"WEBP"
    assert storage.used() > 0


@pytest.mark.parametrize("path", ["/portal/papers/new/", "/students/{}/papers/new/"])
def test_each_place_for_files_that_a_page_has_sends_one(visitor, luz, ana, mateo, clock, path):
    path = path.format(mateo.pk)
    names = papers.places(visitor.as_(luz if "portal" in path else ana).get(path))
    before = Document.objects.count()
    for name in names:
        told = {"kind": "iep", "title": "", "language": "en", name: papers.upload(papers.pdf(name))}
        assert visitor.post(path, told).status_code == 302

    assert (sorted(names), Document.objects.count() - before) == (["paper", "photos"], 2)


def test_a_family_adds_a_paper(visitor, luz, mateo, clock):
    answer = send(visitor, luz, "/portal/papers/new/", papers.photo())

    document = Document.objects.get(added_at=clock.now)
    assert (answer.status_code, answer["Location"]) == (302, f"/portal/papers/{document.pk}/")
    assert (document.student, document.newest.state) == (mateo, "ready")
    assert visitor.get(f"/portal/papers/{document.pk}/").status_code == 200


def test_a_paper_of_a_family_is_theirs_and_the_staffs_until_it_is_shared(visitor, luz, ana, mateo, clock):
    send(visitor, luz, "/portal/papers/new/", papers.pdf("a"), title="  Our   IEP ")
    document = Document.objects.get(added_at=clock.now)
    assert (document.title, document.shared, document.added_by) == ("Our IEP", False, luz)
    assert "Only who sent it" in visitor.as_(ana).get(f"/students/{mateo.pk}/papers/").content.decode()
    visitor.post(
        f"/documents/{document.pk}/details/",
        {"title": "IEP 2026", "kind": "iep", "language": "es", "shared": "on"},
    )
    document.refresh_from_db()
    assert (document.title, document.shared, document.language) == ("IEP 2026", True, "es")


def test_a_family_with_two_children_says_whose_it_is(visitor, luz, mateo, clock):
    sister = Student.objects.create(family=mateo.family, given_name="Sol", confirmed_at=clock.now)
    Guardianship.objects.create(contact=luz.contact, student=sister)
    assert send(visitor, luz, "/portal/papers/new/", papers.pdf("a")).status_code == 422
    send(visitor, luz, "/portal/papers/new/", papers.pdf("a"), student=str(sister.pk))
    assert Document.objects.get(added_at=clock.now).student == sister


def test_nobody_adds_to_a_child_that_is_not_theirs(visitor, marcus, luz, mateo, clock):
    ada = Student.objects.get(pk=key("student Ada"))
    assert send(visitor, marcus, f"/students/{mateo.pk}/papers/new/", papers.pdf("a")).status_code == 404
    sister = Student.objects.create(family=mateo.family, given_name="Sol", confirmed_at=clock.now)
    Guardianship.objects.create(contact=luz.contact, student=sister)
    assert send(visitor, luz, "/portal/papers/new/", papers.pdf("a"), student=str(ada.pk)).status_code == 422
    assert not Document.objects.filter(added_at=clock.now).exists()


@pytest.mark.parametrize(("files", "words"), [
    ([], "Take photos of the paper, or pick a file."),
    ([(b"", "a.pdf")], "This file is empty."),
    ([(b"%PDF-" + b"0" * (25 * 1024 * 1024), "a.pdf")], "This file is larger than 25 MB."),
    ([(b"a", f"{n}.jpg") for n in range(61)], "Please send at most 60 photos at once."),
])  # fmt: skip
def test_what_is_wrong_stands_beside_the_field(visitor, luz, clock, files, words):
    data = {
        "kind": "iep",
        "title": "Kept",
        "paper": [papers.upload(content, name) for content, name in files],
    }
    answer = visitor.as_(luz).post("/portal/papers/new/", data)

    page = answer.content.decode()
    assert (answer.status_code, words in page, 'value="Kept"' in page) == (422, True, True)
    assert f'<a href="#id_paper">{words}' in page
    assert not Document.objects.filter(added_at=clock.now).exists()


def test_a_file_that_is_none_of_ours_is_told_in_words(visitor, luz, clock):
    answer = send(visitor, luz, "/portal/papers/new/", b"GIF89a" + b"\0" * 99)
    page = visitor.get(answer["Location"]).content.decode()
    assert "We could not take this file." in page
    assert "We cannot read this kind of file." in page


def test_a_page_that_waits_may_be_left(visitor, luz, clock, monkeypatch):
    monkeypatch.setattr("documents.checking.check", lambda *_, **__: None)
    answer = send(visitor, luz, "/portal/papers/new/", papers.pdf("a"))
    page = visitor.get(answer["Location"]).content.decode()
    assert "You can leave this page. It goes on by itself." in page
    state = visitor.get(answer["Location"] + "state/")
    assert (state.status_code, state.get("HX-Refresh")) == (200, None)
    monkeypatch.undo()
    timezone_now = clock.now
    checking.check(Document.objects.get(added_at=timezone_now).newest.pk, at=timezone_now)
    assert visitor.get(answer["Location"] + "state/")["HX-Refresh"] == "true"


def test_uploads_stay_in_memory(visitor, luz, clock, monkeypatch):
    def no(*_args, **_more):
        raise AssertionError("a file was written")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", no)
    assert send(visitor, luz, "/portal/papers/new/", b"word " * 900_000).status_code == 302


def test_two_files_of_one_family_joined_with_another_keep_their_papers(ana, mateo, clock):
    """A booking made an unconfirmed file; its paper goes over to the child we know."""
    stray = Family.objects.create(name="Rivera")
    caller = Contact.objects.create(family=stray, name="Luz")
    child = Student.objects.create(family=stray, given_name="mateo")
    version = adding.add([adding.Sent(b"words")], of=child, kind="iep", title="IEP", by=ana, at=clock.now)
    whole = adding.add([adding.Sent(b"words")], of=stray, kind="other", title="Both", by=ana, at=clock.now)
    joining.join(caller, Contact.objects.get(pk=key("contact luz")), by=ana, at=clock.now)
    assert Document.objects.get(pk=version.document_id).student == mateo
    assert Document.objects.get(pk=whole.document_id).family == mateo.family


def test_papers_of_one_name_are_told_apart_by_their_files(visitor, ana, mateo, clock):
    for name in ("iep 2025.pdf", "iep 2026.pdf"):
        send(
            visitor,
            ana,
            f"/students/{mateo.pk}/papers/new/",
            papers.pdf(name),
            paper=papers.upload(papers.pdf(name), name),
        )
    for path in (f"/students/{mateo.pk}/papers/", "/documents/"):
        page = visitor.get(path).content.decode()
        assert "iep 2025.pdf" in page
        assert "iep 2026.pdf" in page

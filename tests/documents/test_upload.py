from documents import storage
from documents.models import Document
from tests.documents import papers


def send(visitor, who, path, content, **more):
    data = {"kind": "iep", "title": "", "language": "en", "files": papers.upload(content), **more}
    return visitor.as_(who).post(path, data)


def test_staff_add_a_paper_and_read_it(visitor, ana, mateo, clock):
    answer = send(
        visitor, ana, f"/students/{mateo.pk}/papers/new/", papers.pdf("Reads 40 words", "Second page")
    )

    document = Document.objects.get()
    version = document.newest
    assert (answer.status_code, answer["Location"]) == (302, f"/documents/{document.pk}/")
    assert (version.state, version.pages_count, document.title) == ("ready", 2, "IEP")
    page = visitor.get(f"/documents/{document.pk}/?page=2")
    assert "Page <b>2</b> of 2" in page.content.decode()
    picture = visitor.get(f"/documents/pictures/{version.pages.get(number=1).pk}/")
    assert b"".join(picture.streaming_content)[8:12] == b"WEBP"
    assert storage.used() > 0


def test_a_family_adds_a_paper(visitor, luz, mateo, clock):
    answer = send(visitor, luz, "/portal/papers/new/", papers.photo())

    document = Document.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/portal/papers/{document.pk}/")
    assert (document.student, document.newest.state) == (mateo, "ready")
    assert visitor.get(f"/portal/papers/{document.pk}/").status_code == 200

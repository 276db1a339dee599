"""A photo of any paper is read for its words, and is then found and marked like print."""

import io

from PIL import Image, ImageDraw, ImageFont

from documents import searching
from documents.models import Document
from reviews.models import Review
from tests.documents import papers


def drawn(*lines):
    """A photo of a sheet with these lines."""
    picture = Image.new("RGB", (1275, 1650), "white")
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((120, 150 + 90 * number), line, "black", ImageFont.load_default(44))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def test_a_photographed_letter_is_found_by_its_words(visitor, ana, mateo, clock):
    photo = drawn("Dear family of Mateo", "the speech therapist was absent", "for the last three weeks")
    data = {"kind": "letter", "title": "A letter", "language": "en", "paper": papers.upload(photo, "a.jpg")}
    visitor.as_(ana).post(f"/students/{mateo.pk}/papers/new/", data)

    document = Document.objects.get(title="A letter")
    page = document.newest.pages.get()
    assert [(hit.document, hit.page) for hit in searching.find("therapist absent", user=ana)] == [
        (document, 1)
    ]
    left, top, right, bottom, _word = next(word for word in page.words if word[4] == "therapist")
    assert 0 < left < right < page.width
    assert 0.12 * page.height < top < bottom < 0.2 * page.height  # the second line
    assert not Review.objects.exists()

"""From a phone to the review and back: sent, read, checked by keys, reported in Spanish, asked about."""

import io
import time

import pikepdf
import pytest

from reviews.models import Question, Review
from tests.documents import papers
from tests.reader.bench import path_of
from tests.reviews.conftest import ADDRESS

pytestmark = pytest.mark.browser


def first_photo():
    """Two pages of the photographed sample, each as a JPEG of its own."""
    found = []
    with pikepdf.open(path_of("d10")) as pdf:
        for page in list(pdf.pages)[:3]:
            image = pikepdf.PdfImage(next(iter(page.images.values())))
            out = io.BytesIO()
            image.as_pil_image().convert("RGB").save(out, "JPEG", quality=85)
            found.append(out.getvalue())
    return found


def open_points(review):
    return review.points.filter(decision="").count()


def state_of(review):
    review.refresh_from_db()
    return review.state


def press(page, key, done):
    """Presses a key until it did something: one that falls between two pages is lost, as it is for a person."""
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until, f"{key} did nothing"
        page.keyboard.press(key)
        for _ in range(30):
            if done():
                break
            page.wait_for_timeout(100)
    page.wait_for_load_state()


def goes_round(visitor, browser_tab, ana, luz, mateo, files):
    sent = visitor.as_(luz).post(
        "/portal/papers/new/",
        {"kind": "iep", "title": "IEP", "photos": [papers.upload(content, name) for name, content in files]},
    )
    assert sent.status_code == 302, sent.content[:400]
    review = Review.objects.get()
    assert review.state == "to_check"

    page = browser_tab(ana, f"/reviews/{review.pk}/")
    if page.get_by_role("button", name="It is the right child").count():
        page.get_by_role("button", name="It is the right child").click()
    count = review.points.count()
    assert count >= 2
    page.locator("svg.marks circle").first.wait_for()
    press(page, "j", lambda: "point=2" in page.url)
    press(page, "e", lambda: "edit=1" in page.url)
    page.locator("#id_question_es").fill("¿Desde dónde empieza Mateo?")
    page.get_by_role("button", name="Keep these words").click()
    page.get_by_text("Keep it").first.wait_for()
    while left := open_points(review):
        press(page, "d" if left == count - 2 else "k", lambda left=left: open_points(review) < left)
    page.get_by_role("button", name="Sign it off").wait_for()
    press(page, "s", lambda: state_of(review) == "signed_off")
    page.get_by_role("button", name="Send the review").wait_for()
    press(page, "s", lambda: state_of(review) == "sent")
    page.get_by_text("Sent. The family gets a message now.").wait_for()

    family = browser_tab(luz, f"/portal/reviews/{review.pk}/", width=390, language="es-MX")
    second = family.locator("#p2")
    assert "¿Desde dónde empieza Mateo?" in second.inner_text()
    assert family.evaluate("document.documentElement.scrollWidth") <= 390
    second.locator("summary").click()
    second.locator("textarea").fill("¿Puede explicarlo?")
    second.locator("form button").click()
    family.get_by_text("¿Puede explicarlo?").wait_for()
    asked = Question.objects.get()
    assert (asked.point.number, asked.by) == (2, luz)
    report = visitor.get(f"/portal/reviews/{review.pk}/report.pdf?language=es")
    with pikepdf.open(io.BytesIO(report.content)) as pdf:
        assert str(pdf.Root.Lang) == "es"


def test_a_text_pdf_goes_round(visitor, browser_tab, ana, luz, mateo, clock):
    goes_round(visitor, browser_tab, ana, luz, mateo, [("iep.pdf", path_of("d01").read_bytes())])


@pytest.mark.slow
def test_photos_go_round(visitor, browser_tab, ana, luz, mateo, clock):
    files = [(f"{n}.jpg", content) for n, content in enumerate(first_photo())]
    goes_round(visitor, browser_tab, ana, luz, mateo, files)


def test_a_box_is_drawn_on_the_page(visitor, browser_tab, ana, luz, mateo, clock):
    visitor.as_(luz).post(
        "/portal/papers/new/",
        {"kind": "iep", "title": "IEP", "paper": papers.upload(path_of("d02").read_bytes())},
    )
    review = Review.objects.get()
    page = browser_tab(ana, f"/reviews/{review.pk}/?page=2&add=1")
    box = page.locator("svg.marks").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 60)
    page.mouse.up()
    page.locator("#id_title").fill("Ask about this line")
    page.get_by_role("button", name="Add the point").click()
    page.get_by_role("heading", name="Ask about this line").wait_for()
    point = review.points.get(author="person")
    left, top, right, bottom = point.boxes[0]
    scale = review.version.pages.get(number=2).width / box["width"]
    assert right - left == pytest.approx(200 * scale, abs=2)
    assert (point.page, bottom > top) == (2, True)
    assert page.url.startswith(ADDRESS)

"""From a phone to the review and back, on a real server: sent, read, checked by keys, reported in Spanish, asked about."""

import io
import time

import pikepdf
import pypdfium2
import pytest
from django.utils import timezone

from documents import searching
from messaging.models import Thread
from reviews import reading
from reviews.models import Question, Review, StructuredIEP
from tenants.places import within
from tests.browser.test_papers import enter, pick
from tests.reader.bench import path_of, truth
from tests.reader.scoring import score

pytestmark = [pytest.mark.browser, pytest.mark.commits]


def photos(name):
    """The pages of a photographed sample, each as a JPEG of its own, as a phone would send them."""
    found = []
    with pikepdf.open(path_of(name)) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            image = pikepdf.PdfImage(next(iter(page.get_images().values())))
            out = io.BytesIO()
            image.as_pil_image().convert("RGB").save(out, "JPEG", quality=85)
            found.append((f"{number}.jpg", "image/jpeg", out.getvalue()))
    return found


def read_iep(site):
    """The review of what was just sent, once the paper is read; a reading that found no turn is run again."""
    with within(site.cast.firm):
        structured = StructuredIEP.objects.order_by("-pk").first()
        until = time.monotonic() + 900
        while structured.is_under_way and time.monotonic() < until:
            reading.read(structured.version_id, at=timezone.now())
            time.sleep(1)
            structured.refresh_from_db()
        assert structured.state == "read"
        return Review.objects.get(version=structured.version_id), structured


def press(page, key, done):
    """Presses a key until it did something: one that falls between two pages is lost, as it is for a person."""
    until = time.monotonic() + 90
    while not done():
        assert time.monotonic() < until, f"{key} did nothing"
        page.keyboard.press(key)
        for _ in range(30):
            if done():
                break
            page.wait_for_timeout(100)
    page.wait_for_load_state()


def goes_round(site, phone, desktop, telefono, name, *files):
    firm, people = site.cast.firm, site.cast.people
    enter(phone, site, "luz")
    phone.goto(site.at("/portal/papers/new/"))
    if phone.locator("input[name=student]").count():
        phone.locator("input[name=student]").first.check()
    pick(phone, name, *files)
    phone.locator("[data-chosen] li").nth(len(files) - 1).wait_for()
    phone.get_by_role("button", name="Send", exact=True).click()
    phone.wait_for_url("**/portal/papers/*-*/**", timeout=900_000)
    review, structured = read_iep(site)

    def points(**of):
        with within(firm):
            return review.points.filter(**of).count()

    def state():
        with within(firm):
            return Review.objects.get(pk=review.pk).state

    enter(desktop, site, "ana")
    desktop.goto(site.at(f"/reviews/{review.pk}/"))
    if desktop.get_by_role("button", name="It is the right child").count():
        desktop.get_by_role("button", name="It is the right child").click()
    count = points()
    assert count >= 3
    desktop.locator("svg.marks circle").first.wait_for()
    press(desktop, "j", lambda: "point=2" in desktop.url)
    press(desktop, "e", lambda: "edit=1" in desktop.url)
    desktop.locator("#id_question_es").fill("¿Desde dónde empieza Mateo?")
    desktop.get_by_role("button", name="Keep these words").click()
    desktop.get_by_text("Keep it").first.wait_for()
    while left := points(decision=""):
        press(desktop, "d" if left == count - 2 else "k", lambda left=left: points(decision="") < left)
    desktop.get_by_role("button", name="Sign it off").wait_for()
    press(desktop, "s", lambda: state() == "signed_off")
    desktop.get_by_role("button", name="Send the review").wait_for()
    press(desktop, "s", lambda: state() == "sent")
    desktop.get_by_text("Sent. The family gets a message now.").wait_for()

    # The parent reads in Spanish.
    enter(telefono, site, "luz")
    telefono.goto(site.at(f"/portal/reviews/{review.pk}/"))
    second = telefono.locator("#p2")
    assert "¿Desde dónde empieza Mateo?" in second.inner_text()
    assert telefono.evaluate("document.documentElement.scrollWidth") <= 320
    second.locator("summary").click()
    second.locator("textarea").fill("¿Puede explicarlo?")
    second.locator("form button").click()
    telefono.get_by_text("¿Puede explicarlo?").wait_for()
    with within(firm):
        asked = Question.objects.select_related("point").get()
        assert (asked.point.number, str(asked.by_id)) == (2, str(people["luz"]))
        thread = Thread.objects.get(contact__user=people["luz"])
    told = bytes(
        telefono.evaluate(
            "async (path) => [...new Uint8Array(await (await fetch(path)).arrayBuffer())]",
            f"/portal/reviews/{review.pk}/report.pdf?language=es",
        )
    )
    pdf = pypdfium2.PdfDocument(told)
    words = " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())
    assert "¿Desde dónde empieza Mateo?" in words
    with pikepdf.open(io.BytesIO(told)) as opened:
        assert str(opened.Root.Lang) == "es"
        assert opened.Root.MarkInfo.Marked

    desktop.goto(site.at(f"/messages/{thread.pk}/"))
    desktop.get_by_text("¿Puede explicarlo?").first.wait_for()
    return review, structured


def test_a_text_pdf_goes_round(site, phone, desktop, telefono):
    goes_round(
        site, phone, desktop, telefono, "paper", ("iep.pdf", "application/pdf", path_of("d01").read_bytes())
    )


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_photos_go_round(site, phone, desktop, telefono):
    review, structured = goes_round(site, phone, desktop, telefono, "photos", *photos("d10"))

    found = score(truth("d10"), structured.data)
    assert found.f1("goals") >= 0.85, found.faults()
    assert found.f1("services") >= 0.85, found.faults()
    with within(site.cast.firm):
        from accounts.models import User

        hits = searching.find("vocational", user=User.objects.get(pk=site.cast.people["ana"]))
        assert review.version.document in [hit.document for hit in hits]

"""Papers as people send and read them, in a real browser on a real server."""

import base64
import io
import re

import pytest
from PIL import Image

from documents.models import Document
from tenants.places import within
from tests.browser.test_walk import Taps, is_well
from tests.documents import papers
from tests.world import key

pytestmark = [pytest.mark.browser, pytest.mark.commits]


def enter(page, site, short):
    """Signed in as this person, as at the end of a whole sign-in."""
    from django.conf import settings
    from django.utils import timezone

    from accounts.models import User
    from accounts.sessions import SessionStore

    now = timezone.now().timestamp()
    with within(site.cast.firm):
        person = User.objects.get(pk=site.cast.people[short])
        store = SessionStore()
        store.update({"user": str(person.pk), "epoch": person.epoch, "started": now, "seen": now})
        store.save(must_create=True)
    page.context.add_cookies([{
        "name": settings.SESSION_COOKIE_NAME, "value": store.session_key, "url": f"https://{site.cast.firm.host}/",
        "secure": True,
    }])  # fmt: skip


def pick(page, name, *files):
    """What the phone's own picker gives back."""
    page.locator(f"input[name={name}]").set_input_files(
        [{"name": called, "mimeType": kind, "buffer": content} for called, kind, content in files]
    )


def newest(site):
    with within(site.cast.firm):
        document = Document.objects.exclude(pk=key("document Mateo")).order_by("-added_at").first()
        version = document.newest
        return document, version, [part.size for part in version.parts.all()]


def test_a_family_adds_the_iep_in_four_taps(phone, site):
    enter(phone, site, "luz")
    phone.goto(site.at("/portal/"))
    is_well(phone)
    taps = Taps(phone)
    taps.on(phone.get_by_role("link", name="Add the IEP or another paper"))
    phone.wait_for_url("**/portal/papers/new/**")  # a page that is still being built has targets of no size
    is_well(phone)
    with phone.expect_file_chooser() as chooser:
        taps.on(phone.locator("input[name=paper]"))
    taps.count += 1  # the file, in the phone's own picker
    chooser.value.set_files(
        [{"name": "IEP.pdf", "mimeType": "application/pdf", "buffer": papers.pdf("Reading goal", "Two")}]
    )
    phone.locator(".chosen li").wait_for()
    is_well(phone)
    taps.on(phone.get_by_role("button", name="Send", exact=True))
    phone.wait_for_url(re.compile(r"/portal/papers/[0-9a-f-]{36}/"))
    phone.locator(".sheet img").wait_for()
    is_well(phone)

    assert taps.count <= 4
    assert phone.get_by_text("Thank you. We have it.").is_visible()
    document, version, _ = newest(site)
    assert (document.kind, version.state, version.pages_count) == ("iep", "ready", 2)


def test_photos_are_made_small_on_the_phone_and_put_in_order(phone, site):
    enter(phone, site, "luz")
    phone.goto(site.at("/portal/papers/new/"))
    red, blue = (photo(colour) for colour in ("red", "blue"))
    pick(phone, "photos", ("red.jpg", "image/jpeg", red))
    phone.locator(".chosen li").nth(0).wait_for()
    # The second is dragged onto the page.
    dragged = phone.evaluate_handle(
        "(bytes) => { const data = new DataTransfer();"
        " const content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));"
        " data.items.add(new File([content], 'blue.jpg', { type: 'image/jpeg' })); return data; }",
        base64.b64encode(blue).decode(),
    )
    for kind in ("dragover", "drop"):
        phone.locator("section[data-drop]").dispatch_event(kind, {"dataTransfer": dragged})
    phone.locator(".chosen li").nth(1).wait_for()
    phone.get_by_role("button", name="Up: blue.jpg").click()
    assert phone.locator(".chosen b").all_inner_texts() == ["blue.jpg", "red.jpg"]
    phone.get_by_role("button", name="Send", exact=True).click()
    phone.locator(".sheet img").wait_for()

    _, version, sizes = newest(site)
    assert (version.pages_count, max(sizes) < len(red) / 3) == (2, True)
    with within(site.cast.firm):
        from documents import storage

        first = Image.open(io.BytesIO(storage.read(version.pages.get(number=1).picture_key))).convert("RGB")
    assert first.getpixel((20, 20))[2] > 200


def photo(colour):
    """A photo of twelve megapixels with a coloured corner."""
    picture = Image.effect_noise((4000, 3000), 40).convert("RGB")
    picture.paste(colour, (0, 0, 800, 800))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def test_what_is_too_large_is_said_and_the_rest_is_kept(phone, site):
    enter(phone, site, "luz")
    phone.goto(site.at("/portal/papers/new/"))
    pick(phone, "paper", ("large.pdf", "application/pdf", b"%PDF-" + b"0" * (25 * 1024 * 1024)))
    phone.locator(".chosen li").wait_for()
    phone.get_by_role("button", name="Send", exact=True).click()
    phone.locator(".errsum").wait_for()
    is_well(phone)
    assert phone.evaluate("document.activeElement.className") == "errsum"
    pick(phone, "paper", ("right.pdf", "application/pdf", papers.pdf("a")))
    phone.locator(".chosen li").nth(1).wait_for()
    phone.get_by_role("button", name="Leave out: large.pdf").click()
    phone.get_by_role("button", name="Send", exact=True).click()
    phone.locator(".sheet img").wait_for()


def test_without_script_the_form_sends_as_well(chromium, site):
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="en-US"
    )
    page = context.new_page()
    enter(page, site, "luz")
    page.goto(site.at(f"/portal/papers/requests/{key('request Mateo')}/"))
    pick(page, "paper", ("a.jpg", "image/jpeg", papers.photo()), ("b.jpg", "image/jpeg", papers.photo()))
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url(re.compile(r"/portal/papers/[0-9a-f-]{36}/"))
    assert page.get_by_text("Thank you. We have it.").is_visible()
    context.close()
    assert newest(site)[1].pages_count == 2


@pytest.mark.parametrize("window", ["telefono", "desktop"])
def test_the_staffs_pages_have_no_barrier(request, site, window):
    page = request.getfixturevalue(window)
    enter(page, site, "olivia")
    student, document = key("student Mateo"), key("document Mateo")
    for path in (
        "/documents/", "/documents/?q=paper", f"/students/{student}/papers/", f"/students/{student}/papers/new/",
        f"/students/{student}/papers/requests/new/", f"/documents/{document}/", f"/documents/{document}/details/",
        f"/documents/{document}/versions/new/", f"/documents/{document}/removal/", f"/documents/{document}/original/",
        "/settings/files/",
    ):  # fmt: skip
        page.goto(site.at(path))
        is_well(page)


def test_words_of_a_page_can_be_selected_and_pages_turned_by_keys(desktop, site):
    enter(desktop, site, "ana")
    with within(site.cast.firm):
        from django.utils import timezone

        from accounts.models import User
        from clients.models import Student
        from documents import adding

        at = timezone.now()
        version = adding.add(
            [adding.Sent(papers.pdf("First page here", "Second page here"))], of=Student.objects.get(pk=key("student Mateo")),
            kind="iep", title="Two pages", by=User.objects.get(pk=key("ana")), at=at,
        )  # fmt: skip
    desktop.goto(site.at(f"/documents/{version.document_id}/"))
    desktop.locator(".sheet img").wait_for()
    is_well(desktop)
    picture, word = (
        desktop.locator(".sheet img").bounding_box(),
        desktop.locator(".words text").first.bounding_box(),
    )
    assert abs((word["x"] - picture["x"]) / picture["width"] - 72 / 612) < 0.01
    desktop.locator(".words text").first.dblclick()
    assert desktop.evaluate("getSelection().toString().trim()") == "First"
    desktop.keyboard.press("n")
    desktop.get_by_text("Second", exact=True).wait_for()
    assert desktop.url.endswith("?page=2")

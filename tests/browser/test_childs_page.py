"""From an accepted IEP to the term's report: a parent on a phone, a teacher whom she invites, the advocate at a desk."""

import base64
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image

from cases import calendars
from clients.models import District, GuestGrant, Student
from documents import adding, checking
from documents.adding import Sent
from documents.models import Kind
from minutes import tally
from minutes.models import DeliveredSession
from progress import sheets
from progress.models import DataPoint, Win
from reviews import deciding, plans, reading
from reviews.models import PlanInForce, Review, ServiceRow, StructuredIEP
from tenants.places import within
from tests.browser.conftest import _page
from tests.browser.test_papers import enter
from tests.browser.test_walk import is_well
from tests.world import key

pytestmark = [pytest.mark.browser, pytest.mark.commits, pytest.mark.timeout(600)]
SAMPLE = Path(__file__).parents[1] / "reader" / "samples" / "d06_fl_prek_initial_c_to_b.pdf"
TEACHER = "dana@lakeside.example"


@pytest.fixture
def teachers_phone(chromium):
    yield from _page(chromium, width=390, height=844, locale="en-US", touch=True)


def accept_sample(site):
    """The sample, read and accepted as Mateo's plan for this school year, with sheets for the goals that hold a number."""
    from accounts.models import User

    now = timezone.now()
    ana, student = User.objects.get(pk=key("ana")), Student.objects.get(pk=key("student Mateo"))
    today = timezone.localdate(now, site.cast.firm.zone)
    first, last = today - timedelta(days=70), today + timedelta(days=150)
    district = District.objects.create(name="Lakeside", state="MT")
    Student.objects.filter(pk=student.pk).update(district=district)
    calendars.save_year(
        district, first=first, last=last, days_off=[], weekdays=list(range(7)), by=ana, at=now
    )
    version = adding.add(
        [Sent(SAMPLE.read_bytes(), "iep.pdf")],
        of=student,
        kind=Kind.IEP,
        title="IEP",
        by=ana,
        at=now,
        shared=True,
    )
    checking.check(version.pk, at=now)
    review = Review.objects.filter(version=version).first() or Review.objects.create(
        student=student, version=version, number=1, opened_at=now
    )
    reading.read(version.pk, at=now)
    structured = StructuredIEP.objects.get(version=version)
    if structured.names_another_child:
        deciding.confirm_child(structured, by=ana, at=now)
    plan = plans.accept(review, by=ana, at=now)
    PlanInForce.objects.filter(pk=plan.pk).update(starts_on=first, ends_on=last)
    ServiceRow.objects.filter(plan=plan).update(starts_on=first, ends_on=last)
    plan.refresh_from_db()
    for goal in plan.goals.all():
        found = sheets.proposal_of(goal, plan)
        if found.measure and found.target is not None and found.baseline is not None:
            values = {name: getattr(found, name) for name in sheets.FIELDS} | {
                "starts_on": first,
                "target_on": last,
            }
            if not sheets.check(values):
                sheets.set_up(goal, values, by=ana, at=now)
    assert plan.services.exists()
    return student, today


def photo():
    out = io.BytesIO()
    Image.new("RGB", (900, 600), (220, 160, 60)).save(out, "JPEG")
    return out.getvalue()


def stands_at(tab, path):
    """Waits for that address itself, not one that names it as where to go next."""
    tab.wait_for_url(re.compile(rf"^https?://[^/?]+{re.escape(path)}(#.*)?$"))


def fetched(tab, address):
    """What the browser gets at an address with this person's cookies: the status, 0 for a redirect, and the bytes."""
    status, content = tab.evaluate(
        """async (address) => {
            const answer = await fetch(address, {redirect: "manual"});
            const bytes = new Uint8Array(await answer.arrayBuffer());
            return [answer.status, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))];
        }""",
        address,
    )
    return status, base64.b64decode(content)


def code_of(standins, address):
    letters = [letter["text"] for letter in standins.mail(address)]
    return next(found[1] for text in letters if (found := re.search(r"\b(\d{6})\b", text)))


def test_home_school_and_advocate_at_one_table(phone, teachers_phone, desktop, site, standins):
    with within(site.cast.firm):
        student, today = accept_sample(site)
    page = f"/shared/{student.pk}/"

    # A parent logs a point on her phone.
    enter(phone, site, "luz")
    phone.goto(site.at("/portal/"))
    phone.locator(f'main a[href="{page}"]').first.click()
    stands_at(phone, f"{page}")
    is_well(phone)
    phone.get_by_role(
        "link", name=re.compile("Add a number|Agregue un número|Agregar un número")
    ).first.click()
    tiles = phone.locator("label.tile:has(input[name=part]), label.tile:has(input[name=value])")
    if tiles.count():
        tiles.nth(1).click()
    else:
        phone.locator("input[name=part], input[name=value]").first.fill("3")
    phone.locator("form[data-point] button[type=submit]").click()
    stands_at(phone, f"{page}")
    with within(site.cast.firm):
        assert (
            DataPoint.objects.filter(
                sheet__student=student, logged_by_id=key("luz"), happened_on=today
            ).count()
            == 1
        )

    # She invites the teacher by e-mail and ticks what she may see and add.
    phone.goto(site.at(f"{page}people/new/"))
    is_well(phone)
    phone.locator("[name=name]").fill("Dana Whitehorse")
    phone.locator("[name=email]").fill(TEACHER)
    for part in ("wins", "minutes", "page"):
        phone.locator(f"input[name=adds][value={part}]").check()
    phone.locator("main form.card button[type=submit]").click()
    stands_at(phone, f"{page}people/")
    is_well(phone)
    with within(site.cast.firm):
        grant = GuestGrant.objects.get(email=TEACHER)
        assert {"wins", "minutes", "page"} <= set(grant.sees)

    # The teacher follows the e-mail, signs in with a code, and stands on the page.
    link = next(
        re.search(r"https?://\S+/shared/\S+/", letter["text"])[0]
        for letter in standins.mail(TEACHER)
        if "/shared/" in letter["text"]
    )
    assert link.endswith(page)
    teachers_phone.goto(link)
    teachers_phone.locator("[name=address]").fill(TEACHER)
    teachers_phone.locator("main button[type=submit]").click()
    teachers_phone.locator("[name=code]").fill(code_of(standins, TEACHER))
    teachers_phone.locator("main button[type=submit]").click()
    stands_at(teachers_phone, f"{page}")
    is_well(teachers_phone)

    # She tells a small win with a photo.
    teachers_phone.get_by_text("Tell a small win").click()
    teachers_phone.locator("#wins [name=words]").fill("He zipped his coat alone and cheered.")
    teachers_phone.locator("#wins [name=photos]").set_input_files(
        [{"name": "coat.jpg", "mimeType": "image/jpeg", "buffer": photo()}]
    )
    teachers_phone.get_by_role("button", name="Share the small win").click()
    stands_at(teachers_phone, f"{page}#wins")
    teachers_phone.locator("#wins .photos img").first.wait_for()
    is_well(teachers_phone)

    # She writes down a session that she gave.
    teachers_phone.get_by_role("link", name="Write down a session").click()
    stands_at(teachers_phone, f"{page}minutes/new/")
    teachers_phone.locator("label.tile:has(input[name=service])").first.click()
    teachers_phone.get_by_role("button", name="Write it down", exact=True).click()
    stands_at(teachers_phone, f"{page}minutes/")
    is_well(teachers_phone)
    with within(site.cast.firm):
        session = DeliveredSession.objects.get(student=student, recorded_by=grant.user)
        assert (session.on, session.evidence) == (today, "provider")
        assert Win.objects.get(by=grant.user).document is not None

    # The parent sees the win first, with its photo, and who looked.
    phone.goto(site.at(page))
    assert "He zipped his coat alone" in phone.locator("#wins article").first.inner_text()
    assert (
        phone.locator("#wins .photos img").first.evaluate(
            "picture => picture.decode().then(() => picture.naturalWidth)"
        )
        > 0
    )
    phone.goto(site.at(f"{page}people/"))
    phone.get_by_text("Dana Whitehorse").first.wait_for()
    assert phone.locator("details summary", has_text=re.compile(r"1|2|3")).count() >= 1

    # The advocate sees the month's shortfall, opens its days and finds the teacher's session as evidence.
    enter(desktop, site, "ana")
    desktop.goto(site.at(f"/students/{student.pk}/minutes/"))
    is_well(desktop)
    with within(site.cast.firm):
        student.refresh_from_db()
        table = tally.table(student, start=today - timedelta(days=60), end=today, today=today)
        behind = {line.name: line.months[-1].count.shortfall.minutes for line in table.lines if line.months}
    name, minutes = max(behind.items(), key=lambda pair: pair[1])
    assert minutes > 0
    row = desktop.locator("section.card", has=desktop.get_by_role("heading", name=name, exact=True)).first.locator("tr:has(> th[role=rowheader])").last  # fmt: skip
    assert row.locator("td").last.inner_text().split()[0].replace(",", "") == f"{minutes:.0f}"
    found = desktop.locator(f"main a[href*='{student.pk}/minutes/']").evaluate_all(
        "links => [...new Set(links.map(link => link.href))]"
    )
    # A week that began in this month may be due in the next one.
    days = [
        link
        for link in found
        if (at := re.search(r"/(\d{4})/(\d+)/$", link))
        and (int(at[1]), int(at[2])) >= (today.year, today.month)
    ]
    told = []
    for link in days:  # each service's days of this month
        desktop.goto(link)
        told.append(desktop.locator("main").inner_text())
    assert any("Written by who gave it" in text and "Dana Whitehorse" in text for text in told)

    # She prints the term's report in Spanish, with the win in it.
    desktop.goto(site.at(f"/students/{student.pk}/term-reports/"))
    desktop.locator("[name=starts_on]").fill((today - timedelta(days=60)).isoformat())
    desktop.locator("[name=ends_on]").fill(today.isoformat())
    desktop.locator("select[name=language]").select_option("es")
    desktop.get_by_role("button", name="Write the report").click()
    desktop.get_by_role("button", name="Approve it").click()
    _status, printed = fetched(desktop, desktop.get_by_role("link", name="PDF").evaluate("link => link.href"))
    assert printed[:5] == b"%PDF-"
    words, language = text_of(printed)
    assert language.startswith("es")
    assert "zipped his coat" in words
    assert "Informe de progreso" in words
    assert "Progress report" not in words

    # The teacher reaches nothing else, and after one tap of the parent not even the page.
    other = key("student Ada")
    for path in (
        "/today/", "/students/", f"/students/{student.pk}/", f"/students/{student.pk}/minutes/", "/documents/", "/search/?q=Mateo", "/portal/",
        "/portal/papers/", f"{page}people/", f"{page}adult-life/", f"/shared/{other}/", f"/documents/{key('document Mateo')}/",
        f"/pages/{key('page Mateo')}/", "/api/v1/students/",
    ):  # fmt: skip
        assert fetched(teachers_phone, site.at(path))[0] in {401, 403, 404}, path
    phone.goto(site.at(f"{page}people/"))
    phone.locator("form[action$='/ending/'] button").first.click()
    stands_at(phone, f"{page}people/")
    assert fetched(teachers_phone, site.at(page))[0] == 404
    assert fetched(teachers_phone, site.at(f"{page}minutes/"))[0] == 404


def text_of(content):
    import pikepdf
    import pypdfium2

    with pikepdf.open(io.BytesIO(content)) as pdf:
        language = str(pdf.Root.Lang)
    pages = pypdfium2.PdfDocument(content)
    return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in pages), language

"""Signing by a link: a code first, then the paper; once, with its words frozen and its certificate."""

import io
import re
from datetime import timedelta

import pypdfium2
import pytest

from clients import agreements, drawing
from clients.models import Agreement, AgreementTemplate, Contact, Release, Signature, SigningCode
from outbox.models import Message
from tests.conftest import Visitor
from tests.world import NOW, key


@pytest.fixture
def paper(harbor, mateo, ana, clock):
    """The firm's agreement, sent to Luz, who reads Spanish."""
    contact = Contact.objects.get(pk=key("contact luz"))
    template = AgreementTemplate.objects.get(kind="agreement")
    return agreements.send(template, contact=contact, student=mateo, by=ana, at=NOW)


@pytest.fixture
def phone(harbor):
    return Visitor(harbor)


def codes(standins, address="luz@harbor.example"):
    return [code for mail in standins.mail(address) for code in re.findall(r"\b\d{6}\b", mail["subject"])]


def let_in(phone, paper, standins):
    phone.post(f"/sign/{paper.secret}/code/")
    [code] = codes(standins)
    assert phone.post(f"/sign/{paper.secret}/code/", {"code": f"{code[:3]} {code[3:]}"}).status_code == 302
    return f"/sign/{paper.secret}/paper/"


def text_of(pdf):
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return [page.get_textpage().get_text_range() for page in document]


def test_before_the_code_neither_a_name_nor_the_paper_shows(phone, paper):
    page = phone.get(f"/sign/{paper.secret}/").content.decode()
    for hidden in ("Luz", "Rivera", "Mateo", paper.title):
        assert hidden not in page
    for path in ("paper/", "paper.pdf"):
        assert phone.get(f"/sign/{paper.secret}/{path}")["Location"] == f"/sign/{paper.secret}/"
    assert phone.post(f"/sign/{paper.secret}/paper/", {"name": "Luz", "agreed": "on"}).status_code == 302
    assert not Signature.objects.exists()


def test_opening_the_link_sends_and_changes_nothing(phone, paper):
    before = Message.objects.count()
    phone.get(f"/sign/{paper.secret}/")
    assert (Message.objects.count(), SigningCode.objects.count()) == (before, 0)


def test_a_wrong_code_five_times_closes_it(phone, paper, standins):
    phone.post(f"/sign/{paper.secret}/code/")
    [code] = codes(standins)
    wrong = "000000" if code != "000000" else "111111"
    for _try in range(5):
        assert phone.post(f"/sign/{paper.secret}/code/", {"code": wrong}).status_code == 422
    assert phone.post(f"/sign/{paper.secret}/code/", {"code": code}).status_code == 422


def test_a_code_lapses_and_a_newer_one_replaces_it(phone, paper, standins, clock):
    first = agreements.send_code(paper, at=NOW)
    second = agreements.send_code(paper, at=NOW + timedelta(minutes=1))
    assert SigningCode.objects.get(pk=first.pk).tries == SigningCode.TRIES
    assert agreements.take_code(paper, "x", at=NOW + timedelta(minutes=11, seconds=1)) is None
    assert SigningCode.objects.get(pk=second.pk).tries == 0


def test_codes_are_few_an_hour(paper):
    for _n in range(agreements.CODES_AN_HOUR):
        agreements.send_code(paper, at=NOW)
    with pytest.raises(agreements.TooManyCodes):
        agreements.send_code(paper, at=NOW)


def test_a_typed_name_signs(phone, paper, standins, clock):
    path = let_in(phone, paper, standins)
    answer = phone.post(path, {"name": "  Luz   Rivera ", "agreed": "on"}, headers={"User-Agent": "Phone 1"})

    assert answer.status_code == 302
    signature = Signature.objects.get()
    assert (signature.name, signature.drawn, signature.how, signature.proof) == ("Luz Rivera", "", "link", "luz@harbor.example")  # fmt: skip
    assert (signature.signed_at, signature.agent, signature.network) == (clock.now, "Phone 1", "127.0.0.1")
    assert signature.digest == paper.digest


@pytest.mark.parametrize(
    ("told", "words"), [({"name": "", "agreed": "on"}, "Escriba"), ({"name": "Luz Rivera"}, "Marque")]
)
def test_what_is_missing_is_said(phone, paper, standins, told, words):
    path = let_in(phone, paper, standins)
    answer = phone.post(path, told, headers={"Accept-Language": "es"})
    assert answer.status_code == 422
    assert not Signature.objects.exists()


def test_signing_twice_is_once(phone, paper, standins):
    path = let_in(phone, paper, standins)
    for name in ("Luz Rivera", "Somebody Else"):
        phone.post(path, {"name": name, "agreed": "on"})
    assert Signature.objects.get().name == "Luz Rivera"


def test_a_paper_called_back_or_too_old_cannot_be_signed(phone, paper, standins, ana, clock):
    path = let_in(phone, paper, standins)
    Agreement.objects.filter(pk=paper.pk).update(lapses_at=NOW)
    assert phone.post(path, {"name": "Luz Rivera", "agreed": "on"}).status_code == 409
    Agreement.objects.filter(pk=paper.pk).update(lapses_at=NOW + timedelta(days=1))
    agreements.withdraw(paper, by=ana, at=NOW)
    assert phone.get(path).status_code == 404
    assert not Signature.objects.exists()


def test_new_words_of_the_template_leave_a_sent_paper_as_it_was(paper, olivia, visitor, clock):
    template = paper.version.template
    answer = visitor.as_(olivia).post(
        f"/templates/{template.pk}/",
        {"name": "New", "kind": "agreement", "title": "New words", "body": "All new."},
    )
    assert answer.status_code == 302
    paper.refresh_from_db()
    assert (template.newest.number, paper.version.number) == (2, 1)
    assert paper.computed_digest() == paper.digest
    assert "New words" not in paper.title


def test_the_pdf_is_tagged_certified_and_the_same_each_time(phone, paper, standins):
    path = let_in(phone, paper, standins)
    phone.post(path, {"name": "Luz Rivera", "agreed": "on", "drawn": "M1 1 L100 100 L200 50"})
    one, two = (phone.get(f"/sign/{paper.secret}/paper.pdf").content for _n in range(2))

    assert one == two
    assert b"/MarkInfo" in one or b"/StructTreeRoot" in one
    pages = text_of(one)
    assert "Nuestro acuerdo" in pages[0]
    assert paper.digest in pages[-1].replace("\r\n", "").replace("\n", "")
    assert "Luz Rivera" in pages[-1]


def test_staff_see_when_the_words_no_longer_agree(paper, ana, visitor, phone, standins, clock):
    phone.post(let_in(phone, paper, standins), {"name": "Luz Rivera", "agreed": "on"})
    page = f"/agreements/{paper.pk}/"
    assert "no longer agree" not in visitor.as_(ana).get(page).content.decode()
    Agreement.objects.filter(pk=paper.pk).update(body="other words")
    assert "no longer agree" in visitor.get(page).content.decode()


@pytest.mark.parametrize("hostile", [
    "M0 0\"/><script>alert(1)</script>", "javascript:alert(1)", "M1 1 L2 2" + "L1 1" * 100_000, "L1 1", "<svg>", "M1 1",
    "Mnan 1 L inf 2", "\x00M1 1",
])  # fmt: skip
def test_a_drawn_signature_is_written_anew_by_us(hostile):
    cleaned = drawing.cleaned(hostile)
    assert re.fullmatch(r"(M\d+ \d+( [ML]\d+ \d+)+)?", cleaned)
    assert len(cleaned) < 60_000


def test_names_with_emoji_arabic_and_markup_make_a_paper(paper, standins, phone):
    path = let_in(phone, paper, standins)
    phone.post(path, {"name": "#set page() محمد 😀 <b>", "as": "#set page() محمد 😀 <b>", "agreed": "on"})
    pdf = phone.get(f"/sign/{paper.secret}/paper.pdf")
    assert pdf.status_code == 200
    assert "#set page()" in "".join(text_of(pdf.content))


def test_a_release_is_in_force_once_signed_until_it_ends(mateo, ana, visitor, standins, clock):
    contact = Contact.objects.get(pk=key("contact luz"))
    template = AgreementTemplate.objects.get(kind="release")
    told = {"contact": str(contact.pk), "template": str(template.pk), "scope": ["records", "talk"], "recipient": "Lakeside Elementary", "expires_on": "2027-06-30"}  # fmt: skip
    assert visitor.as_(ana).post(f"/students/{mateo.pk}/releases/new/", told).status_code == 302
    release, today = Release.objects.get(), NOW.date()
    assert "Lakeside Elementary" in release.agreement.body
    assert not Release.objects.in_force(on=today).exists()

    agreements.sign(release.agreement, name="Luz Rivera", how="portal", by=None, at=NOW)
    assert Release.objects.in_force(on=today).get() == release
    assert not Release.objects.in_force(on=today.replace(year=2028)).exists()
    visitor.post(f"/releases/{release.pk}/end/")
    assert not Release.objects.in_force(on=today).exists()


def test_a_person_without_a_safe_way_is_not_written_to(mateo, ana, visitor, clock):
    contact = Contact.objects.get(pk=key("contact luz"))
    contact.points.update(safe=False)
    template = AgreementTemplate.objects.get(kind="release")
    told = {"contact": str(contact.pk), "template": str(template.pk), "scope": ["talk"], "recipient": "X", "expires_on": "2027-06-30"}  # fmt: skip
    answer = visitor.as_(ana).post(f"/students/{mateo.pk}/releases/new/", told)
    assert answer.status_code == 422
    assert "no safe way" in answer.content.decode()
    assert not Agreement.objects.exists()


@pytest.mark.parametrize(
    ("name", "asked"), [("Luz Rivera", False), ("luz maria rivera", False), ("Somebody Else", True)]
)
def test_staff_see_when_somebody_else_seems_to_have_signed(
    paper, ana, visitor, phone, standins, clock, name, asked
):
    path = let_in(phone, paper, standins)
    phone.post(path, {"name": name, "as": name, "agreed": "on"})
    page = visitor.as_(ana).get(f"/agreements/{paper.pk}/").content.decode()

    assert ("Please ask who signed." in page) is asked


def test_once_signed_the_thanks_stand_above_the_paper(phone, paper, standins):
    path = let_in(phone, paper, standins)
    phone.post(path, {"name": "Luz Rivera", "agreed": "on"})
    page = phone.get(path).content.decode()

    assert page.index('data-s="ok"') < page.index("paperwords")


def test_the_permissions_page_says_who_signed(phone, paper, standins, clock, ana, visitor):
    phone.post(let_in(phone, paper, standins), {"name": "Someone Else", "as": "Someone Else", "agreed": "on"})
    page = visitor.as_(ana).get(f"/students/{paper.student_id}/permissions/").content.decode()
    assert "Signed by Someone Else" in page
    assert f"Sent to {paper.contact.name}" in page


def test_another_name_is_asked_about_once_and_the_certificate_says_both(phone, paper, standins):
    path = let_in(phone, paper, standins)
    told = {"name": "Marta Soto", "agreed": "on", "drawn": "M1 1 L100 100 L200 50"}

    asked = phone.post(path, told)
    page = asked.content.decode()
    assert (asked.status_code, Signature.objects.exists()) == (422, False)
    assert "This paper is for Luz Rivera." in page
    assert all(kept in page for kept in ('value="Marta Soto"', 'value="M1 1 L100 100 L200 50"', "checked"))
    assert 'name="as" value="Marta Soto"' in page
    assert phone.post(path, {**told, "name": "Mickey Mouse", "as": "Marta Soto"}).status_code == 422

    assert phone.post(path, {**told, "as": "Marta Soto"}).status_code == 302
    assert Signature.objects.get().name == "Marta Soto"
    certificate = text_of(phone.get(f"/sign/{paper.secret}/paper.pdf").content)[-1]
    assert "Marta Soto" in certificate
    assert "Luz Rivera" in certificate


@pytest.mark.parametrize("name", ["Luz Rivera", "luz maria rivera", "Rivera Luz"])
def test_the_signer_s_own_name_is_not_asked_about(phone, paper, standins, name):
    assert phone.post(let_in(phone, paper, standins), {"name": name, "agreed": "on"}).status_code == 302

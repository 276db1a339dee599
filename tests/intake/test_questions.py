"""Questions: the firm sets them, an answer keeps the words asked, and a family can stop and go on."""

import pytest

from clients.models import Contact
from intake import asking
from intake.models import Answer, Question, QuestionList, QuestionVersion, Response
from scheduling.models import Booking
from tests.conftest import Visitor
from tests.documents import papers
from tests.world import NOW, key


@pytest.fixture
def asked(harbor):
    return QuestionList.objects.get()


@pytest.fixture
def response(asked, mateo, clock):
    return asking.ask(asked, contact=Contact.objects.get(pk=key("contact luz")), student=mateo)


def field(response, label):
    version = QuestionVersion.objects.get(label=label, answers__response=response)
    return f"q{version.pk.hex}"


PAGE = papers.pdf("An IEP of one page.")
WORRY, PLAN, GRADE = "What worries you most right now?", "Does your child have an IEP or a 504 plan?", "What grade is your child in?"  # fmt: skip


def test_a_family_saves_half_and_goes_on_by_the_link(harbor, response):
    path, phone = f"/answers/{response.secret}/", Visitor(harbor)
    phone.post(path, {field(response, WORRY): "Reading 😀", "later": "1"})
    response.refresh_from_db()
    assert (response.finished_at, response.saved_at) == (None, NOW)

    other = Visitor(harbor)
    assert "Reading 😀" in other.get(path).content.decode()
    assert (
        other.post(path, {field(response, WORRY): "Reading"}).status_code == 422
    )  # two more must be answered
    whole = {
        field(response, WORRY): "Reading",
        field(response, PLAN): "An IEP",
        field(response, GRADE): "K to 5",
    }
    assert other.post(path, whole).status_code == 302
    response.refresh_from_db()
    assert response.finished_at == NOW


def test_an_answer_keeps_the_words_it_was_asked_in(harbor, response, asked, olivia, visitor):
    question = Question.objects.get(versions__label=WORRY)
    told = {
        "kind": "long",
        "label": "What worries you?",
        "label_es": "",
        "hint": "",
        "hint_es": "",
        "choices": "",
    }
    assert visitor.as_(olivia).post(f"/questions/question/{question.pk}/", told).status_code == 302

    assert [v.label for v in question.versions.all()] == ["What worries you?", WORRY]
    page = Visitor(harbor).get(f"/answers/{response.secret}/").content.decode()
    assert (WORRY in page, "What worries you?" in page) == (True, False)
    later = asking.ask(asked, contact=response.contact, student=None)
    assert Answer.objects.filter(response=later, version__label="What worries you?").count() == 1


def test_the_questions_are_asked_in_spanish(harbor, response):
    page = Visitor(harbor)
    page.headers["Accept-Language"] = "es"
    assert "¿Qué le preocupa más ahora?" in page.get(f"/answers/{response.secret}/").content.decode()


def test_staff_add_order_and_preview(harbor, asked, olivia, visitor):
    visitor.as_(olivia)
    before = [version.label for version in asking.current(asked)]
    told = {"kind": "choice", "label": "Which day suits you?", "choices": "Monday | Lunes\nTuesday | Martes"}
    assert visitor.post(f"/questions/{asked.pk}/add/", told).status_code == 302
    new = Question.objects.get(versions__label="Which day suits you?")
    assert new.versions.get().choices == [["Monday", "Lunes"], ["Tuesday", "Martes"]]
    visitor.post(f"/questions/question/{new.pk}/move/", {"to": "up"})
    assert [version.label for version in asking.current(asked)] == [
        *before[:-1],
        "Which day suits you?",
        before[-1],
    ]
    assert "Which day suits you?" in visitor.get(f"/questions/{asked.pk}/preview/").content.decode()
    visitor.post(f"/questions/question/{new.pk}/retirement/")
    assert [version.label for version in asking.current(asked)] == before


@pytest.mark.parametrize("choices", ["", "Only one", "Same\nSame"])
def test_a_choice_needs_choices(harbor, asked, olivia, visitor, choices):
    told = {"kind": "choice", "label": "Which?", "choices": choices}
    assert visitor.as_(olivia).post(f"/questions/{asked.pk}/add/", told).status_code == 422


def test_the_first_booking_of_somebody_new_opens_an_inquiry_with_questions(harbor, service, asked, clock):
    from datetime import timedelta

    from intake.models import Inquiry
    from scheduling.availability import free_slots

    service.questions = asked
    service.save()
    slot = free_slots(service, since=NOW, until=NOW + timedelta(days=6), at=NOW)[5]
    phone = Visitor(harbor)
    told = {"time": slot.starts_at.isoformat(), "name": "Dana Brooks", "phone": "(406) 555-0178", "child": "Nadia", "zone": "America/Denver"}  # fmt: skip
    answer = phone.post(f"/book/{service.pk}/details/", told)
    assert answer.status_code == 302

    booking = Booking.objects.get(contact__name="Dana Brooks")
    inquiry = Inquiry.objects.get()
    assert (inquiry.contact, inquiry.student, inquiry.source, inquiry.advocate) == (booking.contact, booking.student, "booking", booking.advocate)  # fmt: skip
    assert booking.response.inquiry == inquiry
    assert booking.response.secret in phone.get(f"/b/{booking.secret}/").content.decode()


def test_a_family_we_know_opens_none(harbor, service, luz, clock):
    from datetime import timedelta

    from intake.models import Inquiry
    from scheduling.availability import free_slots

    slot = free_slots(service, since=NOW, until=NOW + timedelta(days=6), at=NOW)[5]
    told = {"time": slot.starts_at.isoformat(), "name": "Luz Rivera", "phone": "+14065550116", "zone": "America/Denver"}  # fmt: skip
    assert Visitor(harbor).as_(luz).post(f"/book/{service.pk}/details/", told).status_code == 302
    assert not Inquiry.objects.exists()
    assert not Response.objects.exists()


def test_staff_send_the_link(harbor, ana, asked, visitor, standins, clock):
    from tests.intake.test_first_call_to_case import take_call

    inquiry = take_call(visitor, ana)
    visitor.post(f"/intake/{inquiry.pk}/questions/", {"list": str(asked.pk)})
    response = Response.objects.get(inquiry=inquiry)
    [mail] = standins.mail("rosa@family.example")
    assert response.secret in str(mail)


def file_question(asked, *, needed=True):
    words = {
        "kind": "file", "label": "Send us the IEP", "label_es": "Envíenos el IEP", "hint": "", "hint_es": "",
        "choices": [], "needed": needed,
    }  # fmt: skip
    return asking.save_question(None, asked=asked, words=words, by=None, at=NOW)


def rest(response):
    return {
        field(response, WORRY): "Reading",
        field(response, PLAN): "An IEP",
        field(response, GRADE): "K to 5",
    }


def test_a_family_answers_with_a_file(harbor, asked, mateo, clock, ana, visitor):
    """The file is a paper of the child that staff open; sent again it is the next version, and twice is once."""
    file_question(asked)
    response = asking.ask(asked, contact=Contact.objects.get(pk=key("contact luz")), student=mateo)
    path, phone = f"/answers/{response.secret}/", Visitor(harbor)
    name = field(response, "Send us the IEP")

    refused = phone.post(path, rest(response))
    assert (refused.status_code, "Please answer: Send us the IEP" in refused.content.decode()) == (422, True)
    assert phone.post(path, {**rest(response), name: papers.upload(PAGE)}).status_code == 302
    answer = Answer.objects.get(response=response, version__label="Send us the IEP")
    paper = answer.document
    assert (paper.student, paper.title, paper.from_whom, paper.versions.count()) == (
        mateo, "Send us the IEP", response.contact.name, 1,
    )  # fmt: skip
    assert visitor.as_(ana).get(f"/documents/{paper.pk}/").status_code == 200

    again = Visitor(harbor)
    assert "We have what you sent." in again.get(path).content.decode()
    assert again.post(path, {**rest(response), name: papers.upload(PAGE)}).status_code == 302
    assert paper.versions.count() == 1
    assert again.post(path, {**rest(response), name: papers.upload(PAGE + b" ")}).status_code == 302
    assert again.post(path, rest(response)).status_code == 302  # it need not be sent again
    assert paper.versions.count() == 2


def test_a_link_takes_only_so_many_files(harbor, asked, mateo, clock, monkeypatch):
    monkeypatch.setattr(asking, "FILES_A_LINK", 1)
    file_question(asked, needed=False)
    response = asking.ask(asked, contact=Contact.objects.get(pk=key("contact luz")), student=mateo)
    path, phone = f"/answers/{response.secret}/", Visitor(harbor)
    name = field(response, "Send us the IEP")

    phone.post(path, {**rest(response), name: papers.upload(PAGE)})
    second = phone.post(path, {**rest(response), name: papers.upload(PAGE + b" ")})

    assert (second.status_code, "Please call us" in second.content.decode()) == (422, True)
    assert (
        Answer.objects.get(response=response, version__label="Send us the IEP").document.versions.count() == 1
    )


def test_an_empty_file_is_told(harbor, asked, mateo, clock):
    file_question(asked)
    response = asking.ask(asked, contact=Contact.objects.get(pk=key("contact luz")), student=mateo)
    told = Visitor(harbor).post(
        f"/answers/{response.secret}/",
        {**rest(response), field(response, "Send us the IEP"): papers.upload(b"")},
    )

    assert (told.status_code, "This file is empty." in told.content.decode()) == (422, True)
    assert not Answer.objects.filter(response=response).exclude(document=None).exists()


def test_a_file_sent_before_the_child_is_named_is_opened_by_who_works_on_the_inquiry(
    harbor, asked, ana, marcus, bo, olivia, visitor, clock
):
    from documents.models import Document
    from tests.intake.test_first_call_to_case import take_call

    inquiry = take_call(visitor, ana, child="", child_family_name="", born_on="", other_parent="")
    version = file_question(asked)
    response = asking.ask(asked, contact=inquiry.contact, student=None, inquiry=inquiry)
    sent = {f"q{version.pk.hex}": papers.upload(PAGE)}
    Visitor(harbor).post(f"/answers/{response.secret}/", {**sent, "later": "1"})

    paper = Document.objects.get(family=inquiry.contact.family)
    assert set(Document.objects.visible_to(ana)) & {paper} == {paper}
    assert paper in Document.objects.visible_to(olivia)
    assert paper not in Document.objects.visible_to(marcus)
    assert paper not in Document.objects.visible_to(bo)
    assert f"/documents/{paper.pk}/" in visitor.as_(ana).get(f"/intake/{inquiry.pk}/").content.decode()
    assert visitor.get(f"/documents/{paper.pk}/").status_code == 200
    assert visitor.as_(marcus).get(f"/documents/{paper.pk}/").status_code == 404

import pytest

from cases import clock as law_clock
from cases import opening, timeline
from cases.models import Deadline
from clients import agreements
from clients.models import AgreementTemplate, Contact, Guardianship
from tests.world import NOW, key


@pytest.fixture
def case(mateo, ana):
    return opening.open_case(student=mateo, kind="evaluation", advocate=ana, by=ana, at=NOW)


@pytest.fixture
def spanish(visitor, luz):
    visitor.headers["Accept-Language"] = "es"
    return visitor.as_(luz)


def test_home_shows_the_next_step_the_next_date_and_the_newest_shared_win(visitor, ana, luz, case, clock):
    from datetime import date

    luz.language = "en"
    luz.save()
    law_clock.record(case, kind="evaluation_consent_received", on=date(2026, 11, 1), by=ana, at=NOW)
    timeline.add(
        student=case.student, kind="win", text="He read a page.", happened_at=NOW, at=NOW, by=ana, shared=True
    )
    timeline.add(student=case.student, kind="win", text="Secret so far.", happened_at=NOW, at=NOW, by=ana)
    page = visitor.as_(luz).get("/portal/").content.decode()
    assert "Thursday, December 31" in page
    assert "He read a page." in page
    assert "Secret so far." not in page
    assert "Please send us the papers you have." in page


def test_a_date_that_the_school_missed_is_said_and_the_child_has_a_list_of_dates(visitor, ana, luz, case, clock):  # fmt: skip
    from datetime import date, timedelta

    luz.language = "en"
    luz.save()
    law_clock.record(case, kind="evaluation_consent_received", on=date(2026, 11, 1), by=ana, at=NOW)
    child = f"/portal/children/{case.student_id}/"
    assert "Thursday, December 31" in visitor.as_(luz).get(child).content.decode()
    assert "This day has passed" not in visitor.get("/portal/").content.decode()
    clock.now = NOW + timedelta(days=40)
    home = visitor.as_(luz).get("/portal/").content.decode()
    assert "This day has passed" in home
    assert "Thursday, December 31" in home
    assert "Passed" in visitor.get(child).content.decode()
    Deadline.objects.update(done_at=clock.now, done_by=ana)
    assert "Thursday, December 31" not in visitor.get("/portal/").content.decode()
    Deadline.objects.update(done_at=None, done_by=None)
    clock.now = NOW + timedelta(days=400)
    assert "This day has passed" not in visitor.as_(luz).get("/portal/").content.decode()


def test_a_blocked_parent_sees_nothing_of_the_child(visitor, luz, case, clock):
    visitor.as_(luz)
    path = f"/portal/children/{case.student_id}/"
    assert visitor.get(path).status_code == 200
    Guardianship.objects.update(may_see=False)
    assert visitor.get(path).status_code == 404
    assert case.student.given_name not in visitor.get("/portal/").content.decode()


def test_home_shows_the_papers_that_wait_for_a_signature(visitor, luz, ngozi, mateo, ana, clock):
    template, contact = (
        AgreementTemplate.objects.get(kind="agreement"),
        Contact.objects.get(pk=key("contact luz")),
    )
    paper = agreements.send(template, contact=contact, student=mateo, by=ana, at=NOW)
    link = f'href="/portal/forms/{paper.pk}/"'

    assert link in visitor.as_(luz).get("/portal/").content.decode()
    assert link not in visitor.as_(ngozi).get("/portal/").content.decode()
    agreements.sign(paper, name="Luz Rivera", how="portal", by=luz, at=NOW)
    assert link not in visitor.as_(luz).get("/portal/").content.decode()


def test_another_family_does_not_find_the_story(visitor, ngozi, case):
    assert visitor.as_(ngozi).get(f"/portal/children/{case.student_id}/").status_code == 404


def test_terms_of_the_law_open_in_plain_words(visitor, luz, ana, case, clock):
    luz.language = "en"
    luz.save()
    opening.move(case, "eligibility", by=ana, at=NOW)
    page = visitor.as_(luz).get("/portal/").content.decode()
    assert 'popovertarget="' in page
    assert ">IEP</button>" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("rule=initial_evaluation&on=2025-09-03&state=MT", "Sunday, November 2, 2025"),
        ("rule=initial_evaluation&on=2025-09-03&state=MT", "Mont. Admin. R. 10.16.3321(1)"),
        ("rule=manifestation_determination&on=2026-09-03&state=MT", "We need the school calendar for this"),
        ("rule=initial_evaluation&on=2026-09-03&state=TX", "We need the school calendar for this"),
    ],
)
def test_any_parent_counts_a_date_with_its_citation(visitor, harbor, query, words):
    assert words in visitor.get(f"/dates/?{query}").content.decode()


def test_in_puerto_rico_the_federal_date_is_shown_as_an_estimate(visitor, harbor):
    answer = visitor.get("/dates/?rule=initial_evaluation&on=2025-09-03&state=PR")

    page = answer.content.decode()
    assert (answer.context["due_on"].isoformat(), answer.context["verified"]) == ("2025-11-02", False)
    assert "the limit of this state was not checked" in page


def test_a_date_is_counted_in_spanish(visitor, harbor):
    visitor.headers["Accept-Language"] = "es"
    page = visitor.get("/dates/?rule=initial_evaluation&on=2025-09-03&state=MT").content.decode()
    assert "domingo, 2 de noviembre de 2025" in page
    assert "60 días calendario" in page


@pytest.mark.parametrize(
    "query",
    [
        "rule=&on=&state=",
        "rule=nonsense&on=2025-09-03&state=MT",
        "rule=initial_evaluation&on=x&state=MT",
        "rule=initial_evaluation&on=0001-01-01&state=MT",
        "rule=initial_evaluation&on=2025-09-03&state=ZZ",
    ],
)
def test_a_question_that_cannot_be_answered_is_said_so(visitor, harbor, query):
    answer = visitor.get(f"/dates/?{query}")
    assert answer.status_code == 422
    assert 'class="errsum"' in answer.content.decode()


def test_who_somebody_is_to_the_child_is_said_in_the_readers_language(spanish, mateo, luz):
    Guardianship.objects.filter(contact__user=luz, student=mateo).update(relation="Mother")
    page = spanish.get("/portal/who/").content.decode()

    assert ", madre</li>" in page
    assert "Mother" not in page


def test_home_takes_at_most_twelve_queries_with_one_child_and_with_three(visitor, luz, ana, case, clock):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from clients.models import Student

    def count():
        visitor.get("/portal/")
        with CaptureQueriesContext(connection) as queries:
            visitor.get("/portal/")
        return len(
            [query for query in queries if not query["sql"].startswith(("SET", "SAVEPOINT", "RELEASE"))]
        )

    visitor.as_(luz)
    one = count()
    for name in ("Nico", "Vera"):
        child = Student.objects.create(family=luz.contact.family, given_name=name, confirmed_at=NOW)
        Guardianship.objects.create(contact=luz.contact, student=child)
        opening.open_case(student=child, kind="iep", advocate=ana, by=ana, at=NOW)
    assert count() == one <= 12

"""The plan in force: taken from a review, taken again, and what becomes of it when its paper is removed."""

from datetime import date, timedelta

import pytest

from documents.models import Document
from reviews import correcting, plans
from reviews.models import PlanInForce, Review, StructuredIEP


@pytest.fixture
def plan(stored, ana, mateo, clock):
    return plans.accept(stored("d09", student=mateo, by=ana), by=ana, at=clock.now)


def test_taken_again_it_keeps_the_goals_and_services_that_numbers_hang_on(plan, ana, clock):
    second = plan.goals.get(number=2)
    services = list(plan.services.all())
    fewer = plans.change_service(services[1], from_on=date(2026, 1, 10), by=ana, at=clock.now, minutes_per_week=15)  # fmt: skip
    structured = StructuredIEP.objects.get()
    correcting.correct(structured, {"goals[1].baseline": "40 words"}, by=ana, at=clock.now)
    correcting.remove(structured, "goals[0]", by=ana, at=clock.now)

    plans.accept(Review.objects.get(), by=ana, at=clock.now)

    second.refresh_from_db()
    assert (second.number, second.baseline) == (1, "40 words")
    assert [goal.number for goal in plan.goals.all()] == [1, 2, 3]
    assert set(plan.services.all()) == {*services, fewer}
    assert plan.services.get(replaces=services[1]).minutes_per_week == 15


def test_a_paper_is_removed_and_the_plan_stays(plan, visitor, olivia, mateo):
    paper = Document.objects.get(kind="iep", student=mateo, title="IEP")
    assert visitor.as_(olivia).post(f"/documents/{paper.pk}/removal/", {"reason": "twice"}).status_code == 302

    assert not Review.objects.filter(student=mateo).exists()
    assert PlanInForce.objects.get().goals.count() == 4
    page = visitor.get(f"/students/{mateo.pk}/iep/").content.decode()
    assert "The paper it came from was removed." in page
    assert plans.accepted_dates(PlanInForce.objects.get())[0].event == "iep_meeting_held"


def test_what_was_corrected_since_is_offered_to_the_plan(plan, visitor, ana, clock):
    review = Review.objects.get(plan=plan)
    Review.objects.update(state="signed_off", signed_off_by=ana, signed_off_at=clock.now)
    button = "Take the corrected values into the plan"
    assert button not in visitor.as_(ana).get(f"/reviews/{review.pk}/").content.decode()

    clock.now += timedelta(minutes=5)
    correcting.correct(StructuredIEP.objects.get(), {"iep_end": "2026-09-01"}, by=ana, at=clock.now)

    assert button in visitor.get(f"/reviews/{review.pk}/").content.decode()
    visitor.post(f"/reviews/{review.pk}/acceptance/")
    plan.refresh_from_db()
    assert str(plan.ends_on) == "2026-09-01"


def test_a_service_is_changed_from_a_day_on(plan, visitor, ana, mateo):
    row = plan.services.filter(minutes__isnull=False, sessions__isnull=False).first()
    page = f"/students/{mateo.pk}/iep/services/{row.pk}/change/"
    assert page in visitor.as_(ana).get(f"/students/{mateo.pk}/iep/").content.decode()
    form = visitor.get(page).context["form"]
    same = {name: form[name].value() or "" for name in form.fields} | {"from_on": "2026-01-10"}
    assert "Please say what is different." in visitor.post(page, same).content.decode()
    assert visitor.post(page, same | {"sessions": "1", "from_on": "2020-01-01"}).status_code == 422

    assert visitor.post(page, same | {"minutes": "20", "sessions": "3", "per": "month"}).status_code == 302

    row.refresh_from_db()
    assert (str(row.ends_on), row.replaced_by.minutes_per_week) == ("2026-01-09", 15)
    assert visitor.get(page).status_code == 404
    assert "Changed since" in visitor.get(f"/students/{mateo.pk}/iep/").content.decode()

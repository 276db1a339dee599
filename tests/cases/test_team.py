"""Who works for a student: they join and leave on the case's page, and what they see follows."""

from datetime import date, timedelta

from accounts.models import User
from accounts.roles import Role
from cases import clock as dates
from cases import team, warnings
from cases.models import Case, Deadline, Task
from clients.models import CareTeamMember
from outbox.models import Message
from tenants.models import DueWork
from tests.cases.conftest import AT


def test_an_assistant_joins_sees_the_student_and_leaves_again(visitor, ana, bo, case):
    assert not Case.objects.visible_to(bo).exists()
    visitor.as_(ana).post(f"/cases/{case.pk}/team/", {"person": str(bo.pk)})
    assert Case.objects.visible_to(bo).get() == case
    assert visitor.as_(bo).get(f"/students/{case.student_id}/").status_code == 200

    visitor.as_(ana).post(f"/cases/{case.pk}/team/{bo.pk}/departure/")
    assert not Case.objects.visible_to(bo).exists()
    assert visitor.as_(bo).get(f"/students/{case.student_id}/").status_code == 404
    assert CareTeamMember.objects.get(user=bo).until is not None


def test_what_they_had_open_goes_to_who_leads_the_case(visitor, ana, marcus, case):
    team.join(case, marcus, by=ana, at=AT)
    dates.record(case, kind="evaluation_consent_received", on=date(2026, 10, 10), by=ana, at=AT)
    Deadline.objects.update(owner=marcus)
    task = Task.objects.create(case=case, title="Call", owner=marcus)

    visitor.as_(ana).post(f"/cases/{case.pk}/team/{marcus.pk}/departure/")
    task.refresh_from_db()
    assert task.owner == ana
    assert set(Deadline.objects.values_list("owner", flat=True)) == {ana.pk}


def test_who_leads_a_case_stays_until_it_is_handed_over(visitor, ana, olivia, case):
    page = visitor.as_(olivia).post(f"/cases/{case.pk}/team/{ana.pk}/departure/", follow=True)
    assert "Hand the case over first." in page.content.decode()
    assert CareTeamMember.objects.filter(user=ana, student=case.student, until=None).exists()


def test_billing_and_strangers_cannot_join(visitor, ana, marcus, bea, bo, case):
    assert visitor.as_(ana).post(f"/cases/{case.pk}/team/", {"person": str(bea.pk)}).status_code == 422
    assert visitor.as_(marcus).post(f"/cases/{case.pk}/team/", {"person": str(bo.pk)}).status_code == 404
    assert not CareTeamMember.objects.filter(user__in=[bea, bo]).exists()


def test_a_date_of_somebody_who_left_the_firm_warns_who_still_works_for_the_child(ana, bo, case):
    dates.record(case, kind="evaluation_consent_received", on=date(2026, 10, 10), by=ana, at=AT)
    row = Deadline.objects.get(rule="initial_evaluation")
    team.join(case, bo, by=ana, at=AT)
    User.objects.filter(pk=ana.pk).update(is_active=False)

    warnings.warn([str(row.pk)], DueWork.objects.get(kind=warnings.WARN, key=str(row.pk)).due_at)
    letter = Message.objects.get(kind="date-near")
    assert letter.recipient == bo.email
    assert "It belongs to Ana Reyes, who has left." in letter.body


def test_where_nobody_works_for_the_child_the_owners_are_warned(ana, olivia, case):
    dates.record(case, kind="evaluation_consent_received", on=date(2026, 10, 10), by=ana, at=AT)
    row = Deadline.objects.get(rule="initial_evaluation")
    User.objects.filter(pk=ana.pk).update(is_active=False)

    warnings.warn([str(row.pk)], DueWork.objects.get(kind=warnings.WARN, key=str(row.pk)).due_at)
    told = set(Message.objects.filter(kind="date-near").values_list("recipient", flat=True))
    assert told == set(User.objects.filter(role=Role.OWNER, is_active=True).values_list("email", flat=True))


def test_a_team_of_many_costs_the_page_no_more_queries(visitor, ana, bo, marcus, case):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page = visitor.as_(ana).get(f"/cases/{case.pk}/").content.decode()
    places = [page.index(f'id="{part}"') for part in ("h-next", "dates", "tasks", "h-log")]
    assert places == sorted(places)  # on a phone what lies ahead stands above what was said
    with CaptureQueriesContext(connection) as one:
        visitor.get(f"/cases/{case.pk}/")
    for person in (bo, marcus):
        team.join(case, person, by=ana, at=AT + timedelta(minutes=1))
    with CaptureQueriesContext(connection) as three:
        visitor.get(f"/cases/{case.pk}/")
    assert len(three) == len(one)

"""Who stands how to a child: every route that names a row is asked by its advocate, by one who is not on the team, by another
family and by a guest of another child. Which rows a route names is read from the question it puts to the database."""

import json
import re
import uuid
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from accounts.models import User
from cases import clock as case_clock
from cases import meetings
from cases.models import Attendee, Case, Decision, MeetingRequest
from clients import about, agreements
from clients.models import AgreementTemplate, CareTeamMember, Contact, Student
from intake import asking
from intake.models import Inquiry, QuestionList
from reviews import reading
from tests.conftest import Visitor
from tests.house.matrix import MATRIX
from tests.house.test_matrix import firm_routes, key_of
from tests.house.test_odd_input import GOOD, ODD
from tests.tenants.test_canary import live
from tests.world import NOW, key

NOBODYS = uuid.UUID(int=7)
TABLES = {model._meta.db_table: model for config in apps.get_app_configs() if config.name in settings.TENANT_APPS for model in config.get_models()}  # fmt: skip
ADVOCATES = sorted(name for name, (_methods, who) in MATRIX.items() if "A" in who)
FAMILIES = sorted(name for name, (_methods, who) in MATRIX.items() if "F" in who and "A" not in who)
# The firm's own and each person's own, which no child is behind: who may open these is the matrix's whole answer.
FIRMS_OWN = {
    "scheduling.Service", "clients.District", "clients.School", "clients.SchoolPerson", "scheduling.DateHours", "scheduling.Closure",
    "scheduling.Block", "cases.SchoolCalendar", "cases.SchoolYear", "accounts.ApiToken", "accounts.Invitation", "invoices.Timer",
    "clients.AgreementTemplate", "cases.TaskTemplate", "intake.QuestionList", "intake.Question",
}  # fmt: skip
# Rows that this world has none of. Each has its case in the tests of its app.
ELSEWHERE = {
    "clients.Release", "clients.MergeRecord", "cases.Removal", "intake.ConflictReport", "reviews.Comparison", "reviews.Question",
    "reviews.Goal", "reviews.PlanInForce", "scheduling.Series", "invoices.SignOff", "payments.Refund", "invoices.CreditNote",
}  # fmt: skip


def pattern(name):
    return firm_routes()[name].pattern


def keywords(name, pk):
    """What the route is called with, when it names a row; else None."""
    if name.startswith("api-"):
        return {"pk": pk} if "pk" in pattern(name).regex.groupindex else None
    kinds = {key: type(converter).__name__ for key, converter in pattern(name).converters.items()}
    if "UUIDConverter" not in kinds.values():
        return None
    return {key: {"UUIDConverter": pk, "IntConverter": 1}.get(kind, "x") for key, kind in kinds.items()}


def ask(cast, name, person, pk, *, method="", told=None):
    """The status of the route's first method, as this person; whatever it did is taken back."""
    method = method or ("get" if "GET" in MATRIX[name][0] else min(MATRIX[name][0]).lower())
    visitor, headers = Visitor(cast), {}
    if name.startswith("api-"):
        headers = {"Authorization": f"Bearer {key_of(person)}"}
    else:
        visitor.as_(User.objects.get(pk=person.pk))
    with transaction.atomic():
        try:
            path = reverse(name, kwargs=keywords(name, pk), urlconf="config.urls")
            more = {} if told is None else {"data": told}
            if told is not None and name.startswith("api-"):
                more = {"data": json.dumps(told), "content_type": "application/json"}
            return visitor._send(method, path, headers=headers, **more).status_code
        finally:
            transaction.set_rollback(True)


_known = {}


def table_of(cast, name, person):
    """The model whose row a route looks for: the first question in which nobody's id stands."""
    if name not in _known:
        _known[name] = _table_of(cast, name, person)
    return _known[name]


def outer(sql):
    """The question without those that stand inside it."""
    while (shorter := re.sub(r"\([^()]*\)", "", sql)) != sql:
        sql = shorter
    return sql


def _table_of(cast, name, person):
    found = []

    def note(execute, sql, params, many, context):
        if not found and params and any(str(value) == str(NOBODYS) for value in params):
            found.extend(re.findall(r'(?:FROM|UPDATE) "(\w+)"', outer(str(sql)))[:1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ask(cast, name, person, NOBODYS)
    return TABLES.get(found[0]) if found else None


def child_of(row, depth=0):
    """The student a row is about, by the keys that lead there."""
    if isinstance(row, Student) or row is None or depth > 4:
        return row if isinstance(row, Student) else None
    if isinstance(row, Contact):
        guardianship = row.guardianships.first()
        return guardianship.student if guardianship else None
    keys = [field.name for field in row._meta.concrete_fields if field.is_relation and field.related_model is not User]  # fmt: skip
    for name in sorted(keys, key=lambda name: name != "student"):
        found = child_of(getattr(row, name), depth + 1)
        if found:
            return found
    return None


@pytest.fixture
def lived(harbor, ana, bea, mateo, clock, standins):
    """All that can be about Mateo."""
    live(harbor, "")
    luz = Contact.objects.get(pk=key("contact luz"))
    case = Case.objects.get(student=mateo)
    case_clock.record(case, kind="evaluation_consent_received", on=date(2026, 11, 2), by=ana, at=NOW)
    meeting = meetings.plan(
        case, kind="iep", advocate=ana, starts_at=NOW + timedelta(days=9), ends_at=NOW + timedelta(days=9, hours=1),
        travel_minutes=0, place="School", by=ana, at=NOW, agenda="1. Reading",
    )  # fmt: skip
    Attendee.objects.create(meeting=meeting, name="Ms. Dana")
    MeetingRequest.objects.create(meeting=meeting, text="More reading")
    Decision.objects.create(meeting=meeting, text="Twice a week")
    meetings.keep_concerns(meeting, [("When?", True)], by=ana, at=NOW)
    Inquiry.objects.create(
        contact=luz, student=mateo, concern="Reads slowly", advocate=ana, taken_by=ana, taken_at=NOW
    )
    agreements.send(
        AgreementTemplate.objects.exclude(kind="release").get(), contact=luz, student=mateo, by=ana, at=NOW
    )
    about.save(mateo, {"strengths": "Maps"}, by=ana, language="en", at=NOW)
    asking.ask(QuestionList.objects.get(), contact=luz, student=mateo)
    reading.open_review(mateo.documents.get(pk=key("document Mateo")).newest, at=NOW)
    return harbor


def row_about(model, child):
    return next((row for row in model.objects.all()[:60] if child_of(row) == child), None)


def walk(cast, names, *, theirs, child, askers):
    """For each route that names a row about `child`, what each of `askers` is answered; and the models of the other routes."""
    answered, others = {}, set()
    for name in names:
        model = table_of(cast, name, theirs) if keywords(name, NOBODYS) else None
        if model is None:
            continue
        row = row_about(model, child)
        if row:
            answered[name] = tuple(ask(cast, name, asker, row.pk) for asker in askers)
        else:
            others.add(model._meta.label)
    return answered, others


@pytest.mark.timeout(300)
def test_an_advocate_who_is_not_on_the_team_finds_nothing_of_the_child(lived, ana, marcus, mateo):
    answered, others = walk(lived, ADVOCATES, theirs=ana, child=mateo, askers=(marcus,))
    # What is there of Ada alone, whom Marcus works for.
    ada = Student.objects.get(pk=key("student Ada"))
    left = [name for name in ADVOCATES if name not in answered and name.startswith(("api-", "shared-"))]
    answered_of_ada, _others = walk(lived, left, theirs=marcus, child=ada, askers=(ana,))
    answered |= answered_of_ada

    assert {name: status for name, (status,) in answered.items() if status != 404} == {}
    assert len(answered) > 230
    answered_models = {table_of(lived, name, marcus)._meta.label for name in answered_of_ada}
    assert others - answered_models - FIRMS_OWN - ELSEWHERE == set()


@pytest.mark.timeout(300)
def test_the_childs_own_advocate_finds_the_same_rows(lived, ana, mateo):
    """Else the test above would pass with nothing there. A word or number besides the row is nonsense in this walk."""
    reads = [name for name in ADVOCATES if MATRIX[name][0] == {"GET"}]
    answered, _others = walk(lived, reads, theirs=ana, child=mateo, askers=(ana,))
    found = {name for name, (status,) in answered.items() if status == 200 or status == 302}

    assert len(found) > 0.7 * len(answered) > 30


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("name_of_child", "short", "least"), [("Mateo", "ana", 300), ("Ada", "marcus", 200)])
def test_nothing_posted_to_a_row_that_is_there_fails(lived, name_of_child, short, least):
    """Empty, well filled in, and every field odd: a page, a sentence, never 5xx. The odd-input walk asks rows that are not there."""
    child, advocate = Student.objects.get(pk=key(f"student {name_of_child}")), User.objects.get(pk=key(short))
    wrong, asked = [], 0
    for name in ADVOCATES:
        model = table_of(lived, name, advocate) if keywords(name, NOBODYS) else None
        row = row_about(model, child) if model else None
        if row is None:
            continue
        for method in MATRIX[name][0] & {"POST", "PATCH", "DELETE"}:
            for told in ({}, GOOD, dict.fromkeys(GOOD, ODD[2])):
                asked += 1
                try:
                    status = ask(lived, name, advocate, row.pk, method=method.lower(), told=told)
                except Exception as problem:
                    status = repr(problem)[:200]
                if not isinstance(status, int) or status >= 500:
                    wrong.append((name, method, status, str(told)[:40]))
    assert wrong == []
    assert asked > least


@pytest.mark.parametrize(("short", "names"), [("ngozi", FAMILIES), ("gus", ["shared-page", "shared-wins", "shared-post-new", "document-copy", "document-part", "picture", "point", "session"])])  # fmt: skip
def test_another_family_and_a_guest_of_nobody_find_nothing(lived, luz, mateo, short, names):
    """Gus has a grant for no child of this world."""
    asker = User.objects.get(pk=key(short))
    answered, _others = walk(lived, names, theirs=luz, child=mateo, askers=(asker,))

    assert {name: status for name, (status,) in answered.items() if status not in {403, 404}} == {}
    assert len(answered) >= min(6, len(names))


def test_a_former_advocate_finds_nothing_any_more(lived, ana, mateo):
    """The day after the team was left, by the same walk."""
    Case.objects.filter(student=mateo).update(advocate=User.objects.get(pk=key("marcus")))
    CareTeamMember.objects.filter(student=mateo, user=ana).update(until=NOW - timedelta(days=1))
    names = ["student", "case", "document", "sheet", "term-report", "session", "deadline", "meeting", "thread", "student-about-pdf", "picture", "api-student-detail"]  # fmt: skip
    answered, _others = walk(lived, names, theirs=ana, child=mateo, askers=(ana,))

    assert answered == {name: (404,) for name in names}

"""Background work runs in the firm it names, and nowhere else."""

import contextlib
import uuid
from datetime import timedelta

import pytest
from django.db import connection

from clients.models import Family
from config.celery import app
from tenants import due, tasks, throttle
from tenants.backend.base import NOBODY, NoFirm
from tenants.models import DueWork, Firm
from tenants.places import firm_or_none, in_public, nowhere, within
from tenants.tasks import FIRM_TASKS, UnknownFirm, firm_task, run_later, sweep
from tests.world import CANARY, NOW

app.loader.import_default_modules()  # as a worker does, so that every task is known
seen_in: list[object] = []


@firm_task
def look(*, fail: bool = False) -> None:
    seen_in.append((firm_or_none().slug, sorted(Family.objects.values_list("name", flat=True))))
    if fail:
        raise ZeroDivisionError


@pytest.fixture(autouse=True)
def seen():
    seen_in.clear()
    return seen_in


# What each task is called with besides its firm; a new task needs a line here.
ARGUMENTS = {
    "tests.tenants.test_tasks.look": {},
    "tenants.tasks.do_due": {"kind": "outbox.send", "keys": []},
    "outbox.tasks.send_now": {"keys": []},
    "documents.tasks.check_in_background": {"version_id": "00000000-0000-0000-0000-000000000007"},
    "scheduling.tasks.say_now": {"keys": []},
    "billing.tasks.act_now": {"keys": []},
    "messaging.tasks.fetch_now": {"keys": []},
    "payments.tasks.act_now": {"keys": []},
    "payments.tasks.look_now": {"keys": []},
    "payments.tasks.refund_now": {"keys": []},
    "reviews.tasks.read_in_background": {"version_id": "00000000-0000-0000-0000-000000000007"},
}


@pytest.fixture(params=sorted(ARGUMENTS))
def task(request):
    return FIRM_TASKS[request.param]


def test_every_task_is_asked():
    assert set(FIRM_TASKS) == set(ARGUMENTS)


def test_a_task_without_a_firm_is_refused(firms, task):
    with pytest.raises(TypeError):
        task(**ARGUMENTS[task.name])


def test_a_task_does_not_take_the_firm_that_happens_to_be_chosen(harbor, task):
    with pytest.raises(TypeError):
        task(**ARGUMENTS[task.name])


@pytest.mark.parametrize("named", [uuid.UUID(int=7), "", "harbor", None, "public"])
def test_a_task_of_an_unknown_firm_does_nothing(firms, task, named):
    with pytest.raises((UnknownFirm, ValueError)):
        task(firm_id=named, **ARGUMENTS[task.name])
    assert seen_in == []


def test_a_task_of_a_firm_that_was_deleted_does_nothing(harbor, task):
    with in_public():
        Firm.objects.filter(pk=harbor.firm.id).update(opened_at=None)

    with pytest.raises(UnknownFirm):
        task(firm_id=str(harbor.firm.id), **ARGUMENTS[task.name])
    assert seen_in == []


def test_a_task_of_a_suspended_firm_does_nothing(harbor, task):
    with in_public():
        Firm.objects.filter(pk=harbor.firm.id).update(suspended_at=NOW)

    with pytest.raises(UnknownFirm):
        task(firm_id=str(harbor.firm.id), **ARGUMENTS[task.name])
    assert seen_in == []


def test_after_another_firms_crash_a_task_is_where_it_should(harbor, birch):
    with pytest.raises(ZeroDivisionError):
        look(firm_id=str(birch.firm.id), fail=True)
    look(firm_id=str(harbor.firm.id))

    assert [slug for slug, _ in seen_in] == ["birch", "harbor"]
    assert seen_in[1][1] == ["Okafor", "Rivera"]


def test_a_task_inside_another_firm_goes_to_its_own_and_back(harbor, birch):
    look(firm_id=str(birch.firm.id))

    assert seen_in == [("birch", [f"Okafor{CANARY}", f"Rivera{CANARY}"])]
    assert firm_or_none() == harbor.firm
    assert set(Family.objects.values_list("name", flat=True)) == {"Okafor", "Rivera"}


def test_a_retry_is_in_the_same_firm(firms, birch):
    for _ in range(2):
        with nowhere(), pytest.raises(ZeroDivisionError):
            look.apply(kwargs={"firm_id": str(birch.firm.id), "fail": True})

    assert [slug for slug, _ in seen_in] == ["birch", "birch"]


@pytest.mark.commits
def test_between_tasks_the_connection_stands_nowhere(firms):
    for name in ("harbor", "birch"):
        look(firm_id=str(firms[name].firm.id))
        assert connection.schema_name == NOBODY
        assert connection._reported() in {NOBODY, ""}
        with pytest.raises(NoFirm):
            Family.objects.count()


def test_ringing_without_a_firm_is_refused(firms):
    for place in (nowhere, in_public):
        with place(), pytest.raises(NoFirm):
            run_later(look)


def test_a_bell_rings_for_the_firm_it_was_rung_in(harbor, birch, monkeypatch):
    rung = []
    monkeypatch.setattr(look, "apply_async", lambda kwargs, **_: rung.append(kwargs))
    from django.test.testcases import TestCase

    with TestCase.captureOnCommitCallbacks(execute=True), within(birch.firm):
        run_later(look, fail=False)

    assert rung == [{"firm_id": str(birch.firm.id), "fail": False}]


# -- the sweep -------------------------------------------------------------------------------


@pytest.fixture
def done(monkeypatch):
    """Has the kind “count” noted by the firm it ran in."""
    found = []
    monkeypatch.setitem(
        due._handlers, "count", lambda keys, at: found.append((firm_or_none().slug, sorted(keys)))
    )
    return found


def test_the_sweep_hands_each_firm_its_own(harbor, birch, clock, done):
    for cast in (harbor, birch):
        with within(cast.firm):
            for n in range(2):
                due.plan("count", f"{cast.firm.slug} {n}", due_at=NOW)
            due.plan("count", "later", due_at=NOW + timedelta(minutes=1))

    assert sweep() == 4
    assert sorted(done) == [("birch", ["birch 0", "birch 1"]), ("harbor", ["harbor 0", "harbor 1"])]
    assert sweep() == 0  # leased


def test_one_firms_crash_keeps_no_other_from_its_work(harbor, birch, clock, monkeypatch):
    found = []

    def work(keys, at):
        if firm_or_none().slug == "birch":
            raise ZeroDivisionError
        found.append(firm_or_none().slug)

    monkeypatch.setitem(due._handlers, "count", work)
    rung = []
    monkeypatch.setattr(tasks.do_due, "apply_async", lambda kwargs, **_: rung.append(kwargs))
    for cast in (birch, harbor):
        with within(cast.firm):
            due.plan("count", "key", due_at=NOW)
    sweep()
    for kwargs in rung:
        with contextlib.suppress(ZeroDivisionError):
            tasks.do_due(**kwargs)

    assert (len(rung), found) == (2, ["harbor"])
    assert set(due.claim(at=NOW + due.LEASE)) >= {(birch.firm.id, "count")}  # found again


def test_the_sweep_forgets_tries_that_no_limit_looks_back_to(harbor, clock, done):
    for who in (harbor.firm, None):
        with within(who) if who else in_public():
            throttle.note("old", "x", at=NOW - throttle.KEPT - timedelta(seconds=1))
            throttle.note("new", "x", at=NOW - throttle.KEPT + timedelta(seconds=1))
    sweep()

    for who in (harbor.firm, None):
        with within(who) if who else in_public():
            assert throttle.count("old", "x", within=timedelta(days=400), at=NOW) == 0
            assert throttle.count("new", "x", within=timedelta(days=400), at=NOW) == 1


def test_the_sweep_leaves_a_suspended_firm_alone_until_it_is_back(harbor, birch, clock, done):
    with within(birch.firm):
        due.plan("count", "key", due_at=NOW)
    with in_public():
        Firm.objects.filter(pk=birch.firm.id).update(suspended_at=NOW)
    assert (sweep(), done) == (0, [])

    with in_public():
        Firm.objects.filter(pk=birch.firm.id).update(suspended_at=None)
    assert (sweep(), done) == (1, [("birch", ["key"])])


def test_planning_again_moves_the_row_and_frees_it(harbor, clock, done):
    due.plan("count", "key", due_at=NOW)
    due.claim(at=NOW)
    due.plan("count", "key", due_at=NOW + timedelta(hours=1))

    row = DueWork.objects.get(key="key")
    assert (row.due_at, row.leased_until, row.tries) == (NOW + timedelta(hours=1), None, 0)
    clock.now = NOW + timedelta(hours=1)
    sweep()
    assert done == [("harbor", ["key"])]


def test_a_kind_that_nobody_handles_cannot_be_planned(harbor):
    with pytest.raises(ValueError, match="nobody handles"):
        due.plan("nonsense", "key", due_at=NOW)


def test_a_due_row_carries_no_words(harbor, service, clock, work_due, standins):
    """Names of clients stay out of task arguments: keys are ids."""
    from scheduling import booking as bookings
    from scheduling.availability import free_slots

    slot = free_slots(service, since=NOW, until=NOW + timedelta(days=9), at=NOW)[-1]
    asker = bookings.Asker(name="Luz Rivera", phone="+14065550188", email="luz@home.example", child="Mateo", texts_wording="y")  # fmt: skip
    booking = bookings.book(service, starts_at=slot.starts_at, asker=asker, at=NOW)

    assert list(DueWork.objects.values_list("key", flat=True)) == [f"{booking.pk}/0/booked/family"]
    work_due(NOW)
    keys = list(DueWork.objects.values_list("key", flat=True))
    assert len(keys) == 2  # the two reminders; what was due now has left
    assert all(uuid.UUID(key) for key in keys)

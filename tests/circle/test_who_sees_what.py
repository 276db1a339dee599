"""No order of grants, lapses, blocks and withdrawals shows a guest or a blocked guardian one byte more than what is in force.

A model beside the product keeps what should hold, in plain sets; after each step every person asks for every page, and
each part's canary is there exactly when the model says so.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from circle import writing
from clients import about, guests
from clients.models import ADDABLE, Contact, Guardianship, GuestGrant, Part, Student
from minutes.models import DeliveredSession
from progress import sheets
from progress.models import DataPoint, DataSheet, TermReport
from tenants.places import within
from tests.conftest import Visitor
from tests.world import NOW, key

CANARIES = {
    Part.WINS: "canary-of-wins", Part.PAGE: "canary-of-talk", Part.STRATEGIES: "canary-of-strategies",
    Part.CHECKINS: "canary-of-agreements", Part.ABOUT: "canary-of-about", Part.GOALS: "canary-of-a-change",
    Part.POINTS: "137.3", Part.MINUTES: "canary-of-minutes", Part.REPORTS: "Jul 19",
}  # fmt: skip
PARTS = st.sets(st.sampled_from(sorted(CANARIES)), min_size=1)
TEACHERS = ("gus", "kim")
GUARDIANS = ("luz", "diego")


class WhoSeesWhat(RuleBasedStateMachine):
    """Two guardians who may grant, two teachers, one child, and the days of a school year."""

    cast: Any = None
    clock: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.place = within(self.cast.firm)
        self.place.__enter__()
        self.atomic = transaction.atomic()
        self.atomic._from_testcase = True
        self.atomic.__enter__()
        self.clock.now = NOW
        self.student = Student.objects.get(pk=key("student Mateo"))
        self.people = {name: User.objects.get(pk=key(name)) for name in ("luz", "gus", "ana")}
        # What should hold: who is blocked from which day, whose rights ended, and the grants that stand.
        self.blocked: dict[str, date | None] = dict.fromkeys(GUARDIANS)
        self.rights_over: dict[str, date | None] = dict.fromkeys(GUARDIANS)
        self.sees_at_all = dict.fromkeys(GUARDIANS, True)
        self.grants: dict[str, tuple[str, frozenset[str], frozenset[str], date]] = {}
        self._begin()

    def _begin(self) -> None:
        luz = self.people["luz"]
        father = User.objects.create_user(email="diego@home.example", name="Diego", role="family")
        contact = Contact.objects.create(family=self.student.family, user=father, name="Diego")
        Guardianship.objects.create(contact=contact, student=self.student)
        self.people["diego"] = father
        self.people["kim"] = User.objects.create_user(email="kim@school.example", name="Kim", role="guest")
        writing.celebrate(
            self.student, by=luz, words=CANARIES[Part.WINS], setting="home", happened_on=NOW.date(), at=NOW
        )
        writing.post(self.student, by=luz, words=CANARIES[Part.PAGE], at=NOW)
        writing.help_with(
            self.student, by=luz, trigger=CANARIES[Part.STRATEGIES], response="x", who="", at=NOW
        )
        writing.agree(self.student, by=luz, words=CANARIES[Part.CHECKINS], who="x", due_on=None, at=NOW)
        self._begin_with_numbers()
        about.save(self.student, {"strengths": CANARIES[Part.ABOUT]}, by=luz, language="en", at=NOW)

    def _begin_with_numbers(self) -> None:
        """A goal with a number and a marked change, a session, a report that was sent."""
        ana, day = self.people["ana"], NOW.date() - timedelta(days=20)
        sheet = DataSheet.objects.create(
            student=self.student, goal_text="Reads", measure="words", baseline=20, target=90, starts_on=day,
            target_on=day + timedelta(days=300), quiet_on=day, set_up_by=ana, set_up_at=NOW,
        )  # fmt: skip
        # The newest number is said with the chart; the one before it only among the numbers behind it.
        for value, ago in ((137.3, 3), (41, 0)):
            at = NOW - timedelta(days=ago)
            DataPoint.objects.create(
                key=uuid4(), sheet=sheet, value=value, setting="home", happened_at=at, happened_on=at.date(), logged_by=ana, logged_at=NOW,
            )  # fmt: skip
        sheets.mark(sheet, on=day + timedelta(days=5), words=CANARIES[Part.GOALS], by=ana, at=NOW)
        DeliveredSession.objects.create(
            student=self.student, on=NOW.date() - timedelta(days=1), service_name=CANARIES[Part.MINUTES], minutes=30,
            evidence="log", recorded_by=ana, recorded_at=NOW,
        )  # fmt: skip
        TermReport.objects.create(
            student=self.student, starts_on=date(2025, 7, 19), ends_on=date(2025, 11, 1), written_by=ana, written_at=NOW,
            approved_by=ana, approved_at=NOW, sent_at=NOW,
        )  # fmt: skip

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.place.__exit__(None, None, None)

    # -- the model --

    @property
    def today(self) -> date:
        return guests.local_day(self.clock.now)

    def sees(self, guardian: str) -> bool:
        block = self.blocked[guardian]
        return self.sees_at_all[guardian] and (block is None or block > self.today)

    def decides(self, guardian: str) -> bool:
        over = self.rights_over[guardian]
        return self.sees(guardian) and (over is None or over > self.today)

    def settle(self) -> None:
        """Grants that no longer hold are gone for good."""
        self.grants = {
            teacher: told for teacher, told in self.grants.items() if told[3] >= self.today and self.decides(told[0])
        }  # fmt: skip

    def expected(self, name: str) -> frozenset[str]:
        if name in GUARDIANS:
            return frozenset(CANARIES) if self.sees(name) else frozenset()
        told = self.grants.get(name)
        if told is None or told[3] < self.today or not self.decides(told[0]):
            return frozenset()
        return told[1]

    # -- what people do --

    @rule(
        guardian=st.sampled_from(GUARDIANS),
        teacher=st.sampled_from(TEACHERS),
        sees=PARTS,
        adds=PARTS,
        days=st.integers(0, 20),
    )
    def grant(self, guardian: str, teacher: str, sees: set[str], adds: set[str], days: int) -> None:
        told = {
            "by": self.people[guardian], "email": self.people[teacher].email, "name": teacher, "job": "teacher",
            "sees": sees, "adds": adds & sees & set(ADDABLE), "lapses_on": self.today + timedelta(days=days), "at": self.clock.now,
        }  # fmt: skip
        if not self.decides(guardian):
            with pytest.raises(guests.CannotGrant):
                guests.grant(self.student, **told)
            return
        guests.grant(self.student, **told)
        self.grants[teacher] = (guardian, frozenset(sees), frozenset(told["adds"]), told["lapses_on"])

    @rule(teacher=st.sampled_from(TEACHERS), by=st.sampled_from(("luz", "ana")))
    def end(self, teacher: str, by: str) -> None:
        row = GuestGrant.objects.filter(student=self.student, user=self.people[teacher]).standing().first()
        if row is not None:
            guests.end(row, by=self.people[by], at=self.clock.now)
            self.grants.pop(teacher, None)

    @rule(guardian=st.sampled_from(GUARDIANS), days=st.none() | st.integers(-3, 6))
    def block(self, guardian: str, days: int | None) -> None:
        """A court blocks a guardian from a day, or the block is lifted; the office writes it down."""
        self._tie(guardian, "blocked_from", self.blocked, days)

    @rule(guardian=st.sampled_from(GUARDIANS), days=st.none() | st.integers(-3, 6))
    def end_rights(self, guardian: str, days: int | None) -> None:
        self._tie(guardian, "rights_ended_on", self.rights_over, days)

    def _tie(self, guardian: str, name: str, model: dict[str, date | None], days: int | None) -> None:
        self.settle()
        day = None if days is None else self.today + timedelta(days=days)
        ties = Guardianship.objects.filter(student=self.student, contact__user=self.people[guardian])
        guests.settle(self.student, at=self.clock.now)
        ties.update(**{name: day})
        guests.settle(self.student, at=self.clock.now)
        model[guardian] = day
        self.settle()

    @rule(guardian=st.sampled_from(GUARDIANS), may=st.booleans())
    def may_see(self, guardian: str, may: bool) -> None:
        ties = Guardianship.objects.filter(student=self.student, contact__user=self.people[guardian])
        guests.settle(self.student, at=self.clock.now)
        self.settle()
        ties.update(may_see=may)
        guests.settle(self.student, at=self.clock.now)
        self.sees_at_all[guardian] = may
        self.settle()

    @rule(days=st.integers(1, 12))
    def time_passes(self, days: int) -> None:
        """No work is done meanwhile: what is read must hold by itself."""
        self.clock.now += timedelta(days=days)

    @precondition(lambda self: self.grants)
    @rule()
    def work_is_done(self) -> None:
        rows = GuestGrant.objects.filter(student=self.student).standing()
        guests.lapse([str(row.pk) for row in rows], self.clock.now)
        self.settle()

    @rule(
        teacher=st.sampled_from(TEACHERS),
        part=st.sampled_from([Part.WINS, Part.PAGE, Part.CHECKINS, Part.STRATEGIES]),
    )
    def add(self, teacher: str, part: str) -> None:
        told = self.grants.get(teacher)
        allowed = bool(told) and part in (told[2] if self.expected(teacher) else ())
        person, at = self.people[teacher], self.clock.now
        acts = {
            Part.WINS: lambda: writing.celebrate(self.student, by=person, words="more", setting="school", happened_on=self.today, at=at),
            Part.PAGE: lambda: writing.post(self.student, by=person, words="more", at=at),
            Part.CHECKINS: lambda: writing.agree(self.student, by=person, words="more", who="x", due_on=None, at=at),
            Part.STRATEGIES: lambda: writing.help_with(self.student, by=person, trigger="more", response="x", who="", at=at),
        }  # fmt: skip
        if allowed:
            acts[Part(part)]()
        else:
            with pytest.raises(writing.CannotWrite):
                acts[Part(part)]()

    # -- what must hold after each step --

    @invariant()
    def each_sees_what_is_in_force_and_not_a_byte_more(self) -> None:
        for name in (*GUARDIANS, *TEACHERS):
            wanted = self.expected(name)
            person = self.people[name]
            parts = guests.parts(person, self.student, at=self.clock.now)
            assert parts.sees & set(CANARIES) == wanted, name
            assert Student.objects.shared_with(person, at=self.clock.now).exists() == bool(wanted), name
            if name in GUARDIANS:
                assert Student.objects.visible_to(person).filter(pk=self.student.pk).exists() == bool(
                    wanted
                ), name

    @rule(name=st.sampled_from((*GUARDIANS, *TEACHERS)))
    def look(self, name: str) -> None:
        wanted = self.expected(name)
        visitor = Visitor(self.cast).as_(self.people[name])
        page = f"/shared/{self.student.pk}/"
        answers = [visitor.get(path) for path in (page, f"{page}wins/", f"{page}people/", f"{page}minutes/", "/shared/", "/portal/", "/portal/progress/", f"/portal/children/{self.student.pk}/")]  # fmt: skip
        text = "".join(answer.content.decode() for answer in answers)
        found = {part for part, canary in CANARIES.items() if canary in text}
        if name in GUARDIANS and not wanted:
            assert found == set()
            assert "Mateo" not in text
        if name in TEACHERS:
            assert found == set(wanted), (name, found, wanted)
        assert (answers[0].status_code == 200) == bool(wanted)


def machine(harbor: Any, clock: Any) -> type[WhoSeesWhat]:
    return type("Machine", (WhoSeesWhat,), {"cast": harbor, "clock": clock})


COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}


def test_no_order_of_events_shows_more(harbor, clock, standins):
    run_state_machine_as_test(
        machine(harbor, clock), settings=settings(max_examples=8, stateful_step_count=12, **COMMON)
    )


def test_each_part_alone_shows_itself_alone(harbor, clock, standins):
    one = machine(harbor, clock)()
    try:
        for part in CANARIES:
            one.grant(guardian="luz", teacher="gus", sees={part}, adds=set(), days=14)
            one.look(name="gus")
            one.end(teacher="gus", by="luz")
    finally:
        one.teardown()


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(8))
def test_no_order_of_events_shows_more_in_full(harbor, clock, standins, part):
    """400 sequences of 40 acts, in parts that can be run one at a time."""
    sequences = seed(part)(machine(harbor, clock))
    run_state_machine_as_test(sequences, settings=settings(max_examples=50, stateful_step_count=40, **COMMON))

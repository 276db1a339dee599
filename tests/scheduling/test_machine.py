"""Bookings made, moved, called off and confirmed in any order: never two at a time, and what is said fits."""

import itertools
from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule, run_state_machine_as_test

from accounts.models import User
from outbox.models import Message
from scheduling import booking as bookings
from scheduling.availability import free_slots
from scheduling.booking import Asker, SlotTaken, TooLate
from scheduling.models import Booking, Service
from tests.world import NOW, key

LUZ = Asker(
    name="Luz", email="luz@home.example", phone="+14065550188", timezone="America/Denver", texts_wording="y"
)


class Diary(RuleBasedStateMachine):
    made = Bundle("made")

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.at = NOW
        self.service = Service.objects.get()
        self.ana = User.objects.get(pk=key("ana"))
        self.grid = [NOW + timedelta(minutes=10 * n) for n in range(1, 200)]

    def shown(self, leave_out=None):
        slots = free_slots(self.service, since=self.at, until=self.at + timedelta(days=2), at=self.at, advocates=[self.ana], leave_out=leave_out)  # fmt: skip
        return {slot.starts_at for slot in slots}

    @rule(target=made, n=st.integers(0, 198))
    def book(self, n):
        moment, shown = self.grid[n], self.shown()
        try:
            booking = bookings.book(self.service, starts_at=moment, asker=LUZ, at=self.at, advocate=self.ana)
        except SlotTaken as taken:
            near = [slot.starts_at for slot in taken.nearest]
            self.agree(moment not in shown and len(near) == len(set(near)))
            return None
        assert moment in shown
        return booking.pk

    @rule(pk=made, n=st.integers(0, 198), staff=st.booleans())
    def move(self, pk, n, staff):
        if pk is None:
            return
        before = Booking.objects.get(pk=pk)
        shown = self.shown(leave_out=before)
        open_ = before.is_standing if staff else before.can_be_changed(at=self.at)
        try:
            after = bookings.move(before, starts_at=self.grid[n], at=self.at, by=self.ana if staff else None)
        except TooLate:
            assert not open_
        except SlotTaken:
            assert self.grid[n] not in shown
        else:
            assert open_
            assert self.grid[n] in shown
            assert (after.sequence, after.confirmed_at) == (before.sequence + 1, None)

    @rule(pk=made, staff=st.booleans())
    def call_off(self, pk, staff):
        if pk is None:
            return
        before = Booking.objects.get(pk=pk)
        try:
            after = bookings.call_off(before, at=self.at, by=self.ana if staff else None)
        except TooLate:
            assert before.is_standing
            assert not staff
            return
        assert after.called_off_at is not None
        assert after.sequence == before.sequence + before.is_standing

    @rule(pk=made)
    def confirm(self, pk):
        if pk is not None:
            bookings.confirm(Booking.objects.get(pk=pk), at=self.at)
            assert Booking.objects.get(pk=pk).confirmed_at is not None

    @rule(minutes=st.integers(1, 240))
    def time_passes(self, minutes):
        self.at += timedelta(minutes=minutes)

    def agree(self, fits):
        assert fits

    def check(self):
        standing = sorted(Booking.objects.standing(), key=lambda booking: booking.starts_at)
        for one, two in itertools.pairwise(standing):
            assert one.busy.upper <= two.busy.lower
        for booking in Booking.objects.all():
            reminders = Message.objects.filter(subject=booking.subject, kind="reminder", state="due")
            if not booking.is_standing:
                assert not reminders.exists()
            for reminder in reminders:
                assert reminder.occurrence.endswith(f"/{booking.sequence}")

    def teardown(self):
        try:
            self.check()
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)


def test_create_move_cancel_confirm_in_any_order(harbor):
    run_state_machine_as_test(
        Diary,
        settings=settings(
            max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

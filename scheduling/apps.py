from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from cases import meetings
        from messaging import checking_in
        from outbox.sending import guard_batch
        from outbox.signals import delivery_changed, text_received, texts_allowed
        from payments import subjects
        from payments.signals import payment_settled
        from scheduling import booking, calendar, notices, paid, replies, series
        from tenants.due import on_due
        from web.access import Can
        from web.navigation import register

        series.on_breaks(series.school_breaks)
        checking_in.on_spoken(booking.last_call)
        on_due(notices.SAY, notices.say)
        guard_batch(notices.may_not_leave)
        subjects.register("booking", describe=paid.describe, amount_due=paid.amount_due, lock=paid.lock, bank=False, page=paid.page)  # fmt: skip
        meetings.on_other_work(calendar.beside_meeting)
        payment_settled.connect(paid.on_settled, dispatch_uid="paid-bookings")
        delivery_changed.connect(notices.fall_back, dispatch_uid="booking-fall-back")
        delivery_changed.connect(notices.by_text_again, dispatch_uid="booking-by-text-again")
        texts_allowed.connect(notices.remind_anew, dispatch_uid="booking-remind-anew")
        text_received.connect(replies.act, dispatch_uid="booking-replies")
        register("staff", label=_("Calendar"), icon="cal", url_name="bookings", order=30, phone=True, can=Can.SEE_BOOKINGS)  # fmt: skip
        register("settings", label=_("Your calendar elsewhere"), icon="link", url_name="calendar-feed", order=53, can=Can.SEE_BOOKINGS)  # fmt: skip
        register("settings", label=_("Closed days"), icon="cal", url_name="closures", order=55, can=Can.SET_SERVICES)  # fmt: skip
        register("new", label=_("Series of check-ins"), icon="cal", url_name="series-new", order=25, can=Can.EDIT_BOOKINGS)  # fmt: skip
        register("new", label=_("Time kept free"), icon="clock", url_name="block-new", order=60, can=Can.SET_OWN_HOURS)  # fmt: skip
        register(
            "new", label=_("Booking"), icon="cal", url_name="booking-new", order=20, can=Can.EDIT_BOOKINGS
        )

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "scheduling"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from outbox.sending import guard
        from outbox.signals import text_received
        from scheduling import notices, replies
        from tenants.due import on_due
        from web.access import Can
        from web.navigation import register

        on_due(notices.SAY, notices.say)
        guard(notices.may_leave)
        text_received.connect(replies.act, dispatch_uid="booking-replies")
        register("staff", label=_("Calendar"), icon="cal", url_name="bookings", order=30, phone=True, can=Can.SEE_BOOKINGS)  # fmt: skip
        register(
            "new", label=_("Booking"), icon="cal", url_name="booking-new", order=20, can=Can.EDIT_BOOKINGS
        )

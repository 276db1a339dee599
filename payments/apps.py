from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from outbox.sending import guard
        from payments import hearing, notices, paying, refunding
        from tenants.due import on_due
        from web.access import Can
        from web.navigation import register

        on_due(hearing.EVENT, hearing.act_on_events)
        on_due(paying.CHECK, paying.check_checkouts)
        on_due(refunding.REFUND, refunding.make_refunds)
        guard(notices.may_leave)
        register("account", label=_("Getting paid"), icon="card", url_name="payment-settings", order=56, can=Can.SET_FIRM)  # fmt: skip

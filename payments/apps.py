from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from payments import paying
        from tenants.due import on_due
        from web.access import Can
        from web.navigation import register

        on_due(paying.EVENT, paying.act_on_events)
        on_due(paying.CHECK, paying.check_checkouts)
        on_due(paying.REFUND, paying.make_refunds)
        register("account", label=_("Payments"), icon="card", url_name="payment-settings", order=56, can=Can.SET_FIRM)  # fmt: skip

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from outbox.sending import guard
        from payments import connecting, hearing, notices, paying, portal, reconciling, refunding
        from tenants.due import on_due
        from web import sections
        from web.access import Can
        from web.navigation import register

        on_due(hearing.EVENT, hearing.act_on_events)
        on_due(paying.CHECK, paying.check_checkouts)
        on_due(refunding.REFUND, refunding.make_refunds)
        on_due(connecting.RECONCILE, reconciling.reconcile_due)
        guard(notices.may_leave)
        register("settings", label=_("Getting paid"), icon="card", url_name="payment-settings", order=56, can=Can.SET_FIRM)  # fmt: skip
        register(
            "staff", label=_("Payments"), icon="receipt", url_name="payments", order=60, can=Can.SEE_MONEY
        )
        register(
            "new", label=_("Payment"), icon="receipt", url_name="payment-new", order=70, can=Can.EDIT_MONEY
        )
        sections.register("portal-home", template="payments/_home.html", order=20, can=Can.VISIT_PORTAL, context=portal.home_section)  # fmt: skip
        sections.register("case", template="payments/_case.html", order=80, can=Can.SEE_CASE_MONEY, context=portal.case_section)  # fmt: skip

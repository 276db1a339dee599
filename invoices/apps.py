from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "invoices"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from invoices import paid, reminding, telling
        from invoices.portal import bills_section
        from invoices.views.money import budget_section, closing_section
        from invoices.views.time import topbar
        from outbox import sending
        from tenants.due import on_due
        from web import sections
        from web.access import Can
        from web.navigation import register

        on_due(reminding.REMIND, reminding.remind)
        sending.guard(telling.held_back)
        paid.register_all()
        sections.register(
            "topbar", template="invoices/topbar.html", order=10, can=Can.LOG_TIME, context=topbar
        )
        sections.register("case", template="invoices/budget.html", order=10, can=Can.LOG_TIME, context=budget_section)  # fmt: skip
        sections.register("case-closure", template="invoices/closing.html", order=10, can=Can.SEE_MONEY, context=closing_section)  # fmt: skip
        register("staff", label=_("My time"), icon="hourglass", url_name="time", order=40, can=Can.SEE_TIME)
        register(
            "staff", label=_("Invoices"), icon="receipt", url_name="invoices", order=42, can=Can.SEE_MONEY
        )
        register("settings", label=_("Billing"), icon="receipt", url_name="billing-settings", order=55, can=Can.EDIT_MONEY)  # fmt: skip
        sections.register("portal-bills", template="portal/bills_section.html", order=10, can=Can.VISIT_PORTAL, context=bills_section)  # fmt: skip

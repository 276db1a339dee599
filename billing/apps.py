from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from billing import keeping, notices
        from tenants.due import on_due
        from web import banners
        from web.access import Can
        from web.navigation import register

        on_due(keeping.EVENT, keeping.act_on_events)
        on_due(keeping.CHECK, keeping.look_again)
        banners.register(notices.banner)
        register("settings", label=_("Plan and seats"), icon="coin", url_name="firm-plan", order=57, can=Can.SEE_PLAN)  # fmt: skip

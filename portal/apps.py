from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from web.access import Can
        from web.navigation import register

        register(
            "family",
            label=_("Home"),
            icon="home",
            url_name="portal",
            order=10,
            phone=True,
            can=Can.VISIT_PORTAL,
        )
        register(
            "family", label=_("Forms"), icon="sign", url_name="portal-forms", order=40, can=Can.VISIT_PORTAL
        )
        register("family", label=_("My details"), icon="user", url_name="portal-details", order=90, can=Can.VISIT_PORTAL)  # fmt: skip

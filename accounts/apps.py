from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from accounts import tidying
        from tenants.due import on_due
        from web.access import Can
        from web.navigation import register

        on_due(tidying.TIDY, tidying.tidy)

        register("account", label=_("Your profile"), icon="user", url_name="profile", order=10)
        register("settings", label=_("Staff"), icon="users", url_name="staff", order=60, can=Can.SET_STAFF)
        register(
            "settings",
            label=_("Access log"),
            icon="lock",
            url_name="access-log",
            order=90,
            can=Can.READ_AUDIT,
        )

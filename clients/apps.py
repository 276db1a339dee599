from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from clients import agreements
        from outbox.sending import guard
        from web.access import Can
        from web.navigation import register

        guard(agreements.may_leave)
        register("staff", label=_("Students"), icon="users", url_name="students", order=20, phone=True, can=Can.SEE_STUDENTS)  # fmt: skip
        register("account", label=_("Papers to sign"), icon="sign", url_name="templates", order=55, can=Can.SET_PAPERS)  # fmt: skip

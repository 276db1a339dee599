from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from web.access import Can
        from web.navigation import register

        register("staff", label=_("Students"), icon="users", url_name="students", order=20, phone=True, can=Can.SEE_STUDENTS)  # fmt: skip
        register(
            "student", label=_("Overview"), icon="user", url_name="student", order=10, can=Can.SEE_STUDENTS
        )

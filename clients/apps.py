from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from accounts.signing_in import never_to
        from clients import admitting, agreements, guests, reaching
        from outbox.sending import guard, narrow
        from tenants.due import on_due
        from web.access import Can
        from web.navigation import register

        guard(agreements.may_leave)
        narrow(reaching.hours_of)
        never_to(admitting.is_unsafe)
        on_due(guests.KIND, guests.lapse)
        register("staff", label=_("Students"), icon="users", url_name="students", order=20, phone=True, can=Can.SEE_STUDENTS)  # fmt: skip
        register("settings", label=_("Papers to sign"), icon="sign", url_name="templates", order=55, can=Can.SET_PAPERS)  # fmt: skip
        register(
            "student", label=_("Overview"), icon="user", url_name="student", order=10, can=Can.SEE_STUDENTS
        )
        register(
            "student",
            label=_("About"),
            icon="heart",
            url_name="student-about",
            order=20,
            can=Can.SEE_STUDENTS,
        )
        register("student", label=_("Permissions"), icon="sign", url_name="student-papers", order=60, can=Can.SEE_STUDENTS)  # fmt: skip
        register("new", label=_("Student"), icon="user-plus", url_name="student-new", order=30, can=Can.EDIT_STUDENTS)  # fmt: skip
        register(
            "staff", label=_("Schools"), icon="school", url_name="districts", order=45, can=Can.SEE_STUDENTS
        )

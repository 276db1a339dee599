from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "desk"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from desk import exports, people
        from web import sections
        from web.access import Can
        from web.navigation import register

        register(
            "staff", label=_("Today"), icon="sun", url_name="today", order=10, phone=True, can=Can.WORK_HERE
        )
        register(
            "staff", label=_("Deadlines"), icon="clock", url_name="deadlines", order=24, can=Can.SEE_CASES
        )
        register(
            "staff", label=_("Caseload"), icon="list", url_name="caseload", order=26, can=Can.SEE_ALL_STUDENTS
        )
        register("settings", label=_("Firm settings"), icon="cog", url_name="firm-settings", order=50, can=Can.SET_FIRM)  # fmt: skip
        register(
            "settings", label=_("Services"), icon="clock", url_name="services", order=52, can=Can.SET_SERVICES
        )
        register(
            "settings", label=_("Hours"), icon="clock", url_name="hours", order=54, can=Can.SET_OWN_HOURS
        )
        register("account", label=_("Settings"), icon="cog", url_name="settings-index", order=50, can=Can.WORK_HERE)  # fmt: skip
        exports.register_all()
        sections.register("staff", template="desk/staff_section.html", order=10, can=Can.SEE_MONEY, context=people.staff_section)  # fmt: skip
        sections.register("staff-member", template="desk/member_section.html", order=10, can=Can.SEE_MONEY, context=people.member_section)  # fmt: skip
        register(
            "staff", label=_("How we are doing"), icon="chart", url_name="firm", order=60, can=Can.SEE_FIGURES
        )
        register("settings", label=_("Take lists away"), icon="download", url_name="exports", order=59, can=Can.SEE_MONEY)  # fmt: skip

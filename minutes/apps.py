from __future__ import annotations

from django.apps import AppConfig


class MinutesConfig(AppConfig):
    name = "minutes"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from web.access import Can
        from web.navigation import register

        register(
            "student", label=_("Minutes"), icon="clock", url_name="minutes", order=37, can=Can.SEE_STUDENTS
        )

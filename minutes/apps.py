from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class MinutesConfig(AppConfig):
    name = "minutes"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from web import sections
        from web.access import Can
        from web.navigation import register

        register(
            "student", label=_("Minutes"), icon="clock", url_name="minutes", order=37, can=Can.SEE_STUDENTS
        )
        sections.register("today", template="minutes/today_section.html", order=30, can=Can.SEE_STUDENTS, context=behind)  # fmt: skip


SHOWN = 5


def behind(request: Any, user: Any) -> dict[str, Any]:
    """Services of which minutes are missing this month, for the page Today."""
    from minutes import tally
    from minutes.page import today_of

    found = tally.shortfalls(user, today=today_of(request))
    return {"behind": found[:SHOWN], "more": max(0, len(found) - SHOWN)}

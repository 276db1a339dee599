from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "progress"

    def ready(self) -> None:
        from django.db.models.signals import post_save
        from django.urls import reverse
        from django.utils.translation import gettext_lazy as _

        from cases import timeline
        from cases.signals import calendar_changed
        from clients.models import Student
        from outbox.sending import guard
        from progress import silence, wins, writing
        from web import sections
        from web.access import Can
        from web.navigation import register

        guard(writing.may_leave)
        timeline.evidence_opens_at(
            wins.EVIDENCE, staff=lambda entry: reverse("wins", args=[entry.student_id])
        )
        calendar_changed.connect(silence.calendar_changed, dispatch_uid="progress-silence")
        post_save.connect(silence.student_saved, sender=Student, dispatch_uid="progress-silence")
        register("student", label=_("Goals"), icon="chart", url_name="progress", order=36, can=Can.SEE_STUDENTS)  # fmt: skip
        register("family", label=_("Progress"), icon="chart", url_name="portal-progress", order=25, phone=True, can=Can.VISIT_PORTAL)  # fmt: skip
        sections.register("today", template="progress/today_section.html", order=20, can=Can.SEE_STUDENTS, context=silent)  # fmt: skip


def silent(request: Any, user: Any) -> dict[str, Any]:
    """The goals of the person's students that nobody wrote a number for."""
    from django.utils import timezone

    from progress.models import DataSheet

    today = timezone.localdate(timezone=request.firm.zone)
    rows = DataSheet.objects.visible_to(user).quiet(today=today).filter(
        student__care_team__user=user, student__care_team__until=None
    )  # fmt: skip
    return {"quiet": list(rows.select_related("student")[:5]), "today": today}

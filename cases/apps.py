from typing import Any

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        from django.db.models.signals import post_save
        from django.utils.translation import gettext_lazy as _

        from cases import clock, meetings, proof, search, timeline, warnings
        from cases.views.calendars import district_section
        from cases.views.matters import student_section
        from clients.models import Student
        from outbox.sending import guard
        from tenants.due import on_due
        from web import sections
        from web.access import Can
        from web.navigation import register

        guard(meetings.may_leave)
        on_due(clock.RECOUNT, clock.recount_due)
        on_due(warnings.WARN, warnings.warn)
        on_due(proof.PROVE, proof.prove)
        search.register_all()
        timeline.register_own()
        post_save.connect(_student_saved, sender=Student, dispatch_uid="cases-district")
        sections.register("student", template="cases/student_section.html", order=10, can=Can.SEE_CASES, context=student_section)  # fmt: skip
        sections.register("district", template="cases/district_section.html", order=10, can=Can.SEE_CASES, context=district_section)  # fmt: skip
        register("staff", label=_("Cases"), icon="flag", url_name="cases", order=22, can=Can.SEE_CASES)
        register("student", label=_("Timeline"), icon="history", url_name="student-timeline", order=20, can=Can.SEE_CASES)  # fmt: skip
        register("student", label=_("Discipline days"), icon="flag", url_name="student-removals", order=25, can=Can.EDIT_CASES)  # fmt: skip
        register("new", label=_("Case"), icon="flag", url_name="case-new", order=10, can=Can.EDIT_CASES)
        register("settings", label=_("School calendars"), icon="school", url_name="calendars", order=56, can=Can.SEE_CASES)  # fmt: skip
        register(
            "settings", label=_("Warnings"), icon="bell", url_name="warnings", order=57, can=Can.SEE_CASES
        )
        register("settings", label=_("Task templates"), icon="list", url_name="task-templates", order=58, can=Can.SET_CASES)  # fmt: skip


def _student_saved(sender: Any, instance: Any, created: bool, update_fields: Any, **_: Any) -> None:
    """Another district may mean another state's law and another calendar: whoever saves sees the dates move."""
    from django.db import transaction
    from django.utils import timezone

    from cases import clock
    from cases.models import Why
    from tenants import due

    watched = {"district", "district_id", "born_on"}
    if created or (update_fields is not None and not watched & set(update_fields)):
        return
    if instance.cases.exists():
        key, now = f"student:{instance.pk}", timezone.now()
        due.plan(clock.RECOUNT, f"{Why.STATE}/{key}", due_at=now)
        # Nothing rests on this: the row above is found again when the machine stops here.
        transaction.on_commit(lambda: clock.count_again(key, at=now, by=None, why=Why.STATE), robust=True)

from __future__ import annotations

from django.apps import AppConfig
from django.http import HttpRequest


def waiting(request: HttpRequest) -> int:
    """Open reviews that this person has to check."""
    from reviews.models import Review

    return Review.objects.open().filter(assigned_to=request.user.pk).visible_to(request.user).count()  # type: ignore[arg-type]


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from documents.signals import document_ready
        from outbox.sending import guard
        from reviews import deciding, reading
        from tenants.due import on_due
        from web.access import Can
        from web.navigation import register

        guard(deciding.may_leave)
        on_due(reading.READ, reading.read_due)
        document_ready.connect(reading.heard, dispatch_uid="reviews.reading")
        register("staff", label=_("IEP reviews"), icon="doc", url_name="reviews", order=35, can=Can.SEE_STUDENTS, count=waiting)  # fmt: skip
        register("student", label=_("IEP"), icon="doc", url_name="plan", order=35, can=Can.SEE_STUDENTS)
        register("family", label=_("IEP reviews"), icon="doc", url_name="portal-reviews", order=25, can=Can.VISIT_PORTAL)  # fmt: skip

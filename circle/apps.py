from typing import Any

from django.apps import AppConfig


class CircleConfig(AppConfig):
    name = "circle"

    def ready(self) -> None:
        from django.db.models.signals import post_save
        from django.utils.translation import gettext_lazy as _

        from circle import clips, news
        from documents import storage
        from outbox.sending import guard
        from progress.models import StrategyResult, Win
        from tenants.due import on_due
        from web.access import Can
        from web.navigation import register

        storage.count(clips.room)
        on_due(news.KIND, news.say)
        guard(news.may_leave)
        post_save.connect(_went_well, sender=Win, dispatch_uid="circle-win")
        post_save.connect(_went_so, sender=StrategyResult, dispatch_uid="circle-strategy")
        register("student", label=_("Shared page"), icon="users", url_name="shared-page", order=15, can=Can.SEE_STUDENTS)  # fmt: skip


def _went_well(sender: Any, instance: Any, **_: Any) -> None:
    """A small win that home, school and advocate may read is news to the others."""
    from circle import news

    if instance.shared_at is not None and instance.withdrawn_at is None:
        news.tell(instance.student, by=instance.by, at=instance.shared_at)


def _went_so(sender: Any, instance: Any, created: bool, **_: Any) -> None:
    from circle import news

    if created and instance.strategy.shared_at is not None:
        news.tell(instance.strategy.student, by=instance.by, at=instance.at)

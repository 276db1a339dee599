"""How often each reader of a child's page wants to hear that something is new, and until when they were told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Student
from web.ids import new_id


class Pace(models.TextChoices):
    EACH = "each", _("Soon after each one")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week, on Friday")
    NONE = "none", _("Not at all, I look myself")


class Reader(models.Model):
    """One person's choice for one child's page. Without a row it is once a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="read_pages")
    pace = models.CharField(max_length=6, choices=Pace.choices, default=Pace.DAILY)
    # News after this was in no digest yet.
    told_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "user"], name="one_reader_a_page"),
            models.CheckConstraint(condition=Q(pace__in=Pace.values), name="pace_is_known"),
        ]

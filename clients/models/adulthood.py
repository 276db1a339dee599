"""When a young person's rights become their own, and whom they let see from then on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from clients.models.people import Contact, Student
from web.ids import new_id


class RightsTransfer(models.Model):
    """From this day the rights under IDEA are the student's own (34 CFR 300.520). Not written where a court
    named a guardian for the adult, or where the state leaves the rights with the parents."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.OneToOneField(Student, on_delete=models.CASCADE, related_name="rights_transfer")
    on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()


class SharingChoice(models.Model):
    """What the young adult decided about one grown-up: they may see, or they may not. The newest stands."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="sharing_choices")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="sharing_choices")
    may_see = models.BooleanField()
    chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-chosen_at"]
        constraints = [
            models.UniqueConstraint(fields=["student", "contact"], condition=Q(replaced_at__isnull=True), name="one_standing_choice_a_person")
        ]  # fmt: skip

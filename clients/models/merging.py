"""What a merge did, so that nothing is lost by it."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from web.ids import new_id


class MergeRecord(models.Model):
    """Two records of one person became one. `was` holds the row that went, `moved` what hung on it,
    `folded` the rows that the kept record had already."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20)  # student, contact
    kept = models.UUIDField(db_index=True)
    gone = models.UUIDField(unique=True)
    name = models.CharField(max_length=200)
    was = models.JSONField()
    moved = models.JSONField(default=list)  # [[label, pk, field] or [label, pk, field, from, to], …]
    folded = models.JSONField(default=list)  # [{"model", "pk", "fields"}, …]
    reason = models.CharField(max_length=300, blank=True)
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()

    class Meta:
        ordering = ["-merged_at"]

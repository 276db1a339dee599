"""Updates, questions and their answers, with photos and clips."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Count, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Student
from documents.models import Document
from web.ids import new_id


class Side(models.TextChoices):
    """At which side of the table somebody sits."""

    HOME = "home", _("Family")
    SCHOOL = "school", _("School")
    OFFICE = "office", _("Advocate")


class Clip(models.Model):
    """A short film, kept sealed, without the place and device it was taken with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    storage_key = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    seconds = models.FloatField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, user: User) -> Self:
        """Those of students whom the person sees as staff or family. Guests read them on the page, by their grant."""
        return self.filter(student__in=Student.keys_visible_to(user))

    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)

    def talk(self, student: Student, *, page: int, size: int) -> tuple[list[Post], int]:
        """That page of the child's updates and questions, newest first, each with its answers in `heard`, and how many
        there are on all pages. One query."""
        said = Post.objects.standing().filter(student=student, under=None)
        heads = said.values("pk")[(page - 1) * size : page * size]
        counted = said.order_by().values("student").annotate(n=Count("pk")).values("n")
        rows = self.standing().filter(Q(pk__in=heads) | Q(under__in=heads)).annotate(of_all=Subquery(counted))
        found: list[Any] = list(rows.select_related("by", "clip"))
        posts = [row for row in found if row.under_id is None]
        for post in posts:
            post.heard = [row for row in reversed(found) if row.under_id == post.pk]
        return posts, (found[0].of_all if found else 0)


class Post(models.Model):
    """One thing said on a child's page. An answer stands under what it answers."""

    class Kind(models.TextChoices):
        UPDATE = "update", _("Update")
        QUESTION = "question", _("Question")
        ANSWER = "answer", _("Answer")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="posts")
    under = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="answers")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    words = models.TextField(max_length=4000, blank=True)
    side = models.CharField(max_length=6, choices=Side.choices)
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    clip = models.ForeignKey(Clip, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = PostQuerySet.as_manager()

    heard: list[Post]  # its answers, oldest first, where `talk` read it

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["student", "-at"])]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["update", "question", "answer"]), name="post_kind_is_known"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="post_side_is_known"),
            models.CheckConstraint(
                condition=Q(kind="answer", under__isnull=False) | (~Q(kind="answer") & Q(under__isnull=True)),
                name="answers_stand_under_a_post",
            ),
        ]  # fmt: skip

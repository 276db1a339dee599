"""What a parent writes about their child. Each saving is a row; the newest is the page."""

from __future__ import annotations

from typing import Self

from django.db import models

from accounts.models import User
from clients.models.people import Student
from web.ids import new_id


class AboutPageQuerySet(models.QuerySet["AboutPage"]):
    def newest(self, student: Student) -> AboutPage | None:
        return self.filter(student=student).order_by("-number").first()

    def visible_to(self, user: User) -> Self:
        return self.filter(student__in=Student.keys_visible_to(user))


class AboutPage(models.Model):
    """“About my child”, as it stood at one time."""

    SECTIONS = ("strengths", "helps", "triggers", "calming", "works", "goals")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="about_pages")
    number = models.PositiveIntegerField()
    strengths = models.TextField(blank=True, max_length=2000)
    helps = models.TextField(blank=True, max_length=2000)
    triggers = models.TextField(blank=True, max_length=2000)
    calming = models.TextField(blank=True, max_length=2000)
    works = models.TextField(blank=True, max_length=2000)
    goals = models.TextField(blank=True, max_length=2000)
    language = models.CharField(max_length=5, default="en")
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    writer = models.CharField(max_length=120)
    written_at = models.DateTimeField()

    objects = AboutPageQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["student", "number"], name="one_about_page_a_number")]

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name) for name in self.SECTIONS)

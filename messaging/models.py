"""Conversations: one thread for a contact, or for a number nobody knows yet."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Contact, Guardianship, Student
from documents.models import Document
from outbox import reasons
from outbox.models import Inbound, Message
from web.access import Can
from web.ids import new_id


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User) -> Self:
        """Staff see the threads of contacts who are guardians of a student they see. Of a contact without a
        student, and of an unknown number, those see the thread who sort what came in, and whom it was given to.
        A family member sees their own."""
        if user.can(Can.SEE_MESSAGES):
            if user.can(Can.SEE_ALL_STUDENTS):
                return self
            ties = Guardianship.objects.filter(contact=OuterRef("contact"))
            seen = Exists(ties.filter(student__in=Student.keys_visible_to(user)))
            loose = ~Exists(ties)
            given = loose if user.can(Can.SORT_MESSAGES) else loose & Q(assigned_to=user)
            return self.filter(Q(seen) | Q(given))
        if user.can(Can.VISIT_PORTAL):
            return self.filter(contact__user=user)
        return self.none()

    def unread_by(self, user: User) -> Self:
        """Those in which something came in since this person last read them."""
        read = Reading.objects.filter(thread=OuterRef("pk"), user=user, read_at__gte=OuterRef("last_in_at"))
        return self.filter(last_in_at__isnull=False).exclude(Exists(read))

    def waiting(self, *, at: datetime) -> Self:
        """Those whose last word is the family's, and that nobody has put off."""
        answered = Q(last_out_at__gte=F("last_in_at"))
        asleep = Q(snoozed_until__gt=at)
        return self.filter(last_in_at__isnull=False, settled_at=None).exclude(answered).exclude(asleep)


class Thread(models.Model):
    """Everything said between the firm and one contact, or one number of which nobody knows whose it is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Merging two files of one person leaves two threads of one contact; `threads.thread_of` makes them one.
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="threads"
    )
    number = models.CharField(max_length=16, blank=True)
    assigned_to = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True, blank=True)
    # The last word of the family that a person should read, and the last that a person of the firm wrote.
    last_in_at = models.DateTimeField(null=True, blank=True)
    last_out_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    # Nothing needs to be answered; the next thing that comes in opens it again.
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(contact__isnull=False, number="") | (Q(contact__isnull=True) & ~Q(number="")),
                name="thread_of_contact_or_number",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=Q(contact__isnull=True), name="one_thread_an_unknown_number"
            ),
        ]
        indexes = [models.Index(fields=["-last_at"])]

    @property
    def subject(self) -> str:
        """What its texts and e-mails are about, in the outbox."""
        return f"thread:{self.pk}"


class Received(models.Model):
    """A text that came in, put into its thread."""

    inbound = models.OneToOneField(
        Inbound, on_delete=models.CASCADE, primary_key=True, related_name="received"
    )
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="received")
    # The words may mean that texts should end, in a way no list holds: a person decides.
    may_mean_stop = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True, blank=True)


class Picture(models.Model):
    """One picture or file that came with a text. It becomes a paper of the family, once it is known whose it is."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Being fetched")
        KEPT = "kept", _("Here")
        FAILED = "failed", _("Could not be fetched")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    received = models.ForeignKey(Received, on_delete=models.CASCADE, related_name="pictures")
    position = models.PositiveSmallIntegerField()
    url = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    said = models.CharField(max_length=200, blank=True)
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["received", "position"], name="one_picture_a_place"),
        ]

    @property
    def why_lost(self) -> str:
        """Why it could not be fetched, in the reader's language."""
        return reasons.in_words(self.said)


class PortalMessage(models.Model):
    """A message written in the portal, by the family or by the firm."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="portal_messages")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    from_family = models.BooleanField()
    body = models.TextField(blank=True)
    documents = models.ManyToManyField(Document, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["thread", "at"])]


class Reading(models.Model):
    """How far a person has read a thread."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="readings")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="one_reading_a_person")]


class Written(models.Model):
    """Who of the firm wrote a text or e-mail of a thread; the outbox holds its words and how far it got."""

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="written"
    )
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="written")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")


class By(models.TextChoices):
    SMS = "sms", _("Text")
    EMAIL = "email", _("E-mail")
    PORTAL = "portal", _("Portal message")


class ReminderPlan(models.Model):
    """When and how a firm reminds of calls: of one service, or of all that have no plan of their own."""

    # A service lies in an app above this one, so it is named by its key.
    service = models.UUIDField(null=True, blank=True)
    # [{"minutes": 1440, "by": "text"}], the earliest reminder first; empty means that nothing is sent.
    steps = models.JSONField(default=list)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service"], name="one_plan_a_service", nulls_distinct=False)
        ]


class Wording(models.Model):
    """A firm's own words for a text of one kind in one language; without a row ours are used."""

    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=5, choices=[("en", "English"), ("es", "Español")])
    body = models.CharField(max_length=480)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "language"], name="one_wording_a_kind_and_language")
        ]

"""Threads and what is said in them, for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError as FormError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, parsers, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts import audit
from accounts.models import User
from clients.models import Contact, Student
from documents import storage
from documents.adding import Sent
from documents.forms import FilesField
from messaging import plans, threads
from messaging.forms import may_answer
from messaging.models import By, ReminderPlan, Thread
from web.access import Access, Can


class ThreadSerializer(serializers.ModelSerializer):
    is_unread = serializers.SerializerMethodField(
        help_text="Something came in that the key's person has not read."
    )

    class Meta:
        model = Thread
        fields = [
            "id", "contact", "number", "assigned_to", "last_at", "last_in_at", "last_out_at", "snoozed_until", "settled_at",
            "is_unread",
        ]  # fmt: skip
        read_only_fields = fields

    def get_is_unread(self, thread: Thread) -> bool:
        known: bool | None = getattr(thread, "unread", None)
        if known is None:
            known = Thread.objects.filter(pk=thread.pk).unread_by(self.context["request"].user).exists()
        return known


class MomentField(serializers.DateTimeField):
    """A moment with its offset, in the years that calendars reach."""

    def to_internal_value(self, value: Any) -> Any:
        try:
            moment = super().to_internal_value(value)
        except OverflowError:
            self.fail("overflow")
        if not 2001 <= moment.year <= 2199:
            self.fail("overflow")
        return moment


class ThreadChangeSerializer(serializers.Serializer):
    assigned_to = serializers.PrimaryKeyRelatedField(queryset=User.objects.active(), allow_null=True)
    snoozed_until = MomentField(allow_null=True)
    settled = serializers.BooleanField(help_text="Nothing needs to be answered.")
    read = serializers.BooleanField(help_text="Whether the key's person has read it.")


class WhoseSerializer(serializers.Serializer):
    contact = serializers.UUIDField(help_text="Whose number it is.")


class ThreadEntrySerializer(serializers.Serializer):
    id = serializers.UUIDField(source="key")
    at = serializers.DateTimeField()
    incoming = serializers.BooleanField()
    way = serializers.CharField()
    who = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    state = serializers.CharField(help_text="Of a text or e-mail that we sent: how far it got.")
    said = serializers.CharField(help_text="The same as a sentence, with the provider's own words.")
    documents = serializers.SerializerMethodField(help_text="Papers that came with it: keys of /documents/.")

    def get_documents(self, entry: threads.Entry) -> list[UUID]:
        return [document.pk for document in entry.documents]


class NewMessageSerializer(serializers.Serializer):
    way = serializers.ChoiceField(choices=By.choices)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    body = serializers.CharField(max_length=5000)
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), required=False, default=list,
        help_text="Papers of a portal message, as multipart/form-data: one file, or photos of its pages.",
    )  # fmt: skip
    student = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Whose paper it is; left out where there is one child.",
    )

    def validate_files(self, files: list[Any]) -> list[Sent]:
        try:
            found: list[Sent] = FilesField(required=False).clean(files)
        except FormError as problem:
            raise serializers.ValidationError(problem.messages[0]) from None
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["files"] and attrs["way"] != By.PORTAL:
            raise serializers.ValidationError({"files": _("Papers go with a portal message, where only the family can see them.")})  # fmt: skip
        if attrs["way"] == By.EMAIL and not attrs["title"].strip():
            raise serializers.ValidationError({"title": "Give the e-mail a subject."})
        return attrs


class ThreadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Conversations with contacts, and with numbers of which nobody knows whose they are."""

    access = Access(Can.SEE_MESSAGES)
    can = can_write = Can.SEE_MESSAGES
    serializer_class = ThreadSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Thread.objects.none()
        user: Any = self.request.user
        rows = Thread.objects.visible_to(user)
        rows = rows.annotate(unread=Exists(Thread.objects.filter(pk=OuterRef("pk")).unread_by(user)))
        if self.request.query_params.get("waiting") == "true":
            rows = rows.waiting(at=timezone.now())
        return rows

    def _told(self, thread: Thread) -> Any:
        thread = Thread.objects.get(pk=thread.pk)  # as it stands now, unread or not
        return ThreadSerializer(thread, context=self.get_serializer_context()).data

    @extend_schema(parameters=[OpenApiParameter("waiting", OpenApiTypes.BOOL)])
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=ThreadEntrySerializer(many=True))
    @action(detail=True, pagination_class=None)
    def entries(self, request: ApiRequest, pk: str | None = None) -> Response:
        """The newest hundred things said, oldest first."""
        thread = self.get_object()
        user: Any = request.user
        now = timezone.now()
        audit.record("thread.read", by=user, at=now, about=thread, through="api")
        return Response(ThreadEntrySerializer(threads.entries(thread, user=user, at=now), many=True).data)

    @extend_schema(
        request={"application/json": NewMessageSerializer, "multipart/form-data": NewMessageSerializer},
        responses={201: ThreadSerializer},
    )
    @action(detail=True, methods=["post"], parser_classes=[parsers.JSONParser, parsers.MultiPartParser])
    def messages(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Writes to the contact by text, e-mail or in the portal, there with papers too."""
        thread = self.get_object()
        told = NewMessageSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        way, body, now = told.validated_data["way"], told.validated_data["body"], timezone.now()
        user: Any = request.user
        try:
            if way == By.SMS:
                threads.send_text(thread, body, by=user, at=now)
            elif way == By.EMAIL:
                threads.send_mail(thread, told.validated_data["title"], body, by=user, at=now)
            elif thread.contact is None or thread.contact.user_id is None:
                raise threads.CannotWrite("This contact does not use the portal.")
            else:
                student = self._whose(thread, told.validated_data)
                files = told.validated_data["files"]
                threads.post(thread, body, by=user, at=now, from_family=False, files=files, student=student)
        except storage.NoRoom as full:
            raise ValidationError({"files": str(full)}) from None
        except threads.CannotWrite as problem:
            raise ValidationError({"body": str(problem)}) from None
        return Response(self._told(thread), status=status.HTTP_201_CREATED)

    def _whose(self, thread: Thread, told: dict[str, Any]) -> Student | None:
        """The child under whom the papers of a message are filed. Raises ValidationError for one that is no choice."""
        user: Any = self.request.user
        children = threads.students_of(thread, user)
        if told["student"] is None:
            return children[0] if len(children) == 1 else None
        found = next((child for child in children if child.pk == told["student"]), None)
        if found is None:
            raise ValidationError({"student": _("Choose a child of this family.")})
        return found

    @extend_schema(request=ThreadChangeSerializer, responses=ThreadSerializer)
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Gives it to somebody, puts it off, or says that nothing needs an answer."""
        thread = self.get_object()
        told = ThreadChangeSerializer(data=request.data, partial=True)
        told.is_valid(raise_exception=True)
        user: Any = request.user
        filled, now = told.validated_data, timezone.now()
        if "assigned_to" in filled and filled["assigned_to"] is not None and filled["assigned_to"] not in may_answer(thread):  # fmt: skip
            raise ValidationError({"assigned_to": _("Choose somebody who may see this family.")})
        with transaction.atomic():
            if "assigned_to" in filled:
                threads.give(thread, filled["assigned_to"], by=user, at=now)
            if "snoozed_until" in filled:
                Thread.objects.filter(pk=thread.pk).update(snoozed_until=filled["snoozed_until"])
            if filled.get("settled"):
                Thread.objects.filter(pk=thread.pk).update(settled_at=now)
                audit.record("thread.settled", by=user, at=now, about=thread, through="api")
            if "read" in filled:
                threads.mark_read(thread, user, at=now) if filled["read"] else threads.mark_unread(
                    thread, user
                )
        return Response(self._told(thread))

    @extend_schema(request=WhoseSerializer, responses=ThreadSerializer)
    @action(detail=True, methods=["post"])
    def contact(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Says whose the unknown number is; answers the thread in which everything now stands."""
        thread = self.get_object()
        told = WhoseSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        user: Any = request.user
        contact = Contact.objects.visible_to(user).filter(pk=told.validated_data["contact"]).first()
        if contact is None:
            raise ValidationError({"contact": _("There is no such contact.")})
        if thread.contact is not None:
            raise ValidationError({"contact": _("It is known whose number this is.")})
        try:
            into = threads.link(thread, contact, by=user, at=timezone.now())
        except threads.CannotWrite as problem:
            raise ValidationError({"contact": str(problem)}) from None
        return Response(self._told(into))


class StepSerializer(serializers.Serializer):
    minutes = serializers.IntegerField(min_value=5, max_value=60 * 24 * 30, help_text="Before the call.")
    by = serializers.ChoiceField(choices=plans.By.choices)


class ReminderPlanSerializer(serializers.ModelSerializer):
    steps = StepSerializer(many=True)
    service = serializers.UUIDField(
        allow_null=True, help_text="Empty: of all services without a plan of their own."
    )

    class Meta:
        model = ReminderPlan
        fields = ["id", "service", "steps", "changed_at"]
        read_only_fields = ["id", "changed_at"]

    def validate_steps(self, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(steps) > 3 or len({step["minutes"] for step in steps}) != len(steps):
            raise serializers.ValidationError("Give three reminders at most, each at a time of its own.")
        return sorted(
            ({"minutes": s["minutes"], "by": str(s["by"])} for s in steps), key=lambda s: -s["minutes"]
        )


class ReminderPlanViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet):
    """When calls are reminded of. A POST writes the plan of a service, or of the firm, in place of the one before."""

    access = Access(Can.SET_MESSAGES)
    can, can_write = Can.SET_MESSAGES, Can.SET_MESSAGES
    serializer_class = ReminderPlanSerializer
    queryset = ReminderPlan.objects.all()

    @extend_schema(request=ReminderPlanSerializer, responses={201: ReminderPlanSerializer})
    @transaction.atomic
    def create(self, request: ApiRequest) -> Response:
        told = ReminderPlanSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        user: Any = request.user
        now = timezone.now()
        plan, _new = ReminderPlan.objects.update_or_create(
            service=told.validated_data["service"],
            defaults={"steps": told.validated_data["steps"], "changed_by": user, "changed_at": now},
        )
        audit.record("reminders.changed", by=user, at=now, about=plan, through="api")
        return Response(ReminderPlanSerializer(plan).data, status=status.HTTP_201_CREATED)

    @transaction.atomic
    def perform_destroy(self, instance: ReminderPlan) -> None:
        user: Any = self.request.user
        audit.record("reminders.changed", by=user, at=timezone.now(), about=instance, through="api")
        instance.delete()

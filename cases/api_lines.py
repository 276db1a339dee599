"""What belongs to a meeting, removals from school, and the tasks of each stage, for programs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from cases import removals
from cases.api import Seen, _Rows, plausible
from cases.models import Attendee, Concern, Decision, Meeting, MeetingRequest, Removal, TaskTemplate
from cases.stages import STAGES
from clients.models import Student
from law.removals import RemovalError
from web.access import Can


class _Lines(mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, _Rows):
    """Lines of the meetings that the key's person sees."""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    part: ClassVar[str]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.rows.none()
        return self.rows.filter(meeting__in=Meeting.objects.visible_to(self.request.user))  # type: ignore[arg-type]

    def perform_create(self, serializer: Any) -> None:
        self._note(serializer.save(**self.told()), "added")

    def perform_update(self, serializer: Any) -> None:
        serializer.validated_data.pop("meeting", None)  # a line stays with its meeting
        self._note(serializer.save(), "changed")

    def perform_destroy(self, instance: Any) -> None:
        self._note(instance, "changed")
        instance.delete()

    def told(self) -> dict[str, Any]:
        """What is written beside what was sent."""
        return {}

    def _note(self, row: Any, what: str) -> None:
        user: Any = self.request.user
        audit.record(f"meeting.{self.part}_{what}", by=user, at=timezone.now(), about=row.meeting)


class AttendeeSerializer(serializers.ModelSerializer):
    meeting = Seen(Meeting)

    class Meta:
        model = Attendee
        fields = ["id", "meeting", "name", "role", "attendance", "note"]


class AttendeeViewSet(_Lines):
    """Who comes to a meeting, came, or was excused."""

    serializer_class = AttendeeSerializer
    rows = Attendee.objects
    part = "attendees"


class ConcernSerializer(serializers.ModelSerializer):
    meeting = Seen(Meeting)

    class Meta:
        model = Concern
        fields = ["id", "meeting", "text", "is_question", "answer", "by", "at"]
        read_only_fields = ["by", "at"]


class ConcernViewSet(_Lines):
    """Questions and worries of the parent. A parent's own words stay as they are; the answer may be changed."""

    serializer_class = ConcernSerializer
    rows = Concern.objects
    part = "concerns"

    def told(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now()}

    def perform_update(self, serializer: Any) -> None:
        if not serializer.instance.by.is_staff_member:
            for name in ("text", "is_question"):
                serializer.validated_data.pop(name, None)
        super().perform_update(serializer)


class MeetingRequestSerializer(serializers.ModelSerializer):
    meeting = Seen(Meeting)

    class Meta:
        model = MeetingRequest
        fields = ["id", "meeting", "text", "result", "note"]


class MeetingRequestViewSet(_Lines):
    """What was asked of the school at a meeting, and whether it was agreed."""

    serializer_class = MeetingRequestSerializer
    rows = MeetingRequest.objects
    part = "requests"


class MeetingDecisionSerializer(serializers.ModelSerializer):
    meeting = Seen(Meeting)

    class Meta:
        model = Decision
        fields = ["id", "meeting", "text", "who", "due_on"]

    def validate_due_on(self, day: Any) -> Any:
        return plausible(day)


class DecisionViewSet(_Lines):
    """What a meeting decided."""

    serializer_class = MeetingDecisionSerializer
    rows = Decision.objects
    part = "decisions"


class RemovalSerializer(serializers.ModelSerializer):
    student = Seen(Student)
    last_on = serializers.DateField(required=False, help_text="Left out, it is the first day.")

    class Meta:
        model = Removal
        fields = ["id", "student", "first_on", "last_on", "kind", "school_days", "counts", "behavior", "note", "recorded_at"]  # fmt: skip
        read_only_fields = ["recorded_at"]

    def validate(self, filled: dict[str, Any]) -> dict[str, Any]:
        filled.setdefault("last_on", filled["first_on"])
        if filled["last_on"] < filled["first_on"]:
            raise serializers.ValidationError({"last_on": "The last day is before the first."})
        if not 1990 <= filled["first_on"].year <= 2100:
            raise serializers.ValidationError({"first_on": "This day cannot be right."})
        return filled


class CountsSerializer(serializers.Serializer):
    counts = serializers.BooleanField(allow_null=True, help_text="Null leaves it open.")


class RemovalViewSet(mixins.DestroyModelMixin, _Rows):
    """Days out of school for conduct. Writing one adds up the school year and warns; one written by mistake is deleted."""

    serializer_class = RemovalSerializer
    rows = Removal.objects

    @extend_schema(request=RemovalSerializer, responses={201: RemovalSerializer})
    def create(self, request: Request) -> Response:
        filled = self.filled(RemovalSerializer)
        user: Any = request.user
        now = timezone.now()
        if filled["first_on"] > timezone.localdate(now, self.zone):
            raise ValidationError({"first_on": "This day lies in the future."})
        days = filled.get("school_days")
        try:
            row = removals.add(
                filled["student"], first=filled["first_on"], last=filled["last_on"], kind=filled["kind"],
                school_days=None if days is None else Fraction(days), counts=filled.get("counts"),
                behavior=filled.get("behavior", ""), note=filled.get("note", ""), by=user, at=now,
            )  # fmt: skip
        except RemovalError as problem:
            raise ValidationError({"first_on": removals.said(problem)}) from None
        return Response(RemovalSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CountsSerializer, responses=RemovalSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str | None = None) -> Response:
        """Whether a removal that may count does."""
        row: Removal = self.get_object()
        user: Any = request.user
        removals.decide(row, counts=self.filled(CountsSerializer)["counts"], by=user, at=timezone.now())
        row.refresh_from_db()
        return Response(RemovalSerializer(row).data)

    def perform_destroy(self, instance: Removal) -> None:
        user: Any = self.request.user
        removals.strike(instance, by=user, at=timezone.now())


class TaskTemplateSerializer(serializers.ModelSerializer):
    days = serializers.IntegerField(
        min_value=0, max_value=365, allow_null=True, required=False,
        help_text="From the change of stage until it is due; without, it has no day.",
    )  # fmt: skip

    class Meta:
        model = TaskTemplate
        fields = ["id", "kind", "stage", "title", "days"]
        validators: list[Any] = []

    def validate(self, filled: dict[str, Any]) -> dict[str, Any]:
        said = {
            name: filled.get(name, getattr(self.instance, name, "")) for name in ("kind", "stage", "title")
        }
        if said["stage"] not in {stage.id for stage in STAGES[said["kind"]]}:
            raise serializers.ValidationError({"stage": _("This kind of case has no such stage.")})
        same = TaskTemplate.objects.filter(**said)
        if (same.exclude(pk=self.instance.pk) if self.instance else same).exists():
            raise serializers.ValidationError({"title": _("This stage has this task already.")})
        return filled


class TaskTemplateViewSet(mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, _Rows):
    """The tasks that a case gets when it comes to a stage. Cases that are there already keep theirs."""

    can_write = Can.SET_CASES
    serializer_class = TaskTemplateSerializer
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def get_queryset(self) -> Any:
        return TaskTemplate.objects.all()

    def perform_create(self, serializer: Any) -> None:
        try:
            with transaction.atomic():
                self._note("set", serializer.save())
        except IntegrityError:
            raise ValidationError({"title": _("This stage has this task already.")}) from None

    perform_update = perform_create

    def perform_destroy(self, instance: TaskTemplate) -> None:
        self._note("deleted", instance)
        instance.delete()

    def _note(self, verb: str, row: TaskTemplate) -> None:
        user: Any = self.request.user
        audit.record(f"template.{verb}", by=user, at=timezone.now(), about=row)

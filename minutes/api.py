"""Sessions and the monthly table, for programs."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts import audit
from cases.api import Seen
from clients.models import Student
from documents.models import Document
from minutes import page, papers, recording, tally
from minutes.models import (
    LONGEST,
    DeliveredSession,
    Entry,
    Evidence,
    MissedKind,
    MissedSession,
    Setting,
    Worksheet,
)
from reviews.models import ServiceRow
from tenants.places import current_firm
from web.access import Access, Can
from web.ids import new_id

SHARED = ["id", "key", "student", "service", "service_name", "on", "evidence", "document", "page", "note"]
WRITTEN = ["recorded_by", "recorded_at", "ended_by", "ended_at", "why", "corrects"]
SESSION = ["minutes", "provider", "setting", "group_size", "makes_up_for_on"]


def today() -> date:
    return timezone.localdate(timezone=current_firm().zone)


class SeenService(Seen):
    """A service row of a plan of a student whom the key's person may see."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(ServiceRow, **kwargs)

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        if request is None:
            return ServiceRow.objects.none()
        return ServiceRow.objects.filter(plan__student__in=Student.keys_visible_to(request.user))


class _EntrySerializer(serializers.ModelSerializer):
    student = Seen(Student)
    service = SeenService(required=False, allow_null=True)
    document = Seen(Document, required=False, allow_null=True)
    evidence = serializers.ChoiceField(choices=Evidence.choices)
    key = serializers.UUIDField(
        required=False, help_text="Your own number of the entry: sent twice, it is kept once."
    )
    sure = serializers.BooleanField(
        default=False, write_only=True, help_text="Keep it although the day is no school day, lies outside the plan, or the same is there."
    )  # fmt: skip

    def validate(self, filled: dict[str, Any]) -> dict[str, Any]:
        student: Any = filled["student"]
        service, document = filled.get("service"), filled.get("document")
        if service is not None and service.plan.student_id != student.pk:
            raise serializers.ValidationError({"service": "This service is of another student."})
        if document is not None and document.student_id != student.pk:
            raise serializers.ValidationError({"document": "This paper is of another student."})
        return filled


class DeliveredSessionSerializer(_EntrySerializer):
    setting = serializers.ChoiceField(choices=Setting.choices, required=False, allow_blank=True)
    minutes = serializers.IntegerField(min_value=1, max_value=LONGEST)

    class Meta:
        model = DeliveredSession
        fields = [*SHARED, *SESSION, "sure", *WRITTEN]
        read_only_fields = ["id", *WRITTEN]
        validators: list[Any] = []


class MissedSessionSerializer(_EntrySerializer):
    kind = serializers.ChoiceField(choices=MissedKind.choices)
    minutes = serializers.IntegerField(min_value=1, max_value=LONGEST, required=False, allow_null=True)

    class Meta:
        model = MissedSession
        fields = [*SHARED, "kind", "minutes", "sure", *WRITTEN]
        read_only_fields = ["id", *WRITTEN]
        validators: list[Any] = []


class StrikeSerializer(serializers.Serializer):
    why = serializers.CharField(max_length=200)


# What a correction may say anew; the student and the sender's own number stay.
ANEW = ["service", "service_name", "on", "evidence", "document", "page", "note"]


class _CorrectionSerializer(serializers.ModelSerializer):
    """The fields that change, and why; what is not sent stays as it was."""

    service = SeenService(required=False, allow_null=True)
    document = Seen(Document, required=False, allow_null=True)
    evidence = serializers.ChoiceField(choices=Evidence.choices, required=False)
    on = serializers.DateField(required=False)
    why = serializers.CharField(max_length=200, write_only=True)

    def validate(self, filled: dict[str, Any]) -> dict[str, Any]:
        student = self.context["student"]
        service, document = filled.get("service"), filled.get("document")
        if service is not None and service.plan.student_id != student:
            raise serializers.ValidationError({"service": "This service is of another student."})
        if document is not None and document.student_id != student:
            raise serializers.ValidationError({"document": "This paper is of another student."})
        if service is not None:
            filled.setdefault("service_name", service.name)
        return filled


class DeliveredCorrectionSerializer(_CorrectionSerializer):
    setting = serializers.ChoiceField(choices=Setting.choices, required=False, allow_blank=True)
    minutes = serializers.IntegerField(min_value=1, max_value=LONGEST, required=False)

    class Meta:
        model = DeliveredSession
        fields = [*ANEW, *SESSION, "why"]


class MissedCorrectionSerializer(_CorrectionSerializer):
    kind = serializers.ChoiceField(choices=MissedKind.choices, required=False)
    minutes = serializers.IntegerField(min_value=1, max_value=LONGEST, required=False, allow_null=True)

    class Meta:
        model = MissedSession
        fields = [*ANEW, "kind", "minutes", "why"]


class _Entries(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet
):  # fmt: skip
    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    model: type[Entry]
    log: Any

    def get_queryset(self) -> Any:
        rows: Any = self.model.objects  # type: ignore[attr-defined]
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        rows = rows.visible_to(self.request.user).order_by("-id")
        asked = self.request.query_params.get("student")
        if asked and self.action == "list":
            try:
                rows = rows.filter(student=UUID(asked))
            except ValueError:
                raise ValidationError({"student": "This is no id."}) from None
        return rows

    def retrieve(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        user: Any = request.user
        audit.record("session.read", by=user, at=timezone.now(), about=row, through="api")
        return Response(self.get_serializer(row).data)

    def create(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        """Writes an entry down; the same `key` again answers the one that is there."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        user: Any = request.user
        student, row = told.pop("student"), told.pop("service", None)
        services = recording.services_of(student)
        service = next(
            (one for one in services if row and any(r.service.pk == row.pk for r in one.rows)), None
        )
        if row is not None and service is None:
            told["service_name"] = told.get("service_name") or row.name
        elif service is None and told.get("service_name"):
            service = recording.service_named(told["service_name"], services, told["on"])
        told.setdefault("key", new_id())
        there = self.model.objects.filter(student=student, key=told["key"]).exists()  # type: ignore[attr-defined]
        try:
            made = self.log(student, service=service, by=user, at=timezone.now(), today=today(), **told)
        except recording.CannotLog as problem:
            raise ValidationError({problem.field or "non_field_errors": str(problem)}) from None
        except recording.NotSure as odd:
            raise ValidationError({"sure": odd.sentences}) from None
        code = status.HTTP_200_OK if there else status.HTTP_201_CREATED
        return Response(self.get_serializer(made).data, status=code)

    @extend_schema(request=StrikeSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def strike(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Takes an entry out of the count; it stays readable."""
        row = self.get_object()
        asked = StrikeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        recording.strike(row, by=user, at=timezone.now(), why=asked.validated_data["why"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    def corrected(self, asked: type[_CorrectionSerializer]) -> Response:
        row = self.get_object()
        form = asked(
            data=self.request.data, context={**self.get_serializer_context(), "student": row.student_id}
        )
        form.is_valid(raise_exception=True)
        told = dict(form.validated_data)
        user: Any = self.request.user
        try:
            fresh = recording.correct(
                row, by=user, at=timezone.now(), today=today(), why=told.pop("why"), values=told
            )
        except recording.CannotLog as problem:
            raise ValidationError({problem.field or "non_field_errors": str(problem)}) from None
        return Response(self.get_serializer(fresh).data, status=status.HTTP_201_CREATED)


class DeliveredSessionViewSet(_Entries):
    """Sessions that were held."""

    model = DeliveredSession
    serializer_class = DeliveredSessionSerializer
    log = staticmethod(recording.log_session)

    @extend_schema(request=DeliveredCorrectionSerializer, responses={201: DeliveredSessionSerializer})
    @action(detail=True, methods=["post"])
    def correct(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Puts a corrected entry in its place; what stood before stays in the history."""
        return self.corrected(DeliveredCorrectionSerializer)


class MissedSessionViewSet(_Entries):
    """Sessions that were not held, and whole days lost."""

    model = MissedSession
    serializer_class = MissedSessionSerializer
    log = staticmethod(recording.log_missed)

    @extend_schema(request=MissedCorrectionSerializer, responses={201: MissedSessionSerializer})
    @action(detail=True, methods=["post"])
    def correct(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Puts a corrected entry in its place; what stood before stays in the history."""
        return self.corrected(MissedCorrectionSerializer)


# --- worksheets ---

TEXTS = ["missed", "effect", "would_help", "questions"]


class WorksheetSerializer(serializers.ModelSerializer):
    student = Seen(Student)
    version = serializers.IntegerField(
        min_value=0, default=0, help_text="The version your words are based on; 0 for a stretch of time without a worksheet."
    )  # fmt: skip

    class Meta:
        model = Worksheet
        fields = ["id", "student", "from_on", "until_on", *TEXTS, "version", "saved_by", "saved_at"]
        read_only_fields = ["id", "saved_by", "saved_at"]
        validators: list[Any] = []

    def validate(self, filled: dict[str, Any]) -> dict[str, Any]:
        if not 0 <= (filled["until_on"] - filled["from_on"]).days <= 800:
            raise serializers.ValidationError({"until_on": "At most 800 days after the first."})
        return filled


class WorksheetViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What a count cannot say, in people's words, beside the minutes of a stretch of time."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = WorksheetSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Worksheet.objects.none()
        rows = Worksheet.objects.visible_to(self.request.user).order_by("-id")  # type: ignore[arg-type]
        asked = self.request.query_params.get("student")
        if asked and self.action == "list":
            try:
                rows = rows.filter(student=UUID(asked))
            except ValueError:
                raise ValidationError({"student": "This is no id."}) from None
        return rows

    @extend_schema(parameters=[OpenApiParameter("student", UUID)])
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        user: Any = request.user
        audit.record("worksheet.listed", by=user, at=timezone.now(), through="api")
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        user: Any = request.user
        audit.record("worksheet.read", by=user, at=timezone.now(), about=row.student, through="api")
        return Response(self.get_serializer(row).data)

    @extend_schema(responses={201: WorksheetSerializer})
    def create(self, request: ApiRequest) -> Response:
        """Keeps the words for a stretch of time; what somebody else saved meanwhile is not written over."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        user: Any = request.user
        try:
            made = papers.save_worksheet(
                told["student"], told["from_on"], told["until_on"], {name: told.get(name, "") for name in TEXTS},
                by=user, at=timezone.now(), based_on=told["version"],
            )  # fmt: skip
        except papers.SavedMeanwhile as why:
            raise ValidationError({"version": str(why)}) from None
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)


# --- the monthly table ---


class AmountSerializer(serializers.Serializer):
    sessions = serializers.IntegerField()
    minutes = serializers.FloatField()


class CountSerializer(serializers.Serializer):
    owed = AmountSerializer()
    delivered = AmountSerializer()
    made_up = AmountSerializer()
    student_absent = AmountSerializer()
    closed = AmountSerializer()
    shortfall = AmountSerializer()
    school = AmountSerializer(help_text="Part of the shortfall with a reason on the school's side.")
    beyond = AmountSerializer()


class WindowSerializer(serializers.Serializer):
    first = serializers.DateField(source="window.first")
    last = serializers.DateField(source="window.last")
    school_days = serializers.ListField(child=serializers.DateField(), source="window.days")
    service = serializers.UUIDField(source="row.service.pk")
    count = CountSerializer()
    sessions: Any = serializers.SerializerMethodField()
    missed: Any = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_sessions(self, one: tally.WindowCount) -> list[str]:
        return [str(entry.pk) for entry in one.sessions]

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_missed(self, one: tally.WindowCount) -> list[str]:
        return [str(entry.pk) for entry in one.missed]


class MonthSerializer(serializers.Serializer):
    month = serializers.DateField(source="first")
    count = CountSerializer()
    windows = WindowSerializer(many=True)


class ServiceMinutesSerializer(serializers.Serializer):
    key = serializers.CharField()
    service = serializers.CharField(source="name")
    why_not = serializers.ListField(child=serializers.CharField())
    months = MonthSerializer(many=True)
    under_way = WindowSerializer(many=True, source="running")


class MinutesSerializer(serializers.Serializer):
    student = serializers.UUIDField(source="student.pk")
    start = serializers.DateField()
    end = serializers.DateField()
    as_of = serializers.DateField(source="today")
    estimate = serializers.BooleanField()
    notes = serializers.ListField(child=serializers.CharField())
    services = ServiceMinutesSerializer(many=True, source="lines")


class StretchSerializer(serializers.Serializer):
    start = serializers.DateField(required=False)
    end = serializers.DateField(required=False)

    def validate(self, filled: dict[str, Any]) -> dict[str, Any]:
        year = page.year_of(today())
        start, end = filled.get("start", year.first), filled.get("end", year.last)
        if not 0 <= (end - start).days <= 800:
            raise serializers.ValidationError({"end": "At most 800 days after the start."})
        return {"start": start, "end": end}


class MinutesViewSet(viewsets.GenericViewSet):
    """Owed and delivered minutes of a student; the id is the student's."""

    access = Access(Can.SEE_STUDENTS)
    can = Can.SEE_STUDENTS
    serializer_class = MinutesSerializer
    queryset = Student.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("start", date, description="First day; else July 1 of the school year."),
            OpenApiParameter("end", date, description="Last day; else June 30 of the school year."),
        ]
    )
    def retrieve(self, request: ApiRequest, pk: str | None = None) -> Response:
        user: Any = request.user
        try:
            wanted = UUID(str(pk))
        except ValueError:
            wanted = UUID(int=0)
        student = get_object_or_404(Student.objects.visible_to(user), pk=wanted)
        asked = StretchSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        audit.record("minutes.read", by=user, at=timezone.now(), about=student, through="api")
        found = tally.table(student, today=today(), **asked.validated_data)
        return Response(MinutesSerializer(found).data)

"""Sheets, points, the school's reports, wins, strategies and term reports, for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts import audit
from cases.api import Seen
from clients import guests
from clients.models import Student
from documents.models import Document
from progress import measures, points, school, sheets, strategies, wins, writing
from progress.forms import TOO_LONG_DAYS, NumberField
from progress.models import (
    Called,
    DataPoint,
    DataSheet,
    Phase,
    PointRevision,
    SchoolReport,
    Setting,
    Strategy,
    StrategyResult,
    StrategyVersion,
    TermReport,
    Went,
    Win,
)
from reviews.models import Goal
from web.access import Access, Can
from web.api import insist

BY_STUDENT = [OpenApiParameter("student", OpenApiTypes.UUID)]
BY_SHEET = [OpenApiParameter("sheet", OpenApiTypes.UUID)]


class _Narrowed(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Rows that the key's person may see, narrowed by the student or the sheet that the address names."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    model: Any
    prefetched: tuple[str, ...] = ()
    noun = ""

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        rows = self.model.objects.visible_to(self.request.user).prefetch_related(*self.prefetched)
        for name in ("student", "sheet"):
            wanted = self.request.query_params.get(name)
            if wanted and name in {field.name for field in self.model._meta.fields}:
                try:
                    rows = rows.filter(**{name: serializers.UUIDField().to_internal_value(wanted)})
                except serializers.ValidationError as wrong:
                    raise ValidationError({name: wrong.detail}) from None
        return rows

    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        user: Any = request.user
        wanted = request.query_params.get("student") or request.query_params.get("sheet") or ""
        audit.record(f"{self.noun}.listed", by=user, at=timezone.now(), through="api", of=wanted[:40])
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        user: Any = request.user
        audit.record(f"{self.noun}.read", by=user, at=timezone.now(), about=row, through="api")
        return Response(self.get_serializer(row).data)


def today() -> date:
    """The day by the firm's clock."""
    return guests.local_day(timezone.now())


def not_ahead(on: date) -> date:
    """A day that has come. Raises ValidationError."""
    if on > today():
        raise serializers.ValidationError("This day has not come yet.")
    return on


class _Of(serializers.Serializer):
    """A body whose rows must be visible to the key's person."""

    visible: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is None:
            return
        for name, model in self.visible.items():
            field: Any = self.fields[name]
            target = getattr(field, "child_relation", field)
            target.queryset = model.objects.visible_to(request.user)


class SheetSerializer(serializers.ModelSerializer):
    unit = serializers.SerializerMethodField(help_text="What one value counts, in words.")

    class Meta:
        model = DataSheet
        fields = [
            "id", "student", "goal", "number", "area", "goal_text", "measure", "out_of", "per_minutes", "time_unit", "direction",
            "baseline", "target", "starts_on", "target_on", "expect_days", "quiet_on", "carries_on", "unit", "set_up_by", "set_up_at",
            "ended_at", "end_reason",
        ]  # fmt: skip
        read_only_fields = fields

    def get_unit(self, sheet: DataSheet) -> str:
        return measures.unit(sheet)


class NewSheetSerializer(serializers.ModelSerializer):
    goal = serializers.PrimaryKeyRelatedField(queryset=Goal.objects.none(), help_text="A goal of a plan in force.")  # fmt: skip
    carries_on = serializers.PrimaryKeyRelatedField(
        queryset=DataSheet.objects.none(), required=False, allow_null=True, default=None,
        help_text="The sheet of the same goal in an earlier plan, whose points go on here.",
    )  # fmt: skip

    class Meta:
        model = DataSheet
        fields = ["goal", "carries_on", *sheets.FIELDS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            seen = Student.objects.visible_to(request.user)
            rows = Goal.objects.filter(plan__student__in=seen, plan__superseded_at=None)
            self.fields["goal"].queryset = rows.select_related("plan")  # type: ignore[attr-defined]
            self.fields["carries_on"].queryset = DataSheet.objects.visible_to(request.user)  # type: ignore[attr-defined]

    def validate_expect_days(self, days: int) -> int:
        if not 1 <= days <= 365:
            raise serializers.ValidationError("Between 1 and 365 days, please.")
        return days

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = {"out_of": None, "per_minutes": None, "time_unit": "", "direction": "up", "expect_days": 14, **attrs}  # fmt: skip
        for name in ("out_of", "per_minutes", "baseline", "target"):
            if attrs.get(name) is not None:
                attrs[name] = _number(name, attrs[name])
        wrong = sheets.check(attrs)
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs


def _number(name: str, value: Any) -> float:
    """A number from 0 up, as the pages take it."""
    from django.core.exceptions import ValidationError as FormError

    try:
        number: float = NumberField().to_python(value)
    except FormError as wrong:
        raise serializers.ValidationError({name: wrong.messages}) from None
    return number


class SheetChangeSerializer(NewSheetSerializer):
    class Meta:
        model = DataSheet
        fields = list(sheets.FIELDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        serializers.ModelSerializer.__init__(self, *args, **kwargs)

    def get_fields(self) -> dict[str, Any]:
        found: dict[str, Any] = super().get_fields()
        return {name: found[name] for name in sheets.FIELDS}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kept = {name: getattr(self.instance, name) for name in sheets.FIELDS}
        return super().validate({**kept, **attrs})


class EndSheetSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class PhaseSerializer(serializers.ModelSerializer):
    class Meta:
        model = Phase
        fields = ["id", "student", "sheet", "strategy", "kind", "words", "on", "by", "at"]
        read_only_fields = ["id", "student", "sheet", "strategy", "kind", "by", "at"]

    def validate_on(self, on: date) -> date:
        if not 2000 <= on.year <= 2100:
            raise serializers.ValidationError("This year cannot be right.")
        return on


class SheetViewSet(_Narrowed):
    """Data sheets of goals. A new one needs a goal of a plan in force."""

    serializer_class, model, noun = SheetSerializer, DataSheet, "sheet"

    @extend_schema(parameters=BY_STUDENT)
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewSheetSerializer, responses={201: SheetSerializer})
    def create(self, request: ApiRequest) -> Response:
        asked = NewSheetSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        goal, earlier = told.pop("goal"), told.pop("carries_on")
        user: Any = request.user
        try:
            if earlier is not None:
                made = sheets.carry_on(earlier, goal, told, by=user, at=timezone.now())
            else:
                made = sheets.set_up(goal, told, by=user, at=timezone.now())
        except sheets.NotYet as why:
            raise ValidationError(str(why)) from None
        return Response(SheetSerializer(made).data, status=status.HTTP_201_CREATED)

    def changed(self, row: DataSheet) -> Response:
        return Response(SheetSerializer(self.get_queryset().get(pk=row.pk)).data)

    @extend_schema(request=SheetChangeSerializer, responses=SheetSerializer)
    @action(detail=True, methods=["post"])
    def change(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Sets a sheet right: the fields that are sent. How it counts stays once it has points."""
        row = self.get_object()
        asked = SheetChangeSerializer(row, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            sheets.change(row, asked.validated_data, by=user, at=timezone.now())
        except sheets.NotYet as why:
            raise ValidationError(str(why)) from None
        return self.changed(row)

    @extend_schema(request=EndSheetSerializer, responses=SheetSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Takes no more points; what is there stays. Twice is once."""
        row = self.get_object()
        asked = EndSheetSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        sheets.end(row, reason=asked.validated_data["reason"], by=user, at=timezone.now())
        return self.changed(row)

    @extend_schema(request=PhaseSerializer, responses={201: PhaseSerializer})
    @action(detail=True, methods=["post"])
    def mark(self, request: ApiRequest, pk: str | None = None) -> Response:
        """A day from which something is done differently: a line on the chart."""
        row = self.get_object()
        asked = PhaseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        made = sheets.mark(row, **asked.validated_data, by=user, at=timezone.now())
        return Response(PhaseSerializer(made).data, status=status.HTTP_201_CREATED)


class RevisionSerializer(serializers.ModelSerializer):
    class Meta:
        model = PointRevision
        fields = ["value", "part", "whole", "setting", "note", "happened_at", "by", "at", "reason"]
        read_only_fields = fields


class DataPointSerializer(serializers.ModelSerializer):
    revisions = RevisionSerializer(many=True, read_only=True)

    class Meta:
        model = DataPoint
        fields = [
            "id", "key", "sheet", "value", "part", "whole", "setting", "note", "happened_at", "happened_on", "clock_offset",
            "document", "logged_by", "logged_at", "withdrawn_at", "withdrawal_reason", "revisions",
        ]  # fmt: skip
        read_only_fields = fields


class _Counted(serializers.Serializer):
    value = serializers.FloatField(required=False, allow_null=True, default=None, min_value=0, help_text="For percent, rubric, prompts, words, duration, latency.")  # fmt: skip
    part = serializers.FloatField(required=False, allow_null=True, default=None, min_value=0, help_text="Right answers of trials; times of a frequency or rate.")  # fmt: skip
    whole = serializers.FloatField(required=False, allow_null=True, default=None, min_value=0, help_text="Tries, or minutes of watching, where they differ from the sheet's.")  # fmt: skip
    setting = serializers.ChoiceField(choices=Setting.choices)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    happened_at = serializers.DateTimeField(required=False, allow_null=True, default=None, help_text="Empty means now.")  # fmt: skip


class NewDataPointSerializer(_Of, _Counted):
    visible = {"sheet": DataSheet}

    sheet = serializers.PrimaryKeyRelatedField(queryset=DataSheet.objects.none())
    key = serializers.UUIDField(help_text="Made by the caller for this point: the same key again is the same point.")  # fmt: skip
    device_at = serializers.DateTimeField(required=False, allow_null=True, default=None, help_text="The device's clock while it sends; a wrong clock is corrected in happened_at.")  # fmt: skip


class PointCorrectionSerializer(_Counted):
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class PointViewSet(_Narrowed):
    """Values on data sheets, with their history. Withdrawn ones are listed too, with `withdrawn_at`."""

    serializer_class, model, noun, prefetched = DataPointSerializer, DataPoint, "point", ("revisions",)

    @extend_schema(parameters=BY_SHEET)
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(
        request=NewDataPointSerializer, responses={201: DataPointSerializer, 200: DataPointSerializer}
    )
    def create(self, request: ApiRequest) -> Response:
        """Logs a point; 200 with the point that is there when its key came before."""
        asked = NewDataPointSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        user: Any = request.user
        try:
            logged = points.log(told.pop("sheet"), by=user, at=timezone.now(), **told)
        except measures.Impossible as problem:
            raise ValidationError({problem.field: problem.sentence}) from None
        except points.OtherPoint as other:
            raise ValidationError({"key": str(other)}) from None
        made = self.get_queryset().get(pk=logged.point.pk)
        code = status.HTTP_201_CREATED if logged.made else status.HTTP_200_OK
        return Response(DataPointSerializer(made).data, status=code)

    @extend_schema(request=PointCorrectionSerializer, responses=DataPointSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Sets a point right; what it said before is in its revisions."""
        point = self.get_object()
        asked = PointCorrectionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            points.correct(point, by=user, at=timezone.now(), **asked.validated_data)
        except measures.Impossible as problem:
            raise ValidationError({problem.field: problem.sentence}) from None
        return Response(DataPointSerializer(self.get_queryset().get(pk=point.pk)).data)

    @extend_schema(request=ReasonSerializer, responses=DataPointSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Takes a point back, with the reason; twice is once."""
        point = self.get_object()
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        points.withdraw(point, reason=asked.validated_data["reason"], by=user, at=timezone.now())
        return Response(DataPointSerializer(self.get_queryset().get(pk=point.pk)).data)


class SchoolReportSerializer(serializers.ModelSerializer):
    class Meta:
        model = SchoolReport
        fields = ["id", "student", "sheet", "starts_on", "ends_on", "words", "called", "value", "document", "page", "by", "at"]  # fmt: skip
        read_only_fields = fields


class NewSchoolReportSerializer(_Of):
    visible = {"sheet": DataSheet}

    sheet = serializers.PrimaryKeyRelatedField(queryset=DataSheet.objects.none())
    starts_on = serializers.DateField(required=False, allow_null=True, default=None)
    ends_on = serializers.DateField()
    words = serializers.CharField(max_length=4000)
    called = serializers.ChoiceField(choices=[pair for pair in Called.choices if pair[0]], required=False, allow_blank=True, default="", help_text="Left out, it is read from the words.")  # fmt: skip
    value = serializers.FloatField(required=False, allow_null=True, default=None, min_value=0)
    document = Seen(Document, required=False, allow_null=True, default=None)
    page = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=5000)  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["document"] is not None and attrs["document"].student_id != attrs["sheet"].student_id:
            raise serializers.ValidationError({"document": "This paper is another student's."})
        if attrs["starts_on"] and attrs["starts_on"] > attrs["ends_on"]:
            raise serializers.ValidationError({"starts_on": "The first day comes after the last."})
        return attrs


class SchoolReportViewSet(_Narrowed):
    """What schools report of a goal, in their words."""

    serializer_class, model, noun = SchoolReportSerializer, SchoolReport, "school_report"

    @extend_schema(parameters=[*BY_STUDENT, *BY_SHEET])
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewSchoolReportSerializer, responses={201: SchoolReportSerializer})
    def create(self, request: ApiRequest) -> Response:
        asked = NewSchoolReportSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        user: Any = request.user
        try:
            paper = told.pop("document")
            made = school.add(told.pop("sheet"), told, document=paper, by=user, at=timezone.now())
        except measures.Impossible as problem:
            raise ValidationError({problem.field: problem.sentence}) from None
        except sheets.NotYet as why:
            raise ValidationError({"ends_on": str(why)}) from None
        return Response(SchoolReportSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Takes back what was written down wrong; it leaves the chart and the questions."""
        user: Any = request.user
        school.withdraw(self.get_object(), by=user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class WinSerializer(serializers.ModelSerializer):
    class Meta:
        model = Win
        fields = ["id", "student", "sheet", "words", "setting", "happened_on", "document", "by", "at", "shared_at"]  # fmt: skip
        read_only_fields = fields


class NewWinSerializer(_Of):
    visible = {"student": Student, "sheet": DataSheet}

    student = serializers.PrimaryKeyRelatedField(queryset=Student.objects.none())
    sheet = serializers.PrimaryKeyRelatedField(
        queryset=DataSheet.objects.none(), required=False, allow_null=True, default=None
    )
    words = serializers.CharField(max_length=1000)
    setting = serializers.ChoiceField(choices=Setting.choices)
    happened_on = serializers.DateField()
    shared = serializers.BooleanField(default=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["sheet"] is not None and attrs["sheet"].student_id != attrs["student"].pk:
            raise serializers.ValidationError({"sheet": "This goal is another student's."})
        return attrs

    def validate_happened_on(self, on: date) -> date:
        return not_ahead(on)


class SharingSerializer(serializers.Serializer):
    shared = serializers.BooleanField(help_text="Whether home and school may read it.")


class WinViewSet(_Narrowed):
    """Small wins."""

    serializer_class, model, noun = WinSerializer, Win, "win"

    @extend_schema(parameters=BY_STUDENT)
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewWinSerializer, responses={201: WinSerializer})
    def create(self, request: ApiRequest) -> Response:
        asked = NewWinSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        made = wins.add(by=user, at=timezone.now(), **asked.validated_data)
        return Response(WinSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SharingSerializer, responses=WinSerializer)
    @action(detail=True, methods=["post"])
    def share(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Lets home and school read it, or no longer; its photo goes with it."""
        row = self.get_object()
        asked = SharingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        wins.share(row, shared=asked.validated_data["shared"], by=user, at=timezone.now())
        return Response(WinSerializer(row).data)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Takes a win back; the log keeps that it was there."""
        user: Any = request.user
        wins.withdraw(self.get_object(), by=user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ResultSerializer(serializers.ModelSerializer):
    class Meta:
        model = StrategyResult
        fields = ["id", "went", "setting", "words", "happened_on", "by", "at"]
        read_only_fields = fields


class StrategyVersionSerializer(serializers.ModelSerializer):
    class Meta:
        model = StrategyVersion
        fields = ["trigger", "response", "who", "until", "changed_by"]
        read_only_fields = fields


class StrategySerializer(serializers.ModelSerializer):
    results = ResultSerializer(many=True, read_only=True)
    versions = StrategyVersionSerializer(many=True, read_only=True)

    class Meta:
        model = Strategy
        fields = ["id", "student", "trigger", "response", "who", "started_on", "ended_on", "by", "at", "shared_at", "sheets", "results", "versions"]  # fmt: skip
        read_only_fields = fields


class NewStrategySerializer(_Of):
    visible = {"student": Student, "sheets": DataSheet}

    student = serializers.PrimaryKeyRelatedField(queryset=Student.objects.none())
    trigger = serializers.CharField(max_length=300)
    response = serializers.CharField(max_length=1000)
    who = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    started_on = serializers.DateField()
    sheets = serializers.PrimaryKeyRelatedField(queryset=DataSheet.objects.none(), many=True, required=False, default=list)  # fmt: skip
    shared = serializers.BooleanField(default=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if any(sheet.student_id != attrs["student"].pk for sheet in attrs["sheets"]):
            raise serializers.ValidationError({"sheets": "A goal is another student's."})
        return attrs


class NewResultSerializer(serializers.Serializer):
    went = serializers.ChoiceField(choices=Went.choices)
    setting = serializers.ChoiceField(choices=Setting.choices)
    words = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    happened_on = serializers.DateField()

    def validate_happened_on(self, on: date) -> date:
        return not_ahead(on)


class StrategyChangeSerializer(serializers.Serializer):
    trigger = serializers.CharField(max_length=300, required=False)
    response = serializers.CharField(max_length=1000, required=False)
    who = serializers.CharField(max_length=200, required=False, allow_blank=True)


class EndStrategySerializer(serializers.Serializer):
    ended_on = serializers.DateField()

    def validate_ended_on(self, on: date) -> date:
        return not_ahead(on)


class StrategyViewSet(_Narrowed):
    """Strategies with how they went."""

    serializer_class, model, noun, prefetched = StrategySerializer, Strategy, "strategy", ("results", "sheets", "versions")  # fmt: skip

    @extend_schema(parameters=BY_STUDENT)
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewStrategySerializer, responses={201: StrategySerializer})
    def create(self, request: ApiRequest) -> Response:
        asked = NewStrategySerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        made = strategies.start(by=user, at=timezone.now(), **asked.validated_data)
        return Response(StrategySerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=NewResultSerializer, responses={201: ResultSerializer})
    @action(detail=True, methods=["post"])
    def tell(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Writes down how it went."""
        row = self.get_object()
        asked = NewResultSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        made = strategies.tell(row, by=user, at=timezone.now(), **asked.validated_data)
        return Response(ResultSerializer(made).data, status=status.HTTP_201_CREATED)

    def acted(self, row: Strategy) -> Response:
        return Response(StrategySerializer(self.get_queryset().get(pk=row.pk)).data)

    @extend_schema(request=StrategyChangeSerializer, responses=StrategySerializer)
    @action(detail=True, methods=["post"])
    def change(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Changes trigger, response or who; what it said before stays in `versions`."""
        row = self.get_object()
        asked = StrategyChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        strategies.change(row, by=user, at=timezone.now(), **asked.validated_data)
        return self.acted(row)

    @extend_schema(request=SharingSerializer, responses=StrategySerializer)
    @action(detail=True, methods=["post"])
    def share(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Lets home and school read it, or no longer."""
        row = self.get_object()
        asked = SharingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        strategies.share(row, shared=asked.validated_data["shared"], by=user, at=timezone.now())
        return self.acted(row)

    @extend_schema(request=EndStrategySerializer, responses=StrategySerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: ApiRequest, pk: str | None = None) -> Response:
        """It is no longer used; a line marks the day on the charts."""
        row = self.get_object()
        asked = EndStrategySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            strategies.end(row, ended_on=asked.validated_data["ended_on"], by=user, at=timezone.now())
        except sheets.NotYet as why:
            raise ValidationError({"ended_on": str(why)}) from None
        return self.acted(row)


class TermReportSerializer(serializers.ModelSerializer):
    class Meta:
        model = TermReport
        fields = [
            "id", "student", "language", "starts_on", "ends_on", "facts", "texts", "written_by", "written_at", "approved_by",
            "approved_at", "sent_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewTermReportSerializer(serializers.Serializer):
    student = Seen(Student)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    language = serializers.ChoiceField(choices=[("en", "English"), ("es", "Español")])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        days = (attrs["ends_on"] - attrs["starts_on"]).days
        if not 0 < days <= TOO_LONG_DAYS or not 2000 <= attrs["starts_on"].year <= 2100:
            raise serializers.ValidationError({"ends_on": "A report covers from two days up to a year."})
        return attrs


class SentencesSerializer(serializers.Serializer):
    texts = serializers.DictField(
        child=serializers.CharField(max_length=6000, allow_blank=True, trim_whitespace=False),
        help_text="Sentences by their name in `facts.defaults`: opening, wins, goal:<sheet>, strategies, next.",
    )


class TermReportViewSet(_Narrowed):
    """Term reports: `facts` from the data, `texts` by a person."""

    serializer_class, model, noun = TermReportSerializer, TermReport, "term_report"

    @extend_schema(parameters=BY_STUDENT)
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewTermReportSerializer, responses={201: TermReportSerializer})
    def create(self, request: ApiRequest) -> Response:
        """Writes a draft from the data."""
        asked = NewTermReportSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        made = writing.write(by=user, at=timezone.now(), **asked.validated_data)
        return Response(TermReportSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SentencesSerializer, responses=TermReportSerializer)
    @action(detail=True, methods=["post"])
    def edit(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Keeps sentences of a person in a draft."""
        row = self.get_object()
        asked = SentencesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        texts = asked.validated_data["texts"]
        unknown = sorted(set(texts) - set(row.facts.get("defaults", {})))
        if unknown:
            raise ValidationError({"texts": f"This report has no sentence named {unknown[0][:60]}."})
        return self._act(lambda **how: writing.edit(row, texts, **how), row)

    @extend_schema(request=None, responses=TermReportSerializer)
    @action(detail=True, methods=["post"])
    def rewrite(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Takes the data as it is now into a draft; sentences of a person stay."""
        row = self.get_object()
        return self._act(lambda **how: writing.rewrite(row, **how), row)

    @extend_schema(request=None, responses=TermReportSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: ApiRequest, pk: str | None = None) -> Response:
        """The key's person answers for it. Nothing is sent yet."""
        insist(request, Can.SIGN_REVIEWS)
        row = self.get_object()
        return self._act(lambda **how: writing.approve(row, **how), row)

    @extend_schema(request=None, responses=TermReportSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Opens an approved report to the family and tells them."""
        insist(request, Can.SIGN_REVIEWS)
        row = self.get_object()
        return self._act(lambda **how: writing.send(row, **how), row)

    def _act(self, act: Any, row: TermReport) -> Response:
        user: Any = self.request.user
        try:
            act(by=user, at=timezone.now())
        except sheets.NotYet as why:
            raise ValidationError(str(why)) from None
        return Response(TermReportSerializer(self.get_queryset().get(pk=row.pk)).data)

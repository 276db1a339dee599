"""Cases, what happened in them, their dates, meetings, tasks, timeline and school calendars for programs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from cases import calendars, clock, meetings, opening, timeline
from cases.models import (
    CONTACT_LOG,
    Case,
    CaseEvent,
    Deadline,
    EntryKind,
    Meeting,
    MeetingKind,
    Outcome,
    SchoolCalendar,
    SchoolYear,
    Task,
    TimelineEntry,
)
from cases.stages import STAGES
from clients.models import District, Student
from law.calendars import CalendarError
from law.rules import RuleError
from web.access import Access, Can


class Seen(serializers.PrimaryKeyRelatedField):
    """The key of a row that the key's person may see; any other is said not to exist."""

    def __init__(self, model: Any, **kwargs: Any) -> None:
        self.model = model
        super().__init__(queryset=model.objects.all(), **kwargs)

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        return self.model.objects.visible_to(request.user) if request else self.model.objects.none()


class CaseSerializer(serializers.ModelSerializer):
    student = Seen(Student)
    advocate = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates())
    open = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = ["id", "student", "kind", "stage", "about", "next_step", "next_step_on", "advocate", "opened_at", "open"]  # fmt: skip
        read_only_fields = ["stage", "next_step", "next_step_on", "opened_at"]

    def get_open(self, case: Case) -> bool:
        return case.closure is None


class StageSerializer(serializers.Serializer):
    stage = serializers.CharField(max_length=20)


class HandOverSerializer(serializers.Serializer):
    taker = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates())
    note = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
    stays = serializers.BooleanField(default=True)


class CloseSerializer(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    reason = serializers.CharField(max_length=20_000)


class _Rows(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Rows of the key's person, read and listed."""

    access = Access(Can.SEE_CASES)
    can, can_write = Can.SEE_CASES, Can.EDIT_CASES
    rows: Any

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.rows.none()
        return self.rows.visible_to(self.request.user)

    def filled(self, serializer: type[serializers.Serializer]) -> dict[str, Any]:
        asked = serializer(data=self.request.data, context={"request": self.request})
        asked.is_valid(raise_exception=True)
        found: dict[str, Any] = asked.validated_data
        return found


class CaseViewSet(_Rows):
    serializer_class = CaseSerializer
    rows = Case.objects.prefetch_related("closures")

    @extend_schema(request=CaseSerializer, responses={201: CaseSerializer})
    def create(self, request: Request) -> Response:
        filled = self.filled(CaseSerializer)
        user: Any = request.user
        try:
            case = opening.open_case(**filled, by=user, at=timezone.now())
        except opening.CaseError as problem:
            raise ValidationError({"advocate": str(problem)}) from None
        return Response(CaseSerializer(case).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=StageSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str | None = None) -> Response:
        """Brings the case to another stage."""
        case: Case = self.get_object()
        wanted = self.filled(StageSerializer)["stage"]
        if wanted not in {stage.id for stage in STAGES[case.kind]}:
            raise ValidationError({"stage": "There is no such stage."})
        user: Any = request.user
        opening.move(case, wanted, by=user, at=timezone.now())
        return Response(CaseSerializer(case).data)

    @extend_schema(request=HandOverSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str | None = None) -> Response:
        """Another advocate leads from now on."""
        case: Case = self.get_object()
        user: Any = request.user
        try:
            opening.hand_over(case, **self.filled(HandOverSerializer), by=user, at=timezone.now())
        except opening.CaseError as problem:
            raise ValidationError({"taker": str(problem)}) from None
        case.refresh_from_db()
        return Response(CaseSerializer(case).data)

    @extend_schema(request=CloseSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str | None = None) -> Response:
        """Ends the case with its outcome and reason."""
        case: Case = self.get_object()
        user: Any = request.user
        try:
            opening.close(case, **self.filled(CloseSerializer), by=user, at=timezone.now())
        except opening.CaseError as problem:
            raise ValidationError({"case": str(problem)}) from None
        return Response(CaseSerializer(Case.objects.get(pk=case.pk)).data)


class EventSerializer(serializers.ModelSerializer):
    case = Seen(Case)

    class Meta:
        model = CaseEvent
        fields = ["id", "case", "kind", "on", "note", "recorded_at"]
        read_only_fields = ["recorded_at"]
        validators: list[Any] = []


class EventViewSet(_Rows):
    """What happened, by the ids of the law's events; recording one starts its clocks."""

    serializer_class = EventSerializer
    rows = CaseEvent.objects

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return CaseEvent.objects.none()
        user: Any = self.request.user
        return CaseEvent.objects.filter(case__in=Case.objects.visible_to(user), withdrawn_at=None)

    @extend_schema(request=EventSerializer, responses={201: EventSerializer})
    def create(self, request: Request) -> Response:
        filled = self.filled(EventSerializer)
        user: Any = request.user
        try:
            event = clock.record(filled.pop("case"), **filled, by=user, at=timezone.now())
        except clock.ImpossibleFacts as problem:
            raise ValidationError({"on": problem.sentences}) from None
        except RuleError as problem:
            raise ValidationError({"kind": str(problem)}) from None
        return Response(EventSerializer(event).data, status=status.HTTP_201_CREATED)


class DeadlineSerializer(serializers.ModelSerializer):
    arithmetic = serializers.SerializerMethodField()

    class Meta:
        model = Deadline
        fields = [
            "id", "case", "event", "rule", "state", "status", "due_on", "title", "citation", "owed_by", "verified",
            "owner", "arithmetic", "counted_at", "done_at", "set_aside_at", "dropped_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_arithmetic(self, row: Deadline) -> str:
        return str((row.trace.get("en") or {}).get("arithmetic", ""))


class DeadlineViewSet(_Rows):
    serializer_class = DeadlineSerializer
    rows = Deadline.objects

    @extend_schema(request=None, responses=DeadlineSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str | None = None) -> Response:
        """Marks it done; twice is once."""
        row: Deadline = self.get_object()
        user: Any = request.user
        clock.mark_done(Deadline.objects.filter(pk=row.pk), by=user, at=timezone.now())
        row.refresh_from_db()
        return Response(DeadlineSerializer(row).data)


class TaskSerializer(serializers.ModelSerializer):
    case = Seen(Case)

    class Meta:
        model = Task
        fields = ["id", "case", "title", "due_on", "owner", "done_at"]
        read_only_fields = ["owner", "done_at"]


class TaskViewSet(_Rows):
    serializer_class = TaskSerializer
    rows = Task.objects

    @extend_schema(request=TaskSerializer, responses={201: TaskSerializer})
    def create(self, request: Request) -> Response:
        filled = self.filled(TaskSerializer)
        task = Task.objects.create(**filled, owner=filled["case"].advocate)
        return Response(TaskSerializer(task).data, status=status.HTTP_201_CREATED)


class MeetingSerializer(serializers.ModelSerializer):
    case = Seen(Case)
    kind = serializers.ChoiceField(choices=MeetingKind.choices)
    advocate = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates())

    class Meta:
        model = Meeting
        fields = ["id", "case", "kind", "advocate", "starts_at", "ends_at", "place", "travel_minutes", "agenda", "called_off_at"]  # fmt: skip
        read_only_fields = ["called_off_at"]

    def validate(self, filled: dict[str, Any]) -> dict[str, Any]:
        if filled["ends_at"] <= filled["starts_at"]:
            raise serializers.ValidationError({"ends_at": "The meeting ends before it starts."})
        if not 2000 <= filled["starts_at"].year <= 2100:
            raise serializers.ValidationError({"starts_at": "This day cannot be right."})
        if filled.get("travel_minutes", 0) > 600:
            raise serializers.ValidationError({"travel_minutes": "Ten hours at most."})
        return filled


class MeetingViewSet(_Rows):
    serializer_class = MeetingSerializer
    rows = Meeting.objects

    @extend_schema(request=MeetingSerializer, responses={201: MeetingSerializer})
    def create(self, request: Request) -> Response:
        filled = self.filled(MeetingSerializer)
        user: Any = request.user
        meeting = meetings.plan(filled.pop("case"), **filled, by=user, at=timezone.now())
        return Response(MeetingSerializer(meeting).data, status=status.HTTP_201_CREATED)


class EntrySerializer(serializers.ModelSerializer):
    student = Seen(Student)
    kind = serializers.ChoiceField(choices=EntryKind.choices)

    class Meta:
        model = TimelineEntry
        fields = ["id", "student", "case", "kind", "text", "who", "happened_at", "recorded_at", "shared", "evidence_kind", "evidence_id"]  # fmt: skip
        read_only_fields = ["case", "recorded_at", "evidence_kind", "evidence_id"]


class EntryViewSet(_Rows):
    """The timeline; calls, e-mails, texts, visits, notes and wins may be added."""

    serializer_class = EntrySerializer
    rows = TimelineEntry.objects

    @extend_schema(request=EntrySerializer, responses={201: EntrySerializer})
    def create(self, request: Request) -> Response:
        filled = self.filled(EntrySerializer)
        now = timezone.now()
        user: Any = request.user
        if filled["kind"] not in {*CONTACT_LOG, EntryKind.WIN}:
            raise ValidationError({"kind": "This kind is written by the work it belongs to."})
        if filled["happened_at"] > now:
            raise ValidationError({"happened_at": "This lies in the future."})
        entry = timeline.add(**filled, at=now, by=user)
        return Response(EntrySerializer(entry).data, status=status.HTTP_201_CREATED)


class DaysOffSerializer(serializers.Serializer):
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")

    def validate(self, filled: dict[str, Any]) -> dict[str, Any]:
        if filled["last_on"] < filled["first_on"]:
            raise serializers.ValidationError({"last_on": "The days off end before they start."})
        return filled


class SchoolYearSerializer(serializers.ModelSerializer):
    """A school year with its days off; a first one makes the district's calendar."""

    district = serializers.PrimaryKeyRelatedField(queryset=District.objects.all(), source="calendar.district")
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), allow_empty=False, source="calendar.weekdays", required=False,
        help_text="School days of the week, Monday is 0. They are the whole calendar's; left out, they stay.",
    )  # fmt: skip
    days_off = DaysOffSerializer(many=True, required=False)
    period_ends = serializers.ListField(
        child=serializers.DateField(), required=False, max_length=calendars.MOST_PERIODS,
        help_text="The last day of each marking period. The last one ends with the year, sent or not.",
    )  # fmt: skip
    version = serializers.IntegerField(
        source="calendar.version", required=False, help_text="The calendar's, as you read it: when it has moved on, your change is refused.",
    )  # fmt: skip

    class Meta:
        model = SchoolYear
        fields = ["id", "district", "first_on", "last_on", "weekdays", "days_off", "period_ends", "version"]
        validators: list[Any] = []

    def validate(self, filled: dict[str, Any]) -> dict[str, Any]:
        first = filled.get("first_on") or self.instance.first_on  # type: ignore[union-attr]
        last = filled.get("last_on") or self.instance.last_on  # type: ignore[union-attr]
        if last <= first:
            raise serializers.ValidationError({"last_on": "The school year ends before it starts."})
        for off in filled.get("days_off", ()):
            if off["last_on"] < first or off["first_on"] > last:
                raise serializers.ValidationError(
                    {"days_off": f"{off['first_on']} lies outside the school year."}
                )
        if "period_ends" in filled:
            try:
                filled["period_ends"] = calendars.period_ends(filled["period_ends"], first=first, last=last)
            except CalendarError as problem:
                raise serializers.ValidationError({"period_ends": str(problem)}) from None
        return filled


class SchoolYearViewSet(_Rows):
    """School years of the districts' calendars. Writing one counts every date of the district again."""

    serializer_class = SchoolYearSerializer

    def get_queryset(self) -> Any:
        return SchoolYear.objects.select_related("calendar__district").prefetch_related("days_off")

    @extend_schema(request=SchoolYearSerializer, responses={201: SchoolYearSerializer})
    def create(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._save(None, asked.validated_data, status.HTTP_201_CREATED)

    @extend_schema(request=SchoolYearSerializer, responses=SchoolYearSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Changes what is sent; days off and marking periods are sent whole."""
        row: SchoolYear = self.get_object()
        asked = self.get_serializer(row, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        return self._save(row, asked.validated_data, status.HTTP_200_OK)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Takes the year out of its calendar."""
        user: Any = request.user
        calendars.delete_year(self.get_object(), by=user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _save(self, row: SchoolYear | None, told: dict[str, Any], code: int) -> Response:
        whole = told.get("calendar", {})
        district = row.calendar.district if row else whole["district"]
        known = SchoolCalendar.objects.filter(district=district).first()
        if row is None:
            off = [calendars.DayOff(d["first_on"], d["last_on"], d["name"]) for d in told.get("days_off", ())]
        elif "days_off" in told:
            off = [calendars.DayOff(d["first_on"], d["last_on"], d["name"]) for d in told["days_off"]]
        else:
            off = [calendars.DayOff(d.first_on, d.last_on, d.name) for d in row.days_off.all()]
        first, last = told.get("first_on") or row.first_on, told.get("last_on") or row.last_on  # type: ignore[union-attr]
        weekdays = sorted(set(whole.get("weekdays") or (known.weekdays if known else [0, 1, 2, 3, 4])))
        user: Any = self.request.user
        try:
            calendar = calendars.save_year(
                district, first=first, last=last, days_off=off, weekdays=weekdays, by=user, at=timezone.now(), year=row,
                version=whole.get("version"), period_ends=told.get("period_ends"),
            )  # fmt: skip
        except CalendarError as problem:
            raise ValidationError({"first_on": str(problem)}) from None
        except calendars.ChangedMeanwhile:
            raise ValidationError(
                {"version": "Somebody changed this calendar meanwhile. Read it again."}
            ) from None
        made = self.get_queryset().get(calendar=calendar, first_on=first)
        return Response(self.get_serializer(made).data, status=code)


class CalendarSerializer(serializers.ModelSerializer):
    years = SchoolYearSerializer(many=True, read_only=True)
    district_name = serializers.CharField(source="district.name", read_only=True)

    class Meta:
        model = SchoolCalendar
        fields = [
            "id",
            "district",
            "district_name",
            "weekdays",
            "years",
            "bounds_assumed",
            "version",
            "changed_at",
        ]


class CalendarViewSet(_Rows):
    """School calendars of the firm's districts. Their years are written at /school-years/."""

    serializer_class = CalendarSerializer

    def get_queryset(self) -> Any:
        return SchoolCalendar.objects.select_related("district").prefetch_related(
            "years__days_off", "years__calendar__district"
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Takes the calendar away; dates that needed it say what is missing."""
        user: Any = request.user
        calendars.delete(self.get_object(), by=user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

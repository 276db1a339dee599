"""Cases, what happened in them, their dates, meetings, tasks, timeline and school calendars for programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from accounts.models import User
from cases import calendars, clock, editing, meetings, opening, team, timeline, warnings
from cases.forms import EARLIEST_YEAR, LATEST_YEAR
from cases.models import (
    BY_HAND,
    Case,
    CaseEvent,
    Deadline,
    EntryKind,
    EntryRevision,
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
from law.dates import iso_date
from law.rules import RuleError
from tenants.places import current_firm
from web.access import Access, Can


class Seen(serializers.PrimaryKeyRelatedField):
    """The key of a row that the key's person may see; any other is said not to exist."""

    def __init__(self, model: Any, **kwargs: Any) -> None:
        self.model = model
        super().__init__(queryset=model.objects.all(), **kwargs)

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        return self.model.objects.visible_to(request.user) if request else self.model.objects.none()


def plausible(day: Any) -> Any:
    """Raises ValidationError for a day that must be a slip of the finger, such as one in 1925."""
    if day is not None and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise serializers.ValidationError("This day cannot be right.")
    return day


class CaseSerializer(serializers.ModelSerializer):
    student = Seen(Student)
    advocate = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates())
    open = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = ["id", "student", "kind", "stage", "about", "next_step", "next_step_on", "advocate", "opened_at", "open", "version"]  # fmt: skip
        read_only_fields = ["stage", "next_step", "next_step_on", "opened_at", "version"]

    def get_open(self, case: Case) -> bool:
        return case.closure is None


class CaseDetailsSerializer(serializers.ModelSerializer):
    version = serializers.IntegerField(
        help_text="As you read it: when the case has moved on, your change is refused."
    )

    class Meta:
        model = Case
        fields = ["next_step", "next_step_on", "about", "version"]
        extra_kwargs = {"about": {"max_length": 20_000}}

    def validate_next_step_on(self, day: Any) -> Any:
        return plausible(day)


class PersonSerializer(serializers.Serializer):
    person = serializers.PrimaryKeyRelatedField(queryset=User.objects.staff())


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

    @property
    def zone(self) -> Any:
        return current_firm().zone

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

    @extend_schema(request=CaseDetailsSerializer, responses=CaseSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Changes the next step and what it is about; `version` says what you read."""
        case: Case = self.get_object()
        asked = CaseDetailsSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        filled = dict(asked.validated_data)
        user: Any = request.user
        if "version" not in filled:
            raise ValidationError({"version": "Send the version that you read."})
        try:
            editing.save(case, filled, version=filled.pop("version"), by=user)
        except editing.ChangedMeanwhile:
            raise ValidationError(
                {"version": "Somebody changed this case meanwhile. Read it again."}
            ) from None
        audit.record("case.edited", by=user, at=timezone.now(), about=case)
        return Response(CaseSerializer(case).data)

    @extend_schema(request=PersonSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"], url_path="join-team")
    def join_team(self, request: Request, pk: str | None = None) -> Response:
        """One more person works for the student."""
        return self._team(team.join)

    @extend_schema(request=PersonSerializer, responses=CaseSerializer)
    @action(detail=True, methods=["post"], url_path="leave-team")
    def leave_team(self, request: Request, pk: str | None = None) -> Response:
        """Somebody works for the student no more; what they had open goes to who leads the case."""
        return self._team(team.leave)

    def _team(self, change: Any) -> Response:
        case: Case = self.get_object()
        person = self.filled(PersonSerializer)["person"]
        try:
            change(case, person, by=self.request.user, at=timezone.now())
        except opening.CaseError as problem:
            raise ValidationError({"person": str(problem)}) from None
        return Response(CaseSerializer(case).data)

    @extend_schema(request=None, responses=CaseSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str | None = None) -> Response:
        """The case goes on; its dates are counted anew."""
        case: Case = self.get_object()
        user: Any = request.user
        try:
            opening.reopen(case, by=user, at=timezone.now())
        except opening.CaseError as problem:
            raise ValidationError({"case": str(problem)}) from None
        return Response(CaseSerializer(Case.objects.get(pk=case.pk)).data)

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
        fields = ["id", "case", "kind", "on", "note", "recorded_at", "version"]
        read_only_fields = ["recorded_at", "version"]
        validators: list[Any] = []


class EventCorrectionSerializer(serializers.Serializer):
    on = serializers.DateField()
    note = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    version = serializers.IntegerField()


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

    @extend_schema(request=EventCorrectionSerializer, responses=EventSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str | None = None) -> Response:
        """Another day for what happened; its dates are counted again."""
        event: CaseEvent = self.get_object()
        filled = {"note": event.note, **self.filled(EventCorrectionSerializer)}
        user: Any = request.user
        try:
            clock.correct(event, **filled, by=user, at=timezone.now())
        except clock.ImpossibleFacts as problem:
            raise ValidationError({"on": problem.sentences}) from None
        except calendars.ChangedMeanwhile:
            raise ValidationError({"version": "Somebody corrected this meanwhile. Read it again."}) from None
        return Response(EventSerializer(event).data)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str | None = None) -> Response:
        """It did not happen: its dates leave the lists, their history stays."""
        user: Any = request.user
        clock.take_back(self.get_object(), by=user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


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


class AsideSerializer(serializers.Serializer):
    why = serializers.CharField(max_length=300)


class AnswerSerializer(serializers.Serializer):
    key = serializers.CharField(max_length=80, help_text="Of one of the deadline's questions.")
    value = serializers.JSONField(
        help_text="true, false, a number of days, a date as text, or null to take it back."
    )


class OwnerSerializer(serializers.Serializer):
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates())


class DeadlineViewSet(_Rows):
    serializer_class = DeadlineSerializer
    rows = Deadline.objects

    @extend_schema(request=None, responses=DeadlineSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str | None = None) -> Response:
        """Takes “done” or “set aside” back."""
        row: Deadline = self.get_object()
        user: Any = request.user
        clock.mark_open(row, by=user, at=timezone.now())
        return self._again(row)

    @extend_schema(request=AsideSerializer, responses=DeadlineSerializer)
    @action(detail=True, methods=["post"], url_path="set-aside")
    def set_aside(self, request: Request, pk: str | None = None) -> Response:
        """This date does not matter here, for a reason."""
        row: Deadline = self.get_object()
        user: Any = request.user
        clock.set_aside(row, why=self.filled(AsideSerializer)["why"], by=user, at=timezone.now())
        return self._again(row)

    @extend_schema(request=AnswerSerializer, responses=DeadlineSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str | None = None) -> Response:
        """Answers one of its questions; the date is counted again."""
        row: Deadline = self.get_object()
        filled = self.filled(AnswerSerializer)
        user: Any = request.user
        known = {item["key"]: item["answer"] for item in (*row.words["questions"], *row.words["conditions"])}
        if filled["key"] not in known and filled["key"] not in row.answers:
            raise ValidationError({"key": "This date does not ask that."})
        value = filled["value"]
        try:
            if isinstance(value, str):
                value = iso_date(value)
            if not (value is None or isinstance(value, bool | int | date)):
                raise ValidationError({"value": "Send true, false, a number of days, a date or null."})
            if known.get(filled["key"]) == "date" and isinstance(value, date):
                clock.record(row.case, kind=filled["key"], on=value, by=user, at=timezone.now())
            else:
                clock.answer_question(row, key=filled["key"], value=value, by=user, at=timezone.now())
        except (clock.FactError, clock.ImpossibleFacts, ValueError) as problem:
            raise ValidationError({"value": str(problem)}) from None
        return self._again(row)

    @extend_schema(request=OwnerSerializer, responses=DeadlineSerializer)
    @action(detail=True, methods=["post"])
    def give(self, request: Request, pk: str | None = None) -> Response:
        """To another advocate, who must be on the student's care team."""
        row: Deadline = self.get_object()
        taker = self.filled(OwnerSerializer)["owner"]
        user: Any = request.user
        if not Deadline.objects.visible_to(taker).filter(pk=row.pk).exists():
            raise ValidationError({"owner": "This person is not on the care team. Hand the case over first."})
        Deadline.objects.filter(pk=row.pk).update(owner=taker)
        warnings.plan(
            Deadline.objects.filter(pk=row.pk).standing().select_related("owner"), at=timezone.now()
        )
        audit.record("deadlines.reassigned", by=user, at=timezone.now(), owner=str(taker.pk), n=1)
        return self._again(row)

    def _again(self, row: Deadline) -> Response:
        return Response(DeadlineSerializer(Deadline.objects.get(pk=row.pk)).data)

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

    def validate_due_on(self, day: Any) -> Any:
        return plausible(day)


class TaskViewSet(_Rows):
    serializer_class = TaskSerializer
    rows = Task.objects

    @extend_schema(request=TaskSerializer, responses={201: TaskSerializer})
    def create(self, request: Request) -> Response:
        filled = self.filled(TaskSerializer)
        task = Task.objects.create(**filled, owner=filled["case"].advocate)
        user: Any = request.user
        audit.record("task.added", by=user, at=timezone.now(), about=task, case=str(task.case_id))
        return Response(TaskSerializer(task).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=TaskSerializer, responses=TaskSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Changes its words or its day."""
        task: Task = self.get_object()
        asked = TaskSerializer(task, data=request.data, partial=True, context={"request": request})
        asked.is_valid(raise_exception=True)
        asked.validated_data.pop("case", None)
        user: Any = request.user
        audit.record("task.changed", by=user, at=timezone.now(), about=task, case=str(task.case_id))
        return Response(TaskSerializer(asked.save()).data)

    @extend_schema(request=None, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str | None = None) -> Response:
        """Marks it done; twice is once."""
        return self._mark("task.done", done=True)

    @extend_schema(request=None, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str | None = None) -> Response:
        """It is still to be done."""
        return self._mark("task.reopened", done=False)

    def _mark(self, said: str, *, done: bool) -> Response:
        task: Task = self.get_object()
        user: Any = self.request.user
        now = timezone.now()
        rows = Task.objects.filter(pk=task.pk, done_at__isnull=done)
        if rows.update(done_at=now if done else None, done_by=user if done else None):
            audit.record(said, by=user, at=now, about=task, case=str(task.case_id))
        task.refresh_from_db()
        return Response(TaskSerializer(task).data)


class MeetingSerializer(serializers.ModelSerializer):
    case = Seen(Case)
    kind = serializers.ChoiceField(choices=MeetingKind.choices)
    advocate = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates())

    class Meta:
        model = Meeting
        fields = ["id", "case", "kind", "advocate", "starts_at", "ends_at", "place", "travel_minutes", "agenda", "called_off_at", "version"]  # fmt: skip
        read_only_fields = ["called_off_at"]
        extra_kwargs = {"agenda": {"max_length": 20_000}, "version": {"read_only": False, "required": False}}

    def validate(self, filled: dict[str, Any]) -> dict[str, Any]:
        starts = filled.get("starts_at") or self.instance.starts_at  # type: ignore[union-attr]
        ends = filled.get("ends_at") or self.instance.ends_at  # type: ignore[union-attr]
        if ends <= starts:
            raise serializers.ValidationError({"ends_at": "The meeting ends before it starts."})
        if not EARLIEST_YEAR <= starts.year <= LATEST_YEAR:
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
        filled.pop("version", None)
        meeting = meetings.plan(filled.pop("case"), **filled, by=user, at=timezone.now())
        return Response(MeetingSerializer(meeting).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=MeetingSerializer, responses=MeetingSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Changes what is sent; `version` says what you read."""
        meeting: Meeting = self.get_object()
        asked = MeetingSerializer(meeting, data=request.data, partial=True, context={"request": request})
        asked.is_valid(raise_exception=True)
        filled = dict(asked.validated_data)
        filled.pop("case", None)
        if "version" not in filled:
            raise ValidationError({"version": "Send the version that you read."})
        user: Any = request.user
        try:
            editing.save(meeting, filled, version=filled.pop("version"), by=user)
        except editing.ChangedMeanwhile:
            raise ValidationError(
                {"version": "Somebody changed this meeting meanwhile. Read it again."}
            ) from None
        meetings.moved(meeting, at=timezone.now(), by=user)
        return Response(MeetingSerializer(meeting).data)

    @extend_schema(request=None, responses=MeetingSerializer)
    @action(detail=True, methods=["post"], url_path="call-off")
    def call_off(self, request: Request, pk: str | None = None) -> Response:
        """It does not take place; twice is once."""
        meeting: Meeting = self.get_object()
        user: Any = request.user
        if meeting.called_off_at is None:
            meetings.call_off(meeting, at=timezone.now(), by=user)
        meeting.refresh_from_db()
        return Response(MeetingSerializer(meeting).data)


class EntryRevisionSerializer(serializers.ModelSerializer):
    class Meta:
        model = EntryRevision
        fields = ["kind", "text", "who", "happened_at", "by", "at", "reason"]
        read_only_fields = fields


class EntrySerializer(serializers.ModelSerializer):
    student = Seen(Student)
    kind = serializers.ChoiceField(choices=EntryKind.choices)
    revisions = EntryRevisionSerializer(many=True, read_only=True)

    class Meta:
        model = TimelineEntry
        fields = ["id", "student", "case", "kind", "text", "who", "happened_at", "recorded_at", "shared", "evidence_kind", "evidence_id", "struck_at", "strike_reason", "revisions"]  # fmt: skip
        read_only_fields = ["case", "recorded_at", "evidence_kind", "evidence_id", "struck_at", "strike_reason"]  # fmt: skip
        extra_kwargs = {"text": {"max_length": 20_000}}


class SharedSerializer(serializers.Serializer):
    shared = serializers.BooleanField()


class EntryCorrectionSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=[(str(kind), kind.label) for kind in BY_HAND])
    text = serializers.CharField(max_length=20_000)
    who = serializers.CharField(max_length=120, allow_blank=True)
    happened_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
    version = serializers.IntegerField(help_text="How many revisions the entry had when you read it.")


class EntryStrikeSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class EntryViewSet(_Rows):
    """The timeline; calls, e-mails, texts, visits, notes and wins may be added, corrected and struck out."""

    serializer_class = EntrySerializer
    rows = TimelineEntry.objects.prefetch_related("revisions")

    @extend_schema(request=EntrySerializer, responses={201: EntrySerializer})
    def create(self, request: Request) -> Response:
        filled = self.filled(EntrySerializer)
        now = timezone.now()
        user: Any = request.user
        if filled["kind"] not in BY_HAND:
            raise ValidationError({"kind": "This kind is written by the work it belongs to."})
        self._happened(filled["happened_at"], now)
        entry = timeline.add(**filled, at=now, by=user)
        audit.record("entry.added", by=user, at=now, about=entry, student=str(entry.student_id))
        return Response(EntrySerializer(entry).data, status=status.HTTP_201_CREATED)

    @staticmethod
    def _happened(when: datetime, now: datetime) -> None:
        if when > now:
            raise ValidationError({"happened_at": "This lies in the future."})
        plausible(when)

    def _correctable(self) -> TimelineEntry:
        """404 when this person does not see it, 403 when they neither wrote it nor run the firm."""
        entry: TimelineEntry = self.get_object()
        user: Any = self.request.user
        if not TimelineEntry.objects.correctable_by(user).filter(pk=entry.pk).exists():
            raise PermissionDenied("Who wrote an entry of the contact log, or an owner or administrator, corrects it while it stands.")  # fmt: skip
        return entry

    @extend_schema(request=EntryCorrectionSerializer, responses=EntrySerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Sets an entry of the contact log right; what it said before stays in `revisions`. `version` says what you read."""
        entry = self._correctable()
        asked = EntryCorrectionSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        filled = {name: getattr(entry, name) for name in ("kind", "text", "who", "happened_at")}
        filled |= asked.validated_data
        if "version" not in filled:
            raise ValidationError({"version": "Send the version that you read."})
        user: Any = request.user
        now = timezone.now()
        self._happened(filled["happened_at"], now)
        try:
            timeline.correct(entry, **filled, by=user, at=now)
        except timeline.CorrectedMeanwhile:
            raise ValidationError({"version": "Somebody corrected this meanwhile. Read it again."}) from None
        return Response(EntrySerializer(self.get_queryset().get(pk=entry.pk)).data)

    @extend_schema(request=EntryStrikeSerializer, responses=EntrySerializer)
    @action(detail=True, methods=["post"])
    def strike(self, request: Request, pk: str | None = None) -> Response:
        """Strikes out an entry of the contact log, with the reason. The family does not see it any more."""
        entry = self._correctable()
        user: Any = request.user
        reason = self.filled(EntryStrikeSerializer)["reason"]
        timeline.strike_out(entry, reason=reason, by=user, at=timezone.now())
        return Response(EntrySerializer(self.get_queryset().get(pk=entry.pk)).data)

    @extend_schema(request=SharedSerializer, responses=EntrySerializer)
    @action(detail=True, methods=["post"])
    def share(self, request: Request, pk: str | None = None) -> Response:
        """Shows it to the family, or hides it again. A win is shared where it is kept."""
        entry: TimelineEntry = self.get_object()
        if entry.struck_at:
            raise ValidationError({"shared": "This entry is struck out."})
        shared = self.filled(SharedSerializer)["shared"]
        if entry.evidence_kind == "win":
            raise ValidationError({"shared": "Share the win itself; its entry follows."})
        user: Any = request.user
        TimelineEntry.objects.filter(pk=entry.pk).update(shared=shared)
        audit.record("entry.shared" if shared else "entry.hidden", by=user, at=timezone.now(), about=entry, student=str(entry.student_id))  # fmt: skip
        entry.refresh_from_db()
        return Response(EntrySerializer(entry).data)


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

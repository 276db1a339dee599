"""Posts, check-ins, agreed actions, guest grants and the plan for adult life, for the programs of staff. Guests have no API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from cases.api import Seen
from circle import transition, writing
from circle.models import (
    Action,
    Agency,
    Area,
    CheckIn,
    CheckInQuestion,
    OwnWords,
    Post,
    PostSchoolGoal,
    TransitionPlan,
    TransitionStep,
)
from clients import guests
from clients.models import ADDABLE, GuestGrant, Part, Student
from web.access import Access, Can

BY_STUDENT = [OpenApiParameter("student", OpenApiTypes.UUID)]


class _Rows(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Rows of students whom the key's person sees, narrowed by `?student=`."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    rows: Any
    noun = ""

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.rows.none()
        rows = self.rows.visible_to(self.request.user)
        wanted = self.request.query_params.get("student")
        if wanted:
            try:
                rows = rows.filter(student=serializers.UUIDField().to_internal_value(wanted))
            except serializers.ValidationError as wrong:
                raise ValidationError({"student": wrong.detail}) from None
        return rows

    @extend_schema(parameters=BY_STUDENT)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        audit.record(f"{self.noun}.listed", by=self.person, at=timezone.now(), through="api")
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        audit.record(f"{self.noun}.read", by=self.person, at=timezone.now(), about=row.student, through="api")
        return Response(self.get_serializer(row).data)

    @property
    def person(self) -> Any:
        return self.request.user

    def filled(self, serializer: type[serializers.BaseSerializer]) -> dict[str, Any]:
        asked = serializer(data=self.request.data, context={"request": self.request})
        asked.is_valid(raise_exception=True)
        told: dict[str, Any] = asked.validated_data
        return told

    def answer(self, row: Any, *, made: bool = False) -> Response:
        row.refresh_from_db()
        return Response(
            self.get_serializer(row).data, status=status.HTTP_201_CREATED if made else status.HTTP_200_OK
        )


class PostSerializer(serializers.ModelSerializer):
    has_photo = serializers.SerializerMethodField()
    has_clip = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = [
            "id",
            "student",
            "under",
            "kind",
            "words",
            "side",
            "has_photo",
            "has_clip",
            "by",
            "at",
            "withdrawn_at",
        ]
        read_only_fields = fields

    def get_has_photo(self, post: Post) -> bool:
        return post.document_id is not None

    def get_has_clip(self, post: Post) -> bool:
        return post.clip_id is not None


class NewPostSerializer(serializers.Serializer):
    student = Seen(Student)
    words = serializers.CharField(max_length=4000)
    question = serializers.BooleanField(default=False)
    under = Seen(Post, required=False, allow_null=True, default=None)

    def validate(self, told: dict[str, Any]) -> dict[str, Any]:
        if told["under"] is not None and told["under"].student_id != told["student"].pk:
            raise ValidationError({"under": "This is on another child's page."})
        return told


class PostViewSet(_Rows):
    """Updates, questions and answers on the children's pages."""

    serializer_class = PostSerializer
    rows, noun = Post.objects, "posts"

    @extend_schema(request=NewPostSerializer, responses={201: PostSerializer})
    def create(self, request: Request) -> Response:
        """Writes on the page; with `under`, an answer."""
        told, now = self.filled(NewPostSerializer), timezone.now()
        try:
            if told["under"] is not None:
                made = writing.answer(told["under"], by=self.person, words=told["words"], at=now)
            else:
                made = writing.post(told["student"], by=self.person, words=told["words"], question=told["question"], at=now)  # fmt: skip
        except writing.CannotWrite as refused:
            raise ValidationError(str(refused)) from None
        return self.answer(made, made=True)

    @extend_schema(request=None, responses=PostSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str | None = None) -> Response:
        """Takes it off the page; twice is once."""
        row = self.get_object()
        writing.withdraw(row, by=self.person, at=timezone.now())
        return self.answer(row)


class ActionSerializer(serializers.ModelSerializer):
    student = Seen(Student)

    class Meta:
        model = Action
        fields = [
            "id",
            "student",
            "words",
            "who",
            "due_on",
            "side",
            "by",
            "at",
            "done_by",
            "done_at",
            "withdrawn_at",
        ]
        read_only_fields = ["id", "side", "by", "at", "done_by", "done_at", "withdrawn_at"]


class ActionViewSet(_Rows):
    """What home, school and advocate agreed: what, who, by when."""

    serializer_class = ActionSerializer
    rows, noun = Action.objects, "actions"

    @extend_schema(request=ActionSerializer, responses={201: ActionSerializer})
    def create(self, request: Request) -> Response:
        told = {"due_on": None, **self.filled(ActionSerializer)}
        made = writing.agree(told.pop("student"), by=self.person, at=timezone.now(), **told)
        return self.answer(made, made=True)

    @extend_schema(request=None, responses=ActionSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str | None = None) -> Response:
        """Ticks it off; twice is once."""
        row = self.get_object()
        writing.tick(row, by=self.person, done=True, at=timezone.now())
        return self.answer(row)

    @extend_schema(request=None, responses=ActionSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str | None = None) -> Response:
        row = self.get_object()
        writing.withdraw(row, by=self.person, at=timezone.now())
        return self.answer(row)


class CheckInQuestionSerializer(serializers.ModelSerializer):
    class Meta:
        model = CheckInQuestion
        fields = ["id", "words", "side", "by", "at"]
        read_only_fields = ["id", "side", "by", "at"]


class CheckInSerializer(serializers.ModelSerializer):
    student = Seen(Student)
    how = serializers.ChoiceField(choices=CheckIn.How.choices, default=CheckIn.How.CALL)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    questions = CheckInQuestionSerializer(many=True, read_only=True)

    class Meta:
        model = CheckIn
        fields = [
            "id",
            "student",
            "starts_at",
            "how",
            "note",
            "questions",
            "by",
            "at",
            "over",
            "over_by",
            "over_at",
        ]
        read_only_fields = ["id", "by", "at", "over", "over_by", "over_at"]


class CheckInEndSerializer(serializers.Serializer):
    held = serializers.BooleanField(help_text="True: you talked. False: it is called off.")


class CheckInViewSet(_Rows):
    """The talks about how things go, with what each side wants to ask. A child has one ahead at most."""

    serializer_class = CheckInSerializer
    rows, noun = CheckIn.objects.prefetch_related("questions"), "check_ins"

    @extend_schema(request=CheckInSerializer, responses={201: CheckInSerializer})
    def create(self, request: Request) -> Response:
        """Plans the next check-in, or moves the one that is planned."""
        told = self.filled(CheckInSerializer)
        if told["starts_at"].year > timezone.now().year + 2:
            raise ValidationError({"starts_at": "This lies more than two years ahead."})
        return self._doing(
            lambda: writing.plan_check_in(told.pop("student"), by=self.person, at=timezone.now(), **told),
            made=True,
        )

    @extend_schema(request=CheckInQuestionSerializer, responses={201: CheckInSerializer})
    @action(detail=True, methods=["post"])
    def ask(self, request: Request, pk: str | None = None) -> Response:
        """Puts a question on its list."""
        row, told = self.get_object(), self.filled(CheckInQuestionSerializer)
        return self._doing(
            lambda: writing.ask(row, by=self.person, words=told["words"], at=timezone.now()).check_in,
            made=True,
        )

    @extend_schema(request=CheckInEndSerializer, responses=CheckInSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str | None = None) -> Response:
        """It took place, or will not; twice is once."""
        row, told = self.get_object(), self.filled(CheckInEndSerializer)

        def act() -> CheckIn:
            writing.end_check_in(row, by=self.person, held=told["held"], at=timezone.now())
            return row  # type: ignore[no-any-return]

        return self._doing(act)

    def _doing(self, act: Callable[[], CheckIn], *, made: bool = False) -> Response:
        try:
            row = act()
        except writing.CannotWrite as refused:
            raise ValidationError(str(refused)) from None
        return self.answer(self.rows.get(pk=row.pk), made=made)


class GrantSerializer(serializers.ModelSerializer):
    student = Seen(Student)
    job = serializers.ChoiceField(choices=GuestGrant.Job.choices)
    sees = serializers.ListField(child=serializers.ChoiceField(choices=Part.choices), allow_empty=False)
    adds = serializers.ListField(
        child=serializers.ChoiceField(choices=[(part.value, part.label) for part in ADDABLE]), required=False
    )
    in_force = serializers.SerializerMethodField()

    class Meta:
        model = GuestGrant
        fields = [
            "id", "student", "email", "name", "job", "sees", "adds", "lapses_on", "prepared_by", "prepared_at", "granted_by",
            "granted_at", "accepted_at", "ended_by", "ended_at", "ended_why", "in_force",
        ]  # fmt: skip
        read_only_fields = [
            "id", "prepared_by", "prepared_at", "granted_by", "granted_at", "accepted_at", "ended_by", "ended_at", "ended_why",
        ]  # fmt: skip

    def get_in_force(self, row: GuestGrant) -> bool:
        return GuestGrant.objects.filter(pk=row.pk).in_force(at=timezone.now()).exists()


class GrantViewSet(_Rows):
    """Whom families let look at their child's page. A program prepares and ends; saying yes is the family's."""

    serializer_class = GrantSerializer
    rows, noun = GuestGrant.objects, "grants"

    @extend_schema(request=GrantSerializer, responses={201: GrantSerializer})
    def create(self, request: Request) -> Response:
        """Prepares an invitation for the family's yes."""
        told = self.filled(GrantSerializer)
        try:
            made = guests.prepare(told.pop("student"), by=self.person, at=timezone.now(), **told)
        except guests.CannotGrant as refused:
            raise ValidationError(str(refused)) from None
        return self.answer(made, made=True)

    @extend_schema(request=None, responses=GrantSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str | None = None) -> Response:
        """Ends it at once; twice is once."""
        row = self.get_object()
        guests.end(row, by=self.person, at=timezone.now())
        return self.answer(row)


class OwnWordsSerializer(serializers.ModelSerializer):
    class Meta:
        model = OwnWords
        fields = [*OwnWords.QUESTIONS, "written_by", "written_at"]
        read_only_fields = ["written_by", "written_at"]


class PostSchoolGoalSerializer(serializers.ModelSerializer):
    area = serializers.ChoiceField(choices=Area.choices)

    class Meta:
        model = PostSchoolGoal
        fields = ["id", "area", "words", "by", "at", "ended_at"]
        read_only_fields = ["id", "by", "at", "ended_at"]


class TransitionStepSerializer(serializers.ModelSerializer):
    goal = serializers.PrimaryKeyRelatedField(
        queryset=PostSchoolGoal.objects.filter(ended_at=None), required=False, allow_null=True
    )

    class Meta:
        model = TransitionStep
        fields = ["id", "goal", "words", "who", "due_on", "by", "at", "done_by", "done_at"]
        read_only_fields = ["id", "by", "at", "done_by", "done_at"]

    def validate_due_on(self, on: date | None) -> date | None:
        if on is not None and not 2000 <= on.year <= 2100:
            raise ValidationError("This day cannot be right.")
        return on


class StepDoneSerializer(serializers.Serializer):
    step = serializers.UUIDField()
    done = serializers.BooleanField(default=True)


class TakenOffSerializer(serializers.Serializer):
    thing = serializers.UUIDField(help_text="A goal or an agency of this plan.")


class AgencySerializer(serializers.ModelSerializer):
    class Meta:
        model = Agency
        fields = ["id", "name", "what_for", "person", "phone", "email", "ended_at"]
        read_only_fields = ["id", "ended_at"]


class TransitionPlanSerializer(serializers.ModelSerializer):
    student = Seen(Student)
    own_words = OwnWordsSerializer(many=True, read_only=True)
    goals = PostSchoolGoalSerializer(many=True, read_only=True)
    steps = TransitionStepSerializer(many=True, read_only=True)
    agencies = AgencySerializer(many=True, read_only=True)

    class Meta:
        model = TransitionPlan
        fields = ["id", "student", "opened_at", "own_words", "goals", "steps", "agencies"]
        read_only_fields = ["id", "opened_at"]


class PlanStudentSerializer(serializers.Serializer):
    student = Seen(Student)


class TransitionPlanViewSet(_Rows):
    """The small plans for adult life."""

    serializer_class = TransitionPlanSerializer
    rows, noun = (
        TransitionPlan.objects.prefetch_related("own_words", "goals", "steps", "agencies"),
        "transition_plans",
    )

    @extend_schema(request=PlanStudentSerializer, responses={201: TransitionPlanSerializer})
    def create(self, request: Request) -> Response:
        """Opens a student's plan; when it is open, answers it."""
        made = transition.plan_of(self.filled(PlanStudentSerializer)["student"], at=timezone.now())
        return self.answer(made, made=True)

    @extend_schema(request=OwnWordsSerializer, responses={201: TransitionPlanSerializer})
    @action(detail=True, methods=["post"], url_path="own-words", url_name="own-words")
    def own_words(self, request: Request, pk: str | None = None) -> Response:
        """Writes down the young person's words, as a whole and anew."""
        plan, told = self.get_object(), self.filled(OwnWordsSerializer)
        texts = {name: told.get(name, "") for name in OwnWords.QUESTIONS}
        if not any(texts.values()):
            raise ValidationError("Write a few words in one of the boxes.")
        transition.say(plan.student, texts, by=self.person, at=timezone.now())
        return self.answer(self.get_object(), made=True)

    @extend_schema(request=PostSchoolGoalSerializer, responses={201: TransitionPlanSerializer})
    @action(detail=True, methods=["post"], url_path="add-goal", url_name="add-goal")
    def add_goal(self, request: Request, pk: str | None = None) -> Response:
        plan, told = self.get_object(), self.filled(PostSchoolGoalSerializer)
        transition.aim(
            plan.student, area=told["area"], words=told["words"], by=self.person, at=timezone.now()
        )
        return self.answer(self.get_object(), made=True)

    @extend_schema(request=TransitionStepSerializer, responses={201: TransitionPlanSerializer})
    @action(detail=True, methods=["post"], url_path="add-step", url_name="add-step")
    def add_step(self, request: Request, pk: str | None = None) -> Response:
        plan, told = self.get_object(), self.filled(TransitionStepSerializer)
        goal = told.get("goal")
        if goal is not None and goal.plan_id != plan.pk:
            raise ValidationError({"goal": "This goal is not of this plan."})
        transition.step(
            plan.student, words=told["words"], who=told["who"], due_on=told.get("due_on"), goal=goal, by=self.person,
            at=timezone.now(),
        )  # fmt: skip
        return self.answer(self.get_object(), made=True)

    @extend_schema(request=StepDoneSerializer, responses=TransitionPlanSerializer)
    @action(detail=True, methods=["post"], url_path="complete-step", url_name="complete-step")
    def complete_step(self, request: Request, pk: str | None = None) -> Response:
        """A step is done, or with `done` false open again."""
        plan, told = self.get_object(), self.filled(StepDoneSerializer)
        step = plan.steps.select_related("plan__student").filter(pk=told["step"]).first()
        if step is None:
            raise ValidationError({"step": "There is no such step on this plan."})
        transition.tick(step, by=self.person, done=told["done"], at=timezone.now())
        return self.answer(self.get_object())

    @extend_schema(request=AgencySerializer, responses={201: TransitionPlanSerializer})
    @action(detail=True, methods=["post"], url_path="add-agency", url_name="add-agency")
    def add_agency(self, request: Request, pk: str | None = None) -> Response:
        plan, told = self.get_object(), self.filled(AgencySerializer)
        transition.ask_agency(plan.student, by=self.person, at=timezone.now(), **told)
        return self.answer(self.get_object(), made=True)

    @extend_schema(request=TakenOffSerializer, responses=TransitionPlanSerializer)
    @action(detail=True, methods=["post"], url_path="take-off", url_name="take-off")
    def take_off(self, request: Request, pk: str | None = None) -> Response:
        """Takes a goal or an agency off the plan; the row stays, with the day."""
        plan, told = self.get_object(), self.filled(TakenOffSerializer)
        one = plan.goals.filter(pk=told["thing"]).first() or plan.agencies.filter(pk=told["thing"]).first()
        if one is None:
            raise ValidationError({"thing": "There is no such goal or agency on this plan."})
        transition.end(one, by=self.person, at=timezone.now())
        return self.answer(self.get_object())

"""Question lists, the questions in them, and what families answered, for programs."""

from __future__ import annotations

from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response as Answered

from accounts import audit
from clients.agreements import NobodyToReach
from clients.models import Contact
from intake import asking
from intake.forms import QuestionForm
from intake.models import Answer, Inquiry, Question, QuestionList, QuestionVersion, Response
from web.access import Access, Can
from web.api import KEY, once_of

Choices: TypeAlias = list[list[str]]  # a serializer below has a field called `list`
WORDS = ("kind", "label", "label_es", "hint", "hint_es", "choices", "needed")


class IntakeQuestionSerializer(serializers.ModelSerializer):
    """A question in the words of its newest version; other words make the next version."""

    list = serializers.PrimaryKeyRelatedField(queryset=QuestionList.objects.filter(retired_at=None))
    position = serializers.IntegerField(read_only=True)
    number = serializers.IntegerField(read_only=True, help_text="Of the newest version.")
    version = serializers.UUIDField(read_only=True, help_text="The key of that version; answers name it.")
    kind = serializers.ChoiceField(choices=QuestionVersion.Kind.choices, default=QuestionVersion.Kind.SHORT)
    label = serializers.CharField(max_length=200)  # type: ignore[assignment]
    label_es = serializers.CharField(max_length=200, required=False, allow_blank=True)
    hint = serializers.CharField(max_length=200, required=False, allow_blank=True)
    hint_es = serializers.CharField(max_length=200, required=False, allow_blank=True)
    choices = serializers.ListField(
        child=serializers.ListField(
            child=serializers.CharField(max_length=200, allow_blank=True), min_length=1, max_length=2
        ),
        required=False, max_length=50, help_text="Of a `choice`: each in English and, where there is one, in Spanish.",
    )  # fmt: skip
    needed = serializers.BooleanField(default=False)

    class Meta:
        model = Question
        fields = ["id", "list", "position", "number", "version", *WORDS]

    def to_representation(self, instance: Question) -> dict[str, Any]:
        newest = max(instance.versions.all(), key=lambda version: version.number)
        return {
            "id": str(instance.pk), "list": str(instance.list_id), "position": instance.position, "number": newest.number,
            "version": str(newest.pk), **{name: getattr(newest, name) for name in WORDS},
        }  # fmt: skip

    def validate_choices(self, rows: Choices) -> Choices:
        if any("|" in part or "\n" in part for row in rows for part in row):
            raise serializers.ValidationError(_("A choice is one line without a bar."))
        return [[part.strip() for part in (*row, "")][:2] for row in rows]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the page's form would say of the whole question, with what stays as it was."""
        kept: dict[str, Any] = {}
        if self.instance is not None:
            newest = self.instance.versions.order_by("-number").first()
            kept = {name: getattr(newest, name) for name in WORDS}
        whole = {**kept, **{name: attrs[name] for name in WORDS if name in attrs}}
        lines = "\n".join(" | ".join(row) for row in whole.get("choices", []))
        form = QuestionForm({**whole, "choices": lines, "needed": "on" if whole.get("needed") else ""})
        if not form.is_valid():
            raise serializers.ValidationError(
                {name: [str(one) for one in said] for name, said in form.errors.items()}
            )
        attrs["words"] = form.cleaned_data
        return attrs


class QuestionListSerializer(serializers.ModelSerializer):
    class Meta:
        model = QuestionList
        fields = ["id", "name", "intro", "intro_es"]


class WholeQuestionListSerializer(QuestionListSerializer):
    questions = serializers.SerializerMethodField()

    class Meta(QuestionListSerializer.Meta):
        fields = [*QuestionListSerializer.Meta.fields, "questions"]

    @extend_schema(responses=IntakeQuestionSerializer(many=True))
    def get_questions(self, asked: QuestionList) -> list[dict[str, Any]]:
        rows = asked.questions.filter(retired_at=None).prefetch_related("versions")
        return list(IntakeQuestionSerializer(rows, many=True).data)


class QuestionMoveSerializer(serializers.Serializer):
    to = serializers.ChoiceField(choices=["up", "down"])


class QuestionListViewSet(
    mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin,
    viewsets.GenericViewSet,
):  # fmt: skip
    """Questions that are asked together."""

    access = Access(Can.TAKE_INTAKE)
    can, can_write = Can.TAKE_INTAKE, Can.SET_PAPERS
    queryset = QuestionList.objects.filter(retired_at=None)
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str | None = None) -> Answered:
        """Puts the list away; what families answered stays. 409 while a service asks its questions."""
        user: Any = request.user
        try:
            asking.retire_list(self.get_object(), by=user, at=timezone.now())
        except asking.StillAsked as problem:
            error = {"code": "still_asked", "message": str(problem), "fields": {}}
            return Answered({"error": error}, status=status.HTTP_409_CONFLICT)
        return Answered(status=status.HTTP_204_NO_CONTENT)

    def get_serializer_class(self) -> Any:
        return WholeQuestionListSerializer if self.action == "retrieve" else QuestionListSerializer

    def perform_create(self, serializer: Any) -> None:
        self._note("made", serializer.save())

    def perform_update(self, serializer: Any) -> None:
        self._note("changed", serializer.save())

    def _note(self, verb: str, asked: QuestionList) -> None:
        user: Any = self.request.user
        audit.record(f"questions.{verb}", by=user, at=timezone.now(), about=asked)


class QuestionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Questions that are asked. A question that is changed is its next version; answers keep the words they were asked in."""

    access = Access(Can.TAKE_INTAKE)
    can, can_write = Can.TAKE_INTAKE, Can.SET_PAPERS
    serializer_class = IntakeQuestionSerializer
    queryset = Question.objects.filter(retired_at=None, list__retired_at=None).prefetch_related("versions")

    @extend_schema(request=IntakeQuestionSerializer, responses={201: IntakeQuestionSerializer})
    def create(self, request: Request) -> Answered:
        """A new question at the end of its list."""
        return self._save(None, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str | None = None) -> Answered:
        """The next version. A question stays in its list."""
        return self._save(self.get_object(), status.HTTP_200_OK)

    @extend_schema(request=QuestionMoveSerializer, responses=IntakeQuestionSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str | None = None) -> Answered:
        """Changes places with the question before it or after it."""
        question: Question = self.get_object()
        asked = QuestionMoveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        asking.move(question, up=asked.validated_data["to"] == "up")
        return self._answer(question)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str | None = None) -> Answered:
        """It is asked no more; answers that were given stay."""
        question: Question = self.get_object()
        user: Any = request.user
        now = timezone.now()
        Question.objects.filter(pk=question.pk).update(retired_at=now)
        audit.record("question.retired", by=user, at=now, about=question)
        return Answered(status=status.HTTP_204_NO_CONTENT)

    def _save(self, question: Question | None, code: int) -> Answered:
        told = IntakeQuestionSerializer(question, data=self.request.data, partial=question is not None)
        told.is_valid(raise_exception=True)
        user: Any = self.request.user
        now = timezone.now()
        of = question.list if question else told.validated_data["list"]
        made = asking.save_question(question, asked=of, words=told.validated_data["words"], by=user, at=now)
        audit.record("question.saved", by=user, at=now, about=made)
        return self._answer(made.question, code)

    def _answer(self, question: Question, code: int = status.HTTP_200_OK) -> Answered:
        return Answered(IntakeQuestionSerializer(self.get_queryset().get(pk=question.pk)).data, status=code)


class AnswerToQuestionSerializer(serializers.ModelSerializer):
    version = serializers.UUIDField(source="version_id", read_only=True)
    question = serializers.UUIDField(source="version.question_id", read_only=True)
    label = serializers.CharField(source="version.label", read_only=True, help_text="As it was asked.")  # type: ignore[assignment]
    kind = serializers.CharField(source="version.kind", read_only=True)

    class Meta:
        model = Answer
        fields = ["version", "question", "label", "kind", "text", "document"]
        read_only_fields = fields


class ResponseSerializer(serializers.ModelSerializer):
    answers = AnswerToQuestionSerializer(many=True, read_only=True)

    class Meta:
        model = Response
        fields = [
            "id", "list", "contact", "student", "inquiry", "created_at", "saved_at", "finished_at", "answers",
        ]  # fmt: skip
        read_only_fields = fields


class NewResponseSerializer(serializers.Serializer):
    list = serializers.PrimaryKeyRelatedField(queryset=QuestionList.objects.filter(retired_at=None))
    inquiry = serializers.PrimaryKeyRelatedField(queryset=Inquiry.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            self.fields["inquiry"].queryset = Inquiry.objects.visible_to(request.user)  # type: ignore[attr-defined]


class AnswersSerializer(serializers.Serializer):
    answers = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=5000),
        help_text="By the version of a question: a text, one of its choices in English, `yes` or `no`, or a date.",
    )
    finished = serializers.BooleanField(default=False)


class ResponseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Lists sent to families, with the questions as they were asked and what was answered so far."""

    access = Access(Can.TAKE_INTAKE)
    can, can_write = Can.TAKE_INTAKE, Can.TAKE_INTAKE
    serializer_class = ResponseSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Response.objects.none()
        user: Any = self.request.user
        seen = Q(inquiry__in=Inquiry.objects.visible_to(user)) | Q(contact__in=Contact.objects.visible_to(user))  # fmt: skip
        return Response.objects.filter(seen).prefetch_related("answers__version")

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Answered:
        response: Response = self.get_object()
        user: Any = request.user
        audit.record("answers.read", by=user, at=timezone.now(), about=response)
        return Answered(ResponseSerializer(response).data)

    @extend_schema(request=NewResponseSerializer, responses={201: ResponseSerializer}, parameters=[KEY])
    @transaction.atomic
    def create(self, request: Request) -> Answered:
        """Sends a list to the family of an inquiry, with the questions as they stand today."""
        asked = NewResponseSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        inquiry, user, once = asked.validated_data["inquiry"], request.user, once_of(request)
        Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry.pk)
        made = Response.objects.filter(idempotency_key=once).first() if once else None
        if made is None:
            made = asking.ask(asked.validated_data["list"], contact=inquiry.contact, student=inquiry.student, inquiry=inquiry)  # fmt: skip
            Response.objects.filter(pk=made.pk).update(idempotency_key=once or None)
            try:
                asking.send(made, by=user, at=timezone.now())  # type: ignore[arg-type]
            except NobodyToReach as problem:
                raise ValidationError({"inquiry": str(problem)}) from None
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=AnswersSerializer, responses=ResponseSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str | None = None) -> Answered:
        """Writes down what the family said; what is left out stays. Files are sent by the family's own link."""
        response: Response = self.get_object()
        asked = AnswersSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told, finished = asked.validated_data["answers"], asked.validated_data["finished"]
        rows = list(response.answers.select_related("version"))
        open_ = {str(row.version_id) for row in rows if row.version.kind != QuestionVersion.Kind.FILE}
        if unknown := sorted(set(told) - open_):
            raise ValidationError({"answers": {key: _("This is no question that can be answered here.") for key in unknown}})  # fmt: skip
        whole = {f"q{row.version_id.hex}": told.get(str(row.version_id), row.text) for row in rows}
        form = asking.AnswersForm(
            whole, versions=[row.version for row in rows], finishing=finished,
            sent={row.version_id for row in rows if row.document_id},
        )  # fmt: skip
        if not form.is_valid():
            keys = {f"q{row.version_id.hex}": str(row.version_id) for row in rows}
            raise ValidationError({"answers": {keys.get(name, name): [str(one) for one in said] for name, said in form.errors.items()}})  # fmt: skip
        user: Any = request.user
        asking.save(response, form.cleaned_data, finished=finished, at=timezone.now(), by=user)
        return self._answer(response)

    def _answer(self, response: Response, code: int = status.HTTP_200_OK) -> Answered:
        return Answered(ResponseSerializer(self.get_queryset().get(pk=response.pk)).data, status=code)

"""Reviews, what was read, the plan in force and comparisons, for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts import audit
from clients.models import Student
from documents.models import Document
from reviews import checklist, comparing, correcting, deciding, filing, plans, reading, report
from reviews.forms import NewPointForm, SettingForm
from reviews.item_forms import MOST_MINUTES, PERIODS, form_for
from reviews.models import (
    Comparison,
    Correction,
    Decision,
    Goal,
    PlanInForce,
    Point,
    Question,
    Review,
    ServiceRow,
    Severity,
    Status,
    StructuredIEP,
)
from reviews.views import comparison_answer, pdf_answer
from web.access import Access, Can
from web.api import insist

TEXTS = ["title", "title_es", "why", "why_es", "question", "question_es", "why_not", "why_not_es"]


class PointSerializer(serializers.ModelSerializer):
    class Meta:
        model = Point
        fields = [
            "number", "status", "severity", "page", "boxes", "about", "quote", "component", "citation", *TEXTS,
            "confidence", "author", "decision", "by", "at",
        ]  # fmt: skip
        read_only_fields = fields


class ReviewSerializer(serializers.ModelSerializer):
    document = serializers.UUIDField(source="version.document_id", read_only=True)
    points = PointSerializer(many=True, read_only=True)

    class Meta:
        model = Review
        fields = [
            "id", "student", "document", "number", "state", "assigned_to", "due_on", "opened_at", "signed_off_by",
            "signed_off_at", "sent_at", "points",
        ]  # fmt: skip
        read_only_fields = fields


class NewReviewSerializer(serializers.Serializer):
    document = serializers.PrimaryKeyRelatedField(queryset=Document.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            self.fields["document"].queryset = Document.objects.visible_to(request.user).exclude(student=None)  # type: ignore[attr-defined]  # fmt: skip


class SettingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Review
        fields = ["assigned_to", "due_on"]


class NewPointSerializer(serializers.ModelSerializer):
    status = serializers.ChoiceField(choices=Status.choices)
    box = serializers.ListField(
        child=serializers.FloatField(), min_length=4, max_length=4, required=False,
        help_text="Left, top, right, bottom on the page, in points; left out, the quote is looked for on the page.",
    )  # fmt: skip

    class Meta:
        model = Point
        fields = ["status", "severity", "page", "box", "quote", "citation", *TEXTS]


class DecisionSerializer(serializers.ModelSerializer):
    number = serializers.IntegerField(min_value=1)
    decision = serializers.ChoiceField(
        choices=[Decision.KEPT, Decision.DROPPED, Decision.OPEN], allow_blank=True
    )

    class Meta:
        model = Point
        fields = ["number", "decision", "status", "severity", "citation", *TEXTS]
        extra_kwargs = {name: {"required": False} for name in ("status", "severity", "citation", *TEXTS)}


class ChecklistPointSerializer(serializers.Serializer):
    item = serializers.CharField(max_length=80, help_text="An `id` of the checklist that is weak or missing.")


class ReadingSerializer(serializers.ModelSerializer):
    document = serializers.UUIDField(source="version.document_id", read_only=True)

    class Meta:
        model = StructuredIEP
        fields = [
            "id", "document", "state", "pages_done", "pages_count", "kind_found", "confidence", "other_name",
            "read_at", "data",
        ]  # fmt: skip
        read_only_fields = fields


class CorrectionSerializer(serializers.Serializer):
    changes = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        help_text='Values by path, such as {"goals[0].baseline": "22%"}; null for what the paper does not say.',
        allow_empty=False,
    )


class CheckSerializer(serializers.Serializer):
    id = serializers.CharField()
    section = serializers.CharField()
    citation = serializers.CharField()
    verified = serializers.BooleanField(help_text="The cited rule was read in a stored source.")
    seen = serializers.ChoiceField(choices=checklist.Seen.choices)
    severity = serializers.ChoiceField(source="weight", choices=Severity.choices)
    page = serializers.IntegerField(allow_null=True)
    about = serializers.CharField(help_text="A path in the reading, or empty.")
    name = serializers.CharField()
    question = serializers.CharField()
    why_not = serializers.CharField(help_text="Why it may not matter.")


class NewItemSerializer(serializers.Serializer):
    slot = serializers.ChoiceField(choices=["goals", "services"])
    values = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=8000),
        help_text='The fields of a goal or service, such as {"text": "…", "baseline": "22%"}; objectives one a line.',
    )


class CorrectionLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = Correction
        fields = ["id", "path", "before", "after", "by", "at", "is_removal"]
        read_only_fields = fields


class PutBackSerializer(serializers.Serializer):
    correction = serializers.UUIDField(help_text="A removal among the corrections.")


class QuestionSerializer(serializers.ModelSerializer):
    review = serializers.UUIDField(source="point.review_id", read_only=True)
    point = serializers.IntegerField(source="point.number", read_only=True)

    class Meta:
        model = Question
        fields = ["id", "review", "point", "words", "by", "at", "answer", "answered_by", "answered_at"]
        read_only_fields = fields


class ReviewAnswerSerializer(serializers.Serializer):
    answer = serializers.CharField(max_length=4000)


class NewFilingSerializer(serializers.Serializer):
    document = serializers.PrimaryKeyRelatedField(queryset=Document.objects.none())
    student = serializers.PrimaryKeyRelatedField(queryset=Student.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            self.fields["document"].queryset = Document.objects.visible_to(request.user)  # type: ignore[attr-defined]
            self.fields["student"].queryset = Student.objects.visible_to(request.user)  # type: ignore[attr-defined]


LANGUAGE = OpenApiParameter("language", OpenApiTypes.STR, enum=report.LANGUAGES)


class RemovedItemSerializer(serializers.Serializer):
    path = serializers.RegexField(
        r"^(goals|services)\[\d{1,3}\]$", help_text="Such as goals[2]; counted from 0."
    )


class ReviewViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Reviews of IEPs that the key's person may see, with their points."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = ReviewSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Review.objects.none()
        return (
            Review.objects.visible_to(self.request.user)  # type: ignore[arg-type]
            .select_related("version", "student")
            .prefetch_related("points")
            .order_by("-opened_at", "-pk")
        )

    def retrieve(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        review = self.get_object()
        user: Any = request.user
        audit.record("review.read", by=user, at=timezone.now(), about=review, through="api")
        return Response(self.get_serializer(review).data)

    @extend_schema(request=NewReviewSerializer, responses={201: ReviewSerializer})
    def create(self, request: ApiRequest) -> Response:
        """The review of a paper's newest readable version; opened, and the paper read, where there is none."""
        asked = NewReviewSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        version = asked.validated_data["document"].shown
        if version is None or version.is_clip:
            raise ValidationError({"document": _("This paper has no pages that can be read.")})
        review = reading.begin(version, at=timezone.now())
        return Response(ReviewSerializer(review).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SettingSerializer, responses=ReviewSerializer)
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Says who checks it, one of the student's care team, and by when."""
        review = self.get_object()
        asked = SettingSerializer(review, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        told = {"assigned_to": review.assigned_to, "due_on": review.due_on, **asked.validated_data}
        person = told["assigned_to"]
        form = SettingForm(
            {"assigned_to": str(person.pk) if person else "", "due_on": told["due_on"] or ""}, instance=review
        )
        if not form.is_valid():
            raise ValidationError(form.errors.get_json_data())
        form.save()
        user: Any = request.user
        audit.record("review.assigned", by=user, at=timezone.now(), about=review)
        return Response(ReviewSerializer(review).data)

    @extend_schema(request=NewPointSerializer, responses={201: PointSerializer})
    @action(detail=True, methods=["post"], url_path="add-point")
    def add_point(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Adds a point; it counts as kept."""
        review = self.get_object()
        asked = NewPointSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        number, box = told.pop("page", None), told.pop("box", None)
        page = review.version.pages.filter(number=number).first() if number else None
        if number and page is None:
            raise ValidationError({"page": _("The paper has no such page.")})
        form = NewPointForm({**told, "box": ",".join(map(str, box or []))}, page=page)
        if not form.is_valid():
            raise ValidationError(form.errors.get_json_data())
        values = dict(form.cleaned_data)
        boxes = values.pop("box")
        return Response(
            PointSerializer(self._done(deciding.add_point, review, page=number, boxes=boxes, **values)).data,
            status=status.HTTP_201_CREATED,
        )

    @extend_schema(request=DecisionSerializer, responses=PointSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Keeps, drops or reopens a point, and changes what it says."""
        review = self.get_object()
        asked = DecisionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        point = review.points.filter(number=told.pop("number")).first()
        if point is None:
            raise Http404
        self._done(deciding.decide, point, told.pop("decision"), changes=told)
        return Response(PointSerializer(point).data)

    @extend_schema(request=ChecklistPointSerializer, responses={201: PointSerializer})
    @action(detail=True, methods=["post"], url_path="ask-about")
    def ask_about(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Makes an item of the checklist that is weak or missing a point; twice is once."""
        asked = ChecklistPointSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        review = self.get_object()
        found = checklist.checks(checklist.paper_of(self._structured().data, review.version))
        wanted = asked.validated_data["item"]
        check = next((one for one in found if one.id == wanted and one.seen != checklist.Seen.PRESENT), None)
        if check is None:
            raise ValidationError({"item": _("No such item is weak or missing.")})
        made = self._done(deciding.ask_about, review, check)
        return Response(PointSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ReviewSerializer)
    @action(detail=True, methods=["post"], url_path="confirm-child")
    def confirm_child(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Says that the paper is this student's, whatever name stands in it."""
        self._done(deciding.confirm_child, self._structured())
        return Response(ReviewSerializer(self.get_object()).data)

    @extend_schema(request=None, responses=ReviewSerializer)
    @action(detail=True, methods=["post"], url_path="sign-off")
    def sign_off(self, request: ApiRequest, pk: str | None = None) -> Response:
        """The key's person answers for it. Nothing is sent yet."""
        return self._signed(deciding.sign_off)

    @extend_schema(request=None, responses=ReviewSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Opens it to the family and tells them; twice is once."""
        return self._signed(deciding.send)

    @extend_schema(request=None, responses={201: ReviewSerializer})
    @action(detail=True, methods=["post"])
    def revise(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Opens the next version of a review that is signed off, with its points as they stand."""
        insist(request, Can.SIGN_REVIEWS)
        review = self.get_object()
        if review.is_open:
            raise ValidationError(_("This review is still open."))
        made = self._done(deciding.revise, review)
        return Response(ReviewSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={201: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def accept(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Makes what was read the plan in force. Answers the plan, and a sentence for each date that the case did not
        take."""
        insist(request, Can.SIGN_REVIEWS)
        plan = self._done(plans.accept, self.get_object())
        user: Any = request.user
        warnings = plans.tell_case(plan, by=user, at=timezone.now())
        return Response({**PlanSerializer(plan).data, "warnings": warnings}, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[LANGUAGE], responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True)
    def report(self, request: ApiRequest, pk: str | None = None) -> HttpResponse:
        """The report as a tagged PDF."""
        asked: Any = request
        return pdf_answer(asked, self.get_object())

    def _done(self, act: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """What an act of a person answers; a sentence for what cannot be done now."""
        try:
            return act(*args, by=self.request.user, at=timezone.now(), **more)
        except deciding.NotYet as why:
            raise ValidationError(str(why)) from None

    def _signed(self, act: Callable[..., Any]) -> Response:
        insist(self.request, Can.SIGN_REVIEWS)
        self._done(act, self.get_object())
        return Response(ReviewSerializer(self.get_object()).data)

    @extend_schema(responses=ReadingSerializer)
    @action(detail=True)
    def reading(self, request: ApiRequest, pk: str | None = None) -> Response:
        """What the reader found in the paper, with where each value stands."""
        return Response(ReadingSerializer(self._structured()).data)

    @extend_schema(responses=CheckSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def checklist(self, request: ApiRequest, pk: str | None = None) -> Response:
        """What the law asks of the paper, item by item: present, weak or missing."""
        found = checklist.checks(checklist.paper_of(self._structured().data, self.get_object().version))
        return Response(CheckSerializer(found, many=True).data)

    @extend_schema(request=CorrectionSerializer, responses=ReadingSerializer)
    @action(detail=True, methods=["post"])
    def correct(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Sets values of the reading right."""
        structured = self._structured()
        asked = CorrectionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            correcting.correct(structured, asked.validated_data["changes"], by=user, at=timezone.now())
        except (KeyError, ValueError):
            raise ValidationError({"changes": "A path is not in the reading, or its value does not fit."}) from None  # fmt: skip
        return Response(ReadingSerializer(structured).data)

    @extend_schema(request=NewItemSerializer, responses={201: ReadingSerializer})
    @action(detail=True, methods=["post"], url_path="add-item")
    def add_item(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Adds a goal or service that the reader did not see."""
        structured = self._structured()
        asked = NewItemSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        slot, user = asked.validated_data["slot"], request.user
        form = form_for(slot, None, asked.validated_data["values"], structured.version)
        if not form.is_valid():
            raise ValidationError({"values": form.errors.get_json_data()})
        return self._changed(
            structured, lambda **who: correcting.add(structured, slot, form.changes(), by=user, **who), made=True  # type: ignore[arg-type]
        )  # fmt: skip

    @extend_schema(request=RemovedItemSerializer, responses=ReadingSerializer)
    @action(detail=True, methods=["post"], url_path="remove-item")
    def remove_item(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Takes a goal or service out; those behind it move up."""
        structured = self._structured()
        asked = RemovedItemSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        path, user = asked.validated_data["path"], request.user
        return self._changed(
            structured, lambda **who: correcting.remove(structured, path, by=user, **who)  # type: ignore[arg-type]
        )  # fmt: skip

    @extend_schema(responses=CorrectionLineSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def corrections(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Who changed what in the reading, the newest first."""
        rows = self._structured().corrections.order_by("-at", "-pk")
        return Response(CorrectionLineSerializer(rows, many=True).data)

    @extend_schema(request=PutBackSerializer, responses={201: ReadingSerializer})
    @action(detail=True, methods=["post"], url_path="put-back")
    def put_back(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Puts a removed goal or service back, after the others."""
        structured = self._structured()
        asked = PutBackSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        removed, user = (
            structured.corrections.filter(pk=asked.validated_data["correction"]).first(),
            request.user,
        )
        if removed is None:
            raise Http404
        done = self._changed(
            structured, lambda **who: correcting.put_back(removed, by=user, **who), made=True  # type: ignore[arg-type]
        )  # fmt: skip
        structured.refresh_from_db()
        return Response(ReadingSerializer(structured).data, status=done.status_code)

    def _changed(self, structured: StructuredIEP, act: Callable[..., Any], *, made: bool = False) -> Response:
        if not structured.is_iep:
            raise ValidationError(_("Only an IEP that was read has goals and services."))
        try:
            act(at=timezone.now())
        except correcting.CannotBe as why:
            raise ValidationError(str(why)) from None
        return Response(ReadingSerializer(structured).data, status=201 if made else 200)

    def _structured(self) -> StructuredIEP:
        review = self.get_object()
        structured = StructuredIEP.objects.select_related("version").filter(version=review.version_id).first()
        if structured is None:
            raise Http404
        user: Any = self.request.user
        audit.record("reading.read", by=user, at=timezone.now(), about=structured, through="api")
        return structured


class QuestionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What families ask about the points of a review."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = QuestionSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Question.objects.none()
        seen = Review.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        return Question.objects.filter(point__review__in=seen).select_related("point__review")

    @extend_schema(request=ReviewAnswerSerializer, responses=QuestionSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Answers it; the family reads the answer under the point and in its messages."""
        question = self.get_object()
        asked = ReviewAnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        deciding.answer(question, asked.validated_data["answer"], by=user, at=timezone.now())
        return Response(QuestionSerializer(question).data)


class FilingViewSet(viewsets.GenericViewSet):
    """Filing a paper with the child it is about."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = NewFilingSerializer

    @extend_schema(request=NewFilingSerializer, responses={201: NewFilingSerializer})
    def create(self, request: ApiRequest) -> Response:
        """The paper, what was read of it and its reviews are this student's from now on."""
        asked = NewFilingSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        document, student = asked.validated_data["document"], asked.validated_data["student"]
        user: Any = request.user
        try:
            filing.move(document, to=student, by=user, at=timezone.now())
        except deciding.NotYet as why:
            raise ValidationError(str(why)) from None
        return Response({"document": document.pk, "student": student.pk}, status=status.HTTP_201_CREATED)


class GoalSerializer(serializers.ModelSerializer):
    class Meta:
        model = Goal
        fields = ["id", "number", "area", "text", "baseline", "criterion", "measurement", "timeframe", "starts_on", "ends_on"]  # fmt: skip
        read_only_fields = fields


class ServiceRowSerializer(serializers.ModelSerializer):
    class Meta:
        model = ServiceRow
        fields = [
            "id", "name", "kind", "as_written", "minutes", "per", "sessions", "minutes_per_week", "location", "setting",
            "starts_on", "ends_on", "replaces",
        ]  # fmt: skip
        read_only_fields = fields


class PlanSerializer(serializers.ModelSerializer):
    goals = GoalSerializer(many=True, read_only=True)
    services = ServiceRowSerializer(many=True, read_only=True)

    class Meta:
        model = PlanInForce
        fields = [
            "id", "student", "review", "meeting_on", "starts_on", "ends_on", "review_due_on", "reevaluation_due_on",
            "accepted_by", "accepted_at", "superseded_at", "goals", "services",
        ]  # fmt: skip
        read_only_fields = fields


class ChangedServiceSerializer(serializers.Serializer):
    service = serializers.UUIDField()
    from_on = serializers.DateField(help_text="The day from which it is different.")
    minutes = serializers.FloatField(min_value=0, max_value=MOST_MINUTES, required=False, allow_null=True)
    sessions = serializers.FloatField(min_value=0, max_value=MOST_MINUTES, required=False, allow_null=True)
    per = serializers.ChoiceField(choices=[one for one in PERIODS if one[0]], required=False)
    minutes_per_week = serializers.FloatField(min_value=0, max_value=MOST_MINUTES, required=False, allow_null=True)  # fmt: skip
    location = serializers.CharField(max_length=300, required=False, allow_blank=True)
    ends_on = serializers.DateField(required=False, allow_null=True)


class PlanViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Plans in force, and those before them."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = PlanSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return PlanInForce.objects.none()
        seen = Student.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        return PlanInForce.objects.filter(student__in=seen).prefetch_related("goals", "services")

    def retrieve(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        plan = self.get_object()
        user: Any = request.user
        audit.record("plan.read", by=user, at=timezone.now(), about=plan.student, through="api")
        return Response(self.get_serializer(plan).data)

    @extend_schema(request=ChangedServiceSerializer, responses={201: ServiceRowSerializer})
    @action(detail=True, methods=["post"], url_path="change-service")
    def change_service(self, request: ApiRequest, pk: str | None = None) -> Response:
        """A service changes from a day on, by an amendment: its row ends the day before, and another starts."""
        plan = self.get_object()
        asked = ChangedServiceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        row = plan.services.filter(pk=told.pop("service")).first()
        if row is None:
            raise Http404
        user: Any = request.user
        try:
            made = plans.change_service(row, by=user, at=timezone.now(), **told)
        except deciding.NotYet as why:
            raise ValidationError(str(why)) from None
        return Response(ServiceRowSerializer(made).data, status=status.HTTP_201_CREATED)


class ComparisonSerializer(serializers.ModelSerializer):
    earlier_document = serializers.UUIDField(source="earlier.version.document_id", read_only=True)
    later_document = serializers.UUIDField(source="later.version.document_id", read_only=True)
    differences = serializers.SerializerMethodField()

    class Meta:
        model = Comparison
        fields = ["id", "student", "earlier_document", "later_document", "pairs", "made_by", "made_at", "differences"]  # fmt: skip
        read_only_fields = fields

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get_differences(self, comparison: Comparison) -> dict[str, Any]:
        return comparing.sheet(comparison).found.as_json()


class NewComparisonSerializer(serializers.Serializer):
    earlier_document = serializers.PrimaryKeyRelatedField(queryset=Document.objects.none())
    later_document = serializers.PrimaryKeyRelatedField(queryset=Document.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            for name in ("earlier_document", "later_document"):
                self.fields[name].queryset = Document.objects.visible_to(request.user)  # type: ignore[attr-defined]


class MatchSerializer(serializers.Serializer):
    earlier = serializers.IntegerField(min_value=0, help_text="A goal of the earlier IEP, counted from 0.")
    later = serializers.IntegerField(min_value=0, help_text="A goal of the later IEP, counted from 0.")


class ComparisonViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Two IEPs of one student and what differs between them."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = ComparisonSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Comparison.objects.none()
        rows = Comparison.objects.visible_to(self.request.user).select_related("earlier__version", "later__version")  # type: ignore[arg-type]  # fmt: skip
        wanted = self.request.query_params.get("student")
        if wanted:
            rows = rows.filter(student__in=[s.pk for s in Student.objects.visible_to(self.request.user) if str(s.pk) == wanted])  # type: ignore[arg-type]  # fmt: skip
        return rows

    @extend_schema(parameters=[OpenApiParameter("student", OpenApiTypes.UUID)])
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewComparisonSerializer, responses={201: ComparisonSerializer})
    def create(self, request: ApiRequest) -> Response:
        """Compares the newest readable versions of two papers."""
        asked = NewComparisonSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        pair = []
        for name in ("earlier_document", "later_document"):
            version = asked.validated_data[name].shown
            row = StructuredIEP.objects.select_related("version__document").filter(version=version).first()
            if row is None:
                raise ValidationError({name: "This paper was not read."})
            pair.append(row)
        try:
            made = comparing.make(pair[0], pair[1], by=user, at=timezone.now())
        except deciding.NotYet as why:
            raise ValidationError(str(why)) from None
        return Response(ComparisonSerializer(made).data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        comparison = self.get_object()
        user: Any = request.user
        audit.record("comparison.read", by=user, at=timezone.now(), about=comparison, through="api")
        return Response(self.get_serializer(comparison).data)

    @extend_schema(request=MatchSerializer, responses=ComparisonSerializer)
    @action(detail=True, methods=["post"])
    def match(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Says that two goals are one."""
        return self._matched(comparing.match_by_hand)

    @extend_schema(request=MatchSerializer, responses=ComparisonSerializer)
    @action(detail=True, methods=["post"], url_path="keep-apart")
    def keep_apart(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Says that two goals are not one."""
        return self._matched(comparing.keep_apart)

    def _matched(self, act: Callable[..., None]) -> Response:
        comparison = self.get_object()
        asked = MatchSerializer(data=self.request.data)
        asked.is_valid(raise_exception=True)
        try:
            act(comparison, **asked.validated_data, by=self.request.user, at=timezone.now())
        except deciding.NotYet as why:
            raise ValidationError(str(why)) from None
        return Response(ComparisonSerializer(comparison).data)

    @extend_schema(request=None, responses=ComparisonSerializer)
    @action(detail=True, methods=["post"], url_path="forget-matches")
    def forget_matches(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Back to the goals as the reader matched them."""
        comparison = self.get_object()
        user: Any = request.user
        comparing.forget_matches(comparison, by=user, at=timezone.now())
        return Response(ComparisonSerializer(comparison).data)

    @extend_schema(request=None, responses=ReviewSerializer)
    @action(detail=True, methods=["post"])
    def offer(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Makes what changed points of the later IEP's open review, which it answers; twice is once."""
        comparison = self.get_object()
        user: Any = request.user
        try:
            review = comparing.open_review_of(comparison, user)
            comparing.offer(comparison, review, by=user, at=timezone.now())
        except deciding.NotYet as why:
            raise ValidationError(str(why)) from None
        return Response(ReviewSerializer(review).data)

    @extend_schema(parameters=[LANGUAGE], responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True)
    def report(self, request: ApiRequest, pk: str | None = None) -> HttpResponse:
        """Both IEPs on one page, as a tagged PDF."""
        asked: Any = request
        return comparison_answer(asked, self.get_object())

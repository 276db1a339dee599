"""Reviews, what was read, the plan in force and comparisons, for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404
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
from reviews import checklist, comparing, correcting, deciding
from reviews.item_forms import form_for
from reviews.models import (
    Comparison,
    Decision,
    Goal,
    PlanInForce,
    Point,
    Review,
    ServiceRow,
    Severity,
    Status,
    StructuredIEP,
)
from web.access import Access, Can

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


class NewPointSerializer(serializers.ModelSerializer):
    status = serializers.ChoiceField(choices=Status.choices)

    class Meta:
        model = Point
        fields = ["status", "severity", "page", "quote", "citation", *TEXTS]


class DecisionSerializer(serializers.Serializer):
    number = serializers.IntegerField(min_value=1)
    decision = serializers.ChoiceField(
        choices=[Decision.KEPT, Decision.DROPPED, Decision.OPEN], allow_blank=True
    )
    question = serializers.CharField(required=False, max_length=2000)
    question_es = serializers.CharField(required=False, max_length=2000)


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

    @extend_schema(request=NewPointSerializer, responses={201: PointSerializer})
    @action(detail=True, methods=["post"], url_path="add-point")
    def add_point(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Adds a point; it counts as kept."""
        review = self.get_object()
        asked = NewPointSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            made = deciding.add_point(review, by=user, at=timezone.now(), **asked.validated_data)
        except deciding.NotYet as why:
            raise ValidationError(str(why)) from None
        return Response(PointSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=DecisionSerializer, responses=PointSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Keeps, drops or reopens a point, and changes its question."""
        review = self.get_object()
        asked = DecisionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        point = review.points.filter(number=told.pop("number")).first()
        if point is None:
            raise Http404
        user: Any = request.user
        try:
            deciding.decide(point, told.pop("decision"), by=user, at=timezone.now(), changes=told)
        except deciding.NotYet as why:
            raise ValidationError(str(why)) from None
        return Response(PointSerializer(point).data)

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


class PlanViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Plans in force, and those before them."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = PlanSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return PlanInForce.objects.none()
        seen = Review.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        return PlanInForce.objects.filter(review__in=seen).prefetch_related("goals", "services")


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

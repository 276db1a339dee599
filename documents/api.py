"""Papers and requests for papers, for programs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as FormError
from django.http import Http404, HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, parsers, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts import audit
from clients.models import Contact, Student
from documents import adding, asking, refusals, serving, storage
from documents.forms import FilesField
from documents.models import Document, DocumentVersion, Kind, Page, Request
from web.access import Access, Can


class VersionSerializer(serializers.ModelSerializer):
    why = serializers.SerializerMethodField(help_text="Why it was not taken, as a sentence.")

    class Meta:
        model = DocumentVersion
        fields = ["number", "state", "reason", "why", "scan", "pages_count", "uploaded_at", "ready_at"]
        read_only_fields = fields

    def get_why(self, version: DocumentVersion) -> str:
        return refusals.sentence(version.reason) if version.reason else ""


class DocumentSerializer(serializers.ModelSerializer):
    versions = VersionSerializer(many=True, read_only=True)

    class Meta:
        model = Document
        fields = [
            "id",
            "student",
            "family",
            "kind",
            "title",
            "language",
            "shared",
            "added_by",
            "added_at",
            "versions",
        ]
        read_only_fields = fields


class PageSerializer(serializers.ModelSerializer):
    class Meta:
        model = Page
        fields = ["number", "width", "height", "text", "words"]
        read_only_fields = fields


class NewDocumentSerializer(serializers.Serializer):
    student = serializers.PrimaryKeyRelatedField(queryset=Student.objects.none())
    kind = serializers.ChoiceField(choices=Kind.choices)
    title = serializers.CharField(max_length=140, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=["en", "es"], default="en")
    shared = serializers.BooleanField(default=False)
    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), allow_empty=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            self.fields["student"].queryset = Student.objects.visible_to(request.user)  # type: ignore[attr-defined]

    def validate_files(self, files: list[Any]) -> list[adding.Sent]:
        try:
            found: list[adding.Sent] = FilesField().clean(files)
        except FormError as problem:
            raise serializers.ValidationError(problem.messages) from None
        return found


class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Papers that the key's person may see. A new one is looked at in the background: ask again for its state."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = DocumentSerializer
    parser_classes = [parsers.MultiPartParser]

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Document.objects.none()
        rows = Document.objects.visible_to(self.request.user).prefetch_related("versions")  # type: ignore[arg-type]
        wanted = self.request.query_params.get("student")
        if wanted:
            rows = rows.filter(student__in=[s.pk for s in Student.objects.visible_to(self.request.user) if str(s.pk) == wanted])  # type: ignore[arg-type]  # fmt: skip
        return rows

    @extend_schema(parameters=[OpenApiParameter("student", OpenApiTypes.UUID)])
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        document = self.get_object()
        self._note("document.read", document)
        return Response(self.get_serializer(document).data)

    @extend_schema(
        request={"multipart/form-data": NewDocumentSerializer}, responses={201: DocumentSerializer}
    )
    def create(self, request: ApiRequest) -> Response:
        asked = NewDocumentSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        user: Any = request.user
        try:
            version = adding.add(
                told["files"], of=told["student"], kind=told["kind"], by=user, at=timezone.now(),
                title=" ".join(told.get("title", "").split()) or str(Kind(told["kind"]).label),
                language=told["language"], shared=told["shared"],
            )  # fmt: skip
        except storage.NoRoom as full:
            raise ValidationError({"files": str(full)}) from None
        made = self.get_queryset().get(pk=version.document_id)
        return Response(DocumentSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=PageSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def pages(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Words of each page of the newest readable version, with their boxes in points from the top left."""
        document = self.get_object()
        version = document.shown
        if version is None:
            raise Http404
        self._note("document.read", document, version)
        return Response(PageSerializer(version.pages.defer("search"), many=True).data)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True)
    def copy(self, request: ApiRequest, pk: str | None = None) -> HttpResponseBase:
        """The viewing copy of the newest readable version: a PDF that we made."""
        document = self.get_object()
        version = document.shown
        if version is None:
            raise Http404
        user: Any = request.user
        try:
            told = serving.file_of(
                serving.token(version, user=user, at=timezone.now()), user=user, at=timezone.now()
            )
            response = serving.answer(
                told.key, size=told.size, content_type=told.content_type, name=told.name
            )
        except (serving.NotServed, storage.Missing):
            raise Http404 from None
        self._note("document.downloaded", document, version)
        return response

    def _note(self, action: str, document: Document, version: DocumentVersion | None = None) -> None:
        user: Any = self.request.user
        more: dict[str, Any] = {"version": version.number} if version else {}
        audit.record(action, by=user, at=timezone.now(), about=document, through="api", **more)


class PaperRequestSerializer(serializers.ModelSerializer):
    class Meta:
        model = Request
        fields = [
            "id", "student", "contact", "kind", "words", "due_on", "asked_by", "asked_at", "settled_by", "settled_at",
            "called_off_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewPaperRequestSerializer(serializers.Serializer):
    student = serializers.PrimaryKeyRelatedField(queryset=Student.objects.none())
    contact = serializers.PrimaryKeyRelatedField(queryset=Contact.objects.none())
    kind = serializers.ChoiceField(choices=Kind.choices)
    words = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    due_on = serializers.DateField(required=False, allow_null=True, default=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            self.fields["student"].queryset = Student.objects.visible_to(request.user)  # type: ignore[attr-defined]
            self.fields["contact"].queryset = Contact.objects.visible_to(request.user)  # type: ignore[attr-defined]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        today = timezone.localdate()
        if not attrs["student"].guardianships.seeing(on=today).filter(contact=attrs["contact"]).exists():
            raise serializers.ValidationError({"contact": asking.NOT_A_GUARDIAN})
        if attrs["due_on"] and attrs["due_on"] < today:
            raise serializers.ValidationError({"due_on": asking.PAST})
        return attrs


class PaperRequestViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Papers that families are asked for."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = PaperRequestSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Request.objects.none()
        return Request.objects.visible_to(self.request.user)  # type: ignore[arg-type]

    @extend_schema(request=NewPaperRequestSerializer, responses={201: PaperRequestSerializer})
    def create(self, request: ApiRequest) -> Response:
        asked = NewPaperRequestSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        made = asking.ask(by=user, at=timezone.now(), **asked.validated_data)
        return Response(PaperRequestSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=PaperRequestSerializer)
    @action(detail=True, methods=["post"], url_path="call-off")
    def call_off(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Calls it off; doing it twice is once."""
        asked = self.get_object()
        user: Any = request.user
        asking.call_off(asked, by=user, at=timezone.now())
        asked.refresh_from_db()
        return Response(PaperRequestSerializer(asked).data)

"""Papers and requests for papers, for programs."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.core.exceptions import ValidationError as FormError
from django.http import Http404, HttpResponseBase
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, parsers, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts import audit
from clients.models import Contact, Student
from documents import adding, asking, checking, reading, refusals, removing, searching, serving, storage
from documents.forms import FilesField
from documents.models import Document, DocumentVersion, Kind, Page, Request, State
from tenants.places import current_firm
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


class ChangedDocumentSerializer(serializers.ModelSerializer):
    language = serializers.ChoiceField(choices=["en", "es"])

    class Meta:
        model = Document
        fields = ["title", "kind", "language", "shared"]


class FilesSerializer(serializers.Serializer):
    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), allow_empty=False)

    validate_files = NewDocumentSerializer.validate_files


class PasswordSerializer(serializers.Serializer):
    password = serializers.CharField(max_length=127, trim_whitespace=False)


class PaperRemovalSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class FoundPageSerializer(serializers.Serializer):
    document = serializers.UUIDField(source="document.pk")
    title = serializers.CharField(source="document.title")
    student = serializers.UUIDField(source="document.student_id", allow_null=True)
    page = serializers.IntegerField()
    snippet = serializers.SerializerMethodField(help_text="Words around the first ones found.")

    def get_snippet(self, hit: searching.Hit) -> str:
        return unescape(strip_tags(hit.snippet))


VERSION = OpenApiParameter("version", OpenApiTypes.INT, description="Else the newest that can be read.")


class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Papers that the key's person may see. A new one is looked at in the background: ask again for its state."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = DocumentSerializer
    parser_classes = [parsers.JSONParser, parsers.MultiPartParser]

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

    @extend_schema(request=ChangedDocumentSerializer, responses=DocumentSerializer)
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Changes its name and kind, and whether the family sees it."""
        document = self.get_object()
        asked = ChangedDocumentSerializer(document, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        asked.save()
        user: Any = request.user
        audit.record(
            "document.changed",
            by=user,
            at=timezone.now(),
            about=document,
            fields=sorted(asked.validated_data),
        )
        return Response(DocumentSerializer(document).data)

    @extend_schema(request={"multipart/form-data": FilesSerializer}, responses={201: DocumentSerializer})
    @action(detail=True, methods=["post"])
    def versions(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Adds a newer version; the earlier ones stay."""
        document = self.get_object()
        asked = FilesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            adding.add_version(document, asked.validated_data["files"], by=user, at=timezone.now())
        except storage.NoRoom as full:
            raise ValidationError({"files": str(full)}) from None
        made = self.get_queryset().get(pk=document.pk)
        return Response(DocumentSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=PasswordSerializer, responses=DocumentSerializer)
    @action(detail=True, methods=["post"])
    def password(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Tries a password on the newest version, which waits for one; it is used once and not kept."""
        document = self.get_object()
        asked = PasswordSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        version, now = document.newest, timezone.now()
        if version is None or version.state != State.NEEDS_PASSWORD:
            raise ValidationError(_("This paper does not wait for a password."))
        if not checking.may_try(version, at=now):
            raise Throttled(detail=str(checking.TOO_OFTEN))
        checking.open_with(version, asked.validated_data["password"], at=now)
        return Response(DocumentSerializer(self.get_queryset().get(pk=document.pk)).data)

    @extend_schema(request=PaperRemovalSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def removal(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Destroys its files, pictures and words; a line that it was here stays."""
        document = self.get_object()
        asked = PaperRemovalSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        removing.remove(document, by=user, at=timezone.now(), reason=asked.validated_data["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        parameters=[OpenApiParameter("q", OpenApiTypes.STR), OpenApiParameter("student", OpenApiTypes.UUID)],
        responses=FoundPageSerializer(many=True),
    )
    @action(detail=False, pagination_class=None)
    def search(self, request: ApiRequest) -> Response:
        """Pages, of the newest readable versions, that hold words beginning like these."""
        user: Any = request.user
        student, wanted = None, request.query_params.get("student")
        if wanted:
            student = next((s for s in Student.objects.visible_to(user) if str(s.pk) == wanted), None)
            if student is None:
                return Response([])
        hits = searching.find(request.query_params.get("q", "")[:200], user=user, student=student)
        return Response(FoundPageSerializer(hits, many=True).data)

    def _version(self, document: Document) -> DocumentVersion:
        """The version that `?version=` names, else the newest that can be read. 404 for one that cannot."""
        version = reading.asked_version(document, self.request)
        if version is None or not version.is_ready:
            raise Http404
        return version

    @extend_schema(parameters=[VERSION], responses=PageSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def pages(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Words of each page, with their boxes in points from the top left."""
        document = self.get_object()
        version = self._version(document)
        self._note("document.read", document, version)
        return Response(PageSerializer(version.pages.defer("search"), many=True).data)

    @extend_schema(parameters=[VERSION], responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True)
    def copy(self, request: ApiRequest, pk: str | None = None) -> HttpResponseBase:
        """The viewing copy: a PDF that we made."""
        document = self.get_object()
        version = self._version(document)
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
        today = timezone.localdate(timezone=current_firm().zone)
        if not attrs["student"].guardianships.seeing(on=today).filter(contact=attrs["contact"]).exists():
            raise serializers.ValidationError({"contact": asking.NOT_A_GUARDIAN})
        if attrs["due_on"] and attrs["due_on"] < today:
            raise serializers.ValidationError({"due_on": asking.PAST})
        return attrs


class SettlingSerializer(serializers.Serializer):
    document = serializers.PrimaryKeyRelatedField(queryset=Document.objects.none())

    def __init__(self, *args: Any, student: Student | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if student is not None:
            seen = Document.objects.visible_to(self.context["request"].user).filter(student=student)
            self.fields["document"].queryset = seen  # type: ignore[attr-defined]


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

    @extend_schema(request=SettlingSerializer, responses=PaperRequestSerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Says that a paper, `document`, is what was asked for; no more reminders leave."""
        asked = self.get_object()
        told = SettlingSerializer(data=request.data, student=asked.student, context={"request": request})
        told.is_valid(raise_exception=True)
        asking.settle(asked, told.validated_data["document"], at=timezone.now())
        asked.refresh_from_db()
        return Response(PaperRequestSerializer(asked).data)

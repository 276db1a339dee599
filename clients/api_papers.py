"""Papers that families sign, permissions to share, and “About my child”, for programs."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError as FormError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from clients import about, agreements
from clients.api import _nothing
from clients.forms import ReleaseForm, today
from clients.models import AboutPage, Agreement, AgreementTemplate, Contact, Release, Student
from clients.reaching import is_barred
from web.access import Access, Can
from web.api import KEY, once_of

WORDS = ("title", "body", "title_es", "body_es")


class PaperTemplateSerializer(serializers.ModelSerializer):
    title = serializers.CharField(max_length=120)
    body = serializers.CharField(max_length=30_000)
    title_es = serializers.CharField(max_length=120, required=False, allow_blank=True)
    body_es = serializers.CharField(max_length=30_000, required=False, allow_blank=True)
    number = serializers.IntegerField(read_only=True, help_text="Of the newest version, whose words these are.")  # fmt: skip

    class Meta:
        model = AgreementTemplate
        fields = ["id", "name", "kind", *WORDS, "number"]

    def to_representation(self, instance: AgreementTemplate) -> dict[str, Any]:
        newest = max(instance.versions.all(), key=lambda version: version.number)
        words = {name: getattr(newest, name) for name in (*WORDS, "number")}
        return {"id": str(instance.pk), "name": instance.name, "kind": instance.kind, **words}


class PaperTemplateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Papers the firm has signed. New words are a new version; papers that were sent keep theirs."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.SET_PAPERS
    serializer_class = PaperTemplateSerializer
    queryset = AgreementTemplate.objects.filter(retired_at=None).prefetch_related("versions")

    @extend_schema(request=PaperTemplateSerializer, responses={201: PaperTemplateSerializer})
    def create(self, request: Request) -> Response:
        return self._save(None, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        return self._save(self.get_object(), status.HTTP_200_OK)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Puts the paper away; what was sent and signed stays."""
        user: Any = request.user
        agreements.retire_template(self.get_object(), by=user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @transaction.atomic
    def _save(self, row: AgreementTemplate | None, code: int) -> Response:
        asked = PaperTemplateSerializer(row, data=self.request.data, partial=row is not None)
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        words = {name: told.pop(name) for name in WORDS if name in told}
        user: Any = self.request.user
        now = timezone.now()
        kept = {name: getattr(row.newest, name) for name in WORDS} if row else dict.fromkeys(WORDS, "")
        row = row or AgreementTemplate()
        for name, value in told.items():
            setattr(row, name, value)
        row.save()
        agreements.save_version(row, **{**kept, **words}, by=user, at=now)
        audit.record("template.saved", by=user, at=now, about=row)
        return Response(PaperTemplateSerializer(self.get_queryset().get(pk=row.pk)).data, status=code)


class AgreementSerializer(serializers.ModelSerializer):
    template = serializers.UUIDField(source="version.template_id", read_only=True)
    signed_at = serializers.DateTimeField(source="signature.signed_at", default=None, read_only=True)
    signed_by = serializers.CharField(source="signature.name", default=None, read_only=True)

    class Meta:
        model = Agreement
        fields = [
            "id", "template", "contact", "student", "language", "title", "digest", "sent_at", "lapses_at", "withdrawn_at",
            "signed_at", "signed_by",
        ]  # fmt: skip


class ReleaseSerializer(serializers.ModelSerializer):
    signed_at = serializers.DateTimeField(
        source="agreement.signature.signed_at", default=None, read_only=True
    )

    class Meta:
        model = Release
        fields = [
            "id", "student", "agreement", "scope", "recipient", "expires_on", "called_back_at", "signed_at",
        ]  # fmt: skip


class _Seen(serializers.Serializer):
    """A contact and a child of those whom the key's person sees."""

    contact = serializers.PrimaryKeyRelatedField(queryset=Contact.objects.none())
    student = serializers.PrimaryKeyRelatedField(
        queryset=Student.objects.none(), required=False, allow_null=True, default=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            fields: Any = self.fields
            fields["contact"].queryset = Contact.objects.visible_to(request.user)
            fields["student"].queryset = Student.objects.visible_to(request.user)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        contact, student = attrs["contact"], attrs["student"]
        if student and not student.guardianships.filter(contact=contact).exists():
            raise serializers.ValidationError({"contact": _("This person is no grown-up around this child.")})
        if student and is_barred(contact, student, at=timezone.now()):
            raise serializers.ValidationError({"contact": _("This parent is kept from hearing about this child.")})  # fmt: skip
        return attrs


class NewAgreementSerializer(_Seen):
    template = serializers.PrimaryKeyRelatedField(
        queryset=AgreementTemplate.objects.filter(retired_at=None).exclude(
            kind=AgreementTemplate.Kind.RELEASE
        )
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["contact"].confirmed_at is None and attrs["template"].kind == AgreementTemplate.Kind.AGREEMENT:  # fmt: skip
            raise serializers.ValidationError({"contact": _("Send the agreement of a new family from its inquiry, once the conflict check is decided.")})  # fmt: skip
        return super().validate(attrs)


class NewReleaseSerializer(_Seen):
    student = serializers.PrimaryKeyRelatedField(queryset=Student.objects.none())
    template = serializers.PrimaryKeyRelatedField(
        queryset=AgreementTemplate.objects.filter(retired_at=None, kind=AgreementTemplate.Kind.RELEASE)
    )
    scope = serializers.ListField(
        child=serializers.ChoiceField(choices=Release.Scope.choices), allow_empty=False
    )
    recipient = serializers.CharField(max_length=160)
    expires_on = serializers.DateField(
        required=False, help_text="Left out, it is a year less a day from today."
    )

    def validate_scope(self, scope: list[str]) -> list[str]:
        return list(dict.fromkeys(scope))

    def validate_expires_on(self, until: Any) -> Any:
        try:
            return ReleaseForm.checked_until(until)
        except FormError as problem:
            raise serializers.ValidationError(problem.messages[0]) from None


class AgreementViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Papers sent to sign, and their signatures. Permissions to share are sent at /releases/."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    even_read_only = frozenset({"withdraw"})
    serializer_class = AgreementSerializer

    def get_queryset(self) -> Any:
        if _nothing(self):
            return Agreement.objects.none()
        return Agreement.objects.visible_to(self.request.user).select_related("signature", "version")  # type: ignore[arg-type]

    @extend_schema(request=NewAgreementSerializer, responses={201: AgreementSerializer}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Sends a paper to be signed, by each way that is safe for the contact."""
        asked = NewAgreementSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        told, user = asked.validated_data, cast(Any, request.user)
        try:
            made = agreements.send(
                told["template"], contact=told["contact"], student=told["student"], by=user, at=timezone.now(),
                idempotency_key=once_of(request),
            )  # fmt: skip
        except agreements.NobodyToReach as problem:
            raise ValidationError({"contact": str(problem)}) from None
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=AgreementSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str | None = None) -> Response:
        """Calls a paper back that nobody has signed."""
        user: Any = request.user
        paper = self.get_object()
        try:
            agreements.withdraw(paper, by=user, at=timezone.now())
        except agreements.CannotBeSigned:
            raise ValidationError({"detail": _("This paper is signed, called back or too old already.")}) from None  # fmt: skip
        return self._answer(paper)

    def _answer(self, paper: Agreement, code: int = status.HTTP_200_OK) -> Response:
        return Response(AgreementSerializer(self.get_queryset().get(pk=paper.pk)).data, status=code)


class ReleaseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Permissions to share; one counts from its signature until it expires or is called back."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    even_read_only = frozenset({"end"})
    serializer_class = ReleaseSerializer

    def get_queryset(self) -> Any:
        if _nothing(self):
            return Release.objects.none()
        return Release.objects.visible_to(self.request.user).select_related("agreement__signature")  # type: ignore[arg-type]

    @extend_schema(request=NewReleaseSerializer, responses={201: ReleaseSerializer}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Sends a permission to share, to be signed by a grown-up around the child."""
        asked = NewReleaseSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        told, user = dict(asked.validated_data), cast(Any, request.user)
        told.setdefault("expires_on", agreements.expires_by_default(today()))
        try:
            paper = agreements.send(
                told["template"], contact=told["contact"], student=told["student"], by=user, at=timezone.now(),
                release={name: told[name] for name in ("scope", "recipient", "expires_on")},
                idempotency_key=once_of(request),
            )  # fmt: skip
        except agreements.NobodyToReach as problem:
            raise ValidationError({"contact": str(problem)}) from None
        made = self.get_queryset().get(agreement=paper)
        return Response(ReleaseSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ReleaseSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str | None = None) -> Response:
        """Ends it; what was shared under it stays on record. Doing it twice is once."""
        user: Any = request.user
        agreements.call_back_release(self.get_object(), by=user, at=timezone.now())
        return Response(ReleaseSerializer(self.get_object()).data)


class AboutPageSerializer(serializers.ModelSerializer):
    class Meta:
        model = AboutPage
        fields = ["id", "student", "number", *AboutPage.SECTIONS, "language", "writer", "written_at"]
        read_only_fields = fields


class NewAboutPageSerializer(serializers.ModelSerializer):
    student = serializers.PrimaryKeyRelatedField(queryset=Student.objects.none())
    language = serializers.ChoiceField(choices=["en", "es"], default="en")
    number = serializers.IntegerField(
        min_value=0,
        help_text="Of the newest version you read, 0 where there is none: who wrote meanwhile keeps their words.",
    )

    class Meta:
        model = AboutPage
        fields = ["student", "number", *AboutPage.SECTIONS, "language"]
        validators: list[Any] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            self.fields["student"].queryset = Student.objects.visible_to(request.user)  # type: ignore[attr-defined]


class AboutPageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """“About my child”: every version, under the name of who wrote it.

    A POST writes down what a parent said as the next version; a part that is left out stays as it was.
    """

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = AboutPageSerializer

    def get_queryset(self) -> Any:
        if _nothing(self):
            return AboutPage.objects.none()
        return AboutPage.objects.visible_to(self.request.user).select_related("student")  # type: ignore[arg-type]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer: Response = super().list(request, *args, **kwargs)
        user: Any = request.user
        now = timezone.now()
        read = {row["student"] for row in answer.data["results"]}
        with audit.together():
            for student in Student.objects.filter(pk__in=read):
                audit.record("about.read", by=user, at=now, about=student)
        return answer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page: AboutPage = self.get_object()
        user: Any = request.user
        audit.record("about.read", by=user, at=timezone.now(), about=page.student)
        return Response(AboutPageSerializer(page).data)

    @extend_schema(request=NewAboutPageSerializer, responses={201: AboutPageSerializer})
    @transaction.atomic
    def create(self, request: Request) -> Response:
        asked = NewAboutPageSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        student, number, language = told.pop("student"), told.pop("number"), told.pop("language")
        Student.objects.select_for_update().get(pk=student.pk)
        newest = AboutPage.objects.newest(student)
        if number != (newest.number if newest else 0):
            raise ValidationError({"number": _("Somebody else has changed this meanwhile. Read it again.")})
        texts = {
            name: told[name].replace("\r\n", "\n").strip() if name in told else getattr(newest, name, "")
            for name in AboutPage.SECTIONS
        }
        user: Any = request.user
        page = about.save(student, texts, by=user, language=language, at=timezone.now())
        return Response(AboutPageSerializer(page).data, status=status.HTTP_201_CREATED)

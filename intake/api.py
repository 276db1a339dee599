"""Inquiries for programs: read them, and bring one in from a form of the firm's own site."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import ValidationError as FormError
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from accounts.models import User
from cases.opening import CaseError
from clients.agreements import NobodyToReach
from clients.filing import Caller
from clients.joining import StudentsFull
from clients.models import AgreementTemplate
from intake import conflicts, converting, inquiries
from intake.forms import checked_urgent
from intake.models import ConflictReport, Inquiry, Stage
from tenants.places import current_firm
from web.access import Access, Can
from web.api import KEY, once_of
from web.phones import phone


class InquirySerializer(serializers.ModelSerializer):
    stage = serializers.ChoiceField(choices=Stage.choices, read_only=True)
    contact_name = serializers.CharField(source="contact.name", read_only=True)

    class Meta:
        model = Inquiry
        fields = [
            "id", "contact", "contact_name", "student", "source", "referred_by", "concern", "urgent_on", "urgent_about",
            "district_name", "school_name", "other_people", "advocate", "taken_by", "taken_at", "agreement", "stage", "version",
        ]  # fmt: skip
        read_only_fields = fields


class NewInquirySerializer(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    child = serializers.CharField(max_length=80, required=False, allow_blank=True)
    child_family_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=["en", "es"], default="en")
    source = serializers.ChoiceField(choices=Inquiry.Source.choices, default=Inquiry.Source.OTHER)  # type: ignore[assignment]
    concern = serializers.CharField(max_length=10000, required=False, allow_blank=True)
    district_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    school_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    urgent_on = serializers.DateField(required=False, allow_null=True)
    urgent_about = serializers.CharField(max_length=120, required=False, allow_blank=True)

    def validate_urgent_on(self, day: Any) -> Any:
        return _urgent(day)

    def validate_phone(self, text: str) -> str:
        try:
            return phone(text) if text else ""
        except ValueError as problem:
            raise serializers.ValidationError(str(problem)) from None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("phone") and not attrs.get("email"):
            raise serializers.ValidationError({"phone": _("Add a number or an e-mail address, so that we can reach them.")})  # fmt: skip
        return attrs


class InquiryChangeSerializer(serializers.ModelSerializer):
    version = serializers.IntegerField(
        help_text="As you read it: when the inquiry has moved on, your change is refused."
    )
    advocate = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.advocates(), allow_null=True, required=False
    )

    class Meta:
        model = Inquiry
        fields = [
            "source", "referred_by", "concern", "urgent_on", "urgent_about", "district_name", "school_name", "other_people",
            "advocate", "version",
        ]  # fmt: skip

    def validate_urgent_on(self, day: Any) -> Any:
        return _urgent(day)


class ReportSerializer(serializers.ModelSerializer):
    found = serializers.SerializerMethodField(
        help_text="Who is known by these names; names you may not see are left out."
    )

    class Meta:
        model = ConflictReport
        fields = [
            "id",
            "inquiry",
            "asked",
            "found",
            "made_by",
            "made_at",
            "decision",
            "reason",
            "decided_by",
            "decided_at",
        ]
        read_only_fields = fields

    def get_found(self, report: ConflictReport) -> list[dict[str, Any]]:
        return conflicts.as_seen_by(report, self.context["request"].user)


class ConflictDecisionSerializer(serializers.Serializer):
    decision = serializers.ChoiceField(choices=ConflictReport.Decision.choices)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class TurnAwaySerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=500)
    referral = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class SendAgreementSerializer(serializers.Serializer):
    template = serializers.PrimaryKeyRelatedField(
        queryset=AgreementTemplate.objects.filter(retired_at=None, kind=AgreementTemplate.Kind.AGREEMENT)
    )


class OpenCaseSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=converting.KINDS)
    advocate = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates())
    override_reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


def _urgent(day: Any) -> Any:
    try:
        return checked_urgent(day)
    except FormError as problem:
        raise serializers.ValidationError(problem.messages[0]) from None


class ReportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Conflict checks of the inquiries that the key's person sees."""

    access = Access(Can.TAKE_INTAKE)
    can, can_write = Can.TAKE_INTAKE, Can.TAKE_INTAKE
    serializer_class = ReportSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return ConflictReport.objects.none()
        return ConflictReport.objects.filter(inquiry__in=Inquiry.objects.visible_to(self.request.user))  # type: ignore[arg-type]

    @extend_schema(request=ConflictDecisionSerializer, responses=ReportSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str | None = None) -> Response:
        """Writes the decision, once; anything but a clear report needs a reason."""
        report: ConflictReport = self.get_object()
        asked = ConflictDecisionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            conflicts.decide(report, **asked.validated_data, by=user, at=timezone.now())
        except (conflicts.DecisionNeedsReason, conflicts.AlreadyDecided) as problem:
            raise ValidationError({"decision": str(problem)}) from None
        return Response(self.get_serializer(report).data)


class InquiryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Inquiries the key's person sees."""

    access = Access(Can.TAKE_INTAKE)
    can, can_write = Can.TAKE_INTAKE, Can.TAKE_INTAKE
    serializer_class = InquirySerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Inquiry.objects.none()
        return Inquiry.objects.visible_to(self.request.user).select_related("contact").with_stage()  # type: ignore[arg-type]

    @extend_schema(request=NewInquirySerializer, responses={201: InquirySerializer})
    def create(self, request: Request) -> Response:
        """A new inquiry with a file of its own; it joins no family we know until a person says so."""
        asked = NewInquirySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        filled: dict[str, Any] = {"phone": "", "email": "", "child": "", "child_family_name": "", **asked.validated_data}  # fmt: skip
        user: Any = request.user
        caller = Caller(
            name=filled["name"], phone=filled["phone"], email=filled["email"].lower(), child=filled["child"],
            child_family_name=filled["child_family_name"], language=filled["language"], timezone=current_firm().timezone,
            team=(user,),
        )  # fmt: skip
        told: dict[str, Any] = {
            key: filled[key]
            for key in ("source", "concern", "district_name", "school_name", "urgent_on", "urgent_about")
            if key in filled
        }
        made = inquiries.take_call(caller, told=told, by=user, advocate=None, at=timezone.now())
        return self._again(made, status.HTTP_201_CREATED)

    @extend_schema(request=InquiryChangeSerializer, responses=InquirySerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Changes what is known so far; `version` says what you read."""
        inquiry: Inquiry = self.get_object()
        told = self._filled(InquiryChangeSerializer, partial=True)
        if "version" not in told:
            raise ValidationError({"version": _("Send the version that you read.")})
        version = told.pop("version")
        rows = Inquiry.objects.filter(pk=inquiry.pk, version=version)
        if not rows.update(**told, version=version + 1):
            raise ValidationError({"version": _("Somebody else has changed this meanwhile. Read it again.")})
        user: Any = request.user
        audit.record("inquiry.changed", by=user, at=timezone.now(), about=inquiry, fields=sorted(told))
        return self._again(inquiry)

    @extend_schema(request=None, responses={201: ReportSerializer})
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str | None = None) -> Response:
        """Looks for everybody named in the inquiry, in the whole firm."""
        user: Any = request.user
        report = conflicts.check(self.get_object(), by=user, at=timezone.now())
        return Response(
            ReportSerializer(report, context={"request": request}).data, status=status.HTTP_201_CREATED
        )

    @extend_schema(request=SendAgreementSerializer, responses=InquirySerializer, parameters=[KEY])
    @action(detail=True, methods=["post"], url_path="send-agreement")
    def send_agreement(self, request: Request, pk: str | None = None) -> Response:
        """Sends the agreement to sign, once the check is decided; one sent before and not signed is called back."""
        return self._do(
            partial(inquiries.send_agreement, idempotency_key=once_of(request)), SendAgreementSerializer
        )

    @extend_schema(request=TurnAwaySerializer, responses=InquirySerializer)
    @action(detail=True, methods=["post"], url_path="turn-away")
    def turn_away(self, request: Request, pk: str | None = None) -> Response:
        """Not a fit: why, and where you sent them."""
        return self._do(inquiries.turn_away, TurnAwaySerializer)

    @extend_schema(request=OpenCaseSerializer, responses=InquirySerializer)
    @action(detail=True, methods=["post"], url_path="open-case")
    def open_case(self, request: Request, pk: str | None = None) -> Response:
        """The inquiry becomes a case, once the check is decided and the agreement signed."""
        return self._do(converting.open_case, OpenCaseSerializer)

    def _do(self, act: Any, serializer: type[serializers.Serializer]) -> Response:
        inquiry: Inquiry = self.get_object()
        told = self._filled(serializer)
        try:
            act(inquiry, **told, by=self.request.user, at=timezone.now())
        except (
            inquiries.Finished, inquiries.NotChecked, converting.NotSigned, converting.NoStudent, StudentsFull, CaseError,
            NobodyToReach,
        ) as problem:  # fmt: skip
            raise ValidationError({"inquiry": str(problem)}) from None
        return self._again(inquiry)

    def _filled(self, serializer: type[serializers.Serializer], *, partial: bool = False) -> dict[str, Any]:
        asked = serializer(data=self.request.data, partial=partial)
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    def _again(self, inquiry: Inquiry, code: int = status.HTTP_200_OK) -> Response:
        return Response(InquirySerializer(self.get_queryset().get(pk=inquiry.pk)).data, status=code)

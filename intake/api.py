"""Inquiries for programs: read them, and bring one in from a form of the firm's own site."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from clients.filing import Caller
from intake import inquiries
from intake.models import Inquiry, Stage
from tenants.places import current_firm
from web.access import Access, Can
from web.phones import phone


class InquirySerializer(serializers.ModelSerializer):
    stage = serializers.ChoiceField(choices=Stage.choices, read_only=True)
    contact_name = serializers.CharField(source="contact.name", read_only=True)

    class Meta:
        model = Inquiry
        fields = [
            "id", "contact", "contact_name", "student", "source", "referred_by", "concern", "urgent_on", "urgent_about",
            "district_name", "school_name", "advocate", "taken_by", "taken_at", "agreement", "stage",
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

    def validate_phone(self, text: str) -> str:
        try:
            return phone(text) if text else ""
        except ValueError as problem:
            raise serializers.ValidationError(str(problem)) from None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("phone") and not attrs.get("email"):
            raise serializers.ValidationError({"phone": _("Add a number or an e-mail address, so that we can reach them.")})  # fmt: skip
        return attrs


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
            key: filled[key] for key in ("source", "concern", "district_name", "school_name") if key in filled
        }
        made = inquiries.take_call(caller, told=told, by=user, advocate=None, at=timezone.now())
        found = self.get_queryset().get(pk=made.pk)
        return Response(InquirySerializer(found).data, status=status.HTTP_201_CREATED)

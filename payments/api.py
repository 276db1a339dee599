"""Payments and refunds, for programs."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from clients.models import Contact
from payments import links, receiving, refunding, subjects
from payments.forms import HAND_CHOICES
from payments.models import PayLink, Payment, Refund
from payments.money import DECIMALS
from payments.receiving import CannotRecord
from payments.refunding import CannotRefund
from web.access import Access, Can


class RefundSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(choices=["asked", "made", "failed", "refused"], read_only=True)
    currency = serializers.CharField(source="payment.currency", read_only=True)

    class Meta:
        model = Refund
        fields = [
            "id",
            "payment",
            "amount",
            "currency",
            "state",
            "reason",
            "asked_at",
            "made_at",
            "failed_at",
        ]
        read_only_fields = fields


class PaymentSerializer(serializers.ModelSerializer):
    what = serializers.CharField(source="local_what", read_only=True)
    given_back = serializers.IntegerField(source="went_back", read_only=True)
    struck_out = serializers.BooleanField(source="is_struck_out", read_only=True)
    refunds = RefundSerializer(many=True, read_only=True)

    class Meta:
        model = Payment
        fields = [
            "id", "number", "subject", "what", "method", "amount", "currency", "paid_at", "payer", "contact", "case", "reference",
            "fee", "given_back", "struck_out", "refunds",
        ]  # fmt: skip
        read_only_fields = fields


class NewPaymentSerializer(serializers.Serializer):
    """A payment that came without Stripe: of a subject, or of a contact as the family's credit."""

    method = serializers.ChoiceField(choices=HAND_CHOICES)
    amount = serializers.IntegerField(min_value=1, max_value=2_000_000_000, help_text="In minor units.")
    currency = serializers.ChoiceField(choices=sorted(DECIMALS), default="usd")
    received_on = serializers.DateField()
    subject = serializers.CharField(required=False, max_length=80, help_text="Such as “invoice:<id>”.")
    contact = serializers.UUIDField(required=False)
    payer = serializers.CharField(required=False, max_length=120)
    reference = serializers.CharField(required=False, max_length=80)
    note = serializers.CharField(required=False, max_length=300)


class NewRefundSerializer(serializers.Serializer):
    amount = serializers.IntegerField(min_value=1, max_value=2_000_000_000, help_text="In minor units.")
    reason = serializers.CharField(max_length=200)


class StrikeOutSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key again answers what it made."
)


def once_of(request: Request) -> str | None:
    """The request's own name, apart for each person."""
    key = request.headers.get("Idempotency-Key", "")
    return f"api:{sha256(f'{request.user.pk}:{key}'.encode()).hexdigest()}" if key else None


class PaymentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What came, by card, bank, check or cash. A POST writes down one that came without Stripe."""

    access = Access(Can.SEE_MONEY)
    can, can_write = Can.SEE_MONEY, Can.EDIT_MONEY
    serializer_class = PaymentSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Payment.objects.none()
        rows = Payment.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        return rows.select_related("void").prefetch_related("refunds__payment")

    @extend_schema(request=NewPaymentSerializer, responses={201: PaymentSerializer}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        asked = NewPaymentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        filled = dict(asked.validated_data)
        contact = None
        if "contact" in filled:
            contact = Contact.objects.filter(pk=filled.pop("contact")).prefetch_related("points").first()
            if contact is None:
                raise ValidationError({"contact": _("There is no such contact.")})
        user: Any = request.user
        try:
            made = receiving.record(
                **filled, contact=contact, by=user, at=timezone.now(), once=once_of(request)
            )
        except (CannotRecord, subjects.UnknownSubject) as problem:
            raise ValidationError(str(problem)) from None
        return Response(PaymentSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=NewRefundSerializer, responses={201: RefundSerializer}, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def refund(self, request: Request, pk: str | None = None) -> Response:
        """Gives some or all of it back, never more than is left."""
        asked = NewRefundSerializer(data=request.data)
        row = self.get_object()
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            made = refunding.refund(
                row, **asked.validated_data, by=user, at=timezone.now(), once=once_of(request)
            )
        except CannotRefund as problem:
            raise ValidationError({"amount": str(problem)}) from None
        return Response(RefundSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=StrikeOutSerializer, responses=PaymentSerializer)
    @action(detail=True, methods=["post"], url_path="strike-out")
    def strike_out(self, request: Request, pk: str | None = None) -> Response:
        """Takes back what was written down by mistake."""
        asked = StrikeOutSerializer(data=request.data)
        row = self.get_object()
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            receiving.strike_out(row, **asked.validated_data, by=user, at=timezone.now())
        except CannotRecord as problem:
            raise ValidationError(str(problem)) from None
        return Response(PaymentSerializer(self.get_object()).data)


class PayLinkSerializer(serializers.ModelSerializer):
    subject = serializers.CharField(max_length=80, help_text="Such as “invoice:<id>” or “retainer:<id>”.")
    url = serializers.CharField(read_only=True)

    class Meta:
        model = PayLink
        fields = ["id", "subject", "url", "made_at", "revoked_at"]
        read_only_fields = ["id", "made_at", "revoked_at"]

    def validate_subject(self, value: str) -> str:
        try:
            subjects.due(value)
        except subjects.UnknownSubject as problem:
            raise serializers.ValidationError(str(problem)) from None
        return value


class PayLinkViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet):  # fmt: skip
    """Addresses where something is paid without signing in. A POST answers the subject's link that is valid, or a new one."""

    access = Access(Can.SEE_MONEY)
    can, can_write = Can.SEE_MONEY, Can.EDIT_MONEY
    serializer_class = PayLinkSerializer

    def get_queryset(self) -> Any:
        return PayLink.objects.none() if getattr(self, "swagger_fake_view", False) else PayLink.objects.all()

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = links.link_for(serializer.validated_data["subject"], at=timezone.now())

    @extend_schema(request=None, responses=PayLinkSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str | None = None) -> Response:
        """Nobody pays through it any more; the subject's next link is another."""
        row, now, user = self.get_object(), timezone.now(), request.user
        if row.revoked_at is None:
            links.revoke(row.subject, at=now)
            audit.record("link.revoked", by=user, at=now, about=row, subject=row.subject)  # type: ignore[arg-type]
        return Response(PayLinkSerializer(self.get_object()).data)


class RefundViewSet(viewsets.ReadOnlyModelViewSet):
    """What went back, or is on its way back."""

    access = Access(Can.SEE_MONEY)
    can = Can.SEE_MONEY
    serializer_class = RefundSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Refund.objects.none()
        rows = Payment.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        return Refund.objects.filter(payment__in=rows).select_related("payment")

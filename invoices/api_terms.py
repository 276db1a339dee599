"""What work costs and client money, for programs: terms, rates, flat fees, estimates, retainers, signed weeks."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError as Invalid
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts.models import User
from cases.models import Case
from clients.agreements import NobodyToReach
from clients.models import Agreement, AgreementTemplate, Family
from invoices import durations, pricing, retaining, telling, timing
from invoices.api import KEY, InvoiceSerializer, _came, _nothing
from invoices.forms import sane_day, today
from invoices.models import Estimate, FlatFee, Invoice, Rate, Retainer, SignOff, Terms
from payments import money, receiving
from payments.api import once_of
from payments.forms import HAND_CHOICES
from payments.ledger import Overdrawn
from payments.models import EntryLine
from web.access import Access, Can

MOST_MONEY = 2_000_000_000


def _amount(**more: Any) -> Any:
    return serializers.IntegerField(**{"min_value": 1, "max_value": MOST_MONEY, "help_text": "In minor units.", **more})  # fmt: skip


def _sane(value: date) -> date:
    try:
        return sane_day(value)
    except Invalid as why:
        raise serializers.ValidationError(why.messages) from None


class _Money(viewsets.GenericViewSet):
    """What those who see the firm's money read, and those who keep it write."""

    access = Access(Can.SEE_MONEY)
    can, can_write = Can.SEE_MONEY, Can.EDIT_MONEY
    model: Any

    def get_queryset(self) -> Any:
        """All rows, or with ?case= those of one case."""
        rows = self.model.objects.none() if _nothing(self) else self.model.objects.all()
        wanted = self.request.query_params.get("case") if self.action == "list" and self.request else None
        return rows.filter(case=serializers.UUIDField().run_validation(wanted)) if wanted else rows

    @property
    def now(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now()}


class TermsSerializer(serializers.ModelSerializer):
    """What is null or empty is as the next wider one says: case, family, firm."""

    family = serializers.PrimaryKeyRelatedField(queryset=Family.objects.all(), required=False, allow_null=True, help_text="Neither family nor case: the firm's.")  # fmt: skip
    case = serializers.PrimaryKeyRelatedField(queryset=Case.objects.all(), required=False, allow_null=True)
    round_to = serializers.ChoiceField(choices=durations.STEPS, required=False, allow_null=True, help_text="Minutes.")  # fmt: skip
    pays_percent = serializers.IntegerField(min_value=0, max_value=100, required=False, allow_null=True, help_text="The sliding scale; 0 is pro bono.")  # fmt: skip
    tax_rate = serializers.IntegerField(min_value=0, max_value=100_000, required=False, allow_null=True, help_text="In thousandths of a percent.")  # fmt: skip
    due_days = serializers.IntegerField(min_value=0, max_value=365, required=False, allow_null=True)
    currency = serializers.CharField(max_length=3, required=False, allow_blank=True, help_text="Of the firm's own alone.")  # fmt: skip

    class Meta:
        model = Terms
        fields = ["id", "family", "case", "round_to", "round_how", "pays_percent", "tax_rate", "due_days", "initials", "currency", "changed_at"]  # fmt: skip
        read_only_fields = ["id", "changed_at"]
        validators: list[Any] = []  # a POST for what has terms sets them anew

    def validate_currency(self, value: str) -> str:
        code = value.lower()
        if code:
            try:
                money.decimals(code)
            except money.UnknownCurrency as why:
                raise serializers.ValidationError(str(why)) from None
        return code

    def validate(self, found: dict[str, Any]) -> dict[str, Any]:
        if found.get("family") and found.get("case"):
            raise serializers.ValidationError({"case": _("Name a family or a case, not both.")})
        if found.get("currency") and (found.get("family") or found.get("case")):
            raise serializers.ValidationError({"currency": _("The firm has one currency.")})
        return found


class TermsViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, _Money):
    """How the firm, a family or a case is billed. A POST sets the fields it names; the others stay."""

    model = Terms
    serializer_class = TermsSerializer

    def perform_create(self, serializer: Any) -> None:
        try:
            serializer.instance = pricing.set_terms(**serializer.validated_data, **self.now)
        except pricing.CannotPrice as why:
            raise ValidationError({"currency": [str(why)]}) from None


class RateSerializer(serializers.ModelSerializer):
    person = serializers.PrimaryKeyRelatedField(queryset=User.objects.staff(), required=False, allow_null=True, help_text="null: everybody.")  # fmt: skip
    case = serializers.PrimaryKeyRelatedField(queryset=Case.objects.all(), required=False, allow_null=True, help_text="null: every case.")  # fmt: skip
    amount = _amount(min_value=0, help_text="Of an hour, in minor units.")

    class Meta:
        model = Rate
        fields = ["id", "person", "case", "amount", "from_on", "set_at"]
        read_only_fields = ["id", "set_at"]
        validators: list[Any] = []  # the same day again replaces

    def validate_from_on(self, value: date) -> date:
        return _sane(value)


class RateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.DestroyModelMixin, _Money):  # fmt: skip
    """An hour's price by person and case, from a day on. A POST for the same day replaces it."""

    model = Rate
    serializer_class = RateSerializer

    def perform_create(self, serializer: Any) -> None:
        asked = {"person": None, "case": None, **serializer.validated_data}
        serializer.instance = pricing.set_rate(**asked, **self.now)

    def perform_destroy(self, instance: Rate) -> None:
        pricing.remove_rate(instance, **self.now)


class FlatFeeSerializer(serializers.ModelSerializer):
    case = serializers.PrimaryKeyRelatedField(queryset=Case.objects.all())
    amount = _amount()
    covers_time = serializers.BooleanField(
        default=False, help_text="The case's time from that day on is in it."
    )

    class Meta:
        model = FlatFee
        fields = ["id", "case", "name", "amount", "covers_time", "agreed_on", "set_at", "dropped_at"]
        read_only_fields = ["id", "set_at", "dropped_at"]

    def validate_agreed_on(self, value: date) -> date:
        return _sane(value)


class FlatFeeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.DestroyModelMixin, _Money):  # fmt: skip
    """Prices agreed for a piece of work. A DELETE drops one that is on no invoice; its row stays."""

    model = FlatFee
    serializer_class = FlatFeeSerializer

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = pricing.agree_fee(**serializer.validated_data, **self.now)

    def perform_destroy(self, instance: FlatFee) -> None:
        try:
            pricing.drop_fee(instance, **self.now)
        except pricing.CannotPrice as why:
            raise ValidationError(str(why)) from None


class EstimateSerializer(serializers.ModelSerializer):
    case = serializers.PrimaryKeyRelatedField(queryset=Case.objects.all())
    minutes_low = serializers.IntegerField(min_value=1, max_value=300_000)
    minutes_high = serializers.IntegerField(min_value=1, max_value=300_000)
    rate = _amount(help_text="Of an hour, in minor units.")
    retainer_percent = serializers.IntegerField(min_value=0, max_value=100, default=50)
    agreement = serializers.PrimaryKeyRelatedField(queryset=Agreement.objects.filter(withdrawn_at=None), required=False, allow_null=True)  # fmt: skip
    signed = serializers.SerializerMethodField()
    least = serializers.SerializerMethodField(help_text="In minor units.")
    most = serializers.SerializerMethodField()
    to_ask = serializers.SerializerMethodField(help_text="The retainer: its percentage of the least.")

    class Meta:
        model = Estimate
        fields = ["id", "case", "minutes_low", "minutes_high", "rate", "retainer_percent", "note", "agreement", "signed", "least", "most", "to_ask", "made_at"]  # fmt: skip
        read_only_fields = ["id", "made_at"]

    def get_signed(self, row: Estimate) -> bool:
        return bool(row.agreement and row.agreement.signed)

    def get_least(self, row: Estimate) -> int:
        return retaining.least(row)

    def get_most(self, row: Estimate) -> int:
        return retaining.most(row)

    def get_to_ask(self, row: Estimate) -> int:
        return retaining.to_ask(row)

    def validate(self, found: dict[str, Any]) -> dict[str, Any]:
        if found["minutes_low"] > found["minutes_high"]:
            raise serializers.ValidationError({"minutes_high": _("At most is less than at least.")})
        agreement = found.get("agreement")
        if agreement and not retaining.may_agree(found["case"]).filter(pk=agreement.pk).exists():
            raise serializers.ValidationError({"agreement": _("This paper is of another family.")})
        return found


class SendEstimateSerializer(serializers.Serializer):
    template = serializers.PrimaryKeyRelatedField(queryset=AgreementTemplate.objects.filter(retired_at=None), help_text="The paper in which the family agrees.")  # fmt: skip

    def validate_template(self, value: AgreementTemplate) -> AgreementTemplate:
        if not retaining.papers().filter(pk=value.pk).exists():
            raise serializers.ValidationError(_("Choose an agreement."))
        return value


class EstimateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, _Money):
    """What a case may take, and whether the family has agreed to it."""

    model = Estimate
    serializer_class = EstimateSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("agreement__signature", "case__student")

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = retaining.estimate(**serializer.validated_data, **self.now)

    @extend_schema(request=SendEstimateSerializer, responses=EstimateSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Sends the family a paper with the estimate in it to sign; one that waits is called back."""
        asked = SendEstimateSerializer(data=request.data)
        row = self.get_object()
        asked.is_valid(raise_exception=True)
        try:
            retaining.send_to_sign(row, asked.validated_data["template"], **self.now)
        except (retaining.CannotHold, NobodyToReach) as why:
            raise ValidationError(str(why)) from None
        return Response(EstimateSerializer(self.get_object()).data)


class MoveSerializer(serializers.Serializer):
    """Client money that came or went."""

    at = serializers.DateTimeField(source="entry.at")
    kind = serializers.CharField(source="entry.kind")
    about = serializers.CharField(source="entry.about")
    amount = serializers.SerializerMethodField(help_text="In minor units; below zero where it left.")

    def get_amount(self, line: EntryLine) -> int:
        return -line.amount


class RetainerSerializer(serializers.ModelSerializer):
    case = serializers.PrimaryKeyRelatedField(queryset=Case.objects.all())
    asked = _amount()
    threshold = _amount(
        min_value=0, default=0, help_text="Below this the family is asked to fill it up; 0: never."
    )
    held = serializers.SerializerMethodField(help_text="Derived from the ledger, in minor units.")
    low = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField(help_text="What came in and what it was used for.")

    class Meta:
        model = Retainer
        fields = ["id", "case", "estimate", "currency", "asked", "threshold", "held", "low", "moves", "opened_at", "closed_at"]  # fmt: skip
        read_only_fields = ["id", "estimate", "currency", "opened_at", "closed_at"]

    def get_held(self, row: Retainer) -> int:
        return retaining.held(row)

    def get_low(self, row: Retainer) -> bool:
        return retaining.is_low(row, retaining.held(row))

    @extend_schema(responses=MoveSerializer(many=True))
    def get_moves(self, row: Retainer) -> Any:
        lines = retaining.lines_of(row)
        return MoveSerializer(lines, many=True).data

    def validate(self, found: dict[str, Any]) -> dict[str, Any]:
        if found["threshold"] > found["asked"]:
            raise serializers.ValidationError({"threshold": _("Ask again below an amount that is less than what you ask for.")})  # fmt: skip
        return found


class DepositSerializer(serializers.Serializer):
    amount = _amount()
    method = serializers.ChoiceField(choices=HAND_CHOICES)
    received_on = serializers.DateField()
    reference = serializers.CharField(required=False, max_length=80)

    def validate_received_on(self, value: date) -> date:
        return _came(value)


class RetainerUseSerializer(serializers.Serializer):
    invoice = serializers.PrimaryKeyRelatedField(queryset=Invoice.objects.all())
    amount = _amount(required=False, help_text="In minor units; without it as much as is owed and there.")


class RequestedSerializer(serializers.Serializer):
    messages = serializers.IntegerField(help_text="How many were written.")


class RetainerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, _Money):
    """Client money held for a case. Balances are derived from a ledger that only grows."""

    model = Retainer
    serializer_class = RetainerSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("case__student")

    def perform_create(self, serializer: Any) -> None:
        asked = serializer.validated_data
        estimate = Estimate.objects.in_force(asked["case"])
        try:
            serializer.instance = retaining.open_retainer(**asked, estimate=estimate, **self.now)
        except retaining.CannotHold as why:
            raise ValidationError({"case": [str(why)]}) from None

    @extend_schema(request=DepositSerializer, responses={201: RetainerSerializer}, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def deposit(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Client money that came by hand, into the trust account."""
        asked = DepositSerializer(data=request.data)
        row = self.get_object()
        asked.is_valid(raise_exception=True)
        try:
            retaining.deposit(row, **asked.validated_data, once=once_of(request) or uuid4().hex, **self.now)
        except (retaining.CannotHold, receiving.CannotRecord) as why:
            raise ValidationError(str(why)) from None
        return Response(RetainerSerializer(self.get_object()).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RetainerUseSerializer, responses={201: InvoiceSerializer}, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def use(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Pays an invoice of the case from it. Answers the invoice."""
        asked = RetainerUseSerializer(data=request.data)
        row = self.get_object()
        asked.is_valid(raise_exception=True)
        invoice = asked.validated_data["invoice"]
        try:
            retaining.use(row, invoice, amount=asked.validated_data.get("amount"), once=once_of(request) or "", **self.now)  # fmt: skip
        except (retaining.CannotHold, Overdrawn) as why:
            raise ValidationError(str(why)) from None
        return Response(InvoiceSerializer(invoice).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=RequestedSerializer)
    @action(detail=True, methods=["post"], url_path="request")
    def ask(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Asks the family for what is missing, with a link to pay it."""
        row = self.get_object()
        if row.closed_at:
            raise ValidationError(_("This retainer is closed."))
        return Response({"messages": telling.ask_for(row, **self.now)})

    @extend_schema(request=None, responses=RetainerSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Ends it; what is left is the family's and is to be paid back."""
        retaining.close(self.get_object(), **self.now)
        return Response(RetainerSerializer(self.get_object()).data)


class SignOffSerializer(serializers.ModelSerializer):
    week = serializers.DateField(help_text="Any day of it; answers its Monday.")

    class Meta:
        model = SignOff
        fields = ["id", "person", "week", "signed_at", "reopened_at", "reason"]
        read_only_fields = ["id", "person", "signed_at", "reopened_at", "reason"]

    def validate_week(self, value: date) -> date:
        if value > today():
            raise serializers.ValidationError(_("This week has not begun."))
        return _came(value)


class ReopenSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class SignOffViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet):  # fmt: skip
    """Weeks that somebody said are complete. One signs one's own; the owner opens one again."""

    access = Access(Can.SEE_TIME)
    can = can_write = Can.SEE_TIME
    serializer_class = SignOffSerializer

    def get_queryset(self) -> Any:
        if _nothing(self):
            return SignOff.objects.none()
        user: Any = self.request.user
        return SignOff.objects.all() if user.can(Can.SEE_MONEY) else SignOff.objects.filter(person=user)

    def perform_create(self, serializer: Any) -> None:
        user: Any = self.request.user
        if not user.can(Can.LOG_TIME):
            raise PermissionDenied
        serializer.instance = timing.sign_off(
            user, serializer.validated_data["week"], by=user, at=timezone.now()
        )

    @extend_schema(request=ReopenSerializer, responses=SignOffSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Opens a signed week again, with a reason; that it was signed stays on record."""
        row, user = self.get_object(), request.user
        if not user.can(Can.OPEN_WEEKS):  # type: ignore[union-attr]
            raise PermissionDenied
        asked = ReopenSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        timing.reopen(row, by=user, at=timezone.now(), **asked.validated_data)  # type: ignore[arg-type]
        return Response(SignOffSerializer(self.get_object()).data)

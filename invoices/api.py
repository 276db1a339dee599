"""Time, expenses, drafts, invoices and credit notes for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from cases.models import Case
from clients.models import Student
from invoices import balances, crediting, drafting, issuing, pricing, telling, timing
from invoices.durations import MOST
from invoices.forms import EARLIEST, today
from invoices.models import (  # fmt: skip
    Billing,
    CreditNote,
    Draft,
    DraftLine,
    Expense,
    Invoice,
    InvoiceLine,
    LineKind,
    TimeEntry,
    WriteOff,
)
from payments.refunding import CannotRefund
from web.access import Access, Can
from web.api import KEY, once_of


def _nothing(view: Any) -> bool:
    """Whether only the API's description is being made."""
    return bool(getattr(view, "swagger_fake_view", False))


def _came(value: date) -> date:
    if value < EARLIEST:
        raise serializers.ValidationError(_("Choose a day from 2000 on."))
    if value > today():
        raise serializers.ValidationError(_("Choose a day that has come."))
    return value


class TimeEntrySerializer(serializers.ModelSerializer):
    minutes = serializers.IntegerField(min_value=1, max_value=MOST, help_text="As they were worked; an invoice rounds them.")  # fmt: skip
    billing = serializers.ChoiceField(choices=Billing.choices, default=Billing.BILLABLE)
    locked = serializers.SerializerMethodField(help_text="Why it can no longer be changed, or nothing.")

    class Meta:
        model = TimeEntry
        fields = ["id", "person", "student", "case", "on", "minutes", "activity", "description", "note", "billing", "made_at", "locked"]  # fmt: skip
        read_only_fields = ["id", "person", "made_at"]
        extra_kwargs = {"student": {"required": False}}

    def get_locked(self, entry: TimeEntry) -> str:
        known: Any = entry  # rows of a list bring the answer with them
        if hasattr(known, "is_billed"):
            return timing.lock_words(billed=known.is_billed, signed=known.is_signed)
        return timing.lock_of(entry)

    def validate_on(self, value: date) -> date:
        return _came(value)

    def validate(self, found: dict[str, Any]) -> dict[str, Any]:
        """The case says whose student it is; both must be ones the key's person sees."""
        user = self.context["request"].user
        case, student = found.get("case"), found.get("student")
        if case is not None and not Case.objects.visible_to(user).filter(pk=case.pk).exists():
            raise serializers.ValidationError({"case": _("There is no such case.")})
        if case is not None:
            if student is not None and student.pk != case.student_id:
                raise serializers.ValidationError({"student": _("This case is of another student.")})
            found["student"] = case.student
        elif student is not None and not Student.objects.visible_to(user).filter(pk=student.pk).exists():
            raise serializers.ValidationError({"student": _("There is no such student.")})
        elif student is None and not self.partial:
            raise serializers.ValidationError({"case": _("Say for which case or student.")})
        return found


class TimeEntryViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet
):  # fmt: skip
    """Time as it was worked: one's own; all of it for those who see the firm's money."""

    access = Access(Can.SEE_TIME)
    # Who may not write time down sees no case to write it for.
    can = can_write = Can.SEE_TIME
    serializer_class = TimeEntrySerializer

    def get_queryset(self) -> Any:
        if _nothing(self):
            return TimeEntry.objects.none()
        return TimeEntry.objects.visible_to(self.request.user).with_locks().select_related("person")  # type: ignore[arg-type]

    def perform_create(self, serializer: Any) -> None:
        user: Any = self.request.user
        try:
            serializer.instance = timing.add(person=user, at=timezone.now(), **serializer.validated_data)
        except timing.Locked as why:
            raise ValidationError({"on": [str(why)]}) from None

    def partial_update(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        """Changes an entry that is neither billed nor in a signed week."""
        if not request.user.can(Can.LOG_TIME):  # type: ignore[union-attr]
            raise PermissionDenied
        entry = self.get_object()
        asked = self.get_serializer(entry, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            entry = timing.change(entry, asked.validated_data, by=user, at=timezone.now())
        except timing.Locked as why:
            raise ValidationError(str(why)) from None
        return Response(self.get_serializer(TimeEntry.objects.get(pk=entry.pk)).data)

    def perform_destroy(self, instance: TimeEntry) -> None:
        if not self.request.user.can(Can.LOG_TIME):  # type: ignore[union-attr]
            raise PermissionDenied
        try:
            timing.remove(instance, by=self.request.user, at=timezone.now())  # type: ignore[arg-type]
        except timing.Locked as why:
            raise ValidationError(str(why)) from None


class ExpenseSerializer(serializers.ModelSerializer):
    amount = serializers.IntegerField(min_value=1, max_value=2_000_000_000, help_text="In minor units.")
    tax = serializers.IntegerField(min_value=0, max_value=2_000_000_000, default=0)

    class Meta:
        model = Expense
        fields = [
            "id",
            "case",
            "on",
            "kind",
            "amount",
            "tax",
            "description",
            "billable",
            "spent_by",
            "made_at",
        ]
        read_only_fields = ["id", "spent_by", "made_at"]

    def validate_on(self, value: date) -> date:
        return _came(value)

    def validate(self, found: dict[str, Any]) -> dict[str, Any]:
        if not Case.objects.visible_to(self.context["request"].user).filter(pk=found["case"].pk).exists():
            raise serializers.ValidationError({"case": _("There is no such case.")})
        if found["tax"] > found["amount"]:
            raise serializers.ValidationError({"tax": _("The tax is a part of the amount.")})
        return found


class ExpenseViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet
):  # fmt: skip
    """What was spent for cases: by oneself; all of it for those who see the firm's money."""

    access = Access(Can.SEE_TIME)
    # Who may not write time down sees no case to write it for.
    can = can_write = Can.SEE_TIME
    serializer_class = ExpenseSerializer

    def get_queryset(self) -> Any:
        return Expense.objects.none() if _nothing(self) else Expense.objects.visible_to(self.request.user)  # type: ignore[arg-type]

    def perform_create(self, serializer: Any) -> None:
        user: Any = self.request.user
        serializer.instance = pricing.add_expense(**serializer.validated_data, by=user, at=timezone.now())

    def perform_destroy(self, instance: Expense) -> None:
        """Who keeps the firm's money takes one away that was never on an invoice."""
        user: Any = self.request.user
        if not user.can(Can.EDIT_MONEY):
            raise PermissionDenied
        try:
            pricing.remove_expense(instance, by=user, at=timezone.now())
        except pricing.CannotPrice as why:
            raise ValidationError(str(why)) from None


class InvoiceLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = InvoiceLine
        fields = ["position", "kind", "on", "who", "description", "minutes", "billed_minutes", "rate", "pays_percent", "free", "amount", "discount"]  # fmt: skip
        read_only_fields = fields


class CreditedLineSerializer(serializers.Serializer):
    position = serializers.IntegerField(
        min_value=1, source="line.position", help_text="Of the invoice's line."
    )
    amount = serializers.IntegerField(min_value=1, max_value=2_000_000_000, help_text="In minor units, after the line's discount and before tax.")  # fmt: skip


class CreditNoteSerializer(serializers.ModelSerializer):
    number = serializers.CharField(source="label", read_only=True)
    lines = CreditedLineSerializer(many=True, read_only=True)

    class Meta:
        model = CreditNote
        fields = [
            "id",
            "number",
            "invoice",
            "amount",
            "tax",
            "reason",
            "voids",
            "issued_on",
            "issued_at",
            "lines",
        ]
        read_only_fields = fields


class WrittenOffSerializer(serializers.ModelSerializer):
    class Meta:
        model = WriteOff
        fields = ["id", "amount", "reason", "by", "at"]
        read_only_fields = fields


class InvoiceSerializer(serializers.ModelSerializer):
    number = serializers.CharField(source="label", read_only=True)
    lines = InvoiceLineSerializer(many=True, read_only=True)
    credit_notes = CreditNoteSerializer(many=True, read_only=True)
    write_offs = WrittenOffSerializer(many=True, read_only=True)
    owed = serializers.SerializerMethodField(help_text="What is still to pay, in minor units.")

    class Meta:
        model = Invoice
        fields = [
            "id", "number", "family", "case", "currency", "language", "bill_to", "issued_on", "due_on", "subtotal", "discount",
            "tax_rate", "tax", "total", "owed", "note", "issued_at", "lines", "credit_notes", "write_offs",
        ]  # fmt: skip
        read_only_fields = fields

    def get_owed(self, invoice: Invoice) -> int:
        known: dict[Any, int] = self.context.get("owed", {})
        return known[invoice.pk] if invoice.pk in known else balances.outstanding(invoice)


class CreditSerializer(serializers.Serializer):
    """Over an amount, or over lines."""

    amount = serializers.IntegerField(required=False, min_value=1, max_value=2_000_000_000, help_text="In minor units, tax included.")  # fmt: skip
    lines = CreditedLineSerializer(many=True, required=False, help_text="Instead of an amount.")
    free = serializers.BooleanField(default=False, help_text="The work of lines credited whole may be billed again.")  # fmt: skip
    reason = serializers.CharField(max_length=300)
    give_back = serializers.BooleanField(default=False, help_text="Give what was paid too much back the way it came.")  # fmt: skip
    to_retainer = serializers.BooleanField(default=False, help_text="Put what was paid too much into the case's open retainer.")  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs.get("amount")) == bool(attrs.get("lines")):
            raise serializers.ValidationError("Give an amount or lines.")
        positions = [row["line"]["position"] for row in attrs.get("lines", [])]
        if len(set(positions)) < len(positions):
            raise serializers.ValidationError({"lines": "A line is named once."})
        return attrs


class WriteOffSerializer(serializers.Serializer):
    amount = serializers.IntegerField(min_value=1, max_value=2_000_000_000, help_text="In minor units.")
    reason = serializers.CharField(max_length=300)


class WrittenSerializer(serializers.Serializer):
    messages = serializers.IntegerField(help_text="How many were written.")


class InvoiceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Issued invoices. They never change; a credit note takes back."""

    access = Access(Can.SEE_MONEY)
    can, can_write = Can.SEE_MONEY, Can.EDIT_MONEY
    serializer_class = InvoiceSerializer

    def get_queryset(self) -> Any:
        if _nothing(self):
            return Invoice.objects.none()
        rows = Invoice.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        return rows.prefetch_related("lines", "credit_notes__lines__line", "write_offs")

    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        page: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        context = {**self.get_serializer_context(), "owed": balances.outstanding_of(page)}
        return self.get_paginated_response(InvoiceSerializer(page, many=True, context=context).data)

    @extend_schema(request=CreditSerializer, responses={201: CreditNoteSerializer}, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def credit(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Issues a credit note over a part of the invoice or the rest."""
        invoice = self.get_object()
        asked = CreditSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        wanted = dict(asked.validated_data)
        lines = {row.position: row for row in invoice.lines.all()}
        parts = [(row["line"]["position"], row["amount"]) for row in wanted.pop("lines", [])]
        if any(position not in lines for position, _amount in parts):
            raise ValidationError({"lines": ["This invoice has no such line."]})
        chosen = [(lines[position], amount) for position, amount in parts]
        try:
            note = crediting.credit(invoice, **wanted, lines=chosen, by=user, at=timezone.now(), idempotency_key=once_of(request))  # fmt: skip
        except (issuing.CannotIssue, CannotRefund) as why:
            raise ValidationError({"amount": [str(why)]}) from None
        return Response(CreditNoteSerializer(note).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=WriteOffSerializer, responses={201: InvoiceSerializer}, parameters=[KEY])
    @action(detail=True, methods=["post"], url_path="write-off")
    def write_off(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Stops asking for what is still owed, or a part of it."""
        invoice = self.get_object()
        asked = WriteOffSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        try:
            issuing.write_off(
                invoice, **asked.validated_data, by=user, at=timezone.now(), once=once_of(request)
            )
        except issuing.CannotIssue as why:
            raise ValidationError({"amount": [str(why)]}) from None
        return Response(InvoiceSerializer(self.get_object()).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=WrittenSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Sends it by e-mail and text with its pay link, as each person prefers."""
        user: Any = request.user
        return Response({"messages": telling.send(self.get_object(), by=user, at=timezone.now())})

    @extend_schema(request=None, responses=InvoiceSerializer)
    @action(detail=True, methods=["post"], url_path="use-credit")
    def use_credit(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Pays it from what the family has paid too much, as far as that goes."""
        invoice, user = self.get_object(), request.user
        if not balances.use_credit(invoice, by=user, at=timezone.now()):  # type: ignore[arg-type]
            raise ValidationError(_("There is no credit to use, or nothing is owed."))
        return Response(InvoiceSerializer(invoice).data)


class CreditNoteViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Credit notes, the newest first."""

    access = Access(Can.SEE_MONEY)
    can = Can.SEE_MONEY
    serializer_class = CreditNoteSerializer

    def get_queryset(self) -> Any:
        return (
            CreditNote.objects.none()
            if _nothing(self)
            else CreditNote.objects.prefetch_related("lines__line")
        )


class ExtraSerializer(serializers.Serializer):
    description = serializers.CharField(max_length=300)
    amount = serializers.IntegerField(min_value=1, max_value=2_000_000_000, help_text="In minor units.")


class DraftSerializer(serializers.ModelSerializer):
    items = serializers.SerializerMethodField(help_text="What is on it, priced as it stands now.")
    others = serializers.SerializerMethodField(help_text="Unbilled work that is not on it.")
    total = serializers.SerializerMethodField()

    class Meta:
        model = Draft
        fields = ["id", "case", "contact", "currency", "tax_rate", "discount_rate", "discount_amount", "due_days", "note", "items", "others", "total", "made_at"]  # fmt: skip
        read_only_fields = ["id", "currency", "made_at"]
        extra_kwargs = {"contact": {"required": False}, "note": {"max_length": 1000}}

    tax_rate = serializers.IntegerField(min_value=0, max_value=100_000, required=False, help_text="In thousandths of a percent.")  # fmt: skip
    discount_rate = serializers.IntegerField(min_value=0, max_value=100_000, required=False, help_text="In thousandths of a percent.")  # fmt: skip
    discount_amount = serializers.IntegerField(min_value=0, max_value=2_000_000_000, required=False, help_text="In minor units.")  # fmt: skip
    due_days = serializers.IntegerField(min_value=0, max_value=365, required=False)

    def validate(self, found: dict[str, Any]) -> dict[str, Any]:
        """One discount, and an addressee who may see the child."""
        row = self.instance
        case = row.case if row else found["case"]
        if row and found.pop("case", case) != case:
            raise serializers.ValidationError({"case": _("A draft stays with its case.")})
        if found.get("discount_rate", row.discount_rate if row else 0) and found.get("discount_amount", row.discount_amount if row else 0):  # fmt: skip
            raise serializers.ValidationError({"discount_amount": _("Give a discount in percent or an amount, not both.")})  # fmt: skip
        contact = found.get("contact")
        if contact and not drafting.people_of(case).filter(pk=contact.pk).exists():
            raise serializers.ValidationError(
                {"contact": _("This person may not get the bills of this child.")}
            )
        return found

    def get_items(self, draft: Draft) -> list[dict[str, Any]]:
        return [self._told(item) for item in self._sheet(draft).items]

    def get_others(self, draft: Draft) -> list[dict[str, Any]]:
        return [self._told(item) for item in self._sheet(draft).others]

    def _told(self, item: drafting.Item) -> dict[str, Any]:
        names = ("key", "kind", "on", "who", "description", "minutes", "billed_minutes", "rate", "amount")
        return {name: getattr(item, name) for name in names}

    def get_total(self, draft: Draft) -> int:
        return self._sheet(draft).totals.total

    def _sheet(self, draft: Draft) -> drafting.Sheet:
        found: drafting.Sheet = draft.__dict__.setdefault("_sheet", drafting.sheet(draft, at=timezone.now()))
        return found


class PickSerializer(serializers.Serializer):
    """Which of the unbilled work is on it, and lines that were typed."""

    items = serializers.ListField(child=serializers.CharField(max_length=60), max_length=2000, required=False, help_text="Keys as in `items` and `others`.")  # fmt: skip
    extras = ExtraSerializer(many=True, required=False, help_text="Instead of those that are there.")


class DraftViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet
):  # fmt: skip
    """Invoices in the making. A POST takes everything unbilled of a case; while one is open it is that one."""

    access = Access(Can.SEE_MONEY)
    can, can_write = Can.SEE_MONEY, Can.EDIT_MONEY
    serializer_class = DraftSerializer

    def get_queryset(self) -> Any:
        return Draft.objects.none() if _nothing(self) else Draft.objects.select_related("case__student__family", "contact")  # fmt: skip

    @transaction.atomic
    def perform_create(self, serializer: Any) -> None:
        case, user = serializer.validated_data["case"], self.request.user
        payer = serializer.validated_data.pop("contact", None) or drafting.payer_of(case)
        if payer is None:
            raise ValidationError({"case": [_("Nobody in this family may get bills. Add a grown-up who may see the child.")]})  # fmt: skip
        serializer.instance = drafting.begin(case, payer, by=user, at=timezone.now())  # type: ignore[arg-type]
        self._set(serializer.instance, {name: value for name, value in serializer.validated_data.items() if name != "case"})  # fmt: skip

    def _set(self, draft: Draft, fields: dict[str, Any]) -> None:
        """Sets fields of a draft, all or none: a discount of more than is billed is refused."""
        for name, value in fields.items():
            setattr(draft, name, value)
        if fields:
            draft.save(update_fields=list(fields))
        draft.__dict__.pop("_sheet", None)
        if drafting.sheet(draft, at=timezone.now()).discount_over:
            raise ValidationError({"discount_amount": [_("The discount is more than what is billed. Make it smaller.")]})  # fmt: skip

    @transaction.atomic
    def partial_update(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        """Changes the settings of a draft."""
        draft = self.get_object()
        asked = self.get_serializer(draft, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        self._set(draft, asked.validated_data)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=PickSerializer, responses=DraftSerializer)
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def pick(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Sets which work is on it, and the lines that were typed."""
        draft = self.get_object()
        asked = PickSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found = asked.validated_data
        if "items" in found:
            drafting.pick(draft, found["items"], at=timezone.now())
        if "extras" in found:
            draft.lines.filter(kind=LineKind.EXTRA).delete()
            DraftLine.objects.bulk_create(DraftLine(draft=draft, kind=LineKind.EXTRA, **row) for row in found["extras"])  # fmt: skip
        self._set(draft, {})
        return Response(self.get_serializer(self.get_object()).data)

    def perform_destroy(self, instance: Draft) -> None:
        """Throws a draft away; the work on it stays unbilled."""
        drafting.throw_away(instance, by=self.request.user, at=timezone.now())  # type: ignore[arg-type]

    @extend_schema(request=None, responses={201: InvoiceSerializer}, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def issue(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Issues the draft as it stands. With a key a second call answers the invoice of the first."""
        key, user = once_of(request), request.user
        known = Invoice.objects.filter(idempotency_key=key).first() if key else None
        if known is None:
            try:
                known = issuing.issue(self.get_object(), by=user, at=timezone.now(), idempotency_key=key)  # type: ignore[arg-type]
            except issuing.CannotIssue as why:
                raise ValidationError(str(why)) from None
        return Response(InvoiceSerializer(known).data, status=status.HTTP_201_CREATED)

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from clients.models import Agreement, AgreementTemplate, Contact, Student
from documents.models import Document
from invoices import durations, rates, retaining
from invoices.crediting import Left
from invoices.models import Activity, Billing, ExpenseKind
from payments import money
from payments.models.money_in import BY_HAND
from tenants.places import current_firm
from web.forms import AskingForm, Form, Switch

EARLIEST = date(2000, 1, 1)
MOST_CHOICES = 300


def today() -> date:
    return timezone.localdate(timezone.now(), current_firm().zone)


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def sane_day(found: date) -> date:
    if not 2000 <= found.year <= 2100:
        raise ValidationError(_("Choose a day between 2000 and 2100."))
    return found


class PastDay(forms.DateField):
    """A day that has come, not before 2000."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> Any:
        found: date | None = super().clean(value)
        if found and found < EARLIEST:
            raise ValidationError(_("Choose a day from 2000 on."))
        if found and found > today() + timedelta(days=1):
            raise ValidationError(_("Choose a day that has come."))
        return found


class DurationField(forms.CharField):
    """A length of time as people type it; cleans to minutes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return durations.read(text)
        except durations.NotADuration as problem:
            raise ValidationError(str(problem)) from None


class MoneyField(forms.CharField):
    """An amount in the firm's currency; cleans to minor units."""

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(**kwargs)
        self.least = least

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        currency = rates.currency()
        try:
            found = money.parse(text, currency)
        except money.NotMoney as problem:
            raise ValidationError(str(problem)) from None
        if found < self.least:
            raise ValidationError(_("Write an amount of %(least)s or more.") % {"least": money.say(self.least, currency)})  # fmt: skip
        if found > 2_000_000_000:
            raise ValidationError(_("That amount is too large."))
        return found

    def prepare_value(self, value: Any) -> Any:
        return money.plain(value, rates.currency()) if isinstance(value, int) else value


class PercentField(forms.DecimalField):
    """A share in percent with up to three decimals; cleans to thousandths of a percent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=100, max_digits=6, decimal_places=3, **kwargs)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is None else int(found * 1000)

    def prepare_value(self, value: Any) -> Any:
        return f"{(Decimal(value) / 1000).normalize():f}" if isinstance(value, int) else value


def work_choices(user: User) -> list[Any]:
    """The cases and students somebody may write time for: first the cases they lead, then the others they see."""
    cases = (
        Case.objects.visible_to(user).open().select_related("student").order_by("student__given_name", "pk")
    )
    led = list(cases.filter(advocate=user)[:MOST_CHOICES])
    others = list(cases.exclude(advocate=user)[: MOST_CHOICES - len(led)])
    students = Student.objects.visible_to(user).order_by("given_name", "pk")[:MOST_CHOICES]
    return [
        ("", _("Choose …")),
        (_("Cases"), [(f"case:{case.pk}", str(case)) for case in [*led, *others]]),
        (_("Students, no case"), [(f"student:{row.pk}", row.short_name) for row in students]),
    ]


class WorkField(forms.ChoiceField):
    """A case, or a student without one; cleans to (student, case). What the person may not see is not found."""

    def __init__(self, *, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(choices=lambda: work_choices(user), **kwargs)

    def valid_value(self, value: str) -> bool:
        return True  # clean looks it up

    def clean(self, value: Any) -> Any:
        text: str = super().clean(value)
        kind, _colon, key = text.partition(":")
        try:
            pk = UUID(key)
        except ValueError:
            pk = None
        if pk and kind == "case":
            case = Case.objects.visible_to(self.user).select_related("student__family").filter(pk=pk).first()
            if case:
                return case.student, case
        if pk and kind == "student":
            student = Student.objects.visible_to(self.user).filter(pk=pk).first()
            if student:
                return student, None
        raise ValidationError(_("Choose a case or a student of the list."))


class TimeForm(AskingForm):
    work = forms.ChoiceField(label=_("For"))
    on = PastDay(label=_("Day"))
    minutes = DurationField(label=_("How long"), widget=forms.TextInput(attrs={"placeholder": "1h20, 1:20, 1.5, 80"}))  # fmt: skip
    activity = forms.ChoiceField(label=_("What"), choices=Activity.choices)
    description = forms.CharField(label=_("What the family reads"), max_length=300)
    note = forms.CharField(label=_("Note for us alone"), required=False, max_length=1000)
    billing = forms.ChoiceField(label=_("Billing"), choices=Billing.choices, initial=Billing.BILLABLE)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["work"] = WorkField(user=user, label=_("For"))

    def facts(self) -> dict[str, Any]:
        """The cleaned values as `timing.add` takes them."""
        found = dict(self.cleaned_data)
        student, case = found.pop("work")
        del found["again"]
        return {**found, "student": student, "case": case}


class StartForm(Form):
    """A timer may start without anything; what is missing is asked when it is saved."""

    work = forms.ChoiceField(required=False)
    activity = forms.ChoiceField(required=False, choices=Activity.choices)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("work"):
            self.fields["work"] = WorkField(user=user)


class AcceptForm(Form):
    kind = forms.CharField(max_length=10)
    source = forms.UUIDField()
    minutes = DurationField(label=_("How long"), error_messages={"required": _("Say how long it took.")})


class SourceForm(Form):
    kind = forms.CharField(max_length=10)
    source = forms.UUIDField()


class WeekForm(Form):
    week = forms.DateField()

    def clean_week(self) -> date:
        found: date = self.cleaned_data["week"]
        if not EARLIEST <= found <= today():
            raise ValidationError(_("This week has not begun."))
        return found


class ReasonForm(Form):
    reason = forms.CharField(label=_("Why"), max_length=300)


class ExpenseForm(AskingForm):
    case = forms.ChoiceField(label=_("Case"))
    on = PastDay(label=_("Day"))
    kind = forms.ChoiceField(label=_("What for"), choices=ExpenseKind.choices)
    amount = MoneyField(label=_("Amount"), least=1)
    tax = MoneyField(label=_("Tax in it"), required=False)
    description = forms.CharField(label=_("What the family reads"), max_length=300)
    billable = forms.BooleanField(
        label=_("The family pays this"), required=False, initial=True, widget=Switch
    )
    receipt = forms.ChoiceField(label=_("Receipt"), required=False, help_text=_("A paper of this student, added under Papers."))  # fmt: skip

    def __init__(self, *args: Any, user: User, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["case"]
        papers = Document.objects.visible_to(user).filter(student=case.student).order_by("-added_at")[:100]
        self.fields["receipt"].choices = [("", _("None"))] + [(str(row.pk), row.title) for row in papers]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        found["tax"] = found.get("tax") or 0
        if found.get("amount") and found["tax"] > found["amount"]:
            self.add_error("tax", _("The tax is a part of the amount."))
        found["receipt_id"] = found.pop("receipt", None) or None
        return found


class TermsForm(Form):
    """Of the firm, a family or a case; what stays empty is as the next wider one says."""

    round_to = forms.TypedChoiceField(
        label=_("Round time to"), required=False, coerce=int, empty_value=None,
        choices=[("", _("As usual")), *((n, _("%(n)s min") % {"n": n}) for n in durations.STEPS)],
    )  # fmt: skip
    round_how = forms.ChoiceField(
        label=_("Round"), required=False, choices=[("", _("As usual")), *durations.How.choices]
    )
    pays_percent = forms.IntegerField(
        label=_("The family pays, in percent of the rate"), required=False, min_value=0, max_value=100,
        help_text=_("The sliding scale. 0 is pro bono."),
    )  # fmt: skip
    tax_rate = PercentField(label=_("Tax, in percent"), required=False)
    due_days = forms.IntegerField(label=_("Days to pay"), required=False, min_value=0, max_value=365)
    initials = forms.TypedChoiceField(
        label=_("The child on papers"), required=False, empty_value=None, coerce=lambda value: value == "1",
        choices=[("", _("As usual")), ("0", _("First name")), ("1", _("Initials alone"))],
    )  # fmt: skip


class FirmTermsForm(TermsForm):
    currency = forms.CharField(
        label=_("Currency"),
        required=False,
        max_length=3,
        help_text=_("Three letters, such as USD. It cannot change once an invoice is out."),
    )

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].lower()
        if code:
            try:
                money.decimals(code)
            except money.UnknownCurrency as problem:
                raise ValidationError(str(problem)) from None
        return code


class RateForm(Form):
    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Whose"), required=False, empty_label=_("Everybody")
    )
    amount = MoneyField(label=_("An hour costs"))
    from_on = forms.DateField(label=_("From"), widget=_date_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = User.objects.staff().order_by("name")  # type: ignore[attr-defined]

    def clean_from_on(self) -> date:
        return sane_day(self.cleaned_data["from_on"])


class FeeForm(Form):
    name = forms.CharField(label=_("What the family reads"), max_length=160)
    amount = MoneyField(label=_("Price"), least=1)
    agreed_on = forms.DateField(label=_("Agreed on"), widget=_date_input())
    covers_time = forms.BooleanField(
        label=_("Time in this case is in the price"), required=False, widget=Switch
    )

    def clean_agreed_on(self) -> date:
        return sane_day(self.cleaned_data["agreed_on"])


class EstimateForm(Form):
    hours_low = forms.DecimalField(label=_("Hours, at least"), min_value=Decimal("0.25"), max_value=5000, max_digits=6, decimal_places=2)  # fmt: skip
    hours_high = forms.DecimalField(label=_("Hours, at most"), min_value=Decimal("0.25"), max_value=5000, max_digits=6, decimal_places=2)  # fmt: skip
    rate = MoneyField(label=_("An hour costs"), least=1)
    retainer_percent = forms.IntegerField(label=_("Retainer, in percent of the least"), min_value=0, max_value=100, initial=50)  # fmt: skip
    note = forms.CharField(label=_("Note"), required=False, max_length=500)
    agreement = forms.ModelChoiceField(Agreement.objects.none(), label=_("Agreed in"), required=False, empty_label=_("Not signed yet"))  # fmt: skip

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = retaining.may_agree(case)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        low, high = found.get("hours_low"), found.get("hours_high")
        if low and high and low > high:
            self.add_error("hours_high", _("At most is less than at least."))
        return found


class SendEstimateForm(Form):
    template = forms.ModelChoiceField(
        AgreementTemplate.objects.none(), label=_("Paper to sign"), empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = retaining.papers()  # type: ignore[attr-defined]


class RetainerForm(Form):
    asked = MoneyField(label=_("Ask the family for"), least=1)
    threshold = MoneyField(label=_("Ask again below"), required=False, help_text=_("Empty: it is not filled up again."))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        found["threshold"] = found.get("threshold") or 0
        if found.get("asked") and found["threshold"] > found["asked"]:
            self.add_error("threshold", _("Ask again below an amount that is less than what you ask for."))
        return found


class AmountForm(Form):
    amount = MoneyField(label=_("Amount"), least=1)


class DepositForm(AmountForm):
    """Client money that came by hand."""

    method = forms.ChoiceField(label=_("How"), choices=[(str(way), way.label) for way in BY_HAND])
    received_on = PastDay(label=_("Received on"))
    reference = forms.CharField(label=_("Number of the check"), required=False, max_length=80)


class CreditForm(Form):
    """What of an invoice is taken back, and where what was paid too much goes. `lines` are those with something left."""

    what = forms.ChoiceField(label=_("What is credited"), widget=forms.RadioSelect)
    amount = MoneyField(label=_("Amount, tax included"), least=1, required=False)
    free = forms.BooleanField(label=_("Lines that are credited whole may be billed again"), required=False, widget=Switch)  # fmt: skip
    reason = forms.CharField(label=_("Why, as the family reads it"), max_length=300)
    surplus = forms.ChoiceField(label=_("What was paid too much then"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, left: int, lines: Sequence[Left], retainer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left, self.lines = left, lines
        whole = _("All that is left: %(amount)s") % {"amount": money.say(left, rates.currency())}
        ways = [
            ("credit", _("It stays here as the family’s credit")),
            ("back", _("It goes back the way it came")),
        ]
        if retainer:
            ways.append(("retainer", _("It goes into the case’s retainer, as client money")))
        parts = [("whole", whole), ("lines", _("Some of its lines")), ("amount", _("An amount"))]
        for name, choices, first in (("what", parts, "whole"), ("surplus", ways, "credit")):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            self.initial[name] = first
        for n, row in enumerate(lines):
            box = forms.TextInput(attrs={"inputmode": "decimal", "class": "input input-auto", "size": 10})
            self.fields[f"line_{n}"] = MoneyField(label=row.line.description, required=False, widget=box)

    @property
    def line_fields(self) -> list[tuple[Left, Any]]:
        return [(row, self[f"line_{n}"]) for n, row in enumerate(self.lines)]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        found["chosen"] = [(row.line, found[f"line_{n}"]) for n, row in enumerate(self.lines) if found.get(f"line_{n}")]  # fmt: skip
        if found.get("what") == "lines" and not found["chosen"] and not self.errors:
            raise ValidationError(_("Write an amount beside each line that is credited."))
        if found.get("what") == "amount" and not found.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Please write how much is credited."))
        return found

    def wanted(self) -> dict[str, Any]:
        """What `crediting.credit` is asked for."""
        found = self.cleaned_data
        part = {"whole": {"amount": self.left}, "lines": {"lines": found["chosen"], "free": found["free"]}, "amount": {"amount": found["amount"]}}  # fmt: skip
        surplus = found["surplus"]
        return {
            **part[found["what"]], "reason": found["reason"], "give_back": surplus == "back", "to_retainer": surplus == "retainer",
        }  # fmt: skip


class WriteOffForm(AmountForm):
    reason = forms.CharField(label=_("Why"), max_length=300)
    # The page's own name: pressed twice, it is written off once.
    once = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class DraftForm(Form):
    """The settings of a draft; which work is on it comes as ticks beside them."""

    contact = forms.ModelChoiceField(Contact.objects.none(), label=_("For"), empty_label=None)
    discount_rate = PercentField(label=_("Discount, in percent"), required=False)
    discount_amount = MoneyField(label=_("or an amount"), required=False)
    tax_rate = PercentField(label=_("Tax, in percent"), required=False)
    due_days = forms.IntegerField(label=_("Days to pay"), min_value=0, max_value=365)
    note = forms.CharField(label=_("A word to the family"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("discount_rate", "discount_amount", "tax_rate"):
            found[name] = found.get(name) or 0
        if found["discount_rate"] and found["discount_amount"]:
            self.add_error("discount_amount", _("Give a discount in percent or an amount, not both."))
        return found


class ExtraForm(AmountForm):
    description = forms.CharField(label=_("What the family reads"), max_length=300)


class BooksForm(Form):
    """What goes to the books, of which time, and in whose columns."""

    what = forms.ChoiceField(
        label=_("What"), required=False,
        choices=[
            ("invoices", _("Invoices")), ("credit-notes", _("Credit notes")), ("stripe", _("Money that moved at Stripe")),
            ("bank", _("Money that moved in the firm’s own account")), ("trust", _("Client money that moved")),
        ],
    )  # fmt: skip
    to = forms.ChoiceField(label=_("For"), choices=[("quickbooks", "QuickBooks Online"), ("xero", "Xero")])
    since = forms.DateField(label=_("From"), widget=_date_input())
    until = forms.DateField(label=_("To"), widget=_date_input())

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("since") and found.get("until") and found["since"] > found["until"]:
            self.add_error("until", _("The last day lies before the first."))
        return found

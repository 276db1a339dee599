"""Forms about money."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.models import BY_HAND, Instructions, Method, Payment
from payments.money import NotMoney, parse, plain
from payments.subjects import Due
from tenants.places import current_firm
from web.forms import AskingForm, Form, ModelForm

HAND_CHOICES = [(method.value, method.label) for method in BY_HAND]


class AmountField(forms.CharField):
    """An amount as people write it; cleans to minor units of its currency."""

    def __init__(self, *, currency: str = "usd", **kwargs: Any) -> None:
        self.currency = currency
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = parse(text, self.currency)
        except NotMoney as problem:
            raise ValidationError(str(problem)) from None
        if amount == 0:
            raise ValidationError(_("Please write an amount above zero."))
        return amount


class RecordForm(AskingForm):
    """A payment that came without Stripe, of one family's grown-up."""

    subject = forms.ChoiceField(label=_("For"), widget=forms.RadioSelect, required=False)
    method = forms.ChoiceField(label=_("How"), choices=HAND_CHOICES)
    amount = AmountField(label=_("Amount"))
    received_on = forms.DateField(label=_("Came on"), widget=forms.DateInput(attrs={"type": "date"}))
    payer = forms.CharField(label=_("Who paid"), max_length=120, required=False, help_text=_("If it was somebody else."))  # fmt: skip
    reference = forms.CharField(label=_("Number"), max_length=80, required=False, help_text=_("Of the check or the transfer."))  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    send_receipt = forms.BooleanField(label=_("Mail a receipt"), required=False)
    once = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(
        self, *args: Any, owed: list[tuple[str, Due, str]], currency: str, mail: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["subject"]
        field.choices = [*[(subject, words) for subject, _due, words in owed], ("", _("On account, as the family’s credit"))]  # fmt: skip
        amount: Any = self.fields["amount"]
        amount.currency = currency
        if owed and not self.is_bound:
            self.initial.setdefault("subject", owed[0][0])
            self.initial.setdefault("amount", plain(owed[0][1].amount, currency))
        if not mail:
            del self.fields["send_receipt"]

    def clean_received_on(self) -> Any:
        day = self.cleaned_data["received_on"]
        today = timezone.localdate(timezone=current_firm().zone)
        if not day.year >= 2000 or day > today:
            raise ValidationError(_("Please choose a day up to today."))
        return day


class RefundForm(AskingForm):
    """How much of a payment goes back, and why."""

    amount = AmountField(label=_("Amount to give back"))
    reason = forms.CharField(label=_("Reason"), max_length=200)
    once = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount: Any = self.fields["amount"]
        amount.currency = payment.currency
        self.initial.setdefault("amount", plain(payment.left, payment.currency))


class VoidForm(Form):
    """Why a payment is struck out."""

    reason = forms.CharField(label=_("What was wrong"), max_length=300)


class InstructionsForm(ModelForm):
    """How to pay without a card."""

    class Meta:
        model = Instructions
        fields = ["text", "text_es"]
        labels = {"text": _("In English"), "text_es": _("In Spanish")}
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "text_es": forms.Textarea(attrs={"rows": 3})}


class FindForm(Form):
    """What narrows the list of payments; anything it cannot read is left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in self.fields.values():
            item.widget.attrs["class"] = "input input-auto"

    q = forms.CharField(label=_("Name, number or what for"), required=False, max_length=80)
    method = forms.ChoiceField(label=_("How"), required=False, choices=[("", _("Any way")), *Method.choices])
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

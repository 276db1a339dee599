"""What staff read for values of the law's data."""

from django.utils.translation import gettext_lazy

OWED_BY = {
    "school": gettext_lazy("The school owes it"),
    "parent": gettext_lazy("We or the parents owe it"),
    "SEA": gettext_lazy("The state owes it"),
    "hearing_officer": gettext_lazy("The hearing officer owes it"),
    "either_party": gettext_lazy("Either side owes it"),
    "lead_agency": gettext_lazy("The early-intervention agency owes it"),
}

"""Which role may do what: the one table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from web.access import Can


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Administrator")
    ADVOCATE = "advocate", _("Advocate")
    ASSISTANT = "assistant", _("Assistant")
    BILLING = "billing", _("Billing")
    FAMILY = "family", _("Family")
    GUEST = "guest", _("School guest")


STAFF = frozenset({Role.OWNER, Role.ADMIN, Role.ADVOCATE, Role.ASSISTANT, Role.BILLING})

_EVERYONE = frozenset({Can.HAVE_ACCOUNT})
_STAFF = _EVERYONE | {Can.WORK_HERE, Can.SEE_TIME}
_BILLING = _STAFF | {Can.SEE_MONEY, Can.EDIT_MONEY, Can.USE_API}
_ASSISTANT = _STAFF | {
    Can.LOG_TIME,
    Can.VISIT_SHARED_PAGE,
    Can.SHARE_PAGE,
    Can.SEE_STUDENTS,
    Can.EDIT_STUDENTS,
    Can.SEE_CASES,
    Can.EDIT_CASES,
    Can.TAKE_INTAKE,
    Can.SEE_BOOKINGS,
    Can.SEE_ALL_BOOKINGS,
    Can.EDIT_BOOKINGS,
    Can.SEE_MESSAGES,
    Can.SORT_MESSAGES,
}
_ADVOCATE = _STAFF | {
    Can.LOG_TIME, Can.VISIT_SHARED_PAGE, Can.SHARE_PAGE,
    Can.SEE_STUDENTS, Can.EDIT_STUDENTS, Can.TAKE_INTAKE, Can.SEE_CASES, Can.EDIT_CASES, Can.SEE_BOOKINGS, Can.EDIT_BOOKINGS, Can.SET_OWN_HOURS,
    Can.USE_API, Can.SEE_MESSAGES, Can.SIGN_REVIEWS, Can.SEE_CASE_MONEY,
}  # fmt: skip
_ADMIN = _ADVOCATE | {
    Can.SEE_ALL_STUDENTS, Can.SEE_ALL_BOOKINGS, Can.SET_SERVICES, Can.SET_CASES, Can.SET_FIRM, Can.SET_STAFF, Can.SET_PAPERS,
    Can.SEE_MONEY, Can.EDIT_MONEY, Can.READ_AUDIT, Can.SORT_MESSAGES, Can.SEE_HEALTH, Can.SET_MESSAGES,
    Can.SEE_FIGURES,
}  # fmt: skip
_OWNER = _ADMIN | {Can.OVERRIDE_AGREEMENT, Can.OPEN_WEEKS, Can.SEE_PLAN, Can.SET_BILLING}

MAY: dict[str, frozenset[Can]] = {
    Role.OWNER: _OWNER,
    Role.ADMIN: _ADMIN,
    Role.ADVOCATE: _ADVOCATE,
    Role.ASSISTANT: _ASSISTANT,
    Role.BILLING: _BILLING | {Can.SEE_PLAN},
    Role.FAMILY: _EVERYONE | {Can.VISIT_PORTAL, Can.VISIT_SHARED_PAGE, Can.SHARE_PAGE},
    Role.GUEST: _EVERYONE | {Can.VISIT_SHARED_PAGE},
}

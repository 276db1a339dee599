"""Links that set a password or confirm an address. A link's token holds the firm and what it is for,
and stops working as soon as it has been used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.roles import Role
from outbox import sending
from outbox.models import Channel
from tenants.models import Firm
from tenants.places import current_firm


class _LinkToken(PasswordResetTokenGenerator):
    """`state` says of a person what the link stands and falls with."""

    def __init__(self, purpose: str, state: Callable[[User], str]) -> None:
        super().__init__()
        self.purpose, self.state = purpose, state

    def _make_hash_value(self, user: User, timestamp: int) -> str:  # type: ignore[override]
        return f"{current_firm().id}:{self.purpose}:{user.pk}:{self.state(user)}:{timestamp}"


reset_token = _LinkToken("password", lambda user: f"{user.password}:{user.epoch}:{user.email}:{user.email_confirmed_at}")  # fmt: skip
# Not with the epoch: a new owner sets the second step up, which moves it on, before reading the mail.
email_token = _LinkToken("email", lambda user: f"{user.email}:{user.email_confirmed_at}")


def _person(user_id: str) -> User | None:
    try:
        return User.objects.active().filter(pk=UUID(user_id)).first()
    except ValueError:
        return None


def person_of_link(user_id: str, token: str) -> User | None:
    user = _person(user_id)
    return user if user and user.is_staff_member and reset_token.check_token(user, token) else None


def person_to_confirm(user_id: str, token: str) -> User | None:
    user = _person(user_id)
    return user if user and email_token.check_token(user, token) else None


def _mail(user: User, kind: str, occurrence: str, *, title: str, text: str, button: str, link: str, at: datetime) -> None:  # fmt: skip
    context = {"firm": current_firm(), "title": title, "text": text, "button": button, "link": link, "language": user.language}  # fmt: skip
    assert user.email
    sending.write(
        kind, subject=f"person:{user.pk}", occurrence=occurrence, channel=Channel.EMAIL, to=user.email,
        words=sending.Words(
            body=render_to_string("mail/link.txt", context).strip() + "\n",
            html=render_to_string("mail/link.html", context),
            title=title,
        ),
        due_at=at, at=at, zone=current_firm().zone, language=user.language, answers=True,
    )  # fmt: skip


def send_link(email: str, *, at: datetime) -> None:
    """Mails a link for a new password to staff with this address; does nothing for anyone else."""
    user = User.objects.staff().filter(email=email).first()
    if user is None:
        return
    with translation.override(user.language):
        _mail(
            user, "password-link", at.isoformat(), title=_("Set a new password"),
            text=_("Somebody asked for a new password for your account. If it was not you, do nothing."),
            button=_("Set a new password"),
            link=current_firm().url(f"/new-password/{user.pk}/{reset_token.make_token(user)}/"), at=at,
        )  # fmt: skip


def send_confirmation(user: User, *, at: datetime) -> None:
    """Asks the owner to show that the address is theirs."""
    with translation.override(user.language):
        _mail(
            user, "confirm-email", at.isoformat(), title=_("Confirm your e-mail address"),
            text=_("Confirm this address, and your firm can send texts as well as e-mail."),
            button=_("Confirm my address"),
            link=current_firm().url(f"/confirm-email/{user.pk}/{email_token.make_token(user)}/"), at=at,
        )  # fmt: skip


@transaction.atomic
def change(user: User, password: str, *, at: datetime) -> None:
    """Sets the password; every session of this person ends."""
    user.set_password(password)
    user.save(update_fields=["password"])
    user.end_other_sessions()
    audit.record("person.password_changed", by=user, at=at, about=user)


@transaction.atomic
def confirm_email(user: User, *, at: datetime) -> None:
    user.email_confirmed_at = at
    user.save(update_fields=["email_confirmed_at"])
    audit.record("person.email_confirmed", by=user, at=at, about=user)
    if user.role == Role.OWNER:
        Firm.objects.get(pk=current_firm().id).confirm_owner(at=at)

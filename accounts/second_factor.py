"""The second factor of staff: a code of an authenticator app, or one of ten recovery codes."""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp
import segno
from django.db import transaction

from accounts import audit
from accounts.models import RecoveryCode, User
from accounts.secrets import digest
from tenants import keys
from tenants.places import current_firm

STEP = 30  # seconds
RECOVERY_CODES = 10


def new_secret() -> str:
    return pyotp.random_base32()


def address(user: User, secret: str) -> str:
    """What an authenticator app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email or user.name, issuer_name=current_firm().name)


def picture(uri: str) -> str:
    """The address as an SVG picture in a data URI."""
    return segno.make(uri, error="m").svg_data_uri(scale=5, border=2)


def matches(secret: str, code: str, *, at: datetime) -> int | None:
    """The 30-second step whose code this is: now, or one step to either side. None when it is none."""
    digits = "".join(letter for letter in code if letter.isdigit())
    if len(digits) != 6:
        return None
    step = int(at.timestamp()) // STEP
    for near in (step, step - 1, step + 1):
        if secrets.compare_digest(pyotp.TOTP(secret).generate_otp(near), digits):
            return near
    return None


@transaction.atomic
def set_up(user: User, secret: str, *, step: int) -> list[str]:
    """Turns the factor on, ends the person's sessions and answers the recovery codes, which are shown once."""
    user.totp_secret = keys.seal(secret.encode(), about=f"totp:{user.pk}")
    user.totp_last_step = step
    user.save(update_fields=["totp_secret", "totp_last_step"])
    user.end_other_sessions()
    user.recovery_codes.all().delete()
    codes = [
        f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}" for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=digest("recovery", code)) for code in codes
    )
    return codes


@transaction.atomic
def reset(user: User, *, by: User, at: datetime) -> None:
    """Takes the factor away and ends the person's sessions; the next sign-in begins with setting it up."""
    user.totp_secret = None
    user.save(update_fields=["totp_secret"])
    user.recovery_codes.all().delete()
    user.end_other_sessions()
    audit.record("person.second_step_reset", by=by, at=at, about=user)


@transaction.atomic
def check(user: User, code: str, *, at: datetime) -> bool:
    """Whether the code is the app's of now, taken once, or an unused recovery code, which is then used."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.totp_secret:
        return False
    secret = keys.unseal(bytes(user.totp_secret), about=f"totp:{user.pk}").decode()
    step = matches(secret, code, at=at)
    if step is not None:
        if step <= user.totp_last_step:
            return False
        User.objects.filter(pk=user.pk).update(totp_last_step=step)
        return True
    plain = code.strip().lower()
    return bool(
        RecoveryCode.objects.filter(user=user, digest=digest("recovery", plain), used_at=None).update(
            used_at=at
        )
    )

"""Who may sign in, and how a session begins and ends. Known and unknown addresses are answered alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit, tidying
from accounts.models import Device, SignInCode, User
from accounts.roles import Role
from accounts.secrets import digest, new_code, new_token, same
from outbox import sending
from outbox.models import Channel
from tenants import throttle
from tenants.models import PersonDigest
from tenants.places import current_firm

STAFF_IDLE, STAFF_LIFE = timedelta(minutes=30), timedelta(hours=12)
FAMILY_LIFE = timedelta(days=30)
CODES_A_DAY_A_NETWORK = 100  # for people who have not signed in from there: a school's, a library's
DEVICE_COOKIE = "__Host-device"


class TooManyTries(Exception):
    """Wait a while; nothing is said of whether the account exists."""

    def __init__(self) -> None:
        super().__init__(_("Too many tries. Wait 15 minutes, then try again."))


def network(request: HttpRequest) -> str:
    """The address the request came from, as the server in front of us tells it."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def device_name(request: HttpRequest) -> str:
    """A short word for the browser, such as “Chrome, Windows”."""
    agent = request.headers.get("User-Agent", "")
    browser = next((b for b in ("Edg", "Firefox", "Chrome", "Safari") if b in agent), "")
    system = next((s for s in ("iPhone", "iPad", "Android", "Windows", "Mac OS", "Linux") if s in agent), "")
    return ", ".join(word for word in (browser.replace("Edg", "Edge"), system) if word)[:120]


def may_try(account: str, request: HttpRequest, *, at: datetime) -> None:
    """Raises TooManyTries. Counted for the account seen from one network, for the network, and loosely for
    the account over all networks but those it has signed in from: a stranger elsewhere locks nobody out."""
    quarter, day = timedelta(minutes=15), timedelta(days=1)
    place = network(request)
    fine = (
        throttle.may("sign in", f"{account}@{place}", limit=10, within=quarter, at=at)
        and throttle.may("sign in from", place, limit=60, within=quarter, at=at)
        and (
            is_known(account, place, at=at)
            or throttle.may("sign in to", account, limit=300, within=day, at=at)
        )
    )
    if not fine:
        raise TooManyTries


def is_known(account: str, place: str, *, at: datetime) -> bool:
    """Whether the person of this account has signed in from this network lately."""
    return throttle.count("signed in", f"{account}@{place}", within=FAMILY_LIFE, at=at) > 0


def _know(user: User, place: str, *, at: datetime) -> None:
    for account in (user.email, user.phone, f"second step {user.pk}"):
        if account:
            throttle.note("signed in", f"{account}@{place}", at=at)


def staff_by_password(email: str, password: str) -> User | None:
    """The member of staff with this address and password. It takes as long when there is none."""
    user = User.objects.staff().filter(email=email.strip().lower()).first()
    if user is None or not user.has_usable_password():
        make_password(password)
        return None
    return user if user.check_password(password) else None


# -- sessions --------------------------------------------------------------------------------


def begin(request: HttpRequest, user: User, *, at: datetime, how: str) -> None:
    """Signs the person in: a new session key, everything of the old session gone."""
    session = request.session
    session.flush()
    session["user"] = str(user.pk)
    session["epoch"] = user.epoch
    session["started"] = session["seen"] = at.timestamp()
    session["device"], session["network"] = device_name(request), network(request)
    session.set_expiry(STAFF_LIFE if user.is_staff_member else FAMILY_LIFE)
    request.user = user  # type: ignore[assignment]
    _know(user, network(request), at=at)
    tidying.plan_next(at=at)
    audit.record("person.signed_in", by=user, at=at, about=user, network=network(request), how=how)


def end(request: HttpRequest, *, at: datetime) -> None:
    if request.user.is_authenticated:
        audit.record("person.signed_out", by=request.user, at=at, about=request.user)  # type: ignore[arg-type]
    request.session.flush()


def person_of(session: Any, *, at: datetime) -> User | None:
    """Whose session this is, or None when it has lapsed or its person may no longer sign in."""
    pk = session.get("user")
    if not pk:
        return None
    # The row says whose the session was when it was saved; a sign-in within this request is newer.
    known = session.person if session.person is not None and str(session.person.pk) == pk else None
    user = known if known is not None and known.is_active else User.objects.active().filter(pk=pk).first()
    if user is None or session.get("epoch") != user.epoch:
        return None
    started = datetime.fromtimestamp(session["started"], at.tzinfo)
    seen = datetime.fromtimestamp(session["seen"], at.tzinfo)
    if user.is_staff_member:
        return user if at - seen < STAFF_IDLE and at - started < STAFF_LIFE else None
    return user if at - started < FAMILY_LIFE else None


# -- the code of families --------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A code was asked for. `code_id` is the same kind of thing whether or not anyone was found."""

    code_id: str
    channel: str


_unsafe: list[Callable[[User, str], bool]] = []


def never_to(asks: Callable[[User, str], bool]) -> None:
    """No code goes to a person at an address of which `asks` says that it is not safe; called in an app's `ready()`."""
    _unsafe.append(asks)


@transaction.atomic
def send_code(
    address: str, channel: str, *, at: datetime, language: str, zone: ZoneInfo, place: str = ""
) -> Asked:
    """Sends six digits to a family member or school guest with this address, and makes a row for anybody else, so that
    the answer, and the next page, are the same. `place` is the network that asks."""
    people = User.objects.active().filter(role__in=[Role.FAMILY, Role.GUEST])
    user = people.filter(**{"email" if channel == Channel.EMAIL else "phone": address}).first()
    if user is not None and any(asks(user, address) for asks in _unsafe):
        user = None
    if user is not None and not _may_have_code(address, place, at=at):
        user = None
    code = new_code()
    row = SignInCode.objects.create(user=user, digest=digest("code", code), channel=channel, made_at=at)
    if user is not None:
        SignInCode.objects.filter(user=user, used_at=None).exclude(pk=row.pk).update(tries=SignInCode.TRIES)
        with translation.override(user.language or language):
            text = _("%(firm)s: your sign-in code is %(code)s. It works for 10 minutes.") % {
                "firm": current_firm().name,
                "code": code,
            }
            title = _("Your sign-in code: %(code)s") % {"code": code}
        sending.write(
            "code", subject=f"code:{row.pk}", channel=channel, to=address,
            words=sending.Words(text, title=title), due_at=at, at=at, zone=zone,
            language=user.language or language, answers=True,
        )  # fmt: skip
    return Asked(str(row.pk), channel)


def _may_have_code(address: str, place: str, *, at: datetime) -> bool:
    """A few codes a day, and so many to a network; what strangers use up is not taken from the person's own networks."""
    day = timedelta(days=1)
    if is_known(address, place, at=at):
        return throttle.may("code", f"{address}@{place}", limit=12, within=day, at=at)
    return (
        not place or throttle.may("codes to", place, limit=CODES_A_DAY_A_NETWORK, within=day, at=at)
    ) and (throttle.may("code", address, limit=8, within=day, at=at))


@transaction.atomic
def take_code(code_id: str, code: str, *, at: datetime) -> User | None:
    """The person whose code this is. Ten minutes, five tries, once."""
    row = SignInCode.objects.select_for_update().filter(pk=code_id, used_at=None).first()
    if row is None or row.tries >= SignInCode.TRIES or at >= row.made_at + SignInCode.LIFE:
        return None
    row.tries += 1
    digits = "".join(letter for letter in code if letter.isdigit())
    right = same(row.digest, digest("code", digits)) and row.user is not None and row.user.is_active
    if right:
        row.used_at = at
    row.save(update_fields=["tries", "used_at"])
    if not right or row.user is None:
        return None
    field = "email_confirmed_at" if row.channel == Channel.EMAIL else "phone_confirmed_at"
    if getattr(row.user, field) is None:
        User.objects.filter(pk=row.user.pk).update(**{field: at})
    return row.user


def remember_device(request: HttpRequest, response: HttpResponseBase, user: User, *, at: datetime) -> None:
    token = new_token()
    Device.objects.create(
        user=user, digest=digest("device", token), name=device_name(request),
        remembered_at=at, lapses_at=at + timedelta(days=365),
    )  # fmt: skip
    response.set_cookie(DEVICE_COOKIE, token, max_age=365 * 86400, secure=True, httponly=True, samesite="Lax")


def is_remembered(request: HttpRequest, user: User, *, at: datetime) -> bool:
    token = request.COOKIES.get(DEVICE_COOKIE, "")
    return (
        bool(token)
        and Device.objects.filter(user=user, digest=digest("device", token), lapses_at__gt=at).exists()
    )


def write_digest(user: User, email_digest: str) -> None:
    """Lets “find my firm” know that this address can sign in here; written with the user."""
    PersonDigest.objects.get_or_create(firm_id=current_firm().id, digest=email_digest)

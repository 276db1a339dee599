"""Who of a family signs in to its pages, by a code to a safe number or address, and what is missing where they do not.

Signing in opens nothing by itself: what is seen follows from the guardianship alone, at each request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.roles import Role
from accounts.secrets import address_digest
from accounts.signing_in import write_digest
from clients.guests import local_day
from clients.models import Contact, ContactPoint

KINDS = ("email", "phone")


class CannotAdmit(Exception):
    """The contact cannot sign in; the message says what is missing."""


@dataclass(frozen=True)
class Standing:
    """`ways`: addresses and numbers they sign in with now. `offered`: those that can be added. `why`: what is missing."""

    ways: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    why: str = ""


def standing(contact: Contact, *, at: datetime) -> Standing:
    """Whether this contact signs in, with what, and what keeps them from it."""
    user = contact.user
    ways = tuple(_ways(contact).values()) if user and user.is_active else ()
    try:
        offered = tuple(_offered(contact, at=at).values())
    except CannotAdmit as problem:
        return Standing(ways, why="" if ways else str(problem))
    return Standing(ways, offered)


def is_unsafe(user: User, address: str) -> bool:
    """Whether a code to this person must not go there: it is on file as not safe to use."""
    return ContactPoint.objects.filter(contact__user=user, value=address, safe=False).exists()


def _ways(contact: Contact) -> dict[str, str]:
    """With what the contact's account is signed in to: what is not safe is none of it."""
    user = contact.user
    unsafe = {point.value for point in contact.points.all() if not point.safe}
    ways = {kind: getattr(user, kind) for kind in KINDS} if user else {}
    return {kind: way for kind, way in ways.items() if way and way not in unsafe}


def _offered(contact: Contact, *, at: datetime) -> dict[str, str]:
    """The safe address and number that could be added to how this contact signs in. Raises CannotAdmit."""
    if contact.confirmed_at is None:
        raise CannotAdmit(_("Say first who this is: a new family, or somebody we know."))
    sees = _sees(contact, at=at)
    if not sees:
        raise CannotAdmit(_("They see no child's pages. Set that first, under “Children and custody”."))
    user = contact.user
    if user is not None and (not user.is_active or user.role != Role.FAMILY):
        raise CannotAdmit(_("Their account is closed, or is one of another kind."))
    ways = _ways(contact)
    lacking = [kind for kind in KINDS if kind not in ways]
    points = [point for point in contact.points.all() if point.safe and point.kind in lacking]
    if not points:
        if ways:
            return {}
        raise CannotAdmit(_("Add a number or an address that is safe to use."))
    found: dict[str, str] = {}
    for point in points:
        if point.kind not in found and _is_own(point, contact, sees, at=at):
            found[point.kind] = point.value
    if not found and not ways:
        raise CannotAdmit(
            _("Their number or address is somebody else's too. Add one that is theirs alone and safe to use.")
        )
    return found


def _sees(contact: Contact, *, at: datetime) -> set[UUID]:
    rows = contact.guardianships.seeing(on=local_day(at)).exclude(student__confirmed_at=None)
    return set(rows.values_list("student_id", flat=True))


def _is_own(point: ContactPoint, contact: Contact, sees: set[UUID], *, at: datetime) -> bool:
    """Whether a code sent there is read by nobody who may not see what this contact sees.

    A file of a caller whom nobody has confirmed keeps no family from its own number: anyone can say a number.
    """
    if User.objects.filter(**{point.kind: point.value}).exists():
        return False
    same = ContactPoint.objects.filter(value=point.value).exclude(contact=contact)
    if same.filter(safe=False).exists():
        return False
    others = same.filter(Q(contact__family=contact.family_id) | Q(contact__confirmed_at__isnull=False))
    return all(sees <= _sees(other.contact, at=at) for other in others.select_related("contact"))


@transaction.atomic
def admit(contact: Contact, *, by: User, at: datetime) -> User:
    """Lets a contact who may see a child sign in by code, with what is safe and theirs. Twice is once. Raises CannotAdmit."""
    contact = Contact.objects.select_for_update(of=("self",)).select_related("user").get(pk=contact.pk)
    offered = _offered(contact, at=at)
    user = contact.user
    if user is not None and not offered:
        return user
    try:
        with transaction.atomic():
            if user is None:
                user = User.objects.create_user(
                    email=offered.get("email"), phone=offered.get("phone"), name=contact.name, role=Role.FAMILY,
                    language=contact.language, timezone=contact.timezone,
                )  # fmt: skip
                Contact.objects.filter(pk=contact.pk).update(user=user)
            else:
                unproven = {f"{kind}_confirmed_at": None for kind in offered}
                User.objects.filter(pk=user.pk).update(**offered, **unproven)
    except IntegrityError:
        raise CannotAdmit(
            _("Their number or address is somebody else's too. Add one that is theirs alone and safe to use.")
        ) from None
    if "email" in offered:
        write_digest(user, address_digest(offered["email"]))
    audit.record("contact.admitted", by=by, at=at, about=contact, person=str(user.pk), ways=sorted(offered))
    return user


def admit_if_ready(contact: Contact, *, by: User, at: datetime) -> None:
    """Admits a contact without an account who has all it takes; anybody else stays as they are."""
    if Contact.objects.filter(pk=contact.pk, user=None).exists():
        try:
            admit(contact, by=by, at=at)
        except CannotAdmit:
            return


def drop_unused(contact: Contact, *, by: User, at: datetime) -> bool:
    """Takes away the account of a contact who has never signed in with it; says whether it is gone."""
    user = contact.user
    if user is None or user.email_confirmed_at or user.phone_confirmed_at or user.role != Role.FAMILY:
        return False
    try:
        with transaction.atomic():
            user.delete()
    except ProtectedError:
        return False
    contact.user = None
    audit.record("contact.account_dropped", by=by, at=at, about=contact)
    return True

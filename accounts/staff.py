"""The firm's staff: invite, change, deactivate. And the log of who did what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit, audit_words, second_factor, signing_in
from accounts.forms import InvitationForm, NewPasswordForm, StaffForm
from accounts.models import ApiToken, AuditEntry, Invitation, User
from accounts.requests import FirmRequest
from accounts.roles import Role
from accounts.secrets import address_digest, digest, new_token
from accounts.views import halfway
from outbox import sending
from outbox.models import Channel
from tenants.models import Entitlement
from tenants.places import current_firm
from web.access import Can, requires
from web.forms import posted
from web.middleware import keep_language
from web.paging import page_of
from web.views import expired_link

FORM = require_http_methods(["GET", "HEAD", "POST"])


class LastOwner(Exception):
    """A firm keeps at least one owner."""

    def __init__(self) -> None:
        super().__init__(_("A firm needs an owner. Make somebody else an owner first."))


class NoSeat(Exception):
    """The plan's seats are all taken."""

    def __init__(self, seats: int) -> None:
        super().__init__(
            ngettext(
                "Your plan has %(n)d seat, and it is taken.", "Your plan has %(n)d seats, and all are taken.", seats
            ) % {"n": seats} + " " + _("Add a seat to the plan, or end somebody's access first.")
        )  # fmt: skip


def seats_taken(*, at: datetime, but_for: str = "") -> int:
    """People who work here and those who are invited, without an invitation to the address `but_for`."""
    since = at - Invitation.LIFE
    invited = Invitation.objects.filter(accepted_by=None, withdrawn_at=None, invited_at__gt=since)
    return User.objects.staff().count() + invited.exclude(email=but_for).values("email").distinct().count()


def check_seat(email: str, *, at: datetime) -> None:
    """Raises NoSeat when one more person does not fit the plan. Inside a transaction; two at once take turns."""
    list(User.objects.select_for_update().active().filter(role=Role.OWNER).order_by("pk"))
    seats = Entitlement.objects.filter(firm_id=current_firm().id).values_list("seats", flat=True).first()
    if seats is not None and seats_taken(at=at, but_for=email) >= seats:
        raise NoSeat(seats)


@transaction.atomic
def set_role(user: User, role: str, *, by: User, at: datetime) -> None:
    """Gives a role; the person's sessions end, so that the next request has the new rights. Raises LastOwner."""
    if role == user.role:
        return
    _keep_an_owner(user)
    before, user.role = user.role, role
    user.save(update_fields=["role"])
    user.end_other_sessions()
    if not user.can(Can.USE_API):
        ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=at)
    audit.record("person.role_changed", by=by, at=at, about=user, before=before, after=role)


@transaction.atomic
def deactivate(user: User, *, by: User, at: datetime) -> None:
    """They can no longer sign in; what they did stays theirs. Raises LastOwner."""
    _keep_an_owner(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    user.end_other_sessions()
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=at)
    audit.record("person.deactivated", by=by, at=at, about=user)


def _keep_an_owner(user: User) -> None:
    owners = User.objects.select_for_update().active().filter(role=Role.OWNER)
    if user.role == Role.OWNER and [owner.pk for owner in owners] == [user.pk]:
        raise LastOwner


@transaction.atomic
def invite(*, name: str, email: str, role: str, language: str, by: User, at: datetime) -> Invitation:
    """Asks somebody, in their language, to join the staff; an earlier open invitation to the address is withdrawn.

    Raises NoSeat.
    """
    check_seat(email, at=at)
    Invitation.objects.filter(email=email, accepted_by=None, withdrawn_at=None).update(withdrawn_at=at)
    token = new_token()
    invitation = Invitation.objects.create(
        name=name, email=email, role=role, language=language, digest=digest("invitation", token),
        invited_by=by, invited_at=at,
    )  # fmt: skip
    with translation.override(language):
        _write_invitation(invitation, token, at=at)
    audit.record("person.invited", by=by, at=at, about=invitation, role=role)
    return invitation


def _write_invitation(invitation: Invitation, token: str, *, at: datetime) -> None:
    firm = current_firm()
    context = {
        "firm": firm,
        "title": _("Join %(firm)s on Roundtable") % {"firm": firm.name},
        "text": _("%(who)s asks you to join the staff of %(firm)s.")
        % {"who": invitation.invited_by.name, "firm": firm.name},
        "button": _("Join"),
        "link": firm.url(f"/invitations/{token}/"),
        "language": invitation.language,
    }
    sending.write(
        "invitation", subject=f"invitation:{invitation.pk}", channel=Channel.EMAIL, to=invitation.email,
        words=sending.Words(
            body=render_to_string("mail/link.txt", context).strip() + "\n",
            html=render_to_string("mail/link.html", context),
            title=str(context["title"]),
        ),
        due_at=at, at=at, zone=firm.zone, language=invitation.language, answers=True,
    )  # fmt: skip


@transaction.atomic
def accept(invitation: Invitation, password: str, *, at: datetime, language: str) -> User | None:
    """Makes the account, once. Raises NoSeat when the plan has shrunk since."""
    open_one = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not open_one.is_open(at=at):
        return None
    check_seat(open_one.email, at=at)
    user = User.objects.filter(email=open_one.email).first()
    if user is None:
        user = User.objects.create_user(
            email=open_one.email, password=password, name=open_one.name, role=open_one.role,
            language=language, email_confirmed_at=at,
        )  # fmt: skip
    else:
        user.role, user.is_active, user.name = open_one.role, True, open_one.name
        user.set_password(password)
        user.save()
        user.end_other_sessions()
    signing_in.write_digest(user, address_digest(open_one.email))
    open_one.accepted_by = user
    open_one.save(update_fields=["accepted_by"])
    audit.record("person.joined", by=user, at=at, about=user, role=user.role)
    return user


# -- pages -----------------------------------------------------------------------------------


@requires(Can.SET_STAFF)
@require_GET
def staff(request: FirmRequest) -> HttpResponse:
    people = User.objects.staff().order_by("name")
    open_ones = [
        row for row in Invitation.objects.order_by("-invited_at")[:50] if row.is_open(at=timezone.now())
    ]
    return render(request, "accounts/staff.html", {"people": people, "invitations": open_ones})


@requires(Can.SET_STAFF)
@FORM
def invitation_new(request: FirmRequest) -> HttpResponse:
    form = InvitationForm(
        posted(request), giver=request.user, initial={"role": Role.ADVOCATE, "language": get_language()}
    )
    if request.method != "POST":
        return render(request, "accounts/invitation_new.html", {"form": form})
    if not form.is_valid():
        return render(request, "accounts/invitation_new.html", {"form": form}, status=422)
    try:
        invite(**form.cleaned_data, by=request.user, at=timezone.now())
    except NoSeat as problem:
        return render(
            request, "accounts/invitation_new.html", {"form": form, "no_seat": str(problem)}, status=409
        )
    messages.success(
        request, _("The invitation is on its way to %(email)s.") % {"email": form.cleaned_data["email"]}
    )
    return redirect("staff")


@requires(Can.SET_STAFF, even_read_only=True)
@require_POST
def invitation_withdrawal(request: FirmRequest, pk: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk, accepted_by=None)
    Invitation.objects.filter(pk=pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
    audit.record("person.invitation_withdrawn", by=request.user, at=timezone.now(), about=invitation)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("staff")


@FORM
def invitation(request: FirmRequest, token: str) -> HttpResponse:
    """A GET shows who asks; the POST takes the invitation up. Both speak the language of the mail."""
    now = timezone.now()
    row = Invitation.objects.filter(digest=digest("invitation", token)).select_related("invited_by").first()
    if row is None or not row.is_open(at=now):
        return expired_link(request)
    language = _language_of(request, row)
    with translation.override(language):
        answer = _invitation(request, row, language=language, now=now)
    answer.headers["Content-Language"] = language
    return answer


def _invitation(request: FirmRequest, row: Invitation, *, language: str, now: datetime) -> HttpResponse:
    form = NewPasswordForm(posted(request), user=User(email=row.email, name=row.name))
    context = {"form": form, "invitation": row}
    if request.method != "POST":
        return render(request, "accounts/invitation.html", context)
    if not form.is_valid():
        return render(request, "accounts/invitation.html", context, status=422)
    try:
        user = accept(row, form.cleaned_data["password"], at=now, language=language)
    except NoSeat:
        form.add_error(
            None, _("The firm's seats are all taken right now. Please ask the person who invited you.")
        )
        return render(request, "accounts/invitation.html", context, status=409)
    if user is None:
        return expired_link(request)
    answer = halfway(request, user)
    # The second step is set up in the same language, and the pages after it.
    keep_language(answer, language)
    return answer


def _language_of(request: FirmRequest, row: Invitation) -> str:
    """What they chose by the switch on the page, else what the person who invites them knows of them."""
    chose = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    return (get_language() or row.language) if chose else row.language


@requires(Can.SET_STAFF, even_read_only=True)
@FORM
def staff_member(request: FirmRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User.objects.staff(), pk=pk)
    form = StaffForm(posted(request), giver=request.user, initial={"name": person.name, "role": person.role})
    context = {"form": form, "person": person}
    if request.method != "POST":
        return render(request, "accounts/staff_member.html", context)
    # Only an owner changes an owner.
    if person.role == Role.OWNER and request.user.role != Role.OWNER:
        form.add_error(None, _("Only an owner can change an owner."))
    if form.is_valid():
        try:
            set_role(person, form.cleaned_data["role"], by=request.user, at=timezone.now())
        except LastOwner as problem:
            form.add_error("role", str(problem))
        else:
            User.objects.filter(pk=pk).update(name=form.cleaned_data["name"])
            messages.success(request, _("Saved."))
            return redirect("staff")
    return render(request, "accounts/staff_member.html", context, status=422)


@requires(Can.SET_STAFF, even_read_only=True)
@require_POST
def staff_deactivation(request: FirmRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User.objects.staff(), pk=pk)
    if person.role == Role.OWNER and request.user.role != Role.OWNER:
        messages.error(request, _("Only an owner can change an owner."))
        return redirect("staff-member", pk)
    try:
        deactivate(person, by=request.user, at=timezone.now())
    except LastOwner as problem:
        messages.error(request, str(problem))
        return redirect("staff-member", pk)
    messages.success(request, _("%(name)s can no longer sign in.") % {"name": person.name})
    return redirect("staff")


@requires(Can.SET_STAFF, even_read_only=True)
@require_POST
def staff_second_step_reset(request: FirmRequest, pk: UUID) -> HttpResponse:
    """For who lost the phone and the recovery codes: they set the second step up anew at the next sign-in."""
    person = get_object_or_404(User.objects.staff(), pk=pk)
    if person.role == Role.OWNER and request.user.role != Role.OWNER:
        messages.error(request, _("Only an owner can change an owner."))
    elif person.pk == request.user.pk:
        messages.error(request, _("You change your own second step on your profile."))
    else:
        second_factor.reset(person, by=request.user, at=timezone.now())
        messages.success(
            request, _("%(name)s sets up the second step at the next sign-in.") % {"name": person.name}
        )
    return redirect("staff-member", pk)


@requires(Can.READ_AUDIT)
@require_GET
def access_log(request: FirmRequest) -> HttpResponse:
    """The firm's log, newest first; reading it is itself a line."""
    now = timezone.now()
    entries = AuditEntry.objects.order_by("-id")
    person = request.GET.get("person", "")
    if person:
        entries = entries.filter(actor_name__icontains=person[:120])
    audit.record("log.read", by=request.user, at=now)
    page = page_of(entries, request)
    names = audit_words.names(page, reader=request.user)
    lines = [
        (entry, audit_words.say(entry.action), names.get((entry.about_kind, entry.about), ""))
        for entry in page
    ]
    return render(request, "accounts/access_log.html", {"page": page, "lines": lines, "person": person})

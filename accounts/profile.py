"""A person's own account: name and language, password and second step, where they are signed in, keys to the API."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, passwords, second_factor, signing_in
from accounts.forms import NewSecondStepForm, OwnPasswordForm, ProfileForm, TokenForm
from accounts.models import ApiToken, Session
from accounts.requests import FirmRequest
from accounts.secrets import digest, new_token
from web.access import Can, requires
from web.forms import posted
from web.middleware import keep_language
from web.views import too_many

FORM = require_http_methods(["GET", "HEAD", "POST"])


@requires(Can.HAVE_ACCOUNT)
@FORM
def profile(request: FirmRequest) -> HttpResponse:
    """A person's own name and language, where they are signed in, and their keys to the API."""
    user = request.user
    form = ProfileForm(posted(request), initial={"name": user.name, "language": user.language})
    sessions = Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at")
    context = {
        "form": form,
        "sessions": [row for row in sessions if row.get_decoded().get("epoch") == user.epoch],
        "current_key": request.session.session_key,
        "may_have_keys": user.can(Can.USE_API),
        "tokens": ApiToken.objects.filter(user=user, revoked_at=None).order_by("-made_at"),
    }
    if request.method != "POST":
        return render(request, "accounts/profile.html", context)
    if not form.is_valid():
        return render(request, "accounts/profile.html", context, status=422)
    user.name, user.language = form.cleaned_data["name"], form.cleaned_data["language"]
    user.save(update_fields=["name", "language"])
    with translation.override(user.language):
        messages.success(request, _("Saved."))
    answer = redirect("profile")
    keep_language(answer, user.language)
    return answer


@requires(Can.HAVE_ACCOUNT, even_read_only=True)
@require_POST
def other_sessions_end(request: FirmRequest) -> HttpResponse:
    user = request.user
    user.end_other_sessions()
    request.session["epoch"] = user.epoch
    Session.objects.filter(user=user).exclude(session_key=request.session.session_key).delete()
    audit.record("person.other_sessions_ended", by=user, at=timezone.now(), about=user)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("profile")


@requires(Can.HAVE_ACCOUNT, even_read_only=True)
@require_POST
def session_end(request: FirmRequest, mark: str) -> HttpResponse:
    """Signs this person out of one other browser, which is told by a digest of its key."""
    now = timezone.now()
    others = Session.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    row = next((row for row in others if row.mark == mark), None)
    if row is None:
        raise Http404
    row.delete()
    audit.record("person.session_ended", by=request.user, at=now, about=request.user)
    messages.success(request, _("Signed out there."))
    return redirect("profile")


@requires(Can.WORK_HERE, even_read_only=True)
@FORM
def password_change(request: FirmRequest) -> HttpResponse:
    """A new password, for who knows the old one. Every other session ends."""
    user, now = request.user, timezone.now()
    form = OwnPasswordForm(posted(request), user=user)
    if request.method != "POST":
        return render(request, "accounts/password_change.html", {"form": form})
    try:
        signing_in.may_try(f"own password {user.pk}", request, at=now)
    except signing_in.TooManyTries:
        return too_many(request, wait_seconds=15 * 60)
    if not form.is_valid():
        return render(request, "accounts/password_change.html", {"form": form}, status=422)
    passwords.change(user, form.cleaned_data["password"], at=now)
    _stay(request)
    messages.success(request, _("Your password is changed. You are signed out everywhere else."))
    return redirect("profile")


@requires(Can.WORK_HERE, even_read_only=True)
@FORM
def second_step_change(request: FirmRequest) -> HttpResponse:
    """Another phone, or new recovery codes. What there is stays until a code of the new picture has been typed."""
    user, now = request.user, timezone.now()
    secret = request.session.get("new_second_step")
    if not secret:
        secret = request.session["new_second_step"] = second_factor.new_secret()
    form = NewSecondStepForm(posted(request), secret=secret, at=now)
    context = {"form": form, "secret": secret, "picture": second_factor.picture(second_factor.address(user, secret))}  # fmt: skip
    if request.method != "POST":
        return _unkept(render(request, "accounts/second_step_change.html", context))
    try:
        signing_in.may_try(f"second step {user.pk}", request, at=now)
    except signing_in.TooManyTries:
        return too_many(request, wait_seconds=15 * 60)
    # The code of now is spent only when the new one is right.
    if form.is_valid() and not second_factor.check(user, form.cleaned_data["current"], at=now):
        form.add_error("current", _("That code does not work. Wait for the next one, then try again."))
    if not form.is_valid():
        return _unkept(render(request, "accounts/second_step_change.html", context, status=422))
    codes = second_factor.set_up(user, secret, step=form.step)
    del request.session["new_second_step"]
    _stay(request)
    audit.record("person.second_step_changed", by=user, at=now, about=user)
    context = {"codes": codes, "person": user, "wanted": reverse("profile")}
    return _unkept(render(request, "accounts/recovery_codes.html", context))


def _stay(request: FirmRequest) -> None:
    """This session goes on after all of the person's sessions were ended, under a key that nobody knows yet."""
    request.user.refresh_from_db()
    request.session["epoch"] = request.user.epoch
    request.session.cycle_key()


def _unkept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store, private"
    return response


@requires(Can.USE_API)
@FORM
def token_new(request: FirmRequest) -> HttpResponse:
    form = TokenForm(posted(request))
    if request.method != "POST":
        return render(request, "accounts/token_new.html", {"form": form})
    if not form.is_valid():
        return render(request, "accounts/token_new.html", {"form": form}, status=422)
    secret, now = new_token(), timezone.now()
    token = ApiToken.objects.create(
        user=request.user, name=form.cleaned_data["name"], may_write=form.cleaned_data["may_write"],
        digest=digest("api", secret), made_at=now,
    )  # fmt: skip
    audit.record("token.made", by=request.user, at=now, about=token)
    response = render(request, "accounts/token_made.html", {"token": token, "secret": secret})
    response.headers["Cache-Control"] = "no-store, private"
    return response


@requires(Can.USE_API, even_read_only=True)
@require_POST
def token_revocation(request: FirmRequest, pk: UUID) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    ApiToken.objects.filter(pk=pk, revoked_at=None).update(revoked_at=timezone.now())
    audit.record("token.revoked", by=request.user, at=timezone.now(), about=token)
    messages.success(request, _("The key works no more."))
    return redirect("profile")

"""Signing in and out."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import handing_over, passwords, second_factor, signing_in
from accounts.forms import AddressForm, CodeForm, EmailForm, NewPasswordForm, SecondStepForm, StaffSignInForm
from accounts.models import User
from accounts.roles import MAY, Role
from web.access import Can, access_of, requires
from web.forms import posted
from web.middleware import keep_language
from web.views import expired_link, too_many

log = logging.getLogger("roundtable.accounts")

FORM = require_http_methods(["GET", "HEAD", "POST"])
HALFWAY = timedelta(minutes=15)  # between the password and the second step


def after_sign_in(request: HttpRequest, user: User, wanted: str = "") -> HttpResponse:
    """To the page they wanted, on this host only, else to their own door."""
    answer = redirect(_next_page(request, user, wanted))
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and user.role != Role.GUEST:
        # Nobody has chosen in this browser yet: it shows the language that is kept for the person. Of a guest none is.
        keep_language(answer, user.language)
    return answer


def _next_page(request: HttpRequest, user: User, wanted: str) -> str:
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    if user.can(Can.WORK_HERE):
        return reverse("today")
    return reverse("portal" if user.can(Can.VISIT_PORTAL) else "guest")


def _try(request: HttpRequest, account: str) -> HttpResponse | None:
    try:
        signing_in.may_try(account, request, at=timezone.now())
    except signing_in.TooManyTries:
        return too_many(request, wait_seconds=15 * 60)
    return None


# -- families: a code ------------------------------------------------------------------------


@FORM
def sign_in(request: HttpRequest) -> HttpResponse:
    """Asks for an address and sends six digits to it, if it is a family's."""
    form = AddressForm(posted(request))
    wanted = request.GET.get("next", request.POST.get("next", ""))
    context = {"form": form, "next": wanted}
    if request.method != "POST":
        if _is_of_the_staff(wanted, request):
            return redirect(f"{reverse('staff-sign-in')}?{urlencode({'next': wanted})}")
        return render(request, "accounts/sign_in.html", context)
    if not form.is_valid():
        return render(request, "accounts/sign_in.html", context, status=422)
    address, channel = form.cleaned_data["address"], form.cleaned_data["channel"]
    refused = _try(request, address)
    if refused:
        return refused
    firm = request.firm  # type: ignore[attr-defined]
    asked = signing_in.send_code(
        address, channel, at=timezone.now(), language=get_language() or "en", zone=firm.zone,
        place=signing_in.network(request),
    )  # fmt: skip
    request.session["code"] = {
        "id": asked.code_id,
        "to": address,
        "channel": channel,
        "next": context["next"],
    }
    return redirect("sign-in-code")


def _is_of_the_staff(path: str, request: HttpRequest) -> bool:
    """Whether a page is one that no family and no guest may open: who asks for it signs in with a password."""
    try:
        access = access_of(resolve(urlsplit(path).path, urlconf=getattr(request, "urlconf", None)).func)
    except (Resolver404, ValueError):
        return False
    return (
        access is not None and access.can is not None and access.can not in MAY[Role.FAMILY] | MAY[Role.GUEST]
    )


@FORM
def sign_in_code(request: HttpRequest) -> HttpResponse:
    asked = request.session.get("code")
    if not asked:
        return redirect("sign-in")
    form = CodeForm(posted(request))
    context = {"form": form, "asked": asked}
    if request.method != "POST":
        return render(request, "accounts/sign_in_code.html", context)
    if not form.is_valid():
        return render(request, "accounts/sign_in_code.html", context, status=422)
    refused = _try(request, asked["to"])
    if refused:
        return refused
    now = timezone.now()
    user = signing_in.take_code(asked["id"], form.cleaned_data["code"], at=now)
    if user is None:
        form.add_error("code", _("That code does not work. Check the newest message, or ask for a new code."))
        return render(request, "accounts/sign_in_code.html", context, status=422)
    remember = not form.cleaned_data["not_my_device"]
    signing_in.begin(request, user, at=now, how="code")
    if not remember:
        request.session.set_expiry(0)
    response = after_sign_in(request, user, asked["next"])
    if remember and not signing_in.is_remembered(request, user, at=now):
        signing_in.remember_device(request, response, user, at=now)
    return response


# -- staff: a password and a second step -----------------------------------------------------


@FORM
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    form = StaffSignInForm(posted(request))
    wanted = request.GET.get("next", request.POST.get("next", ""))
    context = {"form": form, "next": wanted}
    if request.method != "POST":
        return render(request, "accounts/staff_sign_in.html", context)
    if not form.is_valid():
        return render(request, "accounts/staff_sign_in.html", context, status=422)
    email = form.cleaned_data["email"].lower()
    refused = _try(request, email)
    if refused:
        return refused
    user = signing_in.staff_by_password(email, form.cleaned_data["password"])
    if user is None:
        form.add_error("password", _("This e-mail and password do not go together."))
        return render(request, "accounts/staff_sign_in.html", context, status=422)
    return halfway(request, user, wanted=wanted)


def halfway(request: HttpRequest, user: User, *, wanted: str = "") -> HttpResponse:
    """The first factor is shown: on to the second step, or to setting it up. Nobody is signed in yet."""
    request.session.flush()
    request.session["halfway"] = {
        "user": str(user.pk),
        "epoch": user.epoch,
        "at": timezone.now().timestamp(),
        "next": wanted,
    }
    return redirect("second-step" if user.has_second_factor else "second-step-setup")


def _person_halfway(request: HttpRequest) -> tuple[User, dict[str, Any]] | None:
    kept = request.session.get("halfway")
    if not kept or timezone.now().timestamp() - kept["at"] > HALFWAY.total_seconds():
        return None
    user = User.objects.staff().filter(pk=kept["user"], epoch=kept["epoch"]).first()
    return (user, kept) if user else None


@FORM
def second_step(request: HttpRequest) -> HttpResponse:
    found = _person_halfway(request)
    if not found or not found[0].has_second_factor:
        return redirect("staff-sign-in")
    user, kept = found
    form = SecondStepForm(posted(request))
    if request.method != "POST":
        return render(request, "accounts/second_step.html", {"form": form})
    if not form.is_valid():
        return render(request, "accounts/second_step.html", {"form": form}, status=422)
    refused = _try(request, f"second step {user.pk}")
    if refused:
        return refused
    now = timezone.now()
    if not second_factor.check(user, form.cleaned_data["code"], at=now):
        form.add_error("code", _("That code does not work. Wait for the next one, then try again."))
        return render(request, "accounts/second_step.html", {"form": form}, status=422)
    signing_in.begin(request, user, at=now, how="password and second step")
    return after_sign_in(request, user, kept["next"])


@FORM
def second_step_setup(request: HttpRequest) -> HttpResponse:
    """Shows the picture for an authenticator app and takes the first code of it."""
    found = _person_halfway(request)
    if not found or found[0].has_second_factor:
        return redirect("staff-sign-in")
    user, kept = found
    secret = kept.get("secret")
    if not secret:
        secret = kept["secret"] = second_factor.new_secret()
        request.session["halfway"] = kept
    form = SecondStepForm(posted(request))
    form.fields["code"].help_text = _("Six digits that your app shows for the picture above.")
    uri = second_factor.address(user, secret)
    context = {"form": form, "secret": secret, "picture": second_factor.picture(uri), "uri": uri}
    if request.method != "POST":
        return render(request, "accounts/second_step_setup.html", context)
    if not form.is_valid():
        return render(request, "accounts/second_step_setup.html", context, status=422)
    now = timezone.now()
    step = second_factor.matches(secret, form.cleaned_data["code"], at=now)
    if step is None:
        form.add_error(
            "code", _("That code does not fit the picture. Wait for the next one, then try again.")
        )
        return render(request, "accounts/second_step_setup.html", context, status=422)
    codes = second_factor.set_up(user, secret, step=step)
    user.refresh_from_db()
    signing_in.begin(request, user, at=now, how="password and new second step")
    response = render(
        request,
        "accounts/recovery_codes.html",
        {"codes": codes, "person": user, "wanted": kept["next"] or reverse("today")},
    )
    response.headers["Cache-Control"] = "no-store, private"
    return response


@requires(Can.HAVE_ACCOUNT, even_read_only=True)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    signing_in.end(request, at=timezone.now())
    return redirect("front")


# -- a forgotten password --------------------------------------------------------------------


@FORM
def forgotten(request: HttpRequest) -> HttpResponse:
    """Mails a link to staff; says the same to everyone."""
    form = EmailForm(posted(request))
    if request.method != "POST":
        return render(request, "accounts/forgotten.html", {"form": form})
    if not form.is_valid():
        return render(request, "accounts/forgotten.html", {"form": form}, status=422)
    email = form.cleaned_data["email"].lower()
    refused = _try(request, f"forgotten {email}")
    if refused:
        return refused
    passwords.send_link(email, at=timezone.now())
    return render(request, "accounts/forgotten_sent.html", {"email": email})


@FORM
def new_password(request: HttpRequest, user_id: str, token: str) -> HttpResponse:
    """A GET shows the form and spends nothing; the POST sets the password and ends every session."""
    user = passwords.person_of_link(user_id, token)
    if user is None:
        return expired_link(request, resend_url=reverse("forgotten"))
    form = NewPasswordForm(posted(request), user=user)
    if request.method != "POST":
        return render(request, "accounts/new_password.html", {"form": form})
    if not form.is_valid():
        return render(request, "accounts/new_password.html", {"form": form}, status=422)
    passwords.change(user, form.cleaned_data["password"], at=timezone.now())
    return halfway(request, user)


# -- from sign-up on the public host ---------------------------------------------------------


@csrf_exempt  # the token is the proof; the Origin is checked against the public host, and only that one
@require_POST
def welcome(request: HttpRequest) -> HttpResponse:
    """Takes the 60-second token that sign-up posts from the public host, once."""
    if not handing_over.came_from_public_host(request):
        return HttpResponse(_("This form came from another site."), status=403, content_type="text/plain")
    user = handing_over.take(request.POST.get("token", ""), at=timezone.now())
    if user is None:
        return expired_link(request, resend_url=reverse("staff-sign-in"))
    return halfway(request, user)


@require_GET
def confirm_email(request: HttpRequest, user_id: str, token: str) -> HttpResponse:
    user = passwords.person_to_confirm(user_id, token)
    if user is None:
        return expired_link(request)
    return render(request, "accounts/confirm_email.html", {"person": user, "token": token})


@require_POST
def email_confirmation(request: HttpRequest, user_id: str, token: str) -> HttpResponse:
    """The owner shows that the address is theirs; from now on the firm may text."""
    user = passwords.person_to_confirm(user_id, token)
    if user is None:
        return expired_link(request)
    passwords.confirm_email(user, at=timezone.now())
    return render(request, "accounts/email_confirmed.html", {"person": user})

"""Signing a paper by its link: a code to the signer's own phone or mail first, then the paper. No account needed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import FirmRequest
from accounts.signing_in import network
from clients import agreements, papers, reaching
from clients.forms import SignatureForm, SigningCodeForm
from clients.models import Agreement, Signature
from clients.models.agreements import is_another_name
from outbox.models import Channel
from web.forms import posted

FORM = require_http_methods(["GET", "HEAD", "POST"])


def _agreement(secret: str) -> Agreement:
    """The paper of this link; none for one called back, or whose signer may no longer hear about the child."""
    found = (
        Agreement.objects.select_related("contact", "student", "signature", "version")
        .filter(secret=secret, withdrawn_at=None)
        .first()
    )
    if found is None or reaching.is_barred(found.contact, found.student, at=timezone.now()):
        raise Http404
    return found


def _key(agreement: Agreement) -> str:
    return f"signing:{agreement.pk}"


def _proof(request: FirmRequest, agreement: Agreement) -> str:
    """Where the code went that this browser typed in, or nothing."""
    return str(request.session.get(_key(agreement), ""))


def masked(address: str) -> str:
    """Enough of a number or an address to know one's own by."""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••@{host}" if at else f"•••{address[-4:]}"


@require_GET
def sign_start(request: FirmRequest, secret: str) -> HttpResponse:
    """Before the code: neither a name nor a paper. Opening it changes nothing."""
    agreement = _agreement(secret)
    if _proof(request, agreement):
        return redirect("sign-paper", secret)
    ways = reaching.channels_for(agreement.contact, "code", student=agreement.student, at=timezone.now())
    way = ways[0] if ways else None
    context = {"secret": secret, "to": masked(way.to) if way else "", "by_text": bool(way and way.channel == Channel.SMS)}  # fmt: skip
    return render(request, "clients/sign_start.html", context)


@require_POST
def sign_code(request: FirmRequest, secret: str) -> HttpResponse:
    """Sends the code, or takes it."""
    agreement, now = _agreement(secret), timezone.now()
    if "code" not in request.POST:
        try:
            row = agreements.send_code(agreement, at=now)
        except (agreements.NobodyToReach, agreements.TooManyCodes) as problem:
            return render(request, "clients/sign_start.html", {"secret": secret, "to": "", "problem": str(problem)}, status=429)  # fmt: skip
        return render(request, "clients/sign_code.html", {"secret": secret, "form": SigningCodeForm(), "to": masked(row.sent_to)})  # fmt: skip
    form = SigningCodeForm(request.POST)
    used = agreements.take_code(agreement, form.cleaned_data["code"], at=now) if form.is_valid() else None
    if used is None:
        if not form.errors:
            form.add_error("code", _("This code is wrong or too old. Send yourself a new one."))
        return render(
            request, "clients/sign_code.html", {"secret": secret, "form": form, "to": ""}, status=422
        )
    request.session[_key(agreement)] = used.sent_to
    return redirect("sign-paper", secret)


def paper_page(
    request: FirmRequest, agreement: Agreement, *, how: str, proof: str, template: str, **more: Any
) -> HttpResponse:
    """Reads and signs a paper; what the portal and the link share. Answers a redirect to itself once it is signed.
    A name far from the one it was sent to is asked about once; a button that says that very name signs with it."""
    now = timezone.now()
    form = SignatureForm(posted(request))
    context = {"agreement": agreement, "form": form, "open": agreement.can_be_signed(at=now), "language_of_paper": agreement.language, **more}  # fmt: skip
    if request.method != "POST":
        return render(request, template, context)
    if not form.is_valid():
        return render(request, template, context, status=422)
    name = form.cleaned_data["name"]
    another = context["open"] and is_another_name(name, sent_to=agreement.contact.name)
    if another and request.POST.get("as") != name:
        form.add_error("name", _("This paper is for %(name)s. If the name you typed is right, press the last button.") % {"name": agreement.contact.name})  # fmt: skip
        return render(request, template, {**context, "another": name}, status=422)
    try:
        agreements.sign(
            agreement, name=name, drawn=form.cleaned_data["drawn"], how=how, proof=proof,
            by=request.user if request.user.is_authenticated else None, at=now, network=network(request),
            agent=request.headers.get("User-Agent", ""),
        )  # fmt: skip
    except agreements.CannotBeSigned as problem:
        form.add_error(None, str(problem))
        return render(request, template, context, status=409)
    return redirect(request.path)


@FORM
def sign_paper(request: FirmRequest, secret: str) -> HttpResponse:
    agreement = _agreement(secret)
    proof = _proof(request, agreement)
    if not proof:
        return redirect("sign-start", secret)
    return paper_page(
        request,
        agreement,
        how=Signature.How.LINK,
        proof=proof,
        template="clients/sign_paper.html",
        secret=secret,
    )


@require_GET
def sign_pdf(request: FirmRequest, secret: str) -> HttpResponse:
    agreement = _agreement(secret)
    if not _proof(request, agreement):
        return redirect("sign-start", secret)
    return pdf_answer(agreement)


def pdf_answer(agreement: Agreement) -> HttpResponse:
    with translation.override(agreement.language):
        answer = HttpResponse(papers.agreement(agreement), content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="agreement.pdf"'
    answer["Cache-Control"] = "no-store, private"
    return answer

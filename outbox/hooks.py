"""Where Twilio's callbacks arrive: on the public host, signed, handed to the firm they belong to."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from outbox import receiving
from outbox.providers import twilio
from tenants.numbers import firm_of_number
from tenants.places import FirmRef, within

NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


def _genuine(request: HttpRequest) -> bool:
    url = f"{settings.PUBLIC_URL}{request.get_full_path()}"
    fields = {key: request.POST.get(key, "") for key in request.POST}
    return twilio.is_genuine(url, fields, request.headers.get("X-Twilio-Signature", ""))


def _firm(number: str) -> FirmRef | None:
    return firm_of_number(number)


@csrf_exempt
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    if not _genuine(request):
        return HttpResponse("The signature is wrong.", status=403, content_type="text/plain")
    firm = _firm(request.POST.get("To", ""))
    sid = request.POST.get("MessageSid", "")
    if firm and sid:
        media = [
            {
                "url": request.POST.get(f"MediaUrl{n}", ""),
                "type": request.POST.get(f"MediaContentType{n}", ""),
            }
            for n in range(min(10, _number(request.POST.get("NumMedia", "0"))))
        ]
        with within(firm):
            receiving.receive(
                provider_id=sid[:64],
                number=request.POST.get("From", "")[:16],
                to=request.POST.get("To", "")[:16],
                body=request.POST.get("Body", "")[:4000].replace("\x00", ""),
                media=media,
                opt_out=request.POST.get("OptOutType", ""),
                at=timezone.now(),
            )
    return HttpResponse(NOTHING, content_type="text/xml")


@csrf_exempt
@require_POST
def status(request: HttpRequest) -> HttpResponse:
    if not _genuine(request):
        return HttpResponse("The signature is wrong.", status=403, content_type="text/plain")
    firm = _firm(request.POST.get("From", ""))
    known = True
    if firm:
        with within(firm):
            known = receiving.delivery(
                provider_id=request.POST.get("MessageSid", "")[:64],
                status=request.POST.get("MessageStatus", "")[:12],
                error=request.POST.get("ErrorCode", "")[:20],
                at=timezone.now(),
            )
    # The report may overtake our own note of the message's id: 404 has Twilio bring it again.
    return HttpResponse(status=204 if known else 404)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0

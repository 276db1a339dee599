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
from tenants.places import within

NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


def _genuine(request: HttpRequest) -> bool:
    url = f"{settings.PUBLIC_URL}{request.get_full_path()}"
    fields = {key: request.POST.get(key, "") for key in request.POST}
    return twilio.is_genuine(url, fields, request.headers.get("X-Twilio-Signature", ""))


@csrf_exempt
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    if not _genuine(request):
        return HttpResponse("The signature is wrong.", status=403, content_type="text/plain")
    firm, sid = firm_of_number(_field(request, "To", 16)), _field(request, "MessageSid", 64)
    if firm and sid:
        media = [
            {
                "url": _field(request, f"MediaUrl{n}", 500),
                "type": _field(request, f"MediaContentType{n}", 100),
            }
            for n in range(min(10, _number(_field(request, "NumMedia", 3))))
        ]
        with within(firm):
            receiving.receive(
                provider_id=sid,
                number=_field(request, "From", 16),
                to=_field(request, "To", 16),
                body=_field(request, "Body", 4000),
                media=media,
                opt_out=_field(request, "OptOutType", 12),
                at=timezone.now(),
            )
    return HttpResponse(NOTHING, content_type="text/xml")


@csrf_exempt
@require_POST
def status(request: HttpRequest) -> HttpResponse:
    if not _genuine(request):
        return HttpResponse("The signature is wrong.", status=403, content_type="text/plain")
    firm = firm_of_number(_field(request, "From", 16))
    known = True
    if firm:
        with within(firm):
            known = receiving.delivery(
                provider_id=_field(request, "MessageSid", 64),
                status=_field(request, "MessageStatus", 12),
                error=_field(request, "ErrorCode", 20),
                at=timezone.now(),
            )
    # The report may overtake our own note of the message's id: 404 has Twilio bring it again.
    return HttpResponse(status=204 if known else 404)


def _field(request: HttpRequest, name: str, longest: int) -> str:
    """What the callback says, cut to what its column holds; PostgreSQL keeps no NUL."""
    return request.POST.get(name, "").replace("\x00", "")[:longest]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0

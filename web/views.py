"""Pages that belong to no app: errors, the theme choice, offline, the kit."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from web import kit as kits
from web import theme as themes
from web.again import typed, unkept
from web.brand import brand_css, brand_version
from web.middleware import chosen_language, page_above

LOOKS = (
    "css/tokens.css",
    "css/base.css",
    "css/parts.css",
    "css/family.css",
    "icons.svg",
    "vendor/atkinson-hyperlegible-next-5.3.0/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    "js/offline.js",
    "js/pointstore.js",
)


def bad_request(
    request: HttpRequest, exception: Exception | None = None, *, reason: str = ""
) -> HttpResponse:
    """`handler400`. `reason` is a sentence for people."""
    return render(request, "errors/400.html", {"reason": reason}, status=400)


def permission_denied(
    request: HttpRequest, exception: Exception | None = None, *, reason: str = ""
) -> HttpResponse:
    """`handler403`. `reason` is a sentence for people."""
    return render(request, "errors/403.html", {"reason": reason}, status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler404`."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`. Uses no context processor and no database: those may be what failed."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`: the form's token was missing or old. What was typed on a page of ours may be sent again."""
    context = {"typed": typed(request), "above": page_above(request.path)}
    return unkept(render(request, "errors/csrf.html", context, status=403))


def too_many(request: HttpRequest, *, wait_seconds: int = 0) -> HttpResponse:
    """429 with the time to wait, in the page and in `Retry-After`."""
    response = render(request, "errors/429.html", {"wait_minutes": -(-wait_seconds // 60)}, status=429)
    if wait_seconds:
        response["Retry-After"] = str(wait_seconds)
    return response


def expired_link(
    request: HttpRequest, *, resend_url: str = "", resend_fields: dict[str, Any] | None = None
) -> HttpResponse:
    """410 for a link that has run out; with `resend_url` a button posts `resend_fields` there for a new one."""
    context = {"resend_url": resend_url, "resend_fields": resend_fields or {}}
    return render(request, "errors/expired_link.html", context, status=410)


def read_only(request: HttpRequest) -> HttpResponse:
    """403 for a change in a firm that is read-only."""
    return render(request, "errors/read_only.html", status=403)


def suspended(request: HttpRequest) -> HttpResponse:
    """403 for every page of a suspended firm."""
    return _closed(request, "errors/suspended.html", {}, status=403)


def unknown_host(request: HttpRequest) -> HttpResponse:
    """404 for a host that is no firm's, with the way to find one's own."""
    find = f"{settings.PUBLIC_URL}{reverse('find-my-firm', urlconf='config.urls_public')}"
    return _closed(request, "errors/unknown_host.html", {"find_url": find}, status=404)


def _closed(request: HttpRequest, template: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    """A page of a host that has no other: in the visitor's language, without links and forms that lead nowhere."""
    with translation.override(chosen_language(request)):
        return render(request, template, {**context, "languages": [], "service_worker": ""}, status=status)


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker shows without a connection. It names no firm and no person, and takes away no message
    that waits for the next page: the worker fetches it whenever it likes."""
    nobodys: dict[str, Any] = {
        "firm": None,
        "user": None,
        "brand_url": "",
        "service_worker": "",
        "messages": [],
    }
    return render(request, "errors/offline.html", nobodys)


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker behind the offline page. It changes with the language and the looks, and then replaces itself."""
    kept = [reverse("offline"), *map(static, LOOKS)]
    language = get_language() or "en"
    page = render_to_string("errors/offline.html")
    version = hashlib.sha256("".join([*kept, page]).encode()).hexdigest()[:12]
    context = {"kept": json.dumps(kept), "language": language, "version": version}
    response = render(request, "web/sw.js", context, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def brand_sheet(request: HttpRequest, slug: str, version: str) -> HttpResponse:
    """The colours of the host's firm. An address of an older colour gets today's, and is not kept."""
    firm = getattr(request, "firm", None)
    if firm is None or firm.slug != slug:
        raise Http404
    response = HttpResponse(brand_css(firm.brand), content_type="text/css; charset=utf-8")
    current = brand_version(firm.brand) == version
    response["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or neither, and go back to where one was."""
    response = back(request)
    themes.choose(response, request.POST.get("theme", ""))
    return response


@require_POST
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Switch single-letter shortcuts on or off, and go back to where one was."""
    response = back(request)
    themes.switch_shortcuts(response, on=request.POST.get("on") == "1")
    return response


def back(request: HttpRequest) -> HttpResponseRedirect:
    """A redirect to the form's `next` when it is on this host, else to the first page."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return HttpResponseRedirect(wanted)
    return HttpResponseRedirect("/")


@require_GET
def kit(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for eyes and for tests."""
    return render(request, "kit.html", kits.context(timezone.localdate()))

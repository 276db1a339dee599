"""A site of frames alone: the kit, the staff's frame, the family's frame and the error pages, without a database."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from django.views.decorators.csrf import csrf_protect

from web import views
from web.access import Can
from web.toasts import offer_undo

PAGE = """{{% extends "{frame}.html" %}}{{% load ui %}}{{% block title %}}Start{{% endblock %}}
{{% block content %}}<h1>Start</h1><p>{{{{ said }}}}</p>
<form method="post">{{% csrf_token %}}<button class="btn btn-primary" data-key="k">Save the day</button></form>{{% endblock %}}"""
posts: list[str] = []


def frame(name: str) -> Any:
    @csrf_protect
    def view(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            posts.append(request.path)
            messages.success(request, "The day is saved.")
            offer_undo(request, "Saved.", url="/undo/")
        text = engines["django"].from_string(PAGE.format(frame=name)).render({}, request)
        return HttpResponse(text)

    return view


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("meant")


def standing(answer: Any) -> Any:
    """Middleware that stands in for the firm's and the person's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.urlconf = "tests.web.pages"  # type: ignore[attr-defined]
        request.firm = SimpleNamespace(  # type: ignore[attr-defined]
            name="Harbor Advocacy",
            slug="harbor",
            brand="#7a2e5d",
            logo="",
            read_only=False,
            timezone="America/Denver",
            language="en",
        )  # type: ignore[attr-defined]
        request.user = SimpleNamespace(
            is_authenticated=True, name="Ana Reyes", can=lambda can: can != Can.LOG_TIME
        )  # type: ignore[assignment]
        return answer(request)

    return middleware


urlpatterns = [
    path("", include("web.urls")),
    path("kit/", views.kit),
    path("staff/", frame("workspace"), name="today"),
    path("family/", frame("family"), name="students"),
    path("search/", frame("workspace"), name="search"),
    path("help/", frame("family"), name="help"),
    path("fails/", fail),
    path("400/", lambda request: views.bad_request(request)),
    path("403/", lambda request: views.permission_denied(request)),
    path("404/", lambda request: views.page_not_found(request)),
    path("429/", lambda request: views.too_many(request, wait_seconds=61)),
    path("500/", views.server_error),
    path("csrf/", lambda request: views.csrf_failure(request)),
    path(
        "410/",
        lambda request: views.expired_link(request, resend_url="/again/", resend_fields={"link": "abc"}),
    ),
    path("read-only/", views.read_only),
    path("suspended/", views.suspended),
    path("unknown/", views.unknown_host),
]
handler404 = "web.views.page_not_found"
handler500 = "web.views.server_error"

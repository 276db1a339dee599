"""A firm's host."""

from django.conf import settings
from django.urls import include, path

from lobby.urls import everywhere

urlpatterns = [
    # First, since a program's requests would otherwise be held against every page there is.
    path("api/v1/", include("api.urls")),
    path("", include("web.urls")),
    path("", include("scheduling.urls")),
    path("", include("accounts.urls")),
    path("", include("clients.urls")),
    path("", include("cases.urls")),
    path("", include("intake.urls")),
    path("", include("documents.urls")),
    path("", include("payments.urls")),
    path("", include("billing.urls")),
    path("", include("messaging.urls")),
    path("", include("reviews.urls")),
    path("", include("invoices.urls")),
    path("", include("progress.urls")),
    path("", include("minutes.urls")),
    path("", include("circle.urls")),
    path("", include("desk.urls")),
    path("", include("portal.urls")),
    *everywhere,
]
if settings.IS_LOCAL:
    from lobby.outbox import urlpatterns as outbox
    from web.access import public
    from web.views import kit

    urlpatterns += [
        *outbox,
        path("kit/", public(kit, why="shows every component, on a local set-up"), name="kit"),
    ]

handler400 = "web.views.bad_request"
handler403 = "web.views.permission_denied"
handler404 = "web.views.page_not_found"
handler500 = "web.views.server_error"

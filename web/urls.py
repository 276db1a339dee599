"""Routes of every host: the language and theme choices, the offline page and the firm's colours."""

from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from web import views
from web.access import public

LOOKS = "it only changes how pages look or read on this device"

urlpatterns = [
    path("language/", public(require_POST(set_language), why=LOOKS), name="language"),
    path("theme/", public(views.theme, why=LOOKS), name="theme"),
    path("shortcuts/", public(views.shortcuts, why=LOOKS), name="shortcuts"),
    path(
        "brand/<slug:slug>-<str:version>.css",
        public(views.brand_sheet, why="public pages wear it"),
        name="brand",
    ),
    path("offline/", public(views.offline, why="it names no firm and no person"), name="offline"),
    path("sw.js", public(views.service_worker, why="it keeps the offline page alone"), name="service-worker"),
]

"""Routes of every host: the language and theme choices and the offline page."""

from django.urls import path
from django.views.i18n import set_language

from web import views

urlpatterns = [
    path("language/", set_language, name="language"),
    path("theme/", views.theme, name="theme"),
    path("shortcuts/", views.shortcuts, name="shortcuts"),
    path("offline/", views.offline, name="offline"),
    path("sw.js", views.service_worker, name="service-worker"),
]

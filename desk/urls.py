from django.urls import path

from desk import calls, views
from web.access import public

urlpatterns = [
    path("calls/", calls.call_list, name="calls"),
    path("today/", views.today, name="today"),
    path("settings/", views.firm_settings, name="firm-settings"),
    path("logo/<str:version>/", public(views.logo, why="the firm's public pages show it"), name="logo"),
    path("settings/confirmation-mail/", views.confirmation_mail, name="confirmation-mail"),
]

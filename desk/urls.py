from django.urls import path

from desk import views
from web.access import public

urlpatterns = [
    path("today/", views.today, name="today"),
    path("settings/", views.firm_settings, name="firm-settings"),
    path("settings/confirmation-mail/", views.confirmation_mail, name="confirmation-mail"),
    path("brand/<str:mark>.css", public(views.brand_css, why="colours of the firm's public pages"), name="brand-css"),
]

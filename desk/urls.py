from django.urls import path

from desk import views

urlpatterns = [
    path("today/", views.today, name="today"),
    path("settings/", views.firm_settings, name="firm-settings"),
    path("settings/confirmation-mail/", views.confirmation_mail, name="confirmation-mail"),
]

from django.urls import path

from desk import deadlines, views
from web.access import public

urlpatterns = [
    path("today/", views.today, name="today"),
    path("deadlines/", deadlines.deadline_list, name="deadlines"),
    path("deadlines/bulk/", deadlines.deadline_bulk, name="deadlines-bulk"),
    path("caseload/", deadlines.caseload, name="caseload"),
    path("search/", deadlines.search_page, name="search"),
    path("settings/", views.firm_settings, name="firm-settings"),
    path("logo/<str:version>/", public(views.logo, why="the firm's public pages show it"), name="logo"),
    path("settings/confirmation-mail/", views.confirmation_mail, name="confirmation-mail"),
]

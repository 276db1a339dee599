from django.urls import path

from desk import calls, deadlines, exports, firm, settings_index, views
from web.access import public

urlpatterns = [
    path("calls/", calls.call_list, name="calls"),
    path("today/", views.today, name="today"),
    path("deadlines/", deadlines.deadline_list, name="deadlines"),
    path("deadlines/bulk/", deadlines.deadline_bulk, name="deadlines-bulk"),
    path("caseload/", deadlines.caseload, name="caseload"),
    path("firm/", firm.overview, name="firm"),
    path("exports/", exports.export_list, name="exports"),
    path("exports/<str:name>.csv", exports.export, name="export"),
    path("search/", deadlines.search_page, name="search"),
    path("settings/", views.firm_settings, name="firm-settings"),
    path("settings/all/", settings_index.settings_index, name="settings-index"),
    path("logo/<str:version>/", public(views.logo, why="the firm's public pages show it"), name="logo"),
    path("settings/confirmation-mail/", views.confirmation_mail, name="confirmation-mail"),
]

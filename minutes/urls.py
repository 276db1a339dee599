from django.urls import path

from minutes import portal, views

urlpatterns = [
    path("students/<uuid:pk>/minutes/", views.minutes, name="minutes"),
    path(
        "students/<uuid:pk>/minutes/<uuid:key>/<int:year>/<int:month>/",
        views.minutes_days,
        name="minutes-days",
    ),
    path("students/<uuid:pk>/minutes/new/", views.session_new, name="session-new"),
    path("students/<uuid:pk>/minutes/week/", views.session_week, name="session-week"),
    path("students/<uuid:pk>/minutes/import/", views.session_import, name="session-import"),
    path("students/<uuid:pk>/minutes/worksheet/", views.worksheet, name="minutes-worksheet"),
    path("students/<uuid:pk>/minutes/worksheet.pdf", views.worksheet_pdf, name="minutes-worksheet-pdf"),
    path("students/<uuid:pk>/minutes.pdf", views.minutes_pdf, name="minutes-pdf"),
    path("minutes/sessions/<uuid:pk>/", views.session, {"kind": "sessions"}, name="session"),
    path(
        "minutes/sessions/<uuid:pk>/strike/",
        views.session_strike,
        {"kind": "sessions"},
        name="session-strike",
    ),
    path("minutes/missed/<uuid:pk>/", views.session, {"kind": "missed"}, name="missed-session"),
    path(
        "minutes/missed/<uuid:pk>/strike/",
        views.session_strike,
        {"kind": "missed"},
        name="missed-session-strike",
    ),
    path("portal/children/<uuid:pk>/minutes/", portal.portal_minutes, name="portal-minutes"),
    path("portal/children/<uuid:pk>/minutes/new/", portal.portal_session_new, name="portal-session-new"),
    path(
        "portal/children/<uuid:pk>/minutes/<uuid:key>/<int:year>/<int:month>/",
        portal.portal_minutes_days,
        name="portal-minutes-days",
    ),
    path("portal/children/<uuid:pk>/minutes.pdf", portal.portal_minutes_pdf, name="portal-minutes-pdf"),
    path("shared/<uuid:pk>/minutes/", portal.shared_minutes, name="shared-minutes"),
    path("shared/<uuid:pk>/minutes/new/", portal.shared_session_new, name="shared-session-new"),
    path("shared/<uuid:pk>/minutes/<uuid:entry>/", portal.shared_session, name="shared-session"),
]

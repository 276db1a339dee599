from django.urls import path

from progress import point_views, portal, report_views, views, win_views

urlpatterns = [
    path("students/<uuid:pk>/progress/", views.student_progress, name="progress"),
    path("students/<uuid:pk>/wins/", win_views.win_list, name="wins"),
    path("students/<uuid:pk>/strategies/", win_views.strategy_list, name="strategies"),
    path("students/<uuid:pk>/term-reports/", report_views.term_report_list, name="term-reports"),
    path("progress/quiet/", views.quiet, name="quiet-goals"),
    path("progress/goals/<uuid:pk>/sheet/", views.sheet_new, name="sheet-new"),
    path("progress/sheets/<uuid:pk>/", views.sheet, name="sheet"),
    path("progress/sheets/<uuid:pk>/details/", views.sheet_details, name="sheet-details"),
    path("progress/sheets/<uuid:pk>/end/", views.sheet_end, name="sheet-end"),
    path("progress/sheets/<uuid:pk>/phases/", views.phase_new, name="phase-new"),
    path("progress/sheets/<uuid:pk>/school-reports/", views.school_report_new, name="school-report-new"),
    path("progress/phases/<uuid:pk>/removal/", views.phase_removal, name="phase-removal"),
    path(
        "progress/school-reports/<uuid:pk>/withdrawal/",
        views.school_report_withdrawal,
        name="school-report-withdrawal",
    ),
    path("progress/papers/<uuid:pk>/", views.school_report_read, name="school-report-read"),
    path("progress/sheets/<uuid:pk>/points/new/", point_views.point_new, name="point-new"),
    path("progress/points/<uuid:pk>/", point_views.point, name="point"),
    path("progress/points/<uuid:pk>/withdrawal/", point_views.point_withdrawal, name="point-withdrawal"),
    path("progress/wins/<uuid:pk>/sharing/", win_views.win_sharing, name="win-sharing"),
    path("progress/wins/<uuid:pk>/withdrawal/", win_views.win_withdrawal, name="win-withdrawal"),
    path("progress/strategies/<uuid:pk>/", win_views.strategy, name="strategy"),
    path("progress/strategies/<uuid:pk>/results/", win_views.strategy_result, name="strategy-result"),
    path("progress/strategies/<uuid:pk>/sharing/", win_views.strategy_sharing, name="strategy-sharing"),
    path("progress/strategies/<uuid:pk>/end/", win_views.strategy_end, name="strategy-end"),
    path("progress/term-reports/<uuid:pk>/", report_views.term_report, name="term-report"),
    path(
        "progress/term-reports/<uuid:pk>/rewriting/",
        report_views.term_report_rewriting,
        name="term-report-rewriting",
    ),
    path(
        "progress/term-reports/<uuid:pk>/approval/",
        report_views.term_report_approval,
        name="term-report-approval",
    ),
    path(
        "progress/term-reports/<uuid:pk>/sending/",
        report_views.term_report_sending,
        name="term-report-sending",
    ),
    path("progress/term-reports/<uuid:pk>/report.pdf", report_views.term_report_pdf, name="term-report-pdf"),
    path("portal/progress/", portal.progress, name="portal-progress"),
    path("portal/progress/<uuid:pk>/", portal.sheet, name="portal-sheet"),
    path("portal/progress/reports/<uuid:pk>/", portal.term_report, name="portal-term-report"),
    path(
        "portal/progress/reports/<uuid:pk>/report.pdf", portal.term_report_pdf, name="portal-term-report-pdf"
    ),
]

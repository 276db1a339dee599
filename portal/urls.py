from django.urls import path

from portal import dates, family, views
from web.access import public

urlpatterns = [
    path("portal/", views.home, name="portal"),
    path("portal/children/<uuid:pk>/", views.child_timeline, name="portal-timeline"),
    path("portal/meetings/<uuid:pk>/", views.meeting_prep, name="portal-meeting"),
    path("portal/forms/", family.form_list, name="portal-forms"),
    path("portal/forms/<uuid:pk>/", family.form_paper, name="portal-paper-to-sign"),
    path("portal/forms/<uuid:pk>/paper.pdf", family.form_pdf, name="portal-form-pdf"),
    path("portal/children/<uuid:pk>/about/", family.about_child, name="portal-about"),
    path("portal/children/<uuid:pk>/about/print/", family.about_print, name="portal-about-print"),
    path("portal/children/<uuid:pk>/about.pdf", family.about_pdf, name="portal-about-pdf"),
    path("portal/details/", family.details, name="portal-details"),
    path("portal/details/texts/", family.texts, name="portal-texts"),
    path("portal/who/", family.who_sees, name="portal-who"),
    path("dates/", public(dates.dates, why="any parent may count a date"), name="dates"),
]

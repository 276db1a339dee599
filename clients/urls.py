from django.urls import path

from clients import agreement_views, signing, views
from web.access import public

LINK = "the link in the person's own message, and a code to the same phone or mail, are the proof"

urlpatterns = [
    path("students/", views.student_list, name="students"),
    path("students/<uuid:pk>/", views.student_detail, name="student"),
    path("contacts/<uuid:pk>/", views.contact_detail, name="contact"),
    path("contacts/<uuid:pk>/confirmation/", views.contact_confirmation, name="contact-confirmation"),
    path("contacts/<uuid:pk>/joining/", views.contact_joining, name="contact-joining"),
    path("students/<uuid:pk>/papers/", views.student_papers, name="student-papers"),
    path("students/<uuid:pk>/releases/new/", agreement_views.release_new, name="release-new"),
    path("releases/<uuid:pk>/end/", agreement_views.release_end, name="release-end"),
    path("agreements/<uuid:pk>/", agreement_views.agreement_detail, name="agreement"),
    path("agreements/<uuid:pk>/paper.pdf", agreement_views.agreement_pdf, name="agreement-pdf"),
    path(
        "agreements/<uuid:pk>/withdrawal/", agreement_views.agreement_withdrawal, name="agreement-withdrawal"
    ),
    path("templates/", agreement_views.template_list, name="templates"),
    path("templates/new/", agreement_views.template_form, name="template-new"),
    path("templates/<uuid:pk>/", agreement_views.template_form, name="template"),
    path("sign/<str:secret>/", public(signing.sign_start, why=LINK), name="sign-start"),
    path("sign/<str:secret>/code/", public(signing.sign_code, why=LINK), name="sign-code"),
    path("sign/<str:secret>/paper/", public(signing.sign_paper, why=LINK), name="sign-paper"),
    path("sign/<str:secret>/paper.pdf", public(signing.sign_pdf, why=LINK), name="sign-pdf"),
]

from django.urls import path

from clients import about, agreement_views, school_views, signing, views
from web.access import public

LINK = "the link in the person's own message, and a code to the same phone or mail, are the proof"

urlpatterns = [
    path("students/", views.student_list, name="students"),
    path("students/new/", views.student_new, name="student-new"),
    path("students/<uuid:pk>/", views.student_detail, name="student"),
    path("students/<uuid:pk>/edit/", views.student_edit, name="student-edit"),
    path("students/<uuid:pk>/names/", views.student_name, name="student-name"),
    path("students/<uuid:pk>/merge/", views.student_merge, name="student-merge"),
    path("students/<uuid:pk>/contacts/new/", views.contact_new, name="contact-new"),
    path("students/<uuid:pk>/about/", about.student_about, name="student-about"),
    path("students/<uuid:pk>/about.pdf", about.student_about_pdf, name="student-about-pdf"),
    path("merges/<uuid:pk>/undo/", views.merge_undo, name="merge-undo"),
    path("contacts/<uuid:pk>/", views.contact_detail, name="contact"),
    path("contacts/<uuid:pk>/edit/", views.contact_edit, name="contact-edit"),
    path("contacts/<uuid:pk>/points/", views.contact_point, name="contact-point"),
    path("contacts/<uuid:pk>/points/safety/", views.contact_point_safety, name="contact-point-safety"),
    path("contacts/<uuid:pk>/names/", views.contact_name, name="contact-name"),
    path("contacts/<uuid:pk>/merge/", views.contact_merge, name="contact-merge"),
    path("contacts/<uuid:pk>/students/new/", views.contact_child, name="contact-child"),
    path("contacts/<uuid:pk>/students/<uuid:student>/", views.guardianship, name="guardianship"),
    path("contacts/<uuid:pk>/confirmation/", views.contact_confirmation, name="contact-confirmation"),
    path("contacts/<uuid:pk>/sign-in/", views.contact_sign_in, name="contact-sign-in"),
    path("contacts/<uuid:pk>/joining/", views.contact_joining, name="contact-joining"),
    path("students/<uuid:pk>/permissions/", views.student_papers, name="student-papers"),
    path("students/<uuid:pk>/releases/new/", agreement_views.release_new, name="release-new"),
    path("releases/<uuid:pk>/end/", agreement_views.release_end, name="release-end"),
    path("agreements/<uuid:pk>/", agreement_views.agreement_detail, name="agreement"),
    path("agreements/<uuid:pk>/paper.pdf", agreement_views.agreement_pdf, name="agreement-pdf"),
    path(
        "agreements/<uuid:pk>/withdrawal/", agreement_views.agreement_withdrawal, name="agreement-withdrawal"
    ),
    path("districts/", school_views.district_list, name="districts"),
    path("districts/new/", school_views.district_new, name="district-new"),
    path("districts/<uuid:pk>/", school_views.district_detail, name="district"),
    path("districts/<uuid:pk>/edit/", school_views.district_edit, name="district-edit"),
    path("districts/<uuid:pk>/people/", school_views.district_person, name="district-person"),
    path("schools/new/", school_views.school_new, name="school-new"),
    path("schools/<uuid:pk>/", school_views.school_detail, name="school"),
    path("schools/<uuid:pk>/edit/", school_views.school_edit, name="school-edit"),
    path("schools/<uuid:pk>/people/", school_views.school_person, name="school-person"),
    path(
        "school-people/<uuid:pk>/leaving/", school_views.school_person_leaving, name="school-person-leaving"
    ),
    path("templates/", agreement_views.template_list, name="templates"),
    path("templates/new/", agreement_views.template_form, name="template-new"),
    path("templates/<uuid:pk>/", agreement_views.template_form, name="template"),
    path("templates/<uuid:pk>/retirement/", agreement_views.template_retirement, name="template-retirement"),
    path("sign/<str:secret>/", public(signing.sign_start, why=LINK), name="sign-start"),
    path("sign/<str:secret>/code/", public(signing.sign_code, why=LINK), name="sign-code"),
    path("sign/<str:secret>/paper/", public(signing.sign_paper, why=LINK), name="sign-paper"),
    path("sign/<str:secret>/paper.pdf", public(signing.sign_pdf, why=LINK), name="sign-pdf"),
]

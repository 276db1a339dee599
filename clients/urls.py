from django.urls import path

from clients import views

urlpatterns = [
    path("students/", views.student_list, name="students"),
    path("students/<uuid:pk>/", views.student_detail, name="student"),
    path("contacts/<uuid:pk>/", views.contact_detail, name="contact"),
    path("contacts/<uuid:pk>/confirmation/", views.contact_confirmation, name="contact-confirmation"),
    path("contacts/<uuid:pk>/joining/", views.contact_joining, name="contact-joining"),
]

from django.urls import path

from portal import views

urlpatterns = [
    path("portal/", views.home, name="portal"),
    path("portal/guest/", views.guest, name="guest"),
]

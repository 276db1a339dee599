from django.urls import path

from portal import dates, views
from web.access import public

urlpatterns = [
    path("portal/", views.home, name="portal"),
    path("portal/children/<uuid:pk>/", views.child_timeline, name="portal-timeline"),
    path("portal/children/<uuid:pk>/who/", views.child_who, name="portal-who"),
    path("portal/meetings/<uuid:pk>/", views.meeting_prep, name="portal-meeting"),
    path("portal/guest/", views.guest, name="guest"),
    path("dates/", public(dates.dates, why="any parent may count a date"), name="dates"),
]

from django.urls import path

from scheduling import calendar, embed, feed, hours, reminders, series_pages, views
from scheduling import public as family
from web.access import public

ANYONE = "families book without an account"
LINK = "the link in the family's own message is the proof"

urlpatterns = [
    path("", public(family.front, why="the firm's own first page"), name="front"),
    path("book/", public(family.book, why=ANYONE), name="book"),
    path("book/<uuid:pk>/", public(family.book_time, why=ANYONE), name="book-time"),
    path("book/<uuid:pk>/details/", public(family.book_details, why=ANYONE), name="book-details"),
    path("b/<str:secret>/", public(family.manage, why=LINK), name="booking-manage"),
    path("b/<str:secret>/change/", public(family.change, why=LINK), name="booking-change"),
    path("b/<str:secret>/call-off/", public(family.call_off, why=LINK), name="booking-call-off"),
    path("b/<str:secret>/iep/", public(family.send_paper, why=LINK), name="booking-iep"),
    path("b/<str:secret>/pay/", public(family.pay, why=LINK), name="booking-pay"),
    path("b/<str:secret>/call.ics", public(family.calendar_file, why=LINK), name="booking-calendar"),
    path("embed/", public(embed.embed, why=ANYONE), name="embed"),
    path("embed/<uuid:pk>/", public(embed.embed_times, why=ANYONE), name="embed-times"),
    path("embed/<uuid:pk>/next/", public(embed.embed_next, why=ANYONE), name="embed-next"),
    path("feeds/<str:secret>.ics", public(feed.feed, why="the secret address is the proof"), name="feed"),
    path("calendar/feed/", feed.feed_settings, name="calendar-feed"),
    path("bookings/", calendar.booking_list, name="bookings"),
    path("bookings/new/", views.booking_new, name="booking-new"),
    path("bookings/<uuid:pk>/", views.booking_detail, name="booking"),
    path("bookings/<uuid:pk>/call-off/", views.booking_call_off, name="booking-staff-call-off"),
    path("bookings/<uuid:pk>/change/", views.booking_change, name="booking-staff-change"),
    path("bookings/<uuid:pk>/student/", views.booking_student, name="booking-student"),
    path("bookings/<uuid:pk>/case/", views.booking_case, name="booking-case"),
    path("bookings/<uuid:pk>/no-show/", views.booking_no_show, name="booking-no-show"),
    path("series/new/", series_pages.series_new, name="series-new"),
    path("series/<uuid:pk>/", series_pages.series, name="series"),
    path("services/", views.service_list, name="services"),
    path("services/new/", views.service_form, name="service-new"),
    path("services/<uuid:pk>/", views.service_form, name="service"),
    path("services/<uuid:pk>/publication/", views.service_publication, name="service-publication"),
    path("services/<uuid:pk>/reminders/", reminders.service_reminders, name="service-reminders"),
    path("hours/", hours.hours, name="hours"),
    path("hours/limits/", hours.hours_limits, name="hours-limits"),
    path("hours/dates/", hours.date_hours_new, name="date-hours-new"),
    path("hours/dates/<uuid:pk>/", hours.date_hours, name="date-hours"),
    path("hours/dates/<uuid:pk>/removal/", hours.date_hours_removal, name="date-hours-removal"),
    path("closures/", hours.closures, name="closures"),
    path("closures/holidays/", hours.holiday_closures, name="closures-holidays"),
    path("closures/<uuid:pk>/", hours.closure, name="closure"),
    path("closures/<uuid:pk>/removal/", hours.closure_removal, name="closure-removal"),
    path("blocks/new/", hours.block_new, name="block-new"),
    path("blocks/<uuid:pk>/", hours.block, name="block"),
    path("blocks/<uuid:pk>/removal/", hours.block_removal, name="block-removal"),
]

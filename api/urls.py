from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from cases import api as cases
from clients import api as clients
from documents import api as documents
from intake import api as intake
from messaging import api as messaging
from reviews import api as reviews
from scheduling import api as scheduling
from scheduling import api_hours as hours
from web.access import public

router = SimpleRouter()
router.register("students", clients.StudentViewSet, basename="api-student")
router.register("contacts", clients.ContactViewSet, basename="api-contact")
router.register("districts", clients.DistrictViewSet, basename="api-district")
router.register("schools", clients.SchoolViewSet, basename="api-school")
router.register("agreements", clients.AgreementViewSet, basename="api-agreement")
router.register("releases", clients.ReleaseViewSet, basename="api-release")
router.register("inquiries", intake.InquiryViewSet, basename="api-inquiry")
router.register("services", scheduling.ServiceViewSet, basename="api-service")
router.register("cases", cases.CaseViewSet, basename="api-case")
router.register("events", cases.EventViewSet, basename="api-event")
router.register("deadlines", cases.DeadlineViewSet, basename="api-deadline")
router.register("tasks", cases.TaskViewSet, basename="api-task")
router.register("meetings", cases.MeetingViewSet, basename="api-meeting")
router.register("timeline", cases.EntryViewSet, basename="api-entry")
router.register("calendars", cases.CalendarViewSet, basename="api-calendar")
router.register("bookings", scheduling.BookingViewSet, basename="api-booking")
router.register("weekly-hours", hours.WeeklyHoursViewSet, basename="api-weekly-hours")
router.register("date-hours", hours.DateHoursViewSet, basename="api-date-hours")
router.register("blocks", hours.BlockViewSet, basename="api-block")
router.register("closures", hours.ClosureViewSet, basename="api-closure")
router.register("series", hours.SeriesViewSet, basename="api-series")
router.register("calendar-feed", hours.FeedViewSet, basename="api-calendar-feed")
router.register("reminder-plans", messaging.ReminderPlanViewSet, basename="api-reminder-plan")
router.register("documents", documents.DocumentViewSet, basename="api-document")
router.register("paper-requests", documents.PaperRequestViewSet, basename="api-paper-request")
router.register("threads", messaging.ThreadViewSet, basename="api-thread")
router.register("reviews", reviews.ReviewViewSet, basename="api-review")
router.register("plans", reviews.PlanViewSet, basename="api-plan")
router.register("comparisons", reviews.ComparisonViewSet, basename="api-comparison")

urlpatterns = [
    path(
        "schema/",
        public(
            SpectacularJSONAPIView.as_view(
                permission_classes=[], authentication_classes=[], urlconf="config.urls"
            ),
            why="a description of the API, the same at every firm",
        ),
        name="api-schema",
    ),
    *router.urls,
]

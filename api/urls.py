from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from billing import api as billing
from cases import api as cases
from cases import api_lines as lines
from circle import api as circle
from clients import api as clients
from clients import api_papers as papers
from documents import api as documents
from intake import api as intake
from intake import api_questions as questions
from invoices import api as invoices
from invoices import api_terms as terms
from messaging import api as messaging
from messaging import api_words as words
from minutes import api as minutes
from payments import api as payments
from progress import api as progress
from reviews import api as reviews
from scheduling import api as scheduling
from scheduling import api_hours as hours
from web.access import public

router = SimpleRouter()
router.register("students", clients.StudentViewSet, basename="api-student")
router.register("contacts", clients.ContactViewSet, basename="api-contact")
router.register("guardianships", clients.GuardianshipViewSet, basename="api-guardianship")
router.register("districts", clients.DistrictViewSet, basename="api-district")
router.register("schools", clients.SchoolViewSet, basename="api-school")
router.register("school-people", clients.SchoolPersonViewSet, basename="api-school-person")
router.register("paper-templates", papers.PaperTemplateViewSet, basename="api-paper-template")
router.register("agreements", papers.AgreementViewSet, basename="api-agreement")
router.register("releases", papers.ReleaseViewSet, basename="api-release")
router.register("about-pages", papers.AboutPageViewSet, basename="api-about-page")
router.register("inquiries", intake.InquiryViewSet, basename="api-inquiry")
router.register("conflict-reports", intake.ReportViewSet, basename="api-conflict-report")
router.register("question-lists", questions.QuestionListViewSet, basename="api-questions")
router.register("questions", questions.QuestionViewSet, basename="api-question")
router.register("responses", questions.ResponseViewSet, basename="api-response")
router.register("services", scheduling.ServiceViewSet, basename="api-service")
router.register("cases", cases.CaseViewSet, basename="api-case")
router.register("events", cases.EventViewSet, basename="api-event")
router.register("deadlines", cases.DeadlineViewSet, basename="api-deadline")
router.register("tasks", cases.TaskViewSet, basename="api-task")
router.register("meetings", cases.MeetingViewSet, basename="api-meeting")
router.register("attendees", lines.AttendeeViewSet, basename="api-attendee")
router.register("concerns", lines.ConcernViewSet, basename="api-concern")
router.register("meeting-requests", lines.MeetingRequestViewSet, basename="api-meeting-request")
router.register("decisions", lines.DecisionViewSet, basename="api-decision")
router.register("removals", lines.RemovalViewSet, basename="api-removal")
router.register("task-templates", lines.TaskTemplateViewSet, basename="api-task-template")
router.register("timeline", cases.EntryViewSet, basename="api-entry")
router.register("calendars", cases.CalendarViewSet, basename="api-calendar")
router.register("school-years", cases.SchoolYearViewSet, basename="api-school-year")
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
router.register("payments", payments.PaymentViewSet, basename="api-payment")
router.register("pay-links", payments.PayLinkViewSet, basename="api-pay-link")
router.register("refunds", payments.RefundViewSet, basename="api-refund")
router.register("threads", messaging.ThreadViewSet, basename="api-thread")
router.register("wordings", words.WordingViewSet, basename="api-wording")
router.register("consents", words.ConsentViewSet, basename="api-consent")
router.register("nudges", words.NudgeViewSet, basename="api-nudge")
router.register("reviews", reviews.ReviewViewSet, basename="api-review")
router.register("review-questions", reviews.QuestionViewSet, basename="api-review-question")
router.register("filings", reviews.FilingViewSet, basename="api-filing")
router.register("plans", reviews.PlanViewSet, basename="api-plan")
router.register("delivered-sessions", minutes.DeliveredSessionViewSet, basename="api-delivered-session")
router.register("missed-sessions", minutes.MissedSessionViewSet, basename="api-missed-session")
router.register("worksheets", minutes.WorksheetViewSet, basename="api-worksheet")
router.register("minutes", minutes.MinutesViewSet, basename="api-minutes")
router.register("comparisons", reviews.ComparisonViewSet, basename="api-comparison")
router.register("time-entries", invoices.TimeEntryViewSet, basename="api-time")
router.register("expenses", invoices.ExpenseViewSet, basename="api-expense")
router.register("invoice-drafts", invoices.DraftViewSet, basename="api-draft")
router.register("invoices", invoices.InvoiceViewSet, basename="api-invoice")
router.register("billing-terms", terms.TermsViewSet, basename="api-terms")
router.register("rates", terms.RateViewSet, basename="api-rate")
router.register("flat-fees", terms.FlatFeeViewSet, basename="api-fee")
router.register("estimates", terms.EstimateViewSet, basename="api-estimate")
router.register("retainers", terms.RetainerViewSet, basename="api-retainer")
router.register("signed-weeks", terms.SignOffViewSet, basename="api-signed-week")
router.register("credit-notes", invoices.CreditNoteViewSet, basename="api-credit-note")
router.register("posts", circle.PostViewSet, basename="api-post")
router.register("check-ins", circle.CheckInViewSet, basename="api-check-in")
router.register("actions", circle.ActionViewSet, basename="api-action")
router.register("guest-grants", circle.GrantViewSet, basename="api-guest-grant")
router.register("transition-plans", circle.TransitionPlanViewSet, basename="api-transition-plan")
router.register("sheets", progress.SheetViewSet, basename="api-sheet")
router.register("points", progress.PointViewSet, basename="api-point")
router.register("school-reports", progress.SchoolReportViewSet, basename="api-school-report")
router.register("wins", progress.WinViewSet, basename="api-win")
router.register("strategies", progress.StrategyViewSet, basename="api-strategy")
router.register("term-reports", progress.TermReportViewSet, basename="api-term-report")

urlpatterns = [
    path("subscription/", billing.SubscriptionView.as_view(), name="api-subscription"),
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

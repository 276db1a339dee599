from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from documents import api as documents
from reviews import api as reviews
from scheduling import api as scheduling
from web.access import public

router = SimpleRouter()
router.register("services", scheduling.ServiceViewSet, basename="api-service")
router.register("bookings", scheduling.BookingViewSet, basename="api-booking")
router.register("documents", documents.DocumentViewSet, basename="api-document")
router.register("paper-requests", documents.PaperRequestViewSet, basename="api-paper-request")
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

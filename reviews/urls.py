from django.urls import path

from reviews import portal, values, views

urlpatterns = [
    path("reviews/", views.queue, name="reviews"),
    path("reviews/<uuid:pk>/", views.review, name="review"),
    path("reviews/<uuid:pk>/state/", views.review_state, name="review-state"),
    path("reviews/<uuid:pk>/points/new/", views.point_new, name="review-point-new"),
    path("reviews/<uuid:pk>/points/<int:number>/", views.point, name="review-point"),
    path("reviews/<uuid:pk>/values/", values.values, name="review-values"),
    path("reviews/<uuid:pk>/values/<str:slot>/new/", values.value_new, name="review-value-new"),
    path("reviews/<uuid:pk>/values/<str:slot>/<int:index>/", values.value, name="review-value"),
    path(
        "reviews/<uuid:pk>/values/<str:slot>/<int:index>/removal/",
        values.value_removal,
        name="review-value-removal",
    ),
    path(
        "reviews/<uuid:pk>/values/<uuid:correction>/return/", values.value_return, name="review-value-return"
    ),
    path("reviews/<uuid:pk>/checklist/", views.checklist_page, name="review-checklist"),
    path(
        "reviews/<uuid:pk>/checklist/<str:item>/point/", views.checklist_point, name="review-checklist-point"
    ),
    path("reviews/<uuid:pk>/setting/", views.setting, name="review-setting"),
    path("reviews/<uuid:pk>/child/", views.child, name="review-child"),
    path("reviews/<uuid:pk>/sign-off/", views.sign_off, name="review-sign-off"),
    path("reviews/<uuid:pk>/send/", views.send, name="review-send"),
    path("reviews/<uuid:pk>/revision/", views.revision, name="review-revision"),
    path("reviews/<uuid:pk>/acceptance/", views.acceptance, name="review-acceptance"),
    path("reviews/<uuid:pk>/preview/", views.preview, name="review-preview"),
    path("reviews/<uuid:pk>/report.pdf", views.report_pdf, name="review-report"),
    path("reviews/questions/<uuid:pk>/answer/", views.question_answer, name="review-question-answer"),
    path("reviews/comparisons/<uuid:pk>/", views.comparison, name="comparison"),
    path("reviews/comparisons/<uuid:pk>/match/", views.comparison_match, name="comparison-match"),
    path("reviews/comparisons/<uuid:pk>/offer/", views.comparison_offer, name="comparison-offer"),
    path("reviews/comparisons/<uuid:pk>/two-ieps.pdf", views.comparison_pdf, name="comparison-pdf"),
    path("documents/<uuid:pk>/review/", views.start, name="review-start"),
    path("documents/<uuid:pk>/child/", views.document_child, name="document-child"),
    path("students/<uuid:pk>/iep/", views.plan, name="plan"),
    path("students/<uuid:pk>/iep/services/<uuid:row>/change/", views.service_change, name="service-change"),
    path("students/<uuid:pk>/iep/compare/", views.comparison_new, name="comparison-new"),
    path("portal/reviews/", portal.review_list, name="portal-reviews"),
    path("portal/reviews/<uuid:pk>/", portal.review, name="portal-review"),
    path("portal/reviews/<uuid:pk>/points/<int:number>/ask/", portal.ask, name="portal-review-ask"),
    path("portal/reviews/<uuid:pk>/report.pdf", portal.report, name="portal-review-report"),
]

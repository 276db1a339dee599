from django.urls import path

from intake import answering, questions, views
from web.access import public

LINK = "the link in the family's own message is the proof"

urlpatterns = [
    path("intake/", views.pipeline, name="intake"),
    path("intake/finished/", views.finished, name="intake-finished"),
    path("intake/new/", views.inquiry_new, name="inquiry-new"),
    path("intake/<uuid:pk>/", views.inquiry_detail, name="inquiry"),
    path("intake/<uuid:pk>/edit/", views.inquiry_edit, name="inquiry-edit"),
    path("intake/<uuid:pk>/child/", views.inquiry_child, name="inquiry-child"),
    path("intake/<uuid:pk>/check/", views.inquiry_check, name="inquiry-check"),
    path("intake/<uuid:pk>/joining/", views.inquiry_joining, name="inquiry-joining"),
    path("intake/<uuid:pk>/agreement/", views.inquiry_agreement, name="inquiry-agreement"),
    path("intake/<uuid:pk>/case/", views.inquiry_case, name="inquiry-case"),
    path("intake/<uuid:pk>/refusal/", views.inquiry_refusal, name="inquiry-refusal"),
    path("intake/<uuid:pk>/questions/", answering.inquiry_questions, name="inquiry-questions"),
    path("intake/reports/<uuid:pk>/decision/", views.conflict_decision, name="conflict-decision"),
    path("questions/", questions.list_list, name="question-lists"),
    path("questions/new/", questions.list_new, name="question-list-new"),
    path("questions/<uuid:pk>/", questions.list_detail, name="question-list"),
    path("questions/<uuid:pk>/retirement/", questions.list_retirement, name="question-list-retirement"),
    path("questions/<uuid:pk>/preview/", questions.preview, name="question-list-preview"),
    path("questions/<uuid:pk>/add/", questions.question_new, name="question-new"),
    path("questions/question/<uuid:pk>/", questions.question_edit, name="question"),
    path("questions/question/<uuid:pk>/move/", questions.question_move, name="question-move"),
    path(
        "questions/question/<uuid:pk>/retirement/", questions.question_retirement, name="question-retirement"
    ),
    path("answers/<str:secret>/", public(answering.answers, why=LINK), name="answers"),
]

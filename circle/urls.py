from django.urls import path

from circle import growing_up, people, views

PAGE = "shared/<uuid:pk>/"
PLAN = "shared/<uuid:pk>/adult-life/"

urlpatterns = [
    path("shared/", views.door, name="guest"),
    path(PAGE, views.shared_page, name="shared-page"),
    path(f"{PAGE}posts/", views.shared_post_new, name="shared-post-new"),
    path(f"{PAGE}posts/<uuid:post>/answers/", views.shared_answer_new, name="shared-answer-new"),
    path(f"{PAGE}posts/<uuid:post>/withdrawal/", views.shared_post_withdrawal, name="shared-post-withdrawal"),
    path(f"{PAGE}wins/", views.shared_wins, name="shared-wins"),
    path(f"{PAGE}wins/new/", views.shared_win_new, name="shared-win-new"),
    path(f"{PAGE}wins/<uuid:win>/withdrawal/", views.shared_win_withdrawal, name="shared-win-withdrawal"),
    path(f"{PAGE}strategies/<uuid:strategy>/", views.shared_strategy, name="shared-strategy"),
    path(f"{PAGE}strategies/", views.shared_strategy_new, name="shared-strategy-new"),
    path(
        f"{PAGE}strategies/<uuid:strategy>/results/",
        views.shared_strategy_result,
        name="shared-strategy-result",
    ),
    path(f"{PAGE}reports/<uuid:report>/report.pdf", views.shared_report, name="shared-report"),
    path(f"{PAGE}check-in/", views.shared_check_in, name="shared-check-in"),
    path(
        f"{PAGE}check-in/<uuid:check_in>/questions/",
        views.shared_check_in_question,
        name="shared-check-in-question",
    ),
    path(f"{PAGE}check-in/<uuid:check_in>/end/", views.shared_check_in_end, name="shared-check-in-end"),
    path(f"{PAGE}actions/", views.shared_action_new, name="shared-action-new"),
    path(
        f"{PAGE}actions/<uuid:action>/completion/",
        views.shared_action_completion,
        name="shared-action-completion",
    ),
    path(
        f"{PAGE}actions/<uuid:action>/reopening/",
        views.shared_action_reopening,
        name="shared-action-reopening",
    ),
    path(
        f"{PAGE}actions/<uuid:action>/withdrawal/",
        views.shared_action_withdrawal,
        name="shared-action-withdrawal",
    ),
    path(f"{PAGE}pace/", views.shared_pace, name="shared-pace"),
    path(f"{PAGE}pictures/<uuid:picture>/", views.shared_picture, name="shared-picture"),
    path(f"{PAGE}clips/<uuid:clip>/", views.shared_clip, name="shared-clip"),
    path(f"{PAGE}about.pdf", views.shared_about_pdf, name="shared-about-pdf"),
    path(f"{PAGE}people/", people.shared_people, name="shared-people"),
    path(f"{PAGE}people/new/", people.shared_guest_new, name="shared-guest-new"),
    path("shared/people/<uuid:pk>/", people.shared_guest, name="shared-guest"),
    path(
        "shared/people/<uuid:pk>/confirmation/",
        people.shared_guest_confirmation,
        name="shared-guest-confirmation",
    ),
    path("shared/people/<uuid:pk>/ending/", people.shared_guest_ending, name="shared-guest-ending"),
    path(PLAN, growing_up.transition_plan, name="transition-plan"),
    path(f"{PLAN}own-words/", growing_up.own_words, name="own-words"),
    path(f"{PLAN}goals/", growing_up.post_school_goal_new, name="post-school-goal-new"),
    path(f"{PLAN}steps/", growing_up.transition_step_new, name="transition-step-new"),
    path(
        f"{PLAN}steps/<uuid:step>/completion/",
        growing_up.transition_step_completion,
        name="transition-step-completion",
    ),
    path(f"{PLAN}agencies/", growing_up.agency_new, name="agency-new"),
    path(f"{PLAN}ending/<uuid:thing>/", growing_up.transition_ending, name="transition-ending"),
    path(f"{PLAN}rights/", growing_up.rights_transfer, name="rights-transfer"),
    path("portal/sharing/", growing_up.sharing, name="portal-sharing"),
]

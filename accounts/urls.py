from django.urls import path

from accounts import profile, staff, views
from web.access import public

urlpatterns = [
    path("sign-in/", public(views.sign_in, why="people sign in here"), name="sign-in"),
    path("sign-in/code/", public(views.sign_in_code, why="people sign in here"), name="sign-in-code"),
    path("sign-in/staff/", public(views.staff_sign_in, why="people sign in here"), name="staff-sign-in"),
    path("sign-in/second-step/", public(views.second_step, why="between the password and the session"), name="second-step"),
    path("sign-in/set-up/", public(views.second_step_setup, why="between the password and the session"), name="second-step-setup"),
    path("sign-in/forgotten/", public(views.forgotten, why="who forgot the password cannot sign in"), name="forgotten"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("new-password/<str:user_id>/<str:token>/", public(views.new_password, why="the link is the proof"), name="new-password"),
    path("confirm-email/<str:user_id>/<str:token>/", public(views.confirm_email, why="the link is the proof"), name="confirm-email"),
    path("confirm-email/<str:user_id>/<str:token>/confirmation/", public(views.email_confirmation, why="the link is the proof"), name="email-confirmation"),
    path("welcome/", public(views.welcome, why="the token of sign-up is the proof"), name="welcome"),
    path("invitations/<str:token>/", public(staff.invitation, why="the link is the proof"), name="invitation"),
    path("staff/", staff.staff, name="staff"),
    path("staff/invitation/", staff.invitation_new, name="invitation-new"),
    path("staff/invitations/<uuid:pk>/withdrawal/", staff.invitation_withdrawal, name="invitation-withdrawal"),
    path("staff/<uuid:pk>/", staff.staff_member, name="staff-member"),
    path("staff/<uuid:pk>/deactivation/", staff.staff_deactivation, name="staff-deactivation"),
    path("staff/<uuid:pk>/second-step/reset/", staff.staff_second_step_reset, name="staff-second-step-reset"),
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", profile.password_change, name="password-change"),
    path("profile/second-step/", profile.second_step_change, name="second-step-change"),
    path("profile/other-sessions/end/", profile.other_sessions_end, name="other-sessions-end"),
    path("profile/sessions/<str:mark>/end/", profile.session_end, name="session-end"),
    path("profile/tokens/", profile.token_new, name="token-new"),
    path("profile/tokens/<uuid:pk>/revocation/", profile.token_revocation, name="token-revocation"),
    path("access-log/", staff.access_log, name="access-log"),
]  # fmt: skip

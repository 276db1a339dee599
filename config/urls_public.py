"""The public host."""

from django.urls import include, path

from billing import hooks as billing_hooks
from outbox import hooks
from payments import hooks as payment_hooks
from web.access import public

urlpatterns = [
    path("", include("web.urls")),
    path("", include("lobby.urls")),
    path("hooks/twilio/inbound/", public(hooks.inbound, why="Twilio signs it"), name="twilio-inbound"),
    path("hooks/twilio/status/", public(hooks.status, why="Twilio signs it"), name="twilio-status"),
    path("hooks/stripe/", public(billing_hooks.platform, why="Stripe signs it"), name="stripe-platform"),
    path(
        "hooks/stripe/connect/", public(payment_hooks.connect, why="Stripe signs it"), name="stripe-connect"
    ),
]
handler400 = "web.views.bad_request"
handler403 = "web.views.permission_denied"
handler404 = "web.views.page_not_found"
handler500 = "web.views.server_error"

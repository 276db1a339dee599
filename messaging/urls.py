from django.urls import path

from messaging import checking_in, mail, portal, sender, texts_settings, views
from web.access import public

urlpatterns = [
    path("messages/", views.inbox, name="messages"),
    path("messages/check-ins/", checking_in.check_ins, name="check-ins"),
    path("contacts/<uuid:pk>/check-in/", checking_in.check_in_new, name="check-in-new"),
    path("messages/<uuid:pk>/", views.thread_detail, name="thread"),
    path("messages/<uuid:pk>/size/", views.text_size, name="text-size"),
    path("messages/<uuid:pk>/thread.pdf", views.thread_pdf, name="thread-pdf"),
    path("messages/<uuid:pk>/assignment/", views.thread_assignment, name="thread-assignment"),
    path("messages/<uuid:pk>/snooze/", views.thread_snooze, name="thread-snooze"),
    path("messages/<uuid:pk>/unread/", views.thread_unread, name="thread-unread"),
    path("messages/<uuid:pk>/settlement/", views.thread_settlement, name="thread-settlement"),
    path("messages/<uuid:pk>/consent/", views.thread_consent, name="thread-consent"),
    path("messages/<uuid:pk>/contact/", views.thread_contact, name="thread-contact"),
    path("messages/texts/<uuid:pk>/stop/", views.stop_decision, name="stop-decision"),
    path("contacts/<uuid:pk>/messages/", views.contact_messages, name="contact-messages"),
    path("settings/texts/", texts_settings.texts, name="texts"),
    path("settings/texts/<str:kind>/<str:language>/", texts_settings.text_wording, name="text-wording"),
    path("settings/sender/", sender.sender, name="sender"),
    path("settings/sender/check/", sender.sender_check, name="sender-check"),
    path(
        "mail/stop/<str:token>/",
        public(mail.mail_stop, why="the link in a mail is the proof"),
        name="mail-stop",
    ),
    path("health/addresses/<uuid:pk>/", mail.mail_stop_lift, name="mail-stop-lift"),
    path("health/", views.health_page, name="health"),
    path("portal/messages/", portal.messages_page, name="portal-messages"),
]

from typing import Any

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from messaging import mail, pictures, threads
        from outbox.sending import guard
        from outbox.signals import delivery_changed, text_taken
        from tenants.due import on_due
        from web.access import Can
        from web.navigation import register

        guard(threads.may_leave)
        on_due(pictures.FETCH, pictures.fetch)
        delivery_changed.connect(mail.tell_of_bounce, dispatch_uid="messages-bounces")
        delivery_changed.connect(mail.tell_of_trouble, dispatch_uid="messages-trouble")
        delivery_changed.connect(mail.tell_of_number, dispatch_uid="messages-numbers")
        text_taken.connect(threads.file_text, dispatch_uid="messages-file-texts")
        register(
            "staff", label=_("Messages"), icon="inbox", url_name="messages", order=35, phone=True, can=Can.SEE_MESSAGES,
            count=waiting,
        )  # fmt: skip
        register("settings", label=_("Texts and reminders"), icon="mobile", url_name="texts", order=57, can=Can.SET_MESSAGES)  # fmt: skip
        register("settings", label=_("Sender of texts"), icon="mobile", url_name="sender", order=57, can=Can.SET_MESSAGES)  # fmt: skip
        register("settings", label=_("Health"), icon="heart", url_name="health", order=58, can=Can.SEE_HEALTH)
        register("family", label=_("Messages"), icon="inbox", url_name="portal-messages", order=20, phone=True, can=Can.VISIT_PORTAL, count=unread)  # fmt: skip


def waiting(request: Any) -> int:
    """The count beside Messages: threads that wait for this person."""
    from django.utils import timezone

    from messaging import threads

    return threads.unread_count(request.user, at=timezone.now())


def unread(request: Any) -> int:
    """The count on a family's page: portal messages of the firm that they have not read."""
    from django.db.models import Exists, OuterRef

    from messaging.models import PortalMessage, Reading, Thread

    user = request.user
    rows = PortalMessage.objects.filter(thread__in=Thread.objects.visible_to(user), from_family=False)
    read = Reading.objects.filter(thread=OuterRef("thread"), user=user, read_at__gte=OuterRef("at"))
    return rows.filter(~Exists(read)).count()

"""E-mail over SMTP, with a plain twin, one button at most, and a Message-ID that is ours."""

from __future__ import annotations

import base64
import smtplib
from email.utils import formataddr

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection

from outbox.models import Message
from outbox.providers.outcome import Answer, Outcome
from tenants.places import current_firm

# RFC 5321: no such mailbox, not here, name not allowed.
NOBODY_THERE = {550, 551, 553}
_SALT = "mail stop"


def stop_link(message: Message) -> str:
    """Where one click ends mails like this one (RFC 8058); it names the message, never the address."""
    return current_firm().url(f"/mail/stop/{signing.dumps(str(message.pk), salt=_SALT)}/")


def stopped_by(token: str) -> Message | None:
    """The message whose link was followed, or None when the link is not ours."""
    try:
        return Message.objects.filter(pk=signing.loads(token, salt=_SALT)).first()
    except (signing.BadSignature, ValidationError):
        return None


def compose(message: Message) -> EmailMultiAlternatives:
    firm = current_firm()
    mail = EmailMultiAlternatives(
        subject=" ".join(message.title.split()),
        body=message.body,
        from_email=formataddr((firm.name, settings.EMAIL_FROM)),
        to=[message.recipient],
        headers={
            "Message-ID": f"<{message.pk}@{settings.EMAIL_FROM.rpartition('@')[2]}>",
            "Content-Language": message.language,
            "Auto-Submitted": "auto-generated",
        },
    )
    if not message.answers:
        mail.extra_headers["List-Unsubscribe"] = f"<{stop_link(message)}>"
        mail.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    for attached in message.attachments:
        mail.attach(attached["name"], base64.b64decode(attached["base64"]), attached["type"])
    return mail


def send(message: Message) -> Answer:
    """Hands one e-mail to the server."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Outcome.AGAIN, reason=f"the mail server did not answer ({type(error).__name__})")
    try:
        mail = compose(message)
        mail.connection = connection
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        reason = words.decode(errors="replace")[:180]
        again = 400 <= code < 500
        return Answer(
            Outcome.AGAIN if again else Outcome.REFUSED, reason=reason, code=str(code),
            dead_address=code in NOBODY_THERE,
        )  # fmt: skip
    except smtplib.SMTPResponseException as error:
        said = (
            error.smtp_error.decode(errors="replace")
            if isinstance(error.smtp_error, bytes)
            else error.smtp_error
        )
        outcome = Outcome.AGAIN if 400 <= error.smtp_code < 500 else Outcome.REFUSED
        return Answer(outcome, reason=str(said)[:180], code=str(error.smtp_code))
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Outcome.UNKNOWN, reason=f"the mail server's answer was lost ({type(error).__name__})")
    finally:
        connection.close()
    return Answer(Outcome.SENT, provider_id=str(message.pk))

"""Why a message did not leave. Rows keep it in English, as it was; `in_words` says it in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as kept

# What nobody needs any more: taken back by us, and no sign of trouble.
BOOKING_MOVED = kept("the booking was moved")
BOOKING_CALLED_OFF = kept("the booking was called off")
BOOKING_CHANGED = kept("the booking was changed")
PAPER_CAME = kept("the paper has come")
REQUEST_CALLED_OFF = kept("the request was called off")
NOT_WANTED = kept("the paper has come, or is not wanted any more")
PAPER_CALLED_BACK = kept("the paper was called back")
PAPER_SIGNED = kept("the paper is signed")
SETTLED = kept("it is paid or credited")
TAKEN_BACK = frozenset(
    {
        BOOKING_MOVED, BOOKING_CALLED_OFF, BOOKING_CHANGED, PAPER_CAME, REQUEST_CALLED_OFF, NOT_WANTED,
        PAPER_CALLED_BACK, PAPER_SIGNED, SETTLED,
    }
)  # fmt: skip

# What the outbox itself holds back.
NO_MINUTE_BEFORE = kept("no allowed minute was left before it was due")
NO_MINUTE = kept("no allowed minute is left")
CODE_LAPSED = kept("the code has lapsed")
BEGUN = kept("what it reminds of has begun")
MAIL_IS_OFF = kept("e-mail is not set up here")
MAIL_CAME_BACK = kept("mail to this address came back")
NO_MORE_MAIL = kept("they asked for no more mail of this kind")
TEXTS_ARE_OFF = kept("texts are not set up here")
NOT_REGISTERED = kept("the firm's sender is not registered with the carriers")
OWNER_NOT_CONFIRMED = kept("the owner's address is not confirmed yet, so the firm sends e-mail only")
NOT_AGREED = kept("nobody has agreed to texts at this number")
NUMBER_HAD_ITS_TEXTS = kept("this number has had its texts for today")
FIRM_SENT_ITS_TEXTS = kept("the firm has sent its texts for today")
MONTH_USED_UP = kept("the firm's texts for this month are used up")
TEXTS_ENDED = kept("texts are off for this number")

# What the apps above answer when they are asked whether a message may still leave.
MAY_NOT_HEAR = kept("this person may not hear about this child")
NOT_SAFE = kept("this number or address is not safe to use")
NO_LONGER_SEES = kept("this person may no longer see the page")
REPORT_GONE = kept("there is no such report or person any more")

# What happened on the way.
WORKER_ENDED = kept("the worker ended while it was being sent")
NO_NUMBER = kept("the firm has no number to text from")
TWILIO_BUSY = kept("Twilio asked us to wait")
TWILIO_SILENT = kept("Twilio did not answer")
TWILIO_LOST = kept("Twilio's answer was lost")


def in_words(reason: str) -> str:
    """The reason in the reader's language; a provider's own words as they came."""
    return gettext(reason) if reason else ""

"""Why a message did not leave. Rows keep it in English, as it was; `in_words` says it in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

# What nobody needs any more: taken back by us, and no sign of trouble.
BOOKING_MOVED = gettext_noop("the booking was moved")
BOOKING_CALLED_OFF = gettext_noop("the booking was called off")
BOOKING_CHANGED = gettext_noop("the booking was changed")
PAPER_CAME = gettext_noop("the paper has come")
REQUEST_CALLED_OFF = gettext_noop("the request was called off")
NOT_WANTED = gettext_noop("the paper has come, or is not wanted any more")
PAPER_CALLED_BACK = gettext_noop("the paper was called back")
PAPER_SIGNED = gettext_noop("the paper is signed")
SETTLED = gettext_noop("it is paid or credited")
MEETING_CALLED_OFF = gettext_noop("the meeting was called off")
TAKEN_BACK = frozenset(
    {
        BOOKING_MOVED, BOOKING_CALLED_OFF, BOOKING_CHANGED, PAPER_CAME, REQUEST_CALLED_OFF, NOT_WANTED,
        PAPER_CALLED_BACK, PAPER_SIGNED, SETTLED, MEETING_CALLED_OFF,
    }
)  # fmt: skip

# What the outbox itself holds back.
NO_MINUTE_BEFORE = gettext_noop("no allowed minute was left before it was due")
NO_MINUTE = gettext_noop("no allowed minute is left")
CODE_LAPSED = gettext_noop("the code has lapsed")
BEGUN = gettext_noop("what it reminds of has begun")
MAIL_IS_OFF = gettext_noop("e-mail is not set up here")
MAIL_CAME_BACK = gettext_noop("mail to this address came back")
NO_MORE_MAIL = gettext_noop("they asked for no more mail of this kind")
TEXTS_ARE_OFF = gettext_noop("texts are not set up here")
NOT_REGISTERED = gettext_noop("the firm's sender is not registered with the carriers")
OWNER_NOT_CONFIRMED = gettext_noop("the owner's address is not confirmed yet, so the firm sends e-mail only")
NOT_AGREED = gettext_noop("nobody has agreed to texts at this number")
NUMBER_HAD_ITS_TEXTS = gettext_noop("this number has had its texts for today")
FIRM_SENT_ITS_TEXTS = gettext_noop("the firm has sent its texts for today")
MONTH_USED_UP = gettext_noop("the firm's texts for this month are used up")
TEXTS_ENDED = gettext_noop("texts are off for this number")
GOES_BY_TEXT = gettext_noop("it goes by text again")

# What the apps above answer when they are asked whether a message may still leave.
MAY_NOT_HEAR = gettext_noop("this person may not hear about this child")
NOT_SAFE = gettext_noop("this number or address is not safe to use")
NO_LONGER_SEES = gettext_noop("this person may no longer see the page")
REPORT_GONE = gettext_noop("there is no such report or person any more")

# What happened on the way.
WORKER_ENDED = gettext_noop("the worker ended while it was being sent")
NO_NUMBER = gettext_noop("the firm has no number to text from")
TWILIO_BUSY = gettext_noop("Twilio asked us to wait")
TWILIO_SILENT = gettext_noop("Twilio did not answer")
TWILIO_LOST = gettext_noop("Twilio's answer was lost")

# Why a picture that came with a text could not be had.
NOT_TWILIOS = gettext_noop("this is no address of Twilio's")
ADDRESS_NOT_ASKED = gettext_noop("its address is not one that is asked")
TOO_LARGE = gettext_noop("it is larger than can be taken in")


def in_words(reason: str) -> str:
    """The reason in the reader's language; a provider's own words as they came."""
    return gettext(reason) if reason else ""

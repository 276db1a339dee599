"""STOP, START and HELP, as Twilio handles them by itself.

Words and answers: https://help.twilio.com/articles/223134027 (English list).
"""

from __future__ import annotations

STOP = frozenset(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
START = frozenset(["START", "UNSTOP"])
HELP = frozenset(["HELP", "INFO"])

ANSWERS = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def kind_of(body: str, *, stopped: bool) -> str | None:
    """`STOP`, `START`, `HELP` or None. The keyword must be the whole text; YES starts only after a stop."""
    word = body.strip().upper()
    if word in STOP:
        return "STOP"
    if word in START or (word == "YES" and stopped):
        return "START"
    if word in HELP:
        return "HELP"
    return None

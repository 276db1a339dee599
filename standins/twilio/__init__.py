"""Twilio as far as sending and receiving texts goes: one process path, `/twilio/<original host>/…`.

Account `ACCOUNT_SID`, token `AUTH_TOKEN`, two numbers and one messaging service exist at the start
(`senders.py`); the API and `POST /control/twilio` add and change them. The operations served are
those in `data/twilio.json`, trimmed from Twilio's published description; a request that does
not follow it is served all the same, as Twilio does, and listed in `/control/stats` under
`twilio.off_description`.

What a client has to do: keep the path, put the original host in front of it, and speak to this
base, for `api.twilio.com` and `messaging.twilio.com` alike. With the official client:

    from urllib.parse import urlsplit
    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    class ElsewhereHttpClient(TwilioHttpClient):
        \"\"\"Sends every request to `base`, the original host as the first segment of the path.\"\"\"

        def __init__(self, base: str, *, timeout: float) -> None:
            super().__init__(timeout=timeout)
            self.base = base.rstrip("/")

        def request(self, method, url, *args, **kwargs):
            parts = urlsplit(url)
            query = f"?{parts.query}" if parts.query else ""
            return super().request(method, f"{self.base}/{parts.netloc}{parts.path}{query}", *args, **kwargs)

    client = Client(sid, token, http_client=ElsewhereHttpClient(base, timeout=10))

Statuses go queued, sending, sent, delivered (accepted first with a messaging service), each saved
and posted, signed, to the message's StatusCallback (or the service's). As with Twilio, a callback
is tried twice at most (once more when nobody answers), so one can be lost: the list of messages
is what settles it. An inbound text is posted, signed, to the number's SmsUrl, or to
the service's InboundRequestUrl when the service says so; a TwiML answer with `<Message>` is sent.

STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE and OPTOUT stop, START and UNSTOP (and YES
after a stop) begin again, HELP and INFO explain: the stand-in answers by itself, adds `OptOutType`
to the webhook, and refuses what is sent after a stop with 21610 (at once with From; by a
failed status with a messaging service). The stop holds for the service, or for the number.

Recipients that behave (`magic.py`):

    +15005550001  21211 not a number            +15005550103  30003 handset unreachable
    +15005550002  21612 no route                +15005550105  30005 unknown handset
    +15005550003  21408 country not permitted   +15005550106  30006 landline
    +15005550004  21610 unsubscribed            +15005550107  30007 filtered by the carrier
    +15005550009  21614 not a mobile            +15005550134  30034 sender's campaign not registered
    +15005550180  500, nothing done             +15005550181  500 after doing it
    +15005550182  answer lost after doing it    +15005550183  no answer for a minute, nothing done
    +15005550184  429                           +15005550185  answers after two seconds
    +15005550190  callbacks twice               +15005550191  callbacks in reverse order
    +15005550192  no callbacks                  +15005550193  stays "sent"
"""

from standins.twilio.api import Twilio
from standins.twilio.senders import ACCOUNT_SID, AUTH_TOKEN

__all__ = ["ACCOUNT_SID", "AUTH_TOKEN", "Twilio"]

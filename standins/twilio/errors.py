"""Twilio's errors, by the numbers it documents at https://www.twilio.com/docs/api/errors."""

from __future__ import annotations

from standins.serving import Reply, json_reply

MESSAGES = {
    20001: "{detail}",
    20003: "Authenticate",
    20404: "The requested resource {detail} was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    21211: "Invalid 'To' Phone Number: {detail}",
    21266: "'To' and 'From' number cannot be the same: {detail}",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {detail}",
    21422: "PhoneNumber {detail} is not available.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21609: "The 'StatusCallback' URL {detail} is not a valid URL.",
    21610: "Attempt to send to unsubscribed recipient",
    21612: "Message cannot be sent with the current combination of 'To' ({detail}) and 'From' parameters",
    21614: "'To' number: {detail}, is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21660: "Mismatch between the 'From' number {detail}",
    21704: "The Messaging Service contains no phone numbers",
    21705: "The Messaging Service Sid {detail} is invalid",
    30003: "Unreachable destination handset",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30034: "US A2P 10DLC - Message from an Unregistered Number",
}
_STATUS = {20003: 401, 20404: 404, 20429: 429, 20500: 500}


class TwilioError(Exception):
    """A refusal by its number; `detail` fills the message."""

    def __init__(self, code: int, detail: str = "") -> None:
        self.code = code
        self.message = MESSAGES[code].format(detail=detail)
        super().__init__(self.message)

    def reply(self) -> Reply:
        status = _STATUS.get(self.code, 400)
        about = f"https://www.twilio.com/docs/errors/{self.code}"
        return json_reply(
            {"code": self.code, "message": self.message, "more_info": about, "status": status}, status
        )

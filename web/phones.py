"""Telephone numbers, kept as E.164 everywhere."""

from __future__ import annotations

import phonenumbers
from django.utils.translation import gettext as _


def phone(text: str, region: str = "US") -> str:
    """A typed number as E.164 ("+14065550142"); numbers without a country code belong to `region` (ISO 3166).

    Raises ValueError with a sentence for people when the text is no possible number. Whether a number is in
    service only a call can tell, so the fictional 555-01xx numbers of examples are accepted like any other.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise ValueError(_sentence(region)) from None
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise ValueError(_sentence(region))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def say_phone(number: str, region: str = "US") -> str:
    """An E.164 number as people of `region` write it: "(406) 555-0142", with the country code when it is foreign."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    at_home = parsed.country_code == phonenumbers.country_code_for_region(region)
    kind = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, kind.NATIONAL if at_home else kind.INTERNATIONAL)


def _sentence(region: str) -> str:
    if region == "US":
        return _("Add a phone number with 10 digits, like 406-555-0142. A number of another country begins with + and its country code, like +52 55 1234 5678.")  # fmt: skip
    return _("Add a whole phone number, with the country code.")

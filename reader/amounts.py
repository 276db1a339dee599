"""How much of a service: "30 min 2x/week", "60 mpm", "one hour each nine weeks" → minutes a week.

Convention: a school year of 36 weeks and 180 days. A day is 5 times a week, a month 4 weeks, a quarter (nine
weeks) 9, a semester 18, a year 36. ``minutes_per_week = minutes * sessions / weeks``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reader.knowledge import plain

WEEKS = {
    "day": 0.2,
    "week": 1.0,
    "cycle5": 1.0,
    "month": 4.0,
    "six_weeks": 6.0,
    "nine_weeks": 9.0,
    "quarter": 9.0,
    "trimester": 12.0,
    "semester": 18.0,
    "year": 36.0,
}

_NUMBERS = {
    "one": 1, "a": 1, "an": 1, "once": 1, "two": 2, "twice": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty-five": 45, "forty five": 45, "sixty": 60, "ninety": 90, "thrice": 3,
    "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "diez": 10, "quince": 15, "veinte": 20, "treinta": 30, "cuarenta y cinco": 45, "sesenta": 60,
}  # fmt: skip
_WORDS = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_NUMBER = rf"(?:\d+(?:\.\d+)?|\b(?:{_WORDS})\b)"
_MINUTES = r"(?:minutes?|minutos?|mins?|m(?=\s|$)|min)\b\.?"
_HOURS = r"(?:hours?|hrs?|hr|horas?|h(?=\s|$))\b\.?"
_TIMES = r"(?:x|×|times?|veces|vez|sessions?|sesi(?:on|ones)|days?|dias?|visits?|classes|periods?)"

# what a period is called; the first that matches decides
_PERIODS: tuple[tuple[str, str], ...] = (
    ("six_weeks", r"(?:per|every|each|cada|/|por)\s*(?:six|6|seis)[ -]*(?:weeks?|semanas|wks?)|six[ -]weeks|6[ -]weeks"),
    ("nine_weeks", r"(?:per|every|each|cada|/|por)\s*(?:nine|9|nueve)[ -]*(?:weeks?|semanas|wks?)|(?:nine|9)[ -]weeks?\b"),
    ("cycle5", r"5[ -]day cycle|five[ -]day cycle|/\s*cycle|per cycle|\bcycle\b|ciclo"),
    ("quarter", r"quarter(?:ly)?|marking period|reporting period|grading period|trimestral|per qtr|/qtr|bimestre"),
    ("trimester", r"trimester|trimestre"),
    ("semester", r"semester|semestre|semestral"),
    ("year", r"(?:per|a|each|every|/|al|por)\s*(?:school |iep |academic )?(?:year|yr|ano)\b|annual(?:ly)?|yearly|anual(?:mente)?"),
    ("month", r"month(?:ly)?|\bmpm\b|/\s*mo\b|per mo\b|mensual(?:mente)?|\bmes\b|\bmeses\b"),
    ("week", r"\bweekly\b|(?<!\d )(?<!\d-)week(?:ly)?|\bmpw\b|/\s*wk\b|per wk\b|\bwkly\b|\bwk\b|semanal(?:mente)?|\bsemana\b"),
    ("day", r"daily|\d\s*[x×]\s*(?:school )?day\b|(?:per|a|each|every|/|por|al|cada)\s*(?:school )?(?:day|dia)\b|/\s*d\b|diari[oa](?:mente)?|\bdiario\b|\bmpd\b"),
)  # fmt: skip


@dataclass(frozen=True)
class Amount:
    """Minutes a session, sessions a period. All none when the words give no amount ("as needed")."""

    minutes: float | None = None
    per: str | None = None
    sessions: float | None = None
    per_week: float | None = None


def _value(text: str) -> float:
    text = text.strip()
    return float(_NUMBERS[text]) if text in _NUMBERS else float(text)


_UNIT_IN_HEAD = re.compile(r"\b(min|minutes?|minutos|hours?|horas?|mpw|mpm)\b")


def amount_of(text: str, *, day_minutes: float | None = None, heading: str = "") -> Amount:
    """The amount a text states.

    ``day_minutes``: length of the school day, for shares of a day. ``heading``: the column's heading, which may
    hold the unit or period ("Minutes per week") of a bare number.
    """
    words = re.sub(r"(?<=\d),(?=\d{3}\b)", "", plain(text))
    words = _PLURAL_ASIDE.sub(r"\1s", words)
    words = _UNIT_ASIDE.sub(r"\1", words)
    words = _NUMBER_ASIDE.sub(r"\1", words)
    words = _COUNT_LABEL.sub(r"\2 \1", words)
    words = _FEET.sub(r"\1 min", words)
    for pattern, said in _PLAINER:
        words = pattern.sub(said, words)
    words = _WEEKDAY_LETTERS.sub(lambda m: f"{len(re.findall('[a-z]+', m[0]))} days per week", words)
    words = " ".join(words.replace(",", " , ").split())
    head = " ".join(plain(heading).split())
    if not words:
        return Amount()
    share = re.search(
        r"(\d{1,3}(?:\.\d+)?)\s*(?:%|percent|por ciento)\s*(?:of|del?|of the)?\s*(?:the |la )?(?:school|instructional)?\s*(?:day|dia|jornada)",
        words,
    )
    if share:
        return _share(float(share[1]), words, day_minutes)
    span = re.search(rf"(\d+(?:\.\d+)?)\s*(?:-|to|a)\s*(\d+(?:\.\d+)?)\s*{_MINUTES}", words)
    if span and float(span[1]) < float(span[2]):
        words = words.replace(span.group(), f"{span[1]} minutes")  # a range promises only its lower end
    words = _parts_of_total(words)
    total = re.search(rf"total(?:ing)?:?\s*({_NUMBER})\s*{_MINUTES}\s*(?:served\s*)?(\w+)", words)
    minutes = _minutes(words)
    if minutes is None and head:
        bare = re.search(rf"^\s*({_NUMBER})\b", words)
        unit = _UNIT_IN_HEAD.search(head)
        if bare and unit:
            minutes = _value(bare[1]) * (60 if unit[1].startswith(("hour", "hora")) else 1)
    if minutes is None:
        count, period = _sessions(words), _period(words) or _period(head)
        if period == "week" and _TIMES_A_DAY.search(words):  # "2 times per day, 4 days a week"
            period = "day"
        return Amount(None, period, count if period else None, None)
    period = _period(words) or _period(head)
    sessions = _sessions(words)
    if re.search(r"every other (?:school )?day\b|un día sí y otro no", words):  # five times in two weeks
        return Amount(minutes, "week", 2.5, round(minutes * 2.5, 2))
    if _EVERY_OTHER.search(words):  # two weeks are half of a month of four
        return Amount(minutes, "month", 2.0 * (sessions or 1), round(minutes * (sessions or 1) / 2, 2))
    cycle = _CYCLE.search(words) or _CYCLE.search(head)
    if cycle and cycle[1] not in ("5", "five"):  # a cycle of other than five school days is no period of ours
        days = _value(cycle[1])
        return Amount(minutes, None, sessions or 1.0, round(minutes * (sessions or 1) * 5 / days, 2))
    if _ODD_PERIOD.search(words):
        return Amount(minutes, None, sessions, None)
    weekdays = set(re.findall(r"\b(mon|tue|wed|thu|fri)\w*\b", words))
    if sessions is None and period in (None, "week") and weekdays:
        period, sessions = "week", float(len(weekdays))
    if total and sessions is None:
        sessions = 1
    if period is None and sessions is not None and re.search(r"\bdays?\b|\bdias?\b", words):
        period = "week"
    if period is None:
        return Amount(minutes, None, sessions, None)
    if sessions is not None and _EACH_DAY.search(words) and _DAYS_A_WEEK.search(words):
        # "5 x weekly, 5 hours daily": so many days of so many minutes each
        weekly = round(minutes * sessions, 2)
        return (
            Amount(minutes, "day", 1, weekly)
            if sessions == 5 and not _DAYS_SAID.search(words)
            else Amount(minutes, "week", sessions, weekly)
        )
    sessions = 1.0 if sessions is None else sessions
    return Amount(minutes, period, sessions, round(minutes * sessions / WEEKS[period], 2))


_MADE_UP = re.compile(  # "60 minutes weekly in two sessions of 30 minutes", "90 minutes (3 x 30 minutes)"
    rf"(?P<all>{_NUMBER})\s*-?\s*(?P<unit>{_MINUTES}|{_HOURS})(?P<between>[^;]{{0,40}}?)\b(?P<times>{_NUMBER})\s*(?:(?:\w+ )?(?:sessions?|lessons?|visits?|blocks?|periods?|times?|days?)\s*(?:of|at|for)?|x|×)\s*"
    rf"(?P<each>{_NUMBER})\s*-?\s*{_MINUTES}"
)


def _parts_of_total(words: str) -> str:
    """An amount without the total that the sessions named behind it make up."""
    made = _MADE_UP.search(words)
    if made is None:
        return words
    whole = _value(made["all"]) * (60 if made["unit"].startswith("h") else 1)
    if abs(whole - _value(made["times"]) * _value(made["each"])) > 0.01:
        return words
    return f"{words[: made.start()]}{made['between']} {words[made.start('times') :]}"


_PLURAL_ASIDE = re.compile(r"(\w)\(s\)\.?")  # "1 Hr(s). 15 Min(s)."
_UNIT_ASIDE = re.compile(r"\(((?:min|minute|hour|hr|times?|sessions?)s?(?: (?:per|a) \w+)?)\)")
_NUMBER_ASIDE = re.compile(
    r"\((\d{1,3})\)(?= ?(?:min|hour|hr|x\b|times?|sessions?|days?))"
)  # "(30) min (2) x"
_COUNT_LABEL = re.compile(  # "Number of sessions: 5"
    r"(?:(?:number|no\.?|#|total|n[uú]mero) (?:of |de )?)?\b(sessions?|times|visits|sesiones|veces)(?: (?:per|a|each) \w+)?\s*:\s*(\d{1,3})(?!\d|\s*-?\s*(?:min|hour|hr))\b"
)
_FEET = re.compile(r"(?<![\d/])(\d{2,3})['\u2032](?=\s|$|,|/)")  # 30' for 30 minutes
_PLAINER = tuple(  # the same thing said in other ways
    (re.compile(pattern), said)
    for pattern, said in (
        (r"\b(minutes?|mins?|hours?|hrs?|minutos|horas)\s*:\s*(\d+(?:\.\d+)?)\b(?!\s*:)", r"\2 \1"),
        (
            r"\b(?:frequency|freq|frecuencia)\.?\s*:\s*(\d{1,2})(?=\W+(?:per|x|times?|each|por|/))",
            r"\1 times ",
        ),
        (r"\bper\s*:\s*(?=day|week|month|quarter|year)", "per "),
        (r"(?<![\w.])\.(?=\d)", "0."),  # ".5 hour"
        (r"\b(\d+)[ -]1\s?[/\u2044]\s?2(?= ?h)", r"\1.5"),
        (r"\bmon(?:day)?s?\s?(?:-|to|through)\s?thu(?:r|rs|rsday)?s?\b", "4 days per week"),
        (r"\bm\s?-\s?f\b|\bmon(?:day)?s?\s?(?:-|to|through)\s?fri(?:day)?s?\b", "5 days per week"),
        (r"\b(?:x|for)\s+3\d weeks\b", ""),
        (
            r"\b(per|a|each|every) (?:5[- ]day |five[- ]day |1 |one |school |instructional )(week|month|quarter|semester|year)s?\b",
            r"\1 \2",
        ),
        (r"\b(\d)\s*d\s*/\s*(?=w)", r"\1 days/"),
        (r"\b(?:per|each) (?:4|four)[ -]?weeks?\b|\bevery (?:4|four) weeks\b", "per month"),
    )
)
_WEEKDAY_LETTERS = re.compile(
    r"(?<![\w/])(?<!\d )(?:m|tu|t|w|th|f)(?:\s*[,/&]\s*(?:and )?(?:m|tu|t|w|th|r|f)){1,4}(?![\w/])"
)
_EVERY_OTHER = re.compile(
    r"every other week|every (?:two|2) (?:weeks|wks)|(?:per|each) (?:two|2)[ -]weeks?|fortnight|cada (?:dos|2) semanas|quincenal"
)
# "biweekly" may be twice a week or every second week; a cycle of another length has no fixed share of a week
_ODD_PERIOD = re.compile(
    r"\bbi-?weekly\b|every (?:three|3|five|5|seven|7|eight|8) weeks|every third week|(?:per|every|each|/) ?(?:[1-46-9]|1\d|two|three|four|six|seven|eight|ten)[ -]days?(?: cycle|s)?\b|\b(?:[1-46-9]|10|two|three|four|six|seven|eight|ten)[ -]day cycle"
)
_CYCLE = re.compile(r"\b(\d{1,2}|two|three|four|five|six|seven|eight|ten)[ -]day cycle")
_EACH_DAY = re.compile(r"\bdaily\b|(?:per|a|each) day\b|\bdiari")
_DAYS_A_WEEK = re.compile(
    r"\b(?:\d|one|two|three|four|five)\s*[x×]?\s*(?:weekly|(?:days?|times)?\s*(?:per|a|/|each)\s*(?:week|wk))"
)


_TIMES_A_DAY = re.compile(
    r"\b(?:\d|one|two|three|once|twice)\s*(?:x|×|times?|trips?)?\s*(?:per|a|each)\s+day\b"
)
_DAYS_SAID = re.compile(r"days? (?:per|a|each) (?:week|wk)")


def _share(percent: float, words: str, day_minutes: float | None) -> Amount:
    stated = re.search(rf"({_NUMBER})\s*(?:{_MINUTES}|min)\s*of\s*(?:a|the)", words)
    if stated:
        minutes = _value(stated[1])
    else:
        length = re.search(r"(\d{3})\s*-?\s*(?:minute|min)", words)
        whole = float(length[1]) if length else day_minutes
        if whole is None:
            return Amount(None, "day", None, None)
        minutes = round(whole * percent / 100, 2)
    return Amount(minutes, "day", 1, round(minutes * 5, 2))


# "1:30" for an hour and a half, and not a time of day
_CLOCK = re.compile(r"(?<![\d:/])(\d{1,2}):([0-5]\d)(?![\d:])(?!\s*(?:minutes|[ap]\.?\s?m\b))")


def _minutes(words: str) -> float | None:
    """Minutes of one session."""
    words = _CLOCK.sub(lambda found: f"{int(found[1]) * 60 + int(found[2])} minutes", words)
    both = re.search(rf"({_NUMBER})\s*-?\s*{_HOURS}\s*(?:and|y|,)?\s*({_NUMBER})\s*-?\s*{_MINUTES}", words)
    if both:
        return _value(both[1]) * 60 + _value(both[2])
    if more := re.search(rf"({_NUMBER})\s*-?\s*{_HOURS}\s+and\s+a\s+half\b", words):
        return _value(more[1]) * 60 + 30
    half = re.search(r"\b(?:half|1/2|media)[ -]*(?:an |a )?(?:hour|hora)", words)
    found = re.search(rf"({_NUMBER})\s*-?\s*{_MINUTES}", words)
    hours = re.search(rf"({_NUMBER})\s*-?\s*{_HOURS}", words)
    if found and (not hours or found.start() <= hours.start()):
        return _value(found[1])
    if half:
        return 30.0
    if hours:
        return _value(hours[1]) * 60
    packed = re.search(r"(\d+)\s*mp([wmd])\b", words)
    if packed:
        return float(packed[1])
    times = re.search(r"\b\d+\s*[x×]\s*(\d{2,3})\b", words)
    return float(times[1]) if times else None


def _period(words: str) -> str | None:
    for name, pattern in _PERIODS:
        if re.search(pattern, words):
            return name
    return None


def _sessions(words: str) -> float | None:
    """How many sessions a period."""
    rest = re.sub(r"total(?:ing)?:?.*$", "", words)
    if re.search(r"\b(?:twice|dos veces)\b", rest):
        return 2.0
    for pattern in (
        rf"({_NUMBER})\s+(?:class |lesson )?(?:periods|blocks|lessons|classes)\s+of\s+{_NUMBER}\s*-?\s*{_MINUTES}",
        rf"({_NUMBER})\s+{_NUMBER}\s*-?\s*(?:minute|min|hour|hr|minuto|hora)s?\.?\s*(?:\w+ )?(?:sessions?|sesion(?:es)?|periods|blocks|classes|visits|lessons?|meetings?|appointments?)\b",
        rf"({_NUMBER})\s*[x×]\s*(?:/|per|a|each|every|weekly|daily|monthly|week|wk|\d|por|al|cada|sem|,|$)",
        rf"[x×]\s*({_NUMBER})\b(?!\s*-?\s*(?:min|hour|hr|hora))",
        rf"({_NUMBER})\s*[x×]\s",
        rf"({_NUMBER})\s*(?:times|veces)\b",
        rf"({_NUMBER})\s*(?:individual |group |small group |weekly )?(?:sessions?|sesion(?:es)?|visits?|classes|periods|lessons?|meetings?|appointments?)\b",
        rf"({_NUMBER})\s*(?:days?|dias?)\s*(?:per|a|/|each|every|por|a la|al)\s*(?:week|wk|month|cycle|semana|mes)",
        r"(?<![\d.])(\d)\s*/\s*(?:week|wk|month|mo|day|quarter|semana|mes)\b",
        r"(?:^|,\s*)(\d{1,2})\s+(?:per|a|each|every|por|al)\s+(?:week|month|day|quarter|semester|trimester|year|(?:reporting|grading|marking) period|nine weeks|semana|mes|dia)\b",
        r"\b(once)\b|\buna vez\b",
    ):
        found = re.search(pattern, rest)
        if found:
            return _value(found[1]) if found[1] else 1.0
    return None


_UNSPECIFIED = re.compile(
    r"\bas[ -]needed\b|\bas appropriate\b|\bwhen needed\b|\bper teacher\b|\bon request\b|\bongoing\b"
    r"|\bseg[uú]n sea necesario\b|\bcuando sea necesario\b|\bas determined\b|\bas required\b|\bvaries\b"
    r"|\bat teacher discretion\b|\bupon request\b",
    re.I,
)


def unspecified(text: str) -> bool:
    """Whether an amount is left open: "as needed" and the like."""
    return bool(_UNSPECIFIED.search(text))


def numbers_left(text: str, minutes: float | None, sessions: float | None, per_week: float | None) -> bool:
    """Whether a text states numbers that an amount read from it does not account for: it may say more than was read."""
    known = {1.0, 36.0}  # one, and the weeks of a year
    for value in (minutes, sessions, per_week):
        if value:
            known |= {value, value / 60, value % 60, value // 60}
    if minutes and per_week:
        known.add(per_week / minutes)
    if minutes and sessions:
        whole = minutes * sessions
        known |= {whole, whole / 60, whole % 60, whole // 60}
    words = re.sub(
        r"\b5[- ]days?\b|\d{1,4}[/-]\d{1,2}[/-]\d{1,4}|\d\s*:\s*\d{1,2}\b|(?:six|6|nine|9)[ -]weeks?|group of \d+|\([^)]*\)",
        " ",
        text,
    )
    words = re.sub(r"(?i)\b(?:goals?|metas?)\b[\s#:]*\d+(?:\s*(?:,|&|and)\s*\d+)*", " ", words)
    return any(
        float(number) and not any(abs(float(number) - value) < 0.02 for value in known)
        for number in [
            *re.findall(r"(?<![\d.])\d+(?:\.\d+)?", words),
            *(_NUMBERS[word] for word in re.findall(r"\b(?:two|three|four|five|six)\b", plain(words))),
        ]
    )

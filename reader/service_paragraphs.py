"""Services told in paragraphs that open with their name: "Physical therapy. The therapist will …, 30 minutes a week."."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reader.amounts import amount_of, unspecified
from reader.knowledge import Knowledge
from reader.layout import Passage

_OPENS = re.compile(r"(?:^|\n)\W{0,3}(?P<name>[A-Z][^.:;\n\t☐☒]{3,60})[.:—–]\s+(?=[A-Z])")
_A_SERVICE = re.compile(
    r"(?i)\b(?:services?|therap(?:y|ies)|instruction|support|consultation|counseling|nursing|training|interpreting|transportation"
    r"|intervention|education|assistance|program|teaching|help|servicios?|terapia|instrucción|apoyo|consejería)\b"
)
_A_SENTENCE = re.compile(r"(?i)\b(?:is|are|was|will|does|do|not|has|have|may|must|goals?)\b")
_A_LABEL = re.compile(
    r"(?i)\W*(?:(?:type|kind|name|area|description|frequency|amount|location|provider|duration) of )?(?:special education|related|supplementary|the|iep|instructional|direct|primary)?\s*(?:services?|program|education|instruction|support|aids?(?: and services)?|help)\s*(?:area|type|name|provider|location)?\s*#?\d{0,2}\W*"
)
_PLACE = re.compile(
    r"(?i)\b(?:in|into|at|inside|within)\s+(?:(?:the|a|an|his|her|their)\s+)?(?P<place>(?:(?!(?:in|into|at|the|for|and|with|by|from|to|who|groups?|small)\b)[\w'’-]+\s+){0,4}?"
    r"(?:rooms?|class|classes|classrooms?|offices?|gym|gymnasium|library|lunchroom|cafeteria|playground|hallways?|clinic|community|center|home|lab|setting|environment|school|worksite|job site|van|bus)"
    r"(?:\s+and\s+(?:the\s+)?(?:playground|lunchroom|cafeteria|hallways?|gym|library|classroom|recess))?)\b"
)
_WHO = (
    r"(?:(?:certified|licensed|registered|special|general|regular|education|school|speech|language|speech-language|speech/language|occupational|physical|orientation|mobility|and|vision|hearing|behavior|reading|math|job|travel|sign|one-to-one|classroom|[A-Z]{2,5}|of|the|deaf|itinerant|adapted|PE)[ -]+){0,5}?"
    r"(?:teachers?|pathologists?|therapists?|nurse|paraprofessional|paraeducator|aide|assistant|counselor|psychologist|interpreter|specialist|social worker|audiologist|instructor|trainer|coach|interventionist|analyst|provider)"
)
_PROVIDER = re.compile(
    rf"(?:\b(?:[Tt]he|[Aa]n?|[Bb]y|[Oo]ur|[Hh]er|[Hh]is)\s+|,\s+(?:an?\s+|the\s+)?)(?P<who>{_WHO})\b"
)


def paragraphs(text: Passage, knowledge: Knowledge) -> Iterator[tuple[Passage, Passage]]:
    """(name, what is said of it) of each paragraph that opens with a service's name; none where there is but one."""
    opened = [
        found
        for found in _OPENS.finditer(text.text)
        if (
            _A_SERVICE.search(found["name"])
            or knowledge.kind_of_service(found["name"]) != "special_education"
        )
        and not _A_SENTENCE.search(found["name"])
        and not _A_LABEL.fullmatch(found["name"])
        and len(found["name"].split()) <= 7
    ]
    if len(opened) < 2:
        return
    for found, after in zip(opened, [*opened[1:], None], strict=True):
        body = text.cut(found.end(), after.start() if after else None)
        if asked := _ASKS.search(body.text):
            body = body.cut(0, asked.start())
        name = text.cut(*found.span("name"))
        if (ride_in(body) if _BUS.search(name.flat) else amounts_in(body)) is not None:
            yield name, body


_ASKS = re.compile(r"\n(?=[A-Z][^.\n☐☒]{3,80}[:?]\s*[☐☒])")  # a question of the form, with its boxes
_BUS = re.compile(r"(?i)\btransport")
_RIDE = re.compile(
    r"(?i)\b(?:(?:to and from (?:school|home|the program)|both ways|round trip|to school and (?:back|home))[^.;]{0,40}?\b(?:(?:each|every) (?:school )?day|daily)\b"
    r"|(?:(?:each|every) (?:school )?day|daily)\b[^.;]{0,40}?\b(?:to and from (?:school|home|the program)|both ways|round trip|to school and (?:back|home))\b)"
)


def ride_in(body: Passage) -> Passage | None:
    """The words of a paragraph that say how often a bus goes: "to and from school each school day"."""
    found = _RIDE.search(body.text.replace("\n", " "))
    return body.cut(*found.span()) if found else None


def amounts_in(body: Passage) -> Passage | None:
    """The words of a paragraph that say how much: "40 minutes a day", "twice a month for 30 minutes", "as needed"."""
    flat = re.sub(r"(?i)(?<=min|.hr|ins|hrs|wks)\.(?= [a-z])", " ", body.text.replace("\n", " "))
    for told in re.finditer(
        r"(?i)\b(?:\d+(?:\.\d+)?|one|two|three|four|five|once|twice|thirty|forty-five|sixty)\b[^.;]*?(?=[.;]\s|[.;]?$|,\s+(?!(?:\d|once|twice|one|two|three|four|five|daily|weekly|monthly)))",
        flat,
    ):
        amount = amount_of(told.group())
        if amount.minutes is not None and amount.per is not None:
            close = re.search(
                r"(?i)^.*?\b(?:day|daily|week|weekly|month|monthly|quarter|quarterly|year|semester|trimester|minutes|hours?)\b(?!.*\b(?:day|daily|week|weekly|month|monthly|quarter|quarterly|year|semester|trimester|minutes|hours?)\b)",
                told.group(),
            )
            return body.cut(told.start(), told.start() + (close.end() if close else len(told.group())))
    open_ended = re.search(r"(?i)\b(?:as (?:needed|required|appropriate)|when needed|on request)\b", flat)
    return body.cut(*open_ended.span()) if open_ended and unspecified(flat) else None


def place_in(body: Passage) -> Passage | None:
    """Where a paragraph says that a service is given."""
    found = _PLACE.search(body.text.replace("\n", " "))
    return body.cut(*found.span("place")) if found else None


def provider_in(body: Passage) -> Passage | None:
    """Who gives it: the first person of the paragraph named by what they do."""
    found = _PROVIDER.search(body.text.replace("\n", " "))
    return body.cut(*found.span("who")) if found else None

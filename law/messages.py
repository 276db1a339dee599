"""The words of the clock in English and Spanish, one template each, so that every sentence exists in both.

A message is a key with parameters; ``words(language)`` says it. Parameters may be dates, amounts, texts of the law
(quoted as they stand), or anything with a ``words`` method of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

from law.spanish import in_language

LANGUAGES = ("en", "es")

_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_MONTHS = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "es": (
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
}
_UNITS = {
    "en": {
        "calendar_days": ("calendar day", "calendar days"),
        "business_days": ("business day", "business days"),
        "school_days": ("school day", "school days"),
        "months": ("month", "months"),
        "years": ("year", "years"),
        "days": ("day", "days"),
    },
    "es": {
        "calendar_days": ("día calendario", "días calendario"),
        "business_days": ("día hábil", "días hábiles"),
        "school_days": ("día escolar", "días escolares"),
        "months": ("mes", "meses"),
        "years": ("año", "años"),
        "days": ("día", "días"),
    },
}

# key: (English, Spanish)
TEMPLATES: dict[str, tuple[str, str]] = {
    # steps of the arithmetic
    "start": ("{event}: {on}.", "{event}: {on}."),
    "derived": ("{event}: {on}, from {source} on {source_on}.", "{event}: {on}, a partir de {source}, {source_on}."),
    "adjusted": ("The clock runs from {event}: {on}.", "El plazo corre desde {event}: {on}."),
    "count": ("{start} + {amount} = {end}.", "{start} + {amount} = {end}."),
    "count_back": ("{start} − {amount} = {end}.", "{start} − {amount} = {end}."),
    "same_day": ("Due on the day itself: {end}.", "Vence el mismo día: {end}."),
    "weekends": ("Weekends left out: {days}.", "Fines de semana que no se cuentan: {days}."),
    "left_out": ("Left out: {name}, {first} to {last} ({days}).", "No se cuenta: {name}, del {first} al {last} ({days})."),
    "left_out_day": ("Left out: {name}, {first}.", "No se cuenta: {name}, {first}."),
    "summer": ("summer between school years", "verano entre años escolares"),
    "no_school": ("no school", "sin clases"),
    "limit_binds": (
        "Also no later than {amount} from {event} ({start}) = {end}. The earlier date counts.",
        "Además, a más tardar {amount} desde {event} ({start}) = {end}. Vale la fecha más temprana.",
    ),
    "limit_does_not_bind": (
        "Also no later than {amount} from {event} ({start}) = {end}, which is not earlier.",
        "Además, a más tardar {amount} desde {event} ({start}) = {end}, que no es más temprana.",
    ),
    "limit_unknown": (
        "If {event} has a date, another limit binds too: {amount} from it.",
        "Si {event} tiene fecha, vale también otro límite: {amount} desde ese día.",
    ),
    "inner_step": (
        "Inside this time, also {amount} from {event} ({start}) = {end}.",
        "Dentro de este plazo, además {amount} desde {event} ({start}) = {end}.",
    ),
    "late_start": (
        "{event} on {on} is {days} before the last day of instruction, {last}. A different rule then holds: {then} That is {end}.",
        "{event}, {on}, es {days} antes del último día de clases, {last}. Entonces vale otra regla: {then} Es decir, {end}.",
    ),
    "late_start_ignored": (
        "The rule for a start late in the school year would give {end}, which is not after the start; the normal count is shown.",
        "La regla para un inicio al final del año escolar daría {end}, que no es posterior al inicio; se muestra la cuenta normal.",
    ),
    "summer_counted": (
        "The start is far enough before the end of the school year that the summer was counted. {then}",
        "El inicio está lo bastante lejos del final del año escolar, así que el verano se contó. {then}",
    ),
    "summer_roll": ("That is in the summer, so the date moves: {words} = {end}.", "Cae en verano, así que la fecha se mueve: {words} = {end}."),
    "extended_days": ("More time: {words} + {amount} = {end}.", "Más tiempo: {words} + {amount} = {end}."),
    "extended_to": ("More time was agreed, until {end}. {words}", "Se acordó más tiempo, hasta {end}. {words}"),
    # what is missing
    "missing_event": ("Add the date: {event}.", "Agregue la fecha: {event}."),
    "missing_calendar": (
        "This count needs the district's school calendar: add the school year and its days off.",
        "Esta cuenta necesita el calendario escolar del distrito: agregue el año escolar y sus días sin clases.",
    ),
    "missing_year_after": (
        "The school calendar ends on {on}: add the next school year.",
        "El calendario escolar termina el {on}: agregue el año escolar siguiente.",
    ),
    "missing_year_before": (
        "The school calendar starts on {on}: add the school year before it.",
        "El calendario escolar empieza el {on}: agregue el año escolar anterior.",
    ),
    "missing_year_between": (
        "A school year is missing from the calendar after {on}.",
        "Falta un año escolar en el calendario después del {on}.",
    ),
    "missing_years": ("The school calendar has no school year yet.", "El calendario escolar aún no tiene ningún año escolar."),
    "missing_agreed_date": (
        "Add the date or the number of days agreed. {words}",
        "Agregue la fecha o el número de días acordado. {words}",
    ),
    "missing_removals": (
        "Removals add up over the school year: enter each one on the removal counter.",
        "Las suspensiones se suman durante el año escolar: anote cada una en el contador.",
    ),
    "missing_state": ("Say which state: the age of majority differs.", "Indique el estado: la mayoría de edad varía."),
    "missing_adjustment": (
        "Add the date on which the hearing clock started early: {events}.",
        "Agregue la fecha en que el plazo de la audiencia empezó antes: {events}.",
    ),
    # why there is no date
    "stopped": ("The clock does not run: {words}.", "El plazo no corre: {words}."),
    "stopped_by_yes": ("No date: the answer to “{words}” is yes.", "Sin fecha: la respuesta a «{words}» es sí."),
    "stopped_by_no": ("No date: the answer to “{words}” is no.", "Sin fecha: la respuesta a «{words}» es no."),
    "no_number": (
        "The number of days has not been confirmed; no date is calculated. Read {citation}.",
        "El número de días no está confirmado; no se calcula ninguna fecha. Lea {citation}.",
    ),
    "waived": ("The number of days no longer applies. {words}", "El número de días ya no se aplica. {words}"),
    # why a date is an estimate
    "not_verified": ("The rule has not been read in an official source.", "La regla no se ha leído en una fuente oficial."),
    "not_encoded": ("Not taken into account: {words}.", "No se tuvo en cuenta: {words}."),
    "out_of_scope": (
        "This count does not reach the end of the school year, where the open question matters.",
        "Esta cuenta no llega al final del año escolar, donde importa la cuestión abierta.",
    ),
    "state_decides": (
        "State law takes the place of this federal date: say which state.",
        "La ley estatal sustituye esta fecha federal: indique el estado.",
    ),
    "state_unchecked": (
        "State law may set another date; the limit of this state was not checked.",
        "La ley estatal puede fijar otra fecha; el límite de este estado no se comprobó.",
    ),
    "majority_assumed": (
        "The age of majority, {age}, was not read in this state's law.",
        "La mayoría de edad, {age}, no se leyó en la ley de este estado.",
    ),
    "open_question": ("Not answered yet: {question}", "Aún sin respuesta: {question}"),
    "answer_changes": ("An answer changes the count: {question}", "Una respuesta cambia la cuenta: {question}"),
    "extension_counted": ("More time was added because someone said so: {words}", "Se añadió tiempo porque alguien lo indicó: {words}"),
    "bounds_assumed": (
        "The calendar file does not say when school starts and ends; September through May was taken.",
        "El archivo del calendario no dice cuándo empiezan y terminan las clases; se tomó de septiembre a mayo.",
    ),
    # notes
    "text": ("{text}", "{text}"),
    "unconfirmed_days": ("Not left out, because it is not confirmed: {words}", "No se descontó, porque no está confirmado: {words}"),
    "weekends_open": (
        "The rule does not say whether weekends that touch a break count. They were counted; otherwise the date is {n} later, {on}.",
        "La regla no dice si cuentan los fines de semana junto a un receso. Se contaron; si no, la fecha es {n} más tarde, {on}.",
    ),
    "holidays_taken": (
        "Every day off in the calendar was taken as a school holiday, staff days too.",
        "Cada día sin clases del calendario se tomó como feriado escolar, también los días de personal.",
    ),
    "falls_on": (
        "{on} is not a business day. No rule read moves the date; act by {before}.",
        "{on} no es día hábil. Ninguna regla leída mueve la fecha; actúe a más tardar el {before}.",
    ),
    "state_holidays_missing": (
        "Only federal holidays were left out: the list of this state's holidays is not in the data, so the date may be later.",
        "Solo se descontaron los feriados federales: la lista de feriados de este estado no está en los datos, así que la fecha puede ser posterior.",
    ),
    "state_holidays_unsaid": (
        "Only federal holidays were left out: without a state its holidays are not known, so the date may be later.",
        "Solo se descontaron los feriados federales: sin el estado no se conocen sus feriados, así que la fecha puede ser posterior.",
    ),
    "state_holidays_missing_back": (
        "Only federal holidays were left out: the list of this state's holidays is not in the data, so the date may be earlier.",
        "Solo se descontaron los feriados federales: la lista de feriados de este estado no está en los datos, así que la fecha puede ser anterior.",
    ),
    "state_holidays_unsaid_back": (
        "Only federal holidays were left out: without a state its holidays are not known, so the date may be earlier.",
        "Solo se descontaron los feriados federales: sin el estado no se conocen sus feriados, así que la fecha puede ser anterior.",
    ),
    "day_out": (
        "The first day is itself a day out: day {n} out is {on}, and the limit ends the school day after it.",
        "El primer día ya es un día fuera: el día {n} fuera es {on}, y el límite termina el día escolar siguiente.",
    ),
    "exception": ("Exception: {words}", "Excepción: {words}"),
    "disputed": ("Sources conflict: {words}", "Las fuentes no coinciden: {words}"),
    "state_may_differ": ("State law: {words}.", "Ley estatal: {words}."),
    "standard": ("No number of days: {words}.", "Sin número de días: {words}."),
    "disclaimer": (
        "Information, not legal advice. Read the cited rule before relying on a date.",
        "Información, no asesoramiento legal. Lea la regla citada antes de confiar en una fecha.",
    ),
    # facts that cannot be
    "future": ("{event} cannot be in the future ({on}).", "{event} no puede estar en el futuro ({on})."),
    "too_old": ("{event} cannot be as long ago as {on}.", "{event} no puede ser tan antiguo como {on}."),
    "order": ("{second} ({second_on}) cannot come before {first} ({first_on}).", "{second} ({second_on}) no puede ser anterior a {first} ({first_on})."),
    "age": ("On {on} the child would be {age} years old; check {event}.", "El {on} el niño tendría {age} años; revise {event}."),
    # removals
    "removal_backwards": (
        "The removal ends on {last}, before it starts on {first}.",
        "La exclusión termina el {last}, antes de empezar el {first}.",
    ),
    "removal_too_long": (
        "A removal from {first} to {last} cannot take {days} school days.",
        "Una exclusión del {first} al {last} no puede durar {days} días escolares.",
    ),
    "removal_overlap": ("Two removals overlap on {on}.", "Dos exclusiones coinciden el {on}."),
    "removal_warning": (
        "{total} of 10 school days out this year. Beyond 10 the school must provide services.",
        "{total} de 10 días escolares fuera este año. Después de 10 la escuela debe dar servicios.",
    ),
    "removal_reached": (
        "10 school days out this year. From the next day out the school must provide services.",
        "10 días escolares fuera este año. Desde el próximo día fuera la escuela debe dar servicios.",
    ),
    "removal_beyond": (
        "{total} school days out this year, more than 10. Services are owed, and it must be decided whether the removals are a change of placement.",
        "{total} días escolares fuera este año, más de 10. Se deben servicios, y hay que decidir si las suspensiones son un cambio de colocación.",
    ),
    "removal_consecutive": (
        "{total} school days out in a row, more than 10: this is a change of placement.",
        "{total} días escolares seguidos fuera, más de 10: esto es un cambio de colocación.",
    ),
    "removal_may_count": (
        "{total} of these may not count: in-school, bus or shortened days whose facts decide. Ask about each.",
        "{total} de estos pueden no contar: días en la escuela, de autobús o acortados cuyos hechos deciden. Pregunte por cada uno.",
    ),
}  # fmt: skip


@runtime_checkable
class Spoken(Protocol):
    def words(self, language: str = "en") -> str: ...


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of days, months or years; ``unit`` is a value of :class:`law.rules.Unit`, or ``days``."""

    n: int
    unit: str

    def words(self, language: str = "en") -> str:
        one, many = _UNITS[language][self.unit]
        return f"{self.n} {one if self.n == 1 else many}"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the data: in Spanish where they have been translated, else as they were written."""

    text: str

    def words(self, language: str = "en") -> str:
        return in_language(self.text, language)


def say_date(day: date, language: str = "en") -> str:
    """A date with its weekday: “Sunday, November 2, 2025”, “domingo 2 de noviembre de 2025”."""
    weekday, month = _WEEKDAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    if language == "es":
        return f"{weekday} {day.day} de {month} de {day.year}"
    return f"{weekday}, {month} {day.day}, {day.year}"


Param = date | int | str | Spoken


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence in every language: a key of ``TEMPLATES`` and what goes into it."""

    key: str
    params: tuple[tuple[str, Param], ...] = ()

    def words(self, language: str = "en") -> str:
        """The sentence.

        Raises:
            KeyError: the language is not one of ``LANGUAGES``.
        """
        template = TEMPLATES[self.key][LANGUAGES.index(language) if language in LANGUAGES else _no(language)]
        return template.format(**{name: _say(value, language) for name, value in self.params})


def _no(language: str) -> int:
    raise KeyError(f"There are no words in “{language}”.")


def _say(value: Param, language: str) -> str:
    if isinstance(value, date):
        return say_date(value, language)
    if isinstance(value, Spoken):
        return value.words(language)
    return str(value)


def message(key: str, **params: Param) -> Message:
    """A message with its parameters."""
    return Message(key, tuple(params.items()))


def text(words: str) -> Message:
    """Words of the data, as :class:`Quote` says them."""
    return message("text", text=Quote(words))

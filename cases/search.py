"""Finding students, contacts, cases and meetings by what people type: accents, typing errors, half words, digits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, FloatField, Func, Q, QuerySet, TextField, Value, Window
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Meeting, TimelineEntry
from cases.timeline import words as entry_words
from clients.matching import untitled
from clients.models import Contact, ContactPoint, Student
from web.access import Can
from web.phones import say_phone
from web.search import Hit, register

# More rows than a firm has.
ALL = 10_000_000

# Letters in a trigram, the least that its index finds in the middle of a word.
TRIGRAM = 3


class Fold(Func):
    """Lower case without accents; the function stands in each firm's schema, where indexes use it."""

    function = "fold"
    arity = 1
    output_field = TextField()


class Close(Func):
    """How well the words fit into a text, from 0 to 1."""

    function = "word_similarity"
    output_field = FloatField()


class LooksLike(Func):
    """`words <% text`: some part of the text is like the words; uses the trigram index."""

    template = "%(expressions)s"
    arg_joiner = " <%% "
    conditional = True

    def __init__(self, words: Any, text: Any) -> None:
        from django.db.models import BooleanField

        super().__init__(words, text, output_field=BooleanField())


class Joined(Func):
    """Columns with a blank between them, written as the indexes write it."""

    template = "%(expressions)s"
    arg_joiner = " || ' ' || "
    output_field = TextField()


def _full(given: str, family: str) -> Fold:
    return Fold(Joined(F(given), F(family)))


def _escaped(words: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", words)


class Contains(Func):
    """`text LIKE pattern`, on the folded text."""

    template = "%(expressions)s"
    arg_joiner = " LIKE "
    conditional = True

    def __init__(self, text: Any, pattern: Any) -> None:
        from django.db.models import BooleanField

        super().__init__(text, pattern, output_field=BooleanField())


def _named(rows: QuerySet[Any], text: Any, words: str) -> QuerySet[Any]:
    """Rows whose text contains the words or comes close to them, the best first. A title such as Ms. is no name.

    One or two letters are looked for where words begin: anywhere, they would find nearly everybody.
    """
    words = untitled(words)
    folded, typed = Fold(Value(words)), _escaped(words)
    if len(words) < TRIGRAM:
        first = Contains(text, Fold(Value(f"{typed}%")))
        return (
            rows.filter(Q(first) | Q(Contains(text, Fold(Value(f"% {typed}%")))))
            .annotate(first=first)
            .order_by("-first", text, "pk")
        )
    return (
        rows.filter(Q(Contains(text, Fold(Value(f"%{typed}%")))) | Q(LooksLike(folded, text)))
        .annotate(fit=Greatest(Close(folded, text), Value(0.0)))
        .order_by("-fit", "pk")
    )


@contextmanager
def generous() -> Iterator[None]:
    """Inside, words are alike from 0.45 on, so that “Riviera” (0.5) finds Rivera; the usual limit is 0.6."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', '0.45', true)")
        yield


def _take(rows: QuerySet[Any], limit: int, hit: Any) -> tuple[list[Any], int]:
    found = list(rows.annotate(hits=Window(Count("*")))[:limit])
    return [hit(row) for row in found], found[0].hits if found else 0


def students(words: str, user: Any, limit: int) -> tuple[list[Hit], int]:
    rows = _named(Student.objects.visible_to(user), _full("given_name", "family_name"), words)

    def hit(row: Student) -> Hit:
        return Hit(str(row), row.grade and str(_("grade %(grade)s") % {"grade": row.grade}), reverse("student", args=[row.pk]), "user")  # fmt: skip

    with generous():
        return _take(rows, limit, hit)


def _contacts(words: str, user: Any) -> QuerySet[Any]:
    """Contacts by name, by part of a number or by an address, the best first."""
    visible: QuerySet[Any] = Contact.objects.visible_to(user)
    digits = re.sub(r"\D", "", words)
    if len(digits) >= 3 and len(digits) >= len(re.sub(r"\s", "", words)) / 2:
        ways = ContactPoint.objects.filter(kind="phone", value__contains=digits)
    elif "@" in words:
        ways = ContactPoint.objects.filter(kind="email", value__icontains=words)
    else:
        return _named(visible, Fold(F("name")), words)
    return visible.filter(pk__in=ways.values("contact")).order_by("name", "pk")


def contacts(words: str, user: Any, limit: int) -> tuple[list[Hit], int]:
    """Each with the children of the family; with a number or an address where this person sees none."""

    with generous():
        rows, count = _take(_contacts(words, user).prefetch_related("points"), limit, lambda row: row)
    of = _children(rows, user)

    def hit(row: Contact) -> Hit:
        children = ", ".join(map(str, of.get(row.family_id, [])))
        way = say_phone(row.phone) if row.phone else row.email
        return Hit(row.name, children or way, reverse("contact", args=[row.pk]), "phone")

    return [hit(row) for row in rows], count


def _children(rows: Iterable[Contact], user: Any) -> dict[Any, list[Student]]:
    """The children that this person sees, by family."""
    of: dict[Any, list[Student]] = {}
    for child in Student.objects.visible_to(user).filter(family__in=[row.family_id for row in rows]).order_by("given_name", "pk"):  # fmt: skip
        of.setdefault(child.family_id, []).append(child)
    return of


def grown_ups(words: str, user: Any, limit: int) -> list[tuple[Contact, list[Student]]]:
    """Contacts found by their own name, number or address, then those of children of that name, each with the children
    of the family that this person sees."""
    with generous():
        found = list(_contacts(words, user)[:limit])
        if len(found) < limit:
            children = _named(Student.objects.visible_to(user), _full("given_name", "family_name"), words)
            families = [child.family_id for child in children[:limit]]
            theirs = Contact.objects.visible_to(user).filter(family__in=families).order_by("name", "pk")
            found += theirs.exclude(pk__in=[row.pk for row in found])[: limit - len(found)]
    of = _children(found, user)
    return [(row, of.get(row.family_id, [])) for row in found]


def _prefix_query(words: str) -> str:
    """`iep meet` → `iep:* & meet:*`, for to_tsquery; nothing for one letter, with which one word in ten begins."""
    if len(words) < 2:
        return ""
    return " & ".join(f"{part}:*" for part in re.findall(r"\w+", words))


class Matches(Func):
    """Full text in the plain configuration over folded words; the query's words are prefixes."""

    template = "to_tsvector('simple', %(expressions)s)"
    arg_joiner = ") @@ to_tsquery('simple', "
    conditional = True

    def __init__(self, text: Any, query: Any) -> None:
        from django.db.models import BooleanField

        super().__init__(text, query, output_field=BooleanField())


def _by_words(rows: QuerySet[Any], text: Fold, query: str) -> QuerySet[Any]:
    """Rows in whose text the words stand, found by the index of words first.

    PostgreSQL takes words to be more common than they are. It would rather go through all rows that the person sees,
    or from the newest on, and take each text apart; the limit keeps that question apart from the others.
    """
    holding = rows.model._default_manager.filter(Matches(text, Fold(Value(query)))).order_by().values("pk")
    return rows.filter(pk__in=holding[:ALL])


def cases(words: str, user: Any, limit: int) -> tuple[list[Hit], int]:
    query = _prefix_query(words)
    if not query:
        return [], 0
    rows = (
        Case.objects.visible_to(user)
        .filter(
            Q(Matches(Fold(Joined(F("about"), F("next_step"))), Fold(Value(query))))
            | Q(kind__in=_kinds(words))
        )
        .select_related("student", "advocate")
        .order_by("-opened_at")
    )

    def hit(row: Case) -> Hit:
        return Hit(str(row), row.next_step or row.advocate.name, reverse("case", args=[row.pk]), "folder")

    return _take(rows, limit, hit)


def _kinds(words: str) -> list[str]:
    from cases.models import Kind

    return [kind for kind, label in Kind.choices if len(words) > 2 and words.lower() in str(label).lower()]


def meetings(words: str, user: Any, limit: int) -> tuple[list[Hit], int]:
    query = _prefix_query(words)
    if not query:
        return [], 0
    rows = (
        _by_words(Meeting.objects.visible_to(user).standing(), Fold(Joined(F("place"), F("agenda"))), query)
        .select_related("case__student")
        .order_by("-starts_at")
    )

    def hit(row: Meeting) -> Hit:
        title = f"{row.get_kind_display()}, {row.case.student.short_name}"
        return Hit(title, row.place, reverse("meeting", args=[row.pk]), "cal")

    return _take(rows, limit, hit)


def entries(words: str, user: Any, limit: int) -> tuple[list[Hit], int]:
    query = _prefix_query(words)
    if not query:
        return [], 0
    rows = (
        _by_words(TimelineEntry.objects.visible_to(user).standing(), Fold(F("text")), query)
        .select_related("student")
        .order_by("-happened_at")
    )

    def hit(row: TimelineEntry) -> Hit:
        return Hit(entry_words(row)[:120], row.student.short_name, reverse("student-timeline", args=[row.student_id]), "note")  # fmt: skip

    return _take(rows, limit, hit)


def register_all() -> None:
    register("students", label=_("Students"), order=10, can=Can.SEE_STUDENTS, find=students)
    register("contacts", label=_("Contacts"), order=20, can=Can.SEE_STUDENTS, find=contacts)
    register("cases", label=_("Cases"), order=30, can=Can.SEE_CASES, find=cases)
    register("meetings", label=_("Meetings"), order=40, can=Can.SEE_CASES, find=meetings)
    register("entries", label=_("Timeline"), order=50, can=Can.SEE_CASES, find=entries)

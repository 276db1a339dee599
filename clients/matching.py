"""Is this somebody we know? Names by letters and by sound, accents, nicknames, two surnames, former names, birth dates.

The database finds who comes near; `likeness` weighs each of them. One measure for duplicates and for conflicts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Concat, Lower

from accounts.models import User
from accounts.roles import STAFF
from clients.models import Contact, District, GuestGrant, School, SchoolPerson, Student
from clients.nicknames import GIVEN, same_person_name

ALIKE = 0.80  # from here on two records are shown as perhaps the same person
NEAR = 0.40  # how near a name must come for the database to hand it over
MOST = 400  # names weighed for one question
_PARTICLES = frozenset(
    [
        "de",
        "del",
        "la",
        "las",
        "los",
        "el",
        "y",
        "e",
        "da",
        "do",
        "dos",
        "van",
        "von",
        "der",
        "den",
        "san",
        "santa",
        "mc",
        "mac",
        "al",
        "bin",
    ]
)
_TITLES = frozenset(
    ["mr", "mrs", "ms", "miss", "mx", "dr", "dra", "sra", "srta", "prof", "coach", "senor", "senora", "senorita", "maestra", "maestro"]
)  # fmt: skip
_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv"])
# Letters that no mark makes out of another one, as they are written on a keyboard without them.
_LETTERS = str.maketrans({"đ": "d", "ð": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})


@dataclass(frozen=True)
class Name:
    """A person's name in words of lower case without accents."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    whole_family: str = ""  # the surname with its particles, written as one word


@dataclass(frozen=True)
class Hit:
    """A record that may be the one asked for. `score` runs to 1; `why` says what agrees."""

    kind: str
    pk: UUID
    name: str
    score: float
    why: tuple[str, ...]


class _Unaccent(Func):
    function = "unaccent"
    output_field = CharField()


class _Sound(Func):
    function = "dmetaphone"
    output_field = CharField()


def words(text: str) -> tuple[str, ...]:
    """Words in lower case, without accents, marks and suffixes such as Jr."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    found = re.findall(r"\w+", re.sub(r"['’`]", "", plain))
    return tuple(word for word in found if word not in _SUFFIXES)


def name_of(given: str, family: str) -> Name:
    surnames = tuple(word for word in words(family) if word not in _PARTICLES) or words(family)
    return Name(words(given), surnames, "".join(words(family)))


def untitled(text: str) -> str:
    """What somebody typed without the titles before a name: “Ms. Whitehorse” is Whitehorse. A title alone stays."""
    parts = text.split()
    while len(parts) > 1 and _is_title(parts[0]):
        parts = parts[1:]
    return " ".join(parts)


def _is_title(word: str) -> bool:
    plain = unicodedata.normalize("NFKD", word.casefold())
    # After a name “Sr” is a suffix; before one it is a title.
    return "".join(letter for letter in plain if letter.isalnum()) in _TITLES | {"sr"}


def name_in(whole: str) -> Name:
    """A whole name in one field, also “Rivera, Luz”: the first word is given, later given names are not surnames.

    A title such as Ms. or Sra. is no name, and what stands alone after one is a surname.
    """
    if whole.count(",") == 1:
        family, given = whole.split(",")
        return name_of(given, family)
    bare = untitled(whole)
    found = words(bare)
    if len(found) == 1 and bare != " ".join(whole.split()):
        return Name((), found, found[0])
    if len(found) < 2:
        return Name(found, ())
    last = found[-1:]
    middle = tuple(word for word in found[1:-1] if word not in _PARTICLES)
    whole = "".join(word for word in found[1:] if word not in GIVEN or word == found[-1])
    return Name(
        (found[0], *[word for word in middle if word in GIVEN]),
        tuple(word for word in middle if word not in GIVEN) + last,
        whole,
    )


_SOUNDS = [
    (r"^ps", "s"), (r"^[kg]n", "n"), (r"^wr", "r"), (r"^x", "s"), (r"x", "ks"), (r"ph", "f"), (r"sch", "sk"), (r"ck|qu|q", "k"),
    (r"ch|tsh|tch", "x"), (r"sh", "x"), (r"th", "t"), (r"ll(?=[aeiou])", "y"), (r"gn|ny|ñ", "n"), (r"g(?=[eiy])", "h"),
    (r"gu(?=[ei])", "g"), (r"j", "h"), (r"[cz](?=[eiy])", "s"), (r"c", "k"), (r"z", "s"), (r"w|v", "b"),
    (r"y(?=[aeiou])", "y"), (r"y", "i"), (r"h", ""), (r"dt|d\b", "t"),
]  # fmt: skip


def sound(word: str) -> str:
    """A key of how a word sounds to a Spanish or English ear: Vasquez and Bazques, Geoffrey and Jeffry agree."""
    for pattern, letter in _SOUNDS:
        word = re.sub(pattern, letter, word)
    word = re.sub(r"(.)\1+", r"\1", word)
    return word[:1].translate(str.maketrans("eiou", "iiuu")) + re.sub(r"[aeiou]", "", word[1:])


def sounds_alike(one: str, other: str) -> bool:
    """Whether two words sound alike where “ll” is read the Spanish way, or the English one: Llanos and Yanos, Izabella
    and Isabela. A key of one sound says nothing."""
    readings = ({sound(word), sound(word.replace("ll", "l"))} for word in (one, other))
    return any(len(key) > 1 for key in set.intersection(*readings))


def trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def letters_alike(one: str, other: str) -> float:
    """Trigram likeness from 0 to 1, and 0.85 for one slip of a finger: a letter more, less, other or swapped."""
    first, second = trigrams(one), trigrams(other)
    share = len(first & second) / len(first | second)
    return max(share, 0.85 if min(len(one), len(other)) >= 4 and one_slip(one, other) else 0)


def one_slip(one: str, other: str) -> bool:
    """Whether one letter was added, left out, changed, or swapped with its neighbour."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


def _word_alike(one: str, other: str, *, given: bool) -> tuple[float, str]:
    if one == other:
        return 1.0, ""
    if given and same_person_name(one, other):
        return 0.95, "nickname"
    if given and min(len(one), len(other)) == 1 and one[0] == other[0]:
        return 0.75, "initial"
    if given and _are_two_names(one, other):
        return 0.5, ""
    letters = letters_alike(one, other)
    if min(len(one), len(other)) >= 3 and sounds_alike(one, other):
        return max(0.9, letters), "sound"
    return letters, "letters"


def _are_two_names(one: str, other: str) -> bool:
    """Given names that differ in a letter and yet are two names: Julio and Julia, Paul and Paula, Joel and Noel,
    Tim and Tom, Mark and Mary. Siblings are often called so."""
    if one.rstrip("h").endswith("a") != other.rstrip("h").endswith("a"):
        return True
    if len(sound(one)) <= 2 and re.sub(r"[^aeiouy]", "", one) != re.sub(r"[^aeiouy]", "", other):
        return True
    changed = [(a, b) for a, b in zip(one, other, strict=False) if a != b]
    if len(one) != len(other) or len(changed) != 1 or len(one) >= 6 or sound(one) == sound(other):
        return False
    return not set(changed[0]) <= set("aeiouy")


def _given_alike(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[float, str]:
    """The first names count; a second name used as the first counts a little less."""
    if not one or not other:
        return 0.0, ""
    best, why = _word_alike(one[0], other[0], given=True)
    for a in one:
        for b in other:
            score, found = _word_alike(a, b, given=True)
            if score >= 0.9 and score - 0.05 > best:
                best, why = score - 0.05, found or "middle name"
    joined, found = _word_alike("".join(one), "".join(other), given=True)
    return (joined, found) if joined > best else (best, why)


def _family_alike(first: Name, second: Name) -> tuple[float, str]:
    """One surname in common is enough: of two, people use either, and hyphens and spaces come and go."""
    one, other = first.family, second.family
    if first.whole_family and first.whole_family == second.whole_family:
        return 1.0, ""
    if set(one) == set(other):
        return 1.0, "" if one == other else "surnames the other way round"
    scores = [(*_word_alike(a, b, given=False), a, b) for a in one for b in other]
    score, why, a, b = max(scores)
    joined = max(letters_alike("".join(one), b2) for b2 in ("".join(other), *other))
    if joined > score:
        return joined, "letters"
    if len(one) > 1 or len(other) > 1:
        both = len(one) > 1 and len(other) > 1
        # Two people with two surnames each share one: kin rather than one person, unless the rest is left out.
        if both and score >= 0.85:
            rest_one, rest_other = [w for w in one if w != a], [w for w in other if w != b]
            rest = max((_word_alike(x, y, given=False)[0] for x in rest_one for y in rest_other), default=0)
            return (score, why) if rest >= 0.7 else (0.6, "one surname")
        return score * 0.97, why or "one of two surnames"
    return score, why


def _born_alike(one: date | None, other: date | None) -> tuple[float, str]:
    """What the birth dates add: the same 0.12, day and month swapped or one digit off 0.05, another day -0.35."""
    if one is None or other is None:
        return 0.0, ""
    if one == other:
        return 0.12, "birth date"
    swapped = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    digits = sum(a != b for a, b in zip(f"{one:%Y%m%d}", f"{other:%Y%m%d}", strict=True))
    return (0.05, "birth date, one digit") if swapped or digits == 1 else (-0.35, "")


ALONE = 0.85  # what a surname counts where there is no first name
TURNED = 0.15  # what it takes off when a first name stands where the last name belongs


def likeness(one: Name, other: Name, *, born: date | None = None, other_born: date | None = None) -> tuple[float, tuple[str, ...]]:  # fmt: skip
    """How alike two people are, from 0 to 1, and what agrees. First and last name may have changed places."""
    straight = _likeness(one, other, born, other_born)
    if straight[0] >= ALIKE or not one.given or not one.family:
        return straight
    score, why = _likeness(Name(one.family, one.given, "".join(one.given)), other, born, other_born)
    turned = max(0.0, score - TURNED), tuple(word for word in (*why, "names the other way round") if word != "name")  # fmt: skip
    return max(straight, turned, key=lambda found: found[0])


def _likeness(
    one: Name, other: Name, born: date | None, other_born: date | None
) -> tuple[float, tuple[str, ...]]:
    given, why_given = _given_alike(one.given, other.given)
    dates, why_born = _born_alike(born, other_born)
    if not one.family or not other.family:
        # A first name alone says little: it takes the birth date to mean somebody.
        score = given * 0.7 + dates
        return min(1.0, max(0.0, score)), tuple(w for w in (why_given, why_born) if w)
    family, why_family = _family_alike(one, other)
    if not one.given or not other.given:
        # “Ms. Whitehorse”: the surname itself, not one that only sounds or looks like it, is worth a look.
        return min(1.0, max(0.0, family * ALONE + dates)), tuple(w for w in ("last name", why_family, why_born) if w)  # fmt: skip
    if given < 0.6 or family < 0.55:
        return min(given, family), ()
    score = min(given, family) * 0.6 + max(given, family) * 0.4 + dates
    return min(1.0, max(0.0, score)), tuple(
        dict.fromkeys(w for w in (why_given, why_family, why_born) if w)
    ) or ("name",)


def _near(rows: QuerySet[Any], name: Name, *fields: str) -> QuerySet[Any]:
    """Rows of which some word comes near the name's surname (or, without one, its given name) by letters or by sound."""
    whole = _Unaccent(Lower(Concat(*[part for field in fields for part in (F(field), Value(" "))], output_field=CharField())))  # fmt: skip
    asked = name.family or name.given
    # The engine's trigrams know no letters beyond its locale; the word itself is found in any alphabet.
    close = Q(**{f"{fields[-1]}__icontains": asked[0]})
    notes: dict[str, Any] = {}
    for number, word in enumerate(dict.fromkeys((*asked[:4], name.whole_family or asked[0]))):
        notes[f"near{number}"] = TrigramWordSimilarity(word, whole)
        close |= Q(**{f"near{number}__gte": NEAR})
    code = _Sound(Value(asked[0]))
    notes["sounds"] = _Sound(_Unaccent(F(fields[-1])))
    return rows.annotate(**notes, asked_sound=code).filter(
        close | (~Q(asked_sound="") & Q(sounds__startswith=F("asked_sound")))
    )


def students_like(
    given: str, family: str, *, born_on: date | None = None, among: QuerySet[Student] | None = None,
    leave_out: UUID | None = None,
) -> list[Hit]:  # fmt: skip
    """Students who may be this child, the likeliest first; former names count as the name itself."""
    rows = Student.objects.all() if among is None else among
    rows = rows.exclude(pk=leave_out) if leave_out else rows
    name = name_of(given, family)
    if not name.given and not name.family:
        return []
    ids = set(_near(rows, name, "given_name", "family_name").values_list("pk", flat=True)[:MOST])
    ids |= set(
        _near(rows, name, "other_names__given_name", "other_names__family_name").values_list("pk", flat=True)[
            :MOST
        ]
    )
    if born_on:
        ids |= set(rows.filter(born_on=born_on).values_list("pk", flat=True)[:MOST])
    return _best(
        _student_hits(name, born_on, Student.objects.filter(pk__in=ids).prefetch_related("other_names"))
    )


def _student_hits(name: Name, born_on: date | None, rows: Iterable[Student]) -> Iterator[Hit]:
    for student in rows:
        names = [(name_of(student.given_name, student.family_name), "")]
        for other in student.other_names.all():
            # Either half may be all that changed.
            names.append((name_of(other.given_name or student.given_name, other.family_name or student.family_name), "former name"))  # fmt: skip
        for known, note in names:
            score, why = likeness(name, known, born=born_on, other_born=student.born_on)
            yield Hit("student", student.pk, str(student), score, (*why, note) if note else why)


def contacts_like(
    name: str, *, among: QuerySet[Contact] | None = None, leave_out: UUID | None = None, values: Iterable[str] = ()
) -> list[Hit]:  # fmt: skip
    """Contacts who may be this grown-up. `values` are numbers (E.164) and addresses they gave: one in common is a hit."""
    rows = Contact.objects.all() if among is None else among
    rows = rows.exclude(pk=leave_out) if leave_out else rows
    asked = name_in(name)
    shared = set(rows.filter(points__value__in=[v for v in values if v]).values_list("pk", flat=True))
    ids = set(shared)
    if asked.given or asked.family:
        ids |= set(_near(rows, asked, "name").values_list("pk", flat=True)[:MOST])
        ids |= set(_near(rows, asked, "other_names__name").values_list("pk", flat=True)[:MOST])
    return _best(
        _contact_hits(asked, shared, Contact.objects.filter(pk__in=ids).prefetch_related("other_names"))
    )


def _contact_hits(asked: Name, shared: set[UUID], rows: Iterable[Contact]) -> Iterator[Hit]:
    for contact in rows:
        if contact.pk in shared:
            yield Hit("contact", contact.pk, contact.name, 1.0, ("same number or address",))
        for known, note in [(contact.name, ""), *((other.name, "former name") for other in contact.other_names.all())]:  # fmt: skip
            score, why = likeness(asked, name_in(known))
            yield Hit("contact", contact.pk, contact.name, score, (*why, note) if note else why)


def school_people_like(name: str) -> list[Hit]:
    """People of schools and districts with a name like this."""
    asked = name_in(name)
    if not asked.family:
        return []
    rows = _near(SchoolPerson.objects.all(), asked, "name")[:MOST]
    return _best(Hit("school person", row.pk, row.name, *likeness(asked, name_in(row.name))) for row in rows)


def guests_like(name: str) -> list[Hit]:
    """People of a school whom a family was to let see, or lets or let see, a child's page; one hit a person, whose key is
    their account, or the invitation where there is none yet."""
    asked = name_in(name)
    if not asked.family:
        return []
    rows = _near(GuestGrant.objects.all(), asked, "name").order_by("-starts_at")[:MOST]
    return _best(
        Hit("guest", row.user_id or row.pk, row.name, *likeness(asked, name_in(row.name))) for row in rows
    )


def staff_like(name: str) -> list[Hit]:
    """Who works here, or did, with a name like this."""
    asked = name_in(name)
    if not asked.family:
        return []
    rows = _near(User.objects.filter(role__in=STAFF), asked, "name")[:MOST]
    return _best(Hit("staff", row.pk, row.name, *likeness(asked, name_in(row.name))) for row in rows)


_PLACE_WORDS = frozenset(["school", "district", "public", "schools", "elementary", "middle", "high", "isd", "usd", "unified", "independent", "city", "county", "the", "of", "no"])  # fmt: skip


def places_like(name: str) -> list[Hit]:
    """Districts and schools that may be the one named, other names of districts included."""
    asked = words(name)
    if not asked:
        return []
    return _best(
        hit
        for kind, rows in (
            ("district", District.objects.prefetch_related("other_names")),
            ("school", School.objects.all()),
        )
        for row in rows
        for hit in _place_hits(kind, row, asked)
    )


def _place_hits(kind: str, row: Any, asked: tuple[str, ...]) -> Iterator[Hit]:
    names = [row.name] + ([other.name for other in row.other_names.all()] if kind == "district" else [])
    for name in names:
        known = words(name)
        if known == asked:
            yield Hit(kind, row.pk, row.name, 1.0, ("name",))
            continue
        mine, theirs = set(asked) - _PLACE_WORDS, set(known) - _PLACE_WORDS
        if mine and theirs and (mine <= theirs or theirs <= mine):
            yield Hit(kind, row.pk, row.name, 0.9, ("name",))
        else:
            yield Hit(kind, row.pk, row.name, letters_alike(" ".join(sorted(mine)), " ".join(sorted(theirs))), ("letters",))  # fmt: skip


def _best(hits: Iterable[Hit]) -> list[Hit]:
    """The best hit of each record, from ALIKE on, the likeliest first."""
    best: dict[UUID, Hit] = {}
    for hit in hits:
        if hit.score >= ALIKE and (hit.pk not in best or hit.score > best[hit.pk].score):
            best[hit.pk] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.name))

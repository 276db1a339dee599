"""What an IEP, a notice and a letter must contain, as checklists with their citations.

What a reviewer looks for and common weaknesses are practice notes, not law; ``verified`` speaks of the cited content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from law.rules import law
from law.source import DataError, Row, read

SECTIONS = (
    "components",
    "development_considerations",
    "special_factors",
    "team",
    "team_excusal",
    "extended_school_year",
    "least_restrictive_environment",
    "progress_reporting",
    "prior_written_notice_content",
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that must be there. ``applies_when``: ``always``, or the condition in words."""

    id: str
    section: str
    title: str
    citation: str
    looks_for: tuple[str, ...]
    weaknesses: tuple[str, ...]
    applies_when: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Category:
    """One of the disability categories of 34 CFR 300.8."""

    abbr: str
    other_abbr: tuple[str, ...]
    title: str
    citation: str
    verified: bool


@dataclass(frozen=True, slots=True)
class RelatedService:
    """A related service of 34 CFR 300.34; the list of the rule is not exhaustive."""

    id: str
    title: str
    citation: str
    definition_at: str
    verified: bool
    definition_verified: bool


@dataclass(frozen=True, slots=True)
class Iep:
    sections: Mapping[str, tuple[Item, ...]]
    categories: tuple[Category, ...]
    developmental_delay: Category
    category_note: str
    related_services: tuple[RelatedService, ...]
    related_services_note: str
    disclaimer: str

    def item(self, item_id: str) -> Item:
        """The item with an id, in any section.

        Raises:
            KeyError: there is none.
        """
        for items in self.sections.values():
            for item in items:
                if item.id == item_id:
                    return item
        raise KeyError(item_id)


@dataclass(frozen=True, slots=True)
class LetterPart:
    """Something a letter says. ``verified`` None: practice advice without a citation."""

    id: str
    text: str
    citation: str
    required: bool
    verified: bool | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter's checklist. ``starts`` are ids of the rules it starts or uses."""

    id: str
    title: str
    signed_by: str
    purpose: str
    contents: tuple[LetterPart, ...]
    starts: tuple[str, ...]
    tips: tuple[str, ...]


def _lines(row: Row, key: str) -> tuple[str, ...]:
    value = row.raw(key)
    return (value.strip(),) if isinstance(value, str) and value.strip() else row.texts(key)


def _item(section: str, row: Row) -> Item:
    item = Item(
        id=row.text("id"),
        section=section,
        title=row.text("title"),
        citation=row.text("citation"),
        looks_for=_lines(row, "reviewer_looks_for"),
        weaknesses=_lines(row, "common_weaknesses"),
        applies_when=row.words("applies_when") or row.words("required_when") or "always",
        verified=row.flag("verified"),
    )
    row.words("required_when")
    row.finish()
    return item


def _category(row: Row) -> Category:
    category = Category(
        row.text("abbr"),
        row.texts("other_abbr"),
        row.text("title"),
        row.text("citation"),
        row.flag("verified"),
    )
    row.finish()
    return category


@cache
def iep() -> Iep:
    """The IEP checklists, read and checked once.

    Raises:
        DataError: an item without a citation, a field nobody reads, or an id used twice.
    """
    row = Row("iep_components.yaml", read("iep_components.yaml"))
    meta = row.row("meta")
    delay = row.row("developmental_delay")
    if meta is None or delay is None:
        raise row.error("meta and developmental_delay are needed")
    services = []
    for entry in row.rows("related_services"):
        services.append(
            RelatedService(
                entry.text("id"),
                entry.text("title"),
                entry.text("citation"),
                entry.words("definition_at"),
                entry.flag("verified"),
                entry.flag("definition_paragraph_verified"),
            )
        )
        entry.finish()
    found = Iep(
        sections={
            section: tuple(_item(section, entry) for entry in row.rows(section)) for section in SECTIONS
        },
        categories=tuple(_category(entry) for entry in row.rows("disability_categories")),
        developmental_delay=_category(delay),
        category_note=row.words("category_note"),
        related_services=tuple(services),
        related_services_note=row.words("related_services_note"),
        disclaimer=meta.text("disclaimer"),
    )
    row.finish()
    ids = [item.id for items in found.sections.values() for item in items]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise DataError(f"iep_components.yaml: ids used twice: {', '.join(twice)}")
    return found


@cache
def letters() -> Mapping[str, Letter]:
    """The letter checklists by id.

    Raises:
        DataError: a letter that starts a rule nobody knows, or a part marked verified without a citation.
    """
    found = {}
    for i, entry in enumerate(read("letters.yaml")["letters"]):
        row = Row(f"letters.yaml[{i}] {entry.get('id')}", entry)
        parts = []
        for part in row.rows("contents"):
            verified = part.maybe("verified")
            citation = part.words("citation")
            if verified is not None and not citation:
                raise part.error("says whether it is verified, but cites nothing")
            parts.append(
                LetterPart(part.text("id"), part.text("text"), citation, part.flag("required"), verified)
            )
            part.finish()
        letter = Letter(
            id=row.text("id"),
            title=row.text("title"),
            signed_by=row.text("signed_by"),
            purpose=row.text("purpose"),
            contents=tuple(parts),
            starts=row.texts("starts_timelines"),
            tips=row.texts("tips"),
        )
        row.finish()
        if unknown := sorted(set(letter.starts) - set(law().federal)):
            raise row.error(f"starts rules nobody knows: {', '.join(unknown)}")
        found[letter.id] = letter
    return found


@cache
def measurable_goals() -> str:
    """The test of a measurable goal with good and bad examples, as Markdown."""
    return files("law").joinpath("data", "measurable_goals.md").read_text(encoding="utf-8")

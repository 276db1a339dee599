"""Reading a paper in the background, and opening its review.

waiting → reading → read, or failed. A worker holds a reading by a lease that it renews with every page; one
that dies is found by the due-work row.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from clients.models import Student
from documents import storage
from documents import words as page_words
from documents.models import DocumentVersion, Kind, Page
from reader.compare import likeness
from reviews import points, sandbox, structure
from reviews.models import ReadingState as Reading
from reviews.models import Review, State, StructuredIEP
from tenants import due, keys
from tenants.places import current_firm
from tenants.tasks import run_later

log = logging.getLogger("roundtable.reviews")

READ = "reviews.read"
KINDS = (Kind.IEP, Kind.SECTION_504, Kind.EVALUATION)
FOUND_AFTER = timedelta(minutes=1)
AGAIN = timedelta(seconds=15)
TRIES = 3
DUE_DAYS = 7
FEW_WORDS = 12  # a page with fewer has to be read from its picture
SAME_NAME = 0.8


def heard(version: DocumentVersion, at: datetime, **_: Any) -> None:
    """A version became readable: it is read when its kind can be, and an IEP or 504 plan waits for a review.

    A picture of any other paper is read too, for its words.
    """
    document = version.document
    if version.is_clip:
        return
    wanted = document.kind in KINDS and document.student_id is not None
    if not wanted and not version.pages.filter(words=[]).exists():
        return
    StructuredIEP.objects.get_or_create(version=version, defaults={"pages_count": version.pages_count})
    if wanted and document.kind != Kind.EVALUATION:
        open_review(version, at=at)
    read_later(version.pk, at=at)


def read_later(version_id: UUID, *, at: datetime) -> None:
    from reviews.tasks import read_in_background

    due.plan(READ, str(version_id), due_at=at + FOUND_AFTER)
    run_later(read_in_background, version_id=str(version_id))


def open_review(version: DocumentVersion, *, at: datetime, follows: Review | None = None) -> Review:
    """The review of a version, or the next one after `follows`. The student's advocate gets it."""
    student = version.document.student
    assert student is not None
    number = follows.number + 1 if follows else 1
    due_on = timezone.localdate(at, timezone=current_firm().zone) + timedelta(days=DUE_DAYS)
    review, _made = Review.objects.get_or_create(
        version=version, number=number,
        defaults={
            "student": student, "opened_at": at, "due_on": due_on,
            "assigned_to": follows.assigned_to if follows else advocate_of(student),
        },
    )  # fmt: skip
    return review


def begin(version: DocumentVersion, *, at: datetime) -> Review:
    """The newest review of a version, opened where there is none; the paper is read unless it was."""
    structured, made = StructuredIEP.objects.get_or_create(
        version=version, defaults={"pages_count": version.pages_count}
    )
    review = Review.objects.filter(version=version).order_by("number").last()
    if review is None:
        review = open_review(version, at=at)
        if not made and not structured.is_under_way:
            fill(review, structured)
    if made:
        read_later(version.pk, at=at)
    return review


def advocate_of(student: Student) -> User | None:
    """Whose reviews of this student are: an advocate of the care team, the longest there."""
    team = student.care_team.filter(until=None, user__is_active=True).select_related("user")
    found = sorted(team, key=lambda member: (member.user.role != Role.ADVOCATE, member.since))
    return found[0].user if found else None


def read_due(found: Sequence[str], at: datetime) -> None:
    """The due-work handler: readings that nobody finished."""
    for key in found:
        read(UUID(key), at=at)


def read(version_id: UUID, *, at: datetime) -> None:
    """Reads one version and writes what was found. Safe to run twice, also at once."""
    structured = _lease(version_id, at=at)
    if structured is None:
        return
    version = structured.version
    content, scanned = _content(version)
    if content is None:
        return _fail(structured)

    def progress(done: int, pages: int) -> None:
        now = timezone.now()
        StructuredIEP.objects.filter(pk=structured.pk).update(
            pages_done=done, pages_count=pages, leased_until=now + StructuredIEP.LEASE
        )
        due.plan(READ, str(version.pk), due_at=now + StructuredIEP.LEASE)

    try:
        answer = sandbox.read(content, pictures=scanned, progress=progress)
        structure.reading_of(answer.data)
    except sandbox.Busy:
        with transaction.atomic():
            StructuredIEP.objects.filter(pk=structured.pk).update(leased_until=None, tries=F("tries") - 1)
            due.plan(READ, str(version.pk), due_at=timezone.now() + AGAIN)
        return
    except (sandbox.Refused, ValueError) as problem:
        log.info("version %s was not read: %s", version.pk, type(problem).__name__)
        return _fail(structured)
    _keep(structured, answer)


def _lease(version_id: UUID, *, at: datetime) -> StructuredIEP | None:
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    with transaction.atomic():
        taken = StructuredIEP.objects.filter(
            free, version=version_id, state__in=StructuredIEP.UNDER_WAY
        ).update(state=Reading.READING, leased_until=at + StructuredIEP.LEASE, tries=F("tries") + 1)
        structured = (
            StructuredIEP.objects.select_related("version__document__student")
            .filter(version=version_id)
            .first()
        )
        if structured is None or not structured.is_under_way:
            due.settle(READ, str(version_id))
            return None
        if not taken:
            return None
        Review.objects.filter(version=version_id, state=State.QUEUED).update(state=State.READING)
        due.plan(READ, str(version_id), due_at=at + StructuredIEP.LEASE)
    if structured.tries > TRIES:
        _fail(structured)
        return None
    return structured


def _content(version: DocumentVersion) -> tuple[bytes | None, bool]:
    """The bytes to read, and whether pages have to be read from their picture.

    A Word file is read as it came, which keeps its tables; all else from the viewing copy.
    """
    parts = list(version.parts.all())
    word = len(parts) == 1 and parts[0].content_kind == "docx"
    scanned = not word and has_pictures(version)
    try:
        return storage.read(parts[0].storage_key if word else version.copy_key), scanned
    except (storage.Missing, keys.WrongKey):
        return None, False


def has_pictures(version: DocumentVersion) -> bool:
    """Some page shows so few words that they have to be read from its picture."""
    return any(len(words) < FEW_WORDS for words in version.pages.values_list("words", flat=True))


def _keep(structured: StructuredIEP, answer: sandbox.Answer) -> None:
    version, now, data = structured.version, timezone.now(), answer.data
    if data["format"] == "docx":
        data = placed(data, version)
    student = version.document.student
    with transaction.atomic():
        done = StructuredIEP.objects.filter(pk=structured.pk, state=Reading.READING).update(
            state=Reading.READ, read_at=now, leased_until=None, data=data,
            kind_found=data["document_kind"], confidence=data["anchors"]["document_kind"]["confidence"],
            other_name=other_name(data, student) if student else "", pages_done=F("pages_count"),
        )  # fmt: skip
        due.settle(READ, str(version.pk))
        if not done:
            return
        structured.data = data
        page_words.give(version, answer.words)
        for review in Review.objects.filter(version=version, state__in=[State.QUEUED, State.READING]):
            fill(review, structured)


def fill(review: Review, structured: StructuredIEP) -> None:
    """Gives a review the points of a reading that is there, and opens it for checking."""
    if structured.data:
        points.propose(review, points.of_reading(structured.data))
    review.state = State.TO_CHECK
    review.save(update_fields=["state"])


def _fail(structured: StructuredIEP) -> None:
    """It stays as a paper; a review of it is written by hand."""
    with transaction.atomic():
        StructuredIEP.objects.filter(pk=structured.pk).update(state=Reading.FAILED, leased_until=None)
        Review.objects.filter(version=structured.version, state__in=[State.QUEUED, State.READING]).update(
            state=State.TO_CHECK
        )
        due.settle(READ, str(structured.version_id))


def other_name(data: dict[str, Any], student: Student) -> str:
    """The name in the paper when it fits neither the student nor a name they had, or another birth date stands
    there; else an empty string."""
    name = str((data.get("student") or {}).get("name") or "")
    if not name:
        return ""
    told = [part for part in name.replace(",", " ").split() if len(part) > 1]

    def fits(part: str) -> bool:
        return any(
            likeness(part, one) >= SAME_NAME
            for word in told
            for one in {word, *word.split("-")}
        )  # fmt: skip

    def is_called(given_name: str, family_name: str) -> bool:
        return any(map(fits, given_name.split())) and (
            not family_name or any(map(fits, family_name.replace("-", " ").split()))
        )

    names = [(student.given_name, student.family_name)] + [
        (other.given_name or student.given_name, other.family_name or student.family_name)
        for other in student.other_names.all()
    ]
    born = (data.get("student") or {}).get("dob")
    other_birth = bool(born and student.born_on and str(student.born_on) != born)
    return "" if any(is_called(*one) for one in names) and not other_birth else name[:200]


def placed(data: dict[str, Any], version: DocumentVersion) -> dict[str, Any]:
    """A Word file's reading with its places on the pages that people see, found by the words.

    The reader lays a Word file out on pages of its own, the viewing copy on others.
    """
    pages = list(version.pages.only("number", "words"))

    def find(text: str) -> list[dict[str, Any]]:
        for page in pages:
            if boxes := boxes_of(text, page):
                return [{"page": page.number, "box": box} for box in boxes]
        return []

    anchors = {}
    for path, anchor in data["anchors"].items():
        places = find(anchor["words"])
        first = places[0] if places else {"page": None, "box": None}
        anchors[path] = {**anchor, "places": places, "page": first["page"], "box": first["box"]}
    moved = {**data, "anchors": anchors}
    for slot in ("defects", "remarks"):
        moved[slot] = [
            {**row, "places": structure.places(moved, f"{row['about']}.text", row["about"])}
            for row in data[slot]
        ]
    return moved


def boxes_of(text: str, page: Page) -> list[list[float]]:
    """Where these words follow each other on a page, line by line; capitals do not count. Empty where they do not."""
    wanted = text.casefold().split()[:40]
    words = [str(word[4]).casefold() for word in page.words]
    for start in range(len(words) - len(wanted) + 1):
        if wanted and words[start : start + len(wanted)] == wanted:
            return lines([word[:4] for word in page.words[start : start + len(wanted)]])
    return []


def words_in(box: Sequence[float], page: Page) -> str:
    """The words whose middle stands in a box, `left, top, right, bottom` in points."""
    return " ".join(
        word for left, top, right, bottom, word in page.words
        if box[0] < (left + right) / 2 < box[2] and box[1] < (top + bottom) / 2 < box[3]
    )  # fmt: skip


def lines(boxes: list[list[float]]) -> list[list[float]]:
    """Boxes of words that follow each other, joined line by line."""
    found: list[list[float]] = []
    for left, top, right, bottom in boxes:
        last = found[-1] if found else None
        if last and top < last[3] - (last[3] - last[1]) / 2 and bottom > last[1] and left >= last[0]:
            last[1], last[2], last[3] = min(last[1], top), max(last[2], right), max(last[3], bottom)
        else:
            found.append([left, top, right, bottom])
    return found

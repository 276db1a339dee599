"""Synthetic load: a firm as it looks after three years, written by COPY. For benchmarks and trials, never for real firms."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection, models, transaction
from django.db.models.expressions import DatabaseDefault

from accounts import second_factor
from accounts.models import User
from accounts.roles import Role
from accounts.secrets import address_digest
from accounts.signing_in import write_digest
from cases import calendars, clock
from cases.models import (
    Case,
    CaseEvent,
    EntryKind,
    Kind,
    Meeting,
    MeetingKind,
    NoSchool,
    SchoolCalendar,
    SchoolYear,
    Task,
    TimelineEntry,
)
from cases.stages import STAGES
from clients.models import (
    CareTeamMember,
    Contact,
    ContactPoint,
    District,
    Family,
    Guardianship,
    School,
    Student,
)
from documents import storage
from documents.models import Document, DocumentVersion, Page, Part
from documents.models import Kind as Paper
from documents.models import State as PaperState
from lobby.opening import open_firm
from outbox.models import Channel, Message
from outbox.models import State as Sent
from tenants.migrating import analyze
from tenants.models import Firm
from tenants.opening import AddressTaken
from tenants.places import FirmRef, in_public, within

# A caseload of this many open cases a person; the rest of the firm's cases are closed or another's.
CASES_AN_ADVOCATE = 60

GIVEN = ["Ada", "Aiyana", "Amara", "Anaïs", "Andrés", "Beatriz", "Ben", "Bilal", "Camila", "Chidi", "Dana", "Dmitri", "Elena", "Emre", "Fatima", "Felix", "Grace", "Håkon", "Ines", "Isaiah", "Jamal", "Joaquín", "Kai", "Keiko", "Lena", "Liam", "Luz", "Mateo", "Mei", "Milo", "Nadia", "Noor", "Oksana", "Omar", "Paloma", "Priya", "Quinn", "Rafael", "Rosa", "Samir", "Siobhán", "Sofía", "Tariq", "Thuy", "Uma", "Víctor", "Wren", "Xiomara", "Yara", "Zoë", "عمر", "美玲"]  # fmt: skip
FAMILY = ["Abara", "Acosta", "Baker", "Begay", "Bianchi", "Castillo", "Chen", "Dávila", "Diallo", "Eriksen", "Espinoza", "Fischer", "Flores", "García", "Greene", "Hassan", "Herrera", "Ibarra", "Ito", "Jackson", "Jiménez", "Kaur", "Kim", "Kowalski", "Lang", "López", "Martin", "Mbeki", "Méndez", "Nguyen", "Novak", "O’Brien", "Okafor", "Park", "Pérez", "Quintana", "Ramírez", "Rivera", "Rossi", "Saito", "Santos", "Tanaka", "Tran", "Ueda", "Vargas", "Villa", "Walker", "Wójcik", "Young", "Zapata"]  # fmt: skip
PLACES = ["Alder", "Bayview", "Cedar Falls", "Dry Creek", "Eagle Pass", "Fairhaven", "Glenwood", "Hollis", "Ironwood", "Juniper", "Kings", "Laurel", "Mesa Verde", "North Fork", "Oak Grove", "Pine Ridge"]  # fmt: skip
STATES = ["MT", "CA", "TX", "NY", "OH", "WA", "FL", "PA"]
NEEDS = ["Specific learning disability", "Autism", "Speech or language impairment", "Other health impairment", "Emotional disturbance", "Hearing impairment"]  # fmt: skip
STEPS = ["Ask the school for the evaluation report", "Call the case manager about the missed speech sessions", "Read the draft IEP", "Prepare the parent for the meeting", "Write down what was agreed", ""]  # fmt: skip
TALK = ["Spoke with the case manager, who will send the service log.", "Parent says reading at home goes better with the timer.", "Left word with the district office about the records.", "The speech therapist was away for two weeks; make-up sessions were promised.", "Agreed to look at the behavior plan again in a month.", "Mother asked what an independent evaluation costs and who pays."]  # fmt: skip


def copy(rows: Iterable[models.Model]) -> int:
    """Writes new rows of one model by COPY into the schema the connection stands in; how many there were.

    What the database would fill in itself must be set.
    """
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return 0
    fields = [
        field for field in first._meta.concrete_fields
        if not field.generated and not (field.primary_key and getattr(first, field.attname) is None)
    ]  # fmt: skip
    written = 0
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(first._meta.db_table)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as into,  # quoted names of our own models
    ):
        for row in (first, *rows):
            assert type(row) is type(first)
            into.write_row([_plain(field, row) for field in fields])
            written += 1
    return written


def _plain(field: Any, row: models.Model) -> Any:
    value = getattr(row, field.attname)
    if isinstance(value, DatabaseDefault):
        raise ValueError(f"{type(row).__name__}.{field.name} has no value")
    return field.get_db_prep_save(value, connection)


def plain_letters(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in folded if letter.isalnum()) or "x"


def open_loaded_firm(slug: str, *, cases: int, at: datetime, seed: int = 7) -> FirmRef:
    """A new firm with that many cases over three years. Raises AddressTaken."""
    firm, owner = open_firm(
        name=f"Load {slug}", slug=slug, owner_name="Olivia Hart", owner_email=f"olivia@{slug}.example",
        password_hash="!", state="MT", timezone="America/Denver", language="en", at=at, ask_confirmation=False, with_trial=False,  # noqa: S106
    )  # fmt: skip
    with in_public():
        Firm.objects.filter(pk=firm.id).update(owner_confirmed_at=at)
    fill(firm, owner=owner, cases=cases, at=at, seed=seed)
    analyze(firm)
    return firm


def fill(firm: FirmRef, *, owner: UUID, cases: int, at: datetime, seed: int = 7) -> None:
    """Writes that many made-up cases, and all that goes with them, into a firm."""
    with within(firm), transaction.atomic():
        _Loaded(firm, owner, cases, at, random.Random(seed)).write()  # noqa: S311 (made-up families)


class _Loaded:
    def __init__(self, firm: FirmRef, owner: UUID, cases: int, at: datetime, rng: random.Random) -> None:
        self.firm, self.at, self.rng, self.cases = firm, at, rng, cases
        self.today = at.astimezone(firm.zone).date()
        self.owner = User.objects.get(pk=owner)

    def write(self) -> None:
        self._staff()
        self._schools()
        self._families()
        self._matters()
        self._dates()
        self._talk()
        self._papers()

    def _ago(self, days: int) -> datetime:
        return self.at - timedelta(days=self.rng.uniform(0, days))

    def _staff(self) -> None:
        self.advocates = []
        for n in range(max(2, self.cases // (CASES_AN_ADVOCATE * 5))):
            name = f"{GIVEN[n % len(GIVEN)]} {FAMILY[(n * 7) % len(FAMILY)]}"
            self.advocates.append(User(name=name, email=f"advocate{n}@{self.firm.slug}.example", role=Role.ADVOCATE, password="!", created_at=self.at))  # noqa: S106  # fmt: skip
        User.objects.bulk_create(self.advocates)

    def _schools(self) -> None:
        self.districts = [District(name=f"{place} School District", state=STATES[n % len(STATES)]) for n, place in enumerate(PLACES)]  # fmt: skip
        copy(self.districts)
        self.schools = [School(district=district, name=f"{name} {kind}") for district in self.districts for name in ("Lincoln", "Riverside") for kind in ("Elementary", "Middle School")]  # fmt: skip
        copy(self.schools)
        plans, years, off = [], [], []
        for district in self.districts:
            plan = SchoolCalendar(district=district, changed_at=self.at, changed_by=self.owner)
            plans.append(plan)
            for start in range(self.today.year - 3, self.today.year + 2):
                year = SchoolYear(calendar=plan, first_on=date(start, 8, 25), last_on=date(start + 1, 6, 5))
                years.append(year)
                off += [
                    NoSchool(year=year, first_on=date(start, 11, 26), last_on=date(start, 11, 28), name="Thanksgiving"),
                    NoSchool(year=year, first_on=date(start, 12, 21), last_on=date(start + 1, 1, 4), name="Winter break"),
                    NoSchool(year=year, first_on=date(start + 1, 3, 22), last_on=date(start + 1, 3, 28), name="Spring break"),
                ]  # fmt: skip
        copy(plans)
        copy(years)
        copy(off)

    def _families(self) -> None:
        families, contacts, points, students, ties, team = [], [], [], [], [], []
        for n in range(self.cases):
            came = self._ago(3 * 365)
            name = self.rng.choice(FAMILY)
            family = Family(name=name, created_at=came, confirmed_at=came)
            parent = Contact(
                family=family, name=f"{self.rng.choice(GIVEN)} {name}", language=self.rng.choice(["en", "en", "en", "es"]),
                timezone="America/Denver", created_at=came, confirmed_at=came,
            )  # fmt: skip
            school = self.rng.choice(self.schools)
            student = Student(
                family=family, given_name=self.rng.choice(GIVEN), family_name=name, grade=str(self.rng.randint(1, 12)),
                born_on=self.today - timedelta(days=self.rng.randint(6 * 365, 17 * 365)), disability=self.rng.choice(NEEDS),
                district=school.district, school=school, created_at=came, confirmed_at=came,
            )  # fmt: skip
            families.append(family)
            contacts.append(parent)
            points += [
                ContactPoint(contact=parent, kind="phone", value=f"+1406{5550000 + n:07}"),
                ContactPoint(contact=parent, kind="email", value=f"{plain_letters(parent.name)}{n}@family.example"),
            ]  # fmt: skip
            students.append(student)
            ties.append(Guardianship(contact=parent, student=student, relation="mother"))
            team.append(
                CareTeamMember(student=student, user=self.advocates[n % len(self.advocates)], since=came)
            )
        self.contacts, self.students = contacts, students
        for rows in (families, contacts, points, students, ties, team):
            copy(rows)

    def _matters(self) -> None:
        cases, tasks, meetings = [], [], []
        kinds = [Kind.EVALUATION, Kind.IEP, Kind.IEP, Kind.S504, Kind.DISCIPLINE, Kind.COMPLAINT]
        for n, student in enumerate(self.students):
            opened = self._ago(3 * 365)
            kind = self.rng.choice(kinds)
            advocate = self.advocates[n % len(self.advocates)]
            step = self.rng.choice(STEPS)
            case = Case(
                student=student, kind=kind, stage=self.rng.choice(STAGES[kind]).id, about=self.rng.choice(TALK), advocate=advocate,
                next_step=step, next_step_on=self.today + timedelta(days=self.rng.randint(-5, 60)) if step else None,
                opened_at=opened, opened_by=self.owner,
            )  # fmt: skip
            cases.append(case)
            tasks += [
                Task(case=case, title=self.rng.choice(STEPS[:5]), owner=advocate, made_at=opened, due_on=self.today + timedelta(days=self.rng.randint(-10, 90)), done_at=self.at if done else None, done_by=advocate if done else None)
                for done in (True, False)
            ]  # fmt: skip
            if n % 4 == 0:
                starts = datetime.combine(
                    self.today + timedelta(days=self.rng.randint(-300, 60)), time(16), self.firm.zone
                )
                meetings.append(Meeting(case=case, kind=self.rng.choice(MeetingKind.values), advocate=advocate, starts_at=starts, ends_at=starts + timedelta(hours=1), place=str(student.school), agenda="Present levels, goals, services"))  # fmt: skip
        self.matters = cases
        for rows in (cases, tasks, meetings):
            copy(rows)

    def _dates(self) -> None:
        events, dates = [], []
        starts = {Kind.EVALUATION: "evaluation_consent_received", Kind.DISCIPLINE: "records_requested"}
        counted = lru_cache(maxsize=None)(calendars.of_district)
        for case in self.matters:
            on = self.today - timedelta(days=self.rng.randint(0, 200))
            event = CaseEvent(case=case, kind=starts.get(Kind(case.kind), "iep_meeting_date"), on=on, recorded_at=self.at, recorded_by=case.advocate)  # fmt: skip
            events.append(event)
            student = case.student
            ground = clock.Ground(clock.facts_of([event], student), clock.state_of(student), counted(student.district_id))  # fmt: skip
            dates += clock.first_dates(case, event, ground, at=self.at)
        copy(events)
        copy(dates)

    def _talk(self) -> None:
        entries, messages = [], []
        for n, (case, contact) in enumerate(zip(self.matters, self.contacts, strict=True)):
            for _ in range(6):
                on = self._ago(3 * 365)
                entries.append(TimelineEntry(student=case.student, case=case, kind=self.rng.choice([EntryKind.CALL, EntryKind.NOTE, EntryKind.WIN]), text=self.rng.choice(TALK), who=case.advocate.name, happened_at=on, recorded_at=on, recorded_by=case.advocate, shared=self.rng.random() < 0.3))  # fmt: skip
            for k in range(2):
                on = self._ago(365)
                messages.append(Message(kind="reminder", subject=f"load:{case.pk}", occurrence=str(k), recipient=f"+1406{5550000 + n:07}", channel=Channel.SMS, language=contact.language, body="A reminder of your call.", due_at=on, written_at=on, sent_at=on, state=Sent.SENT, timezone="America/Denver"))  # fmt: skip
        copy(entries)
        copy(messages)

    def _papers(self) -> None:
        """An IEP for every second student. All their files are one small file, so that the disk holds a firm of any size."""
        papers, versions, parts, pages = [], [], [], []
        key = storage.write(b"%PDF-1.4 synthetic")
        for student in self.students[::2]:
            on = self._ago(3 * 365)
            paper = Document(
                student=student, kind=Paper.IEP, title=f"IEP {on:%Y}", added_by=self.owner, added_at=on
            )
            version = DocumentVersion(document=paper, number=1, state=PaperState.READY, uploaded_by=self.owner, uploaded_at=on, ready_at=on, pages_count=1, copy_key=key, copy_size=18)  # fmt: skip
            papers.append(paper)
            versions.append(version)
            parts.append(Part(version=version, position=1, storage_key=key, sha256="0" * 64, size=18, content_kind="pdf"))  # fmt: skip
            pages.append(Page(version=version, number=1, width=612, height=792, text=f"Individualized Education Program of {student}. {self.rng.choice(TALK)}", picture_key=key, picture_size=18))  # fmt: skip
        for rows in (papers, versions, parts, pages):
            copy(rows)


def people(firm: FirmRef, secret: str, totp: str) -> User:
    """An owner and a first advocate who can sign in; the advocate."""
    with within(firm):
        for person in User.objects.filter(role__in=[Role.OWNER, Role.ADVOCATE]).order_by("role", "email")[
            :40
        ]:
            User.objects.filter(pk=person.pk).update(password=make_password(secret))
            second_factor.set_up(person, totp, step=0)
            write_digest(person, address_digest(person.email or ""))
        return User.objects.filter(role=Role.ADVOCATE).order_by("email")[0]


__all__ = ["AddressTaken", "copy", "open_loaded_firm", "people"]

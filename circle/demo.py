"""The demo's circle: Mateo's page with his teacher at the table, and Ada's first steps. All in it is invented."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

from accounts.models import User
from circle import transition, writing
from circle.models import Agency, CheckIn
from clients import guests
from clients.models import Contact, Guardianship, Part, Student, join_care_team
from documents import checking
from documents.adding import Sent
from documents.models import DocumentVersion
from progress import strategies
from progress.models import DataSheet, Setting, Went
from tenants.places import current_firm

PHOTO = Path(__file__).parent / "data" / "reading-corner.jpg"
TEACHER = "teacher@lakeside.example"


def seed(rivera: Contact, okafor: Contact, *, ana: User, at: datetime) -> None:
    """Invites Mateo's teacher, fills his page with two weeks of school and home, and plans Ada's next talk."""
    mateo = Student.objects.get(family=rivera.family, given_name="Mateo")
    ada = Student.objects.get(family=okafor.family, given_name="Ada")
    luz, ngozi = rivera.user, okafor.user
    assert luz is not None
    assert ngozi is not None
    began = at - timedelta(days=16)
    grant = guests.grant(
        mateo, by=luz, email=TEACHER, name="Ms. Dana Whitehorse", job="special",
        sees=[part for part in Part if part != Part.REPORTS], adds=[Part.WINS, Part.PAGE, Part.STRATEGIES, Part.CHECKINS, Part.POINTS, Part.MINUTES],
        lapses_on=guests.end_of_school_year(guests.local_day(at)), at=began,
    )  # fmt: skip
    dana = grant.user
    assert dana is not None
    guests.accept(dana, mateo, at=began + timedelta(days=1))
    guests.looked(dana, mateo, "page", at=at - timedelta(days=2))
    _talk(mateo, luz, dana, ana, at=at)
    _strategy(mateo, luz, dana, at=at)
    _next(mateo, luz, dana, ana, at=at)
    guests.prepare(
        ada, by=ana, email="speech@millbrook.example", name="Owen Park", job="therapist", sees=[Part.WINS, Part.PAGE, Part.ABOUT],
        adds=[Part.WINS], lapses_on=guests.end_of_school_year(guests.local_day(at)), at=at - timedelta(days=1),
    )  # fmt: skip
    writing.post(
        ada, by=ngozi, words="Ada slept badly this week. Please go easy on Monday.", at=at - timedelta(days=3)
    )
    writing.celebrate(ada, by=ngozi, words="Ada asked for a break with her card, all by herself.", setting=Setting.HOME, happened_on=guests.local_day(at) - timedelta(days=4), at=at - timedelta(days=4))  # fmt: skip
    _adult_life(okafor, ana=ana, at=at)


def _talk(mateo: Student, luz: User, dana: User, ana: User, *, at: datetime) -> None:
    day = guests.local_day(at)
    asked = writing.post(mateo, by=luz, words="Mateo dice que no alcanza a copiar la tarea. ¿Le pueden dar una foto del pizarrón?", question=True, at=at - timedelta(days=6))  # fmt: skip
    writing.answer(asked, by=dana, words="Yes, of course. I send a photo of the board home in his folder from today on.", at=at - timedelta(days=5, hours=20))  # fmt: skip
    writing.answer(
        asked, by=ana, words="Thank you both. I note it for the annual review.", at=at - timedelta(days=5)
    )
    photo = writing.post(
        mateo, by=dana, words="Our new reading corner. Mateo chose the dinosaur shelf.", photos=[Sent(PHOTO.read_bytes(), "corner.jpg")], at=at - timedelta(days=3),
    )  # fmt: skip
    for version in DocumentVersion.objects.filter(document=photo.document):
        checking.check(version.pk, at=at - timedelta(days=3))
    writing.celebrate(
        mateo, by=dana, words="Mateo read a whole page aloud to two friends, and they clapped.", setting=Setting.SCHOOL,
        happened_on=day - timedelta(days=1), at=at - timedelta(days=1),
    )  # fmt: skip


def _strategy(mateo: Student, luz: User, dana: User, *, at: datetime) -> None:
    day = guests.local_day(at)
    made = strategies.start(
        mateo, trigger="The lunch room gets loud", response="Offer the quiet table and the headphones before lunch begins. Count to four together.",
        who="Ms. Whitehorse at school, Luz at home", started_on=day - timedelta(days=14), by=dana, at=at - timedelta(days=14),
        sheets=DataSheet.objects.filter(student=mateo)[:1],
    )  # fmt: skip
    for days, went, setting, by, words in (
        (10, Went.PARTLY, Setting.SCHOOL, dana, "He took the headphones after I showed mine."),
        (6, Went.WELL, Setting.HOME, luz, "En el cumpleaños de su prima, sin llorar."),
        (2, Went.WELL, Setting.SCHOOL, dana, "He asked for the quiet table himself."),
    ):
        strategies.tell(made, went=went, setting=setting, words=words, happened_on=day - timedelta(days=days), by=by, at=at - timedelta(days=days))  # fmt: skip


def _next(mateo: Student, luz: User, dana: User, ana: User, *, at: datetime) -> None:
    zone = current_firm().zone
    day = guests.local_day(at) + timedelta(days=6)
    check_in = writing.plan_check_in(
        mateo, by=luz, starts_at=datetime.combine(day, time(15, 30), zone), how=CheckIn.How.VIDEO, note="", at=at - timedelta(days=2)
    )  # fmt: skip
    writing.ask(check_in, by=luz, words="¿Cómo le va en el recreo?", at=at - timedelta(days=2))
    writing.ask(check_in, by=dana, words="Does he read at home before bed?", at=at - timedelta(days=1))
    done = writing.agree(mateo, by=ana, words="A photo of the board goes home each day", who="Ms. Whitehorse", due_on=guests.local_day(at) - timedelta(days=3), at=at - timedelta(days=6))  # fmt: skip
    writing.tick(done, by=dana, done=True, at=at - timedelta(days=4))
    writing.agree(mateo, by=ana, words="Read ten minutes at bedtime, one page each", who="Luz", due_on=guests.local_day(at) + timedelta(days=5), at=at - timedelta(days=6))  # fmt: skip
    writing.agree(mateo, by=dana, words="Ask the librarian for books about maps", who="Ms. Whitehorse", due_on=guests.local_day(at) + timedelta(days=9), at=at - timedelta(days=1))  # fmt: skip


def _adult_life(okafor: Contact, *, ana: User, at: datetime) -> None:
    """An older sister of Ada's, for whom the plan for adult life is open."""
    today = guests.local_day(at)
    chidi = Student.objects.create(
        family=okafor.family, given_name="Chidi", family_name="Okafor", grade="11", confirmed_at=at,
        born_on=today.replace(year=today.year - 17, day=min(today.day, 28)),
    )  # fmt: skip
    Guardianship.objects.create(contact=okafor, student=chidi, relation="mother")
    join_care_team(chidi, ana, at=at)
    ngozi = okafor.user
    assert ngozi is not None
    transition.say(
        chidi, {"likes": "Trains, engines, and being with my uncle at the garage.", "good_at": "I remember how things fit together.",
                "after_school": "I want to fix trucks and live near my family.", "help": "Show me, do not tell me. I take the bus alone."},
        by=ngozi, at=at - timedelta(days=12),
    )  # fmt: skip
    work = transition.aim(
        chidi, area="work", words="I will work in a truck repair shop.", by=ngozi, at=at - timedelta(days=12)
    )
    transition.aim(chidi, area="learning", words="I will take the diesel course at the two-year college.", by=ngozi, at=at - timedelta(days=12))  # fmt: skip
    first = transition.step(chidi, words="Visit the garage for a day", who="Chidi and his uncle", due_on=today - timedelta(days=4), goal=work, by=ngozi, at=at - timedelta(days=12))  # fmt: skip
    transition.tick(first, by=ngozi, done=True, at=at - timedelta(days=4))
    transition.step(chidi, words="Ask vocational rehabilitation to come to the IEP meeting", who="Ana Reyes", due_on=today + timedelta(days=20), goal=work, by=ana, at=at - timedelta(days=3))  # fmt: skip
    Agency.objects.create(
        plan=transition.plan_of(chidi, at=at), name="Vocational Rehabilitation, Millbrook office", what_for="Job coach and tools",
        person="Sam Ortiz", phone="+14065550190", by=ana, at=at,
    )  # fmt: skip

"""Money of the demo firm: a retainer that pays an invoice, one that is open, one that is late, a week of time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from cases.models import Case
from clients.models import Agreement
from invoices import drafting, issuing, reminding, retaining, telling, timing
from invoices.models import Activity, Billing, Expense, FlatFee, Invoice, Rate, Terms
from payments import receiving
from tenants.places import current_firm

MATEO = [
    (58, 50, Activity.CALL, "Llamada con usted y plan de trabajo"),
    (55, 95, Activity.REVIEW, "Lectura del IEP y de los informes"),
    (47, 34, Activity.LETTER, "Carta a la escuela para pedir los expedientes"),
    (40, 22, Activity.CALL, "Llamada con la directora de educación especial"),
]
MATEO_LATER = [
    (19, 41, Activity.CALL, "Llamada sobre la evaluación"),
    (16, 7, Activity.MESSAGE, "Mensajes con la escuela"),
    (12, 64, Activity.PREPARE, "Preparación de la reunión"),
]
ADA = [
    (66, 70, Activity.REVIEW, "Reading the IEP and last year’s reports"),
    (60, 45, Activity.CALL, "Call with the case manager"),
]
ADA_LATER = [
    (21, 90, Activity.MEETING, "IEP meeting at Millbrook Middle School"),
    (20, 15, Activity.LETTER, "Notes of the meeting for the team"),
]
WEEK = [(4, 35, Activity.CALL), (3, 80, Activity.PREPARE), (2, 12, Activity.MESSAGE), (1, 25, Activity.CALL)]
WEEK_ES = {Activity.CALL: "Llamada con la escuela", Activity.PREPARE: "Preparación de preguntas", Activity.MESSAGE: "Mensajes con usted"}  # fmt: skip
WEEK_EN = {Activity.CALL: "Call with the school team", Activity.PREPARE: "Preparing questions", Activity.MESSAGE: "Messages with you"}  # fmt: skip


def seed(*, at: datetime) -> None:
    """Runs in the demo firm after its cases are there; `at` is now, and every date moves with it."""
    if Invoice.objects.exists():
        return
    today = timezone.localdate(at, current_firm().zone)
    people = {name: User.objects.get(email=f"{name}@harbor.example") for name in ("olivia", "ana", "marcus", "bea")}  # fmt: skip
    bea = people["bea"]
    Terms.objects.create(round_to=6, round_how="up", due_days=30, currency="usd", changed_at=at)
    start = date(today.year - 1, 1, 1)
    for person, amount in ((None, 14_000), (people["ana"], 15_000), (people["marcus"], 15_000), (people["olivia"], 20_000)):  # fmt: skip
        Rate.objects.create(person=person, amount=amount, from_on=start, set_by=people["olivia"], set_at=at)
    mateo = Case.objects.filter(student__given_name="Mateo").order_by("opened_at").first()
    ada = Case.objects.filter(student__given_name="Ada").order_by("opened_at").first()
    # In the order of their days, so that numbers and dates rise together.
    if ada:
        _ada(ada, people["marcus"], bea, today, at=at)
    if mateo:
        _mateo(mateo, people["ana"], bea, today, at=at)


def _noon(today: date, ago: int) -> datetime:
    return datetime.combine(today - timedelta(days=ago), time(12), current_firm().zone)


def _write(case: Case, person: User, rows: list[tuple[int, int, Activity, str]], today: date) -> None:
    for ago, minutes, activity, words in rows:
        timing.add(
            person=person, student=case.student, case=case, on=today - timedelta(days=ago), minutes=minutes,
            activity=activity, description=words, at=_noon(today, ago),
        )  # fmt: skip


def _invoice(case: Case, bea: User, today: date, ago: int, *, send: bool = False) -> Invoice:
    payer = drafting.payer_of(case)
    assert payer is not None
    when = _noon(today, ago)
    invoice = issuing.issue(drafting.begin(case, payer, by=bea, at=when), by=bea, at=when)
    if send:
        telling.send(invoice, by=bea, at=when)
    return invoice


def _mateo(case: Case, ana: User, bea: User, today: date, *, at: datetime) -> None:
    agreement = Agreement.objects.filter(student=case.student, signature__isnull=False).first()
    estimate = retaining.estimate(
        case, minutes_low=600, minutes_high=900, rate=15_000, by=bea, at=_noon(today, 64), agreement=agreement,
        note="Evaluation, one IEP meeting, letters.",
    )  # fmt: skip
    retainer = retaining.open_retainer(case, asked=retaining.to_ask(estimate), threshold=30_000, by=bea, at=_noon(today, 64), estimate=estimate)  # fmt: skip
    retaining.deposit(
        retainer, amount=retainer.asked, method="check", received_on=today - timedelta(days=60), once="demo-deposit",
        by=bea, at=_noon(today, 60), reference="1042",
    )  # fmt: skip
    _write(case, ana, MATEO, today)
    first = _invoice(case, bea, today, 38)
    retaining.use(retainer, first, by=bea, at=_noon(today, 38))
    _write(case, ana, MATEO_LATER, today)
    Expense.objects.create(case=case, on=today - timedelta(days=13), kind="copies", amount=1_840, description="Copias de los expedientes", spent_by=ana, made_at=_noon(today, 13))  # fmt: skip
    _invoice(case, bea, today, 9)
    _write(case, ana, [(ago, minutes, kind, WEEK_ES[kind]) for ago, minutes, kind in WEEK], today)


def _ada(case: Case, marcus: User, bea: User, today: date, *, at: datetime) -> None:
    Terms.objects.create(case=case, pays_percent=60, changed_at=_noon(today, 70))
    retaining.estimate(case, minutes_low=360, minutes_high=600, rate=15_000, by=bea, at=_noon(today, 70))
    FlatFee.objects.create(case=case, name="Two IEPs compared", amount=18_000, agreed_on=today - timedelta(days=68), set_by=bea, set_at=_noon(today, 68))  # fmt: skip
    _write(case, marcus, ADA, today)
    late = _invoice(case, bea, today, 45)
    receiving.record(
        method="check", amount=15_000, currency="usd", received_on=today - timedelta(days=20), by=bea, at=_noon(today, 20),
        subject=late.subject, once="demo-check", reference="207",
    )  # fmt: skip
    for days in reminding.STEPS:
        when = datetime.combine(late.due_on + timedelta(days=days), reminding.AT, current_firm().zone)
        if when < at:
            reminding.remind([f"{late.pk}/{days}"], when)
    _write(case, marcus, ADA_LATER, today)
    timing.add(
        person=marcus, student=case.student, case=case, on=today - timedelta(days=15), minutes=20, activity=Activity.CALL,
        description="A first call", billing=Billing.NO_CHARGE, at=_noon(today, 15),
    )  # fmt: skip
    _write(case, marcus, [(ago, minutes, kind, WEEK_EN[kind]) for ago, minutes, kind in WEEK], today)

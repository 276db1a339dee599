"""What a family sees of booking: pick a time, say who you are, change it or call it off. No account needed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.requests import FirmRequest
from accounts.signing_in import network
from clients.models import Contact, Student
from documents import storage
from documents.adding import Sent
from documents.forms import FilesForm
from documents.views import onward
from outbox.models import may_text
from outbox.starting import how_to_start, was_stopped
from payments import paying
from payments.models import Checkout
from payments.paying import AlreadyPaid, OnItsWay
from payments.providers.stripe import Refused, Unavailable
from payments.public import looked
from scheduling import booking as bookings
from scheduling import checking, ics, paid, papers
from scheduling.availability import Slot, free_slots
from scheduling.booking import Asker, SlotTaken, TooLate, TooManyHolds
from scheduling.forms import BookingForm
from scheduling.models import Booking, Format, Service
from tenants import throttle
from web.forms import posted
from web.views import too_many
from web.zones import TIMEZONE_COOKIE, zone_choices

FORM = require_http_methods(["GET", "HEAD", "POST"])
DAYS_SHOWN = 14
BOOKINGS_AN_HOUR, BOOKINGS_A_DAY = 12, 60  # from one network; each may send a few texts
FARTHEST = timedelta(days=400)  # how far ahead staff may look


def chosen_zone(request: FirmRequest) -> ZoneInfo:
    """The zone the person picked, else the phone's own, else the firm's."""
    firm = request.firm
    phone = request.COOKIES.get(TIMEZONE_COOKIE, "").replace("%2F", "/")
    return bookings.zone_or(request.GET.get("zone", "") or request.POST.get("zone", "") or phone, firm.zone)


def parse_moment(text: str) -> datetime | None:
    """An ISO 8601 moment with its offset, or None for anything else."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo and 2000 < moment.year < 2200 else None


def parse_day(text: str) -> date | None:
    """A date as pages write it in their links, or None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 < day.year < 2200 else None


def by_day(slots: list[Slot], zone: ZoneInfo) -> dict[date, list[datetime]]:
    """Starts by the family's own day, each once, whoever is free."""
    days: dict[date, list[datetime]] = defaultdict(list)
    for start in sorted({slot.starts_at for slot in slots}):
        days[start.astimezone(zone).date()].append(start)
    return dict(days)


def chosen_advocate(request: FirmRequest, people: list[User]) -> User | None:
    """The one asked for by name among those who give the service; None for anyone."""
    wanted = request.POST.get("with") or request.GET.get("with") or ""
    return next((person for person in people if str(person.pk) == wanted), None)


def times(
    request: FirmRequest, service: Service, *, leave_out: Booking | None = None, any_notice: bool = False
) -> dict[str, Any]:
    """What the page of times shows: who gives it, the days with something free, and the times of one of them."""
    now, zone = timezone.now(), chosen_zone(request)
    wanted = parse_day(request.GET.get("day", ""))
    if wanted is None and leave_out is not None:
        wanted = leave_out.starts_at.astimezone(zone).date()
    until = now + timedelta(days=service.horizon_days + 1)
    if any_notice and wanted is not None:
        # The horizon does not bind staff: they look around the day they want, however far ahead it lies.
        there = datetime.combine(wanted, time(), zone) + timedelta(days=DAYS_SHOWN)
        until = max(until, min(there, now + FARTHEST))
    everyone = list(service.advocates.filter(is_active=True).order_by("name"))
    one = leave_out.advocate if leave_out else chosen_advocate(request, everyone)
    slots = free_slots(
        service, since=now, until=until, at=now, advocates=[one] if one else everyone, leave_out=leave_out,
        any_notice=any_notice,
    )  # fmt: skip
    days = by_day(slots, zone)
    shown = sorted(days)
    # The day they want, or the first one after it with something free.
    day = next((d for d in shown if wanted is None or d >= wanted), shown[-1] if shown else None)
    first = max(0, shown.index(day) - 3) if day else 0
    window = shown[first : first + DAYS_SHOWN]
    return {
        "service": service,
        "zone": zone,
        "zones": zone_choices(),
        "days": [(d, len(days[d])) for d in window],
        "day": day,
        "earlier": shown[max(0, first - DAYS_SHOWN)] if first else None,
        "later": shown[first + DAYS_SHOWN] if first + DAYS_SHOWN < len(shown) else None,
        "times": days.get(day, []) if day else [],
        "people": everyone if len(everyone) > 1 and leave_out is None else [],
        "advocate": one,
        "more": f"&with={one.pk}" if one and leave_out is None else "",
    }


def policy(service: Service, starts_at: datetime, *, at: datetime) -> dict[str, Any]:
    """Until when a family may change it and call it off, said before it acts; None where that is past."""
    change = starts_at - timedelta(minutes=service.change_until_minutes)
    off = starts_at - timedelta(minutes=service.call_off_until_minutes)
    return {"change_until": change if change > at else None, "call_off_until": off if off > at else None}


@require_GET
def front(request: FirmRequest) -> HttpResponse:
    """The firm's first page."""
    return render(request, "scheduling/front.html", {"services": Service.objects.published()})


@require_GET
def book(request: FirmRequest) -> HttpResponse:
    """What can be booked; straight to the times when it is one thing."""
    services = list(Service.objects.published())
    if len(services) == 1:
        return redirect("book-time", services[0].pk)
    return render(request, "scheduling/services.html", {"services": services})


@require_GET
def book_time(request: FirmRequest, pk: UUID) -> HttpResponse:
    service = get_object_or_404(Service.objects.published(), pk=pk)
    context = times(request, service)
    template = (
        "scheduling/book_time.html#times"
        if request.headers.get("HX-Request")
        else "scheduling/book_time.html"
    )
    return render(request, template, context)


@FORM
def book_details(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Who books. The POST books; when the time has gone meanwhile, everything typed stays and three others are offered."""
    service = get_object_or_404(Service.objects.published(), pk=pk)
    firm = request.firm
    starts_at = parse_moment(request.POST.get("time", "") or request.GET.get("time", ""))
    if starts_at is None:
        return redirect("book-time", pk)
    zone = chosen_zone(request)
    contact = getattr(request.user, "contact", None) if request.user.is_authenticated else None
    takes_iep = service.takes_iep and contact is None
    children = Student.objects.visible_to(request.user).order_by("given_name", "pk") if contact else None  # type: ignore[arg-type]
    form = BookingForm(
        posted(request), request.FILES or None, firm_name=firm.name, takes_iep=takes_iep, children=children,
        by_phone=service.format == Format.PHONE,
    )  # fmt: skip
    if contact and (not contact.phone or may_text(contact.phone)):
        del form.fields["texts"]
    context: dict[str, Any] = {
        "service": service, "form": form, "starts_at": starts_at, "zone": zone, "contact": contact,
    }  # fmt: skip
    context["pays_first"] = paid.is_paid_first(service)
    context |= policy(service, starts_at, at=timezone.now())
    context["advocate"] = chosen_advocate(request, list(service.advocates.filter(is_active=True)))
    context["once"] = request.POST.get("once", "")[:36] or str(uuid4())
    context["picked"] = bool(request.FILES.getlist("paper")) or request.POST.get("picked") == "1"
    if request.method != "POST":
        # A time that somebody has, perhaps this very family, keeps its page: the form is answered there.
        if why := _why_not(service, starts_at, at=timezone.now()):
            another = _("Please choose another one.")
            messages.info(request, f"{why} {another}")
            one = {"with": context["advocate"].pk} if context["advocate"] else {}
            day = starts_at.astimezone(zone).date()
            return redirect(
                f"{reverse('book-time', args=[pk])}?{urlencode({'zone': zone, 'day': day, **one})}"
            )
        return render(request, "scheduling/book_details.html", context)
    if not form.is_valid():
        return render(request, "scheduling/book_details.html", context, status=422)
    now, place = timezone.now(), network(request)
    if not throttle.may("book", place, limit=BOOKINGS_AN_HOUR, within=timedelta(hours=1), at=now):
        return too_many(request, wait_seconds=3600)
    if throttle.count("book", place, within=timedelta(days=1), at=now) > BOOKINGS_A_DAY:
        return too_many(request, wait_seconds=24 * 3600)
    filled, once = form.cleaned_data, context["once"]
    asker = _asker(form, contact, zone=zone, network=place)
    twice = bool(once) and Booking.objects.filter(idempotency_key=f"form:{once}").exists()
    if not twice and checking.is_suspicious(asker, whole_form="company_page" in request.POST, at=now):
        problem = _check(request, form, asker, context, at=now)
        if problem or context.get("question"):
            return render(request, "scheduling/book_details.html", context, status=422 if problem else 200)
    try:
        # The same form sent twice books once.
        made = bookings.book(
            service,
            starts_at=starts_at,
            asker=asker,
            at=now,
            advocate=context["advocate"],
            idempotency_key=f"form:{once}" if once else None,
            hold=paid.HOLD if paid.is_paid_first(service) else None,
        )
    except TooManyHolds as many:
        form.add_error(None, str(many))
        return render(request, "scheduling/book_details.html", context, status=409)
    except SlotTaken as taken:
        context["nearest"] = [slot.starts_at for slot in taken.nearest]
        context["why"] = _why_not(service, starts_at, at=now)
        return render(request, "scheduling/book_details.html", context, status=409)
    if not twice:
        checking.note(asker, at=now)
    said = {**_keep_paper(request, made, filled.get("paper") or []), **({"texts": "1"} if filled.get("texts") else {})}  # fmt: skip
    if made.held_until:
        _open_checkout(made)
        return onward(request, f"{reverse('booking-pay', args=[made.secret])}?{urlencode(said)}".rstrip("?"))
    return onward(
        request, f"{reverse('booking-manage', args=[made.secret])}?{urlencode({**said, 'new': '1'})}"
    )


def _why_not(service: Service, starts_at: datetime, *, at: datetime) -> str:
    """Why a time cannot be booked that nobody has: it has passed, or it is not offered. Nothing where it is free or taken."""
    if starts_at <= at:
        return _("That time has passed.")
    people = list(service.advocates.filter(is_active=True))
    slots = free_slots(
        service, since=starts_at, until=starts_at + timedelta(minutes=1), at=at, advocates=people
    )
    if any(slot.starts_at == starts_at for slot in slots):
        return ""
    ends_at = starts_at + timedelta(minutes=service.minutes)
    there = Booking.objects.standing().filter(advocate__in=people, starts_at__lt=ends_at, ends_at__gt=starts_at)  # fmt: skip
    return "" if there.exists() else _("That time cannot be booked.")


def _asker(form: BookingForm, contact: Contact | None, *, zone: ZoneInfo, network: str) -> Asker:
    """Who books: the family that has signed in as its file says, anybody else as typed."""
    filled, wording = form.cleaned_data, form.wording if form.cleaned_data.get("texts") else ""
    if contact is not None:
        known = bookings.on_file(contact, filled.get("student"), zone=zone, texts_wording=wording, network=network)  # fmt: skip
        return replace(known, language=get_language() or contact.language, timezone=str(zone))
    return Asker(
        name=filled["name"], phone=filled["phone"], email=filled["email"].lower(), child=filled["child"],
        language=get_language() or "en", timezone=str(zone), network=network, texts_wording=wording,
    )  # fmt: skip


def _check(
    request: FirmRequest, form: BookingForm, asker: Asker, context: dict[str, Any], *, at: datetime
) -> bool:
    """Asks for the code, or takes it. Whether something is wrong with what was typed; what was typed stays in the form."""
    key = request.POST.get("check", "")[:36]
    try:
        if key and checking.take(key, form.cleaned_data["code"], asker, at=at):
            context["check"] = key
            return False
        if key and "again" not in request.POST:
            context["question"] = checking.Question(key, asker.email or asker.phone)
            typed = form.cleaned_data["code"]
            form.add_error("code", str(checking.WrongCode()) if typed else _("Type the six digits that we sent you."))  # fmt: skip
            return True
        context["question"] = checking.ask(asker, at=at)
    except checking.CannotCheck as problem:
        form.add_error(None, str(problem))
        return True
    return False


def _keep_paper(request: FirmRequest, booking: Booking, files: list[Sent]) -> dict[str, str]:
    """Files what came with a booking. The booking stands whatever becomes of it; the next page says what did."""
    if not files or not papers.takes(booking):
        return {}
    try:
        papers.keep(booking, files, network=network(request), at=timezone.now())
        return {"iep": "1"}
    except (papers.TooManyPapers, storage.NoRoom):
        return {"iep": "0"}


def _start_words(request: FirmRequest, booking: Booking) -> str:
    """Just after a box for texts was ticked: what somebody who has said STOP must do, else nothing.

    Only who has signed in reads that a number was stopped: anyone can type one.
    """
    if request.GET.get("texts") != "1":
        return ""
    known = request.user.is_authenticated and booking.contact.user_id == request.user.pk
    if known and not was_stopped(booking.contact.phone):
        return ""
    return how_to_start(known=known)


def _open_checkout(booking: Booking) -> Checkout | None:
    """The page to pay on, or None while Stripe does not answer: the page of the held time offers to try again."""
    try:
        return paid.ask_to_pay(booking, at=timezone.now())
    except (Unavailable, Refused, AlreadyPaid, OnItsWay):
        return None


@FORM
def pay(request: FirmRequest, secret: str) -> HttpResponse:
    """The held time and the way to pay for it. The POST asks Stripe for its page again, or gives the time back."""
    booking, now = _booking(secret), timezone.now()
    if booking.held_until is None:
        return looked(request, reverse("booking-manage", args=[secret]) + "?new=1", waiting=False)
    if request.method == "POST" and request.POST.get("do") == "look":
        paying.look(booking.subject, at=now)
        asked = _booking(secret)
        waiting = asked.held_until is not None and asked.called_off_at is None and asked.held_until > now
        return looked(request, reverse("booking-pay", args=[secret]) + "?paid=1", waiting=waiting)
    lapsed = booking.called_off_at is not None or booking.held_until <= now
    if request.method == "POST" and not lapsed:
        if request.POST.get("do") == "let go":
            paid.let_go(booking, at=now)
        else:
            _open_checkout(booking)
        return redirect("booking-pay", secret)
    checkout = Checkout.objects.open(at=now).filter(subject=booking.subject).first()
    context = {
        "booking": booking,
        "lapsed": lapsed,
        "checkout": checkout,
        # Stripe's page ends a little before the time is free again, which leaves a payment of its last second a place.
        "until": checkout.expires_at if checkout else booking.held_until,
        "waiting": request.GET.get("paid") == "1",
        "iep": request.GET.get("iep", ""),
        "start_words": _start_words(request, booking),
    }
    return render(request, "scheduling/pay.html", context)


def _booking(secret: str) -> Booking:
    found = (
        Booking.objects.not_barred(at=timezone.now())
        .select_related("service", "advocate", "contact", "student", "response")
        .filter(secret=secret)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _manage(request: FirmRequest, booking: Booking, *, status: int = 200, **more: Any) -> HttpResponse:
    now, takes_iep = timezone.now(), papers.takes(booking)
    context = {
        "booking": booking,
        "open": booking.can_be_changed(at=now),
        "can_call_off": booking.can_be_called_off(at=now),
        "takes_iep": takes_iep,
        "iep": request.GET.get("iep", "") or ("1" if takes_iep and papers.has_come(booking) else ""),
        "paid": booking.price and paying.payment_for(booking.subject),
        "start_words": _start_words(request, booking),
        **policy(booking.service, booking.starts_at, at=now),
        **more,
    }
    return render(request, "scheduling/manage.html", context, status=status)


@require_GET
def manage(request: FirmRequest, secret: str) -> HttpResponse:
    """The booking as its holder sees it. Opening it changes nothing."""
    booking = _booking(secret)
    if booking.held_until is not None:
        return redirect("booking-pay", secret)
    return _manage(request, booking, new=request.GET.get("new") == "1")


@FORM
def send_paper(request: FirmRequest, secret: str) -> HttpResponse:
    """The IEP, sent after booking by whoever holds the booking's link."""
    booking = _booking(secret)
    if not papers.takes(booking) or not booking.is_standing:
        raise Http404
    form = FilesForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            papers.keep(booking, form.cleaned_data["paper"], network=network(request), at=timezone.now())
            return onward(request, reverse("booking-manage", args=[secret]) + "?iep=1")
        except (papers.TooManyPapers, storage.NoRoom) as full:
            form.add_error("paper", str(full))
    context = {"booking": booking, "form": form}
    return render(request, "scheduling/send_paper.html", context, status=422 if form.is_bound else 200)


@FORM
def change(request: FirmRequest, secret: str) -> HttpResponse:
    booking = _booking(secret)
    if not booking.can_be_changed(at=timezone.now()):
        return _manage(request, booking, status=409, problem=str(bookings.refusal(booking)))
    if request.method != "POST":
        return _change(request, booking)
    starts_at = parse_moment(request.POST.get("time", ""))
    if starts_at is None:
        return _change(request, booking, status=422, problem=_("Choose a new time."))
    try:
        moved = bookings.move(booking, starts_at=starts_at, at=timezone.now())
    except TooLate as late:
        return _manage(request, booking, status=409, problem=str(late))
    except SlotTaken as taken:
        return _change(request, booking, status=409, nearest=[slot.starts_at for slot in taken.nearest])
    return redirect(reverse("booking-manage", args=[moved.secret]) + "?new=1")


def _change(request: FirmRequest, booking: Booking, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        **times(request, booking.service, leave_out=booking), "booking": booking,
        **policy(booking.service, booking.starts_at, at=timezone.now()), **more,
    }  # fmt: skip
    return render(request, "scheduling/change.html", context, status=status)


@require_POST
def call_off(request: FirmRequest, secret: str) -> HttpResponse:
    booking = _booking(secret)
    try:
        bookings.call_off(booking, at=timezone.now())
    except TooLate as late:
        return _manage(request, booking, status=409, problem=str(late))
    return redirect("booking-manage", secret)


@require_GET
def calendar_file(request: FirmRequest, secret: str) -> HttpResponse:
    booking = _booking(secret)
    if booking.held_until is not None:
        raise Http404
    response = HttpResponse(
        ics.calendar(booking, at=timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="call.ics"'
    return response

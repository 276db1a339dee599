"""The firm's inbox and its threads."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.requests import FirmRequest
from clients.models import Contact
from documents import storage
from messaging import health, papers, threads, wording
from messaging.forms import AssignmentForm, ConsentForm, LinkForm, SnoozeForm, WriteForm
from messaging.models import By, Reading, Received, Thread
from tenants.places import current_firm
from web.access import Can, requires
from web.forms import posted
from web.paging import page_of

FORM = require_http_methods(["GET", "HEAD", "POST"])
FOLDERS = ("waiting", "mine", "unknown", "later", "all")


@requires(Can.SEE_MESSAGES)
@require_GET
def inbox(request: FirmRequest) -> HttpResponse:
    """Threads that need an answer first; the others in their folders."""
    user, now = request.user, timezone.now()
    seen = Thread.objects.visible_to(user).filter(last_at__isnull=False)
    folders = {
        "waiting": seen.waiting(at=now),
        "mine": seen.filter(assigned_to=user),
        "unknown": seen.filter(contact=None),
        "later": seen.filter(snoozed_until__gt=now),
        "all": seen,
    }
    folder = request.GET.get("folder", "waiting")
    folder = folder if folder in folders else "waiting"
    read = Reading.objects.filter(thread=OuterRef("pk"), user=user, read_at__gte=OuterRef("last_in_at"))
    rows = (
        folders[folder]
        .annotate(is_unread=Q(last_in_at__isnull=False) & ~Exists(read))
        .select_related("contact", "assigned_to")
        .order_by("-last_at", "-pk")
    )
    page = page_of(rows, request)
    says = threads.previews(list(page.object_list))
    for thread in page.object_list:
        thread.says = says.get(thread.pk, "")
    context = {
        "page": page, "folder": folder,
        "folders": [
            (name, words, folders[name].count())
            for name, words in (
                ("waiting", _("To answer")), ("mine", _("Mine")), ("unknown", _("Unknown numbers")),
                ("later", _("Later")), ("all", _("All")),
            )
        ],
    }  # fmt: skip
    return render(request, "messaging/inbox.html", context)


@requires(Can.SEE_MESSAGES)
@FORM
def thread_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One conversation, and the place to answer it."""
    thread = _thread(request, pk)
    now = timezone.now()
    form = WriteForm(
        posted(request), request.FILES or None, ways=ways_of(thread), students=threads.students_of(thread, request.user),
    )  # fmt: skip
    if request.method != "POST":
        context = _context(request, thread, form, at=now)
        audit.record("thread.read", by=request.user, at=now, about=thread)
        threads.mark_read(thread, request.user, at=now)
        return render(request, "messaging/thread.html", context)
    if form.is_valid() and "check" not in request.POST:
        try:
            write(thread, form, by=request.user, at=now)
            messages.success(
                request, _("Sent.") if form.cleaned_data["way"] == By.PORTAL else _("On its way.")
            )
            return redirect("thread", pk)
        except threads.CannotWrite as problem:
            form.add_error("body", str(problem))
        except storage.NoRoom as full:
            form.add_error("paper", str(full))
    checked = form.is_valid()
    return render(
        request, "messaging/thread.html", _context(request, thread, form, at=now), status=200 if checked else 422
    )  # fmt: skip


def write(thread: Thread, form: WriteForm, *, by: Any, at: datetime) -> None:
    """Sends what the form holds. Raises threads.CannotWrite and storage.NoRoom."""
    told = form.cleaned_data
    if told["way"] == By.SMS:
        threads.send_text(thread, told["body"], by=by, at=at)
    elif told["way"] == By.EMAIL:
        threads.send_mail(thread, told["title"], told["body"], by=by, at=at)
    else:
        threads.post(thread, told["body"], by=by, at=at, from_family=False, files=told["paper"], student=form.student_chosen)  # fmt: skip


def ways_of(thread: Thread) -> list[str]:
    """The ways open to this thread, the one they used last first."""
    found = [By.SMS] if not threads.text_to(thread).why_not else []
    if thread.contact and thread.contact.user_id:
        found.append(By.PORTAL)
    if thread.contact and thread.contact.email:
        found.append(By.EMAIL)
    last = thread.portal_messages.filter(from_family=True).order_by("-at").first()
    if last and By.PORTAL in found and last.at == thread.last_in_at:
        found.remove(By.PORTAL)
        found.insert(0, By.PORTAL)
    return [str(way) for way in found]


def _context(request: FirmRequest, thread: Thread, form: WriteForm, *, at: datetime) -> dict[str, Any]:
    target = threads.text_to(thread)
    today = timezone.localdate(at, timezone=current_firm().zone)
    body = form.data.get("body", "") if form.is_bound else ""
    return {
        "thread": thread, "form": form, "entries": threads.entries(thread, user=request.user, at=at), "target": target,
        "planned": threads.planned(thread, at=at),
        "assignment": AssignmentForm(thread=thread), "snooze": SnoozeForm(today=today), "consent": ConsentForm(),
        "linking": LinkForm(user=request.user) if thread.contact is None else None,
        "students": threads.students_of(thread, request.user), "zone": threads.zone_of(thread), "hours": threads.hours_of(thread),
        "asleep": thread.snoozed_until is not None and thread.snoozed_until > at,
        "requests": threads.requests_of(thread, request.user),
        **measured(thread, body, way=str(form["way"].value()), at=at),
    }  # fmt: skip


def measured(thread: Thread, body: str, *, way: str, at: datetime) -> dict[str, Any]:
    """What the line under the box says of a text: segments, price, when it leaves, what to leave out. Of no other way."""
    if way != By.SMS:
        return {"size": None}
    leaves = threads.leaves_at(thread, at=at)
    return {
        "size": wording.size(body, price=threads.segment_price()), "leaves_at": leaves, "at_once": leaves <= at,
        "findings": wording.lint(body, names=threads.names_of(thread)) if body else [], "zone": threads.zone_of(thread),
    }  # fmt: skip


@requires(Can.SEE_MESSAGES)
@require_POST
def text_size(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What a text would take, while it is typed."""
    thread = _thread(request, pk)
    body, way = request.POST.get("body", "")[:5000], request.POST.get("way", By.SMS)
    context = {"thread": thread, **measured(thread, body, way=way, at=timezone.now())}
    return render(request, "messaging/_size.html", context)


@requires(Can.SEE_MESSAGES)
@require_GET
def thread_pdf(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The whole thread as a paper, to keep in a file or to send along."""
    thread = _thread(request, pk)
    now = timezone.now()
    audit.record("thread.printed", by=request.user, at=now, about=thread)
    answer = HttpResponse(
        papers.conversation(thread, user=request.user, at=now), content_type="application/pdf"
    )
    answer["Content-Disposition"] = 'attachment; filename="messages.pdf"'
    answer["Cache-Control"] = "no-store, private"
    return answer


@requires(Can.SEE_MESSAGES)
@require_POST
def thread_assignment(request: FirmRequest, pk: UUID) -> HttpResponse:
    thread = _thread(request, pk)
    form = AssignmentForm(request.POST, thread=thread)
    if form.is_valid():
        threads.give(thread, form.cleaned_data["to"], by=request.user, at=timezone.now())
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose somebody who may see this family."))
    return redirect("thread", pk)


@requires(Can.SEE_MESSAGES)
@require_POST
def thread_snooze(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Puts a thread off until a morning, or takes that back."""
    thread = _thread(request, pk)
    zone = current_firm().zone
    form = SnoozeForm(request.POST, today=timezone.localdate(timezone=zone))
    if "wake" in request.POST:
        Thread.objects.filter(pk=pk).update(snoozed_until=None)
    elif form.is_valid():
        until = datetime.combine(form.cleaned_data["until"], time(8), zone)
        Thread.objects.filter(pk=thread.pk).update(snoozed_until=until)
        messages.success(request, _("It comes back that morning, or when they write."))
        return redirect("messages")
    else:
        messages.error(request, " ".join(map(str, form.errors.get("until", []))))
    return redirect("thread", pk)


@requires(Can.SEE_MESSAGES)
@require_POST
def thread_unread(request: FirmRequest, pk: UUID) -> HttpResponse:
    threads.mark_unread(_thread(request, pk), request.user)
    messages.success(request, _("Marked unread."))
    return redirect("messages")


@requires(Can.SEE_MESSAGES)
@require_POST
def thread_settlement(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Nothing needs to be answered."""
    thread = _thread(request, pk)
    now = timezone.now()
    Thread.objects.filter(pk=thread.pk).update(settled_at=now)
    audit.record("thread.settled", by=request.user, at=now, about=thread)
    messages.success(request, _("It needs no answer."))
    return redirect("messages")


@requires(Can.SEE_MESSAGES, even_read_only=True)
@require_POST
def thread_consent(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Writes down that they agreed to texts, or want no more."""
    thread = _thread(request, pk)
    if "end" in request.POST:
        try:
            threads.refuse_texts(thread, by=request.user, at=timezone.now())
            messages.success(request, _("No more texts go to this number. Bookings stand."))
        except threads.CannotWrite as problem:
            messages.error(request, str(problem))
        return redirect("thread", pk)
    form = ConsentForm(request.POST)
    if form.is_valid():
        try:
            threads.allow_texts(thread, form.cleaned_data["words"], by=request.user, at=timezone.now())
            messages.success(request, _("You can text them now."))
        except threads.CannotWrite as problem:
            messages.error(request, str(problem))
    else:
        messages.error(request, " ".join(map(str, form.errors.get("words", []))))
    return redirect("thread", pk)


@requires(Can.SEE_MESSAGES)
@require_POST
def thread_contact(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Says whose the unknown number is."""
    thread = get_object_or_404(Thread.objects.visible_to(request.user).filter(contact=None), pk=pk)
    form = LinkForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            into = threads.link(thread, form.cleaned_data["contact"], by=request.user, at=timezone.now())
            messages.success(request, _("The number is theirs now."))
            return redirect("thread", into.pk)
        except threads.CannotWrite as problem:
            messages.error(request, str(problem))
    else:
        messages.error(request, _("Choose whose number it is."))
    return redirect("thread", pk)


@requires(Can.SEE_MESSAGES, even_read_only=True)
@require_POST
def stop_decision(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Whether words that sounded like it meant that texts should end."""
    received = get_object_or_404(
        Received.objects.filter(thread__in=Thread.objects.visible_to(request.user), decided_at=None), pk=pk
    )
    if "end" in request.POST:
        threads.end_texts(received, by=request.user, at=timezone.now())
        messages.success(request, _("No more texts go to this number. Bookings stand."))
    else:
        threads.not_meant(received, by=request.user, at=timezone.now())
    return redirect("thread", received.thread_id)


@requires(Can.SEE_MESSAGES)
@require_GET
def contact_messages(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The contact's thread, opened when there is none yet."""
    contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=pk)
    return redirect("thread", threads.thread_of(contact, at=timezone.now()).pk)


@requires(Can.SEE_HEALTH)
@FORM
def health_page(request: FirmRequest) -> HttpResponse:
    """How sending goes, and a test through the real path."""
    now = timezone.now()
    form = health.HealthTestForm(posted(request))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        if health.send_test(told["channel"], told["number"], by=request.user, at=now):
            messages.success(request, _("The test is on its way. This page says when it has left."))
            return redirect("health")
        form.add_error(None, _("That was enough for today. Try again tomorrow."))
    context = {"health": health.health(at=now), "form": form}
    return render(request, "messaging/health.html", context, status=422 if form.is_bound else 200)


def _thread(request: FirmRequest, pk: UUID) -> Thread:
    rows = Thread.objects.visible_to(request.user).select_related("contact__family", "assigned_to")
    return get_object_or_404(rows, pk=pk)

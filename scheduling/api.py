"""Services, availability and bookings for programs."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from accounts.models import User
from clients.models import Contact, Student
from clients.reaching import is_barred
from messaging.api import MomentField
from scheduling import booking as bookings
from scheduling import series
from scheduling.availability import free_slots
from scheduling.forms import NOBODY_GIVES_IT, WhichCaseForm
from scheduling.models import Booking, Service
from tenants.places import current_firm
from web.access import Access, Can
from web.phones import phone

LONGEST = timedelta(days=62)
ANY_NOTICE = "As staff on their page: the minimum notice and the horizon do not bind."


class ServiceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Service
        fields = [
            "id", "name", "name_es", "about", "about_es", "minutes", "format", "place", "travel_minutes", "language", "price",
            "currency", "buffer_before", "buffer_after", "notice_minutes", "horizon_days", "step_minutes",
            "change_until_minutes", "call_off_until_minutes", "a_day", "a_week", "advocates", "takes_iep", "published",
        ]  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        people = attrs.get("advocates", [])
        if any(not person.is_active or person not in User.objects.advocates() for person in people):
            raise serializers.ValidationError({"advocates": _("Only advocates of the firm give a service.")})
        given = (
            attrs["advocates"] if "advocates" in attrs else self.instance and self.instance.advocates.exists()
        )
        if attrs.get("published", bool(self.instance and self.instance.published)) and not given:
            raise serializers.ValidationError({"advocates": NOBODY_GIVES_IT})
        kept = (
            {f.attname: getattr(self.instance, f.attname) for f in Service._meta.concrete_fields}
            if self.instance
            else {}
        )
        changed = {name: value for name, value in attrs.items() if name != "advocates"}
        try:
            Service(**{**kept, **changed}).full_clean(validate_unique=False)
        except Invalid as problem:
            fields = {("detail" if name == "__all__" else name): said for name, said in problem.message_dict.items()}  # fmt: skip
            raise serializers.ValidationError(fields) from None
        return attrs


class SlotSerializer(serializers.Serializer):
    starts_at = serializers.DateTimeField()
    advocate = serializers.UUIDField(source="advocate_id")


class BookingSerializer(serializers.ModelSerializer):
    manage_url = serializers.SerializerMethodField()
    contact_name = serializers.CharField(source="contact.name", read_only=True)

    class Meta:
        model = Booking
        fields = [
            "id", "service", "advocate", "contact", "contact_name", "student", "case", "starts_at", "ends_at", "timezone",
            "language", "booked_at", "confirmed_at", "called_off_at", "no_show_at", "series", "because", "meeting_url",
            "price", "currency", "sequence", "manage_url",
        ]  # fmt: skip
        read_only_fields = fields

    def get_manage_url(self, booking: Booking) -> str:
        return current_firm().url(f"/b/{booking.secret}/")


class NewBookingSerializer(serializers.Serializer):
    service = serializers.PrimaryKeyRelatedField(queryset=Service.objects.select_related("questions"))
    advocate = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates(), required=False)
    starts_at = MomentField()
    contact = serializers.UUIDField(
        required=False, help_text="A contact on file; without one a new, unconfirmed file is opened."
    )
    student = serializers.UUIDField(required=False, allow_null=True, help_text="The child of that contact.")
    name = serializers.CharField(
        max_length=120, required=False, help_text="Who books, where no contact on file does."
    )
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    child = serializers.CharField(max_length=80, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=["en", "es"], default="en")
    timezone = serializers.CharField(max_length=50, required=False)
    any_notice = serializers.BooleanField(default=False, help_text=ANY_NOTICE)

    def validate_phone(self, text: str) -> str:
        try:
            return phone(text) if text else ""
        except ValueError as problem:
            raise serializers.ValidationError(str(problem)) from None

    def validate_timezone(self, text: str) -> str:
        if str(bookings.zone_or(text, current_firm().zone)) != text:
            raise serializers.ValidationError(_("This is no time zone."))
        return text

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("contact"):
            return attrs
        if not attrs.get("name"):
            raise serializers.ValidationError({"name": _("Tell us your name.")})
        if attrs.get("student"):
            raise serializers.ValidationError({"student": _("Name the contact whose child it is.")})
        if not attrs.get("phone") and not attrs.get("email"):
            raise serializers.ValidationError({"phone": _("Add a mobile number or an e-mail address, so that we can reach you.")})  # fmt: skip
        return attrs


class WhichSerializer(serializers.Serializer):
    which = serializers.ChoiceField(
        choices=["one", "later"], default="one", help_text="Of a series: this one alone, or all after it too."
    )


class WhichCaseSerializer(serializers.Serializer):
    case = serializers.UUIDField(allow_null=True)


class MoveSerializer(WhichSerializer):
    starts_at = MomentField()
    any_notice = serializers.BooleanField(default=False, help_text=ANY_NOTICE)


def _moment(request: Request, name: str, default: datetime) -> datetime:
    text = request.query_params.get(name)
    if not text:
        return default
    try:
        return MomentField().to_internal_value(text.replace(" ", "+"))
    except serializers.ValidationError:
        raise ValidationError(
            {name: _("Write a moment with its offset, like 2026-12-01T09:00:00-07:00.")}
        ) from None


def family_of(told: dict[str, Any], user: Any) -> tuple[Contact, Student | None]:
    """The contact and the child that were named, of those whom this person sees. Raises ValidationError."""
    contact = Contact.objects.visible_to(user).filter(pk=told["contact"]).prefetch_related("points").first()
    if contact is None:
        raise ValidationError({"contact": _("There is no such contact.")})
    if told.get("student") is None:
        return contact, None
    student = Student.objects.visible_to(user).filter(pk=told["student"], family=contact.family_id).first()
    if student is None:
        raise ValidationError({"student": _("This child belongs to another family.")})
    if is_barred(contact, student, at=timezone.now()):
        raise ValidationError({"student": _("This parent is kept from hearing about this child.")})
    return contact, student


def taken(problem: bookings.SlotTaken) -> Response:
    """409 with the three nearest free slots."""
    error = {"code": "slot_taken", "message": str(problem), "fields": {}}
    return Response({"error": error, "nearest": SlotSerializer(problem.nearest, many=True).data}, status=409)


class ServiceViewSet(mixins.CreateModelMixin, mixins.UpdateModelMixin, viewsets.ReadOnlyModelViewSet):
    """What can be booked. Prices are in the currency's minor units."""

    access = Access(Can.SEE_BOOKINGS)
    can, can_write = Can.SEE_BOOKINGS, Can.SET_SERVICES
    serializer_class = ServiceSerializer
    queryset = Service.objects.prefetch_related("advocates")
    http_method_names = ["get", "head", "options", "post", "patch"]

    @transaction.atomic
    def perform_create(self, serializer: Any) -> None:
        user: Any = self.request.user
        audit.record("service.saved", by=user, at=timezone.now(), about=serializer.save(), through="api")

    perform_update = perform_create

    @extend_schema(
        parameters=[OpenApiParameter("since", datetime), OpenApiParameter("until", datetime), OpenApiParameter("advocate", str)],
        responses=inline_serializer("Availability", {"slots": SlotSerializer(many=True)}),
    )  # fmt: skip
    @action(detail=True)
    def availability(self, request: Request, pk: str | None = None) -> Response:
        """Free slots from `since` to `until` (a month when left out, 62 days at most), for all who give it or for one."""
        service = self.get_object()
        now = timezone.now()
        since = _moment(request, "since", now)
        until = _moment(request, "until", since + timedelta(days=31))
        if until - since > LONGEST:
            raise ValidationError({"until": _("Ask for 62 days at most.")})
        people = None
        wanted = request.query_params.get("advocate")
        if wanted:
            people = [
                person for person in service.advocates.filter(is_active=True) if str(person.pk) == wanted
            ]
        slots = free_slots(service, since=since, until=until, at=now, advocates=people)
        # A month of a large firm is thousands of slots: written out here, and what repeats once.
        ids = {person: str(person) for person in {slot.advocate_id for slot in slots}}
        said = {start: f"{start.isoformat()[:19]}Z" for start in {slot.starts_at for slot in slots}}
        return Response({"slots": [{"starts_at": said[start], "advocate": ids[who]} for start, who in slots]})


class BookingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Bookings of the key's person. `Idempotency-Key` makes a repeated POST one booking."""

    access = Access(Can.SEE_BOOKINGS)
    can, can_write = Can.SEE_BOOKINGS, Can.EDIT_BOOKINGS
    even_read_only = frozenset({"move", "call_off"})
    serializer_class = BookingSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Booking.objects.none()
        return Booking.objects.visible_to(self.request.user).select_related("contact", "service")  # type: ignore[arg-type]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        booking = self.get_object()
        audit.record("booking.read", by=request.user, at=timezone.now(), about=booking)  # type: ignore[arg-type]
        return Response(BookingSerializer(booking).data)

    @extend_schema(request=NewBookingSerializer, responses={201: BookingSerializer})
    def create(self, request: Request) -> Response:
        asked = NewBookingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        filled = asked.validated_data
        key = request.headers.get("Idempotency-Key", "")
        user: Any = request.user
        zone = bookings.zone_or(filled.get("timezone", ""), current_firm().zone)
        asker = bookings.on_file(*family_of(filled, user), zone=zone) if filled.get("contact") else bookings.Asker(
            name=filled["name"], phone=filled.get("phone", ""), email=filled.get("email", "").lower(),
            child=filled.get("child", ""), language=filled["language"],
            timezone=str(zone),
        )  # fmt: skip
        try:
            made = bookings.book(
                filled["service"], starts_at=filled["starts_at"], asker=asker, at=timezone.now(),
                advocate=filled.get("advocate"), by=user, any_notice=filled["any_notice"],
                idempotency_key=f"api:{sha256(f'{user.pk}:{key}'.encode()).hexdigest()}" if key else None,
            )  # fmt: skip
        except bookings.SlotTaken as problem:
            return taken(problem)
        return Response(BookingSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=MoveSerializer, responses=BookingSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str | None = None) -> Response:
        """Moves it to another free slot; of a series those after it too, if asked."""
        booking = self.get_object()
        asked = MoveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        starts_at, now = asked.validated_data["starts_at"], timezone.now()
        any_notice = asked.validated_data["any_notice"]
        try:
            if asked.validated_data["which"] == "later" and booking.series_id:
                series.move_from(booking, starts_at=starts_at, at=now, by=user, any_notice=any_notice)
                moved = self.get_queryset().get(pk=booking.pk)
            else:
                moved = bookings.move(booking, starts_at=starts_at, at=now, by=user, any_notice=any_notice)
        except bookings.SlotTaken as problem:
            return taken(problem)
        except bookings.TooLate as problem:
            raise ValidationError({"starts_at": str(problem)}) from None
        return Response(BookingSerializer(moved).data)

    @extend_schema(request=WhichCaseSerializer, responses=BookingSerializer)
    @action(detail=True, methods=["post"], url_path="set-case")
    def set_case(self, request: Request, pk: str | None = None) -> Response:
        """Says which open case of its child it belongs to; null has it worked out from its day."""
        booking = self.get_object()
        asked = WhichCaseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user: Any = request.user
        form = WhichCaseForm({"case": asked.validated_data["case"]}, booking=booking, user=user)
        if not form.is_valid():
            raise ValidationError({"case": _("Choose an open case of this child.")})
        bookings.say_case(booking, form.cleaned_data["case"], at=timezone.now(), by=user)
        return Response(BookingSerializer(self.get_object()).data)

    @extend_schema(request=WhichSerializer, responses=BookingSerializer)
    @action(detail=True, methods=["post"], url_path="call-off")
    def call_off(self, request: Request, pk: str | None = None) -> Response:
        """Calls it off, of a series those after it too, if asked; doing it twice is once."""
        user: Any = request.user
        asked = WhichSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        if asked.validated_data["which"] == "later" and self.get_object().series_id:
            series.call_off_from(self.get_object(), at=timezone.now(), by=user)
            return Response(BookingSerializer(self.get_object()).data)
        return Response(
            BookingSerializer(bookings.call_off(self.get_object(), at=timezone.now(), by=user)).data
        )

    @extend_schema(request=None, responses=BookingSerializer)
    @action(detail=True, methods=["post"], url_path="no-show")
    def no_show(self, request: Request, pk: str | None = None) -> Response:
        """Notes that nobody came, once it has begun."""
        user: Any = request.user
        try:
            bookings.note_no_show(self.get_object(), at=timezone.now(), by=user)
        except ValueError as problem:
            raise ValidationError({"detail": str(problem)}) from None
        return Response(BookingSerializer(self.get_object()).data)

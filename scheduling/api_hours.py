"""When people can be booked, for programs: weekly hours, other hours on a date, closures, kept time; and series and the feed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from accounts.models import User
from scheduling import feed, holidays
from scheduling import series as planning
from scheduling.api import BookingSerializer, MomentField, SlotSerializer, family_of
from scheduling.availability import zone_of
from scheduling.hours import lock_hours
from scheduling.models import Block, Booking, CalendarFeed, Closure, DateHours, Series, Service, WeeklyHours
from tenants.places import current_firm
from web.access import Access, Can


class Checked(serializers.ModelSerializer):
    """A row that the database would take: its constraints are told as errors of the fields."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        model: Any = self.Meta.model  # type: ignore[attr-defined, misc]
        kept = {f.attname: getattr(self.instance, f.attname) for f in model._meta.concrete_fields} if self.instance else {}  # fmt: skip
        try:
            model(**{**kept, **attrs}).full_clean(validate_unique=False)
        except Invalid as problem:
            fields = {("detail" if name == "__all__" else name): said for name, said in problem.message_dict.items()}  # fmt: skip
            raise serializers.ValidationError(fields) from None
        return attrs


class WeeklyHoursSerializer(Checked):
    advocate = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates())

    class Meta:
        model = WeeklyHours
        fields = ["id", "advocate", "weekday", "opens", "closes"]


class DateHoursSerializer(Checked):
    advocate = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates())

    class Meta:
        model = DateHours
        fields = ["id", "advocate", "on", "opens", "closes"]
        validators: list[Any] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        whose = attrs.get("advocate") or self.instance.advocate  # type: ignore[union-attr]
        if "on" in attrs:
            try:
                DateHours(on=attrs["on"]).refuse_past(today=timezone.now().astimezone(zone_of(whose)).date())
            except Invalid as problem:
                raise serializers.ValidationError(problem.message_dict) from None
        return super().validate(attrs)


class BlockSerializer(Checked):
    advocate = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates())
    starts_at, ends_at = MomentField(), MomentField()

    class Meta:
        model = Block
        fields = ["id", "advocate", "starts_at", "ends_at", "note"]

    def to_representation(self, instance: Block) -> dict[str, Any]:
        found = super().to_representation(instance)
        request = self.context.get("request")
        if request is None or instance.advocate_id != request.user.pk:
            found["note"] = ""
        return found


class ClosureSerializer(Checked):
    class Meta:
        model = Closure
        fields = ["id", "name", "starts_on", "ends_on"]


class HolidaysSerializer(serializers.Serializer):
    year = serializers.IntegerField(help_text="This year or the next.")


class Hours(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.UpdateModelMixin,
    mixins.DestroyModelMixin, viewsets.GenericViewSet,
):  # fmt: skip
    """One's own; of everybody for those who set services."""

    access = Access(Can.SEE_BOOKINGS)
    can, can_write = Can.SEE_BOOKINGS, Can.SET_OWN_HOURS
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    rows: Any
    noun: str

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.rows.none()
        user: Any = self.request.user
        return self.rows if user.can(Can.SEE_ALL_BOOKINGS) else self.rows.filter(advocate=user)

    def perform_create(self, serializer: Any) -> None:
        self._refuse_others(serializer.validated_data["advocate"])
        self._save(serializer, "made")

    def perform_update(self, serializer: Any) -> None:
        """Whose it is stays as it was."""
        self._refuse_others(serializer.instance.advocate)
        if (
            serializer.validated_data.get("advocate", serializer.instance.advocate)
            != serializer.instance.advocate
        ):
            raise ValidationError({"advocate": _("Add a line for the other person instead.")})
        self._save(serializer, "changed")

    def _save(self, serializer: Any, verb: str) -> None:
        whose = serializer.validated_data.get("advocate") or serializer.instance.advocate
        try:
            with transaction.atomic():
                lock_hours(whose)
                if serializer.instance is not None:
                    serializer.instance = get_object_or_404(self.rows.all(), pk=serializer.instance.pk)
                # What was found right before one's turn may be wrong now.
                serializer.validate(dict(serializer.validated_data))
                self._note(verb, serializer.save())
        except IntegrityError:
            raise ValidationError({"detail": _("There is such a line already.")}) from None

    @transaction.atomic
    def perform_destroy(self, instance: Any) -> None:
        self._refuse_others(instance.advocate)
        self._note("removed", instance)
        instance.delete()

    def _refuse_others(self, advocate: User) -> None:
        user: Any = self.request.user
        if advocate != user and not user.can(Can.SET_SERVICES):
            raise PermissionDenied(_("Only those who set services change another person’s hours."))

    def _note(self, verb: str, row: Any) -> None:
        user: Any = self.request.user
        audit.record(f"{self.noun}.{verb}", by=user, at=timezone.now(), about=row, through="api")


class WeeklyHoursViewSet(Hours):
    """Stretches of the week, Monday is 0, by the advocate's own clock."""

    rows, noun, serializer_class = WeeklyHours.objects.all(), "hours", WeeklyHoursSerializer


class DateHoursViewSet(Hours):
    """What holds on one date instead of the weekly hours; without times the day is closed."""

    rows, noun, serializer_class = DateHours.objects.all(), "hours", DateHoursSerializer


class BlockViewSet(Hours):
    """Time kept free of bookings. The note is seen by whose time it is."""

    rows, noun, serializer_class = Block.objects.all(), "block", BlockSerializer


class ClosureViewSet(Hours):
    """Days on which the whole firm takes no bookings, both ends included."""

    can, can_write = Can.SEE_BOOKINGS, Can.SET_SERVICES
    rows, noun, serializer_class = Closure.objects.all(), "closure", ClosureSerializer

    def get_queryset(self) -> Any:
        return self.rows.all()

    @transaction.atomic
    def perform_create(self, serializer: Any) -> None:
        self._note("made", serializer.save())

    @transaction.atomic
    def perform_update(self, serializer: Any) -> None:
        self._note("changed", serializer.save())

    @transaction.atomic
    def perform_destroy(self, instance: Any) -> None:
        self._note("removed", instance)
        instance.delete()

    @extend_schema(request=HolidaysSerializer, responses={201: ClosureSerializer(many=True)})
    @action(detail=False, methods=["post"])
    def holidays(self, request: Request) -> Response:
        """Closes the firm on the federal holidays of a year that lie ahead and on which it is open as yet."""
        asked = HolidaysSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        now, year = timezone.now(), asked.validated_data["year"]
        today = timezone.localdate(now, timezone=current_firm().zone)
        if not today.year <= year <= today.year + 1:
            raise ValidationError({"year": _("Ask for this year or the next.")})
        user: Any = request.user
        with transaction.atomic():
            made = holidays.close([year], today=today)
            audit.record("closure.made", by=user, at=now, year=year, days=len(made), through="api")
        return Response(ClosureSerializer(made, many=True).data, status=status.HTTP_201_CREATED)


class SeriesSerializer(serializers.ModelSerializer):
    class Meta:
        model = Series
        fields = [
            "id", "service", "advocate", "contact", "student", "rule", "starts_at", "timezone", "skips_breaks", "made_at",
        ]  # fmt: skip
        read_only_fields = fields


class WholeSeriesSerializer(SeriesSerializer):
    bookings = serializers.SerializerMethodField()

    class Meta(SeriesSerializer.Meta):
        fields = [*SeriesSerializer.Meta.fields, "bookings"]
        read_only_fields = fields

    @extend_schema(responses=BookingSerializer(many=True))
    def get_bookings(self, found: Series) -> list[dict[str, Any]]:
        rows = Booking.objects.visible_to(self.context["request"].user).filter(series=found)
        return list(BookingSerializer(rows.select_related("contact").order_by("series_on"), many=True).data)


class OccurrenceSerializer(serializers.Serializer):
    on = serializers.DateField()
    starts_at = serializers.DateTimeField()
    problem = serializers.CharField(help_text="Empty, `break`, `closed` or `taken`.")
    nearest = SlotSerializer(many=True)


class UndecidedSerializer(serializers.Serializer):
    error = serializers.DictField()
    occurrences = OccurrenceSerializer(many=True)


class NewSeriesSerializer(serializers.Serializer):
    service = serializers.PrimaryKeyRelatedField(queryset=Service.objects.all())
    advocate = serializers.PrimaryKeyRelatedField(queryset=User.objects.advocates())
    contact = serializers.UUIDField()
    student = serializers.UUIDField(required=False, allow_null=True)
    rule = serializers.CharField(
        max_length=200, help_text="RFC 5545, like FREQ=WEEKLY;COUNT=12; 60 dates at most."
    )
    starts_at = MomentField()
    skips_breaks = serializers.BooleanField(default=True)
    decided = serializers.DictField(
        child=serializers.CharField(), required=False,
        help_text="By date, for each date with a problem: `skip`, `keep`, or the moment to move it to.",
    )  # fmt: skip

    def validate_decided(self, told: dict[str, str]) -> dict[date, str | datetime]:
        found: dict[date, str | datetime] = {}
        for on, decision in told.items():
            try:
                day = date.fromisoformat(on)
            except ValueError:
                raise serializers.ValidationError(_("Write dates like 2026-12-01.")) from None
            keep = decision in {planning.SKIP, planning.KEEP}
            found[day] = decision if keep else MomentField().to_internal_value(decision)
        return found


class SeriesViewSet(viewsets.ReadOnlyModelViewSet):
    """Bookings that come again by a rule. A POST books all of them or none: 409 names each date with a problem."""

    access = Access(Can.SEE_BOOKINGS)
    can, can_write = Can.SEE_BOOKINGS, Can.EDIT_BOOKINGS

    def get_serializer_class(self) -> Any:
        return SeriesSerializer if self.action == "list" else WholeSeriesSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Series.objects.none()
        mine = Booking.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        return Series.objects.filter(pk__in=mine.filter(series__isnull=False).values("series"))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = self.get_object()
        user: Any = request.user
        audit.record("series.read", by=user, at=timezone.now(), about=found, through="api")
        return Response(self.get_serializer(found).data)

    @extend_schema(
        request=NewSeriesSerializer, responses={201: WholeSeriesSerializer, 409: UndecidedSerializer}
    )
    def create(self, request: Request) -> Response:
        asked = NewSeriesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told, user = asked.validated_data, request.user
        contact, student = family_of(told, user)
        service, advocate, now = told["service"], told["advocate"], timezone.now()
        if advocate != user and not user.can(Can.SEE_ALL_BOOKINGS):  # type: ignore[union-attr]
            raise ValidationError({"advocate": _("You plan series of your own.")})
        if not service.advocates.filter(pk=advocate.pk).exists():
            raise ValidationError({"advocate": _("This person does not give this service.")})
        if told["starts_at"] <= now:
            raise ValidationError({"starts_at": _("The first date lies behind us.")})
        try:
            made = planning.plan(
                service, advocate=advocate, contact=contact, student=student, rule=told["rule"], first=told["starts_at"],
                zone=zone_of(advocate), skips_breaks=told["skips_breaks"], decided=told.get("decided", {}), at=now, by=user,  # type: ignore[arg-type]
            )  # fmt: skip
        except planning.BadRule as problem:
            raise ValidationError({"rule": str(problem)}) from None
        except planning.Undecided as open_:
            error = {"code": "undecided", "message": str(open_), "fields": {}}
            return Response({"error": error, "occurrences": OccurrenceSerializer(open_.occurrences, many=True).data}, status=409)  # fmt: skip
        return Response(
            WholeSeriesSerializer(made, context={"request": request}).data, status=status.HTTP_201_CREATED
        )


class FeedSerializer(serializers.Serializer):
    made_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField(
        required=False, help_text="The secret address: in the answer that made it, and never again."
    )


class FeedViewSet(viewsets.GenericViewSet):
    """Your bookings as a calendar at a secret address. A POST makes a new one; the one before stops working."""

    access = Access(Can.SEE_BOOKINGS)
    can, can_write = Can.SEE_BOOKINGS, Can.SEE_BOOKINGS
    serializer_class = FeedSerializer
    pagination_class = None

    @extend_schema(responses=FeedSerializer)
    def list(self, request: Request) -> Response:
        row = CalendarFeed.objects.filter(user=request.user.pk).first()
        return Response(FeedSerializer({"made_at": row.made_at if row else None}).data)

    @extend_schema(request=None, responses={201: FeedSerializer})
    def create(self, request: Request) -> Response:
        user: Any = request.user
        now = timezone.now()
        return Response(
            {"made_at": now, "url": feed.new_address(user, at=now)}, status=status.HTTP_201_CREATED
        )

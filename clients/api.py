"""Families, students, contacts and schools for programs."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit
from clients import admitting, filing, guests, joining
from clients.forms import checked_birth_date, squeezed, today
from clients.models import Contact, ContactPoint, District, Guardianship, School, SchoolPerson, Student
from outbox.hours import CLOSES, OPENS
from web.access import Access, Can
from web.phones import phone


def _nothing(view: Any) -> bool:
    """Whether only the API's description is being made."""
    return bool(getattr(view, "swagger_fake_view", False))


def checked_phone(text: str) -> str:
    """A number as we keep it, or nothing. Raises ValidationError for what is no number."""
    try:
        return phone(text) if text else ""
    except ValueError as problem:
        raise serializers.ValidationError(str(problem)) from None


class PlaceSerializer(serializers.ModelSerializer):
    """A district or a school, its number, addresses and name as the page takes them."""

    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)

    def validate_phone(self, text: str) -> str:
        return checked_phone(text)

    def validate_email(self, text: str) -> str:
        return text.lower()


class NamesField(serializers.ListField):
    """The other names of a district, as the whole list."""

    child = serializers.CharField(max_length=120)

    def get_attribute(self, instance: Any) -> Any:
        return [row.name for row in instance.other_names.all()]

    def to_internal_value(self, data: Any) -> list[str]:
        return list(dict.fromkeys(squeezed(name) for name in super().to_internal_value(data)))


class DistrictSerializer(PlaceSerializer):
    other_names = NamesField(required=False, max_length=50)

    class Meta:
        model = District
        fields = ["id", "name", "state", "phone", "email", "address", "other_names"]


class SchoolSerializer(PlaceSerializer):
    class Meta:
        model = School
        fields = ["id", "name", "district", "kind", "phone", "address"]


class SchoolPersonSerializer(serializers.ModelSerializer):
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)

    class Meta:
        model = SchoolPerson
        fields = ["id", "school", "district", "name", "role", "email", "phone", "left_on"]
        read_only_fields = ["left_on"]

    def validate_phone(self, text: str) -> str:
        return checked_phone(text)

    def validate_email(self, text: str) -> str:
        return text.lower()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is None and not attrs.get("school") and not attrs.get("district"):
            raise serializers.ValidationError({"school": _("Say at which school or for which district.")})
        return attrs


class GuardianshipSerializer(serializers.ModelSerializer):
    class Meta:
        model = Guardianship
        fields = ["id", "contact", "relation", "lives_with", "may_see", "blocked_from", "rights_ended_on"]
        read_only_fields = ["contact"]


class TieSerializer(GuardianshipSerializer):
    class Meta(GuardianshipSerializer.Meta):
        fields = [*GuardianshipSerializer.Meta.fields, "student"]
        read_only_fields = ["contact", "student"]


class StudentSerializer(serializers.ModelSerializer):
    guardianships = GuardianshipSerializer(many=True, read_only=True)

    class Meta:
        model = Student
        fields = [
            "id", "family", "given_name", "family_name", "born_on", "grade", "pronouns", "pronunciation", "home_language",
            "disability", "district", "school", "confirmed_at", "version", "guardianships",
        ]  # fmt: skip
        read_only_fields = ["id", "family", "confirmed_at"]
        extra_kwargs = {"version": {"read_only": False, "required": True}}

    def validate_born_on(self, born: Any) -> Any:
        from django.core.exceptions import ValidationError as FormError

        try:
            return checked_birth_date(born)
        except FormError as problem:
            raise serializers.ValidationError(problem.messages[0]) from None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        school = attrs.get("school", getattr(self.instance, "school", None))
        district = attrs.get("district", getattr(self.instance, "district", None))
        if school and district and school.district_id and school.district_id != district.pk:
            raise serializers.ValidationError({"school": _("This school is in another district.")})
        return attrs


class NewStudentSerializer(StudentSerializer):
    """One more child of a family on file: `contact` is a grown-up of it, and what they are to the child."""

    contact = serializers.PrimaryKeyRelatedField(queryset=Contact.objects.none(), write_only=True)
    relation = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", write_only=True
    )
    lives_with = serializers.BooleanField(default=True, write_only=True)
    may_see = serializers.BooleanField(default=True, write_only=True)

    class Meta(StudentSerializer.Meta):
        fields = [*StudentSerializer.Meta.fields, "contact", "relation", "lives_with", "may_see"]
        extra_kwargs = {"version": {"read_only": True}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            self.fields["contact"].queryset = Contact.objects.visible_to(request.user)  # type: ignore[attr-defined]


class ContactPointSerializer(serializers.ModelSerializer):
    class Meta:
        model = ContactPoint
        fields = ["kind", "value", "label", "safe"]


class ContactSerializer(serializers.ModelSerializer):
    points = ContactPointSerializer(many=True, read_only=True)
    language = serializers.ChoiceField(choices=["en", "es"], required=False)

    class Meta:
        model = Contact
        fields = [
            "id", "family", "name", "role", "language", "interpreter", "pronouns", "pronunciation", "prefers", "hours_from",
            "hours_to", "street", "city", "state", "postal_code", "address_safe", "confirmed_at", "version", "points",
        ]  # fmt: skip
        read_only_fields = ["id", "family", "confirmed_at"]
        extra_kwargs = {"version": {"read_only": False, "required": True}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        opens = attrs.get("hours_from", getattr(self.instance, "hours_from", None))
        closes = attrs.get("hours_to", getattr(self.instance, "hours_to", None))
        if opens and not OPENS <= opens < CLOSES:
            raise serializers.ValidationError({"hours_from": _("Choose a time from 9:00 am to 8:00 pm.")})
        if closes and not OPENS < closes <= CLOSES:
            raise serializers.ValidationError({"hours_to": _("Choose a time from 9:00 am to 8:00 pm.")})
        if opens and closes and opens >= closes:
            raise serializers.ValidationError({"hours_to": _("The end must be later than the start.")})
        return attrs


class NewContactSerializer(ContactSerializer):
    """One more grown-up around a student; they see nothing until their guardianship says so."""

    student = serializers.PrimaryKeyRelatedField(queryset=Student.objects.none(), write_only=True)
    relation = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", write_only=True
    )
    phone = serializers.CharField(
        max_length=40, required=False, allow_blank=True, default="", write_only=True
    )
    email = serializers.EmailField(required=False, allow_blank=True, default="", write_only=True)

    class Meta(ContactSerializer.Meta):
        fields = [*ContactSerializer.Meta.fields, "student", "relation", "phone", "email"]
        extra_kwargs = {"version": {"read_only": True}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            self.fields["student"].queryset = Student.objects.visible_to(request.user)  # type: ignore[attr-defined]

    def validate_phone(self, text: str) -> str:
        return checked_phone(text)


class WaySerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=["phone", "email"])
    value = serializers.CharField(max_length=254)
    label = serializers.CharField(max_length=40, required=False, allow_blank=True)  # type: ignore[assignment]
    safe = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            if attrs["kind"] == "phone":
                attrs["value"] = phone(attrs["value"])
            else:
                attrs["value"] = serializers.EmailField().run_validation(attrs["value"]).lower()
        except ValueError as problem:
            raise serializers.ValidationError({"value": str(problem)}) from None
        return attrs


class _Changing(mixins.UpdateModelMixin, viewsets.GenericViewSet):
    """Changes need the `version` that was read; another one answers 400 and changes nothing."""

    http_method_names = ["get", "post", "patch", "head", "options"]

    def perform_update(self, serializer: Any) -> None:
        row = serializer.instance
        told = serializer.validated_data.pop("version", None)
        if told is None:
            raise ValidationError({"version": _("Send the version that you read.")})
        with transaction.atomic():
            rows = type(row).objects.filter(pk=row.pk, version=told)
            if not rows.update(version=F("version") + 1):
                raise ValidationError(
                    {"version": _("Somebody else has changed this meanwhile. Read it again.")}
                )
            row.version = told + 1
            serializer.save()
            audit.record(f"{row._meta.model_name}.changed", by=self.request.user, at=timezone.now(), about=row, fields=sorted(serializer.validated_data))  # type: ignore[arg-type]  # fmt: skip


class StudentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, _Changing):
    """Students the key's person sees."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = StudentSerializer

    def get_queryset(self) -> Any:
        if _nothing(self):
            return Student.objects.none()
        return Student.objects.visible_to(self.request.user).prefetch_related("guardianships")  # type: ignore[arg-type]

    @extend_schema(request=NewStudentSerializer, responses={201: StudentSerializer})
    def create(self, request: Request) -> Response:
        """One more child of a family on file. The key's person joins the care team."""
        asked = NewStudentSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        contact, user = told.pop("contact"), request.user
        tie = {name: told.pop(name) for name in ("relation", "lives_with", "may_see")}
        try:
            joining.check_students(more=1 if contact.confirmed_at else 0)
        except joining.StudentsFull as problem:
            raise ValidationError({"contact": str(problem)}) from None
        made: Any = filing.add_child(contact, told, **tie, team=(user,), by=user, at=timezone.now())  # type: ignore[arg-type]
        found = Student.objects.prefetch_related("guardianships").get(pk=made.pk)
        return Response(StudentSerializer(found).data, status=status.HTTP_201_CREATED)


class GuardianshipViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.UpdateModelMixin, viewsets.GenericViewSet):  # fmt: skip
    """What a grown-up is to a student and may see: the only source of a family's access."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = TieSerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_queryset(self) -> Any:
        if _nothing(self):
            return Guardianship.objects.none()
        seen = Student.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        return Guardianship.objects.filter(student__in=seen).select_related("student").order_by("pk")

    def perform_update(self, serializer: Any) -> None:
        user: Any = self.request.user
        now = timezone.now()
        with transaction.atomic():
            row = serializer.save()
            guests.settle(row.student, at=now)
            admitting.admit_if_ready(row.contact, by=user, at=now)
            audit.record(
                "guardianship.set", by=user, at=now, about=row.student, contact=str(row.contact_id), may_see=row.may_see,
                blocked_from=str(row.blocked_from or ""), rights_ended_on=str(row.rights_ended_on or ""),
            )  # fmt: skip


class ContactViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, _Changing):
    """Contacts of families of which the key's person sees a student."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = ContactSerializer

    def get_queryset(self) -> Any:
        if _nothing(self):
            return Contact.objects.none()
        return Contact.objects.visible_to(self.request.user).select_related("user").prefetch_related("points")  # type: ignore[arg-type]

    @extend_schema(request=NewContactSerializer, responses={201: ContactSerializer})
    def create(self, request: Request) -> Response:
        """One more grown-up around a student."""
        asked = NewContactSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        ways = {name: told.pop(name) for name in ("relation", "phone", "email")}
        student, user = told.pop("student"), request.user
        ways["email"] = ways["email"].lower()
        made = filing.add_grown_up(student, Contact(**told), **ways, by=user, at=timezone.now())  # type: ignore[arg-type]
        return Response(ContactSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=WaySerializer, responses=ContactSerializer)
    @action(detail=True, methods=["post"], url_path="set-point")
    def set_point(self, request: Request, pk: str | None = None) -> Response:
        """Adds a number or an address, or says of one on file what it is and whether it is safe to use."""
        contact: Contact = self.get_object()
        asked = WaySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        user: Any = request.user
        ContactPoint.objects.update_or_create(contact=contact, kind=told.pop("kind"), value=told.pop("value"), defaults=told)  # fmt: skip
        audit.record("contact.point_saved", by=user, at=timezone.now(), about=contact)
        return Response(ContactSerializer(self.get_queryset().get(pk=contact.pk)).data)

    @extend_schema(request=None, responses=ContactSerializer)
    @action(detail=True, methods=["post"])
    def admit(self, request: Request, pk: str | None = None) -> Response:
        """Lets a contact who may see a child sign in by code to a safe number or address. Doing it twice is once."""
        contact: Contact = self.get_object()
        user: Any = request.user
        try:
            admitting.admit(contact, by=user, at=timezone.now())
        except admitting.CannotAdmit as problem:
            raise ValidationError({"detail": str(problem)}) from None
        return Response(ContactSerializer(self.get_queryset().get(pk=contact.pk)).data)


class _Place(mixins.CreateModelMixin, mixins.UpdateModelMixin, viewsets.ReadOnlyModelViewSet):
    http_method_names = ["get", "post", "patch", "head", "options"]

    def perform_create(self, serializer: Any) -> None:
        self._save(serializer, "added")

    def perform_update(self, serializer: Any) -> None:
        # Who has the page open is told that somebody changed it meanwhile.
        self._save(serializer, "changed", version=F("version") + 1)

    def _save(self, serializer: Any, verb: str, **more: Any) -> None:
        names = serializer.validated_data.pop("other_names", None)
        user: Any = self.request.user
        try:
            with transaction.atomic():
                row = serializer.save(**more)
                if names is not None:
                    row.call_also(names)
                audit.record(f"{row._meta.model_name}.{verb}", by=user, at=timezone.now(), about=row)
        except IntegrityError:
            raise ValidationError({"name": _("There is one with this name already.")}) from None
        serializer.instance = self.get_queryset().get(pk=row.pk)


class DistrictViewSet(_Place):
    """Districts of the firm."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = DistrictSerializer
    queryset = District.objects.prefetch_related("other_names")


class SchoolViewSet(_Place):
    """Schools of the firm."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = SchoolSerializer
    queryset = School.objects.all()


class SchoolPersonViewSet(
    mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin,
    viewsets.GenericViewSet,
):  # fmt: skip
    """People at schools and districts. Where somebody works is said once; who moves on is one more person there."""

    access = Access(Can.SEE_STUDENTS)
    can, can_write = Can.SEE_STUDENTS, Can.EDIT_STUDENTS
    serializer_class = SchoolPersonSerializer
    queryset = SchoolPerson.objects.all()
    http_method_names = ["get", "post", "patch", "head", "options"]

    def perform_create(self, serializer: Any) -> None:
        self._note("added", serializer.save())

    def perform_update(self, serializer: Any) -> None:
        for place in ("school", "district"):
            serializer.validated_data.pop(place, None)
        self._note("changed", serializer.save())

    @extend_schema(request=None, responses=SchoolPersonSerializer)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, pk: str | None = None) -> Response:
        """They work there no more; what they were part of keeps their name. Doing it twice is once."""
        person: SchoolPerson = self.get_object()
        if person.left_on is None:
            person.left_on = today()
            person.save(update_fields=["left_on"])
            self._note("left", person)
        return Response(self.get_serializer(person).data)

    def _note(self, verb: str, person: SchoolPerson) -> None:
        user: Any = self.request.user
        audit.record(f"school_person.{verb}", by=user, at=timezone.now(), about=person)

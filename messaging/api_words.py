"""The firm's words for texts, who agreed to texts, and friendly check-ins, for programs."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts import audit
from clients.models import Contact, ContactPoint
from messaging import checking_in, threads, wordings
from messaging.models import Thread, Wording
from outbox.models import Consent
from web.access import Access, Can


class WordingSerializer(serializers.ModelSerializer):
    kind = serializers.ChoiceField(choices=[(kind.name, kind.name) for kind in wordings.KINDS.values()])
    body = serializers.CharField(
        max_length=480, help_text="With {fields}; the sentence that says how to end texts is added by us."
    )

    class Meta:
        model = Wording
        fields = ["id", "kind", "language", "body", "changed_at"]
        read_only_fields = ["id", "changed_at"]
        validators: list[Any] = []  # a second POST takes the place of the first

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs["body"] = " ".join(attrs["body"].split())
        if wrong := wordings.wrong(attrs["kind"], attrs["body"]):
            raise serializers.ValidationError({"body": wrong})
        return attrs


class WordingViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet):
    """The firm's own words for a text, by kind and language. A POST writes them in place of those before; without a row ours hold."""

    access = Access(Can.SET_MESSAGES)
    can, can_write = Can.SET_MESSAGES, Can.SET_MESSAGES
    serializer_class = WordingSerializer
    queryset = Wording.objects.order_by("kind", "language")

    @extend_schema(request=WordingSerializer, responses={201: WordingSerializer})
    @transaction.atomic
    def create(self, request: ApiRequest) -> Response:
        told = WordingSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        user: Any = request.user
        filled, now = told.validated_data, timezone.now()
        row, _new = Wording.objects.update_or_create(
            kind=filled["kind"], language=filled["language"],
            defaults={"body": filled["body"], "changed_by": user, "changed_at": now},
        )  # fmt: skip
        audit.record("wording.changed", by=user, at=now, kind=row.kind, language=row.language, through="api")
        return Response(WordingSerializer(row).data, status=status.HTTP_201_CREATED)

    @transaction.atomic
    def perform_destroy(self, instance: Wording) -> None:
        user: Any = self.request.user
        audit.record("wording.changed", by=user, at=timezone.now(), kind=instance.kind, language=instance.language, through="api")  # fmt: skip
        instance.delete()


class ConsentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Consent
        fields = ["id", "number", "given", "how", "wording", "wording_version", "language", "at"]
        read_only_fields = fields


class NewConsentSerializer(serializers.Serializer):
    thread = serializers.UUIDField(help_text="The thread whose number it is about.")
    given = serializers.BooleanField(help_text="Whether they agreed to texts, or want no more.")
    wording = serializers.CharField(
        max_length=300, required=False, help_text="How they agreed, in the words of who was told."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["given"] and not attrs.get("wording", "").strip():
            raise serializers.ValidationError({"wording": _("Say how they agreed.")})
        return attrs


class ConsentViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Each yes and no to texts, the newest first; rows are only added. After a no, only START from their phone allows texts again."""

    access = Access(Can.SEE_MESSAGES)
    can = can_write = Can.SEE_MESSAGES
    even_read_only = frozenset({"create"})
    serializer_class = ConsentSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Consent.objects.none()
        seen = Thread.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        contacts = Contact.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        points = ContactPoint.objects.filter(contact__in=contacts, kind="phone")
        numbers = Q(number__in=points.values("value")) | Q(number__in=seen.filter(contact=None).values("number"))  # fmt: skip
        rows = Consent.objects.filter(numbers).order_by("-at", "-id")
        number = self.request.query_params.get("number", "").replace(" ", "+").replace("\x00", "")
        return rows.filter(number=number) if number else rows

    @extend_schema(parameters=[OpenApiParameter("number", OpenApiTypes.STR, description="In E.164.")])
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NewConsentSerializer, responses={201: ConsentSerializer})
    def create(self, request: ApiRequest) -> Response:
        told = NewConsentSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        user: Any = request.user
        filled, now = told.validated_data, timezone.now()
        rows = Thread.objects.visible_to(user).select_related("contact")
        thread = get_object_or_404(rows, pk=filled["thread"])
        try:
            if filled["given"]:
                threads.allow_texts(thread, filled["wording"], by=user, at=now)
            else:
                threads.refuse_texts(thread, by=user, at=now)
        except threads.CannotWrite as problem:
            raise ValidationError({"thread": str(problem)}) from None
        word = Consent.objects.standing(threads.text_to(thread).number)
        return Response(ConsentSerializer(word).data, status=status.HTTP_201_CREATED)


class QuietContactSerializer(serializers.ModelSerializer):
    spoken_at = serializers.DateTimeField(help_text="When something was last said.")

    class Meta:
        model = Contact
        fields = ["id", "name", "spoken_at"]
        read_only_fields = fields


class NudgeSerializer(serializers.Serializer):
    contact = serializers.UUIDField()


class NudgeViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Contacts with whom nothing was said for so many days. A POST sends one of them a friendly word, at most once a day."""

    access = Access(Can.SEE_MESSAGES)
    can = can_write = Can.SEE_MESSAGES
    serializer_class = QuietContactSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Contact.objects.none()
        asked = self.request.query_params.get("days", "")
        days = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else checking_in.USUAL
        return checking_in.quiet(self.request.user, days=days, at=timezone.now())  # type: ignore[arg-type]

    @extend_schema(parameters=[OpenApiParameter("days", OpenApiTypes.INT, description="30 when left out.")])
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NudgeSerializer, responses={201: QuietContactSerializer})
    def create(self, request: ApiRequest) -> Response:
        told = NudgeSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        user: Any = request.user
        now, pk = timezone.now(), told.validated_data["contact"]
        rows = checking_in.quiet(user, days=0, at=now)
        contact = get_object_or_404(rows, pk=pk)
        if checking_in.check_in(contact, by=user, at=now) is None:
            raise ValidationError({"contact": _("There is no text or e-mail open to %(name)s. Please call.") % {"name": contact.name}})  # fmt: skip
        said = get_object_or_404(checking_in.quiet(user, days=0, at=now), pk=pk)
        return Response(QuietContactSerializer(said).data, status=status.HTTP_201_CREATED)

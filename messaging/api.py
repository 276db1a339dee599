"""Threads and what is said in them, for programs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts import audit
from messaging import threads
from messaging.models import By, Thread
from web.access import Access, Can


class ThreadSerializer(serializers.ModelSerializer):
    class Meta:
        model = Thread
        fields = [
            "id", "contact", "number", "assigned_to", "last_at", "last_in_at", "last_out_at", "snoozed_until", "settled_at",
        ]  # fmt: skip
        read_only_fields = fields


class ThreadEntrySerializer(serializers.Serializer):
    id = serializers.UUIDField(source="key")
    at = serializers.DateTimeField()
    incoming = serializers.BooleanField()
    way = serializers.CharField()
    who = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    state = serializers.CharField(help_text="Of a text or e-mail that we sent: how far it got.")
    said = serializers.CharField(help_text="The same as a sentence, with the provider's own words.")


class NewMessageSerializer(serializers.Serializer):
    way = serializers.ChoiceField(choices=By.choices)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    body = serializers.CharField(max_length=5000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["way"] == By.EMAIL and not attrs["title"].strip():
            raise serializers.ValidationError({"title": "Give the e-mail a subject."})
        return attrs


class ThreadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Conversations with contacts, and with numbers of which nobody knows whose they are."""

    access = Access(Can.SEE_MESSAGES)
    can = can_write = Can.SEE_MESSAGES
    serializer_class = ThreadSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Thread.objects.none()
        rows = Thread.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        if self.request.query_params.get("waiting") == "true":
            rows = rows.waiting(at=timezone.now())
        return rows

    @extend_schema(parameters=[OpenApiParameter("waiting", OpenApiTypes.BOOL)])
    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=ThreadEntrySerializer(many=True))
    @action(detail=True, pagination_class=None)
    def entries(self, request: ApiRequest, pk: str | None = None) -> Response:
        """The newest hundred things said, oldest first."""
        thread = self.get_object()
        user: Any = request.user
        audit.record("thread.read", by=user, at=timezone.now(), about=thread, through="api")
        return Response(ThreadEntrySerializer(threads.entries(thread, user=user), many=True).data)

    @extend_schema(request=NewMessageSerializer, responses={201: ThreadSerializer})
    @action(detail=True, methods=["post"])
    def messages(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Writes to the contact by text, e-mail or in the portal."""
        thread = self.get_object()
        told = NewMessageSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        way, body, now = told.validated_data["way"], told.validated_data["body"], timezone.now()
        user: Any = request.user
        try:
            if way == By.SMS:
                threads.send_text(thread, body, by=user, at=now)
            elif way == By.EMAIL:
                threads.send_mail(thread, told.validated_data["title"], body, by=user, at=now)
            elif thread.contact is None or thread.contact.user_id is None:
                raise threads.CannotWrite("This contact does not use the portal.")
            else:
                threads.post(thread, body, by=user, at=now, from_family=False)
        except threads.CannotWrite as problem:
            raise ValidationError({"body": str(problem)}) from None
        return Response(ThreadSerializer(thread).data, status=status.HTTP_201_CREATED)

"""What a firm's own programs may read of its plan. Nothing here can be changed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing import subscribing, use
from tenants.models import Entitlement
from tenants.places import current_firm
from web.access import Access, Can


class LimitSerializer(serializers.Serializer):
    seats = serializers.IntegerField(allow_null=True, help_text="null: no limit")
    students = serializers.IntegerField(allow_null=True)
    texts_a_month = serializers.IntegerField(allow_null=True)
    storage_bytes = serializers.IntegerField(allow_null=True)


class UseSerializer(serializers.Serializer):
    seats = serializers.IntegerField()
    students = serializers.IntegerField()
    texts = serializers.IntegerField(help_text="segments sent since the month began")
    storage_bytes = serializers.IntegerField()


class SubscriptionSerializer(serializers.Serializer):
    """The firm's plan. `amount` is minor units a seat and period, before tax; empty and null where there is no plan."""

    status = serializers.CharField()
    plan = serializers.CharField()
    interval = serializers.CharField()
    seats = serializers.IntegerField()
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    trial_ends_at = serializers.DateTimeField(allow_null=True)
    period_ends_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    read_only_since = serializers.DateTimeField(allow_null=True)
    limits = LimitSerializer()
    use = UseSerializer()


class SubscriptionView(APIView):
    """The firm's own plan and what it uses of it."""

    access = Access(Can.SEE_PLAN)
    can = Can.SEE_PLAN
    http_method_names = ["get", "head", "options"]

    @extend_schema(responses=SubscriptionSerializer)
    def get(self, request: Request) -> Response:
        row, now = subscribing.subscription(), timezone.now()
        limits = Entitlement.objects.get(firm_id=current_firm().id)
        names = ("status", "plan", "interval", "seats", "amount", "currency", "trial_ends_at", "period_ends_at", "ends_at")  # fmt: skip
        empty: dict[str, Any] = (
            dict.fromkeys(names, "") | {"seats": 0, "amount": 0} | dict.fromkeys(names[6:])
        )
        plan = {name: getattr(row, name) for name in names} if row else empty
        told = plan | {"limits": limits, "use": use.use(at=now), "read_only_since": limits.read_only_since}
        return Response(SubscriptionSerializer(told).data)

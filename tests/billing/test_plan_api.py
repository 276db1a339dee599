"""The firm's own plan and use, for its programs to read."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction

from billing.models import PlanEvent, PlanInvoice, Subscription
from tenants.places import in_public, within
from tests.house.test_matrix import key_of
from tests.world import NOW


def ask(visitor, person, method="get"):
    return visitor._send(
        method, "/api/v1/subscription/", headers={"Authorization": f"Bearer {key_of(person)}"}
    )


def test_plan_limits_and_use(subscribed, visitor, olivia):
    answer = ask(visitor, olivia).json()
    assert {name: answer[name] for name in ("status", "plan", "interval", "seats", "amount", "currency", "trial_ends_at", "read_only_since")} == {
        "status": "active", "plan": "practice", "interval": "month", "seats": 7, "amount": 4500, "currency": "usd",
        "trial_ends_at": None, "read_only_since": None,
    }  # fmt: skip
    assert answer["limits"] == {
        "seats": 7,
        "students": 300,
        "texts_a_month": 2500,
        "storage_bytes": 50 * 1024**3,
    }
    assert answer["use"]["seats"] == 6
    assert answer["use"]["students"] == 2


def test_a_firm_without_a_plan(harbor, visitor, olivia):
    answer = ask(visitor, olivia).json()
    assert (answer["status"], answer["plan"], answer["seats"]) == ("", "", 0)
    assert answer["limits"] == {"seats": None, "students": None, "texts_a_month": None, "storage_bytes": None}


def test_only_who_sees_the_plan_and_nobody_writes(subscribed, visitor, olivia, ana, bea):
    assert ask(visitor, bea).status_code == 200
    assert ask(visitor, ana).status_code == 403
    for method in ("post", "put", "patch", "delete"):
        assert ask(visitor, olivia, method).status_code in {403, 405}


def test_the_schema_describes_it(harbor, visitor):
    schema = visitor.get("/api/v1/schema/").json()
    assert set(schema["paths"]["/api/v1/subscription/"]) == {"get"}
    assert schema["paths"]["/api/v1/subscription/"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ] == {"$ref": "#/components/schemas/Subscription"}


def test_a_firm_reads_its_own_rows_and_writes_none(subscribed, birch):
    from billing import keeping

    keeping.begin_trial(birch.firm, at=NOW)
    assert [row.firm_id for row in Subscription.objects.all()] == [subscribed.firm.id]
    with within(birch.firm):
        assert [row.firm_id for row in Subscription.objects.all()] == [birch.firm.id]
        assert not PlanInvoice.objects.exists()
    for write in (
        lambda: Subscription.objects.update(trial_ends_at=NOW + timedelta(days=999)),
        lambda: PlanInvoice.objects.all().delete(),
        lambda: PlanEvent.objects.count(),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            write()
    with in_public():
        both = {subscribed.firm.id, birch.firm.id}
        assert both <= set(Subscription.objects.values_list("firm_id", flat=True))

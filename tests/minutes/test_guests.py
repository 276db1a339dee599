"""A school guest logs a session of her student alone, as far as the family's grant reaches."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from clients.models import Guardianship, GuestGrant
from minutes import recording
from minutes.models import DeliveredSession, MissedSession
from tests.conftest import Visitor
from tests.world import NOW, key
from web.ids import new_id


@pytest.fixture
def granted(gus, mateo):
    """Luz lets Gus see and add minutes of Mateo."""

    def give(sees=("minutes",), adds=("minutes",), **more):
        contact = Guardianship.objects.get(student=mateo).contact
        values = {
            "granted_by": contact,
            "granted_at": NOW,
            "starts_at": NOW,
            "lapses_on": NOW.date() + timedelta(days=30),
            **more,
        }
        return GuestGrant.objects.create(
            student=mateo,
            user=gus,
            email=gus.email,
            name=gus.name,
            job="therapist",
            sees=list(sees),
            adds=list(adds),
            **values,
        )

    return give


def told(mateo):
    service = recording.services_of(mateo)[0]
    return {
        "key": str(new_id()),
        "service": service.key,
        "on": "2026-11-24",
        "outcome": "held",
        "provider": "Gus Teller",
    }


def test_a_guest_writes_a_session_down(harbor, gus, mateo, speech, granted, clock):
    granted()
    answer = Visitor(harbor).as_(gus).post(f"/shared/{mateo.pk}/minutes/new/", told(mateo))
    assert answer.status_code == 302
    row = DeliveredSession.objects.get()
    assert (row.recorded_by, row.evidence, row.provider) == (gus, "provider", "Gus Teller")


def test_a_guest_who_may_only_see_cannot_add(harbor, gus, mateo, november, granted, clock):
    granted(adds=())
    visitor = Visitor(harbor).as_(gus)
    before = DeliveredSession.objects.count()
    assert visitor.get(f"/shared/{mateo.pk}/minutes/").status_code == 200
    assert visitor.get(f"/shared/{mateo.pk}/minutes/new/").status_code == 404
    assert visitor.post(f"/shared/{mateo.pk}/minutes/new/", told(mateo)).status_code == 404
    assert DeliveredSession.objects.count() == before


def test_without_a_grant_after_it_or_for_another_child_there_is_nothing(
    harbor, gus, mateo, november, granted, clock
):
    visitor = Visitor(harbor).as_(gus)
    assert visitor.get(f"/shared/{mateo.pk}/minutes/").status_code == 404
    grant = granted()
    assert visitor.get(f"/shared/{key('student Ada')}/minutes/").status_code == 404
    GuestGrant.objects.filter(pk=grant.pk).update(lapses_on=NOW.date() - timedelta(days=1))
    for path in ("minutes/", "minutes/new/"):
        assert visitor.get(f"/shared/{mateo.pk}/{path}").status_code == 404


def test_a_guest_sees_numbers_and_no_note_paper_or_days(harbor, gus, mateo, november, granted, clock):
    granted()
    DeliveredSession.objects.update(note="The school is hiding something")
    page = Visitor(harbor).as_(gus).get(f"/shared/{mateo.pk}/minutes/").content.decode()
    assert "180" in page
    assert "hiding something" not in page
    assert "Paper of Mateo" not in page
    assert "/students/" not in page
    assert AuditEntry.objects.filter(action="guest.looked", about=str(mateo.pk)).count() == 1


def test_a_guest_reaches_no_other_page_of_minutes(harbor, gus, mateo, november, granted, clock):
    granted()
    row = DeliveredSession.objects.first()
    visitor = Visitor(harbor).as_(gus)
    for path in (
        f"/students/{mateo.pk}/minutes/",
        f"/portal/children/{mateo.pk}/minutes/",
        f"/minutes/sessions/{row.pk}/",
    ):
        assert visitor.get(path).status_code == 403


def test_a_block_of_the_granting_parent_ends_it_at_once(harbor, gus, mateo, november, granted, clock):
    granted()
    Guardianship.objects.filter(student=mateo).update(blocked_from=NOW.date())
    assert Visitor(harbor).as_(gus).get(f"/shared/{mateo.pk}/minutes/").status_code == 404


def test_a_guest_sets_her_own_entry_right_and_no_other(harbor, gus, ana, mateo, speech, granted, clock):
    granted()
    visitor = Visitor(harbor).as_(gus)
    visitor.post(f"/shared/{mateo.pk}/minutes/new/", {**told(mateo), "minutes": "30"})
    mine = DeliveredSession.objects.get()
    theirs = recording.log_session(
        mateo, key=new_id(), on=NOW.date(), minutes=25, evidence="log", by=ana, at=NOW, today=NOW.date(),
        service=recording.services_of(mateo)[0], sure=True,
    )  # fmt: skip
    path = f"/shared/{mateo.pk}/minutes/{mine.pk}/"
    assert path in visitor.get(f"/shared/{mateo.pk}/minutes/new/").content.decode()
    assert f"/minutes/{theirs.pk}/" not in visitor.get(f"/shared/{mateo.pk}/minutes/new/").content.decode()

    fixed = {
        "service": recording.services_of(mateo)[0].key,
        "on": "2026-11-24",
        "minutes": "20",
        "provider": "Gus Teller",
        "why": "Late",
    }
    assert visitor.post(path, {**fixed, "why": ""}).status_code == 422
    assert visitor.post(path, fixed).status_code == 302
    fresh = DeliveredSession.objects.get(corrects=mine)
    assert (fresh.minutes, fresh.evidence, fresh.recorded_by) == (20, "provider", gus)
    assert visitor.post(path, fixed).status_code == 404  # it stands no more
    assert visitor.get(f"/shared/{mateo.pk}/minutes/{theirs.pk}/").status_code == 404

    assert (
        visitor.post(
            f"/shared/{mateo.pk}/minutes/{fresh.pk}/", {"strike": "1", "why": "Another child"}
        ).status_code
        == 302
    )
    assert not DeliveredSession.objects.get(pk=fresh.pk).stands


def test_a_parent_sets_her_own_note_right(harbor, luz, mateo, speech, clock):
    visitor = Visitor(harbor).as_(luz)
    visitor.post(f"/portal/children/{mateo.pk}/minutes/new/", {**told(mateo), "outcome": "unknown"})
    row = MissedSession.objects.get()
    fixed = {
        "service": recording.services_of(mateo)[0].key,
        "on": "2026-11-24",
        "outcome": "student",
        "why": "He was ill",
    }

    assert visitor.post(f"/shared/{mateo.pk}/minutes/{row.pk}/", fixed).status_code == 302

    assert MissedSession.objects.get(corrects=row).kind == "student"


def test_once_a_grant_has_ended_nothing_is_set_right(harbor, gus, mateo, speech, granted, clock):
    grant = granted()
    visitor = Visitor(harbor).as_(gus)
    visitor.post(f"/shared/{mateo.pk}/minutes/new/", told(mateo))
    row = DeliveredSession.objects.get()
    GuestGrant.objects.filter(pk=grant.pk).update(adds=[])

    assert visitor.get(f"/shared/{mateo.pk}/minutes/{row.pk}/").status_code == 404
    assert (
        visitor.post(f"/shared/{mateo.pk}/minutes/{row.pk}/", {"strike": "1", "why": "x"}).status_code == 404
    )
    assert DeliveredSession.objects.get().stands

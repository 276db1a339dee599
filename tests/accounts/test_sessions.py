from datetime import timedelta

import pytest

from accounts import passwords, tidying
from accounts import staff as staff_work
from accounts.models import ApiToken, Device, Session, SignInCode
from accounts.secrets import digest
from tenants.models import DueWork
from tenants.places import within
from tests.conftest import Visitor
from tests.world import NOW


def is_in(visitor):
    return visitor.get("/profile/").status_code == 200


@pytest.mark.parametrize(("minutes", "stays"), [(29, True), (30, False)])
def test_staff_who_do_nothing_are_signed_out_after_half_an_hour(visitor, ana, clock, minutes, stays):
    visitor.as_(ana)
    clock.now = NOW + timedelta(minutes=minutes)

    assert is_in(visitor) == stays


def test_staff_who_work_on_sign_in_again_after_twelve_hours(visitor, ana, clock):
    visitor.as_(ana)
    for quarter in range(1, 48):
        clock.now = NOW + timedelta(minutes=15 * quarter)
        assert is_in(visitor)
    clock.now = NOW + timedelta(hours=12)

    assert not is_in(visitor)


def test_a_lapsed_session_is_taken_off_the_books(visitor, ana, clock):
    visitor.as_(ana)
    clock.now = NOW + timedelta(hours=1)
    visitor.get("/profile/")

    assert not Session.objects.filter(user=ana).exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda ana, olivia: passwords.change(ana, "a new password of mine", at=NOW),
        lambda ana, olivia: staff_work.set_role(ana, "assistant", by=olivia, at=NOW),
        lambda ana, olivia: staff_work.deactivate(ana, by=olivia, at=NOW),
        lambda ana, olivia: second_factor_anew(ana),
    ],
    ids=["password", "role", "deactivation", "second factor"],
)
def test_a_change_of_who_somebody_is_ends_their_sessions(visitor, ana, olivia, clock, change):
    visitor.as_(ana)
    assert is_in(visitor)
    change(ana, olivia)

    assert not is_in(visitor)


def second_factor_anew(person):
    from accounts import second_factor

    second_factor.set_up(person, second_factor.new_secret(), step=0)


def test_ending_the_other_sessions_keeps_this_one(harbor, ana, clock):
    here, there = Visitor(harbor).as_(ana), Visitor(harbor).as_(ana)
    here.post("/profile/other-sessions/end/")

    assert (is_in(here), is_in(there)) == (True, False)


def test_signing_out_ends_the_session_for_a_copied_cookie_too(harbor, visitor, ana, clock):
    visitor.as_(ana)
    copied = Visitor(harbor)
    copied.client.cookies["__Host-session"] = visitor.client.cookies["__Host-session"].value
    visitor.post("/sign-out/")

    assert not is_in(copied)


def test_who_is_deactivated_is_out_at_the_next_request_of_page_and_api(visitor, ana, olivia, clock):
    visitor.as_(ana)
    ApiToken.objects.create(user=ana, name="t", made_at=NOW, digest=digest("api", "s3cret"))
    key = {"Authorization": "Bearer s3cret"}
    assert (is_in(visitor), Visitor(visitor.cast).get("/api/v1/bookings/", headers=key).status_code) == (
        True,
        200,
    )

    Visitor(visitor.cast).as_(olivia).post(f"/staff/{ana.pk}/deactivation/")

    assert not is_in(visitor)
    assert Visitor(visitor.cast).get("/api/v1/bookings/", headers=key).status_code == 401


def test_a_role_that_is_taken_away_is_gone_for_page_and_api(visitor, ana, olivia, clock):
    ApiToken.objects.create(user=ana, name="t", made_at=NOW, digest=digest("api", "s3cret"))
    key = {"Authorization": "Bearer s3cret"}
    Visitor(visitor.cast).as_(olivia).post(f"/staff/{ana.pk}/", {"name": ana.name, "role": "billing"})
    ana.refresh_from_db()

    assert visitor.as_(ana).get("/students/").status_code == 403
    assert Visitor(visitor.cast).get("/api/v1/bookings/", headers=key).status_code == 403


def test_a_key_goes_on_in_a_role_that_may_have_one(visitor, ana, olivia, clock):
    ApiToken.objects.create(user=ana, name="t", made_at=NOW, digest=digest("api", "s3cret"))
    staff_work.set_role(ana, "admin", by=olivia, at=NOW)

    key = {"Authorization": "Bearer s3cret"}
    assert Visitor(visitor.cast).get("/api/v1/bookings/", headers=key).status_code == 200


def test_a_secret_of_one_firm_is_nothing_at_another(harbor, birch):
    with within(harbor.firm):
        here, other_kind = digest("api", "s3cret"), digest("device", "s3cret")
    with within(birch.firm):
        there = digest("api", "s3cret")

    assert len({here, other_kind, there}) == 3


def test_what_has_run_out_is_tidied_at_night_and_the_rest_stays(harbor, ana, luz, clock):
    def rows():
        return Session.objects.count(), SignInCode.objects.count(), Device.objects.count()

    for n, days in enumerate((-1, 1)):
        ends = NOW + timedelta(days=days)
        Session.objects.create(session_key=f"key{n}", session_data="x", expire_date=ends, user=ana)
        SignInCode.objects.create(user=luz, digest="d", channel="sms", made_at=ends - timedelta(days=30))
        Device.objects.create(
            user=luz, digest=f"d{n}", remembered_at=NOW - timedelta(days=90), lapses_at=ends
        )
    before = rows()
    tidying.plan_next(at=NOW)
    [due_at] = DueWork.objects.filter(kind=tidying.TIDY).values_list("due_at", flat=True)
    tidying.tidy(["nightly"], NOW)

    assert rows() == tuple(count - 1 for count in before)
    assert due_at.astimezone(harbor.firm.zone).strftime("%d %H:%M") == "25 03:10"
    assert not DueWork.objects.filter(kind=tidying.TIDY).exists()


def test_pages_of_a_person_are_kept_by_no_cache(visitor, ana, luz, clock):
    for person, path in ((ana, "/today/"), (luz, "/portal/")):
        assert visitor.as_(person).get(path)["Cache-Control"] == "no-store, private"

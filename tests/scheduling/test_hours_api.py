"""Hours, closures, series, limits and plans by the API and by their pages."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import ApiToken
from accounts.secrets import digest
from messaging import plans
from messaging.models import ReminderPlan
from scheduling.availability import free_slots
from scheduling.models import AdvocateLimit, Block, Booking, Closure, DateHours, Series, Service, WeeklyHours
from tests.world import NOW, key


@pytest.fixture
def api(visitor, clock):
    """Asks as a person's program does; answers the status and what came."""

    def ask(person, method, path, told=None):
        ApiToken.objects.get_or_create(
            digest=digest("api", f"k{person.pk}"),
            defaults={"user": person, "name": "t", "may_write": True, "made_at": timezone.now()},
        )
        answer = visitor._send(
            method, f"/api/v1/{path}", data=json.dumps(told) if told is not None else None,
            content_type="application/json", headers={"Authorization": f"Bearer k{person.pk}"},
        )  # fmt: skip
        return answer.status_code, json.loads(answer.content) if answer.content else None

    return ask


def test_an_advocate_writes_and_removes_their_own_hours(api, ana, marcus):
    told = {"advocate": str(ana.pk), "weekday": 5, "opens": "09:00", "closes": "11:00"}
    status, made = api(ana, "post", "weekly-hours/", told)
    assert (status, WeeklyHours.objects.get(weekday=5).advocate) == (201, ana)
    assert api(ana, "post", "weekly-hours/", {**told, "closes": "08:00"})[0] == 400
    assert api(ana, "post", "weekly-hours/", {**told, "advocate": str(marcus.pk)})[0] == 403
    assert api(marcus, "delete", f"weekly-hours/{made['id']}/")[0] == 404
    path = f"weekly-hours/{made['id']}/"
    code, said = api(ana, "post", "weekly-hours/", {**told, "opens": "10:30", "closes": "12:00"})
    assert (code, list(said["error"]["fields"])) == (400, ["opens"])
    second = api(ana, "post", "weekly-hours/", {**told, "opens": "11:00", "closes": "12:00"})[1]
    assert api(ana, "post", "weekly-hours/", {**told, "opens": "13:00", "closes": "14:00"})[0] == 400
    assert api(ana, "patch", path, {"opens": "08:00"})[1]["opens"] == "08:00:00"
    assert api(ana, "patch", path, {"closes": "11:30"})[0] == 400
    assert api(ana, "patch", path, {"advocate": str(marcus.pk)})[0] == 400
    assert api(marcus, "patch", path, {"opens": "08:30"})[0] == 404
    assert api(ana, "delete", f"weekly-hours/{second['id']}/")[0] == 204
    assert api(ana, "delete", path)[0] == 204


def test_other_hours_on_a_date_and_kept_time_close_it(api, ana, marcus, olivia, service):
    day = date(2026, 12, 3)
    assert api(ana, "post", "date-hours/", {"advocate": str(ana.pk), "on": day.isoformat(), "opens": None, "closes": None})[0] == 201  # fmt: skip
    assert api(ana, "post", "date-hours/", {"advocate": str(ana.pk), "on": day.isoformat(), "opens": None, "closes": None})[0] == 400  # fmt: skip
    slots = free_slots(service, since=NOW, until=NOW + timedelta(days=14), at=NOW, advocates=[ana])
    assert day not in {slot.starts_at.date() for slot in slots}
    assert DateHours.objects.count() == 1
    line = DateHours.objects.get()
    path = f"date-hours/{line.pk}/"
    wrong = api(ana, "post", "date-hours/", {"advocate": str(ana.pk), "on": day.isoformat(), "opens": "09:00", "closes": "10:00"})  # fmt: skip
    assert (wrong[0], list(wrong[1]["error"]["fields"])) == (400, ["on"])
    assert api(ana, "patch", path, {"opens": "09:00"})[0] == 400
    assert api(ana, "patch", path, {"opens": "09:00", "closes": "10:00"})[1]["closes"] == "10:00:00"
    wrong = api(ana, "post", "date-hours/", {"advocate": str(ana.pk), "on": day.isoformat(), "opens": "09:30", "closes": "11:00"})  # fmt: skip
    assert (wrong[0], list(wrong[1]["error"]["fields"])) == (400, ["opens"])
    assert api(ana, "patch", path, {"opens": None, "closes": None})[0] == 200

    first = slots[0].starts_at
    told = {"advocate": str(ana.pk), "starts_at": first.isoformat(), "ends_at": (first + timedelta(hours=1)).isoformat(), "note": "dentist"}  # fmt: skip
    status, made = api(ana, "post", "blocks/", told)
    assert (status, made["note"], Block.objects.get().note) == (201, "dentist", "dentist")
    assert api(olivia, "get", f"blocks/{made['id']}/")[1]["note"] == ""
    assert api(marcus, "get", f"blocks/{made['id']}/")[0] == 404
    later = (first + timedelta(hours=2)).isoformat()
    assert api(ana, "patch", f"blocks/{made['id']}/", {"ends_at": later})[1]["note"] == "dentist"
    assert Block.objects.get().ends_at.isoformat() == later
    assert api(ana, "patch", f"blocks/{made['id']}/", {"ends_at": first.isoformat()})[0] == 400
    assert api(ana, "post", "blocks/", {**told, "ends_at": told["starts_at"]})[0] == 400


def test_the_firm_closes_by_those_who_set_services(api, ana, olivia):
    told = {"name": "Winter", "starts_on": "2026-12-24", "ends_on": "2027-01-01"}
    assert api(ana, "post", "closures/", told)[0] == 403
    status, made = api(olivia, "post", "closures/", told)
    assert (status, api(ana, "get", f"closures/{made['id']}/")[1]["name"]) == (201, "Winter")
    assert api(olivia, "post", "closures/", {**told, "ends_on": "2026-12-01"})[0] == 400
    assert api(ana, "patch", f"closures/{made['id']}/", {"name": "Snow"})[0] == 403
    assert api(olivia, "patch", f"closures/{made['id']}/", {"ends_on": "2027-01-04"})[1]["ends_on"] == "2027-01-04"  # fmt: skip
    assert api(olivia, "patch", f"closures/{made['id']}/", {"ends_on": "2026-12-01"})[0] == 400
    assert api(olivia, "delete", f"closures/{made['id']}/")[0] == 204
    assert not Closure.objects.exists()


def test_a_series_is_booked_whole_or_its_problems_are_named(api, ana, luz):
    told = {
        "service": str(key("service")), "advocate": str(ana.pk), "contact": str(key("contact luz")), "student": str(key("student Mateo")),
        "rule": "FREQ=WEEKLY;COUNT=4", "starts_at": "2026-12-01T10:00:00-07:00",
    }  # fmt: skip
    Block.objects.create(advocate=ana, starts_at=datetime.fromisoformat("2026-12-08T10:00:00-07:00"), ends_at=datetime.fromisoformat("2026-12-08T11:00:00-07:00"))  # fmt: skip
    status, said = api(ana, "post", "series/", told)
    assert (status, [one["problem"] for one in said["occurrences"]]) == (409, ["", "taken", "", ""])
    assert not Series.objects.exists()

    status, made = api(ana, "post", "series/", {**told, "decided": {"2026-12-08": "skip"}})
    assert (status, len(made["bookings"])) == (201, 3)
    assert api(ana, "post", "series/", {**told, "rule": "NEVER"})[0] == 400
    assert api(ana, "post", "series/", {**told, "decided": {"soon": "skip"}})[0] == 400

    second = made["bookings"][1]["id"]
    Service.objects.update(notice_minutes=60 * 24 * 30)
    early = {"starts_at": "2026-12-16T11:00:00-07:00", "which": "later"}
    assert api(ana, "post", f"bookings/{second}/move/", early)[0] == 409  # the notice binds a series too
    Service.objects.update(notice_minutes=0)
    status, moved = api(ana, "post", f"bookings/{second}/move/", {"starts_at": "2026-12-16T11:00:00-07:00", "which": "later"})  # fmt: skip
    assert (status, moved["sequence"]) == (200, 1)
    assert sorted(Booking.objects.values_list("sequence", flat=True)) == [0, 1, 1]
    api(ana, "post", f"bookings/{second}/call-off/", {"which": "later"})
    assert Booking.objects.standing().count() == 1


def test_a_service_is_written_by_those_who_set_services(api, ana, olivia, service):
    assert api(ana, "patch", f"services/{service.pk}/", {"price": 4500})[0] == 403
    status, said = api(olivia, "patch", f"services/{service.pk}/", {"price": 4500, "a_day": 3})
    service.refresh_from_db()
    assert (status, said["price"], service.price, service.a_day) == (200, 4500, 4500, 3)
    assert api(olivia, "patch", f"services/{service.pk}/", {"minutes": 1})[0] == 400
    assert (
        api(olivia, "post", "services/", {"name": "Talk", "minutes": 30, "advocates": [str(ana.pk)]})[0]
        == 201
    )


def test_the_feed_is_shown_once(api, ana, visitor):
    assert api(ana, "get", "calendar-feed/") == (200, {"made_at": None})
    status, made = api(ana, "post", "calendar-feed/")
    assert (status, visitor.get("/feeds/" + made["url"].partition("/feeds/")[2]).status_code) == (201, 200)
    assert "url" not in api(ana, "get", "calendar-feed/")[1]


def test_plans_of_the_firm_and_of_a_service(api, visitor, ana, olivia, service):
    assert api(ana, "get", "reminder-plans/")[0] == 403
    told = {
        "service": str(service.pk),
        "steps": [{"minutes": 60, "by": "mail"}, {"minutes": 2880, "by": "both"}],
    }
    status, made = api(olivia, "post", "reminder-plans/", told)
    assert (status, [step["minutes"] for step in made["steps"]]) == (201, [2880, 60])
    assert [step.by for step in plans.steps_for(service.pk)] == ["both", "mail"]
    assert api(olivia, "post", "reminder-plans/", {**told, "steps": told["steps"][:1] * 2})[0] == 400

    page = visitor.as_(olivia).get(f"/services/{service.pk}/reminders/").content.decode()
    assert "This service has reminders of its own." in page
    visitor.post(f"/services/{service.pk}/reminders/", {"minutes0": "120", "by0": "text", "minutes1": "0", "by1": "text", "minutes2": "0", "by2": "text"})  # fmt: skip
    assert [step.ahead for step in plans.steps_for(service.pk)] == [timedelta(hours=2)]
    visitor.post(f"/services/{service.pk}/reminders/", {"do": "firm"})
    assert not ReminderPlan.objects.filter(service=service.pk).exists()


def test_a_thread_is_given_put_off_and_settled(api, ana, luz, texts_of):
    thread = texts_of(luz)
    status, said = api(ana, "patch", f"threads/{thread.pk}/", {"assigned_to": str(ana.pk), "snoozed_until": "2026-12-01T09:00:00Z"})  # fmt: skip
    assert (status, said["assigned_to"]) == (200, str(ana.pk))
    assert api(ana, "patch", f"threads/{thread.pk}/", {"assigned_to": str(key("bea"))})[0] == 400
    assert api(ana, "patch", f"threads/{thread.pk}/", {"settled": True})[1]["settled_at"] is not None


@pytest.fixture
def texts_of():
    from messaging import threads

    return lambda person: threads.thread_of(person.contact, at=NOW)


def test_an_advocates_own_limit_counts_all_services(visitor, ana, service, clock):
    from scheduling import booking as bookings

    day = NOW + timedelta(days=7)
    before = free_slots(service, since=NOW, until=NOW + timedelta(days=14), at=NOW, advocates=[ana])
    bookings.book(service, starts_at=next(s for s in before if s.starts_at >= day).starts_at, asker=bookings.Asker(name="E", email="e@x.example"), at=NOW, advocate=ana)  # fmt: skip
    assert visitor.as_(ana).post("/hours/limits/", {"a_day": "1", "a_week": ""}).status_code == 302
    assert AdvocateLimit.objects.get().a_day == 1

    booked_on = Booking.objects.get().starts_at.date()
    days = {s.starts_at.date() for s in free_slots(service, since=NOW, until=NOW + timedelta(days=14), at=NOW, advocates=[ana])}  # fmt: skip
    assert booked_on in {s.starts_at.date() for s in before}
    assert booked_on not in days
    answer = visitor.post("/hours/limits/", {"a_day": "-3", "a_week": ""})
    assert answer.status_code == 422
    assert answer.context["limits"].errors == {"a_day": ["Most bookings a day: type 1 or more."]}


def test_other_hours_are_not_for_a_day_that_has_passed(api, visitor, ana, clock):
    told = {"on": "2020-12-03", "opens": "09:00", "closes": "10:00"}
    answer = visitor.as_(ana).post("/hours/dates/", told)
    assert answer.status_code == 422
    assert (
        answer.content.decode().count("This date has passed. Choose today or a later one.") == 2
    )  # above and beside
    status, said = api(ana, "post", "date-hours/", {**told, "advocate": str(ana.pk)})
    assert (status, list(said["error"]["fields"])) == (400, ["on"])
    row = DateHours.objects.create(advocate=ana, on=date(2026, 12, 3))
    assert visitor.post(f"/hours/dates/{row.pk}/", {**told, "on": "2026-11-23"}).status_code == 422
    assert api(ana, "patch", f"date-hours/{row.pk}/", {"on": "2026-11-23"})[0] == 400
    assert visitor.post(f"/hours/dates/{row.pk}/", {**told, "on": "2026-11-24"}).status_code == 302  # today


def test_a_closure_of_more_than_four_months_is_refused_by_the_api_too(api, visitor, olivia, clock):
    told = {"name": "Winter", "starts_on": "2026-12-24", "ends_on": "2027-05-01"}
    page = visitor.as_(olivia).post("/closures/", told)
    assert page.content.decode().count("A closure lasts four months at most.") == 2
    status, said = api(olivia, "post", "closures/", told)
    assert (status, list(said["error"]["fields"])) == (400, ["ends_on"])
    made = api(olivia, "post", "closures/", {**told, "ends_on": "2027-01-01"})[1]
    assert api(olivia, "patch", f"closures/{made['id']}/", {"ends_on": "2027-12-01"})[0] == 400


def test_federal_holidays_are_closed_by_one_click_and_opened_again_each(visitor, olivia, ana, service, clock):
    def days():
        return {slot.starts_at.date() for slot in free_slots(service, since=NOW, until=NOW + timedelta(days=9), at=NOW, advocates=[ana])}  # fmt: skip

    assert date(2026, 11, 26) in days()
    page = visitor.as_(olivia).get("/closures/").content.decode()
    for words in ("Federal holidays of 2026", "Close on these 2 days", "Federal holidays of 2027", "Thanksgiving Day", "Columbus Day"):  # fmt: skip
        assert words in page

    visitor.post("/closures/holidays/", {"year": "2026"})
    assert date(2026, 11, 26) not in days()
    assert set(Closure.objects.values_list("name", "starts_on")) == {("Thanksgiving Day", date(2026, 11, 26)), ("Christmas Day", date(2026, 12, 25))}  # fmt: skip
    page = visitor.get("/closures/").content.decode()
    assert "Federal holidays of 2026" not in page
    visitor.post("/closures/holidays/", {"year": "2026"})
    assert Closure.objects.count() == 2
    assert visitor.as_(ana).post("/closures/holidays/", {"year": "2026"}).status_code == 403

    thanksgiving = Closure.objects.get(starts_on=date(2026, 11, 26))
    visitor.as_(olivia).post(f"/closures/{thanksgiving.pk}/removal/")
    assert date(2026, 11, 26) in days()
    visitor.post("/closures/holidays/", {"year": "1999"})
    assert Closure.objects.count() == 1


def test_the_api_closes_a_year_of_holidays_those_that_are_missing(api, olivia, ana, clock):
    Closure.objects.create(name="Winter", starts_on=date(2026, 12, 20), ends_on=date(2027, 1, 4))
    assert api(ana, "post", "closures/holidays/", {"year": 2026})[0] == 403
    status, made = api(olivia, "post", "closures/holidays/", {"year": 2026})
    assert (status, [row["name"] for row in made]) == (201, ["Thanksgiving Day"])
    assert api(olivia, "post", "closures/holidays/", {"year": 2026})[1] == []
    # New Year’s Day of 2028 is kept on December 31.
    assert len(api(olivia, "post", "closures/holidays/", {"year": 2027})[1]) == 11
    assert api(olivia, "post", "closures/holidays/", {"year": 2040})[0] == 400


def test_our_own_holidays_are_named_in_the_readers_language(olivia):
    from django.utils import translation

    row = Closure(name="Thanksgiving Day", starts_on=date(2026, 11, 26), ends_on=date(2026, 11, 26))
    with translation.override("es"):
        assert row.local_name == "Día de Acción de Gracias"
        assert (
            Closure(name="Staff day", starts_on=row.starts_on, ends_on=row.ends_on).local_name == "Staff day"
        )

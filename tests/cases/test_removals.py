from datetime import date

import pytest

from cases import removals
from cases.models import Deadline, Removal
from outbox.models import Message
from tests.cases.conftest import AT

DAYS = [date(2026, 9, day) for day in (8, 9, 10, 11, 14, 15, 16, 17)]


def log(visitor, student, day, **more):
    return visitor.post(
        f"/students/{student.pk}/removals/", {"first": str(day), "kind": "out_of_school", **more}
    )


def test_the_ninth_day_warns_and_the_eighth_does_not(visitor, ana, mateo, calendar, clock):
    visitor.as_(ana)
    for day in DAYS:
        log(visitor, mateo, day, behavior="fight")
    assert "of 10 school days out" not in visitor.get(f"/students/{mateo.pk}/removals/").content.decode()
    log(visitor, mateo, date(2026, 9, 18))

    page = visitor.get(f"/students/{mateo.pk}/removals/").content.decode()
    assert "9 of 10 school days out this year." in page
    assert "Is this a change of placement?" not in page


def test_beyond_ten_opens_the_card_and_starts_the_manifestation_clock(
    visitor, ana, mateo, case, calendar, clock
):
    for day in DAYS:
        removals.add(mateo, first=day, last=day, kind="out_of_school", by=ana, at=AT, behavior="fight")
    removals.add(mateo, first=date(2026, 10, 5), last=date(2026, 10, 7), kind="out_of_school", by=ana, at=AT, behavior="fight")  # fmt: skip
    visitor.as_(ana)

    page = visitor.get(f"/students/{mateo.pk}/removals/").content.decode()
    assert "Is this a change of placement?" in page
    assert "34 CFR 300.536(a)(2)(ii)" in page
    assert "fight × 9" in page
    visitor.post(f"/students/{mateo.pk}/placement-decision/", {"on": "2026-10-08"})
    row = Deadline.objects.get(case=case, rule="manifestation_determination")
    assert row.due_on == date(2026, 10, 22)
    assert "October 22, 2026" in visitor.get(f"/students/{mateo.pk}/removals/").content.decode()


def test_the_ninth_day_and_the_eleventh_tell_the_team_once_and_give_a_task(
    visitor, ana, bo, mateo, case, calendar, clock
):
    from cases import team

    team.join(case, bo, by=ana, at=AT)
    visitor.as_(ana)
    for day in DAYS:
        log(visitor, mateo, day)
    assert not Message.objects.filter(kind="removals").exists()
    log(visitor, mateo, date(2026, 9, 18))
    [letter] = Message.objects.filter(kind="removals")
    assert letter.recipient == bo.email
    assert "9 of 10 school days out this year." in letter.body
    assert f"/students/{mateo.pk}/removals/" in letter.body
    assert case.tasks.filter(title="Act before the 11th day: 9 of 10 school days out", owner=ana).count() == 1
    assert "Act before the 11th day" in visitor.get("/today/").content.decode()

    log(visitor, mateo, date(2026, 9, 21))
    assert Message.objects.filter(kind="removals").count() == 1

    def waiting():
        return [task.title[:10] for task in case.tasks.open() if "school days out" in task.title]

    assert waiting() == ["Act before"]
    log(visitor, mateo, date(2026, 9, 22))
    assert waiting() == ["Ask if thi"]  # what was to be done before the 11th day is over
    assert Message.objects.filter(kind="removals").count() == 2
    assert case.tasks.filter(title="Ask if this is a change of placement: 11 school days out").count() == 1


def test_a_kind_that_may_count_waits_for_a_decision(visitor, ana, mateo, calendar, clock):
    log(visitor.as_(ana), mateo, DAYS[0], kind="early_pick_up", school_days="0.5")
    row = Removal.objects.get()
    tally = removals.tally_of(mateo)
    assert (tally.total, tally.possible) == (0, 0.5)
    visitor.post(f"/removals/{row.pk}/decision/", {"counts": "yes"})
    assert removals.tally_of(mateo).total == 0.5


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"first": "2027-01-04"}, "lies in the future"),
        ({"last": "2026-09-01"}, "before the first"),
        ({"school_days": "5"}, "cannot take 5 school days"),
        ({"first": "1925-09-08"}, "cannot be right"),
        ({"kind": "detention"}, "Select a valid choice"),
    ],
)
def test_a_removal_that_cannot_be_is_refused_with_a_sentence(
    visitor, ana, mateo, calendar, clock, more, words
):
    answer = log(visitor.as_(ana), mateo, more.pop("first", DAYS[0]), **more)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Removal.objects.exists()


def test_the_same_day_twice_is_refused(visitor, ana, mateo, calendar, clock):
    log(visitor.as_(ana), mateo, DAYS[0])
    answer = log(visitor, mateo, DAYS[0])
    assert answer.status_code == 422
    assert "Another removal is written down for these days already." in answer.content.decode()


def test_without_a_calendar_the_page_asks_for_the_days(visitor, ana, mateo, clock):
    log(visitor.as_(ana), mateo, DAYS[0])
    page = visitor.get(f"/students/{mateo.pk}/removals/").content.decode()
    assert "How many school days? Not known yet." in page


def test_somebody_outside_the_care_team_counts_nothing(visitor, marcus, mateo, clock):
    assert log(visitor.as_(marcus), mateo, DAYS[0]).status_code == 404


def test_a_single_day_is_one_day(visitor, ana, mateo, calendar, clock):
    visitor.as_(ana).post(
        f"/students/{mateo.pk}/removals/", {"first": "2026-09-08", "last": "", "kind": "out_of_school"}
    )
    page = visitor.get(f"/students/{mateo.pk}/removals/").content.decode()

    assert "1 day, 1 in all" in page


def test_a_removal_that_cannot_be_is_refused_in_words(visitor, ana, mateo, clock):
    asked = {"first": "2026-09-08", "last": "2026-09-08", "kind": "out_of_school", "school_days": "1.5"}
    page = visitor.as_(ana).post(f"/students/{mateo.pk}/removals/", asked).content.decode()
    assert "A removal from Tuesday, September 8, 2026 to Tuesday, September 8, 2026 cannot take 1½ school days." in page  # fmt: skip
    visitor.headers["Accept-Language"] = "es"
    page = visitor.post(f"/students/{mateo.pk}/removals/", asked).content.decode()
    assert "no puede durar 1½ días escolares" in page

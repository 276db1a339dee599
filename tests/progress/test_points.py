"""A number is logged in three taps, counts once, at the right time, and keeps its history."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import AuditEntry
from clients import guests
from clients.models import Guardianship, Part
from documents.models import Document
from progress import points, sheets
from progress.measures import Impossible
from progress.models import DataPoint, DataSheet
from tests.documents import papers
from tests.world import NOW


def post(visitor, sheet, *, headers=None, **told):
    told = {"key": str(uuid4()), "setting": "home", **told}
    return visitor.post(f"/progress/sheets/{sheet.pk}/points/new/", told, headers=headers or {})


def test_a_parent_logs_a_number_in_three_taps(visitor, luz, make_sheet, clock):
    """The goal's button, the value, Save: where and when need no tap."""
    sheet = make_sheet("trials", out_of=5, baseline=1, target=4)
    page = visitor.as_(luz).get("/portal/progress/").content.decode()
    assert f'href="/progress/sheets/{sheet.pk}/points/new/"' in page
    form = visitor.get(f"/progress/sheets/{sheet.pk}/points/new/").content.decode()
    assert form.count('name="part"') == 6  # a button for each of 0 to 5
    assert 'name="setting" value="home" id="id_setting_0" checked' in " ".join(form.split()) or (
        'value="home"' in form and "checked" in form
    )

    answer = post(visitor, sheet, part="4")

    point = DataPoint.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/portal/progress/{sheet.pk}/")
    assert (point.value, point.part, point.setting, point.logged_by) == (4, 4, "home", luz)
    assert (point.happened_at, point.clock_offset) == (NOW, 0)
    assert "Saved: 4 of 5." in visitor.get(answer["Location"]).content.decode()


KINDS = {
    "trials": ({"out_of": 5, "baseline": 1, "target": 4}, {"part": "4"}, "Saved: 4 of 5."),
    "percent": ({"baseline": 20, "target": 80}, {"value": "42.5"}, "Saved: 42.5%."),
    "frequency": ({"baseline": 1, "target": 9}, {"part": "3"}, "Saved: 3 times."),
    "rate": ({"baseline": 1, "target": 9}, {"part": "12", "whole": "3"}, "Saved: 4 a minute."),
    "words": ({"baseline": 50, "target": 90}, {"value": "61"}, "Saved: 61 words a minute."),
    "duration": ({"time_unit": "min", "baseline": 2, "target": 10}, {"value": "7"}, "Saved: 7 minutes."),
    "latency": ({"time_unit": "s", "direction": "down", "baseline": 90, "target": 20}, {"value": "45"}, "Saved: 45 seconds."),
    "rubric": ({"out_of": 4, "baseline": 1, "target": 3}, {"value": "2"}, "Saved: 2 of 4."),
    "prompts": ({"baseline": 0, "target": 5}, {"value": "3"}, "Saved: Words."),
}  # fmt: skip


def test_every_kind_of_measure_has_its_form_and_is_said_in_its_own_words(visitor, luz, make_sheet, clock):
    from progress.models import Measure

    assert set(KINDS) == set(Measure.values)
    visitor.as_(luz)
    for measure, (shape, told, said) in KINDS.items():
        sheet = make_sheet(measure, **shape)
        form = visitor.get(f"/progress/sheets/{sheet.pk}/points/new/").content.decode()
        assert all(f'name="{name}"' in form for name in told), measure
        answer = post(visitor, sheet, **told)
        assert answer.status_code == 302, measure
        assert said in visitor.get(answer["Location"]).content.decode(), measure


def test_another_number_of_tries_is_typed(visitor, ana, make_sheet, clock):
    sheet = make_sheet("trials", out_of=5, baseline=1, target=4)
    led = visitor.as_(ana).get(f"/progress/sheets/{sheet.pk}/points/new/?next=/shared/").content.decode()
    assert 'href="?typed=1&amp;next=/shared/"' in led  # and back to where the way began
    assert 'name="whole"' in visitor.as_(ana).get(f"/progress/sheets/{sheet.pk}/points/new/?typed=1").content.decode()  # fmt: skip

    post(visitor, sheet, part="6", whole="8", typed="1", setting="school")

    point = DataPoint.objects.get()
    assert (point.value, point.part, point.whole) == (3.75, 6, 8)


@pytest.mark.parametrize(
    ("shape", "told", "sentence"),
    [
        ({"measure": "percent", "baseline": 20}, {"value": "120"}, "A percent goes from 0 to 100."),
        ({"measure": "percent", "baseline": 20}, {"value": "many"}, "Please type a number, such as 12."),
        ({"measure": "trials", "out_of": 5, "baseline": 1, "target": 4}, {"part": "9", "whole": "8", "typed": "1"}, "9 right cannot be more than 8 tries."),
        ({"measure": "trials", "out_of": 5, "baseline": 1, "target": 4}, {"part": "6"}, "Select a valid choice"),
        ({"measure": "rubric", "out_of": 40, "baseline": 1, "target": 4}, {"value": "41"}, "That is more than the highest score."),
        ({"measure": "words"}, {"value": "55", "happened_at": "2026-11-26T10:00"}, "This time lies ahead. Here it is Tuesday, November 24."),
        ({"measure": "words"}, {"value": "55", "happened_at": "1998-11-26T10:00"}, "This day is long before the plan."),
        ({"measure": "words"}, {"value": "55", "happened_at": "soon"}, "type a date and a time"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_and_nothing_is_kept(visitor, ana, make_sheet, clock, shape, told, sentence):
    sheet = make_sheet(**shape)
    visitor.as_(ana)

    answer = post(visitor, sheet, **told)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not DataPoint.objects.exists()


def test_sending_twice_is_once(visitor, luz, sheet, clock):
    """As a phone does that did not hear the answer: the same key, later."""
    key = str(uuid4())
    visitor.as_(luz)
    first = post(visitor, sheet, key=key, value="55")
    clock.now = NOW + timedelta(hours=5)

    second = post(visitor, sheet, key=key, value="55")
    third = post(visitor, sheet, key=key, value="55", headers={"X-Sent-By": "queue"})

    assert (first.status_code, second.status_code, third.status_code) == (302, 302, 200)
    assert DataPoint.objects.get().happened_at == NOW
    assert third.content.decode() == "We have this number already. It counts once."


def test_a_number_that_waited_on_a_phone_keeps_its_time(visitor, luz, sheet, clock):
    seen = NOW - timedelta(hours=30)
    visitor.as_(luz)

    answer = post(visitor, sheet, value="55", seen_at=str(seen.timestamp()), sent_at=str(NOW.timestamp()), headers={"X-Sent-By": "queue"})  # fmt: skip

    point = DataPoint.objects.get()
    assert (answer.status_code, answer.content.decode()) == (201, "Saved: 55 words a minute.")
    assert (point.happened_at, point.clock_offset) == (seen, 0)


@pytest.mark.parametrize("wrong", [timedelta(days=1), timedelta(days=-1)])
def test_a_clock_that_is_wrong_by_a_day_is_corrected_and_said(visitor, luz, sheet, clock, wrong):
    """Seen an hour ago; the phone says a day more or less, both then and now."""
    seen = NOW - timedelta(hours=1)
    told = {"seen_at": str((seen + wrong).timestamp()), "sent_at": str((NOW + wrong).timestamp())}
    visitor.as_(luz)

    answer = post(visitor, sheet, value="55", **told)

    point = DataPoint.objects.get()
    assert (point.happened_at, point.happened_on) == (seen, seen.date())
    assert point.clock_offset == -wrong.total_seconds()
    way = "ahead" if wrong > timedelta(0) else "behind"
    page = visitor.get(answer["Location"]).content.decode()
    assert (
        f"The clock of the device was about 1 day {way}. We wrote the number down for Tuesday, November 24."
        in page
    )


def test_what_waits_and_cannot_be_is_refused_in_words(visitor, luz, make_sheet, clock):
    sheet = make_sheet("percent", baseline=20)
    visitor.as_(luz)
    answer = post(visitor, sheet, value="120", headers={"X-Sent-By": "queue"})
    assert (answer.status_code, answer.content.decode()) == (422, "A percent goes from 0 to 100.")


def test_a_photo_comes_along_as_a_work_sample(visitor, luz, sheet, mateo, clock):
    visitor.as_(luz)
    post(visitor, sheet, value="55", paper=papers.upload(papers.photo(), "page.jpg"))

    document = Document.objects.get(kind="work_sample")
    assert DataPoint.objects.get().document == document
    assert (document.student, document.shared, document.added_by) == (mateo, True, luz)


def test_strangers_to_the_child_find_no_such_goal(visitor, ngozi, marcus, gus, bea, sheet, clock):
    for person, status in ((ngozi, 404), (marcus, 404), (gus, 404), (bea, 403)):
        visitor.as_(person)
        assert visitor.get(f"/progress/sheets/{sheet.pk}/points/new/").status_code == status
        assert post(visitor, sheet, value="55").status_code == status
    assert not DataPoint.objects.exists()


def test_a_blocked_guardian_adds_nothing(visitor, luz, sheet, clock):
    Guardianship.objects.filter(contact__user=luz).update(blocked_from=NOW.date())
    visitor.as_(luz)
    assert post(visitor, sheet, value="55").status_code == 404
    assert not DataPoint.objects.exists()


def test_a_guest_logs_while_she_was_let(visitor, luz, gus, mateo, sheet, clock):
    visitor.as_(gus)
    row = guests.grant(mateo, by=luz, email=gus.email, name="Gus Teller", job="teacher", sees=[Part.POINTS], adds=[Part.POINTS], lapses_on=NOW.date() + timedelta(days=90), at=NOW)  # fmt: skip
    assert post(visitor, sheet, value="55", setting="school").status_code == 302
    point = DataPoint.objects.get()
    assert point.logged_by == gus
    assert visitor.get(f"/progress/points/{point.pk}/").status_code == 200

    guests.end(row, by=luz, at=NOW)

    clock.now = NOW + timedelta(minutes=1)
    assert post(visitor, sheet, value="56").status_code == 404
    assert visitor.get(f"/progress/points/{point.pk}/").status_code == 404


def test_a_guest_who_only_reads_logs_nothing(visitor, luz, gus, mateo, sheet, clock):
    guests.grant(mateo, by=luz, email=gus.email, name="Gus Teller", job="teacher", sees=[Part.GOALS, Part.POINTS], adds=[], lapses_on=NOW.date() + timedelta(days=90), at=NOW)  # fmt: skip
    visitor.as_(gus)
    assert post(visitor, sheet, value="55").status_code == 404


def test_a_guest_sees_no_point_of_others(visitor, luz, gus, mateo, sheet, log, clock):
    guests.grant(mateo, by=luz, email=gus.email, name="Gus Teller", job="teacher", sees=[Part.POINTS], adds=[Part.POINTS], lapses_on=NOW.date() + timedelta(days=90), at=NOW)  # fmt: skip
    point = log(sheet, 60)
    assert visitor.as_(gus).get(f"/progress/points/{point.pk}/").status_code == 404


def test_an_ended_sheet_takes_no_more(visitor, luz, ana, sheet, clock):
    sheets.end(sheet, reason="Met", by=ana, at=NOW)
    visitor.as_(luz)
    assert post(visitor, sheet, value="55").status_code == 404
    with pytest.raises(Impossible):
        points.log(DataSheet.objects.get(), by=luz, at=NOW, key=uuid4(), setting="home", value=55)


def test_a_correction_keeps_what_it_said(visitor, ana, sheet, log, clock):
    point = log(sheet, 55, days_ago=2)
    clock.now = NOW + timedelta(hours=1)

    answer = visitor.as_(ana).post(f"/progress/points/{point.pk}/", {"value": "65", "setting": "home", "note": "misread", "reason": "A slip"})  # fmt: skip

    point.refresh_from_db()
    old = point.revisions.get()
    assert answer.status_code == 302
    assert (point.value, point.setting, point.note) == (65, "home", "misread")
    assert (old.value, old.setting, old.by, old.at, old.reason) == (55, "school", ana, clock.now, "A slip")
    page = visitor.get(f"/progress/points/{point.pk}/").content.decode()
    assert "55 words a minute" in page
    assert "A slip" in page


def test_taking_back_needs_a_reason_and_leaves_the_chart(visitor, ana, sheet, log, clock):
    point = log(sheet, 55, days_ago=2)
    visitor.as_(ana)
    assert visitor.post(f"/progress/points/{point.pk}/withdrawal/", {"reason": ""}).status_code == 422
    assert not DataPoint.objects.exclude(withdrawn_at=None).exists()

    visitor.post(f"/progress/points/{point.pk}/withdrawal/", {"reason": "Wrong child"})

    point.refresh_from_db()
    assert (point.withdrawn_by, point.withdrawn_at, point.withdrawal_reason) == (ana, NOW, "Wrong child")
    page = visitor.get(f"/progress/sheets/{sheet.pk}/").content.decode()
    assert "Wrong child" in page
    assert "p-school" not in page
    assert AuditEntry.objects.filter(action="point.withdrawn").exists()


def test_silence_begins_after_the_newest_number(sheet, log, ana):
    point = log(sheet, 55, days_ago=3)
    sheet.refresh_from_db()
    assert sheet.quiet_on == point.happened_on + timedelta(days=14)
    log(sheet, 50, days_ago=40)
    sheet.refresh_from_db()
    assert sheet.quiet_on == point.happened_on + timedelta(days=14)

    points.withdraw(point, reason="No", by=ana, at=NOW)

    sheet.refresh_from_db()
    assert sheet.quiet_on == NOW.date() - timedelta(days=40 - 14)
    assert list(DataSheet.objects.quiet(today=NOW.date())) == [sheet]


def test_a_key_of_another_goal_is_not_mixed_up(luz, make_sheet):
    first, second, key = make_sheet(), make_sheet(), uuid4()
    points.log(first, by=luz, at=NOW, key=key, setting="home", value=55)
    with pytest.raises(points.OtherPoint):
        points.log(second, by=luz, at=NOW, key=key, setting="home", value=55)


@pytest.mark.parametrize(
    ("number", "seen_at", "sent_at"),
    [("1e400", "x", ""), ("NaN", "nan", "nan"), ("55", "1e300", "-5"), ("5\x00", "", ""), ("٥", "0", "0")],
)
def test_nonsense_is_answered_kindly(visitor, luz, sheet, clock, number, seen_at, sent_at):
    visitor.as_(luz)
    assert post(visitor, sheet, value=number, seen_at=seen_at, sent_at=sent_at).status_code in {302, 422}
    assert post(visitor, sheet, value="55", key="no key").status_code == 422

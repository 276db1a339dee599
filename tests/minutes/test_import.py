"""The school's log: shown first, written when told to, never twice."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from minutes import importing
from minutes.models import DeliveredSession, MissedSession
from tests.world import key

TODAY = date(2026, 11, 24)
LOG = """Date,Service,Minutes,Provider,Status,Page
11/3/2026,Speech Therapy,30,Ms. Park,held,1
2026-11-05,speech,0:25,Ms. Park,,1
11/10/26,Speech therapy,,Ms. Park,,2
11/12,Speech therapy,,,student absent,2
11/31/2026,Speech therapy,30,,,2
11/17/2026,Speech therapy,thirty,,,2
11/19/2026,Speech therapy,30,,on the moon,2
11/26/2026,Speech therapy,30,,,3
11/22/2026,Art therapy,40,,,3
"""


def send(visitor, person, mateo, content, **more):
    return visitor.as_(person).post(
        f"/students/{mateo.pk}/minutes/import/",
        {"content": content, "evidence": "log", "service": "", **more},
    )


def test_the_preview_says_what_becomes_of_each_row_and_writes_nothing(visitor, ana, mateo, speech, clock):
    answer = send(visitor, ana, mateo, LOG)
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "Nothing is written yet.", "5 rows will be written.", "4 cannot be read and are left out.",
        "“11/31/2026” is no day of the calendar.", "“thirty” is not a number of minutes.",
        "We do not know the status “on the moon”.", "Thursday, November 26 has not come yet.",
        "“Art therapy” is not in the plan.", "Sunday, November 22 was not a school day.",
    ):  # fmt: skip
        assert words in page, words
    assert DeliveredSession.objects.count() == MissedSession.objects.count() == 0


def test_it_is_written_when_told_and_the_same_file_again_writes_nothing(visitor, ana, mateo, speech, clock):
    for _ in range(2):
        send(visitor, ana, mateo, LOG, act="write", document=str(key("document Mateo")))
    rows = DeliveredSession.objects.order_by("on")
    assert [(row.on.day, row.minutes, row.service_name, row.page) for row in rows] == [
        (3, 30, "Speech therapy", 1), (5, 25, "Speech therapy", 1), (10, 30, "Speech therapy", 2), (22, 40, "Art therapy", 3),
    ]  # fmt: skip
    assert [row.service for row in rows] == [speech, speech, speech, None]
    assert MissedSession.objects.get().kind == "student"
    assert "5 are there already." in send(visitor, ana, mateo, LOG).content.decode()


def test_two_sessions_alike_on_a_day_are_two_and_stay_two(visitor, ana, mateo, speech, clock):
    log = "date\tminutes\tservice\n11/3/2026\t30\tspeech\n11/3/2026\t30\tspeech\n"
    for _ in range(2):
        send(visitor, ana, mateo, log, act="write")
    assert DeliveredSession.objects.count() == 2


def test_a_row_written_by_hand_before_is_there_already(visitor, ana, mateo, speech, clock):
    from tests.minutes.conftest import held

    held(mateo, speech, date(2026, 11, 3), recorded_by=ana)
    send(visitor, ana, mateo, LOG, act="write")
    assert DeliveredSession.objects.filter(on=date(2026, 11, 3)).count() == 1


def test_a_row_corrected_since_does_not_come_back(visitor, ana, mateo, speech, clock):
    from minutes import recording
    from tests.world import NOW

    send(visitor, ana, mateo, LOG, act="write")
    row = DeliveredSession.objects.get(on=date(2026, 11, 3))
    recording.correct(row, by=ana, at=NOW, today=TODAY, why="25 in truth", values={"minutes": 25})
    send(visitor, ana, mateo, LOG, act="write")
    assert [r.minutes for r in DeliveredSession.objects.filter(on=date(2026, 11, 3)).standing()] == [25]


def test_a_file_in_the_words_and_signs_of_a_spanish_spreadsheet(visitor, ana, mateo, speech, clock):
    text = "Fecha;Servicio;Minutos;Terapeuta;Asistencia\n11/3/2026;Speech therapy;30 min;Sra. Nuñez;sí\n11/5/2026;Speech therapy;;;ausente\n"
    for encoding in ("utf-8-sig", "cp1252", "utf-16"):
        DeliveredSession.objects.all().delete()
        MissedSession.objects.all().delete()
        file = SimpleUploadedFile("log.csv", text.encode(encoding))
        lines = visitor.as_(ana).post(
            f"/students/{mateo.pk}/minutes/import/", {"file": file, "evidence": "log"}
        )
        assert "2 rows will be written." in lines.content.decode()
        send(visitor, ana, mateo, text, act="write")
        assert DeliveredSession.objects.get().provider == "Sra. Nuñez"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "There is nothing here yet."),
        ("   \n\n", "There is nothing here yet."),
        ("when,minutes\n11/3/2026,30", "The first line must name the columns, one of them “date”. We found: when, minutes."),
        ("\x00\x01\x02%PDF-1.7 ÿ", "Null characters are not allowed."),
        ("%PDF-1.7 ÿ", "The first line must name the columns"),
        ('date,minutes\n"11/3/2026,30', "“11/3/2026,30” is not a date"),
        ("date,minutes\n" + "11/3/2026,30\n" * 3001, "This has more than 3000 rows."),
    ],
)  # fmt: skip
def test_what_is_no_table(visitor, ana, mateo, speech, clock, content, words):
    assert words in send(visitor, ana, mateo, content).content.decode()
    assert DeliveredSession.objects.count() == 0


def test_rows_that_name_no_service_take_the_chosen_one(visitor, ana, mateo, speech, clock):
    from minutes import recording

    log = "date,minutes\n11/3/2026,30\n"
    assert "Which service was it?" in send(visitor, ana, mateo, log).content.decode()
    send(visitor, ana, mateo, log, service=recording.services_of(mateo)[0].key, act="write")
    assert DeliveredSession.objects.get().service == speech


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-03", date(2026, 11, 3)), ("11/3/2026", date(2026, 11, 3)), ("11/3/26", date(2026, 11, 3)),
        ("11-03-2026", date(2026, 11, 3)), ("11/3", date(2026, 11, 3)), ("12/1", date(2025, 12, 1)),
        ("2026-11-03T09:00:00", date(2026, 11, 3)), ("11/3/2026 9:00 AM", date(2026, 11, 3)),
    ],
)  # fmt: skip
def test_days_as_people_write_them(text, day):
    assert importing.parse_day(text, today=TODAY) == day


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30", 30),
        ("30 min", 30),
        ("0:30", 30),
        ("1:15", 75),
        ("1 h 15", 75),
        ("1.5 hours", 90),
        ("45.0", 45),
        ("2 hrs", 120),
    ],
)
def test_minutes_as_people_write_them(text, minutes):
    assert importing.parse_minutes(text) == minutes

"""What a program may change of a child's data: the same as a person on the pages."""

from datetime import UTC, date, datetime, timedelta

import pytest

from documents.models import Document
from outbox.models import Message
from progress.models import Phase, SchoolReport, TermReport, Win
from tests.api.conftest import Program
from tests.world import NOW, key


@pytest.fixture
def program(harbor, clock, standins, ana):
    return Program(harbor).with_key(ana)


def test_a_sheet_is_set_right_marked_and_ended(program, sheet, log):
    path = f"/sheets/{sheet.pk}"
    changed = program.send(f"{path}/change/", {"target": 99, "expect_days": 7})
    assert (changed.status_code, changed.json()["target"], changed.json()["expect_days"]) == (200, 99, 7)
    wrong = program.send(f"{path}/change/", {"target": 1})
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["target"])
    log(sheet, 55)
    assert program.send(f"{path}/change/", {"measure": "percent"}).status_code == 400
    marked = program.send(f"{path}/mark/", {"on": "2026-11-10", "words": "New seat"})
    assert (marked.status_code, Phase.objects.get(words="New seat").sheet) == (201, sheet)
    assert program.send(f"{path}/mark/", {"on": "0026-11-10", "words": "x"}).status_code == 400
    assert program.send(f"{path}/end/", {"reason": "Met"}).json()["end_reason"] == "Met"


def test_a_win_is_hidden_shown_and_taken_back(program, mateo):
    told = {"student": str(mateo.pk), "words": "A page", "setting": "home", "happened_on": "2026-11-20"}
    path = f"/wins/{program.send('/wins/', told).json()['id']}"
    assert program.send(f"{path}/share/", {"shared": False}).json()["shared_at"] is None
    assert program.send(f"{path}/share/", {}).status_code == 400
    assert program.send(f"{path}/share/", {"shared": True}).json()["shared_at"]
    assert program.send(f"{path}/withdraw/", {}).status_code == 204
    assert Win.objects.get(words="A page").withdrawn_at == NOW
    assert program.read(f"{path}/").status_code == 404


def test_a_strategy_is_changed_hidden_and_ended(program, mateo):
    told = {"student": str(mateo.pk), "trigger": "Noise", "response": "Ear muffs", "started_on": "2026-11-01"}
    path = f"/strategies/{program.send('/strategies/', told).json()['id']}"
    changed = program.send(f"{path}/change/", {"response": "Headphones"}).json()
    assert (changed["response"], [old["response"] for old in changed["versions"]]) == ("Headphones", ["Ear muffs"])  # fmt: skip
    assert program.send(f"{path}/share/", {"shared": False}).json()["shared_at"] is None
    assert program.send(f"{path}/end/", {"ended_on": "2026-10-01"}).status_code == 400
    assert program.send(f"{path}/end/", {"ended_on": "2026-11-20"}).json()["ended_on"] == "2026-11-20"


def test_today_is_the_firms_day_and_not_that_of_greenwich(program, mateo, clock):
    clock.now = datetime(2026, 11, 25, 3, tzinfo=UTC)  # eight in the evening of the 24th in Montana
    told = {"student": str(mateo.pk), "words": "A page", "setting": "home", "happened_on": "2026-11-25"}
    assert program.send("/wins/", told).status_code == 400
    assert program.send("/wins/", {**told, "happened_on": "2026-11-24"}).status_code == 201


def test_a_school_report_names_its_paper(program, sheet):
    told = {"sheet": str(sheet.pk), "ends_on": "2026-11-10", "words": "Making progress", "page": 2}
    assert program.send("/school-reports/", {**told, "document": str(key("document Ada"))}).status_code == 400
    assert (
        program.send("/school-reports/", {**told, "document": str(key("document Mateo"))}).status_code == 201
    )
    assert SchoolReport.objects.get().document_id == key("document Mateo")


def test_a_term_report_is_written_edited_approved_and_sent(program, sheet, log, mateo, ana):
    log(sheet, 55, days_ago=3)
    told = {"student": str(mateo.pk), "starts_on": "2026-09-01", "ends_on": "2026-11-24", "language": "es"}
    assert program.send("/term-reports/", {**told, "ends_on": "2026-08-01"}).status_code == 400
    made = program.send("/term-reports/", told)
    report = TermReport.objects.get()
    assert (made.status_code, report.written_by, report.language) == (201, ana, "es")
    path = f"/term-reports/{report.pk}"
    assert program.send(f"{path}/edit/", {"texts": {"nothing": "x"}}).status_code == 400
    kept = program.send(f"{path}/edit/", {"texts": {"opening": "Mateo leyó mucho."}}).json()
    assert kept["texts"] == {"opening": "Mateo leyó mucho."}
    assert program.send(f"{path}/rewrite/", {}).json()["texts"] == {"opening": "Mateo leyó mucho."}
    assert program.send(f"{path}/send/", {}).status_code == 400  # nobody has approved it
    assert program.send(f"{path}/approve/", {}).json()["approved_by"] == str(ana.pk)
    assert program.send(f"{path}/edit/", {"texts": {"opening": "x"}}).status_code == 400
    assert program.send(f"{path}/send/", {}).json()["sent_at"]
    assert Message.objects.filter(kind="term-report").exists()


def test_a_photo_leaves_the_familys_papers_with_what_it_belongs_to(ana, luz, mateo, sheet, log, clock):
    from progress import points, wins

    paper = Document.objects.get(pk=key("document Mateo"))
    for one, take_back in (
        (wins.add(mateo, words="A page", setting="home", happened_on=date(2026, 11, 20), by=luz, at=NOW), lambda row: wins.withdraw(row, by=luz, at=NOW)),
        (log(sheet, 55), lambda row: points.withdraw(row, reason="Another child", by=ana, at=NOW + timedelta(minutes=1))),
    ):  # fmt: skip
        Document.objects.filter(pk=paper.pk).update(shared=True)
        type(one).objects.filter(pk=one.pk).update(document=paper)
        one.refresh_from_db()
        take_back(one)
        paper.refresh_from_db()
        assert not paper.shared, one

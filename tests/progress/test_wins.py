"""Small wins and strategies: whose eyes they are for, and how they went."""

from datetime import timedelta

import pytest

from cases.models import TimelineEntry
from progress import strategies, wins
from progress.models import Phase, Strategy, StrategyResult, Win
from progress.sheets import NotYet
from tests.documents import papers
from tests.world import NOW

DAY = NOW.date()


def test_a_win_is_kept_and_told_on_the_timeline(visitor, ana, luz, mateo, sheet, clock):
    told = {"words": "Read a page aloud.", "setting": "school", "happened_on": str(DAY), "sheet": str(sheet.pk), "shared": "1"}  # fmt: skip
    assert visitor.as_(ana).post(f"/students/{mateo.pk}/wins/", told).status_code == 302

    win, entry = Win.objects.get(), TimelineEntry.objects.get(kind="win")
    assert (win.words, win.by, win.sheet, win.shared_at) == ("Read a page aloud.", ana, sheet, NOW)
    assert (entry.text, entry.shared, entry.evidence_kind, entry.evidence_id) == (win.words, True, "win", str(win.pk))  # fmt: skip
    assert "Read a page aloud." in visitor.as_(luz).get("/portal/progress/").content.decode()


def test_a_win_that_is_not_shared_stays_with_the_staff(visitor, ana, luz, ngozi, mateo, clock):
    win = wins.add(mateo, words="Nearly there.", setting="school", happened_on=DAY, by=ana, at=NOW, shared=False)  # fmt: skip
    assert list(Win.objects.visible_to(luz)) == []
    assert "Nearly there." not in visitor.as_(luz).get("/portal/").content.decode()

    visitor.as_(ana).post(f"/progress/wins/{win.pk}/sharing/", {"shared": "1"})

    assert list(Win.objects.visible_to(luz)) == [win]
    assert list(Win.objects.visible_to(ngozi)) == []
    assert "Nearly there." in visitor.as_(luz).get("/portal/").content.decode()
    visitor.as_(ana).post(f"/progress/wins/{win.pk}/sharing/", {"shared": "0"})
    assert "Nearly there." not in visitor.as_(luz).get("/portal/").content.decode()


def test_the_entry_of_a_win_is_not_shared_by_itself(visitor, ana, luz, mateo, clock):
    wins.add(mateo, words="Nearly there.", setting="school", happened_on=DAY, by=ana, at=NOW, shared=False)
    entry = TimelineEntry.objects.get(kind="win")
    assert visitor.as_(ana).post(f"/timeline/{entry.pk}/sharing/", {"shared": "1"}).status_code == 404
    today = visitor.get("/today/").content.decode()
    assert f"/progress/wins/{entry.evidence_id}/sharing/" in today


def test_taking_a_win_back(visitor, ana, luz, mateo, clock):
    win = wins.add(mateo, words="He read.", setting="school", happened_on=DAY, by=ana, at=NOW)
    visitor.as_(ana).post(f"/progress/wins/{win.pk}/withdrawal/")
    assert list(Win.objects.visible_to(ana)) == []
    assert not TimelineEntry.objects.filter(kind="win").exists()


def test_a_photo_of_a_win_goes_with_its_sharing(ana, mateo, clock, visitor):
    told = {"words": "Look!", "setting": "school", "happened_on": str(DAY), "paper": papers.upload(papers.photo(), "a.jpg")}  # fmt: skip
    visitor.as_(ana).post(f"/students/{mateo.pk}/wins/", told)
    win = Win.objects.get()
    assert (win.document.kind, win.document.shared) == ("photo", False)
    wins.share(win, by=ana, at=NOW)
    win.document.refresh_from_db()
    assert win.document.shared


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"words": ""}, "please fill this in"),
        ({"happened_on": str(DAY + timedelta(days=1))}, "This day has not come yet."),
        ({"setting": "moon"}, "Select a valid choice"),
    ],
)
def test_what_does_not_fit_is_said(visitor, ana, mateo, clock, change, sentence):
    told = {"words": "A page.", "setting": "school", "happened_on": str(DAY), **change}
    answer = visitor.as_(ana).post(f"/students/{mateo.pk}/wins/", told)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


@pytest.fixture
def strategy(mateo, ana, sheet):
    return strategies.start(mateo, trigger="When asked to write", response="Offer two topics", who="Teacher", started_on=DAY - timedelta(days=30), by=ana, at=NOW, sheets=[sheet])  # fmt: skip


def test_a_strategy_marks_the_charts_of_its_goals(visitor, ana, mateo, sheet, make_sheet, clock):
    make_sheet(number=2, area="Turns")
    told = {"trigger": "When asked to write", "response": "Offer two topics", "started_on": str(DAY), "sheets": [str(sheet.pk)], "shared": "1"}  # fmt: skip
    assert visitor.as_(ana).post(f"/students/{mateo.pk}/strategies/", told).status_code == 302
    phase = Phase.objects.get()
    assert (phase.sheet, phase.kind, phase.words, phase.on) == (sheet, "strategy", "When asked to write", DAY)

    row = strategies.start(mateo, trigger="At noise", response="Ear muffs", started_on=DAY, by=ana, at=NOW)
    assert Phase.objects.get(strategy=row).sheet is None  # names no goal: stands on all


def test_how_it_went_at_home_and_at_school(visitor, ana, luz, strategy, clock):
    url = f"/progress/strategies/{strategy.pk}/"
    visitor.as_(ana).post(f"{url}results/", {"went": "well", "setting": "school", "words": "Four lines.", "happened_on": str(DAY)})  # fmt: skip
    strategies.tell(strategy, went="partly", setting="home", happened_on=DAY, by=luz, at=NOW, words="Dos líneas.")  # fmt: skip

    assert StrategyResult.objects.filter(by=ana, setting="school", went="well").exists()
    page = visitor.get(url).content.decode()
    assert "Four lines." in page
    assert "Dos líneas." in page
    assert "It helps" in page
    assert visitor.post(f"{url}results/", {"went": "great"}).status_code == 422


def test_changed_words_keep_what_was_said(visitor, ana, strategy, clock):
    url = f"/progress/strategies/{strategy.pk}/"
    visitor.as_(ana).post(url, {"trigger": "When asked to write", "response": "Offer three topics", "who": "Teacher"})  # fmt: skip
    strategy.refresh_from_db()
    old = strategy.versions.get()
    assert (strategy.response, old.response, old.changed_by, old.until) == ("Offer three topics", "Offer two topics", ana, NOW)  # fmt: skip
    visitor.post(url, {"trigger": "When asked to write", "response": "Offer three topics", "who": "Teacher"})
    assert strategy.versions.count() == 1


def test_an_end_is_marked_and_lies_after_the_start(visitor, ana, strategy, sheet, clock):
    with pytest.raises(NotYet):
        strategies.end(strategy, ended_on=DAY - timedelta(days=31), by=ana, at=NOW)
    visitor.as_(ana).post(f"/progress/strategies/{strategy.pk}/end/", {"ended_on": str(DAY)})
    assert Strategy.objects.get().ended_on == DAY
    assert [phase.words for phase in Phase.objects.filter(sheet=sheet)] == ["When asked to write", "Ended: When asked to write"]  # fmt: skip


def test_a_strategy_is_seen_by_the_child_s_people_alone(strategy, ana, marcus, luz, ngozi):
    assert [list(Strategy.objects.visible_to(who)) for who in (ana, luz, marcus, ngozi)] == [[strategy], [strategy], [], []]  # fmt: skip
    strategies.share(strategy, by=ana, at=NOW, shared=False)
    assert list(Strategy.objects.visible_to(luz)) == []


@pytest.mark.parametrize(
    ("told", "works"),
    [([], False), (["well"], True), (["well", "not"], False), (["partly", "partly"], False), (["not"] * 9 + ["well"] * 6, True)],
)  # fmt: skip
def test_what_works_is_what_people_say_helped(strategy, ana, told, works):
    for days, went in enumerate(told):
        strategies.tell(strategy, went=went, setting="home", happened_on=DAY - timedelta(days=60 - days), by=ana, at=NOW)  # fmt: skip
    assert strategies.works(list(strategy.results.all())) is works

"""The page of one child, as home, advocate and a school guest see it."""

from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry
from circle import writing
from circle.models import Action, CheckIn, Post
from circle.writing import CannotWrite
from clients.models import AboutPage, Part
from progress.models import TermReport, Win
from tests.world import NOW, key


@pytest.fixture(autouse=True)
def _now(clock, standins):
    pass


def words(visitor, person, path):
    answer = visitor.as_(person).get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_home_advocate_and_guest_read_the_same_page(luz, ana, gus, mateo, invite, page, visitor):
    invite(adds=[Part.PAGE])
    writing.post(mateo, by=luz, words="He read the cereal box aloud.", at=NOW)

    for person in (luz, ana, gus):
        assert "He read the cereal box aloud." in words(visitor, person, page)


@pytest.mark.parametrize("who", ["marcus", "ngozi", "gus", "bea"])
def test_nobody_else_finds_it(who, request, page, visitor):
    answer = visitor.as_(request.getfixturevalue(who)).get(page)

    assert answer.status_code == (403 if who == "bea" else 404)


def test_a_guest_sees_the_ticked_parts_alone(luz, gus, mateo, invite, page, visitor):
    invite(sees=[Part.WINS], adds=[])
    writing.celebrate(
        mateo, by=luz, words="Tied his shoes", setting="home", happened_on=date(2026, 11, 23), at=NOW
    )
    writing.post(mateo, by=luz, words="Secret of the talk", at=NOW)
    writing.agree(mateo, by=luz, words="Secret of the list", who="Luz", due_on=None, at=NOW)

    seen = words(visitor, gus, page)

    assert "Tied his shoes" in seen
    assert "Secret" not in seen
    assert "Tell a small win" not in seen


def test_a_question_is_asked_and_answered(luz, gus, mateo, invite, page, visitor):
    invite(adds=[Part.PAGE])
    visitor.as_(luz).post(f"{page}posts/", {"words": "Did he eat?", "question": "on"})
    asked = Post.objects.get(student=mateo)
    visitor.as_(gus).post(f"{page}posts/{asked.pk}/answers/", {"words": "Every bite."})

    answer = asked.answers.get()
    assert (asked.kind, asked.side, answer.words, answer.side, answer.by) == (
        "question",
        "home",
        "Every bite.",
        "school",
        gus,
    )
    assert "Every bite." in words(visitor, luz, page)


def test_a_guest_who_may_only_read_adds_nothing(gus, mateo, luz, invite, page, visitor):
    invite(sees=tuple(Part), adds=[])
    asked = writing.post(mateo, by=luz, words="Hello", question=True, at=NOW)
    visitor.as_(gus)
    for path, told in (
        ("posts/", {"words": "x"}), (f"posts/{asked.pk}/answers/", {"words": "x"}), (f"posts/{asked.pk}/withdrawal/", {}),
        ("wins/new/", {"words": "x", "setting": "school", "happened_on": "2026-11-24"}), ("actions/", {"words": "x", "who": "y"}),
        ("check-in/", {"day": "2026-12-01", "time": "10:00", "how": "call"}),
    ):  # fmt: skip
        visitor.post(f"{page}{path}", told)

    assert list(Post.objects.standing().filter(student=mateo)) == [asked]
    assert [m.objects.filter(by=gus).count() for m in (Win, Action, CheckIn)] == [0, 0, 0]


def test_a_guest_withdraws_their_own_words_and_nobody_elses(luz, gus, mateo, invite, page, visitor):
    invite(adds=[Part.PAGE])
    hers, theirs = (
        writing.post(mateo, by=luz, words="Hers", at=NOW),
        writing.post(mateo, by=gus, words="Theirs", at=NOW),
    )
    visitor.as_(gus)
    visitor.post(f"{page}posts/{hers.pk}/withdrawal/")
    visitor.post(f"{page}posts/{theirs.pk}/withdrawal/")

    assert list(Post.objects.standing().filter(student=mateo)) == [hers]
    assert "Theirs" not in words(visitor, luz, page)


def test_a_small_win_is_taken_off_by_who_told_it_the_family_or_the_office(
    luz, gus, ana, mateo, invite, page, visitor
):
    invite(adds=[Part.WINS])
    told = {"setting": "school", "happened_on": NOW.date(), "at": NOW}
    of_gus, of_luz, wrong = (
        writing.celebrate(mateo, by=who, words=said, **told)
        for who, said in ((gus, "Theirs"), (luz, "Hers"), (gus, "Another child"))
    )
    visitor.as_(gus)
    assert visitor.get(page).content.decode().count("/withdrawal/") == 2
    visitor.post(f"{page}wins/{of_luz.pk}/withdrawal/")
    visitor.post(f"{page}wins/{of_gus.pk}/withdrawal/")
    visitor.as_(ana).post(f"{page}wins/{wrong.pk}/withdrawal/")

    assert list(Win.objects.shared().filter(student=mateo, by__in=[luz, gus])) == [of_luz]
    assert "Theirs" not in words(visitor, luz, page)
    assert (
        visitor.as_(luz).post(f"/shared/{key('student Ada')}/wins/{of_luz.pk}/withdrawal/").status_code == 404
    )
    visitor.as_(luz).post(f"{page}wins/{of_luz.pk}/withdrawal/")
    assert not Win.objects.shared().filter(pk=of_luz.pk).exists()


def test_what_was_agreed_is_taken_off_with_its_button(luz, gus, mateo, invite, page, visitor):
    invite(adds=[Part.CHECKINS])
    hers, theirs = (
        writing.agree(mateo, by=who, words="Headphones", who="All", due_on=None, at=NOW) for who in (luz, gus)
    )
    off = "{}actions/{}/withdrawal/".format
    seen = words(visitor, gus, page)
    assert (off(page, theirs.pk) in seen, off(page, hers.pk) in seen) == (True, False)
    for one in (hers, theirs):
        visitor.post(off(page, one.pk))
    assert list(Action.objects.standing().filter(pk__in=[hers.pk, theirs.pk])) == [hers]
    assert off(page, hers.pk) in words(visitor, luz, page)


def test_an_agreed_action_that_is_done_is_celebrated_and_can_be_undone(
    luz, gus, mateo, invite, page, visitor
):
    invite(adds=[Part.CHECKINS])
    action = writing.agree(
        mateo, by=luz, words="A timer on his desk", who="Gus", due_on=date(2026, 12, 1), at=NOW
    )
    visitor.as_(gus).post(f"{page}actions/{action.pk}/completion/")
    assert "Done together" in words(visitor, luz, page)

    visitor.post(f"{page}actions/{action.pk}/reopening/")
    action.refresh_from_db()
    assert (action.done_at, action.done_by) == (None, None)


def test_a_check_in_collects_questions_from_each_side(luz, gus, ana, mateo, invite, page, visitor):
    invite(adds=[Part.CHECKINS])
    visitor.as_(luz).post(f"{page}check-in/", {"day": "2026-12-03", "time": "15:30", "how": "video"})
    planned = CheckIn.objects.get(student=mateo)
    for person, text in ((luz, "Homework"), (gus, "Recess"), (ana, "The annual review")):
        visitor.as_(person).post(f"{page}check-in/{planned.pk}/questions/", {"words": text})

    assert planned.starts_at.isoformat() == "2026-12-03T22:30:00+00:00"
    assert list(planned.questions.values_list("words", "side")) == [
        ("Homework", "home"), ("Recess", "school"), ("The annual review", "office"),
    ]  # fmt: skip
    visitor.as_(luz).post(f"{page}check-in/{planned.pk}/end/", {"held": "1"})
    planned.refresh_from_db()
    assert (planned.over, planned.over_by) == ("held", luz)


def test_moving_a_check_in_keeps_its_questions(luz, mateo):
    first = writing.plan_check_in(
        mateo, by=luz, starts_at=NOW + timedelta(days=2), how="call", note="", at=NOW
    )
    writing.ask(first, by=luz, words="Homework", at=NOW)
    moved = writing.plan_check_in(
        mateo, by=luz, starts_at=NOW + timedelta(days=3), how="home", note="", at=NOW
    )

    assert (moved.pk, moved.questions.count()) == (first.pk, 1)
    with pytest.raises(CannotWrite):
        writing.plan_check_in(mateo, by=luz, starts_at=NOW, how="call", note="", at=NOW)


def test_empty_or_odd_words_are_told_and_kept(luz, page, visitor):
    answer = visitor.as_(luz).post(f"{page}posts/", {"words": "  "})
    assert answer.status_code == 422
    assert "Write a few words, or add a photo." in answer.content.decode()

    answer = visitor.post(
        f"{page}wins/new/", {"words": "Tall", "setting": "home", "happened_on": "2027-01-01"}
    )
    assert answer.status_code == 422
    assert "Choose today or a day before." in answer.content.decode()
    assert "Tall</textarea>" in answer.content.decode()


def test_each_look_of_a_guest_is_a_line_that_the_family_reads(luz, gus, mateo, invite, page, visitor):
    invite()
    words(visitor, gus, page)
    words(visitor, luz, page)

    looks = AuditEntry.objects.filter(action="guest.looked", about=str(mateo.pk))
    assert [entry.actor for entry in looks] == [gus.pk]
    assert "Looked 1 time" in words(visitor, luz, f"{page}people/")


def test_a_private_note_of_the_case_is_never_on_the_page(luz, ana, gus, mateo, invite, page, visitor):
    from cases import timeline
    from cases.models import EntryKind

    invite()
    for shared in (False, True):
        timeline.add(
            student=mateo, kind=EntryKind.NOTE, text="canary of the office", happened_at=NOW, at=NOW, by=ana, shared=shared
        )  # fmt: skip

    for person in (luz, ana, gus):
        assert "canary of the office" not in words(visitor, person, page)


def test_what_stands_on_the_page_shares_no_table_with_the_offices_notes():
    """Posts, check-ins, actions and plans point to nothing of a case, and nothing of a case points to them."""
    from django.apps import apps

    ours = set(apps.get_app_config("circle").get_models())
    cases = set(apps.get_app_config("cases").get_models())
    for model in ours | cases:
        for field in model._meta.get_fields():
            other = field.related_model
            assert not (model in ours and other in cases), (model, field)
            assert not (model in cases and other in ours), (model, field)


def everything_once(mateo, luz, gus, ana, *, n):
    """One more of all that can stand on the page, with a photo."""
    asked = writing.post(mateo, by=gus, words="Hello", question=True, at=NOW)
    Post.objects.filter(pk=asked.pk).update(document=key("document Mateo"))
    writing.answer(asked, by=luz, words="Hi", at=NOW)
    win = writing.celebrate(
        mateo, by=gus, words="Read", setting="school", happened_on=NOW.date(), at=NOW + timedelta(seconds=n)
    )
    Win.objects.filter(pk=win.pk).update(document=key("document Mateo"))
    writing.agree(mateo, by=gus, words="A thing", who="Gus", due_on=None, at=NOW)
    done = writing.agree(mateo, by=gus, words="Another", who="Gus", due_on=None, at=NOW)
    writing.tick(done, by=luz, done=True, at=NOW)
    helps = writing.help_with(mateo, by=ana, trigger="Noise", response="Headphones", who="All", at=NOW)
    writing.tell_how(helps, by=ana, went="well", setting="school", words="", happened_on=NOW.date(), at=NOW)
    writing.plan_check_in(mateo, by=luz, starts_at=NOW + timedelta(days=7), how="call", note="", at=NOW)
    talk = CheckIn.objects.get(student=mateo, over_at=None)
    writing.ask(talk, by=gus, words=f"What about {n}?", at=NOW)
    writing.ask(talk, by=luz, words=f"And {n}?", at=NOW)
    AboutPage.objects.create(
        student=mateo, number=n + 50, strengths="Kind", written_by=luz, writer="Luz", written_at=NOW
    )
    TermReport.objects.create(
        student=mateo, language="en", starts_on=date(2026, 9, 1), ends_on=date(2026, 11, n), written_by=ana,
        written_at=NOW, approved_by=ana, approved_at=NOW, sent_at=NOW,
    )  # fmt: skip


def test_a_full_page_takes_at_most_fifteen_queries_however_much_stands_on_it(
    luz, gus, ana, mateo, invite, page, visitor
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    invite(adds=[Part.PAGE, Part.WINS, Part.CHECKINS])
    counts = []
    for n in (1, 2, 3):
        everything_once(mateo, luz, gus, ana, n=n)
        for person in (luz, gus, ana):
            seen = words(visitor, person, page)  # the first look is noted
            if person is luz:
                assert all(
                    told in seen
                    for told in ("Hello", "Read", "A thing", "Another", "Headphones", "It helped: 1", f"What about {n}?", "Kind", "<svg class=\"chart\"", "/pictures/", "report.pdf")
                )  # fmt: skip
            with CaptureQueriesContext(connection) as found:
                visitor.get(page)  # still as that person
            counts.append((person.email.partition("@")[0], len(found)))
    # The workspace around the advocate's page counts messages, reviews and the running timer.
    assert set(counts) == {("luz", 15), ("gus", 15), ("ana", 17)}, counts

"""The term's report: written from data, edited by a person, approved, sent, on paper."""

import io
from datetime import date, timedelta

import pikepdf
import pypdfium2
import pytest

from accounts.models import AuditEntry
from cases import calendars
from clients.models import District, Guardianship, Student
from outbox.allowed import Batch
from outbox.models import Message
from progress import paper, school, strategies, wins, writing
from progress.models import TermReport
from progress.sheets import NotYet
from tests.world import NOW

FIRST, LAST = date(2026, 9, 1), NOW.date()


@pytest.fixture
def term(mateo, ana, luz, sheet, make_sheet, log):
    """A goal that gets better, one that stands still while the school says otherwise, a win, a strategy that helps."""
    for ago, value in ((70, 52), (56, 55), (42, 58), (28, 62), (14, 66), (7, 69)):
        log(sheet, value, days_ago=ago, setting="home" if ago % 28 else "school")
    still = make_sheet(number=2, area="Writing")
    for ago in (40, 30, 20, 10):
        log(still, 50, days_ago=ago)
    school.add(still, {"ends_on": date(2026, 11, 10), "words": "Making progress", "value": 50}, by=ana, at=NOW)  # fmt: skip
    wins.add(mateo, words="Pidió su comida solo.", setting="elsewhere", happened_on=LAST - timedelta(days=3), by=luz, at=NOW)  # fmt: skip
    wins.add(mateo, words="A secret win.", setting="school", happened_on=LAST, by=ana, at=NOW, shared=False)
    helps = strategies.start(mateo, trigger="Writing", response="Two topics", started_on=FIRST, by=ana, at=NOW, sheets=[sheet])  # fmt: skip
    strategies.tell(helps, went="well", setting="home", happened_on=LAST, by=luz, at=NOW)
    return sheet, still


@pytest.fixture
def report(term, mateo, ana):
    return writing.write(mateo, starts_on=FIRST, ends_on=LAST, language="en", by=ana, at=NOW)


def test_it_says_what_the_data_says(report, term):
    shown = writing.shown(report)

    assert shown.wins == ["Pidió su comida solo. (Elsewhere, Nov 21)"]
    assert [goal.name for goal in shown.goals] == ["Reading", "Writing"]
    assert shown.goals[0].sentence == (
        "It started at 50 words a minute and is 69 words a minute now. It is on the way to 90 words a minute by Aug 31, 2027."
        " The numbers get better."
    )
    assert shown.strategies == ["Writing: Two topics (helped 1 time, At home)"]
    assert len(shown.next) == 2
    assert shown.next[0].startswith("Reading: Four points in a row are ahead of the line.")
    assert shown.next[1].startswith("Writing: The school writes “Making progress”.")
    assert "A secret win." not in str(report.facts)
    assert "trend" in str(shown.goals[0].chart.svg)
    assert shown.minutes["head"] == ["Service, in minutes", "Owed", "Delivered", "Excused", "Missing"]


def test_staff_write_one_in_a_click(visitor, ana, mateo, term, clock):
    page = visitor.as_(ana).get(f"/students/{mateo.pk}/term-reports/")
    assert 'value="es" selected' in page.content.decode()  # the language of who lives with him
    answer = visitor.post(f"/students/{mateo.pk}/term-reports/", {"starts_on": "2026-09-01", "ends_on": str(LAST), "language": "es"})  # fmt: skip
    report = TermReport.objects.get()
    assert answer["Location"] == f"/progress/term-reports/{report.pk}/"
    assert visitor.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ends_on": "2026-08-01"}, "The term must end after it starts."),
        ({"starts_on": "2024-08-01"}, "A report covers at most a year."),
        ({"language": "fr"}, "Select a valid choice"),
        ({"starts_on": "1026-08-01"}, "This day cannot be right."),
    ],
)
def test_what_does_not_fit_is_said(visitor, ana, mateo, clock, change, sentence):
    told = {"starts_on": "2026-09-01", "ends_on": str(LAST), "language": "en", **change}
    answer = visitor.as_(ana).post(f"/students/{mateo.pk}/term-reports/", told)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_words_of_a_person_stay_when_newer_data_is_taken(visitor, ana, report, term, log, clock):
    sheet, _still = term
    url = f"/progress/term-reports/{report.pk}/"
    shown = writing.shown(report)
    told = {"opening": "Mateo worked hard.", f"goal:{sheet.pk}": shown.goals[0].sentence, "nonsense": "x"}
    visitor.as_(ana).post(url, told)
    report.refresh_from_db()
    assert report.texts == {"opening": "Mateo worked hard."}
    log(sheet, 75)

    visitor.post(f"{url}rewriting/")

    report.refresh_from_db()
    shown = writing.shown(report)
    assert shown.opening == "Mateo worked hard."
    assert "is 75 words a minute now" in shown.goals[0].sentence


def test_only_an_advocate_approves_and_then_it_stays(visitor, ana, bo, report, mateo, clock):
    url = f"/progress/term-reports/{report.pk}/"
    from clients.models import join_care_team

    join_care_team(mateo, bo, at=NOW)
    assert visitor.as_(bo).get(url).status_code == 200
    assert visitor.post(f"{url}approval/").status_code == 403
    visitor.as_(ana).post(f"{url}sending/")
    report.refresh_from_db()
    assert (report.approved_at, report.sent_at) == (None, None)

    visitor.post(f"{url}approval/")

    report.refresh_from_db()
    assert (report.approved_by, report.approved_at) == (ana, NOW)
    with pytest.raises(NotYet):
        writing.edit(report, {"opening": "Other"}, by=ana, at=NOW)
    with pytest.raises(NotYet):
        writing.rewrite(report, by=ana, at=NOW)


def test_it_is_sent_once_and_then_the_family_reads_it(visitor, ana, luz, ngozi, report, clock, standins):
    portal = f"/portal/progress/reports/{report.pk}/"
    assert visitor.as_(luz).get(portal).status_code == 404
    visitor.as_(ana).post(f"/progress/term-reports/{report.pk}/approval/")
    for _time in range(2):
        visitor.post(f"/progress/term-reports/{report.pk}/sending/")

    written = Message.objects.filter(kind="term-report")
    assert sorted(written.values_list("channel", flat=True)) == ["email", "sms"]
    for message in written:
        assert "Mateo" not in message.body + message.title + message.html
        assert message.language == "es"
    page = visitor.as_(luz).get(portal).content.decode()
    assert "Pidió su comida solo." in page
    assert visitor.get(f"{portal}report.pdf")["Content-Type"] == "application/pdf"
    assert visitor.as_(ngozi).get(portal).status_code == 404
    assert AuditEntry.objects.filter(action="term_report.read").exists()


def test_word_of_it_does_not_reach_somebody_barred_since(ana, luz, report):
    writing.approve(report, by=ana, at=NOW)
    writing.send(report, by=ana, at=NOW)
    message = Message.objects.filter(kind="term-report", channel="email").get()
    assert "may not hear" not in Batch.of([message], at=NOW).held_back(message)
    Guardianship.objects.filter(contact__user=luz).update(blocked_from=NOW.date())
    assert Batch.of([message], at=NOW).held_back(message) == "this person may not hear about this child"


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_paper_is_tagged_and_at_most_two_pages(mateo, ana, term, harbor, language):
    report = writing.write(mateo, starts_on=FIRST, ends_on=LAST, language=language, by=ana, at=NOW)
    made = paper.pdf(report, firm=harbor.firm, at=NOW)

    with pikepdf.open(io.BytesIO(made)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == language
        assert 1 <= len(opened.pages) <= 2
    words = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made))
    assert "Pidió su comida solo." in words
    assert ("Small wins" in words) == (language == "en")
    assert made == paper.pdf(report, firm=harbor.firm, at=NOW)


def test_a_hostile_word_stays_a_word(mateo, ana, sheet, harbor, log):
    sheet.area = '#import "x" <script>alert(1)</script> \\ $x$ 😀 " \' {{ }}'
    sheet.save()
    log(sheet, 55)
    wins.add(mateo, words='#panic("x") <b>', setting="home", happened_on=LAST, by=ana, at=NOW)
    report = writing.write(mateo, starts_on=FIRST, ends_on=LAST, language="en", by=ana, at=NOW)
    assert paper.pdf(report, firm=harbor.firm, at=NOW).startswith(b"%PDF")
    assert "<script>" not in str(writing.shown(report).goals[0].chart.svg)


def test_a_term_with_nothing_in_it(mateo, ana, harbor):
    report = writing.write(mateo, starts_on=FIRST, ends_on=LAST, language="en", by=ana, at=NOW)
    shown = writing.shown(report)
    assert (shown.wins, shown.goals, shown.strategies) == ([], [], [])
    assert shown.next == ["What goes well at home and at school, and what should we try next?"]
    assert paper.pdf(report, firm=harbor.firm, at=NOW).startswith(b"%PDF")


def test_twenty_goals_fit_on_two_pages(mateo, ana, luz, make_sheet, log, harbor):
    for number in range(1, 21):
        sheet = make_sheet(number=number, area=f"Area {number}: written expression")
        for ago in range(3, 66, 7):
            log(sheet, 40 + number % 3 * 20 + ago % 5, days_ago=ago)
    for at in range(7):
        wins.add(
            mateo,
            words=f"Pidió su comida solo y esperó su turno {at}.",
            setting="home",
            happened_on=LAST,
            by=luz,
            at=NOW,
        )
    report = writing.write(mateo, starts_on=FIRST, ends_on=LAST, language="en", by=ana, at=NOW)
    with pikepdf.open(io.BytesIO(paper.pdf(report, firm=harbor.firm, at=NOW))) as opened:
        assert len(opened.pages) <= 2


def test_what_is_said_of_several_goals_is_said_once(mateo, ana, make_sheet, log, harbor):
    for number, area in enumerate(("Reading", "Writing"), start=1):
        sheet = make_sheet(number=number, area=area)
        for ago in (40, 30, 20, 10):
            log(sheet, 50, days_ago=ago)
    report = writing.write(mateo, starts_on=FIRST, ends_on=LAST, language="en", by=ana, at=NOW)

    told = [row for row in writing.shown(report).next if "Four points" in row]
    assert [row.partition(":")[0] for row in told] == ["Reading, Writing"]


def test_an_emoji_leaves_no_box_on_paper(mateo, ana, luz, harbor):
    wins.add(mateo, words="He helped 😀 a friend.", setting="home", happened_on=LAST, by=luz, at=NOW)
    report = writing.write(mateo, starts_on=FIRST, ends_on=LAST, language="en", by=ana, at=NOW)
    made = paper.pdf(report, firm=harbor.firm, at=NOW)
    words = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made))

    assert "He helped" in words
    assert "□" not in words


def test_a_report_is_proposed_for_the_marking_period_that_ended(visitor, ana, mateo, make_sheet, clock):
    district = District.objects.create(name="Hill", state="MT")
    Student.objects.filter(pk=mateo.pk).update(district=district)
    calendars.save_year(
        district, first=date(2026, 8, 31), last=date(2027, 6, 4), days_off=[], weekdays=[0, 1, 2, 3, 4], by=ana, at=NOW,
        period_ends=[date(2026, 10, 30), date(2027, 1, 22), date(2027, 6, 4)],
    )  # fmt: skip
    sheet = make_sheet()
    form = visitor.as_(ana).get(f"/students/{mateo.pk}/term-reports/").content.decode()
    assert 'value="2026-08-31"' in form
    assert 'value="2026-10-30"' in form

    assert "The marking period ended" in form
    assert "Friday, October 30" in form
    school.add(
        sheet, {"ends_on": date(2026, 10, 30), "words": "Making progress", "value": 50}, by=ana, at=NOW
    )
    assert (
        "The marking period ended" not in visitor.get(f"/students/{mateo.pk}/term-reports/").content.decode()
    )

import io

import pytest

from cases.opening import open_case
from clients.models import Guardianship
from documents.models import Document
from messaging.models import Thread
from outbox.models import Message
from reviews import deciding
from reviews.models import PlanInForce, Point, Question, Review, StructuredIEP
from tests.documents import papers
from tests.reader.bench import path_of


def send(visitor, who, student, name, title="IEP", kind="iep"):
    content = path_of(name).read_bytes()
    data = {"kind": kind, "title": title, "language": "en", "paper": papers.upload(content)}
    answer = visitor.as_(who).post(f"/students/{student.pk}/papers/new/", data)
    assert answer.status_code == 302, answer.content[:500]
    return Document.objects.order_by("-added_at", "-pk").first()


@pytest.fixture
def brayden(mateo):
    """The student whom the sample with the most defects is about."""
    mateo.given_name, mateo.family_name = "Brayden", "Kowalczyk-Amos"
    mateo.save()
    return mateo


@pytest.fixture
def mateo_of_the_sample(mateo):
    mateo.given_name, mateo.family_name = "Mateo", "Villarreal-Ochoa"
    mateo.save()
    return mateo


def act(visitor, review, path, **data):
    return visitor.post(f"/reviews/{review.pk}/{path}", data)


def test_an_iep_is_read_and_waits_for_its_advocate(visitor, ana, brayden, clock):
    send(visitor, ana, brayden, "d09")

    structured, review = StructuredIEP.objects.get(), Review.objects.get()
    assert (structured.state, structured.kind_found, structured.other_name) == ("read", "iep", "")
    assert (structured.pages_done, structured.pages_count) == (structured.pages_count, structured.pages_count)
    assert (review.state, review.assigned_to) == ("to_check", ana)
    statuses = [point.status for point in review.points.all()]
    assert statuses == sorted(statuses, key=["strong", "must_fix", "ask"].index)
    found = {(point.component, point.status) for point in review.points.all()}
    assert ("annual_goals_academic_functional", "must_fix") in found
    assert ("service_details", "must_fix") in found
    goal = review.points.get(component="annual_goals_academic_functional", status="must_fix")
    assert goal.page
    assert goal.boxes
    assert goal.citation == "34 CFR 300.320(a)(2)(i)"
    assert goal.title_es.startswith("La meta 1")
    page = visitor.get(f"/reviews/{review.pk}/?point={goal.number}").content.decode()
    assert goal.title in page
    assert 'data-key="k"' in page
    assert "<circle" in page
    assert "Brayden" in visitor.get("/reviews/").content.decode()


def test_points_are_kept_edited_dropped_and_the_review_is_sent(visitor, ana, luz, brayden, clock):
    send(visitor, ana, brayden, "d09")
    review = Review.objects.get()
    count = review.points.count()

    act(visitor, review, "sign-off/")
    review.refresh_from_db()
    assert review.state == "to_check"
    first, second, third = review.points.exclude(question="")[:3]
    act(visitor, review, f"points/{first.number}/", act="keep", question=first.question)
    act(visitor, review, f"points/{second.number}/", act="keep", question="What will help him plan his work?")
    act(visitor, review, f"points/{third.number}/", act="drop")
    for point in review.points.filter(decision=""):
        act(visitor, review, f"points/{point.number}/", act="keep")
    assert [Point.objects.get(pk=p.pk).decision for p in (first, second, third)] == [
        "kept",
        "edited",
        "dropped",
    ]
    act(visitor, review, "sign-off/")
    act(visitor, review, "send/")
    act(visitor, review, "send/")
    review.refresh_from_db()
    assert (review.state, review.signed_off_by) == ("sent", ana)
    assert Message.objects.filter(kind="review-ready", channel="email").count() == 1

    page = visitor.as_(luz).get(f"/portal/reviews/{review.pk}/", headers={"Accept-Language": "es"})
    text = page.content.decode()
    assert third.title_es not in text
    assert text.index("article") < text.index(first.title_es)
    assert text.count("<article") == count - 1
    visitor.post(f"/portal/reviews/{review.pk}/points/{second.number}/ask/", {"words": "¿Qué quiere decir?"})
    asked = Question.objects.get()
    assert (asked.point, asked.by) == (second, luz)
    assert "¿Qué quiere decir?" in visitor.as_(ana).get("/reviews/").content.decode()
    assert "¿Qué quiere decir?" in visitor.get(f"/messages/{Thread.objects.get(contact__user=luz).pk}/").content.decode()  # fmt: skip
    visitor.post(f"/reviews/questions/{asked.pk}/answer/", {"answer": "Que se puede contar."})
    assert "Que se puede contar." in visitor.as_(luz).get("/portal/messages/").content.decode()
    assert "Que se puede contar." in visitor.as_(luz).get(f"/portal/reviews/{review.pk}/").content.decode()


def test_a_family_sees_no_review_before_it_is_sent_nor_another_childs(
    visitor, ana, luz, ngozi, brayden, clock
):
    send(visitor, ana, brayden, "d02")
    review = Review.objects.get()
    assert visitor.as_(luz).get(f"/portal/reviews/{review.pk}/").status_code == 404
    Review.objects.update(state="sent")
    assert visitor.get(f"/portal/reviews/{review.pk}/").status_code == 200
    assert visitor.as_(ngozi).get(f"/portal/reviews/{review.pk}/").status_code == 404
    assert visitor.get(f"/portal/reviews/{review.pk}/report.pdf").status_code == 404


def test_another_childs_paper_is_said_before_it_is_signed_off(visitor, ana, mateo, clock):
    send(visitor, ana, mateo, "d02")
    review = Review.objects.get()
    review.points.update(decision="kept")

    assert "Imani Okafor-Lindqvist" in visitor.get(f"/reviews/{review.pk}/").content.decode()
    act(visitor, review, "sign-off/")
    assert Review.objects.get().state == "to_check"
    act(visitor, review, "child/")
    act(visitor, review, "sign-off/")
    assert Review.objects.get().state == "signed_off"


@pytest.mark.parametrize(
    ("name", "words"),
    [("d11", "504 plan, not an IEP"), ("d12", "evaluation report and prior written notice, not an IEP")],
)
def test_what_is_no_iep_is_named(visitor, ana, mateo, clock, name, words):
    send(visitor, ana, mateo, name)
    assert words in visitor.get(f"/reviews/{Review.objects.get().pk}/").content.decode()
    assert Review.objects.get().points.count() == 0


def test_a_paper_that_cannot_be_read_is_reviewed_by_hand(visitor, ana, mateo, clock, monkeypatch):
    from reviews import sandbox

    def refuse(*args, **more):
        raise sandbox.Refused("no")

    monkeypatch.setattr(sandbox, "read", refuse)
    send(visitor, ana, mateo, "d02")
    review = Review.objects.get()
    assert (StructuredIEP.objects.get().state, review.state) == ("failed", "to_check")
    act(visitor, review, "points/new/", status="ask", title="Ask about reading", page="2", box="10,20,200,40")
    point = review.points.get()
    assert (point.page, point.boxes, point.author, point.decision) == (
        2,
        [[10, 20, 200, 40]],
        "person",
        "kept",
    )
    assert (
        act(visitor, review, "points/new/", status="ask", title="x", page="2", box="9,nan,1,2").status_code
        == 422
    )


def test_words_and_their_place_find_each_other_and_a_must_names_its_rule(visitor, ana, mateo, stored):
    review = stored("d02", student=mateo, by=ana)
    page = review.version.pages.get(number=2)
    page.words = [[50, 100, 80, 112, "Reading"], [84, 100, 120, 112, "aloud"], [50, 120, 90, 132, "daily."]]
    page.save()
    visitor.as_(ana)
    told = {"status": "must_fix", "severity": "high", "page": "2", "why_not": "It may stand elsewhere."}

    refused = act(visitor, review, "points/new/", title="x", quote="aloud Daily.", **told)
    assert refused.status_code == 422
    assert "names the rule it rests on" in refused.content.decode()
    told["citation"] = "34 CFR 300.320(a)(1)"
    act(visitor, review, "points/new/", title="typed", quote="aloud Daily.", **told)
    act(visitor, review, "points/new/", title="drawn", box="40,95,125,115", **told)

    typed, drawn = review.points.get(title="typed"), review.points.get(title="drawn")
    assert typed.boxes == [[84, 100, 120, 112], [50, 120, 90, 132]]
    assert (drawn.quote, drawn.severity, drawn.why_not) == (
        "Reading aloud",
        "high",
        "It may stand elsewhere.",
    )
    shown = visitor.get(f"/reviews/{review.pk}/?point={typed.number}").content.decode()
    assert ("Weight: High" in shown, "It may stand elsewhere." in shown) == (True, True)
    edited = {"act": "edit", "status": "must_fix", "title": "typed", "citation": ""}
    assert act(visitor, review, f"points/{typed.number}/", **edited).status_code == 422


def test_values_are_set_right_and_become_the_plan_in_force(visitor, ana, brayden, clock):
    send(visitor, ana, brayden, "d09")
    review, structured = Review.objects.get(), StructuredIEP.objects.get()
    page = visitor.get(f"/reviews/{review.pk}/values/")
    assert page.status_code == 200
    form = page.context["form"]
    data = {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}
    data |= {
        "goals[1].baseline": "40 words a minute",
        "services[1].minutes_per_week": "60",
        "iep_end": "2026-09-01",
    }
    assert act(visitor, review, "values/", **data).status_code == 302
    structured.refresh_from_db()
    assert structured.data["goals"][1]["baseline"] == "40 words a minute"
    assert structured.data["anchors"]["goals[1].baseline"]["how"] == "person"
    assert structured.corrections.count() == 3

    case = open_case(student=brayden, kind="iep", advocate=ana, by=ana, at=clock.now)
    act(visitor, review, "acceptance/")
    act(visitor, review, "acceptance/")
    assert {(event.kind, str(event.on)) for event in case.events.all()} >= {
        ("iep_meeting_held", "2025-09-18"),
        ("last_iep_date", "2025-09-18"),
    }
    plan = PlanInForce.objects.get()
    assert (plan.student, str(plan.ends_on), plan.goals.count()) == (brayden, "2026-09-01", 4)
    assert plan.services.get(name__contains="organization").minutes_per_week == 60
    assert "40 words a minute" in visitor.get(f"/students/{brayden.pk}/iep/").content.decode()


def test_a_changed_service_starts_a_new_row(visitor, ana, brayden, clock):
    from datetime import date

    from reviews import plans

    send(visitor, ana, brayden, "d09")
    plan = plans.accept(Review.objects.get(), by=ana, at=clock.now)
    row = plan.services.first()
    fresh = plans.change_service(row, from_on=date(2026, 1, 10), by=ana, at=clock.now, minutes_per_week=90)
    row.refresh_from_db()
    assert (str(row.ends_on), str(fresh.starts_on), fresh.minutes_per_week) == (
        "2026-01-09",
        "2026-01-10",
        90,
    )
    with pytest.raises(plans.NotYet):
        plans.change_service(row, from_on=date(2026, 2, 1), by=ana, at=clock.now)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_report_is_a_tagged_pdf(visitor, ana, brayden, clock, language):
    import pikepdf

    send(visitor, ana, brayden, "d09")
    review = Review.objects.get()
    review.points.update(decision="kept")
    answer = visitor.get(f"/reviews/{review.pk}/report.pdf?language={language}")
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        tags: dict[str, int] = {}
        figures, tongues = [], set()

        def walk(node):
            if isinstance(node, pikepdf.Array):
                for kid in node:
                    walk(kid)
            elif isinstance(node, pikepdf.Dictionary):
                figures.extend([node] if node.get("/S") == pikepdf.Name.Figure else [])
                tongues.add(str(node.get("/Lang", "")))
                if "/S" in node:
                    tags[str(node.S)] = tags.get(str(node.S), 0) + 1
                if "/K" in node:
                    walk(node.K)

        assert str(pdf.Root.Lang).startswith(language)
        assert bool(pdf.Root.MarkInfo.Marked)
        walk(pdf.Root.StructTreeRoot.K)
        # A figure without words for it would be found here; words of an English paper keep their language.
        assert all("/Alt" in node for node in figures)
        assert ("en" in tongues) == (language == "es")
    assert tags["/H1"] == 1
    assert tags["/H2"] >= 3
    assert tags["/H3"] == review.points.count()
    assert tags["/Table"] == 2
    assert tags["/TH"] == 8


def test_a_revision_takes_the_points_along(visitor, ana, brayden, clock):
    send(visitor, ana, brayden, "d09")
    review = Review.objects.get()
    review.points.update(decision="kept")
    act(visitor, review, "sign-off/")
    act(visitor, review, "send/")
    act(visitor, review, "revision/")
    fresh = Review.objects.get(number=2)
    assert (fresh.state, fresh.points.count()) == ("to_check", review.points.count())
    assert act(visitor, review, "points/1/", act="drop").status_code == 302
    assert review.points.get(number=1).decision == "kept"


def test_the_preview_is_in_the_familys_language_and_both_levels_are_shown(visitor, ana, mateo, stored):
    review = stored("d09", student=mateo, by=ana)
    review.points.filter(number=1).update(decision="kept")
    page = f"/reviews/{review.pk}/preview/"
    assert 'lang="es"' in visitor.as_(ana).get(page).content.decode()
    assert review.points.get(number=1).title_es in visitor.get(page).content.decode()
    assert review.points.get(number=1).title in visitor.get(f"{page}?language=en").content.decode()
    shown = visitor.get(f"/reviews/{review.pk}/").content.decode()
    assert ("Reads at grade" in shown, "Spanish: grade" in shown) == (True, True)


def test_who_reads_it_is_told_as_they_prefer_and_once_they_may_not_hear_nothing_leaves(
    visitor, ana, mateo, luz, stored, clock, standins
):
    review = stored("d09", student=mateo, by=ana)
    review.points.update(decision="kept")
    luz.contact.prefers = "call"
    luz.contact.save()
    visitor.as_(ana)
    act(visitor, review, "sign-off/")
    act(visitor, review, "send/")
    # Somebody who prefers calls is mailed, never texted.
    told = Message.objects.get(subject=f"review:{review.pk}")
    assert (told.channel, told.recipient) == ("email", luz.contact.email)

    assert deciding.may_leave(told, at=clock.now) == ""
    Guardianship.objects.filter(contact=luz.contact, student=mateo).update(blocked_from=clock.now.date())
    assert deciding.may_leave(told, at=clock.now) != ""


def test_a_family_sees_whose_paper_is_asked_and_the_newest_version_of_a_review(
    visitor, ana, luz, mateo, stored, clock
):
    review = stored("d09", student=mateo, by=ana)
    Document.objects.filter(pk=review.version.document_id).update(shared=True)
    StructuredIEP.objects.update(other_name="Somebody Else")
    assert "The paper names Somebody Else" in visitor.as_(luz).get("/portal/reviews/").content.decode()
    assert "Another child’s?" in visitor.as_(ana).get("/reviews/").content.decode()

    review.points.update(decision="kept")
    Review.objects.update(state="sent", sent_at=clock.now, signed_off_by=ana, signed_off_at=clock.now)
    second = deciding.revise(review, by=ana, at=clock.now)
    Review.objects.filter(pk=second.pk).update(state="sent", sent_at=clock.now)
    assert (
        f"/portal/reviews/{second.pk}/"
        in visitor.as_(luz).get(f"/portal/reviews/{review.pk}/").content.decode()
    )
    assert "Version 2." in visitor.get(f"/portal/reviews/{second.pk}/").content.decode()


def test_it_is_due_in_a_week_by_the_firms_calendar(mateo, ana, stored, clock):
    clock.now = clock.now.replace(hour=4)  # still the evening before in Montana
    assert str(stored("d09", student=mateo, by=ana).due_on) == "2026-11-30"


def test_a_review_that_waits_for_the_right_child_says_so_where_it_would_be_signed_off(visitor, ana, mateo, stored, clock):  # fmt: skip
    review = stored("d09", student=mateo, by=ana)
    StructuredIEP.objects.update(other_name="Somebody Else")
    review.points.update(decision="kept")
    page = visitor.as_(ana).get(f"/reviews/{review.pk}/").content.decode()
    foot = page[page.index("stickyfoot") :]
    assert '<a href="#right-child">The paper names another child.' in foot
    assert "0 left" not in foot
    StructuredIEP.objects.update(other_name="")
    review.points.update(decision="dropped")
    page = visitor.get(f"/reviews/{review.pk}/").content.decode()
    assert "Please keep or add at least one point. Nothing is sent yet." in page

"""The check finds who is known, keeps what it found, and shows nobody what they may not see."""

from datetime import date

import pytest

from clients.models import Contact, District, DistrictName, GuestGrant, SchoolPerson, Student
from intake.models import ConflictReport, Inquiry
from tests.conftest import Visitor
from tests.intake.test_first_call_to_case import CALL, checked, stage, take_call
from tests.world import NOW


def report_of(visitor, inquiry):
    visitor.post(f"/intake/{inquiry.pk}/check/")
    return ConflictReport.objects.filter(inquiry=inquiry).first()


def found(report):
    return {(row["kind"], row["name"]) for row in report.found}


def test_it_finds_child_parents_district_and_school_staff(harbor, ana, mateo, visitor, clock):
    district = District.objects.create(name="Lakeside School District 4", state="MT")
    DistrictName.objects.create(district=district, name="SD4")
    SchoolPerson.objects.create(district=district, name="Tom Aldridge")
    inquiry = take_call(
        visitor, ana, name="Lus Riviera", child="Matteo", child_family_name="Riviera", district_name="SD4",
        other_people="Thomas Aldridge\n", other_parent="",
    )  # fmt: skip
    report = report_of(visitor, inquiry)

    assert found(report) == {
        ("student", "Mateo Rivera"), ("contact", "Luz Rivera"), ("district", "Lakeside School District 4"),
        ("school person", "Tom Aldridge"),
    }  # fmt: skip
    assert (report.made_by, report.made_at, report.decision) == (ana, NOW, "")
    assert stage(inquiry) == "new"


def test_an_opposing_parent_who_is_a_client_shows_before_anything_goes_on(harbor, bo, luz, visitor, clock):
    """The caller's former partner is a client of the firm: found firm-wide, and named only to who may see her."""
    inquiry = take_call(visitor, bo, other_parent="Luz Rivera")
    report = report_of(visitor, inquiry)
    assert ("contact", "Luz Rivera") in found(report)

    page = visitor.get(f"/intake/{inquiry.pk}/").content.decode()
    listed = page[page.index('id="check"') :]
    listed = listed[: listed.index("</section>")]
    assert "Somebody of a family you do not see. Ask an owner." in listed
    assert "<b>Luz Rivera</b>" not in listed

    assert visitor.post(f"/intake/reports/{report.pk}/decision/", {"decision": "clear"}).status_code == 422
    visitor.post(
        f"/intake/reports/{report.pk}/decision/", {"decision": "stop", "reason": "She is our client."}
    )
    report.refresh_from_db()
    assert (report.decision, report.decided_by, report.decided_at) == ("stop", bo, NOW)
    assert visitor.post(f"/intake/{inquiry.pk}/agreement/", {}).status_code == 422


def test_the_owner_sees_the_names(harbor, bo, olivia, visitor, clock):
    inquiry = take_call(visitor, bo, other_parent="Luz Rivera")
    report_of(visitor, inquiry)
    assert "<b>Luz Rivera</b>" in Visitor(harbor).as_(olivia).get(f"/intake/{inquiry.pk}/").content.decode()


def test_a_decision_is_written_once(harbor, ana, visitor, clock):
    inquiry = take_call(visitor, ana)
    report = checked(visitor, inquiry)
    visitor.post(f"/intake/reports/{report.pk}/decision/", {"decision": "stop", "reason": "Second thoughts"})
    report.refresh_from_db()
    assert report.decision == "clear"


def test_somebody_we_turned_away_is_remembered(harbor, ana, visitor, clock):
    first = take_call(visitor, ana)
    visitor.post(f"/intake/{first.pk}/refusal/", {"reason": "Needs an attorney", "referral": "Legal aid"})
    assert (stage(first), first.not_a_fit.reason, first.not_a_fit.referral) == ("not_a_fit", "Needs an attorney", "Legal aid")  # fmt: skip

    second = take_call(visitor, ana, name="Rosa M. Delgado")
    report = report_of(visitor, second)
    [row] = [row for row in report.found if row["kind"] == "student"]
    assert [past["stage"] for past in row["past"]] == ["not_a_fit"]


def test_a_former_case_of_somebody_we_know_shows(harbor, ana, marcus, mateo, visitor, clock):
    from cases import opening

    case = opening.open_case(student=mateo, kind="iep", advocate=ana, by=ana, at=NOW)
    opening.close(case, outcome="reached", reason="He has his IEP.", by=ana, at=NOW)
    inquiry = take_call(visitor, ana, child="Mateo", child_family_name="Rivera", other_parent="Luz Rivera")
    report = report_of(visitor, inquiry)
    rows = {row["kind"]: row["cases"] for row in report.found}
    assert (
        rows["student"]
        == rows["contact"]
        == [{"kind": "iep", "opened": "2026-11-24", "closed": "2026-11-24"}]
    )
    assert "Case: IEP, Tue Nov 24 – Tue Nov 24" in visitor.get(f"/intake/{inquiry.pk}/").content.decode()
    # Who does not see the family learns neither its name nor its case.
    Inquiry.objects.filter(pk=inquiry.pk).update(advocate=None)
    page = Visitor(harbor).as_(marcus).get(f"/intake/{inquiry.pk}/").content.decode()
    assert "Somebody of a family you do not see. Ask an owner." in page
    assert "Case: IEP" not in page


def test_a_refusal_needs_its_reason_and_ends_the_inquiry(harbor, ana, visitor, clock):
    inquiry = take_call(visitor, ana)
    assert visitor.post(f"/intake/{inquiry.pk}/refusal/", {"reason": ""}).status_code == 422
    visitor.post(f"/intake/{inquiry.pk}/refusal/", {"reason": "No room"})
    checked(visitor, inquiry)
    assert (
        visitor.post(f"/intake/{inquiry.pk}/case/", {"kind": "iep", "advocate": str(ana.pk)}).status_code
        == 422
    )


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"name": ""}, "Write who is calling."),
        ({"phone": "", "email": ""}, "Add a number or an e-mail address"),
        ({"phone": "12"}, "phone"),
        ({"born_on": "2030-01-01"}, "This birth date lies ahead."),
        ({"urgent_on": "soon"}, "Type a date like 2026-11-24."),
        ({"urgent_on": "1925-11-24"}, "This day cannot be right."),
        ({"urgent_on": "2206-11-24"}, "This day cannot be right."),
        ({"concern": "x" * 10_001}, "10000"),
    ],
)
def test_what_is_wrong_in_a_call_is_said_and_all_else_kept(harbor, ana, visitor, clock, told, words):
    answer = visitor.as_(ana).post("/intake/new/", {**CALL, **told})
    page = answer.content.decode()
    assert (answer.status_code, words in page, "Iker" in page) == (422, True, True)
    assert not Inquiry.objects.exists()


def test_a_call_of_ten_thousand_letters_and_emoji_is_kept(harbor, ana, visitor, clock):
    told = "😀 " + "x" * 9_000
    inquiry = take_call(visitor, ana, concern=told, child="محمد")
    assert (inquiry.concern, inquiry.student.given_name) == (told, "محمد")


def test_an_unsafe_number_is_marked_from_the_first_call(harbor, ana, visitor, clock):
    inquiry = take_call(visitor, ana, safe="")
    assert set(inquiry.contact.points.values_list("safe", flat=True)) == {False}
    assert Contact.objects.get(pk=inquiry.contact_id).phone == ""


def test_one_sees_what_is_ones_own_or_nobodys(harbor, ana, marcus, olivia, visitor, clock):
    mine = take_call(visitor, ana)
    free = take_call(visitor, ana, name="Free Person", advocate="")
    assert set(Inquiry.objects.visible_to(marcus)) == {free}
    assert set(Inquiry.objects.visible_to(ana)) == set(Inquiry.objects.visible_to(olivia)) == {mine, free}
    assert Visitor(harbor).as_(marcus).get(f"/intake/{mine.pk}/").status_code == 404


def test_the_pipeline_asks_no_more_with_more_rows(harbor, ana, visitor, clock, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for n in range(3):
        take_call(visitor, ana, name=f"Caller {n}", child=f"Child{n}")
        with CaptureQueriesContext(connection) as asked:
            assert visitor.get("/intake/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[2]


def test_a_birth_date_written_down_wrong_leaves_nobody_out(harbor, ana, mateo, visitor, clock):
    Student.objects.filter(pk=mateo.pk).update(born_on=date(2017, 3, 2))
    inquiry = take_call(visitor, ana, child="Mateo", child_family_name="Riviera", born_on="2016-07-21")

    assert ("student", "Mateo Rivera") in found(report_of(visitor, inquiry))


def test_a_title_and_a_surname_find_who_has_it(harbor, bo, luz, visitor, clock):
    SchoolPerson.objects.create(district=District.objects.create(name="Lakeside", state="MT"), name="Dana Whitehorse")  # fmt: skip
    inquiry = take_call(visitor, bo, other_people="Ms. Whitehorse\nSr. Rivera")
    assert {("school person", "Dana Whitehorse"), ("contact", "Luz Rivera")} <= found(report_of(visitor, inquiry))  # fmt: skip


def test_school_guests_and_staff_are_known_too(harbor, ana, bo, olivia, mateo, visitor, clock):
    GuestGrant.objects.create(
        student=mateo, email="dana@school.example", name="Dana Whitehorse", sees=["wins"], prepared_by=ana, prepared_at=NOW,
        starts_at=NOW, lapses_on=date(2027, 6, 1),
    )  # fmt: skip
    inquiry = take_call(visitor, bo, other_people=f"Ms. Dana Whitehorse\n{ana.name}")
    report = report_of(visitor, inquiry)
    assert {("guest", "Dana Whitehorse"), ("staff", ana.name)} <= found(report)
    page = visitor.get(f"/intake/{inquiry.pk}/").content.decode()
    assert "Ms. Dana Whitehorse" in page  # what was looked up
    assert "<b>Dana Whitehorse</b>" not in page  # bo does not see her pupil
    assert "<b>Dana Whitehorse</b>" in Visitor(harbor).as_(olivia).get(f"/intake/{inquiry.pk}/").content.decode()  # fmt: skip


def test_a_finding_opens_its_record_and_may_be_said_to_be_the_same_person(harbor, ana, mateo, luz, visitor, clock):  # fmt: skip
    district = District.objects.create(name="Lakeside School District 4", state="MT")
    known = Contact.objects.get(name="Luz Rivera")
    Contact.objects.filter(pk=known.pk).update(language="es")
    known.refresh_from_db()
    inquiry = take_call(visitor, ana, name="Lus Rivera", child="Mateo", child_family_name="Rivera", language="en", district_name="Lakeside School District 4", other_parent="")  # fmt: skip
    fresh = inquiry.contact_id
    report_of(visitor, inquiry)
    page = visitor.get(f"/intake/{inquiry.pk}/").content.decode()
    for path in (f"/students/{mateo.pk}/", f"/contacts/{known.pk}/", f"/districts/{district.pk}/"):
        assert f'<a href="{path}"><b>' in page

    answer = visitor.post(f"/intake/{inquiry.pk}/joining/", {"known": str(known.pk)}, follow=True)
    inquiry.refresh_from_db()
    assert (inquiry.contact_id, inquiry.student_id) == (known.pk, mateo.pk)
    assert not Contact.objects.filter(pk=fresh).exists()
    assert Student.objects.filter(given_name="Mateo").count() == 1
    known.refresh_from_db()
    assert known.language == "es"
    assert "Joined with Luz Rivera. The names were looked up again." in answer.content.decode()
    newest = Inquiry.objects.get(pk=inquiry.pk).newest_report
    assert not found(newest) & {("contact", "Luz Rivera"), ("student", "Mateo Rivera")}


def test_a_child_found_may_be_the_same_child_though_another_calls(harbor, ana, mateo, luz, visitor, clock):
    inquiry = take_call(visitor, ana, name="Rosa Delgado", child="Mateo", child_family_name="Rivera", other_parent="")  # fmt: skip
    report_of(visitor, inquiry)
    page = visitor.get(f"/intake/{inquiry.pk}/").content.decode()
    assert "It is the same child" in page
    visitor.post(f"/intake/{inquiry.pk}/joining/", {"known": str(mateo.pk)})
    inquiry.refresh_from_db()
    assert inquiry.student_id == mateo.pk
    assert inquiry.contact.family_id == mateo.family_id


def test_nobody_is_joined_with_whom_they_do_not_see_or_the_check_did_not_find(harbor, ana, bo, luz, visitor, clock):  # fmt: skip
    known = Contact.objects.get(name="Luz Rivera")
    inquiry = take_call(visitor, bo, name="Luz Rivera", other_parent="")
    report_of(visitor, inquiry)
    assert "It is the same person" not in visitor.get(f"/intake/{inquiry.pk}/").content.decode()
    for key in (str(known.pk), "", "nobody", str(Contact.objects.get(name="Ngozi Okafor").pk)):
        visitor.post(f"/intake/{inquiry.pk}/joining/", {"known": key})
    assert Inquiry.objects.get(pk=inquiry.pk).contact_id == inquiry.contact_id
    assert Contact.objects.filter(pk=known.pk).exists()

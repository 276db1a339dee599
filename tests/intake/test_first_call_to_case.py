"""Take a phone intake, check conflicts, get the agreement signed on a phone, open the case."""

import re

from clients.models import Agreement, CareTeamMember, Contact, Student
from intake.models import CaseOpening, ConflictReport, Inquiry
from tests.conftest import Visitor

CALL = {
    "name": "Rosa Delgado", "phone": "(406) 555-0171", "email": "rosa@family.example", "safe": "on", "language": "es",
    "child": "Iker", "child_family_name": "Delgado", "born_on": "2016-05-02", "grade": "4", "source": "phone",
    "concern": "The school stopped the reading help.", "other_parent": "Luis Delgado",
}  # fmt: skip


def take_call(visitor, person, **more):
    answer = visitor.as_(person).post(
        "/intake/new/", {**CALL, "advocate": str(person.pk) if person.role == "advocate" else "", **more}
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Inquiry.objects.get(contact__name=more.get("name", CALL["name"]))


def stage(inquiry):
    return Inquiry.objects.with_stage().get(pk=inquiry.pk).stage


def checked(visitor, inquiry, decision="clear", reason=""):
    visitor.post(f"/intake/{inquiry.pk}/check/")
    report = ConflictReport.objects.filter(inquiry=inquiry).first()
    visitor.post(f"/intake/reports/{report.pk}/decision/", {"decision": decision, "reason": reason})
    report.refresh_from_db()
    return report


def newest(mails, words):
    """The mail whose subject holds these words; the mailbox lists the newest first or last."""
    return next(mail for mail in mails if words in mail["subject"])


def code_of(mail):
    return re.search(r"\b\d{6}\b", mail["subject"]).group()


def signed_on_a_phone(harbor, agreement, standins, name="Rosa Delgado"):
    """As Rosa does it: the link of the mail, the code of the next one, her name."""
    phone = Visitor(harbor)
    path = f"/sign/{agreement.secret}/"
    before = phone.get(path)
    assert b"Iker" not in before.content
    assert b"Rosa" not in before.content
    phone.post(f"{path}code/")
    code = code_of(newest(standins.mail("rosa@family.example"), "código"))
    phone.post(f"{path}code/", {"code": code})
    page = phone.get(f"{path}paper/")
    assert "Nuestro acuerdo" in page.content.decode()
    answer = phone.post(f"{path}paper/", {"name": name, "agreed": "on", "drawn": "M10 10 L60 90 L120 40"})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return phone


def test_from_a_phone_call_to_an_open_case(harbor, ana, visitor, clock, standins):
    inquiry = take_call(visitor, ana)
    assert (stage(inquiry), inquiry.student.given_name, inquiry.taken_by) == ("new", "Iker", ana)

    report = checked(visitor, inquiry)
    assert (report.found, report.decision, report.decided_by) == ([], "clear", ana)
    assert stage(inquiry) == "checked"

    template = (
        Agreement._meta.get_field("version").related_model.objects.get(template__kind="agreement").template
    )
    visitor.post(f"/intake/{inquiry.pk}/agreement/", {"template": str(template.pk)})
    agreement = Agreement.objects.get(contact=inquiry.contact)
    assert (stage(inquiry), agreement.language) == ("sent", "es")
    [invitation] = standins.mail("rosa@family.example")
    assert "Iker" not in str(invitation)

    phone = signed_on_a_phone(harbor, agreement, standins)
    agreement = Agreement.objects.get(pk=agreement.pk)
    assert agreement.signature.digest == agreement.digest == agreement.computed_digest()
    assert agreement.signature.drawn == "M10 10 L60 90 L120 40"
    assert stage(inquiry) == "signed"
    assert phone.get(f"/sign/{agreement.secret}/paper.pdf").content.startswith(b"%PDF")
    assert "signed" in newest(standins.mail("ana@harbor.example"), "Signed")["subject"].lower()

    answer = visitor.post(f"/intake/{inquiry.pk}/case/", {"kind": "iep", "advocate": str(ana.pk)})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    opening = CaseOpening.objects.get(inquiry=inquiry)
    assert (opening.by, opening.kind, opening.override_reason, stage(inquiry)) == (ana, "iep", "", "case")
    assert Contact.objects.get(pk=inquiry.contact_id).confirmed_at == clock.now
    assert Student.objects.get(pk=inquiry.student_id).confirmed_at == clock.now
    assert CareTeamMember.objects.filter(student=inquiry.student, user=ana, until=None).count() == 1
    assert visitor.get(f"/intake/{inquiry.pk}/").status_code == 200
    assert visitor.get("/intake/finished/").status_code == 200


def test_no_case_without_a_signature_except_by_the_owner_with_a_reason(harbor, ana, olivia, visitor, clock):
    inquiry = take_call(visitor, ana)
    checked(visitor, inquiry)
    asked = {"kind": "iep", "advocate": str(ana.pk), "override_reason": "A meeting is tomorrow."}

    assert visitor.post(f"/intake/{inquiry.pk}/case/", asked).status_code == 422
    visitor.as_(olivia)
    assert visitor.post(f"/intake/{inquiry.pk}/case/", {**asked, "override_reason": ""}).status_code == 422
    assert not CaseOpening.objects.exists()

    assert visitor.post(f"/intake/{inquiry.pk}/case/", asked).status_code == 302
    opening = CaseOpening.objects.get()
    assert (opening.by, opening.override_reason) == (olivia, "A meeting is tomorrow.")


def test_no_agreement_before_the_check(harbor, ana, visitor, clock):
    inquiry = take_call(visitor, ana)
    template = (
        Agreement._meta.get_field("version").related_model.objects.get(template__kind="agreement").template
    )
    answer = visitor.post(f"/intake/{inquiry.pk}/agreement/", {"template": str(template.pk)})

    assert answer.status_code == 422
    assert "Check for conflicts first" in answer.content.decode()
    assert not Agreement.objects.exists()


def test_a_child_nobody_named_on_the_phone_is_added_later(harbor, ana, visitor, clock):
    inquiry = take_call(visitor, ana, child="", child_family_name="", born_on="", other_parent="")
    assert inquiry.student is None
    path = f"/intake/{inquiry.pk}/child/"
    assert path in visitor.get(f"/intake/{inquiry.pk}/").content.decode()
    told = {
        "given_name": "Iker",
        "family_name": "Delgado",
        "relation": "mother",
        "lives_with": "on",
        "may_see": "on",
    }
    assert visitor.post(path, {**told, "given_name": ""}).status_code == 422
    visitor.post(path, told)

    inquiry.refresh_from_db()
    assert (inquiry.student.given_name, inquiry.student.confirmed_at) == ("Iker", None)
    assert CareTeamMember.objects.filter(student=inquiry.student, user=ana, until=None).exists()
    assert visitor.get(path).status_code == 404
    report = checked(visitor, inquiry)
    assert {"what": "child", "name": "Iker Delgado"} in report.asked


def test_the_urgent_date_and_the_place_go_with_the_case(harbor, olivia, ana, visitor, clock):
    from cases.models import Task
    from clients.models import District, DistrictName, School

    district = District.objects.create(name="Lakeside School District 4", state="MT")
    DistrictName.objects.create(district=district, name="SD4")
    school = School.objects.create(name="Lakeside Elementary", district=district)
    inquiry = take_call(
        visitor, olivia, district_name="SD4", school_name="Lakeside", urgent_on="2026-12-03", urgent_about="IEP meeting"
    )  # fmt: skip
    checked(visitor, inquiry, "proceed", "We know the district.")
    asked = {"kind": "iep", "advocate": str(ana.pk), "override_reason": "A meeting is near."}
    assert visitor.post(f"/intake/{inquiry.pk}/case/", asked).status_code == 302

    task = Task.objects.get(title__contains="IEP meeting")
    assert (str(task.due_on), task.owner, task.title) == ("2026-12-03", ana, "Cannot wait: IEP meeting")
    inquiry.student.refresh_from_db()
    assert (inquiry.student.district, inquiry.student.school) == (district, school)

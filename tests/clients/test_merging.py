"""Two records become one, with everything that hung on them; and two again."""

import re

import pytest

from clients import about, merging
from clients.models import (
    AboutPage,
    CareTeamMember,
    Contact,
    ContactPoint,
    Family,
    Guardianship,
    MergeRecord,
    Student,
    StudentName,
    join_care_team,
)
from intake.models import Inquiry
from tests.world import BEFORE, NOW, key


@pytest.fixture
def twin(harbor, ana, marcus):
    """Mateo once more, from a call: with a contact, an inquiry, an advocate, a page and the mother's number."""
    family = Family.objects.create(name="Riviera")
    student = Student.objects.create(family=family, given_name="Matteo", family_name="Riviera", born_on="2016-03-14", grade="3")  # fmt: skip
    contact = Contact.objects.create(family=family, name="Luz Riviera")
    ContactPoint.objects.create(contact=contact, kind="phone", value=Contact.objects.get(pk=key("contact luz")).phone, safe=False)  # fmt: skip
    Guardianship.objects.create(
        contact=contact, student=student, relation="mother", blocked_from="2026-11-01"
    )
    join_care_team(student, ana, at=BEFORE)
    join_care_team(student, marcus, at=BEFORE)
    about.save(student, {"strengths": "maps"}, by=ana, language="en", at=BEFORE)
    Inquiry.objects.create(contact=contact, student=student, taken_at=BEFORE, advocate=ana)
    return student, contact


def test_everything_comes_along(mateo, twin, ana, marcus):
    gone, _contact = twin
    record = merging.merge(mateo, gone, by=ana, at=NOW)

    assert not Student.objects.filter(pk=gone.pk).exists()
    mateo.refresh_from_db()
    assert (str(mateo.born_on), mateo.grade, mateo.given_name) == ("2016-03-14", "3", "Mateo")
    assert StudentName.objects.get(student=mateo).family_name == "Riviera"
    assert Inquiry.objects.get().student == mateo
    assert AboutPage.objects.get(student=mateo).strengths == "maps"
    assert set(CareTeamMember.objects.filter(student=mateo, until=None).values_list("user", flat=True)) == {ana.pk, marcus.pk}  # fmt: skip
    # Ana was on both teams: one row was folded, and is written down.
    assert [row["model"] for row in record.folded] == ["clients.CareTeamMember"]
    assert (record.kept, str(record.was["given_name"]), record.merged_by) == (mateo.pk, "Matteo", ana)


def test_a_block_and_an_unsafe_number_of_either_hold_for_both(mateo, twin, ana):
    gone_student, gone = twin
    kept = Contact.objects.get(pk=key("contact luz"))
    merging.merge(mateo, gone_student, by=ana, at=NOW)
    merging.merge(kept, gone, by=ana, at=NOW)

    assert str(Guardianship.objects.get(contact=kept, student=mateo).blocked_from) == "2026-11-01"
    assert kept.points.get(kind="phone").safe is False


def test_the_end_of_a_parents_say_in_either_holds_for_both(mateo, twin, ana):
    gone_student, gone = twin
    kept = Contact.objects.get(pk=key("contact luz"))
    Guardianship.objects.filter(contact=gone).update(blocked_from=None, rights_ended_on="2026-05-01")
    merging.merge(mateo, gone_student, by=ana, at=NOW)
    merging.merge(kept, gone, by=ana, at=NOW)

    tie = Guardianship.objects.get(contact=kept, student=mateo)
    assert (str(tie.rights_ended_on), tie.blocked_from, tie.may_see) == ("2026-05-01", None, True)


def test_undone_they_are_two_again(mateo, twin, ana, visitor, clock):
    gone, _contact = twin
    pk = gone.pk
    merging.merge(mateo, gone, by=ana, at=NOW)
    answer = visitor.as_(ana).post(f"/merges/{MergeRecord.objects.get().pk}/undo/")

    assert answer.status_code == 302
    back = Student.objects.get(pk=pk)
    assert (back.given_name, str(back.born_on)) == ("Matteo", "2016-03-14")
    assert Inquiry.objects.get().student == back
    assert AboutPage.objects.get().student == back
    assert CareTeamMember.objects.filter(student=back).count() == 2
    assert CareTeamMember.objects.filter(student=mateo, user=ana).count() == 1
    assert not MergeRecord.objects.exists()


def test_two_accounts_are_not_merged(harbor, ana):
    one, other = Contact.objects.get(pk=key("contact luz")), Contact.objects.get(pk=key("contact ngozi"))
    with pytest.raises(merging.CannotMerge):
        merging.merge(one, other, by=ana, at=NOW)
    assert Contact.objects.filter(pk=other.pk).exists()


def test_one_merges_only_what_one_sees(mateo, harbor, marcus, visitor, clock):
    ada = Student.objects.get(pk=key("student Ada"))
    assert visitor.as_(marcus).post(f"/students/{ada.pk}/merge/", {"gone": str(mateo.pk)}).status_code == 302
    assert Student.objects.filter(pk=mateo.pk).exists()
    assert visitor.post(f"/students/{mateo.pk}/merge/", {"gone": str(ada.pk)}).status_code == 404


def test_the_page_offers_it(mateo, twin, ana, visitor, clock):
    gone, _contact = twin
    page = visitor.as_(ana).get(f"/students/{mateo.pk}/").content.decode()
    assert str(gone.pk) in page
    visitor.post(f"/students/{mateo.pk}/merge/", {"gone": str(gone.pk)})
    assert MergeRecord.objects.get().gone == gone.pk


def test_joining_an_unconfirmed_file_keeps_all_of_it(mateo, twin, ana, visitor, clock):
    student, contact = twin
    Student.objects.filter(pk=student.pk).update(given_name=mateo.given_name)
    luz = Contact.objects.get(pk=key("contact luz"))
    assert visitor.as_(ana).post(f"/contacts/{contact.pk}/joining/", {"into": str(luz.pk)}).status_code == 302

    assert Inquiry.objects.get().contact == luz
    assert Inquiry.objects.get().student == mateo
    assert not Contact.objects.filter(pk=contact.pk).exists()


def test_an_unconfirmed_file_has_one_way_to_be_joined(mateo, twin, ana, visitor, clock):
    _student, contact = twin
    Contact.objects.filter(pk=contact.pk).update(name="Luz Rivera", confirmed_at=None)
    luz = Contact.objects.get(pk=key("contact luz"))
    page = visitor.as_(ana).get(f"/contacts/{contact.pk}/").content.decode()
    assert page.count(f'value="{luz.pk}"') == 1
    assert "Merge into this record" not in page
    assert "Luz Rivera Rivera" not in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    Contact.objects.filter(pk=contact.pk).update(confirmed_at=NOW)
    page = visitor.get(f"/contacts/{contact.pk}/").content.decode()
    assert "Merge into this record" in page
    assert "Join the two" not in page

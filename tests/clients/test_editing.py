"""Two people edit one student: the second is shown what changed, and nothing that was typed is lost."""

import re

import pytest

from clients.models import District, School, Student
from tests.conftest import Visitor

WHOLE = {
    "given_name": "Mateo", "family_name": "Rivera", "born_on": "", "grade": "", "pronouns": "", "pronunciation": "",
    "home_language": "", "disability": "", "district": "", "school": "",
}  # fmt: skip


def seen(page):
    return re.search(r'name="seen" value="([^"]+)"', page.content.decode()).group(1)


@pytest.fixture
def path(mateo):
    return f"/students/{mateo.pk}/edit/"


def test_the_second_is_shown_what_the_first_changed(harbor, path, mateo, ana, olivia, clock):
    first, second = Visitor(harbor).as_(ana), Visitor(harbor).as_(olivia)
    a, b = seen(first.get(path)), seen(second.get(path))
    assert first.post(path, {**WHOLE, "grade": "4", "seen": a}).status_code == 302

    answer = second.post(path, {**WHOLE, "home_language": "Español", "seen": b})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else saved this while you were typing." in page
    assert re.search(r"<b>Grade</b>: – .*4", page)
    assert 'value="Español"' in page
    # Nothing was written yet; saving once more keeps both.
    assert Student.objects.get(pk=mateo.pk).home_language == ""
    assert second.post(path, {**WHOLE, "grade": "4", "home_language": "Español", "seen": seen(answer)}).status_code == 302  # fmt: skip
    student = Student.objects.get(pk=mateo.pk)
    assert (student.grade, student.home_language, student.version) == ("4", "Español", 3)


def test_what_both_changed_keeps_what_the_second_typed(harbor, path, mateo, ana, olivia, clock):
    first, second = Visitor(harbor).as_(ana), Visitor(harbor).as_(olivia)
    a, b = seen(first.get(path)), seen(second.get(path))
    first.post(path, {**WHOLE, "pronunciation": "mah-TEH-oh", "seen": a})
    answer = second.post(path, {**WHOLE, "pronunciation": "Mat-ay-o", "seen": b})

    page = answer.content.decode()
    assert (answer.status_code, 'value="Mat-ay-o"' in page) == (409, True)
    assert "mah-TEH-oh" in page
    assert "You changed it too" in page


@pytest.mark.parametrize("told", ["", "nonsense", "eyJ:1:x"])
def test_a_form_without_its_seal_overwrites_nothing(harbor, path, mateo, ana, clock, told):
    answer = Visitor(harbor).as_(ana).post(path, {**WHOLE, "given_name": "Other", "seen": told})
    assert answer.status_code == 409
    assert Student.objects.get(pk=mateo.pk).given_name == "Mateo"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"born_on": "2030-01-01"}, "This birth date lies ahead."),
        ({"born_on": "1925-01-01"}, "This birth date is too long ago."),
        ({"born_on": "31/31/2015"}, "Type a date like 2026-11-24."),
        ({"given_name": ""}, "First name: please fill this in."),
        ({"given_name": "x" * 500}, "80"),
    ],
)
def test_what_cannot_be_is_said_and_kept(harbor, path, mateo, ana, clock, told, words):
    visitor = Visitor(harbor).as_(ana)
    answer = visitor.post(
        path, {**WHOLE, "disability": "typed 😀 نص", **told, "seen": seen(visitor.get(path))}
    )
    page = answer.content.decode()
    assert (answer.status_code, words in page, "typed 😀 نص" in page) == (422, True, True)


def test_emoji_and_arabic_names_are_kept(harbor, path, mateo, ana, clock):
    visitor = Visitor(harbor).as_(ana)
    visitor.post(path, {**WHOLE, "given_name": "محمد 😀", "seen": seen(visitor.get(path))})
    assert Student.objects.get(pk=mateo.pk).given_name == "محمد 😀"
    assert "محمد 😀" in visitor.get("/students/").content.decode()


def test_a_school_brings_its_district_and_not_another(harbor, path, mateo, ana, clock):
    one, other = (District.objects.create(name=name, state="MT") for name in ("One", "Other"))
    school = School.objects.create(name="First", district=one)
    visitor = Visitor(harbor).as_(ana)
    told = {**WHOLE, "school": str(school.pk), "district": str(other.pk), "seen": seen(visitor.get(path))}
    assert visitor.post(path, told).status_code == 422
    assert visitor.post(path, {**told, "district": ""}).status_code == 302
    assert Student.objects.get(pk=mateo.pk).district == one


def test_hours_that_are_both_wrong_are_said_beside_each_and_never_by_the_rules_name(visitor, luz, clock):
    answer = visitor.as_(luz).post(
        "/portal/details/", {"name": "Luz Rivera", "language": "es", "prefers": luz.contact.prefers, "hours_from": "20:00", "hours_to": "06:00"}
    )  # fmt: skip

    assert answer.status_code == 422
    assert sorted(answer.context["form"].errors) == ["hours_from", "hours_to"]
    assert "contact_hours" not in answer.content.decode()


@pytest.mark.parametrize("path", ["edit/", ""])
def test_what_was_saved_is_said(visitor, ana, mateo, path):
    """A record that was changed, and a name that was added to one."""
    contact = mateo.family.contacts.get(name="Luz Rivera")
    if path:
        page = visitor.as_(ana).get(f"/students/{mateo.pk}/edit/").content.decode()
        seen = page.split('name="seen" value="')[1].split('"')[0]
        told = {"seen": seen, "given_name": "Mateo", "family_name": "Rivera", "grade": "4"}
        answer = visitor.post(f"/students/{mateo.pk}/edit/", told)
    else:
        answer = visitor.as_(ana).post(f"/contacts/{contact.pk}/names/", {"name": "Luz Vega"})
    assert answer.status_code == 302
    assert "Saved." in visitor.get(answer["Location"]).content.decode()


def test_a_former_name_that_is_too_long_stays_as_typed_with_what_is_wrong(visitor, ana, mateo):
    long, path = "x" * 81, f"/students/{mateo.pk}/names/"
    wrong = visitor.as_(ana).post(path, {"given_name": long, "family_name": "Soto"})
    page = wrong.content.decode()

    assert (wrong.status_code, mateo.other_names.count()) == (422, 0)
    assert "<details open><summary>Add a former or other name" in page
    assert all(
        words in page
        for words in (f'value="{long}"', 'value="Soto"', "at most 80", 'id="id_given_name_error"')
    )
    assert (
        visitor.post(path, {"given_name": "Teo", "family_name": ""})["Location"] == f"/students/{mateo.pk}/"
    )
    assert [str(name) for name in mateo.other_names.all()] == ["Teo"]

"""Inviting, changing, ending; signing in as a guest; and what a guest can reach."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, User
from clients import guests
from clients.models import Contact, ContactPoint, Guardianship, GuestGrant
from tests.house.matrix import MATRIX
from tests.house.test_matrix import address, firm_routes
from tests.world import NOW, key
from web.access import access_of

TEACHER = {
    "name": "Kim Lee", "email": "kim@school.example", "job": "teacher", "sees": ["wins", "page"], "adds": ["wins"],
    "lapses_on": "2027-06-10",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now(clock, standins):
    pass


def test_a_parent_invites_a_teacher_who_gets_an_e_mail_without_the_last_name(
    luz, mateo, page, visitor, work_due, standins
):
    answer = visitor.as_(luz).post(f"{page}people/new/", TEACHER)

    grant = GuestGrant.objects.get(email="kim@school.example")
    assert (answer.status_code, grant.granted_by.user, grant.user.email, grant.sees, grant.adds) == (
        302, luz, "kim@school.example", ["wins", "page"], ["wins"],
    )  # fmt: skip
    work_due(NOW)
    mail = standins.mail("kim@school.example")[0]
    assert "Mateo" in str(mail)
    assert page in str(mail)
    assert "Mateo Rivera" not in str(mail)


def test_the_whole_way_from_the_mail_to_the_page(luz, page, visitor, work_due, standins, client):
    """By code, to the child's page and to nothing else."""
    visitor.as_(luz).post(f"{page}people/new/", TEACHER)
    visitor.client.cookies.clear()
    asked = visitor.get(page)
    assert asked["Location"].startswith("/sign-in/?next=")
    visitor.post("/sign-in/", {"address": "kim@school.example", "next": page})
    letters = [letter["text"] for letter in standins.mail("kim@school.example")]
    code = next(found[1] for text in letters if (found := re.search(r"code is (\d{6})", text)))
    answer = visitor.post("/sign-in/code/", {"code": code, "next": page})

    assert answer["Location"] in {page, "/shared/"}
    assert visitor.get(page).status_code == 200
    assert GuestGrant.objects.get(email="kim@school.example").accepted_at == NOW
    assert visitor.get("/shared/")["Location"] == page


def test_staff_prepare_and_the_family_says_yes(luz, ana, mateo, page, visitor, work_due, standins):
    visitor.as_(ana).post(f"{page}people/new/", TEACHER)
    work_due(NOW)
    grant = GuestGrant.objects.get(email="kim@school.example")
    assert (grant.granted_at, standins.mail("kim@school.example")) == (None, [])

    visitor.post(f"/shared/people/{grant.pk}/confirmation/")
    grant.refresh_from_db()
    assert grant.granted_at is None

    visitor.as_(luz).post(f"/shared/people/{grant.pk}/confirmation/")
    grant.refresh_from_db()
    assert (grant.granted_at, grant.granted_by.user) == (NOW, luz)


def test_one_tap_ends_it_for_the_very_next_request(luz, gus, invite, page, visitor):
    grant = invite()
    assert visitor.as_(gus).get(page).status_code == 200
    visitor.as_(luz).post(f"/shared/people/{grant.pk}/ending/")

    assert visitor.as_(gus).get(page).status_code == 404
    assert AuditEntry.objects.filter(action="grant.ended", actor=luz.pk).count() == 1


def test_the_office_ends_it_too_and_another_advocate_does_not(ana, marcus, gus, invite, page, visitor):
    grant = invite()
    assert visitor.as_(marcus).post(f"/shared/people/{grant.pk}/ending/").status_code == 404
    assert visitor.as_(gus).get(page).status_code == 200
    visitor.as_(ana).post(f"/shared/people/{grant.pk}/ending/")
    assert visitor.as_(gus).get(page).status_code == 404


def test_the_family_changes_what_is_seen(luz, gus, mateo, invite, visitor):
    grant = invite()
    visitor.as_(luz).post(f"/shared/people/{grant.pk}/", {"sees": ["about"], "lapses_on": "2027-01-15"})

    assert guests.parts(gus, mateo, at=NOW).sees == {"about"}
    assert GuestGrant.objects.standing().get(student=mateo).lapses_on == date(2027, 1, 15)


def test_the_last_day_is_the_end_of_the_districts_school_year(luz, ana, mateo, page, visitor):
    from cases import calendars
    from clients.models import District

    visitor.as_(luz)
    assert 'value="2027-06-30"' in visitor.get(f"{page}people/new/").content.decode()

    district = District.objects.create(name="Lakeside", state="MT")
    calendars.save_year(
        district,
        first=date(2026, 8, 26),
        last=date(2027, 6, 9),
        days_off=[],
        weekdays=[0, 1, 2, 3, 4],
        by=ana,
        at=NOW,
    )
    type(mateo).objects.filter(pk=mateo.pk).update(district=district)
    assert 'value="2027-06-09"' in visitor.get(f"{page}people/new/").content.decode()


def test_a_relative_who_does_not_decide_is_not_offered_to_invite(luz, mateo, page, visitor):
    Contact.objects.filter(user=luz).update(role=Contact.Role.PROVIDER)

    assert "Invite a teacher" not in visitor.as_(luz).get(f"{page}people/").content.decode()
    assert visitor.get(f"{page}people/new/").status_code == 404
    assert visitor.post(f"{page}people/new/", TEACHER).status_code == 404


def test_a_wrong_form_is_told_in_words(luz, mateo, page, visitor):
    answer = visitor.as_(luz).post(
        f"{page}people/new/", {**TEACHER, "email": "ana@harbor.example", "sees": []}
    )
    assert answer.status_code == 422

    answer = visitor.post(f"{page}people/new/", {**TEACHER, "email": "ana@harbor.example"})
    assert "This person works here" in answer.content.decode()
    assert not GuestGrant.objects.filter(student=mateo).exists()


def test_a_guest_reaches_that_page_and_nothing_else(gus, mateo, invite, visitor):
    """Every route of the product that a guest may ask for, with the ids of everything there is."""
    invite()
    visitor.as_(gus)
    ours = {name for name in MATRIX if "shared" in name} | {"guest"}
    for name, item in firm_routes().items():
        access = access_of(item.callback)
        if name in ours or access is None or access.can is None or name.startswith("api-"):
            continue
        path = address(name)
        for wanted in (
            mateo.pk,
            key("document Mateo"),
            key("page Mateo"),
            key("version Mateo"),
            key("contact luz"),
            key("case Mateo"),
        ):
            answer = visitor.get(path.replace("00000000-0000-0000-0000-000000000007", str(wanted)))
            if name in {"profile", "other-sessions-end"}:
                continue
            assert answer.status_code in {403, 404, 405}, (name, answer.status_code)
            assert b"Paper of Mateo" not in answer.getvalue() if hasattr(answer, "getvalue") else True


def test_a_guest_has_no_api(gus, invite, harbor):
    from tests.conftest import Visitor
    from tests.house.test_matrix import key_of

    invite()
    secret = key_of(gus)
    for name in firm_routes():
        if name.startswith("api-") and name != "api-schema":
            answer = Visitor(harbor)._send(
                "get", address(name), headers={"Authorization": f"Bearer {secret}"}
            )
            assert answer.status_code in {401, 403, 405}, name


def test_a_blocked_father_gets_no_hint(luz, mateo, page, visitor):
    father = Contact.objects.create(
        family=mateo.family, name="Diego", user=User.objects.create_user(email="diego@home.example", name="Diego", role="family")
    )  # fmt: skip
    ContactPoint.objects.create(contact=father, kind="email", value="diego@home.example")
    Guardianship.objects.create(contact=father, student=mateo, blocked_from=NOW.date() - timedelta(days=1))
    visitor.as_(father.user)

    for path in (page, f"{page}people/", f"{page}people/new/", f"{page}adult-life/"):
        assert visitor.get(path).status_code == 404
    for name in ("shared-post-new", "shared-win-new", "shared-action-new", "shared-pace", "own-words"):
        assert (
            visitor.post(reverse(name, args=[mateo.pk], urlconf="config.urls"), {"words": "x"}).status_code
            == 404
        )
    assert "Nothing is shared with you now" in visitor.get("/shared/").content.decode()


def test_what_the_office_prepared_stands_on_the_familys_home(luz, ana, mateo, page, visitor):
    visitor.as_(ana).post(f"{page}people/new/", TEACHER)

    assert "May Kim Lee look at Mateo" in visitor.as_(luz).get("/portal/").content.decode()
    grant = GuestGrant.objects.get(email="kim@school.example")
    guests.end(grant, by=luz, at=NOW)
    assert "May Kim Lee" not in visitor.get("/portal/").content.decode()

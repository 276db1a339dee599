from datetime import timedelta

import pytest

from accounts import staff as staff_work
from accounts.models import Invitation, User
from tests.accounts.conftest import link_in
from tests.conftest import Visitor
from tests.world import NOW

NEW = "pat@harbor.example"


def invited(visitor, by, standins, role="advocate", email=NEW, language="en"):
    """The link in the mail that the invitation sends."""
    asked = {"name": "Pat Doe", "email": email, "role": role, "language": language}
    answer = visitor.as_(by).post("/staff/invitation/", asked)
    assert answer.status_code == 302
    return link_in(standins.mail(email)[0]["text"])


def test_an_invitation_makes_an_account_in_its_role(harbor, visitor, olivia, clock, standins):
    link = invited(visitor, olivia, standins)
    answer = Visitor(harbor).post(link, {"password": "a few words in a row"})

    assert answer["Location"] == "/sign-in/set-up/"  # nobody works here without a second step
    pat = User.objects.get(email=NEW)
    assert (pat.role, pat.name, pat.email_confirmed_at) == ("advocate", "Pat Doe", NOW)


def test_who_is_invited_is_written_to_in_their_own_language(harbor, visitor, olivia, clock, standins):
    link = invited(visitor, olivia, standins, language="es")
    (mail,) = standins.mail(NEW)
    assert mail["subject"] == "Únase a Harbor Advocacy en Roundtable"

    Visitor(harbor).post(link, {"password": "a few words in a row"})
    assert User.objects.get(email=NEW).language == "es"


def test_the_page_of_an_invitation_and_the_second_step_speak_the_language_of_the_mail(
    harbor, visitor, olivia, clock, standins
):
    link = invited(visitor, olivia, standins, language="es")
    pat = Visitor(harbor)
    first = pat.get(link)
    assert '<html lang="es"' in first.content.decode()
    assert first["Content-Language"] == "es"
    assert pat.post(link, {"password": "short"}).status_code == 422
    pat.post(link, {"password": "a few words in a row"})
    assert '<html lang="es"' in pat.get("/sign-in/set-up/").content.decode()


def test_the_switch_on_the_page_goes_before_what_others_thought(harbor, visitor, olivia, clock, standins):
    link = invited(visitor, olivia, standins, language="es")
    pat = Visitor(harbor)
    pat.post("/language/", {"language": "en"})
    pat.post(link, {"password": "a few words in a row"})

    assert User.objects.get(email=NEW).language == "en"


@pytest.mark.parametrize("language", ["", "fr", "x" * 500])
def test_a_language_we_do_not_have_is_told_beside_the_field(visitor, olivia, clock, standins, language):
    asked = {"name": "Pat", "email": NEW, "role": "advocate", "language": language}
    answer = visitor.as_(olivia).post("/staff/invitation/", asked)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["language"])
    assert standins.mail(NEW) == []


def test_opening_the_link_spends_nothing(harbor, visitor, olivia, clock, standins):
    link = invited(visitor, olivia, standins)
    for _ in range(3):
        assert Visitor(harbor).get(link).status_code == 200

    assert not User.objects.filter(email=NEW).exists()
    assert Visitor(harbor).post(link, {"password": "a few words in a row"}).status_code == 302


def test_it_works_once(harbor, visitor, olivia, clock, standins):
    link = invited(visitor, olivia, standins)
    Visitor(harbor).post(link, {"password": "a few words in a row"})

    assert Visitor(harbor).get(link).status_code == 410
    assert Visitor(harbor).post(link, {"password": "other words in a row"}).status_code == 410
    assert User.objects.get(email=NEW).check_password("a few words in a row")


@pytest.mark.parametrize(("days", "status"), [(6.99, 302), (7, 410)])
def test_it_lapses_after_seven_days(harbor, visitor, olivia, clock, standins, days, status):
    link = invited(visitor, olivia, standins)
    clock.now = NOW + timedelta(days=days)

    assert Visitor(harbor).post(link, {"password": "a few words in a row"}).status_code == status


def test_one_taken_back_works_no_more(harbor, visitor, olivia, clock, standins):
    link = invited(visitor, olivia, standins)
    visitor.post(f"/staff/invitations/{Invitation.objects.get().pk}/withdrawal/")

    assert Visitor(harbor).post(link, {"password": "a few words in a row"}).status_code == 410


def test_a_second_invitation_takes_the_first_one_back(harbor, visitor, olivia, clock, standins):
    first = invited(visitor, olivia, standins)
    second = invited(visitor, olivia, standins, role="billing")

    assert Visitor(harbor).post(first, {"password": "a few words in a row"}).status_code == 410
    Visitor(harbor).post(second, {"password": "a few words in a row"})
    assert User.objects.get(email=NEW).role == "billing"


def test_a_short_or_common_password_is_refused_and_spends_nothing(harbor, visitor, olivia, clock, standins):
    link = invited(visitor, olivia, standins)
    for password in ("short", "elevenchars", "1q2w3e4r5t6y", "patdoe@harbor"):
        assert Visitor(harbor).post(link, {"password": password}).status_code == 422

    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.parametrize("role", ["owner", "family", "guest", "nonsense"])
def test_an_administrator_gives_no_role_above_or_outside_the_staff(visitor, adam, clock, standins, role):
    visitor.as_(adam)
    answer = visitor.post("/staff/invitation/", {"name": "Pat", "email": NEW, "role": role, "language": "en"})

    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_an_administrator_makes_nobody_an_owner(visitor, adam, ana, clock):
    answer = visitor.as_(adam).post(f"/staff/{ana.pk}/", {"name": ana.name, "role": "owner"})

    assert answer.status_code == 422
    assert User.objects.get(pk=ana.pk).role == "advocate"


@pytest.mark.parametrize("role", ["advocate", "admin", "owner"])
def test_an_administrator_changes_no_owner(visitor, adam, olivia, clock, role):
    answer = visitor.as_(adam).post(f"/staff/{olivia.pk}/", {"name": "Mallory", "role": role})

    assert answer.status_code == 422
    assert User.objects.filter(pk=olivia.pk, role="owner", name="Olivia Hart").exists()


def test_an_administrator_deactivates_no_owner(visitor, adam, olivia, clock):
    visitor.as_(adam).post(f"/staff/{olivia.pk}/deactivation/")

    assert User.objects.get(pk=olivia.pk).is_active


def test_the_last_owner_stays(visitor, olivia, ana, clock):
    visitor.as_(olivia)
    assert visitor.post(f"/staff/{olivia.pk}/", {"name": "Olivia Hart", "role": "admin"}).status_code == 422
    visitor.post(f"/staff/{olivia.pk}/deactivation/")
    assert User.objects.filter(pk=olivia.pk, role="owner", is_active=True).exists()

    staff_work.set_role(ana, "owner", by=olivia, at=NOW)
    assert visitor.post(f"/staff/{olivia.pk}/", {"name": "Olivia Hart", "role": "admin"}).status_code == 302


def test_a_deactivated_owner_is_no_owner_who_stays(olivia, ana):
    staff_work.set_role(ana, "owner", by=olivia, at=NOW)
    staff_work.deactivate(ana, by=olivia, at=NOW)

    with pytest.raises(staff_work.LastOwner):
        staff_work.deactivate(olivia, by=olivia, at=NOW)


def test_an_invitation_turns_no_familys_account_into_staff(harbor, visitor, adam, luz, clock, standins):
    """Luz keeps her portal; whoever joins the staff uses another address."""
    answer = visitor.as_(adam).post(
        "/staff/invitation/", {"name": "Luz", "email": luz.email, "role": "admin", "language": "en"}
    )

    assert answer.status_code == 422
    assert "already signs in here as a family" in answer.content.decode()


def test_who_left_comes_back_by_invitation(harbor, visitor, olivia, ana, clock, standins):
    staff_work.deactivate(ana, by=olivia, at=NOW)
    link = invited(visitor, olivia, standins, role="assistant", email=ana.email)
    Visitor(harbor).post(link, {"password": "a few words in a row"})

    ana.refresh_from_db()
    assert (ana.is_active, ana.role) == (True, "assistant")

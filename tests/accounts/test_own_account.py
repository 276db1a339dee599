"""What a member of staff changes of their own account, and how a colleague helps who lost the phone."""

import pyotp
import pytest

from accounts import second_factor
from accounts.models import AuditEntry, Session, User
from tests.accounts.conftest import totp
from tests.conftest import Visitor
from tests.world import NOW, PASSWORD

NEW = "marmot lake copper eleven"


def code_of(secret, *, at=NOW):
    return pyotp.TOTP(secret).generate_otp(int(at.timestamp()) // 30)


def is_in(visitor):
    return visitor.get("/profile/").status_code == 200


def test_a_new_password_takes_the_old_one_and_ends_the_other_sessions(harbor, ana, clock):
    here, there = Visitor(harbor).as_(ana), Visitor(harbor).as_(ana)
    answer = here.post("/profile/password/", {"old": PASSWORD, "password": NEW})

    ana.refresh_from_db()
    assert (answer.status_code, ana.check_password(NEW)) == (302, True)
    assert (is_in(here), is_in(there)) == (True, False)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("not my password", NEW, "That is not your password."),
        (PASSWORD, "short", "It must contain at least 12 characters"),
        ("", "", "Type your password."),
    ],
)
def test_a_wrong_password_changes_nothing(visitor, ana, clock, old, new, said):
    answer = visitor.as_(ana).post("/profile/password/", {"old": old, "password": new})

    ana.refresh_from_db()
    assert (answer.status_code, ana.check_password(PASSWORD)) == (422, True)
    assert said in answer.content.decode()


def test_guessing_the_password_from_an_open_session_is_stopped(visitor, ana, clock):
    visitor.as_(ana)
    answers = [visitor.post("/profile/password/", {"old": f"guess {n}", "password": NEW}).status_code for n in range(12)]  # fmt: skip

    assert answers[0] == 422
    assert answers[-1] == 429


def test_a_new_phone_takes_over_once_both_codes_are_right(visitor, ana, clock):
    page = visitor.as_(ana).get("/profile/second-step/").content.decode()
    secret = page.split('<code class="key">')[1].split("<")[0]

    wrong = visitor.post("/profile/second-step/", {"current": "000000", "code": code_of(secret)})
    assert wrong.status_code == 422
    ana.refresh_from_db()
    assert second_factor.check(ana, totp(NOW), at=NOW)

    right = visitor.post("/profile/second-step/", {"current": totp(NOW, steps=1), "code": code_of(secret)})
    assert right.content.decode().count("<li><code>") == second_factor.RECOVERY_CODES
    for wanted in (
        "data-print",
        'data-copy="#codes code"',
        "keep them apart from your phone",
        "Recovery codes of Ana Reyes",
    ):
        assert wanted in right.content.decode()
    assert is_in(visitor)
    ana.refresh_from_db()
    later = NOW.replace(minute=5)
    assert second_factor.check(ana, code_of(secret, at=later), at=later)
    assert not second_factor.check(ana, totp(later), at=later)


def test_one_other_browser_is_signed_out_and_the_rest_stay(harbor, ana, marcus, clock):
    here, there, third = (Visitor(harbor).as_(ana) for _ in range(3))
    key = there.client.cookies["__Host-session"].value
    row = Session.objects.get(session_key=key)
    page = here.get("/profile/").content.decode()
    assert (row.mark in page, key in page) == (True, False)

    assert Visitor(harbor).as_(marcus).post(f"/profile/sessions/{row.mark}/end/").status_code == 404
    assert here.post(f"/profile/sessions/{row.mark}/end/").status_code == 302
    assert [is_in(one) for one in (here, there, third)] == [True, False, True]


def test_the_owner_lets_somebody_set_up_the_second_step_again(harbor, ana, olivia, clock):
    there, owner = Visitor(harbor).as_(ana), Visitor(harbor).as_(olivia)
    owner.post(f"/staff/{ana.pk}/second-step/reset/")

    ana.refresh_from_db()
    assert (ana.has_second_factor, ana.recovery_codes.count(), is_in(there)) == (False, 0, False)
    assert AuditEntry.objects.filter(action="person.second_step_reset", actor_name=olivia.name).exists()
    door = Visitor(harbor)
    assert door.post("/sign-in/staff/", {"email": ana.email, "password": PASSWORD})["Location"] == "/sign-in/set-up/"  # fmt: skip


def test_nobody_resets_their_own_step_and_only_an_owner_an_owners(harbor, adam, olivia, clock):
    Visitor(harbor).as_(adam).post(f"/staff/{olivia.pk}/second-step/reset/")
    Visitor(harbor).as_(olivia).post(f"/staff/{olivia.pk}/second-step/reset/")

    assert User.objects.get(pk=olivia.pk).has_second_factor


def test_an_invitation_offers_no_ownership_by_itself(visitor, olivia, clock):
    page = visitor.as_(olivia).get("/staff/invitation/").content.decode()

    assert '<option value="advocate" selected>' in page


def test_the_language_of_the_profile_is_the_language_of_the_pages(harbor, visitor, ana, clock):
    visitor.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en-US"
    visitor.as_(ana).post("/profile/", {"name": ana.name, "language": "es"})
    page = visitor.get("/profile/").content.decode()
    assert '<html lang="es"' in page
    assert "Guardado" in page or "Guardada" in page

    new = Visitor(harbor)
    new.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en-US"
    new.post("/sign-in/staff/", {"email": ana.email, "password": PASSWORD})
    new.post("/sign-in/second-step/", {"code": totp(NOW, steps=1)})
    assert '<html lang="es"' in new.get("/today/").content.decode()


def test_who_may_have_no_keys_is_offered_none(visitor, ana, bo, clock):
    assert "/profile/tokens/" in visitor.as_(ana).get("/profile/").content.decode()
    assert "/profile/tokens/" not in visitor.as_(bo).get("/profile/").content.decode()
    assert visitor.get("/profile/tokens/").status_code == 403


@pytest.mark.parametrize("path", ["/profile/", "/portal/details/"])
def test_the_page_of_ones_own_account_has_the_way_out(visitor, ana, luz, clock, path):
    page = visitor.as_(luz if path.startswith("/portal") else ana).get(path).content.decode()

    main, menus = page[page.index("<main") : page.index("</main>")], page[: page.index("<main")] + page[page.index("</main>") :]  # fmt: skip
    assert 'action="/sign-out/"' in main
    assert 'class="leave" method="post" action="/sign-out/"' in menus

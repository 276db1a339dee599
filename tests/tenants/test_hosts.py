"""The host chooses the firm, and nothing else does."""

import pytest
from django.conf import settings
from django.test import Client

from tenants import hosts
from tenants.models import Domain, Firm
from tenants.places import in_public
from tests.conftest import Visitor

HARBOR = ["harbor.localhost", "harbor.localhost:8000", "HARBOR.localhost", "Harbor.LocalHost:80", "harbor.localhost:65535"]  # fmt: skip
PUBLIC = ["localhost", "localhost:8000", "LOCALHOST:1"]
NOBODYS = [
    "harbor.localhost.", "harbor.localhost.:8000", "harbor.localhost.evil.example", "evil.example", "evil.example:8000",
    "harbor", "harbor.", ".localhost", "localhost.", "..localhost", "a.harbor.localhost", "harbor.birch.localhost",
    "harbor.localhost@birch.localhost", "birch.localhost@harbor.localhost", "harbor.localhost/birch", "harbor.localhost#x",
    "harbor.localhost?x", "harbor.localhost:birch.localhost", "harbor.localhost:80:80", "harbor.localhost:-1",
    "harbor.localhost:8000x", "harbor.localhost,birch.localhost", "harbor.localhost birch.localhost", " harbor.localhost",
    "harbor.localhost\t", "harbor%2elocalhost", "hаrbor.localhost", "harbor\u3002localhost", "xn--hrbor-dkd.localhost",
    "127.0.0.1", "[::1]", "[::1]:8000", "::1", "0", "2130706433", "public.localhost", "pg_catalog.localhost", "t_.localhost",
    "*.localhost", "harbor_.localhost", "harbor--.localhost", "harbor'--.localhost", "harbor.localhost\x00", "",
    "rt_public.localhost", "harbor.localhost:8000\r\nX: y", "a" * 300 + ".localhost",
]  # fmt: skip


def ask(host, **headers):
    return Client(raise_request_exception=False).get(
        "/", HTTP_HOST=host, headers={"Accept-Language": "en", **headers}
    )


@pytest.mark.parametrize("host", HARBOR)
def test_a_firms_own_host_is_that_firm(firms, host):
    answer = ask(host)

    assert answer.status_code == 200
    assert "Harbor Advocacy" in answer.content.decode()


@pytest.mark.parametrize("host", PUBLIC)
def test_the_public_host_is_no_firm(firms, host):
    answer = ask(host)

    assert answer.status_code == 200
    assert "Harbor Advocacy" not in answer.content.decode()


@pytest.mark.parametrize("host", NOBODYS, ids=ascii)
def test_any_other_host_is_nobodys(firms, host):
    answer = ask(host)

    assert answer.status_code in {400, 404}
    assert "Harbor" not in answer.content.decode()
    assert "__Host-session" not in answer.cookies


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-Host", "X-Firm"])
def test_no_other_header_names_the_firm(firms, header):
    answer = ask("harbor.localhost:8000", **{header: "host=birch.localhost" if header == "Forwarded" else "birch.localhost"})  # fmt: skip

    assert "Harbor Advocacy" in answer.content.decode()


def test_there_are_forty_odd_hosts():
    assert len(HARBOR + PUBLIC + NOBODYS) >= 40


def test_a_suspended_firm_answers_no_page(harbor, visitor, ana):
    visitor.as_(ana)
    with in_public():
        firm = Firm.objects.get(slug="harbor")
        firm.suspended_at = firm.created_at
        firm.save()

    for path in ("/", "/book/", "/today/", "/sign-in/", "/api/v1/services/", "/profile/"):
        answer = visitor.get(path)
        assert (path, answer.status_code) == (path, 403)
    assert visitor.post("/sign-in/", {"address": "luz@harbor.example"}).status_code == 403


@pytest.mark.parametrize(("language", "said"), [("en", "There is no firm at this address"), ("es-MX", "No hay ninguna organización en esta dirección")])  # fmt: skip
def test_at_an_unknown_host_people_read_their_language_and_find_their_firm(firms, language, said):
    answer = ask("nofirm.localhost:8000", **{"Accept-Language": language})
    page = answer.content.decode()

    assert (answer.status_code, f"<h1>{said}</h1>" in page) == (404, True)
    assert f'href="{settings.PUBLIC_URL}/find-my-firm/"' in page
    # Nothing else there leads anywhere: every other address of this host is this page again.
    assert ("<form" in page, "data-worker" in page, "/privacy/" in page) == (False, False, False)


def test_a_suspended_firm_says_so_in_the_visitors_language(harbor):
    with in_public():
        Firm.objects.filter(slug="harbor").update(suspended_at=Firm.objects.get(slug="harbor").created_at)
    hosts.forget()

    assert "Esta organización está en pausa" in ask("harbor.localhost:8000", **{"Accept-Language": "es"}).content.decode()  # fmt: skip


def test_a_firm_that_is_not_open_yet_is_unknown(harbor, visitor):
    with in_public():
        Firm.objects.filter(slug="harbor").update(opened_at=None)
    hosts.forget()

    assert visitor.get("/").status_code == 404


def test_an_unknown_host_is_asked_for_anew_each_time(firms):
    assert hosts.firm_at("lake.example") is None
    with in_public():
        Domain.objects.create(domain="lake.example", tenant=Firm.objects.get(slug="harbor"), is_primary=False)

    assert hosts.firm_at("lake.example").slug == "harbor"


def test_a_change_is_seen_at_the_next_request(firms):
    assert hosts.firm_at("harbor.localhost").name == "Harbor Advocacy"
    with in_public():
        firm = Firm.objects.get(slug="harbor")
        firm.name = "Harbor & Daughters"
        firm.save()

    assert hosts.firm_at("harbor.localhost").name == "Harbor & Daughters"


def test_what_was_read_before_a_change_is_not_kept(firms, monkeypatch):
    """A reader is between its query and its note when somebody saves."""
    find = hosts._find

    def meanwhile(host):
        found = find(host)
        hosts.forget()
        return found

    hosts.forget()
    monkeypatch.setattr(hosts, "_find", meanwhile)
    assert hosts.firm_at("harbor.localhost").slug == "harbor"
    assert "harbor.localhost" not in hosts._known


def test_other_processes_are_believed_for_five_seconds(firms, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(hosts.time, "monotonic", lambda: now[0])
    hosts.forget()
    hosts.firm_at("harbor.localhost")
    with in_public():
        Firm.objects.filter(slug="harbor").update(name="Changed elsewhere")

    now[0] += 4.9
    assert hosts.firm_at("harbor.localhost").name == "Harbor Advocacy"
    now[0] += 0.2
    assert hosts.firm_at("harbor.localhost").name == "Changed elsewhere"


def test_cookies_belong_to_one_host_alone(harbor, stranger, ana, luz, clock):
    """`__Host-`: Secure, the whole host, and no Domain, so that no sibling reads or sets them."""
    visitor = Visitor(harbor)
    answers = [
        visitor.get("/sign-in/"), visitor.post("/theme/", {"theme": "dark"}), visitor.post("/shortcuts/", {"on": "0"}),
        visitor.post("/language/", {"language": "es"}), visitor.post("/sign-in/", {"address": luz.email}),
        visitor.post("/sign-in/staff/", {"email": ana.email, "password": "harbor lantern quartz river"}),
        stranger.get("/signup/"), stranger.post("/language/", {"language": "es"}),
    ]  # fmt: skip
    cookies = [cookie for answer in answers for cookie in answer.cookies.values()]

    assert {cookie.key for cookie in cookies} >= {
        "__Host-session",
        "__Host-csrf",
        "__Host-theme",
        "__Host-language",
    }
    for cookie in cookies:
        assert cookie.key.startswith("__Host-")
        assert (cookie["secure"], cookie["domain"], cookie["path"]) == (True, "", "/")


def test_no_setting_gives_a_cookie_a_domain():
    named = {name: getattr(settings, name) for name in dir(settings) if name.endswith("COOKIE_DOMAIN")}
    assert set(named.values()) == {None}
    named = {name: getattr(settings, name) for name in dir(settings) if name.endswith("COOKIE_NAME")}
    assert all(value.startswith("__Host-") for value in named.values())

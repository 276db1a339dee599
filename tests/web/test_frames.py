from __future__ import annotations

import re

import pytest

from web import navigation


@pytest.fixture
def menu():
    """Empty menus for the test, and the real ones back after it."""
    kept = dict(navigation._items)
    navigation._items.clear()
    yield navigation.register
    navigation._items.clear()
    navigation._items.update(kept)


def test_the_staff_frame_shows_the_menu_of_what_one_may_open(get, menu):
    menu("staff", label="Students", icon="users", url_name="students", order=2, count=lambda _request: 3)
    menu("staff", label="Today", icon="sun", url_name="today", order=1, phone=True)
    menu("staff", label="Not there yet", icon="x", url_name="not-a-route", order=3)

    page = get("/staff/").content.decode()
    nav = page[page.index('<ul class="nav">') : page.index("</ul>")]

    assert re.findall(r"<span>([^<]+)</span>", nav) == ["Today", "Students"]
    assert re.findall(r'href="([^"]+)" aria-current="page"', nav) == ["/staff/"]
    assert '<span class="n">3<span class="vh"> new</span></span>' in nav
    bar = page[page.index('class="tabbar"') :]
    assert re.findall(r'<a href="([^"]+)"', bar)[:2] == ["/staff/", "/family/"]


def test_an_entry_with_a_permission_is_asked_for(menu, rf):
    menu("staff", label="Money", icon="coin", url_name="language", can="see_money")

    class Person:
        def __init__(self, *may: str) -> None:
            self.may = may

        def can(self, what: str) -> bool:
            return what in self.may

    request = rf.get("/")
    request.urlconf = "tests.web.pages"
    found = []
    for person in (Person("see_money"), Person(), None):
        request.user = person
        found.append([link.label for link in navigation.links("staff", request)])
    assert found == [["Money"], [], []]


def test_the_family_frame_offers_the_other_language(get):
    english, spanish = (get("/family/", language=code).content.decode() for code in ("en", "es"))
    assert '<button class="btn" type="submit" name="language" value="es" lang="es">' in english
    assert '<button class="btn" type="submit" name="language" value="en" lang="en">' in spanish
    assert "Ir al contenido principal" in spanish


def test_the_title_names_page_and_firm(get):
    assert "<title>Start - Harbor Advocacy</title>" in get("/family/").content.decode()


def test_a_firm_wears_its_colour(get):
    page = get("/family/").content.decode()
    (address,) = re.findall(r'href="(/brand/harbor-[0-9a-f]{12}\.css)"', page)
    sheet = get(address)
    assert sheet["Content-Type"] == "text/css; charset=utf-8"
    assert sheet["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "--brand:#7a2e5d" in sheet.content.decode()


def test_an_address_of_an_older_colour_is_not_kept_and_another_firms_is_not_found(get):
    assert get("/brand/harbor-000000000000.css")["Cache-Control"] == "no-cache"
    assert get("/brand/birch-000000000000.css").status_code == 404


def test_a_theme_is_kept_and_shown(get):
    answer = get("/theme/", data={"theme": "dark", "next": "/family/"})
    cookie = answer.cookies["__Host-theme"]
    assert (answer.status_code, answer["Location"], cookie.value, bool(cookie["secure"])) == (
        302,
        "/family/",
        "dark",
        True,
    )
    assert ' data-theme="dark"' in get("/family/", **{"__Host-theme": "dark"}).content.decode()
    assert "data-theme" not in get("/family/", **{"__Host-theme": "purple"}).content.decode()


@pytest.mark.parametrize(
    "outside", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""]
)
def test_choosing_a_theme_never_leads_elsewhere(get, outside):
    assert get("/theme/", data={"theme": "light", "next": outside})["Location"] == "/"


def test_letter_shortcuts_can_be_switched_off(get):
    assert 'data-keys="on"' in get("/staff/").content.decode()
    cookie = get("/shortcuts/", data={"on": "0"}).cookies["__Host-shortcuts"].value
    assert 'data-keys="off"' in get("/staff/", **{"__Host-shortcuts": cookie}).content.decode()


def test_what_was_done_stands_in_the_page_and_can_be_undone(get):
    page = get("/staff/", data={}).content.decode()
    notice = page[page.index('class="notice"') : page.index("The day is saved.")]
    assert 'data-s="ok"' in notice
    assert re.search(r'<div class="toast"><span>Saved\.</span>\s*<form method="post" action="/undo/">', page)


def test_the_worker_keeps_the_offline_page_and_its_looks_alone(get):
    english, spanish = get("/sw.js"), get("/sw.js", language="es")
    (kept,) = re.findall(r"const KEPT = (\[.*?\]);", english.content.decode())
    assert english["Content-Type"] == "text/javascript; charset=utf-8"
    assert [name for name in re.findall(r'"([^"]+)"', kept) if not name.startswith("/static/")] == [
        "/offline/"
    ]
    assert english.content != spanish.content

"""The kit, both frames and the error pages in a real browser: barriers, sizes, keys, and life without script."""

from __future__ import annotations

import pytest

from tests.web import pages
from tests.web.axe import audit, sideways, small_targets
from web import navigation

pytestmark = pytest.mark.browser

PATHS = ["/kit/", "/staff/", "/family/", "/404/", "/410/", "/offline/"]
VIEWS = [(320, "light", "en-US"), (390, "dark", "es-US"), (1440, "light", "es-US")]
ALL_VIEWS = [
    (width, scheme, code)
    for width in (320, 390, 1440)
    for scheme in ("light", "dark")
    for code in ("en-US", "es-US")
]


@pytest.fixture(autouse=True)
def menus():
    """Menus of our own, so that the frames are full whatever apps are installed."""
    kept = dict(navigation._items)
    navigation._items.clear()
    for order, (label, icon, url_name) in enumerate(
        [
            ("Today", "sun", "today"),
            ("Students", "users", "students"),
            ("Find", "search", "search"),
            ("Help", "q", "help"),
        ]
    ):
        for area in ("staff", "new", "family"):
            navigation.register(
                area,
                label=label,
                icon=icon,
                url_name=url_name,
                order=order,
                phone=True,
                count=lambda _request: 2,
            )
    yield
    navigation._items.clear()
    navigation._items.update(kept)


def check(page) -> None:
    assert audit(page) == []
    assert sideways(page) == 0
    assert small_targets(page) == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("width", "scheme", "language"), VIEWS)
def test_a_page_has_no_barrier(tab, path, width, scheme, language):
    check(tab(path, width=width, scheme=scheme, language=language))


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("width", "scheme", "language"), ALL_VIEWS)
def test_a_page_has_no_barrier_anywhere(tab, path, width, scheme, language):
    check(tab(path, width=width, scheme=scheme, language=language))


def test_the_audit_sees_a_barrier(tab):
    page = tab("/family/")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x><button></button>')"
    )
    assert {line.split(":")[0] for line in audit(page)} == {"image-alt", "button-name"}


def test_families_get_targets_for_thumbs(tab):
    page = tab("/family/", width=390)
    assert small_targets(page, least=44) == []


def test_nothing_is_refused_by_the_policy(chromium, site):
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    for path in ("/kit/", "/staff/", "/family/", "/offline/"):
        answer = page.goto(site + path)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        page.wait_for_load_state("networkidle")
    context.close()
    assert told == []


def test_words_may_be_twice_as_large(tab):
    for path in PATHS:
        page = tab(path, width=640)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert (path, sideways(page)) == (path, 0)


def test_right_to_left_needs_no_second_sheet(tab):
    page = tab("/staff/", width=1440)
    page.evaluate("document.documentElement.dir = 'rtl'")
    side, main = page.locator(".side").bounding_box(), page.locator("main").bounding_box()
    assert side["x"] > main["x"] + main["width"] - 1
    assert sideways(page) == 0


def test_the_skip_link_is_the_first_stop_and_leads_to_the_words(tab):
    page = tab("/staff/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_stop_of_the_keyboard_can_be_seen(tab):
    page = tab("/kit/", width=1440)
    page.evaluate("document.activeElement.blur()")
    hidden = []
    for _stop in range(60):
        page.keyboard.press("Tab")
        hidden += page.evaluate(
            """() => {
                const el = document.activeElement;
                if (el === document.body) return [];
                const shown = el.closest(".tile, .pick") || el, box = shown.getBoundingClientRect();
                const ring = [shown, el, el.nextElementSibling, el.closest("form")].some(
                    (part) => part && (parseFloat(getComputedStyle(part).outlineWidth) >= 3 && getComputedStyle(part).outlineStyle !== "none"));
                const bar = document.querySelector(".buybar").getBoundingClientRect();
                const covered = !el.closest(".buybar") && box.top >= bar.top && box.bottom <= bar.bottom;
                return ring && !covered ? [] : [el.outerHTML.slice(0, 100) + (covered ? " covered" : "")];
            }"""
        )
    assert hidden == []


def test_the_error_summary_is_read_first_and_leads_to_the_field(tab):
    page = tab("/kit/")
    assert page.evaluate("document.activeElement.className") == "errsum"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kit/#id_phone")
    assert page.locator("#id_phone").evaluate(
        "el => el.getBoundingClientRect().top >= 0 && el.getBoundingClientRect().bottom <= innerHeight"
    )


def test_the_palette_opens_by_keys_and_closes(tab):
    page = tab("/staff/")
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.type") == "search"
    assert audit(page) == []
    page.keyboard.press("Escape")
    assert page.locator("#palette").is_hidden()
    page.get_by_role("link", name="Find a student, document or date").click()
    assert page.locator("#palette").is_visible()


def test_without_script_the_search_is_a_page(tab):
    page = tab("/staff/", java_script_enabled=False)
    page.get_by_role("link", name="Find a student, document or date").click()
    assert page.url.endswith("/search/")


def test_two_presses_are_one_post(tab):
    page = tab("/staff/")
    pages.posts.clear()
    page.evaluate(
        """() => {
            const button = document.querySelector("main .btn-primary");
            button.click(); button.click(); button.click();
        }"""
    )
    page.wait_for_selector(".notice")
    assert pages.posts == ["/staff/"]


def test_a_letter_acts_unless_one_is_typing_or_it_is_switched_off(tab, site):
    page = tab("/staff/")
    pages.posts.clear()
    page.keyboard.press("Control+k")
    page.keyboard.press("k")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement === document.body")
    assert pages.posts == []
    page.keyboard.press("k")
    page.wait_for_selector(".notice")
    assert pages.posts == ["/staff/"]

    page.evaluate(
        """() => fetch("/shortcuts/", {method: "POST", body: new URLSearchParams({
            on: "0", csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]").value})})"""
    )
    page.goto(site + "/staff/")
    page.keyboard.press("k")
    page.wait_for_timeout(200)
    assert pages.posts == ["/staff/"]


def test_a_menu_closes_by_escape_and_gives_focus_back(tab):
    page = tab("/staff/")
    summary = page.locator(".topbar summary")
    summary.click()
    assert page.locator(".topbar .menu-list").is_visible()
    page.keyboard.press("Escape")
    assert page.locator(".topbar .menu-list").is_hidden()
    assert summary.evaluate("el => el === document.activeElement")


@pytest.mark.parametrize("script", [True, False])
def test_a_dialog_asks_before_something_leaves(tab, script):
    page = tab("/kit/", java_script_enabled=script)
    dialog = page.locator("#k-send")
    assert dialog.is_hidden()
    page.get_by_role("link", name="Send the review").click()
    assert dialog.is_visible()
    dialog.get_by_role("link", name="Not yet").click()
    assert dialog.is_hidden()


def test_the_language_is_switched_by_a_form(tab):
    page = tab("/family/", width=390, java_script_enabled=False)
    page.get_by_role("button", name="Español").click()
    assert page.url.endswith("/family/")
    assert page.locator("html").get_attribute("lang") == "es"


def test_the_device_tells_its_zone_once(tab):
    page = tab("/family/", timezone_id="America/Denver")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert cookies["tz"] == "America%2FDenver"


def test_a_toast_can_be_put_away(tab):
    page = tab("/staff/")
    page.locator("main .btn-primary").click()
    toast = page.locator(".toasts .toast")
    assert toast.inner_text().split() == ["Saved.", "Undo", "Close"]
    toast.get_by_role("button", name="Close").click()
    assert toast.count() == 0


def test_paper_shows_the_words_and_not_the_furniture(tab):
    page = tab("/staff/")
    page.emulate_media(media="print")
    shown = {name: page.locator(name).first.is_visible() for name in (".side", ".topbar", "main h1")}
    assert shown == {".side": False, ".topbar": False, "main h1": True}


def test_paper_is_light_in_the_dark_too(tab):
    page = tab("/staff/", scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_chosen_tiles_show_in_forced_colours(tab):
    page = tab("/kit/", forced_colors="active")
    chosen = page.locator(".seg .tile input:checked + span")
    other = page.locator(".seg .tile input:not(:checked) + span")
    colour = "el => getComputedStyle(el).backgroundColor"
    assert chosen.evaluate(colour) != other.evaluate(colour)


def test_no_connection_shows_the_offline_page_and_only_that_is_kept(tab, site):
    page = tab("/family/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("caches.keys().then((names) => names.length === 1)")
    kept = page.evaluate(
        "caches.keys().then(async (names) => (await (await caches.open(names[0])).keys()).map((r) => new URL(r.url).pathname))"
    )
    assert [path for path in kept if not path.startswith("/static/")] == ["/offline/"]
    page.reload()
    page.context.set_offline(True)
    page.goto(site + "/family/")
    assert page.locator("h1").inner_text() == "You are offline"
    page.context.set_offline(False)
    page.goto(site + "/family/")
    assert page.locator("h1").inner_text() == "Start"


def test_long_words_on_the_bar_of_a_phone_keep_apart(tab):
    words = ["Inicio", "Mensajes", "Progreso", "Documentos", "Formularios", "Mis datos"]
    for area in ("family", "staff"):
        navigation._items[area].clear()
        for order, (label, name) in enumerate(zip(words, ["today", "students", "search", "help", "kit", "language"], strict=True)):  # fmt: skip
            navigation.register(area, label=label, icon="doc", url_name=name, order=order, phone=order < 4)
    for path, bar in (("/family/", ".fnav > ul"), ("/staff/", ".tabbar")):
        page = tab(path, width=320)
        gaps = page.evaluate(
            f"""(() => {{
              const at = (one) => {{ const r = document.createRange(); r.selectNodeContents(one); return r.getBoundingClientRect(); }};
              const shown = [...document.querySelectorAll("{bar} a > span:not(.n), {bar} summary > span")].filter((one) => one.offsetWidth && !one.closest(".menu-list")).map(at);
              return shown.slice(1).map((box, n) => box.left - shown[n].right);
            }})()"""
        )
        assert len(gaps) >= 4
        assert min(gaps) >= 4, (path, gaps)
        assert sideways(page) == 0


@pytest.mark.parametrize("width", [320, 1024, 1440])
def test_tabs_stay_on_one_row(tab, width):
    page = tab("/staff/", width=width)
    words = (
        "Resumen|Página compartida|Sobre|Historia|Días de disciplina|Documentos|IEP|Metas|Minutos|Permisos"
    )
    links = "".join(f'<li><a href="#"><svg class="i"></svg>{word}</a></li>' for word in words.split("|"))
    page.evaluate(f"document.querySelector('main').insertAdjacentHTML('afterbegin', `<nav class=tabs><ul>{links}</ul></nav>`)")  # fmt: skip
    tops = page.evaluate("[...document.querySelectorAll('.tabs a')].map((one) => one.getBoundingClientRect().top)")  # fmt: skip
    assert len(set(tops)) == 1
    assert sideways(page) == 0
    if width == 1440:
        assert page.evaluate("(() => { const bar = document.querySelector('.tabs'); return bar.scrollWidth - bar.clientWidth; })()") == 0  # fmt: skip


def test_a_long_address_in_a_table_breaks_on_the_smallest_phone(tab):
    page = tab("/staff/", width=320)
    page.evaluate("""document.querySelector('main').innerHTML = `<section class="card"><table class="table"><tbody>
        <tr><td data-l="Correo electrónico">marcus.bell@harbor-advocacy.example</td></tr>
        <tr><td data-l="Palabras"><span>Para reservar otra: http://harbor.localhost:8493/book/</span></td></tr>
        </tbody></table></section>`""")
    assert sideways(page) == 0

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

PAGES = [
    ("/400/", 400, "We could not read that", "No pudimos leer eso"),
    ("/403/", 403, "This page is not open to you", "Esta página no está abierta para usted"),
    ("/404/", 404, "We cannot find this page", "No encontramos esta página"),
    ("/nowhere/", 404, "We cannot find this page", "No encontramos esta página"),
    ("/410/", 410, "This link has run out", "Este enlace ya venció"),
    ("/429/", 429, "Please wait a moment", "Espere un momento, por favor"),
    ("/500/", 500, "Something went wrong on our side", "Algo falló de nuestro lado"),
    ("/csrf/", 403, "Please try that once more", "Por favor inténtelo una vez más"),
    ("/offline/", 200, "You are offline", "No tiene conexión"),
    (
        "/read-only/",
        403,
        "This firm is read-only right now",
        "Esta organización es de solo lectura por ahora",
    ),
    ("/suspended/", 403, "This firm is resting", "Esta organización está en pausa"),
    ("/unknown/", 404, "There is no firm at this address", "No hay ninguna organización en esta dirección"),
]


def heading(text: str) -> str:
    return re.findall(r"<h1>(.*?)</h1>", text)[0]


@pytest.mark.parametrize(("path", "status", "english", "spanish"), PAGES)
def test_an_error_page_says_what_happened_in_both_languages(get, path, status, english, spanish):
    answers = [get(path), get(path, language="es")]

    assert [answer.status_code for answer in answers] == [status] * 2
    assert [heading(answer.content.decode()) for answer in answers] == [english, spanish]
    assert [
        '<html lang="en" dir="ltr"' in answers[0].content.decode(),
        '<html lang="es" dir="ltr"' in answers[1].content.decode(),
    ] == [True, True]


def test_an_expired_link_offers_a_new_one(get):
    page = get("/410/").content.decode()
    assert '<form method="post" action="/again/">' in page
    assert '<input type="hidden" name="link" value="abc">' in page
    assert "Send me a new one" in page


def test_waiting_is_told_in_minutes_and_to_programs_in_seconds(get):
    answer = get("/429/")
    assert answer["Retry-After"] == "61"
    assert "You can try again in 2 minutes." in answer.content.decode()


def test_the_page_for_our_own_failures_needs_nothing_from_the_request():
    with translation.override("es"):
        page = render_to_string("errors/500.html")
    assert heading(page) == "Algo falló de nuestro lado"
    assert "<form" not in page


def test_the_offline_page_names_no_firm_and_no_person(get):
    page = get("/offline/").content.decode()
    assert "Harbor" in get("/404/").content.decode()
    assert [word for word in ("Harbor", "Ana", "/brand/", "<form") if word in page] == []

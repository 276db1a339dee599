"""What somebody typed is not lost when their time ran out, and no address leads to a bare page of the browser."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest

from cases.models import TimelineEntry
from cases.opening import open_case
from tests.conftest import Browser
from tests.world import NOW

NOTE = "The team met about reading.\nMs. Peña says: “he reads <b>more</b> at home”."


@pytest.fixture
def log(mateo, ana):
    return f"/cases/{open_case(student=mateo, kind='evaluation', advocate=ana, by=ana, at=NOW).pk}/log/"


def form_of(page):
    """The fields of the form that sends it again."""
    found = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    return {name: unescape(text) for name, text in found}


def sent(visitor, path, told, origin=None):
    return visitor.post(path, told, headers={"origin": origin or f"http://{visitor.host}:8000"})


def test_a_note_sent_after_the_time_ran_out_is_shown_and_can_be_sent_again(visitor, ana, clock, log):
    visitor.as_(ana)
    clock.now = NOW + timedelta(minutes=31)

    answer = sent(visitor, log, {"kind": "call", "text": NOTE})

    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (403, "no-store, private")
    assert "You are signed out" in page
    assert (
        f'<a class="btn btn-primary" href="/sign-in/?next={quote(log.removesuffix("log/"), safe="")}" target="_blank"'
        in page
    )
    assert form_of(page) == {"kind": "call", "text": NOTE}
    assert TimelineEntry.objects.filter(text__contains="reading").count() == 0

    visitor.as_(ana)
    assert sent(visitor, log, form_of(page)).status_code == 302
    assert TimelineEntry.objects.filter(text__contains="The team met about reading").count() == 1


def test_what_another_site_sent_is_not_repeated(visitor, clock, log):
    page = sent(visitor, log, {"text": NOTE}, origin="https://elsewhere.example").content.decode()
    assert "You are signed out" in page
    assert form_of(page) == {}
    assert "more" not in page


def test_a_secret_is_not_written_into_a_page(visitor, ana, clock):
    page = sent(
        visitor, "/profile/password/", {"password": "a quiet mountain lake", "new": "x"}
    ).content.decode()
    assert "quiet mountain" not in page


def test_an_old_page_keeps_its_words_too(visitor, ana, log):
    visitor.client = Browser(enforce_csrf_checks=True)
    answer = sent(visitor.as_(ana), log, {"text": NOTE})
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (403, "no-store, private")
    assert "Please try that once more" in page
    assert form_of(page) == {"text": NOTE}


def test_part_of_a_page_does_not_become_the_page_for_signing_in(visitor):
    answer = visitor.get("/search/?q=Mateo", headers={"hx-request": "true"})
    assert answer.status_code == 403


def test_an_address_that_only_takes_a_form_leads_to_the_page_it_hangs_on(visitor, ana, log):
    answer = visitor.as_(ana).get(log)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert f'href="{log.removesuffix("log/")}"' in answer.content.decode()


def test_a_guest_finds_the_way_home_from_the_firms_page(visitor, gus, luz):
    assert 'href="/shared/"' in visitor.as_(gus).get("/").content.decode()
    assert 'href="/portal/"' in visitor.as_(luz).get("/").content.decode()


def test_who_may_not_search_is_shown_no_search(visitor, bea, ana):
    assert 'id="palette"' not in visitor.as_(bea).get("/today/").content.decode()
    assert 'id="palette"' in visitor.as_(ana).get("/today/").content.decode()


def test_the_page_for_offline_takes_no_message_away(visitor, ana, mateo, clock):
    """The worker fetches it at any time, also between a form that was sent and the page that says so."""
    told = {"work": f"student:{mateo.pk}", "on": "2026-11-24", "minutes": "20", "activity": "call", "description": "Call", "billing": "billable"}  # fmt: skip
    sent(visitor.as_(ana), "/time/", told)
    assert visitor.get("/offline/").status_code == 200
    assert "Written down: 0:20" in visitor.get("/time/").content.decode()

"""Pictures that families text: fetched through the official address, kept as papers, counted where they are lost."""

import base64
import io
from datetime import timedelta

import pytest
from PIL import Image

from documents.models import Document
from messaging import health, threads
from messaging.models import Picture, Thread
from outbox import receiving
from outbox.providers import fetching, twilio
from tests.world import NOW


def photo(side=200):
    kept = io.BytesIO()
    Image.new("RGB", (side, side), "white").save(kept, "JPEG")
    return kept.getvalue()


@pytest.fixture
def text(standins, harbor):
    """A phone texts a picture: it stands at the provider, and its webhook says where."""

    def text(number, *contents, body="Here it is"):
        media = [{"type": "image/jpeg", "base64": base64.b64encode(content).decode()} for content in contents]
        told = standins._ask("/inbound", {"from": number, "to": "+14065550150", "body": body, "media": media})
        sid = told["message"]["sid"]
        urls = told["media_urls"]
        return receiving.receive(
            provider_id=sid, number=number, to="+14065550150", body=body,
            media=[{"url": url, "type": "image/jpeg"} for url in urls], opt_out="", at=NOW,
        )  # fmt: skip

    return text


def test_a_picture_of_a_parent_becomes_a_paper_of_the_child(text, luz, ana, mateo, work_due, visitor, clock):
    text(luz.phone, photo(), photo(300))
    work_due(NOW)

    papers = [picture.document for picture in Picture.objects.all()]
    assert [(paper.student, paper.kind, paper.sender, paper.shared) for paper in papers] == [(mateo, "photo", luz.name, False)] * 2  # fmt: skip
    thread = Thread.objects.get(contact__user=luz)
    page = visitor.as_(ana).get(f"/messages/{thread.pk}/").content.decode()
    assert page.count(f"/documents/{papers[0].pk}/") == 1
    work_due(NOW)
    assert Document.objects.filter(kind="photo").count() == 2


def test_one_of_an_unknown_number_waits_until_it_is_known_whose_it_is(text, luz, ana, work_due):
    text("+14065550122", photo())
    work_due(NOW)
    assert Picture.objects.get().state == "waiting"
    assert not Document.objects.filter(kind="photo").exists()

    threads.link(Thread.objects.get(number="+14065550122"), luz.contact, by=ana, at=NOW)
    work_due(NOW)
    assert Picture.objects.get().state == "kept"


def test_one_that_is_too_large_is_counted_and_said(text, luz, ana, work_due, monkeypatch, visitor, clock):
    monkeypatch.setattr(twilio, "MEDIUM_BYTES", 1000)
    text(luz.phone, photo(900))
    work_due(NOW)

    lost = Picture.objects.get()
    assert (lost.state, lost.document) == ("failed", None)
    assert health.health(at=NOW).pictures_lost == 1
    page = visitor.as_(ana).get(f"/messages/{Thread.objects.get(contact__user=luz).pk}/").content.decode()
    assert "A picture could not be fetched: it is larger than can be taken in" in page


def test_whoever_texted_lost_pictures_is_told_once_in_their_language(
    text, luz, work_due, monkeypatch, standins
):
    monkeypatch.setattr(twilio, "MEDIUM_BYTES", 1000)
    text(luz.phone, photo(900), photo(901))
    work_due(NOW)
    work_due(NOW + timedelta(minutes=10))

    assert Picture.objects.filter(state="failed").count() == 2
    told = [one["body"] for one in standins.texts(luz.phone) if "/portal/papers/" in one["body"]]
    assert len(told) == 1
    assert "no nos llegó" in told[0]


def test_one_that_is_gone_is_not_asked_for_again(text, luz, texts_in, work_due, standins, settings):
    url = f"{settings.TWILIO_API_BASE}/api.twilio.com/2010-04-01/Accounts/AC{'0' * 32}/Messages/MM{'1' * 32}/Media/ME{'2' * 32}"
    texts_in(luz.phone, "look", media=[{"url": url, "type": "image/jpeg"}])
    work_due(NOW)
    assert Picture.objects.get().state == "failed"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/2010-04-01/Accounts/x", "http://127.0.0.1/secret", "https://api.twilio.com/../../etc", "",
        "https://api.twilio.com.evil.example/2010-04-01/Accounts/AC" + "0" * 32 + "/Messages/MM" + "1" * 32 + "/Media/ME" + "2" * 32,
    ],
)  # fmt: skip
def test_no_other_address_is_ever_asked(harbor, url):
    with pytest.raises(twilio.NoMedium, match="no address of Twilio"):
        twilio.medium(url)


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://10.0.0.1/", "https://169.254.169.254/", "https://example.com:8443/", "ftp://x/"]
)  # fmt: skip
def test_where_it_leads_must_be_public_and_https(url):
    with pytest.raises(fetching.Refused):
        fetching.refuse_unless_public(url)


def test_one_that_trickles_in_is_given_up_and_tried_again(monkeypatch):
    """Each packet comes in time, the whole never would."""
    import requests

    ticks = iter(range(100))
    monkeypatch.setattr(fetching.time, "monotonic", lambda: next(ticks))

    class Slow:
        def iter_content(self, size):
            while True:
                yield b"x"

    with pytest.raises(requests.Timeout):
        fetching.read(Slow(), most=10**6, until=10)

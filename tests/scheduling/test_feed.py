import re
from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar

from scheduling import booking as bookings
from scheduling.booking import Asker
from tests.world import NOW

START = datetime(2026, 12, 3, 10, tzinfo=ZoneInfo("America/Denver"))
EVA = Asker(name="Eva Stone", phone="+14065550177", child="Inés")


def address(visitor):
    text = visitor.post("/calendar/feed/").content.decode()
    return "/feeds/" + re.search(r"/feeds/([^<]+)</code>", text)[1]


def summaries(visitor, path):
    answer = visitor.get(path)
    assert answer["Content-Type"].startswith("text/calendar")
    return [str(event["summary"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")]


def test_the_address_shows_ones_own_bookings_and_no_childs_name(visitor, service, ana, marcus, clock):
    bookings.book(service, starts_at=START, asker=EVA, at=NOW, advocate=ana)
    path = address(visitor.as_(ana))
    theirs = address(visitor.as_(marcus))
    visitor.client.cookies.clear()

    assert summaries(visitor, path) == [f"{service.name}, Eva Stone"]
    assert summaries(visitor, theirs) == []


def test_a_new_address_ends_the_old_one_and_off_ends_both(visitor, ana, clock):
    as_ana = visitor.as_(ana)
    old, new = address(as_ana), address(as_ana)
    assert (as_ana.get(old).status_code, as_ana.get(new).status_code) == (404, 200)
    assert new.removeprefix("/feeds/") not in as_ana.get("/calendar/feed/").content.decode()
    as_ana.post("/calendar/feed/", {"do": "off"})
    assert as_ana.get(new).status_code == 404


def test_who_has_left_has_no_feed(visitor, ana, clock):
    path = address(visitor.as_(ana))
    ana.is_active = False
    ana.save()
    assert visitor.get(path).status_code == 404


def test_only_the_embedded_pages_may_stand_in_a_frame(visitor, service, clock):
    for path in ("/embed/", f"/embed/{service.pk}/"):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert "frame-ancestors *" in answer["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer
    for path in ("/", "/book/", f"/book/{service.pk}/", f"/book/{service.pk}/details/"):
        answer = visitor.get(path)
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert 'target="_top"' in visitor.get(f"/embed/{service.pk}/").content.decode()


def test_what_leads_out_of_the_frame_opens_in_the_whole_window(visitor, service):
    """The other pages may not stand in a frame, so a link to them inside it would show nothing."""
    for path in ("/embed/", f"/embed/{service.pk}/"):
        page = visitor.get(path).content.decode()
        links = re.findall(r'<a [^>]*href="(/[^"]*)"[^>]*>', page)
        out = [
            tag for tag in re.findall(r"<a [^>]*>", page) if 'href="/' in tag and 'href="/embed/' not in tag
        ]
        assert links
        assert all('target="_top"' in tag for tag in out), out


def test_the_frame_says_how_long_by_what_and_for_how_much(visitor, service, clock):
    service.minutes, service.format, service.price = 60, "video", 12_000
    service.save()
    for path in ("/embed/", f"/embed/{service.pk}/"):
        page = visitor.get(path).content.decode()
        assert "60 minutes, by video, <b>$120</b>" in page, path


def test_the_frame_changes_its_language_by_its_address_and_the_booking_goes_on_in_it(visitor, service, clock):
    """A browser sends no cookie of ours from a frame on another site."""
    times = f"/embed/{service.pk}/"
    assert all('href="?language=es' in visitor.get(path).content.decode() for path in ("/embed/", times))

    spanish = visitor.get(f"{times}?zone=America/Denver&language=es")
    page = spanish.content.decode()

    assert (spanish["Content-Language"], 'lang="es"' in page, "Elija un día" in page) == ("es", True, True)
    assert 'href="?language=en&amp;zone=America%2FDenver"' in page
    assert all("language=es" in link for link in re.findall(r'<a class="tile daylink" href="([^"]*)"', page))
    assert f'{times}?language=es"' in visitor.get("/embed/?language=es").content.decode()
    assert visitor.get(f"{times}?language=xx")["Content-Language"] == "en"
    assert f'action="{times}next/" target="_top"' in page

    on = visitor.get(f"{times}next/?time=2026-12-01T10:00:00-07:00&language=es")
    assert on["Location"] == f"/book/{service.pk}/details/?time=2026-12-01T10%3A00%3A00-07%3A00"
    assert visitor.get(on["Location"])["Content-Language"] == "es"

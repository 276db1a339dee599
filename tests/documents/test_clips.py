"""Short clips: looked at from outside, kept as they came, played in the page by those who may."""

import struct

import pytest

from documents.models import Document, Part
from documents.parse import Refused, clips, kinds
from tests.documents import papers


def box(kind, body):
    return struct.pack(">I4s", 8 + len(body), kind) + body


def mp4(seconds=12.0, *, brand=b"isom", handler=b"vide", more=b"", version=0):
    """A clip whose containers are right; what it shows is noise."""
    scale = 1000
    if version:
        head = b"\1" + bytes(3 + 16) + struct.pack(">IQ", scale, int(seconds * scale)) + bytes(80)
    else:
        head = bytes(12) + struct.pack(">II", scale, int(seconds * scale)) + bytes(80)
    track = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(13))))
    film = box(b"moov", box(b"mvhd", head) + track)
    return (
        box(b"ftyp", brand + bytes(4)) + box(b"free", b"") + film + box(b"mdat", bytes(range(256)) * 8) + more
    )


def element(kind, body, unknown=False):
    size = b"\xff" if unknown else b"\x08" + struct.pack(">I", len(body)).rjust(4, b"\0")
    return bytes.fromhex(kind) + size + body


def webm(seconds=12.0, *, doc=b"webm", unknown=False):
    info = element("1549a966", element("2ad7b1", (1_000_000).to_bytes(3, "big")) + element("4489", struct.pack(">d", seconds * 1000)))  # fmt: skip
    return element("1a45dfa3", element("4282", doc)) + element("18538067", info + element("1f43b675", b"\0" * 90), unknown)  # fmt: skip


@pytest.mark.parametrize(("content", "kind"), [
    (mp4(), "mp4"), (mp4(version=1), "mp4"), (mp4(brand=b"qt  "), "mov"), (webm(), "webm"), (webm(unknown=True), "webm"),
])  # fmt: skip
def test_a_sound_clip_is_known(content, kind):
    assert kinds.identify(content) == kind
    clips.check(content, kind)


@pytest.mark.parametrize(("content", "code"), [
    (mp4(seconds=181), "clip_too_long"), (mp4(seconds=181, version=1), "clip_too_long"), (webm(seconds=181), "clip_too_long"),
    (mp4(handler=b"soun"), "damaged"), (mp4(more=b"%PDF-1.4 and more"), "damaged"), (mp4(more=b"<script>"), "damaged"),
    (mp4(more=box(b"evil", b"x")), "damaged"), (mp4()[:-3], "damaged"), (box(b"ftyp", b"isom"), "damaged"),
    (mp4(more=struct.pack(">I4s", 4, b"free")), "damaged"), (mp4(more=struct.pack(">I4sQ", 1, b"free", 2**63)), "damaged"),
    (mp4(more=b"\0\0\0\x08free" * 20_001), "damaged"), (webm(doc=b"matroska"), "kind"), (webm() + b"PK\3\4", "damaged"),
    (webm(seconds=float("nan")), "damaged"), (webm(seconds=float("inf")), "damaged"), (webm()[:60], "damaged"), (b"\x1a\x45\xdf\xa3", "damaged"),
])  # fmt: skip
def test_what_is_no_sound_clip_is_refused(content, code):
    with pytest.raises(Refused) as refused:
        clips.check(content, kinds.identify(content))
    assert refused.value.code == code


def send(visitor, who, mateo, content, kind="work_sample"):
    data = {
        "kind": kind,
        "title": "Reading aloud",
        "language": "en",
        "paper": papers.upload(content, "a.mp4"),
    }
    assert visitor.as_(who).post(f"/students/{mateo.pk}/papers/new/", data).status_code == 302
    return Document.objects.get(title="Reading aloud")


def test_a_clip_is_kept_as_it_came_and_plays_in_the_page(visitor, ana, mateo, clock):
    content = mp4()
    document = send(visitor, ana, mateo, content)
    version = document.newest

    assert (document.kind, version.state, version.pages_count, version.copy_key) == ("clip", "ready", 0, "")
    assert Part.objects.get(version=version).content_kind == "mp4"
    page = visitor.get(f"/documents/{document.pk}/").content.decode()
    assert f'<video controls preload="metadata" playsinline src="/documents/clips/{version.pk}/"' in page
    whole = visitor.get(f"/documents/clips/{version.pk}/")
    assert (whole.status_code, whole.content, whole["Content-Type"]) == (200, content, "video/mp4")
    assert whole["Content-Security-Policy"].startswith("sandbox")
    assert visitor.get(f"/documents/{document.pk}/copy/").status_code == 404


@pytest.mark.parametrize(("asked", "status", "span"), [
    ("bytes=0-9", 206, (0, 10)), ("bytes=10-", 206, (10, None)), ("bytes=-5", 206, (-5, None)), ("bytes=0-99999999", 206, (0, None)),
    ("bytes=99999999-", 416, None), ("bytes=-", 200, (0, None)), ("words=1-2", 200, (0, None)), ("bytes=0-1,4-5", 200, (0, None)),
])  # fmt: skip
def test_a_player_asks_for_a_part(visitor, ana, mateo, clock, asked, status, span):
    content = mp4()
    version = send(visitor, ana, mateo, content).newest
    answer = visitor.get(f"/documents/clips/{version.pk}/", headers={"Range": asked})
    assert answer.status_code == status
    if span:
        assert answer.content == content[slice(*span)]


def test_only_staff_and_the_sender_play_what_no_scanner_saw(
    visitor, ana, luz, marcus, mateo, clock, settings
):
    document = send(visitor, ana, mateo, mp4())
    Document.objects.filter(pk=document.pk).update(shared=True)
    path = f"/documents/clips/{document.newest.pk}/"
    assert visitor.as_(luz).get(path).status_code == 404
    assert (
        "only the sender and the staff can play it"
        in visitor.get(f"/portal/papers/{document.pk}/").content.decode()
    )
    assert visitor.as_(marcus).get(path).status_code == 404
    Document.objects.filter(pk=document.pk).update(added_by=luz)
    assert visitor.as_(luz).get(path).status_code == 200
    settings.CLAMD = ("/nowhere", None)
    assert visitor.as_(ana).get(path).status_code == 404
    document.versions.update(scan="clean")
    Document.objects.filter(pk=document.pk).update(added_by=ana)
    assert visitor.as_(luz).get(path).status_code == 200


def test_an_iep_that_is_a_clip_is_no_review(visitor, ana, mateo, clock):
    from reviews.models import Review

    send(visitor, ana, mateo, mp4(), kind="iep")
    assert not Review.objects.exists()

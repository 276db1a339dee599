"""Photos go the way of papers; films lose everything but picture and sound."""

import io
import struct

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from circle import pictures, writing
from circle.models import Clip, Post
from clients import guests
from clients.models import Part
from documents import checking, sandbox, storage
from documents.adding import Sent
from documents.models import Document, DocumentVersion, Page, State
from tests.world import NOW

PLACE = b"+47.6062-122.3321+010.000/"


@pytest.fixture(autouse=True)
def _now(clock, standins):
    pass


def box(kind: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I", 8 + len(content)) + kind + content


def track(handler: bytes, at: int, sizes: list[int]) -> bytes:
    table = box(
        b"stbl", box(b"stsd", bytes(8)), box(b"stts", struct.pack(">IIII", 0, 1, len(sizes), 100)),
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, len(sizes), 1)), box(b"stsz", struct.pack(">III", 0, 0, len(sizes)), *(struct.pack(">I", n) for n in sizes)),
        box(b"stco", struct.pack(">III", 0, 1, at)),
    )  # fmt: skip
    media = box(
        b"mdia", box(b"mdhd", bytes(24)), box(b"hdlr", bytes(8), handler, bytes(13)), box(b"minf", table)
    )
    return box(b"trak", box(b"tkhd", bytes(84)), media, box(b"udta", PLACE))


def film(
    *,
    brand: bytes = b"qt  ",
    picture: bytes = b"PICTURE-PICTURE",
    sound: bytes = b"SOUND",
    place: bytes = PLACE,
) -> bytes:
    """A small QuickTime film as a phone makes it: place in `udta`, in `meta`, in a track of its own, and after the end."""
    head = box(b"ftyp", brand, bytes(4), b"mp42")
    data = picture + place + sound
    start = len(head) + 8
    movie = box(
        b"moov", box(b"mvhd", bytes(12), struct.pack(">II", 1000, 3500), bytes(80)),
        track(b"vide", start, [7, len(picture) - 7]), track(b"meta", start + len(picture), [len(place)]),
        track(b"soun", start + len(picture) + len(place), [len(sound)]),
        box(b"udta", box(b"\xa9xyz", place)), box(b"meta", box(b"keys", b"com.apple.quicktime.location.ISO6709"), box(b"ilst", place)),
    )  # fmt: skip
    return head + box(b"mdat", data) + movie + box(b"uuid", b"x" * 16, place)


def test_a_film_keeps_picture_and_sound_and_loses_the_place():
    sent = film()
    assert sent.count(PLACE[:8]) >= 6

    made = sandbox.film(sent)

    assert (len(made.content), made.seconds) == (len(sent), 3.5)
    assert PLACE[:8] not in made.content
    assert b"ISO6709" not in made.content
    assert b"PICTURE-PICTURE" in made.content
    assert b"SOUND" in made.content


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"%PDF-1.7 not a film", "film_kind"),
        (box(b"ftyp", b"heic", bytes(4)), "film_kind"),
        (box(b"ftyp", b"mp42", bytes(4)), "damaged"),
        (film()[:-10], "damaged"),
        (box(b"ftyp", b"mp42", bytes(4)) + box(b"moof", bytes(8)) + box(b"mdat", bytes(8)), "film_kind"),
        (box(b"ftyp", b"mp42", bytes(4)) + struct.pack(">I", 4_000_000_000) + b"moov", "damaged"),
        (film().replace(b"vide", b"text"), "film_kind"),
    ],
)
def test_what_is_no_film_is_refused_in_words(sent, code):
    with pytest.raises(sandbox.Refused) as refused:
        sandbox.film(sent)
    assert refused.value.code == code


def test_damaged_films_never_break_the_parser():
    import random

    from documents.parse import Refused, films

    chance = random.Random(7)
    whole = film()
    for _ in range(1500):
        odd = bytearray(whole)
        for _ in range(chance.choice([1, 2, 8])):
            odd[chance.randrange(len(odd))] = chance.randrange(256)
        try:
            made, _seconds = films.clean(bytes(odd[: chance.choice([len(odd), chance.randrange(len(odd))])]))
            assert len(made) <= len(whole)
        except Refused:
            pass


def test_a_clip_is_posted_and_played_by_those_who_see_the_page(
    luz, gus, marcus, mateo, invite, page, visitor
):
    invite(sees=[Part.PAGE])
    told = {"words": "Swinging!", "clip": SimpleUploadedFile("a.mov", film(), "video/quicktime")}
    assert visitor.as_(luz).post(f"{page}posts/", told).status_code == 302
    clip = Clip.objects.get()
    assert PLACE[:8] not in storage.read(clip.storage_key)
    assert storage.used() >= clip.size

    whole = visitor.as_(gus).get(f"{page}clips/{clip.pk}/")
    assert (whole.status_code, len(whole.content), whole["Content-Type"]) == (200, clip.size, "video/mp4")
    part = visitor.get(f"{page}clips/{clip.pk}/", headers={"Range": "bytes=8-15"})
    assert (part.status_code, part.content, part["Content-Range"]) == (
        206,
        whole.content[8:16],
        f"bytes 8-15/{clip.size}",
    )
    assert visitor.get(f"{page}clips/{clip.pk}/", headers={"Range": "bytes=99999-"}).status_code == 416
    assert visitor.as_(marcus).get(f"{page}clips/{clip.pk}/").status_code == 404

    writing.withdraw(Post.objects.get(by=luz), by=luz, at=NOW)
    assert visitor.as_(gus).get(f"{page}clips/{clip.pk}/").status_code == 404


def test_a_clip_that_is_no_film_keeps_the_words(luz, page, visitor):
    told = {"words": "Look at this", "clip": SimpleUploadedFile("a.mp4", b"not a film at all", "video/mp4")}
    answer = visitor.as_(luz).post(f"{page}posts/", told)

    assert answer.status_code == 422
    assert "We cannot show this kind of film." in answer.content.decode()
    large = SimpleUploadedFile("a.mp4", b"0" * (25 * 1024 * 1024 + 1), "video/mp4")
    answer_to_large = visitor.post(f"{page}posts/", {**told, "clip": large})
    assert answer_to_large.status_code == 422
    assert "This file is larger than 25 MB." in answer_to_large.content.decode()
    assert "Look at this</textarea>" in answer.content.decode()
    assert Post.objects.filter(by=luz).count() == 0


def jpeg_with_place() -> bytes:
    picture = Image.new("RGB", (640, 480), (200, 120, 40))
    notes = Image.Exif()
    notes[0x010F] = "PhoneMaker"
    gps = notes.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (47.0, 36.0, 22.0), "W", (122.0, 19.0, 55.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=notes)
    return out.getvalue()


def test_a_photo_stands_on_the_page_without_place_and_device(luz, gus, marcus, mateo, invite, page, visitor):
    invite(sees=[Part.WINS], adds=[Part.WINS])
    sent = jpeg_with_place()
    assert b"PhoneMaker" in sent
    told = {
        "words": "She drew",
        "setting": "school",
        "happened_on": "2026-11-24",
        "photos": SimpleUploadedFile("a.jpg", sent, "image/jpeg"),
    }
    assert visitor.as_(gus).post(f"{page}wins/new/", told).status_code == 302
    version = DocumentVersion.objects.get(document__kind="photo")
    if version.state != State.READY:
        checking.check(version.pk, at=NOW)
    picture = Page.objects.get(version=version)

    for person in (luz, gus):
        answer = visitor.as_(person).get(f"{page}pictures/{picture.pk}/")
        content = b"".join(answer.streaming_content)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert b"PhoneMaker" not in content
        assert b"Exif" not in content
    assert visitor.as_(marcus).get(f"{page}pictures/{picture.pk}/").status_code == 404
    assert f"{page}pictures/{picture.pk}/" in visitor.as_(luz).get(page).content.decode()


def test_a_photo_of_a_part_that_is_not_ticked_is_not_given_out(luz, gus, mateo, invite, page, visitor):
    invite(sees=[Part.WINS])
    post = writing.post(mateo, by=luz, words="", photos=[Sent(jpeg_with_place(), "a.jpg")], at=NOW)
    version = post.document.versions.get()
    checking.check(version.pk, at=NOW)
    picture = Page.objects.get(version=version)
    parts = guests.parts(gus, mateo, at=NOW)

    assert not pictures.on_page(mateo, parts).exists()
    assert visitor.as_(gus).get(f"{page}pictures/{picture.pk}/").status_code == 404
    assert not Document.objects.visible_to(gus).exists()
    assert Document.objects.visible_to(luz).filter(pk=post.document_id).exists()


def test_a_photo_taken_off_the_page_goes_from_the_familys_papers_too(luz, gus, mateo, invite):
    invite(adds=[Part.PAGE])
    post = writing.post(mateo, by=gus, words="", photos=[Sent(jpeg_with_place(), "a.jpg")], at=NOW)
    assert Document.objects.visible_to(luz).filter(pk=post.document_id).exists()
    writing.withdraw(post, by=gus, at=NOW)

    assert not Document.objects.visible_to(luz).filter(pk=post.document_id).exists()


def test_nobody_but_staff_gets_a_photo_as_it_came(luz, ana, mateo):
    from documents import serving

    post = writing.post(mateo, by=luz, words="", photos=[Sent(jpeg_with_place(), "a.jpg")], at=NOW)
    version = post.document.versions.get()
    checking.check(version.pk, at=NOW)
    DocumentVersion.objects.filter(pk=version.pk).update(scan="clean")
    version.refresh_from_db()

    assert [serving.may_have_original(person, version) for person in (luz, ana)] == [False, True]


def test_a_paper_that_is_not_on_the_page_is_not_given_out(luz, gus, invite, page, visitor):
    from tests.world import key

    invite()
    assert visitor.as_(gus).get(f"{page}pictures/{key('page Mateo')}/").status_code == 404
    assert visitor.as_(gus).get(f"/pages/{key('page Mateo')}/").status_code == 404

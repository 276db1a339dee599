"""A file that cannot be read is refused with a sentence, never with a traceback."""

import io
import random
import zipfile

import pikepdf
import pytest

from reader import NeedsPassword, Refused, TooLarge, UnknownFormat, Unreadable, document, read
from tests.reader import bench

PDF = bench.path_of("d11").read_bytes()
DOCX = bench.path_of("d09").read_bytes()


def locked(password):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="owner", user=password))
    return out.getvalue()


def test_a_locked_pdf_asks_for_its_password():
    with pytest.raises(NeedsPassword, match="type the password"):
        read(locked("harbor"))
    with pytest.raises(NeedsPassword, match="does not open"):
        read(locked("harbor"), password="birch")

    assert read(locked("harbor"), password="harbor").document_kind.value == "section_504_plan"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Unreadable),
        (b"%PDF-1.7", Unreadable),
        (b"%PDF-1.7\n" + b"junk " * 400, Unreadable),
        (PDF[:300], Unreadable),
        (b"hello", UnknownFormat),
        (b"<html><body>IEP</body></html>", UnknownFormat),
        (b"MZ\x90\0" * 50, UnknownFormat),
        (b"PK\x03\x04 not a word file", UnknownFormat),
        (b"PK\x03\x04word/ broken", Unreadable),
        (DOCX[: len(DOCX) // 2], Unreadable),
        (b"\x89PNG\r\n\x1a\n broken", Unreadable),
        (b"\xff\xd8\xff\xe0 broken", Unreadable),
        (b"\0\0\0\x18ftypheic broken", Unreadable),
    ],
)
def test_damaged_and_foreign_files(data, kind):
    with pytest.raises(kind) as caught:
        read(data)

    words = str(caught.value)
    assert words.endswith(".")
    assert "Please" in words


def test_too_many_pages(monkeypatch):
    monkeypatch.setattr(document, "PAGES_AT_MOST", 3)

    with pytest.raises(TooLarge, match="6 pages"):
        read(PDF)


def test_a_word_file_that_unpacks_to_too_much():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"\0" * 210_000_000)

    with pytest.raises(TooLarge, match="too large"):
        read(out.getvalue())


def test_a_picture_of_too_many_pixels():
    from PIL import Image

    out = io.BytesIO()
    Image.new("1", (40_000, 6_000)).save(out, "PNG")

    with pytest.raises(TooLarge, match="too large"):
        read(out.getvalue())


@pytest.mark.parametrize("name", ["d01", "d05", "d09", "d12"])
def test_flipped_bytes_are_read_or_refused(name):
    whole = bench.path_of(name).read_bytes()
    chance = random.Random(name)
    outcomes = set()
    for count in (1, 30, 400):
        data = bytearray(whole)
        for _ in range(count):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read(bytes(data)).as_json()
            outcomes.add("read")
        except Refused:
            outcomes.add("refused")

    assert outcomes <= {"read", "refused"}


def test_pages_without_a_word_are_read_as_nothing():
    out = io.BytesIO()
    with pikepdf.new() as empty:
        empty.add_blank_page()
        empty.save(out)

    reading = read(out.getvalue())

    assert reading.document_kind.value == "unknown"
    assert (reading.goals, reading.services, reading.student.name) == ([], [], None)


def test_a_drawing_of_thousands_of_lines_is_no_form():
    import time

    import typst

    lines = (
        "#for i in range(3000) { place(dx: calc.rem(i * 7, 500) * 1pt, dy: calc.rem(i * 13, 700) * 1pt, "
        "line(length: 30pt, angle: if calc.rem(i, 2) == 0 {0deg} else {90deg})) }"
    )
    data = typst.compile(f"{lines}\n\nIndividualized Education Program".encode())
    begun = time.process_time()

    reading = read(data)

    assert reading.goals == []
    assert time.process_time() - begun < 5


def test_a_long_document_takes_time_in_proportion():
    import time

    import typst

    def seconds(paragraphs):
        data = typst.compile(("#lorem(120)\n\nNote: a remark and a name: someone\n\n" * paragraphs).encode())
        begun = time.process_time()
        pages = len(read(data).pages)
        return (time.process_time() - begun) / pages

    assert seconds(240) < 4 * max(seconds(40), 0.005)

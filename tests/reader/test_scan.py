"""Pictures of pages: one page is read for real here; the whole scans are read in the slow tests."""

import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from reader import read, scan
from reader.layout import EMPTY, TICKED, Table
from reader.pages import arrange
from tests.reader.bench import path_of


@pytest.fixture(scope="module")
def photo():
    """The third page of the photographed sample, as sent."""
    document = pypdfium2.PdfDocument(path_of("d10").read_bytes())
    sheet = scan.sheet_of_page(document, 2)
    arrange(sheet, lambda text: False)
    return sheet


def test_words_of_a_photo_keep_their_spaces(photo):
    cells = [cell.text.flat for block in photo.blocks if isinstance(block, Table) for cell in block.cells()]

    assert any(
        "Given a phone with a transit app, Margo will ride bus Route 12 from school to the work site" in text
        for text in cells
    )
    assert sum(len(word.text) > 22 for word in photo.words) <= 2


def test_the_recognisers_space_is_weighed(photo):
    from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode

    assert CTCLabelDecode.weighs_spaces is True


def test_rulings_of_a_photo_make_its_table(photo):
    table = max((b for b in photo.blocks if isinstance(b, Table)), key=lambda t: len(t.rows))

    assert table.columns == 4
    assert any("Trip checklist" in cell.text.flat for cell in table.cells())


def test_boxes_are_given_in_the_picture_as_sent(photo):
    width, height = photo.shown
    first = next(word for word in photo.words if word.text.startswith("INDIVIDUALIZED"))

    assert first.shown != first.box
    assert 0.3 * width < first.shown[0] < 0.6 * width
    assert first.shown[3] < 0.15 * height


def drawn(*, ticked):
    page = np.full((300, 900), 255, np.uint8)
    page[100:126, 100:126] = 0
    page[103:123, 103:123] = 255
    if ticked:
        for step in range(18):
            page[104 + step : 107 + step, 104 + step : 107 + step] = 0
            page[104 + step : 107 + step, 119 - step : 122 - step] = 0
    return scan._binary(page)


def test_an_empty_and_a_crossed_box():
    assert [mark for _, mark in scan._check_boxes(drawn(ticked=False))] == [False]
    assert [mark for _, mark in scan._check_boxes(drawn(ticked=True))] == [True]


def test_letters_are_no_boxes():
    page = np.full((200, 600), 255, np.uint8)
    import cv2

    cv2.putText(page, "Doo abD Opq", (20, 120), cv2.FONT_HERSHEY_DUPLEX, 1.0, 0, 2)

    assert scan._check_boxes(scan._binary(page)) == []


def test_a_skewed_page_is_set_level():
    import cv2

    page = np.full((1100, 850), 255, np.uint8)
    for line in range(100, 1000, 24):
        page[line : line + 9, 80:770] = 60
    turn = cv2.getRotationMatrix2D((425, 550), 1.7, 1.0)
    skewed = cv2.warpAffine(page, turn, (850, 1100), borderValue=255)

    assert scan._skew(skewed) == pytest.approx(-1.7, abs=0.15)


def test_a_page_on_its_side_is_tried_on_its_side_first():
    page = np.full((1100, 850), 255, np.uint8)
    for line in range(100, 1000, 24):
        page[line : line + 9, 80:770] = 60

    assert scan._turns(page)[0] == 0
    assert scan._turns(np.ascontiguousarray(np.rot90(page)))[0] in (1, 3)


def test_a_picture_file_is_read(monkeypatch):
    monkeypatch.setattr(
        scan,
        "_read_words",
        lambda grey: [
            ("INDIVIDUALIZED EDUCATION PROGRAM (IEP)", (400.0, 100.0, 1300.0, 130.0)),
            ("Student Name: Ruby Castellanos-Wright", (150.0, 200.0, 900.0, 230.0)),
            ("Date of Birth: 07/09/2016", (150.0, 260.0, 700.0, 290.0)),
        ],
    )
    out = io.BytesIO()
    Image.new("RGB", (1700, 2200), "white").save(out, "JPEG")
    seen = []

    reading = read(out.getvalue(), progress=lambda done, pages: seen.append((done, pages)))

    assert reading.student.name.value == "Ruby Castellanos-Wright"
    assert reading.student.dob.value == "2016-07-09"
    assert reading.pages[0].source == "scan"
    assert seen == [(1, 1)]


def test_boxes_stand_before_their_words():
    from reader.layout import Word

    words = [Word("Yes", 1, (40, 10, 55, 20)), Word("No", 1, (80, 10, 90, 20))]
    marks = [Word(TICKED, 1, (28, 11, 37, 20)), Word(EMPTY, 1, (68, 11, 77, 20))]

    found = sorted(scan._with_boxes(words, marks), key=lambda word: word.box[0])

    assert [word.text for word in found] == [TICKED, "Yes", EMPTY, "No"]


def test_light_letters_in_a_dark_bar_are_no_rulings():
    grey = np.full((400, 900), 235, np.uint8)
    grey[100:140, 50:850] = 10
    for left in range(80, 400, 20):  # stems of letters, and the bar's own ends
        grey[108:132, left : left + 4] = 235

    bars = scan._dark_bars(grey)

    assert len(bars) == 1
    assert scan._in_bar((200.0, 100.0, 140.0), bars[0])
    assert not scan._in_bar((50.0, 100.0, 140.0), bars[0])
    assert not scan._in_bar((200.0, 100.0, 300.0), bars[0])

"""Word documents are set by the reader on pages of its own."""

import io

import docx
import pytest

from reader import read


@pytest.fixture
def word_file():
    document = docx.Document()
    document.add_paragraph("Individualized Education Program (IEP)")
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text = "Student Name: Ruby Castellanos-Wright"
    table.cell(0, 1).text = "Date of Birth: 07/09/2016"
    merged = table.cell(1, 0).merge(table.cell(1, 1))
    merged.text = "School: Larkspur Elementary School"
    for number in range(80):
        document.add_paragraph(
            f"Ruby enjoys reading about animals, and this is sentence number {number} of her profile."
        )
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_labels_in_cells_are_read(word_file):
    reading = read(word_file)

    assert (reading.student.name.value, reading.student.dob.value, reading.school.value) == (
        "Ruby Castellanos-Wright",
        "2016-07-09",
        "Larkspur Elementary School",
    )


def test_pages_laid_out_carry_their_lines(word_file):
    reading = read(word_file)

    assert len(reading.pages) == 2
    assert {page.source for page in reading.pages} == {"laid_out"}
    page = reading.pages[0]
    assert page.lines[0][0] == "Individualized Education Program (IEP)"
    assert all(0 <= box[1] < box[3] <= page.height for _, box in page.lines)


def test_a_merged_cell_is_read_once(word_file):
    assert read(word_file).text[0].count("Larkspur") == 1

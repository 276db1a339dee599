import io
import json

import pytest

from reader import Refused
from reader.cli import compare_ieps, read_iep
from tests.reader.bench import path_of, truth


def test_each_file_becomes_a_json_named_after_it(tmp_path):
    code = read_iep([path_of("d02"), path_of("d11")], tmp_path / "out")

    assert code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "d02_ca_autism_grade2_2024.json",
        "d11_wa_section504_grade6.json",
    ]
    found = json.loads((tmp_path / "out" / "d02_ca_autism_grade2_2024.json").read_text("utf-8"))
    assert [goal["text"] for goal in found["goals"]] == [goal["text"] for goal in truth("d02")["goals"]]
    assert found["anchors"]["goals[0].text"]["page"] == 3


def test_a_refused_file_writes_none_and_says_why(tmp_path):
    bad = tmp_path / "scan.pdf"
    bad.write_bytes(b"%PDF-1.4 broken")
    said = io.StringIO()

    code = read_iep([bad, path_of("d11"), tmp_path / "missing.pdf"], tmp_path, errors=said)

    assert code == 1
    assert not (tmp_path / "scan.json").exists()
    assert (tmp_path / "d11_wa_section504_grade6.json").exists()
    assert said.getvalue().splitlines() == [
        "scan.pdf: This PDF is damaged and could not be opened. Please save or scan it again and send the new copy.",
        "missing.pdf: The file cannot be opened (No such file or directory).",
    ]


def test_two_files_are_compared():
    found = compare_ieps(path_of("d02"), path_of("d03"))

    assert (found["earlier"], found["later"]) == ("d02_ca_autism_grade2_2024", "d03_ca_autism_grade3_2025")
    assert found["accommodations_removed"] == ["Sensory breaks every 45 minutes"]


def test_a_file_that_cannot_be_compared_is_refused(tmp_path):
    bad = tmp_path / "notes.txt"
    bad.write_text("hello")

    with pytest.raises(Refused):
        compare_ieps(bad, path_of("d03"))

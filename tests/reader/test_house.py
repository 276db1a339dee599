"""The reader stays plain: no framework, no network, no form or state named in its code."""

import ast
import re
from pathlib import Path

import pytest

from reader.knowledge import Knowledge, everything, squeezed

CODE = sorted((Path(__file__).parents[2] / "reader").glob("*.py"))
STATES = everything().states["names"].values()


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_code_names_no_state(path):
    text = path.read_text("utf-8").lower()

    assert [name for name in STATES if re.search(rf"\b{name}\b", text)] == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_code_imports_no_framework_and_no_network(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])

    assert names & {"django", "requests", "httpx", "urllib", "socket", "http", "celery"} == set()


def test_wordings_can_be_withheld():
    assert everything().label("Date of CSE meeting") == "meeting_date"
    assert Knowledge(without={squeezed("date of cse meeting"), "ny"}).label("Date of CSE meeting") is None


def test_a_label_is_known_whatever_its_dress():
    known = everything()

    assert {
        known.label(text)
        for text in ("Student Name", "STUDENT'S NAME", "StudentName", "1. Student name (print)")
    } == {"student.name"}


def test_labels_read_from_pictures_may_miss_a_letter():
    assert everything().label("Date of IEP meting") is None
    assert everything(loose=True).label("Date of IEP meting") == "meeting_date"

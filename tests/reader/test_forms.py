"""Invented forms of other layouts are read too: the reader knows forms by their words, not one by one."""

import pytest

from reader import read
from tests.reader.bench import judged
from tests.reader.forms import fresh
from tests.reader.forms.children import JONAH, RUBY, truth
from tests.reader.forms.fillable import fillable
from tests.reader.forms.layouts import ALL, pdf_of, truth_of
from tests.reader.scoring import score


@pytest.mark.parametrize("name", ALL)
def test_an_invented_form_is_read(name):
    got = read(pdf_of(name)).as_json()
    got["state_style"] = None  # these forms are no state's

    found = score(truth_of(name), got)

    assert found.overall >= 0.95, found.faults()
    assert found.f1("goals") == 1.0
    assert found.f1("services") == 1.0


@pytest.mark.parametrize("name", fresh.FRESH)
def test_a_form_made_after_the_reader_is_read(name):
    reading = read(fresh.pdf_of(name))
    got, truth_told = reading.as_json(), fresh.truth_of(name)
    got["state_style"] = None

    found = score(truth_told, got)

    assert found.overall >= 0.9, found.faults()
    assert (found.f1("goals"), found.f1("services")) == (1.0, 1.0)
    anchors = reading.anchors()
    sure = [
        same for path, same in judged(truth_told, got) if anchors.get(path, {}).get("confidence", 0) >= 0.9
    ]
    assert sum(sure) >= 0.97 * len(sure)


@pytest.mark.parametrize("child", [RUBY, JONAH], ids=["ruby", "jonah"])
def test_a_fillable_form_is_read_from_its_fields(child):
    reading = read(fillable(child))
    got = reading.as_json()
    got["state_style"] = None

    found = score(truth(child), got)

    assert reading.format == "pdf_acroform"
    assert found.f1("services") == 1.0
    assert found.f1("goals") == 1.0
    if child is RUBY:  # the form has no transition page
        assert found.overall >= 0.98, found.faults()

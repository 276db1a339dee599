"""The plans are data; a file that cannot be used stops with a sentence."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from billing import plans
from payments.money import say


def test_the_plans_as_they_come():
    found = {plan.key: plan for plan in plans.all_plans()}
    assert list(found) == ["solo", "practice", "firm"]
    assert (found["practice"].price("month"), found["practice"].price("year")) == (4500, 45000)
    assert found["firm"].limits(9).seats == 9
    with translation.override("es"):
        assert found["solo"].name == "Individual"
    # Whoever grows finds a plan for every number of people up to the last.
    for people in range(1, found["firm"].seats_to + 1):
        assert any(plan.seats_from <= people <= plan.seats_to for plan in found.values())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("month = 4900", "month = -1"), "“month” is -1"),
        (("month = 4900", "month = 49.5"), "“month” is 49.5"),
        (("seats_to = 8", "seats_to = 1"), "begins at more seats than it ends at"),
        (('currency = "usd"', 'currency = "dollars"'), "three small letters"),
        (("days = 14", ""), "lacks 'days'"),
        (("[plans.solo]", "[plans.solo"), "PLANS_FILE"),
        (('en = "Solo", ', ""), "no English name"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path, settings, change, said):
    file = tmp_path / "plans.toml"
    file.write_text(settings.PLANS_FILE.read_text().replace(*change, 1))
    settings.PLANS_FILE = file
    with pytest.raises(ImproperlyConfigured, match="PLANS_FILE") as problem:
        plans.all_plans()
    assert said in str(problem.value)


def test_a_file_that_is_not_there(tmp_path, settings):
    settings.PLANS_FILE = tmp_path / "none.toml"
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        plans.all_plans()


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (4900, "usd", "$49"),
        (4950, "usd", "$49.50"),
        (123456700, "usd", "$1,234,567"),
        (1200, "jpy", "¥1,200"),
        (-250, "usd", "-$2.50"),
        (0, "usd", "$0"),
    ],
)
def test_amounts_as_they_are_written(amount, currency, said):
    assert say(amount, currency, brief=True) == said

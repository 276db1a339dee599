"""Pages: few queries however many years there are, and no child of another family."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import Guardianship
from progress.models import DataPoint
from tests.world import NOW, key


def fill(sheets, by, *, points):
    """`points` numbers on each sheet over five years."""
    rows = []
    for sheet in sheets:
        for n in range(points):
            moment = NOW - timedelta(days=int(n * 1825 / points))
            rows.append(DataPoint(key=uuid4(), sheet=sheet, value=50 + n % 40, setting=("home", "school", "elsewhere")[n % 3], happened_at=moment, happened_on=moment.date(), logged_by=by, logged_at=moment))  # fmt: skip
    DataPoint.objects.bulk_create(rows)


def queries(visitor, path):
    """Of a few tries the fewest: on a busy machine the host's firm may be looked up anew within one."""
    counts, page = [], ""
    visitor.get(path)
    for _try in range(3):
        with CaptureQueriesContext(connection) as found:
            answer = visitor.get(path)
        assert answer.status_code == 200
        counts.append(len(found))
        page = answer.content.decode()
    return min(counts), page


def test_five_years_cost_as_many_queries_as_one_day(visitor, ana, luz, mateo, make_sheet, clock):
    paths = [(ana, f"/students/{mateo.pk}/progress/"), (luz, "/portal/progress/")]
    first = make_sheet()
    fill([first], ana, points=1)
    few = [queries(visitor.as_(who), path)[0] for who, path in paths]
    more = [make_sheet(number=n, area=f"Area {n}") for n in range(2, 21)]
    fill([first, *more], ana, points=200)

    found = [queries(visitor.as_(who), path) for who, path in paths]

    assert [count for count, _page in found] == few
    assert max(few) <= 15
    assert all(page.count('class="chart"') == 20 for _count, page in found)


def test_a_goals_own_page_costs_few_queries_too(visitor, ana, luz, sheet, clock):
    fill([sheet], ana, points=200)
    assert queries(visitor.as_(ana), f"/progress/sheets/{sheet.pk}/")[0] <= 15
    assert queries(visitor.as_(luz), f"/portal/progress/{sheet.pk}/")[0] <= 15


def test_the_chart_says_in_words_and_table_what_it_draws(visitor, ana, sheet, log, clock):
    for ago, value, where in ((40, 52, "home"), (20, 55, "school"), (3, 60, "elsewhere")):
        log(sheet, value, days_ago=ago, setting=where)
    page = visitor.as_(ana).get(f"/progress/sheets/{sheet.pk}/").content.decode()
    chart = re.search(r'<svg class="chart".*?</svg>', page, re.S)[0]
    for shape in ("aim", "goal", "p-home", "p-school", "p-elsewhere"):
        assert f'class="{shape}"' in chart
    assert 'role="img" aria-label="Reading: It started at 50 words a minute and is 60 words a minute now.' in chart  # fmt: skip
    assert "style=" not in chart
    assert "Trend: not enough yet. It takes 5 numbers; there are 3." in page
    table = page[page.index("Show the numbers") : page.index("</details>", page.index("Show the numbers"))]
    assert table.count("<tr") == 4


def test_families_see_their_own_child_alone(visitor, luz, ngozi, marcus, sheet, clock):
    assert visitor.as_(luz).get(f"/portal/progress/{sheet.pk}/").status_code == 200
    assert visitor.as_(ngozi).get(f"/portal/progress/{sheet.pk}/").status_code == 404
    assert visitor.as_(marcus).get(f"/progress/sheets/{sheet.pk}/").status_code == 404
    Guardianship.objects.filter(contact__user=luz).update(blocked_from=NOW.date())
    assert visitor.as_(luz).get(f"/portal/progress/{sheet.pk}/").status_code == 404
    assert "Reading" not in visitor.get("/portal/progress/").content.decode()


def test_birch_is_not_harbor(visitor, ana, clock):
    """The keys of Birch's rows, which were Harbor's too until this test's clean start."""
    visitor.as_(ana)
    for path in ("sheets/{}/", "points/{}/", "strategies/{}/", "term-reports/{}/"):
        noun = path.split("/")[0].rstrip("s").replace("-", " ").replace("strategie", "strategy")
        assert visitor.get(f"/progress/{path.format(key(f'{noun} Mateo'))}").status_code == 404


@pytest.mark.parametrize("path", ["/students/{}/progress/", "/students/{}/wins/", "/students/{}/strategies/", "/students/{}/term-reports/"])  # fmt: skip
def test_empty_pages_say_what_comes_next(visitor, ana, mateo, clock, path):
    assert visitor.as_(ana).get(path.format(mateo.pk)).status_code == 200

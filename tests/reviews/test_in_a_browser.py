"""The review's pages in a browser: two years on one screen, boxes drawn on the paper."""

import json

import pytest

from reviews.models import Review, StructuredIEP
from tests.documents import papers
from tests.reader.bench import path_of
from tests.reviews.conftest import ADDRESS

pytestmark = pytest.mark.browser


def pairs():
    return json.loads((path_of("d02").parent / "pairs.json").read_text("utf-8"))


def compares(browser_tab, ana, student):
    """Two years are chosen on the student's page and stand on one screen."""
    page = browser_tab(ana, f"/students/{student.pk}/iep/")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("heading", name=f"Two IEPs of {student.given_name}").wait_for()
    for heading in ("Goals", "Services, minutes a week", "Supports", "Placement and transport"):
        page.get_by_role("heading", name=heading, exact=True).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    return page.locator("main").inner_text()


def test_two_years_of_one_child_are_compared(browser_tab, ana, mateo, stored):
    stored("d02", student=mateo, by=ana, title="IEP 2024")
    stored("d03", student=mateo, by=ana, title="IEP 2025")

    seen = compares(browser_tab, ana, mateo)

    told = pairs()["A"]
    for row in [*told["services_cut"], *told["services_increased"]]:
        assert row["name"] in seen
        assert f"{row['minutes_per_week_after']:g}" in seen
    for words in [*told["accommodations_removed"], *told["modifications_added"], *told["services_new"]]:
        assert words in seen
    for text in told["goals_carried_over_unchanged"]:
        assert seen.count(text) == 2


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_scan_and_the_year_after_are_compared(visitor, browser_tab, ana, mateo, clock):
    for name in ("d07", "d08"):
        data = {
            "kind": "iep",
            "title": name,
            "language": "en",
            "paper": papers.upload(path_of(name).read_bytes()),
        }
        assert visitor.as_(ana).post(f"/students/{mateo.pk}/papers/new/", data).status_code == 302

    seen = compares(browser_tab, ana, mateo)

    told = pairs()["B"]
    assert all(f"{row['minutes_per_week_after']:g}" in seen for row in told["services_cut"])
    assert "Career and transition services" in seen


def test_a_goal_is_added_by_drawing_around_its_words(browser_tab, ana, mateo, stored):
    review = stored("d02", student=mateo, by=ana)
    sheet = review.version.pages.get(number=1)
    sheet.words = [
        [100 + 50 * n, 200, 145 + 50 * n, 212, word]
        for n, word in enumerate(["Mateo", "will", "read", "60", "words"])
    ]
    sheet.save()

    page = browser_tab(ana, f"/reviews/{review.pk}/values/goals/new/?page=1")
    box = page.locator("svg.marks").bounding_box()
    scale = box["width"] / sheet.width
    page.mouse.move(box["x"] + 95 * scale, box["y"] + 195 * scale)
    page.mouse.down()
    page.mouse.move(box["x"] + 360 * scale, box["y"] + 216 * scale)
    page.mouse.up()
    assert page.locator("#id_text").input_value() == "Mateo will read 60 words"
    page.get_by_role("button", name="Add the goal").click()
    page.get_by_text("Added.").wait_for()
    data = StructuredIEP.objects.get().data
    anchor = data["anchors"][f"goals[{len(data['goals']) - 1}].text"]
    assert (anchor["page"], anchor["how"]) == (1, "person")
    assert anchor["box"] == pytest.approx([95, 195, 360, 216], abs=1.5)


def test_a_box_is_drawn_on_the_page(visitor, browser_tab, ana, luz, mateo, clock):
    visitor.as_(luz).post(
        "/portal/papers/new/",
        {"kind": "iep", "title": "IEP", "paper": papers.upload(path_of("d02").read_bytes())},
    )
    review = Review.objects.get()
    page = browser_tab(ana, f"/reviews/{review.pk}/?page=2&add=1")
    box = page.locator("svg.marks").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 60)
    page.mouse.up()
    page.locator("#id_title").fill("Ask about this line")
    page.get_by_role("button", name="Add the point").click()
    page.get_by_role("heading", name="Ask about this line").wait_for()
    point = review.points.get(author="person")
    left, top, right, bottom = point.boxes[0]
    scale = review.version.pages.get(number=2).width / box["width"]
    assert right - left == pytest.approx(200 * scale, abs=2)
    assert (point.page, bottom > top) == (2, True)
    assert page.url.startswith(ADDRESS)

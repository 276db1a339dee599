from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from web.charts import Point, Series, aim, bar_chart, data_chart, goal_chart, line_chart, say_number, talk

START, GOAL = Point(date(2026, 9, 10), 31), Point(date(2027, 6, 10), 55)


def points(*values: float) -> list[Point]:
    return [Point(START.on + timedelta(days=14 * at), value) for at, value in enumerate(values)]


def test_the_sentence_says_start_now_goal_and_side(english):
    chart = goal_chart(points(31, 33, 40), start=START, goal=GOAL, unit="words a minute")
    assert chart.summary == "Words a minute: 31 on Sep 10, now 40. Goal: 55 by Jun 10. Ahead of the line."


def test_the_sentence_in_spanish(spanish):
    chart = goal_chart(points(31, 30), start=START, goal=GOAL, unit="palabras por minuto")
    assert (
        chart.summary
        == "Palabras por minuto: 31 el 10 sep, ahora 30. Meta: 55 para el 10 jun. Va por debajo de lo esperado."
    )


def test_the_table_holds_every_point_and_its_aim(english):
    chart = goal_chart(points(31, 33.5), start=START, goal=GOAL, unit="words")
    assert [[value for _label, value in row] for row in chart.rows] == [
        ["Thu Sep 10 2026".replace(" 2026", ", 2026"), "31", "31"],
        ["Thu Sep 24, 2026", "33.5", "32.2"],
    ]


def test_the_picture_is_sound_and_says_the_sentence(english):
    chart = goal_chart(points(31, 33, 40), start=START, goal=GOAL, unit="words <b>")
    picture = ElementTree.fromstring(chart.svg)
    assert picture.get("aria-label") == chart.summary
    assert (picture.get("role"), len(picture.findall("circle"))) == ("img", 3)
    assert "style=" not in chart.svg


def test_every_mark_lies_inside_the_picture(english):
    for values in ([31], [0, 100, 250, 3000], [55.5, 54, 0.25]):
        for small in (False, True):
            picture = ElementTree.fromstring(
                goal_chart(points(*values), start=START, goal=GOAL, unit="u", small=small).svg
            )
            _x, _y, width, height = map(float, picture.attrib["viewBox"].split())
            spots = [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in picture.findall("circle")]
            assert [(x, y) for x, y in spots if not (4 <= x <= width - 4 and 4 <= y <= height - 4)] == []


def test_no_points_yet(english):
    chart = goal_chart([], start=START, goal=GOAL, unit="words")
    assert chart.summary == "Words: 31 on Sep 10. Goal: 55 by Jun 10. No points yet."
    assert (chart.rows, "polyline" in chart.svg) == ([], False)


def test_a_goal_before_its_start_is_refused(english):
    with pytest.raises(ValueError, match="A goal ends after it starts"):
        goal_chart([], start=GOAL, goal=START, unit="words")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            [40, 41, 42, 43],
            "Four points in a row are ahead of the line. It may be time to aim higher together.",
        ),
        (
            [20, 21, 22, 23],
            "Four points in a row are behind the line. It is a good time to ask what would help.",
        ),
        ([20, 41, 42, 43], ""),
        ([40, 41, 42], ""),
        (
            [10, 40, 41, 42, 43],
            "Four points in a row are ahead of the line. It may be time to aim higher together.",
        ),
    ],
)
def test_four_points_on_one_side_prompt_a_talk(values, said, english):
    assert talk(points(*values), start=START, goal=GOAL) == said


def test_a_goal_that_counts_down_is_ahead_below_the_line(english):
    start, goal = Point(START.on, 12), Point(GOAL.on, 2)
    assert talk(points(5, 5, 4, 4), start=start, goal=goal).startswith("Four points in a row are ahead")
    assert goal_chart(points(5), start=start, goal=goal, unit="times").summary.endswith("Ahead of the line.")


def test_the_aim_line_is_straight():
    middle = START.on + (GOAL.on - START.on) / 2
    assert round(aim(START, GOAL, START.on), 2) == 31
    assert abs(aim(START, GOAL, middle) - 43) < 0.1


def test_bars_name_the_most(english):
    chart = bar_chart([("Ana", 12), ("Marcus", 7)], unit="open matters")
    assert chart.summary == "Open matters, 2 rows. Most: Ana with 12."
    lengths = [float(width) for width in re.findall(r'<rect[^>]* width="([\d.]+)"', chart.svg)]
    assert round(lengths[1] / lengths[0], 2) == round(7 / 12, 2)


def test_bars_of_nothing_are_drawn_thin(english):
    assert 'width="1.5"' in bar_chart([("Ana", 0)], unit="x").svg


def test_bars_of_money_say_every_cent_and_what_went_below_zero():
    chart = bar_chart([("Oct", 0), ("Nov", 216.25)], unit="USD collected", said=["−$5.10", "$216.25"])

    assert [row[1][1] for row in chart.rows] == ["−$5.10", "$216.25"]
    assert "Nov with $216.25" in chart.summary
    assert ">−$5.10</text>" in chart.svg
    with pytest.raises(ValueError, match="words"):
        bar_chart([("Oct", 0)], unit="x", said=["a", "b"])


@pytest.mark.parametrize("draw", [lambda: bar_chart([], unit="x"), lambda: line_chart([], unit="x")])
def test_a_chart_needs_a_number(draw, english):
    with pytest.raises(ValueError, match="at least one number"):
        draw()


def test_a_line_of_one_point_and_of_equal_points_can_be_drawn(english):
    assert line_chart(points(5), unit="x").summary == "X: 5 on Sep 10, 5 on Sep 10."
    assert "NaN" not in line_chart(points(5, 5, 5), unit="x").svg


def test_numbers_have_no_needless_decimals():
    assert [say_number(value) for value in (3, 3.0, 3.25, 1200)] == ["3", "3", "3.2", "1,200"]


def test_a_table_may_hold_the_newest_rows_alone():
    start, goal = Point(date(2026, 9, 1), 10), Point(date(2027, 6, 1), 40)
    points = [Point(date(2026, 9, n), n) for n in range(2, 12)]
    chart = data_chart(
        [Series("home", "At home", points)], start=start, goal=goal, unit="words", summary="s", most_rows=3
    )

    assert [row[1][1] for row in chart.rows] == ["11", "10", "9"]


def test_months_are_told_with_their_years_where_the_picture_holds_more_than_one(english):
    def labels(first, last):
        svg = data_chart([], start=Point(first, 1), goal=Point(last, 9), unit="words", summary="x").svg
        return re.findall(r'class="mid"[^>]*>([^<]+)<', svg)

    assert labels(date(2026, 9, 1), date(2027, 6, 1)) == ["Sep", "Dec", "Mar", "Jun"]
    assert labels(date(2024, 9, 1), date(2026, 9, 1)) == ["Sep ’24", "May ’25", "Jan ’26"]

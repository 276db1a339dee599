"""What stands where on the review's page, and what its preview says before anything is kept."""

from reviews.models import Point
from reviews.page import BADGE, at_page


def test_a_number_stands_beside_the_line_that_begins_farthest_left(stored, ana, mateo):
    """A passage that begins in the middle of a line would have its number over the words before it."""
    review = stored("d02", student=mateo, by=ana)
    point = Point(
        review=review, number=1, status="ask", page=1, boxes=[[300, 100, 500, 112], [72, 113, 480, 125]]
    )

    view = at_page(review.version, "1", [point], point)

    assert view is not None
    mark = view.marks[0]
    assert (mark.x, mark.y) == (72 - 2 - BADGE - 3, 119.0)


def test_a_preview_says_when_nothing_is_kept(visitor, ana, mateo, stored):
    review = stored("d02", student=mateo, by=ana)

    page = visitor.as_(ana).get(f"/reviews/{review.pk}/preview/").content.decode()

    assert "Nothing is kept yet." in page

"""One page leads to everything that can be set, and a new firm is shown where to begin."""

from web import navigation


def test_the_owner_finds_every_setting_by_what_it_is_about(visitor, olivia, clock):
    page = visitor.as_(olivia).get("/settings/all/").content.decode()

    for path in (
        "/services/",
        "/hours/",
        "/settings/sender/",
        "/staff/",
        "/payments/settings/",
        "/plan/",
        "/access-log/",
    ):
        assert f'<a href="{path}">' in page
    assert page.count('<section class="card stack"') == 5


def test_every_setting_stands_under_a_heading_of_its_own():
    from desk.settings_index import GROUPS

    named = {name for _title, names in GROUPS for name in names}
    assert {item.url_name for item in navigation._items["settings"].values()} == named


def test_others_see_what_they_may_set_and_nothing_else(visitor, ana, bo, bea, clock):
    for person in (ana, bo, bea):
        page = visitor.as_(person).get("/settings/all/").content.decode()
        assert ('<a href="/staff/">' in page, '<a href="/settings/">' in page) == (False, False)
        assert '<a href="/calendar/feed/">' in page or '<a href="/exports/">' in page

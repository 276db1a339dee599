import re

import pytest


@pytest.mark.parametrize("short", ["olivia", "adam", "ana", "bo", "bea"])
def test_staff_read_their_own_help_and_each_of_its_links_opens(visitor, request, short, clock):
    page = visitor.as_(request.getfixturevalue(short)).get("/help/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    links = set(re.findall(r'href="(/[^"]*)"', main))

    assert "First steps" in main
    assert len(links) >= 3
    assert {link: visitor.get(link, follow=True).status_code for link in links} == dict.fromkeys(links, 200)
    assert all(f'id="{anchor}"' in main for anchor in re.findall(r'href="#([^"]*)"', main))


def test_answers_are_those_that_concern_the_reader(visitor, olivia, bea, clock):
    owner, billing = (visitor.as_(user).get("/help/").content.decode() for user in (olivia, bea))

    for question in ("How does a date get here?", "Who read a record?", "How do I start?"):
        assert (question in owner, question in billing) == (True, False)
    for question in ("It says “No rate”", "Why was I signed out?", "When do texts leave?"):
        assert (question in owner, question in billing) == (True, True)


def test_families_and_strangers_keep_their_help_and_staff_find_it(visitor, luz, ana, clock):
    for reader in (visitor, visitor.as_(luz)):
        page = reader.get("/help/").content.decode()
        assert "I do not want texts" in page or "No quiero mensajes" in page
        assert "Dates of the law" not in page
    staff = visitor.as_(ana)
    assert 'href="?for=families"' in staff.get("/help/").content.decode()
    assert "I booked a call and want to change it" in staff.get("/help/?for=families").content.decode()

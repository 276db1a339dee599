import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import meetings, search
from clients.models import Contact, ContactPoint, Family, Student
from tests.cases.conftest import AT


def titles(found):
    return [hit.title for hit in found[0]]


@pytest.mark.parametrize("words", ["Rivera", "riviera", "RIVERA", "riv", "mateo riv", "Máteo", "rivéra"])
def test_a_student_is_found_by_what_people_type(ana, mateo, words):
    assert titles(search.students(words, ana, 5)) == ["Mateo Rivera"]


def test_one_or_two_letters_find_where_words_begin(olivia, mateo):
    family = Family.objects.create(name="Okafor")
    for given, last in (("Ada", "Rossi"), ("Rosa", "Adler"), ("Omar", "Tanaka")):
        Student.objects.create(family=family, given_name=given, family_name=last)
    assert titles(search.students("r", olivia, 5)) == ["Rosa Adler", "Ada Rossi", "Mateo Rivera"]
    assert titles(search.students("RÍ", olivia, 5)) == ["Mateo Rivera"]
    assert search.students("an", olivia, 5) == ([], 0)


def test_what_is_not_there_is_not_found(ana, mateo):
    assert search.students("Zylberstein", ana, 5) == ([], 0)
    assert search.students("%", ana, 5) == ([], 0)
    assert search.students("_", ana, 5) == ([], 0)


@pytest.mark.parametrize("words", ["(406) 555-0116", "5550116", "luz@harbor", "Luz Rivera"])
def test_a_contact_is_found_by_number_address_and_name(ana, words):
    assert titles(search.contacts(words, ana, 5)) == ["Luz Rivera"]


def test_nobody_finds_or_counts_what_they_may_not_see(ana, marcus, mateo):
    assert search.students("Rivera", ana, 5)[1] == 1
    assert search.students("Rivera", marcus, 5) == ([], 0)
    assert search.contacts("5550116", marcus, 5) == ([], 0)


def test_the_count_goes_beyond_the_rows_shown(olivia, mateo):
    family = Family.objects.create(name="Rivera")
    Student.objects.bulk_create(
        Student(family=family, given_name=f"Ana{n}", family_name="Rivera") for n in range(7)
    )
    hits, count = search.students("Rivera", olivia, 3)
    assert (len(hits), count) == (3, 8)


def test_cases_and_meetings_are_found_by_their_words(visitor, ana, case):
    from datetime import timedelta

    type(case).objects.filter(pk=case.pk).update(about="Lectura: sílabas")
    meetings.plan(
        case, kind="iep", advocate=ana, starts_at=AT, ends_at=AT + timedelta(hours=1), by=ana, at=AT,
        agenda="Speech minutes", place="Lakeside School",
    )  # fmt: skip
    page = visitor.as_(ana).get("/search/?q=silab").content.decode()
    assert "Mateo R.: Evaluation" in page
    page = visitor.get("/search/?q=speech min").content.decode()
    assert "IEP meeting, Mateo R." in page


@pytest.mark.parametrize("words", ["", "   ", "'", "a' | b", "&", "x" * 500, "🎉", "\\", "()"])
def test_no_words_break_the_search(visitor, ana, words):
    assert visitor.as_(ana).get("/search/", data={"q": words}).status_code == 200


def test_the_palette_asks_as_many_queries_with_one_hit_as_with_three(visitor, olivia, mateo):
    visitor.as_(olivia)
    visitor.get("/search/?q=rivera", headers={"HX-Request": "true"})
    with CaptureQueriesContext(connection) as one:
        visitor.get("/search/?q=rivera", headers={"HX-Request": "true"})
    for n in range(3):
        family = Family.objects.create(name=f"Rivera {n}")
        Student.objects.create(family=family, given_name=f"Leo{n}", family_name="Rivera")
        ContactPoint.objects.create(
            contact=Contact.objects.create(family=family, name=f"Eva Rivera {n}"),
            kind="phone",
            value=f"+1406555{n:04}",
        )
    with CaptureQueriesContext(connection) as three:
        visitor.get("/search/?q=rivera", headers={"HX-Request": "true"})
    assert len(three) == len(one)


def test_names_are_found_through_an_index(olivia, mateo):
    family = Family.objects.create(name="Many")
    Student.objects.bulk_create(
        Student(family=family, given_name=f"Child {n}", family_name=f"Of the {n}th house")
        for n in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM clients_student WHERE fold(given_name || ' ' || family_name) LIKE '%rivera%'"
        )
        assert "student_by_name" in "\n".join(row[0] for row in cursor.fetchall())


def test_a_contact_is_told_by_the_children_and_never_twice_by_the_own_name(ana, olivia, mateo):
    [hit] = search.contacts("Luz Rivera", ana, 5)[0]
    assert hit.text == "Mateo Rivera"

    family = Family.objects.create(name="Nora NoScript")
    nora = Contact.objects.create(family=family, name="Nora NoScript")
    ContactPoint.objects.create(contact=nora, kind="phone", value="+14065550177")
    [hit] = search.contacts("Nora NoScript", olivia, 5)[0]
    assert (hit.title, hit.text) == ("Nora NoScript", "(406) 555-0177")


@pytest.mark.parametrize("title", ["Ms.", "Mr", "Sra.", "Sr.", "Señora", "Coach"])
def test_a_title_is_left_out_of_what_is_looked_for(ana, mateo, title):
    Contact.objects.create(family=mateo.family, name="Bo Li")
    assert "Bo Li" in titles(search.contacts(f"{title} Li", ana, 5))
    assert titles(search.students(f"{title} Rivera", ana, 5)) == ["Mateo Rivera"]

"""Firms made up for measuring: whole, by the book, and in their own schema."""

import pytest
from django.db import DatabaseError, transaction

from cases import proof
from cases.models import Case, Deadline, TimelineEntry
from clients.models import Family, Guardianship, Student
from documents.models import Document
from lobby.load import copy, fill
from tenants.places import nowhere, within
from tests.world import NOW


def test_a_made_up_firm_has_what_a_real_one_has(harbor, birch, olivia):
    fill(harbor.firm, owner=olivia.pk, cases=40, at=NOW)

    with within(harbor.firm):
        assert (Case.objects.count(), Student.objects.filter(cases__isnull=False).count()) == (40, 40)
        assert Guardianship.objects.filter(student__cases__isnull=False).count() == 40
        assert Deadline.objects.count() > 40
        assert TimelineEntry.objects.count() == 240
        assert Document.objects.filter(student__cases__isnull=False).count() == 20
        # The nightly proof finds nothing to mend.
        assert [proof.wrong(case) for case in Case.objects.all()] == [[]] * 40
    with within(birch.firm):
        assert not Case.objects.exists()


def test_rows_are_copied_where_the_connection_stands_and_nowhere_else(harbor, birch):
    with within(birch.firm):
        before = Family.objects.count()
    with within(harbor.firm):
        assert copy([Family(name="Ñandú \t\\N", created_at=NOW), Family(name="", created_at=NOW)]) == 2
        assert Family.objects.filter(name="Ñandú \t\\N").exists()
        assert copy([]) == 0
    with within(birch.firm):
        assert Family.objects.count() == before
    with nowhere(), pytest.raises(DatabaseError):
        copy([Family(name="Nobody's", created_at=NOW)])


def test_a_row_without_what_the_database_would_fill_in_is_refused(harbor):
    with within(harbor.firm):
        with pytest.raises(ValueError, match="created_at"), transaction.atomic():
            copy([Family(name="Late")])
        assert not Family.objects.filter(name="Late").exists()

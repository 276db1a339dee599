"""Papers of a child whose guardians come, go and are blocked in any order: nobody reads what they may not."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import User
from clients.models import Guardianship, Student
from documents import searching
from documents.models import Document, DocumentVersion, Page
from tests.world import NOW, key

PEOPLE = ("luz", "ngozi")
TODAY = NOW.date()
DAYS = st.sampled_from([None, TODAY - timedelta(days=3), TODAY, TODAY + timedelta(days=1)])


class Custody(RuleBasedStateMachine):
    """Beside the database goes a model in plain words: who is tied, since when blocked, whose and shared each paper."""

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.student = Student.objects.create(family=Student.objects.get(pk=key("student Mateo")).family, given_name="Nico", confirmed_at=NOW)  # fmt: skip
        self.people = {name: User.objects.get(pk=key(name)) for name in PEOPLE}
        self.ties: dict[str, tuple[bool, object]] = {}
        self.papers: dict[object, tuple[str, bool, bool]] = {}  # sender, shared, removed

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @rule(name=st.sampled_from(PEOPLE), may_see=st.booleans(), blocked=DAYS)
    def tie(self, name, may_see, blocked):
        contact = self.people[name].contact
        Guardianship.objects.update_or_create(
            contact=contact, student=self.student, defaults={"may_see": may_see, "blocked_from": blocked}
        )
        self.ties[name] = (may_see, blocked)

    @rule(name=st.sampled_from(PEOPLE))
    def untie(self, name):
        Guardianship.objects.filter(contact=self.people[name].contact, student=self.student).delete()
        self.ties.pop(name, None)

    @rule(name=st.sampled_from((*PEOPLE, "ana")), shared=st.booleans())
    def send(self, name, shared):
        by = User.objects.get(pk=key(name))
        document = Document.objects.create(student=self.student, kind="letter", title="Nico", added_by=by, shared=shared, added_at=NOW)  # fmt: skip
        version = DocumentVersion.objects.create(document=document, number=1, state="ready", uploaded_at=NOW, pages_count=1)  # fmt: skip
        Page.objects.create(
            version=version, number=1, width=9, height=9, text="zebracrossing", picture_size=1
        )
        self.papers[document.pk] = (name, shared, False)

    @rule(shared=st.booleans(), which=st.integers(0, 20))
    def share(self, shared, which):
        if self.papers:
            pk = list(self.papers)[which % len(self.papers)]
            Document.objects.filter(pk=pk).update(shared=shared)
            self.papers[pk] = (self.papers[pk][0], shared, self.papers[pk][2])

    @invariant()
    def each_sees_what_the_model_says(self):
        for name, person in self.people.items():
            may_see, blocked = self.ties.get(name, (False, None))
            allowed = may_see and (blocked is None or blocked > TODAY)
            wanted = {pk for pk, (sender, shared, _gone) in self.papers.items() if allowed and (shared or sender == name)}  # fmt: skip
            seen = set(Document.objects.visible_to(person).filter(student=self.student).values_list("pk", flat=True))  # fmt: skip
            assert seen == wanted
            hits = {hit.document.pk for hit in searching.find("zebracrossing", user=person)}
            assert hits == wanted


@pytest.mark.parametrize(
    "examples", [12, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_whatever_happens_nobody_reads_what_they_may_not(harbor, clock, examples):
    run_state_machine_as_test(
        Custody,
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

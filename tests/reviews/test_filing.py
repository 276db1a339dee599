"""A paper that lies with the wrong child, or with no child, is filed where it belongs."""

import pytest

from documents import adding, asking
from documents.models import Document, Request
from reviews import deciding, filing, reading
from reviews.models import Review, State, StructuredIEP
from tests.reader.bench import path_of
from tests.world import key


@pytest.fixture
def ada(harbor, mateo):
    from clients.models import Student

    return Student.objects.get(pk=key("student Ada"))


@pytest.fixture
def misfiled(stored, mateo, ana, ada):
    """An IEP of Ada Okafor among Mateo's papers, shared with his family."""
    review = stored("d09", student=mateo, by=ana)
    structured = StructuredIEP.objects.get()
    structured.data["student"] = {"name": "Ada Okafor", "dob": None}
    structured.other_name = reading.other_name(structured.data, mateo)
    structured.save()
    Document.objects.filter(versions__structured=structured).update(shared=True)
    return review


def test_the_page_proposes_the_child_whom_the_paper_names_and_files_it_there(
    visitor, olivia, misfiled, ada, mateo, luz, clock
):
    document = misfiled.version.document
    assert (
        "File it with another child" in visitor.as_(olivia).get(f"/reviews/{misfiled.pk}/").content.decode()
    )
    page = f"/documents/{document.pk}/child/"
    assert [s for s in visitor.get(page).context["found"]] == [ada]
    assert visitor.post(page, {"student": "x"}).status_code == 422

    assert visitor.post(page, {"student": str(ada.pk)}).status_code == 302

    document.refresh_from_db()
    misfiled.refresh_from_db()
    assert (document.student, document.shared, misfiled.student) == (ada, False, ada)
    assert misfiled.assigned_to == reading.advocate_of(ada)
    assert StructuredIEP.objects.get().other_name == ""
    assert visitor.as_(luz).get(f"/portal/papers/{document.pk}/").status_code == 404


def test_who_does_not_see_the_other_child_does_not_file_there(visitor, ana, misfiled, ada, mateo):
    page = f"/documents/{misfiled.version.document_id}/child/"
    assert list(visitor.as_(ana).get(page).context["found"]) == []
    assert visitor.post(page, {"student": str(ada.pk)}).status_code == 422
    assert Document.objects.get(pk=misfiled.version.document_id).student == mateo


def test_what_the_family_has_read_or_a_plan_rests_on_stays(misfiled, ada, olivia, clock):
    Review.objects.update(state=State.SENT)
    with pytest.raises(deciding.NotYet):
        filing.move(misfiled.version.document, to=ada, by=olivia, at=clock.now)


def test_what_it_settled_is_asked_for_again(misfiled, ada, olivia, clock):
    asked = Request.objects.get(pk=key("request Mateo"))
    asking.settle(asked, misfiled.version.document, at=clock.now)
    filing.move(misfiled.version.document, to=ada, by=olivia, at=clock.now)
    asked.refresh_from_db()
    assert asked.is_open


def test_a_paper_of_the_whole_family_is_filed_with_a_child_and_read(visitor, ana, mateo, clock):
    sent = adding.Sent(path_of("d11").read_bytes())
    with_family = adding.add([sent], of=mateo.family, kind="504", title="Plan", by=ana, at=clock.now)
    from documents import checking

    checking.check(with_family.pk, at=clock.now)
    assert not Review.objects.exists()

    page = f"/documents/{with_family.document_id}/child/"
    assert list(visitor.as_(ana).get(page).context["found"]) == [mateo]
    visitor.post(page, {"student": str(mateo.pk)})

    assert (Review.objects.get().student, StructuredIEP.objects.get().state) == (mateo, "read")


def test_a_name_the_child_had_is_the_childs(misfiled, mateo):
    from clients.models import StudentName

    data = {"student": {"name": "Mateo Castillo", "dob": None}}
    assert reading.other_name(data, mateo) == "Mateo Castillo"
    StudentName.objects.create(student=mateo, family_name="Castillo")
    assert reading.other_name(data, mateo) == ""

"""People at schools, papers to sign, permissions to share and “About my child”, written by programs."""

import pytest

from clients import agreements
from clients.models import AboutPage, Agreement, AgreementTemplate, Release, School, SchoolPerson, Signature
from intake.models import ConflictReport, Inquiry
from outbox.models import Message
from tests.clients.test_clients_api import Caller
from tests.world import key


@pytest.fixture
def ana_calls(harbor, ana, clock):
    return Caller(harbor, ana)


@pytest.fixture
def olivia_calls(harbor, olivia, clock):
    return Caller(harbor, olivia)


def template(kind):
    return AgreementTemplate.objects.get(kind=kind, retired_at=None)


def test_somebody_at_a_school_is_written_down_changed_and_leaves(ana_calls, clock):
    school = School.objects.create(name="Cedar School")
    told = {"school": str(school.pk), "name": "Kim Dale", "role": "Principal", "email": "Kim@Cedar.example", "phone": "+1 (406) 555-0133"}  # fmt: skip
    made = ana_calls.ask("post", "school-people/", told).json()
    assert (made["phone"], made["email"], made["left_on"]) == ("+14065550133", "kim@cedar.example", None)
    path = f"school-people/{made['id']}/"
    changed = ana_calls.ask("patch", path, {"role": "Case manager", "school": None}).json()
    assert (changed["role"], changed["school"]) == ("Case manager", str(school.pk))
    assert ana_calls.ask("patch", path, {"phone": "12"}).status_code == 400
    assert ana_calls.ask("post", "school-people/", {"name": "Nobody"}).status_code == 400
    assert ana_calls.ask("post", f"{path}leave/").json()["left_on"] == "2026-11-24"
    assert SchoolPerson.objects.get(pk=made["id"]).left_on.isoformat() == "2026-11-24"


def test_a_paper_is_worded_and_its_words_are_versions(olivia_calls, ana_calls):
    told = {"name": "Photos", "kind": "consent", "title": "Photos", "body": "{family} agrees."}
    assert ana_calls.ask("post", "paper-templates/", told).status_code == 403
    made = olivia_calls.ask("post", "paper-templates/", told).json()
    path = f"paper-templates/{made['id']}/"
    assert (made["number"], made["body"]) == (1, "{family} agrees.")
    changed = olivia_calls.ask("patch", path, {"body": "{family} says yes."}).json()
    assert (changed["number"], changed["title"], changed["body"]) == (2, "Photos", "{family} says yes.")
    assert ana_calls.ask("get", path).json() == changed


def test_a_paper_is_sent_once_and_called_back(ana_calls, olivia_calls, harbor, ana, luz, mateo):
    wording = {"name": "Photos", "kind": "consent", "title": "Photos", "body": "{child}"}
    consent = olivia_calls.ask("post", "paper-templates/", wording).json()["id"]
    told = {"template": consent, "contact": str(luz.contact.pk), "student": str(mateo.pk)}
    ana_calls.headers["Idempotency-Key"] = "one"
    made = ana_calls.ask("post", "agreements/", told).json()
    again = ana_calls.ask("post", "agreements/", told).json()
    assert made == again
    assert Agreement.objects.filter(contact=luz.contact, version__template=consent).count() == 1
    sent = Message.objects.filter(subject=f"agreement:{made['id']}").count()
    assert sent >= 1
    path = f"agreements/{made['id']}/withdraw/"
    assert ana_calls.ask("post", path).json()["withdrawn_at"] is not None
    assert ana_calls.ask("post", path).status_code == 400
    others = {**told, "contact": str(key("contact ngozi")), "student": None}
    assert ana_calls.ask("post", "agreements/", others).status_code == 400
    assert ana_calls.ask("post", "agreements/", {**told, "template": str(template("release").pk)}).status_code == 400  # fmt: skip
    assert Message.objects.filter(subject=f"agreement:{made['id']}").count() == sent


def test_the_agreement_of_a_new_family_goes_by_its_inquiry(ana_calls):
    made = ana_calls.ask("post", "inquiries/", {"name": "Dana Brooks", "email": "dana@family.example", "child": "Nadia"}).json()  # fmt: skip
    wanted = {"template": str(template("agreement").pk)}
    assert ana_calls.ask("post", "agreements/", {**wanted, "contact": made["contact"]}).status_code == 400
    path = f"inquiries/{made['id']}/"
    assert ana_calls.ask("post", f"{path}send-agreement/", wanted).status_code == 400  # not checked
    report = ana_calls.ask("post", f"{path}check/").json()["id"]
    ana_calls.ask("post", f"conflict-reports/{report}/decide/", {"decision": "clear"})
    assert ConflictReport.objects.get().decision == "clear"
    ana_calls.headers["Idempotency-Key"] = "two"
    assert ana_calls.ask("post", f"{path}send-agreement/", wanted).json()["stage"] == "sent"
    assert ana_calls.ask("post", f"{path}send-agreement/", wanted).json()["stage"] == "sent"
    assert Agreement.objects.filter(inquiry=Inquiry.objects.get()).get().withdrawn_at is None
    assert Agreement.objects.filter(contact=made["contact"]).count() == 1


def test_a_permission_is_sent_and_ended(ana_calls, ana, luz, mateo, clock):
    told = {
        "template": str(template("release").pk), "contact": str(luz.contact.pk), "student": str(mateo.pk),
        "scope": ["records", "talk", "records"], "recipient": "Cedar School",
    }  # fmt: skip
    for wrong in ({"scope": []}, {"scope": ["all"]}, {"recipient": ""}, {"expires_on": "2026-11-23"}, {"expires_on": "2040-01-01"}, {"student": str(key("student Ada"))}):  # fmt: skip
        assert ana_calls.ask("post", "releases/", {**told, **wrong}).status_code == 400, wrong
    ana_calls.headers["Idempotency-Key"] = "three"
    made = ana_calls.ask("post", "releases/", told).json()
    assert ana_calls.ask("post", "releases/", told).json()["id"] == made["id"]
    assert (made["scope"], made["expires_on"], made["signed_at"]) == (["records", "talk"], "2027-11-23", None)
    agreements.sign(Agreement.objects.get(pk=made["agreement"]), name="Luz Rivera", how=Signature.How.PORTAL, by=None, at=clock.now)  # fmt: skip
    assert Release.objects.in_force(on=clock.now.date()).filter(pk=made["id"]).exists()
    ended = ana_calls.ask("post", f"releases/{made['id']}/end/").json()
    assert ended["called_back_at"] is not None
    assert ana_calls.ask("post", f"releases/{made['id']}/end/").json() == ended
    assert not Release.objects.in_force(on=clock.now.date()).filter(pk=made["id"]).exists()


def test_a_page_about_a_child_gets_its_next_version(ana_calls, ana, mateo):
    told = {"student": str(mateo.pk), "number": 0, "strengths": "Maps", "helps": "Pictures"}
    newest = AboutPage.objects.newest(mateo)
    told["number"] = newest.number if newest else 0
    made = ana_calls.ask("post", "about-pages/", told).json()
    assert (made["number"], made["writer"], made["strengths"]) == (told["number"] + 1, ana.name, "Maps")
    assert ana_calls.ask("post", "about-pages/", told).status_code == 400  # meanwhile there is a newer one
    after = ana_calls.ask("post", "about-pages/", {"student": str(mateo.pk), "number": made["number"], "goals": "Read"}).json()  # fmt: skip
    assert (after["helps"], after["goals"]) == ("Pictures", "Read")
    assert ana_calls.ask("get", f"about-pages/{after['id']}/").json() == after
    assert len(ana_calls.ask("get", "about-pages/").json()["results"]) == AboutPage.objects.filter(student=mateo).count()  # fmt: skip
    assert ana_calls.ask("post", "about-pages/", {**told, "student": str(key("student Ada"))}).status_code == 400  # fmt: skip
    assert ana_calls.ask("post", "about-pages/", {**told, "number": 2, "goals": "x" * 2001}).status_code == 400  # fmt: skip


def test_a_paper_is_put_away_by_the_page_and_by_the_api(olivia_calls, ana_calls, visitor, olivia, ana, clock):
    told = {"name": "Old", "kind": "release", "title": "Old", "body": "Words"}
    first, second = (olivia_calls.ask("post", "paper-templates/", {**told, "name": name}).json()["id"] for name in ("Old", "Older"))  # fmt: skip
    assert ana_calls.ask("delete", f"paper-templates/{first}/").status_code == 403
    assert olivia_calls.ask("delete", f"paper-templates/{first}/").status_code == 204
    assert olivia_calls.ask("get", f"paper-templates/{first}/").status_code == 404

    assert f'action="/templates/{second}/retirement/"' in visitor.as_(olivia).get(f"/templates/{second}/").content.decode()  # fmt: skip
    assert visitor.as_(ana).post(f"/templates/{second}/retirement/").status_code == 403
    page = visitor.as_(olivia).post(f"/templates/{second}/retirement/")
    assert "Older" not in visitor.get(page["Location"]).content.decode()
    assert AgreementTemplate.objects.exclude(retired_at=None).count() == 2

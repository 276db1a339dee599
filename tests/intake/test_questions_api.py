"""Question lists, their order and versions, and a family's answers, written by programs."""

import pytest

from intake.models import Inquiry, QuestionList, Response
from outbox.models import Message
from tests.clients.test_clients_api import Caller


@pytest.fixture
def olivia_calls(harbor, olivia, clock):
    return Caller(harbor, olivia)


@pytest.fixture
def ana_calls(harbor, ana, clock):
    return Caller(harbor, ana)


@pytest.fixture
def reading(olivia_calls):
    """A list of three questions: a text, a choice, a file."""
    made = olivia_calls.ask("post", "question-lists/", {"name": "Reading", "intro_es": "Sobre la lectura"}).json()  # fmt: skip
    of = {"list": made["id"]}
    for told in (
        {"label": "Since when?", "label_es": "¿Desde cuándo?", "needed": True},
        {"label": "Who helps?", "kind": "choice", "choices": [["School", "La escuela"], ["Nobody"]]},
        {"label": "The newest report", "kind": "file"},
    ):
        assert olivia_calls.ask("post", "questions/", {**of, **told}).status_code == 201
    return made["id"]


def questions(calls, asked):
    return calls.ask("get", f"question-lists/{asked}/").json()["questions"]


def test_a_list_is_made_ordered_and_reworded(olivia_calls, ana_calls, reading):
    since, helps, report = questions(ana_calls, reading)
    assert (since["number"], since["needed"], helps["choices"]) == (1, True, [["School", "La escuela"], ["Nobody", ""]])  # fmt: skip
    olivia_calls.ask("post", f"questions/{report['id']}/move/", {"to": "up"})
    assert [row["label"] for row in questions(ana_calls, reading)] == ["Since when?", "The newest report", "Who helps?"]  # fmt: skip
    path = f"questions/{since['id']}/"
    changed = olivia_calls.ask("patch", path, {"label": "Since which grade?"}).json()
    assert (changed["number"], changed["label_es"], changed["needed"]) == (2, "¿Desde cuándo?", True)
    assert olivia_calls.ask("patch", path, {"label": "Since which grade?"}).json()["number"] == 2
    assert olivia_calls.ask("patch", path, {"kind": "choice", "choices": [["One"]]}).status_code == 400
    assert olivia_calls.ask("patch", path, {"kind": "choice", "choices": [["A|B"], ["C"]]}).status_code == 400
    assert ana_calls.ask("patch", path, {"label": "x"}).status_code == 403
    assert olivia_calls.ask("delete", f"questions/{helps['id']}/").status_code == 204
    assert len(questions(ana_calls, reading)) == 2
    renamed = olivia_calls.ask("patch", f"question-lists/{reading}/", {"name": "Reading help"}).json()
    assert renamed["name"] == QuestionList.objects.get(pk=reading).name == "Reading help"


def test_a_list_is_sent_once_and_what_the_family_said_is_written_down(ana_calls, reading, clock):
    ana_calls.ask("post", "inquiries/", {"name": "Dana Brooks", "email": "dana@family.example", "child": "Nadia"})  # fmt: skip
    told = {"list": reading, "inquiry": str(Inquiry.objects.get().pk)}
    ana_calls.headers["Idempotency-Key"] = "one"
    made = ana_calls.ask("post", "responses/", told).json()
    assert ana_calls.ask("post", "responses/", told).json() == made
    assert Message.objects.filter(subject=f"response:{made['id']}").count() == 1
    since, helps, report = (row["version"] for row in made["answers"])
    path = f"responses/{made['id']}/"
    said = ana_calls.ask("post", f"{path}answer/", {"answers": {helps: "Nobody"}}).json()
    assert ([row["text"] for row in said["answers"]], said["finished_at"]) == (["", "Nobody", ""], None)
    for wrong in ({helps: "The moon"}, {report: "x"}, {"x": "y"}):
        assert ana_calls.ask("post", f"{path}answer/", {"answers": wrong}).status_code == 400, wrong
    assert ana_calls.ask("post", f"{path}answer/", {"answers": {}, "finished": True}).status_code == 400
    whole = ana_calls.ask("post", f"{path}answer/", {"answers": {since: "Grade 2"}, "finished": True}).json()
    assert [row["text"] for row in whole["answers"]] == ["Grade 2", "Nobody", ""]
    assert whole["finished_at"] is not None
    assert ana_calls.ask("get", path).json() == whole


def test_answers_of_others_are_not_there(harbor, ana_calls, marcus, reading, olivia_calls, olivia, clock):
    olivia_calls.ask("post", "inquiries/", {"name": "Dana Brooks", "email": "dana@family.example"})
    Inquiry.objects.update(advocate=olivia)
    told = {"list": reading, "inquiry": str(Inquiry.objects.get().pk)}
    made = olivia_calls.ask("post", "responses/", told).json()
    assert ana_calls.ask("get", f"responses/{made['id']}/").status_code == 404
    assert ana_calls.ask("post", "responses/", told).status_code == 400
    assert Response.objects.filter(inquiry=told["inquiry"]).count() == 1


def test_a_list_is_put_away_by_the_page_and_by_the_api_unless_a_service_asks_it(
    olivia_calls, ana_calls, reading, visitor, olivia, ana, service
):
    assert ana_calls.ask("delete", f"question-lists/{reading}/").status_code == 403
    service.questions_id = reading
    service.save()
    refused = olivia_calls.ask("delete", f"question-lists/{reading}/")
    assert (refused.status_code, "asks these questions" in refused.json()["error"]["message"]) == (409, True)
    answer = visitor.as_(olivia).post(f"/questions/{reading}/retirement/")
    assert "asks these questions" in visitor.get(answer["Location"]).content.decode()
    service.questions_id = None
    service.save()

    assert olivia_calls.ask("delete", f"question-lists/{reading}/").status_code == 204
    assert olivia_calls.ask("get", f"question-lists/{reading}/").status_code == 404
    assert visitor.get(f"/questions/{reading}/").status_code == 404
    assert reading not in visitor.get(f"/services/{service.pk}/").content.decode()
    other = olivia_calls.ask("post", "question-lists/", {"name": "Other"}).json()["id"]
    assert visitor.as_(ana).post(f"/questions/{other}/retirement/").status_code == 403
    visitor.as_(olivia).post(f"/questions/{other}/retirement/")
    assert QuestionList.objects.get(pk=other).retired_at is not None

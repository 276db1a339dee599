"""Threads through the API."""

from messaging import threads
from tests.house.test_matrix import key_of
from tests.world import NOW


def ask(visitor, person, method, path, data=None):
    headers = {"Authorization": f"Bearer {key_of(person)}"}
    more = {"data": data, "content_type": "application/json"} if data is not None else {}
    return getattr(visitor, method)(f"/api/v1/threads/{path}", headers=headers, **more)


def test_threads_and_what_was_said(visitor, ana, marcus, luz, texts_in, clock):
    texts_in(luz.phone, "Which door?")
    thread = threads.thread_of(luz.contact, at=NOW)

    rows = ask(visitor, ana, "get", "?waiting=true").json()["results"]
    said = ask(visitor, ana, "get", f"{thread.pk}/entries/").json()

    assert [row["id"] for row in rows] == [str(thread.pk)]
    assert [(entry["incoming"], entry["body"]) for entry in said] == [(True, "Which door?")]
    assert ask(visitor, marcus, "get", f"{thread.pk}/entries/").status_code == 404


def test_a_program_writes_under_the_same_rules(visitor, ana, luz, standins, clock):
    thread = threads.thread_of(luz.contact, at=NOW)
    path = f"{thread.pk}/messages/"

    named = ask(visitor, ana, "post", path, {"way": "sms", "body": "Mateo did well"})
    fine = ask(visitor, ana, "post", path, {"way": "sms", "body": "The north door."})

    assert (named.status_code, fine.status_code) == (400, 201)
    assert "child’s name" in str(named.json())
    assert [text["body"] for text in standins.texts(luz.phone)] == ["The north door."]
    assert ask(visitor, ana, "post", path, {"way": "email", "body": "No subject"}).status_code == 400

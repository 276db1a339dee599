"""Mail that comes back, and mail that nobody wants."""

import re

from outbox import sending
from outbox.models import MailStop, Message
from outbox.providers import mail
from outbox.providers.outcome import Answer, Outcome
from tests.world import NOW


def write(to, harbor, *, answers=False, occurrence=""):
    return sending.write(
        "note", subject="n", occurrence=occurrence, channel="email", to=to, words=sending.Words("Body", "Title"),
        due_at=NOW, at=NOW, zone=harbor.firm.zone, answers=answers,
    )  # fmt: skip


def test_one_click_ends_what_we_start_and_nothing_else(visitor, harbor, luz, standins, clock, work_due):
    message = write(luz.email, harbor)
    work_due(NOW)
    headers = {name.lower(): value[0] for name, value in standins.mail(luz.email)[0]["headers"].items()}
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    path = re.sub(r"\s", "", headers["list-unsubscribe"]).strip("<>").partition(":8000")[2]
    assert luz.email not in path

    assert visitor.get(path).status_code == 200
    assert not MailStop.objects.exists()
    assert visitor.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200

    later = write(luz.email, harbor, occurrence="later")
    answer = write(luz.email, harbor, answers=True, occurrence="answer")
    work_due(NOW)
    later.refresh_from_db()
    answer.refresh_from_db()
    assert (later.state, later.reason) == ("suppressed", "they asked for no more mail of this kind")
    assert answer.state == "sent"
    assert message.pk != later.pk


def test_a_forged_link_is_not_found(visitor, harbor):
    assert visitor.post("/mail/stop/forged:token:x/").status_code == 404


def test_an_answer_carries_no_unsubscribe(harbor, luz):
    message = write(luz.email, harbor, answers=True)

    assert "List-Unsubscribe" not in mail.compose(message).extra_headers


def test_mail_that_comes_back_stops_and_staff_are_told(
    visitor, olivia, harbor, luz, ana, standins, clock, work_due
):
    message = write(luz.email, harbor)
    refused = Answer(Outcome.REFUSED, reason="5.1.1 No such user", code="550", dead_address=True)
    sending.settle_answer(message, refused, at=NOW)
    again = write(luz.email, harbor, occurrence="again")
    work_due(NOW)

    again.refresh_from_db()
    assert (again.state, again.reason) == ("suppressed", "mail to this address came back")
    assert [one["subject"] for one in standins.mail(ana.email)] == ["Mail to a family came back"]
    stop = MailStop.objects.get()
    assert "5.1.1 No such user" in visitor.as_(olivia).get("/health/").content.decode()
    visitor.post(f"/health/addresses/{stop.pk}/")
    third = write(luz.email, harbor, occurrence="third")
    work_due(NOW)
    third.refresh_from_db()
    assert third.state == "sent"


def test_an_address_that_the_server_refuses_is_taken_for_dead(harbor, luz, standins, clock, work_due):
    standins.fault(service="mail", kind="reject")
    message = write(luz.email, harbor)
    work_due(NOW)

    message.refresh_from_db()
    assert message.state == "failed"
    assert Message.objects.filter(kind="told-bounce").exists() == MailStop.objects.exists() is True

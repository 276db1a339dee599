"""A contact who is barred from a child sees nothing, hears nothing and gets no hint: every place, with a canary."""

from datetime import timedelta

import pytest

from clients import about, agreements, reaching
from clients.models import AgreementTemplate, Contact, Guardianship, Student
from intake import asking
from intake.models import QuestionList
from outbox import sending
from outbox.models import Channel, Inbound, Message, State, may_text
from scheduling import booking as bookings
from scheduling import replies
from scheduling.availability import free_slots
from scheduling.models import Booking
from tests.conftest import Visitor
from tests.world import CANARY, NOW, key

WORD = f"{CANARY}custody"


@pytest.fixture
def luz_contact(harbor):
    return Contact.objects.get(pk=key("contact luz"))


@pytest.fixture
def about_mateo(harbor, mateo, luz, luz_contact, ana, service, clock):
    """A call, a paper, a page, a release and questions about Mateo, each with the canary where it can hold one."""
    Student.objects.filter(pk=mateo.pk).update(given_name=WORD)
    mateo.refresh_from_db()
    slot = free_slots(
        service, since=NOW + timedelta(days=2), until=NOW + timedelta(days=7), at=NOW, advocates=[ana]
    )[0]
    asker = bookings.Asker(name="Luz Rivera", timezone="America/Denver", language="es", contact=luz_contact)
    booking = bookings.book(service, starts_at=slot.starts_at, asker=asker, at=NOW, advocate=ana)
    Booking.objects.filter(pk=booking.pk).update(student=mateo)
    booking.refresh_from_db()
    from scheduling import notices

    notices.booked(booking, at=NOW)
    template = AgreementTemplate.objects.get(kind="release")
    paper = agreements.send(
        template, contact=luz_contact, student=mateo, by=ana, at=NOW,
        release={"scope": ["talk"], "recipient": "Lakeside", "expires_on": NOW.date() + timedelta(days=90)},
    )  # fmt: skip
    about.save(mateo, {"strengths": WORD}, by=luz, language="en", at=NOW)
    response = asking.ask(QuestionList.objects.first(), contact=luz_contact, student=mateo)
    return booking, paper, response


def paths(booking, paper, response, student):
    return [
        "/portal/", "/portal/forms/", "/portal/who/", "/portal/details/", f"/portal/forms/{paper.pk}/",
        f"/portal/forms/{paper.pk}/paper.pdf", f"/portal/children/{student.pk}/about/",
        f"/portal/children/{student.pk}/about/print/", f"/portal/children/{student.pk}/about.pdf",
        f"/answers/{response.secret}/", f"/sign/{paper.secret}/", f"/b/{booking.secret}/", f"/b/{booking.secret}/call.ics",
        f"/b/{booking.secret}/change/", "/portal/papers/",
    ]  # fmt: skip


def test_before_the_block_the_canary_can_show(harbor, luz, about_mateo, mateo):
    visitor = Visitor(harbor).as_(luz)
    shown = [
        path
        for path in paths(*about_mateo, mateo)
        if WORD in visitor.get(path).content.decode(errors="replace")
    ]
    assert f"/portal/children/{mateo.pk}/about/" in shown
    assert "/portal/" in shown
    assert all(visitor.get(path).status_code in {200, 302} for path in paths(*about_mateo, mateo))


def test_from_the_day_of_the_block_no_page_shows_it(harbor, luz, luz_contact, about_mateo, mateo):
    booking, paper, response = about_mateo
    Guardianship.objects.filter(contact=luz_contact, student=mateo).update(blocked_from=NOW.date())

    visitor = Visitor(harbor).as_(luz)
    answers = {path: visitor.get(path) for path in paths(*about_mateo, mateo)}
    assert [path for path, answer in answers.items() if WORD in answer.content.decode(errors="replace")] == []
    # A page that is not there repeats its own address and no other.
    leads = [path for path, answer in answers.items() if booking.secret in answer.content.decode(errors="replace") and booking.secret not in path]  # fmt: skip
    assert leads == []
    gone = [path for path in answers if str(mateo.pk) in path or str(paper.pk) in path or (path.count("/") > 2 and not path.startswith("/portal"))]  # fmt: skip
    assert {path: answers[path].status_code for path in gone} == dict.fromkeys(gone, 404)
    for path in (f"/portal/forms/{paper.pk}/", f"/sign/{paper.secret}/code/", f"/answers/{response.secret}/", f"/b/{booking.secret}/call-off/"):  # fmt: skip
        assert visitor.post(path, {"name": "Luz Rivera", "agreed": "on"}).status_code == 404


def test_the_day_before_the_block_they_still_see_it(harbor, luz, luz_contact, about_mateo, mateo):
    Guardianship.objects.filter(contact=luz_contact, student=mateo).update(
        blocked_from=NOW.date() + timedelta(days=1)
    )
    assert WORD in Visitor(harbor).as_(luz).get("/portal/").content.decode()


def test_what_was_planned_before_the_block_does_not_leave(
    harbor, luz_contact, about_mateo, mateo, standins, clock
):
    booking, paper, _response = about_mateo
    waiting = Message.objects.filter(subject__in=[booking.subject, f"agreement:{paper.pk}"], state=State.DUE)
    to_luz = waiting.filter(recipient__in=[luz_contact.phone, luz_contact.email])
    assert to_luz.filter(kind="reminder").count() == 2
    keys = [str(pk) for pk in to_luz.values_list("pk", flat=True)]

    Guardianship.objects.filter(contact=luz_contact, student=mateo).update(blocked_from=NOW.date())
    for message in Message.objects.filter(pk__in=keys):
        sending.deliver([str(message.pk)], max(message.due_at, NOW))

    assert set(Message.objects.filter(pk__in=keys).values_list("state", flat=True)) == {State.SUPPRESSED}
    assert standins.texts(luz_contact.phone) == []
    assert standins.mail(luz_contact.email) == []


def test_the_same_messages_leave_without_a_block(harbor, luz_contact, about_mateo, standins, clock):
    """The control: nothing else holds them back."""
    booking, _paper, _response = about_mateo
    for message in Message.objects.filter(subject=booking.subject, recipient=luz_contact.phone).order_by(
        "due_at"
    ):
        sending.deliver([str(message.pk)], max(message.due_at, NOW))
    assert len(standins.texts(luz_contact.phone)) >= 2


def test_nothing_new_is_written_to_them(harbor, luz_contact, about_mateo, mateo, ana):
    Guardianship.objects.filter(contact=luz_contact, student=mateo).update(blocked_from=NOW.date())
    for kind in ("booked", "reminder", "agreement", "questions", "code", "bill", "message"):
        assert reaching.channels_for(luz_contact, kind, student=mateo, at=NOW) == ()
    with pytest.raises(agreements.NobodyToReach):
        agreements.send(AgreementTemplate.objects.get(kind="agreement"), contact=luz_contact, student=mateo, by=ana, at=NOW)  # fmt: skip


def test_a_letter_by_text_moves_nothing_about_the_child(harbor, luz_contact, about_mateo, mateo):
    booking, _paper, _response = about_mateo
    Guardianship.objects.filter(contact=luz_contact, student=mateo).update(blocked_from=NOW.date())
    inbound = Inbound.objects.create(
        provider_id="SM1", number=luz_contact.phone, to="+14065550150", body="X", at=NOW
    )

    assert replies.act(None, inbound=inbound, at=NOW) == ""
    booking.refresh_from_db()
    assert booking.called_off_at is None


def test_staff_set_it_in_one_place(harbor, ana, marcus, luz_contact, mateo, visitor, clock):
    path = f"/contacts/{luz_contact.pk}/students/{mateo.pk}/"
    told = {"relation": "mother", "lives_with": "on", "may_see": "on", "blocked_from": "2026-12-01"}

    assert visitor.as_(marcus).post(path, told).status_code == 404
    assert visitor.as_(ana).post(path, told).status_code == 302
    row = Guardianship.objects.get(contact=luz_contact, student=mateo)
    assert (str(row.blocked_from), row.may_see) == ("2026-12-01", True)


class TestReaching:
    def ways(self, contact, kind="booked"):
        contact = Contact.objects.get(pk=contact.pk)
        return [(way.channel, way.to) for way in reaching.channels_for(contact, kind, at=NOW)]

    def test_by_default_both_and_one_for_a_reminder(self, luz_contact):
        assert may_text(luz_contact.phone)
        both = [(Channel.EMAIL, luz_contact.email), (Channel.SMS, luz_contact.phone)]
        assert self.ways(luz_contact) == both
        assert self.ways(luz_contact, "reminder") == both[1:]

    @pytest.mark.parametrize(("prefers", "channel"), [("sms", "sms"), ("email", "email"), ("call", "email")])
    def test_as_they_prefer(self, luz_contact, prefers, channel):
        Contact.objects.filter(pk=luz_contact.pk).update(prefers=prefers)
        assert [way[0] for way in self.ways(luz_contact)] == [channel]
        assert [way[0] for way in self.ways(luz_contact, "reminder")] == [channel]

    def test_never_by_a_way_that_is_not_safe(self, luz_contact):
        luz_contact.points.filter(kind="phone").update(safe=False)
        assert self.ways(luz_contact) == [(Channel.EMAIL, luz_contact.email)]
        assert self.ways(luz_contact, "reminder") == [(Channel.EMAIL, luz_contact.email)]
        luz_contact.points.update(safe=False)
        assert self.ways(luz_contact) == []

    def test_their_hours_narrow_ours(self, luz_contact):
        Contact.objects.filter(pk=luz_contact.pk).update(hours_from="17:00", hours_to="19:00")
        contact = Contact.objects.get(pk=luz_contact.pk)
        [way] = reaching.channels_for(contact, "reminder", at=NOW)
        assert (way.hours.opens.hour, way.hours.closes.hour) == (17, 19)

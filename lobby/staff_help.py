"""What people who work at a firm ask, and the answers, each with the pages that it speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from web.access import Can


@dataclass(frozen=True)
class Link:
    """A page by the name of its route, for those who may open it."""

    url_name: str
    label: Any
    can: Can


@dataclass(frozen=True)
class Answer:
    """A question and what to do; for those who may `can`, or for all who work here."""

    question: Any
    words: Any
    links: tuple[Link, ...] = ()
    can: Can = Can.WORK_HERE


@dataclass(frozen=True)
class Topic:
    key: str
    icon: str
    title: Any
    answers: tuple[Answer, ...]


TOPICS: tuple[Topic, ...] = (
    Topic("first-steps", "sun", _("First steps"), (
        Answer(
            _("Where do families book?"),
            _("On your firm’s own page, from a phone, in English or Spanish, without an account. Put its address on your website and your card. Under Services there is a line that shows your free times on a website of yours."),
            (Link("book", _("The page to book on"), Can.WORK_HERE), Link("services", _("Services"), Can.SET_SERVICES)),
        ),
        Answer(
            _("What do we set first?"),
            _("When each of you takes calls, what can be booked and for how much, then your phone number and color. After that, invite who works with you."),
            (Link("hours", _("Hours"), Can.SET_OWN_HOURS), Link("services", _("Services"), Can.SET_SERVICES), Link("firm-settings", _("Firm settings"), Can.SET_FIRM), Link("invitation-new", _("Invite somebody"), Can.SET_STAFF)),
        ),
        Answer(
            _("A family calls. Where do I write it down?"),
            _("Choose New, then Phone call, and type while you speak. The inquiry checks for conflicts, sends the agreement to sign and becomes a case, step by step."),
            (Link("inquiry-new", _("Phone call"), Can.TAKE_INTAKE), Link("intake", _("Intake"), Can.TAKE_INTAKE)),
            Can.TAKE_INTAKE,
        ),
        Answer(
            _("How do I find something?"),
            _("Press Ctrl and K on any page and type a name, a paper or some of its words."),
            (Link("search", _("Search"), Can.SEE_STUDENTS),),
            Can.SEE_STUDENTS,
        ),
    )),
    Topic("clock", "clock", _("Dates of the law"), (
        Answer(
            _("How does a date get here?"),
            _("On the page of the case, under “What happened”, record what happened and on which day: a consent that was signed, a meeting, a removal. The dates that follow appear by themselves, each with its rule, its arithmetic and its source."),
            (Link("cases", _("Cases"), Can.SEE_CASES),), Can.SEE_CASES,
        ),
        Answer(
            _("Why does it say “Estimate”?"),
            _("Something that the count needs is missing or not certain, and the page of the date says what. Often it is the district’s school calendar. Do not rely on an estimate before you have checked it with its source."),
            (Link("calendars", _("School calendars"), Can.SEE_CASES),), Can.SEE_CASES,
        ),
        Answer(
            _("I recorded the wrong day"),
            _("Open what happened, on the page of the case, and correct it or take it back. All dates that follow are counted again, and their history keeps what stood there before."),
            (), Can.SEE_CASES,
        ),
        Answer(
            _("It is done, or it does not matter here"),
            _("On the page of the date press Done, or set it aside and say why. Either can be opened again."),
            (Link("deadlines", _("All deadlines"), Can.SEE_CASES),), Can.SEE_CASES,
        ),
        Answer(
            _("How early do we hear of a date?"),
            _("You choose how many days before, and whether by e-mail. Today shows what is late and the next three weeks."),
            (Link("warnings", _("Warnings"), Can.SEE_CASES), Link("today", _("Today"), Can.WORK_HERE)), Can.SEE_CASES,
        ),
    )),
    Topic("iep", "doc", _("Reading an IEP"), (
        Answer(
            _("How do I start?"),
            _("On the student’s page choose Papers, then Add a paper, and say that it is an IEP; or ask the family for it there. It is read by itself, on our own machine, and then waits under IEP reviews."),
            (Link("students", _("Students"), Can.SEE_STUDENTS), Link("reviews", _("IEP reviews"), Can.SEE_STUDENTS)), Can.SEE_STUDENTS,
        ),
        Answer(
            _("Something was read wrong"),
            _("In the review choose More, then “What was read”, and set it right beside the page of the paper. Who changed what is kept."),
            (), Can.SEE_STUDENTS,
        ),
        Answer(
            _("It could not be read at all"),
            _("A dark or crooked photo is hard to read. Add a better copy as a new version of the same paper, or write your points by hand: a review works without the reader too."),
            (Link("documents", _("Documents"), Can.SEE_STUDENTS),), Can.SEE_STUDENTS,
        ),
        Answer(
            _("What does the family see, and when?"),
            _("Nothing before an advocate has checked each point, signed the review off and sent it. “See as family” shows it as they will read it, in their language."),
            (), Can.SEE_STUDENTS,
        ),
        Answer(
            _("What becomes of the goals and minutes?"),
            _("In the review press “Take it as the plan in force”. Its goals then get charts under Goals, and its services are counted under Minutes on the student’s page."),
            (), Can.SEE_STUDENTS,
        ),
    )),
    Topic("texts", "mobile", _("Texts and when they leave"), (
        Answer(
            _("When do texts leave?"),
            _("From 9 in the morning to 8 in the evening where the family lives; what is written later waits until the next morning. An answer leaves at once within ten minutes after the family wrote. E-mails do not wait."),
            (Link("texts", _("Texts and reminders"), Can.SET_MESSAGES),),
        ),
        Answer(
            _("Why did a text not leave?"),
            _("Three things are needed: the owner has confirmed an e-mail address, the carriers have registered your number, and the family has agreed to texts. The conversation and Health say which is missing; where there is an e-mail address, the message goes there."),
            (Link("messages", _("Messages"), Can.SEE_MESSAGES), Link("health", _("Health"), Can.SEE_HEALTH), Link("sender", _("Sender of texts"), Can.SET_MESSAGES)),
        ),
        Answer(
            _("A parent wrote STOP"),
            _("No text goes to that number any more. Bookings stand, and reminders go by e-mail where there is an address. Only they can allow texts again, by texting START."),
            (), Can.SEE_MESSAGES,
        ),
        Answer(
            _("How do I change what texts say?"),
            _("Each text has its own words in English and in Spanish, and you see its length and cost before you save."),
            (Link("texts", _("Texts and reminders"), Can.SET_MESSAGES),), Can.SET_MESSAGES,
        ),
    )),
    Topic("money", "receipt", _("Money"), (
        Answer(
            _("Where do I write my time?"),
            _("Under My time: type it, let a timer run, or take what your calls and messages suggest."),
            (Link("time", _("My time"), Can.LOG_TIME), Link("time-suggestions", _("Not written down yet"), Can.LOG_TIME)), Can.LOG_TIME,
        ),
        Answer(
            _("How does work become an invoice?"),
            _("“Not billed yet” lists it by case. Make an invoice there, tick what belongs on it, issue it, send it. Once issued it never changes: a credit note takes it back, or a part of it."),
            (Link("unbilled", _("Not billed yet"), Can.SEE_MONEY), Link("invoices", _("Invoices"), Can.SEE_MONEY)), Can.SEE_MONEY,
        ),
        Answer(
            _("It says “No rate”"),
            _("Set what an hour costs under Billing, for everybody or for one person; or for one case, on the page of its money."),
            (Link("billing-settings", _("Billing"), Can.EDIT_MONEY),), Can.EDIT_MONEY,
        ),
        Answer(
            _("A check or cash came"),
            _("Choose New, then Payment, and say what it is for. Cards and bank accounts write themselves down once your Stripe account is connected."),
            (Link("payment-new", _("Payment"), Can.EDIT_MONEY), Link("payment-settings", _("Getting paid"), Can.SET_FIRM)), Can.EDIT_MONEY,
        ),
        Answer(
            _("How do I give money back?"),
            _("Open the payment and press “Give it back”. What was paid by card goes to the card; cash you hand over yourself, and it is written down here."),
            (Link("payments", _("Payments"), Can.SEE_MONEY),), Can.EDIT_MONEY,
        ),
        Answer(
            _("What is a retainer here?"),
            _("Money of the family that you hold for a case, apart from your own. Ask for it on the page of the case’s money; invoices can be paid from it, and what is left goes back to the family."),
            (Link("retainers", _("Retainers"), Can.SEE_MONEY),), Can.SEE_MONEY,
        ),
    )),
    Topic("access", "eye", _("Who sees what"), (
        Answer(
            _("Who sees a student?"),
            _("Who is on the care team, with everything about that student. Owners and administrators see all students. Billing sees money, and no student’s file."),
        ),
        Answer(
            _("How does a colleague get in?"),
            _("On the page of the case, under Care team, choose “Add somebody to the team”. “Hand over” gives the case with its tasks and dates to somebody else."),
            (Link("cases", _("Cases"), Can.SEE_CASES),), Can.EDIT_CASES,
        ),
        Answer(
            _("Somebody starts, or leaves"),
            _("Invite them, or open them under Staff and end their access. What they did stays under their name."),
            (Link("staff", _("Staff"), Can.SET_STAFF), Link("invitation-new", _("Invite somebody"), Can.SET_STAFF)), Can.SET_STAFF,
        ),
        Answer(
            _("Why was I signed out?"),
            _("After 30 minutes without a click, and after 12 hours in any case. If you lost your phone, sign in with a recovery code; without one, an administrator lets you set up the second step again."),
            (Link("profile", _("Your profile"), Can.WORK_HERE),),
        ),
        Answer(
            _("How does a family sign in?"),
            _("Without a password: a code goes to a number or an address of theirs that is safe to use. The contact’s page says how they sign in, or what is missing."),
            (Link("students", _("Students"), Can.SEE_STUDENTS),), Can.SEE_STUDENTS,
        ),
        Answer(
            _("Can a teacher look in?"),
            _("Only when the family says yes, and only at the child’s shared page. You can prepare the invitation there, under “Who can look in”; the family ends it whenever it wants."),
            (), Can.SHARE_PAGE,
        ),
        Answer(
            _("Who read a record?"),
            _("Each look and each change is in the access log, and nobody can alter a line of it."),
            (Link("access-log", _("Access log"), Can.READ_AUDIT),), Can.READ_AUDIT,
        ),
    )),
)  # fmt: skip


def topics_for(user: User) -> list[Topic]:
    """The topics with the answers that concern somebody, and with the links that they may open."""
    found = [Topic(topic.key, topic.icon, topic.title, tuple(_mine(topic.answers, user))) for topic in TOPICS]
    return [topic for topic in found if topic.answers]


def _mine(answers: Iterable[Answer], user: User) -> Iterable[Answer]:
    for answer in answers:
        if user.can(answer.can):
            links = tuple(link for link in answer.links if user.can(link.can))
            yield Answer(answer.question, answer.words, links, answer.can)

"""Many firms over few threads, with everything going wrong: nobody ever reads another firm's row."""

import random
import threading
from datetime import time
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, connection, connections, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from clients.models import Family
from lobby.opening import open_firm
from tenants.middleware import FirmMiddleware
from tenants.places import within
from tests.tenants.forgetful import Forgetful
from tests.world import NOW

PLACES_SEEN = ("rt_app", '""')


def names():
    return ",".join(Family.objects.values_list("name", flat=True))


def plain(request):
    return HttpResponse(names())


def breaks(request):
    names()
    raise ZeroDivisionError


def breaks_in_a_transaction(request):
    with transaction.atomic():
        Family.objects.create(name="half")
        raise ZeroDivisionError


def loses_a_savepoint(request):
    """The first query stands in a transaction that is rolled back; the answer is read after it."""
    try:
        with transaction.atomic():
            names()
            raise ZeroDivisionError
    except ZeroDivisionError:
        return HttpResponse(names())


def divides_in_the_database(request):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
    except DatabaseError:
        return HttpResponse(names())


def streams(request):
    def chunks():
        for _ in range(3):
            yield names() + ","

    return StreamingHttpResponse(chunks())


VIEWS = [plain, breaks, breaks_in_a_transaction, loses_a_savepoint, divides_in_the_database, streams]


class Round:
    """`requests` requests over `threads` threads, at firms drawn by chance."""

    def __init__(self, firms, backend=None):
        self.firms, self.backend = firms, backend
        self.canaries, self.out_of_place, self.answered, self.refused = [], [], 0, 0
        self.lock = threading.Lock()

    def run(self, *, threads, requests):
        work = [threading.Thread(target=self.visit, args=(n, requests // threads)) for n in range(threads)]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
        return self

    def visit(self, seed, count):
        chance = random.Random(seed)
        if self.backend:
            connections["default"] = self.backend(connections.settings["default"], "default")
        try:
            for n in range(count):
                self.one(chance.choice(self.firms), chance.choice(VIEWS), aborted=chance.random() < 0.5)
                if n % 5 == 0 and connection.connection is not None and not self.backend:
                    raw = connection.connection.execute("SELECT current_user, current_setting('search_path')")
                    if raw.fetchone() != PLACES_SEEN:
                        self.out_of_place.append(n)
                    connection.connection.rollback()
        finally:
            connection.close()

    def one(self, firm, view, *, aborted):
        body = b""
        try:
            answer = FirmMiddleware(view)(RequestFactory().get("/", HTTP_HOST=firm.host))
            if answer.streaming:
                body = next(iter(answer)) if aborted else b"".join(answer)
                answer._iterator.close()
            else:
                body = answer.content
        except (ZeroDivisionError, DatabaseError):
            with self.lock:
                self.refused += 1
        finally:
            connection.close_if_unusable_or_obsolete()  # what Django does when a request ends
        told = {word for word in body.decode().split(",") if word}
        with self.lock:
            self.answered += bool(told)
            self.canaries += [(firm.slug, word) for word in told if word != firm.slug]


def firms_of_a_round(count):
    found = []
    for _ in range(count):
        slug = f"round-{uuid4().hex[:8]}"
        firm, _owner = open_firm(
            name=slug, slug=slug, owner_name="O", owner_email=f"o@{slug}.example", password_hash=make_password("x"),
            state="MT", timezone="America/Denver", language="en", at=NOW, hours=(time(9), time(17)),
            ask_confirmation=False,
        )  # fmt: skip
        with within(firm):
            Family.objects.create(name=slug)
        connection.close_if_unusable_or_obsolete()
        found.append(firm)
    return found


@pytest.mark.commits
def test_six_firms_over_eight_threads(passing_firms):
    firms = firms_of_a_round(6)
    done = Round(firms).run(threads=8, requests=400)

    assert (done.canaries, done.out_of_place) == ([], [])
    assert done.answered > 200
    assert done.refused > 50

    # With one wall down the same round finds other firms' rows, so it would have seen them.
    control = Round(firms, backend=Forgetful).run(threads=2, requests=200)
    assert len(control.canaries) > 0


@pytest.mark.slow
@pytest.mark.commits
def test_fifty_firms_over_eight_threads(passing_firms):
    done = Round(firms_of_a_round(50)).run(threads=8, requests=20_000)

    assert (done.canaries, done.out_of_place) == ([], [])
    print(f"{done.answered} answers, {done.refused} failures, 0 canaries")

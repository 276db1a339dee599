"""A scan of 200 pages is looked at and read: what that does to the pages other people open meanwhile.

The baseline of each line is the same page of the same firm with nothing else going on, in the same run. The work is
stopped once enough pages were opened; how far it came is told.
"""

from __future__ import annotations

import contextlib
import io
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import pikepdf
from django.utils import timezone
from PIL import Image

from accounts.models import User
from accounts.roles import Role
from bench.caseload import signed_in, timed
from bench.measuring import line, progress, server
from documents import sandbox as papers
from lobby.load import open_loaded_firm
from reviews import sandbox
from tenants.places import within
from tests.reader.bench import path_of

PAGES = 200
CASES = 200


class Enough(Exception):
    """The measurement is over; what was being read is left."""


def scan(pages: int) -> bytes:
    """A scan of so many pages, each a grey JPEG at 200 dots an inch, within what may be uploaded."""
    shown: list[bytes] = []
    with pikepdf.open(path_of("d07")) as sample:
        for page in sample.pages:
            image = cast(pikepdf.Stream, next(iter(page.get_images().values())))
            picture = pikepdf.PdfImage(image).as_pil_image().convert("L")
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=30)
            shown.append(out.getvalue())
    made = pikepdf.new()
    for number in range(pages):
        content = shown[number % len(shown)]
        with Image.open(io.BytesIO(content)) as picture:
            wide, high = picture.size
        image = made.make_stream(content, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=wide, Height=high, ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode)  # fmt: skip
        made.add_blank_page(page_size=(612, 792))
        page = made.pages[-1]
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
        page.Contents = made.make_stream(b"q 612 0 0 792 0 0 cm /I Do Q")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@contextmanager
def meanwhile(work: Callable[[Callable[[int], None]], None]) -> Iterator[Callable[[], int]]:
    """Runs the work in a thread; yields a function that says how many pages it has done."""
    done, over = [0], threading.Event()

    def tell(pages: int) -> None:
        done[0] = pages
        if over.is_set():
            raise Enough

    def run() -> None:
        with contextlib.suppress(Enough):
            work(tell)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    time.sleep(3)  # until it is well under way
    yield lambda: done[0]
    over.set()
    thread.join(120)


def main() -> None:
    progress(f"a scan of {PAGES} pages")
    content = scan(PAGES)
    firm = open_loaded_firm(f"scan-{secrets.token_hex(3)}", cases=CASES, at=timezone.now())
    with within(firm):
        person = User.objects.filter(role=Role.ADVOCATE).order_by("email")[0]
    key = signed_in(firm, person)

    def look(tell: Callable[[int], None]) -> None:
        copy = papers.inspect([content]).copy
        for first in range(0, PAGES, papers.BATCH):
            tell(first)
            papers.render(copy, first=first)

    def read(tell: Callable[[int], None]) -> None:
        sandbox.read(content, pictures=True, progress=lambda pages, _all: tell(pages))

    with server("config.wsgi", settings="config.settings", host=firm.host, path="/livez") as port:
        alone = timed(port, firm, "/cases/", key)
        for name, work in (("scan-looked-at", look), ("scan-read", read)):
            with meanwhile(work) as pages:
                began, before = time.perf_counter(), pages()
                during = timed(port, firm, "/cases/", key)
                rate = (pages() - before) / (time.perf_counter() - began)
            at = int(len(alone) * 0.95)
            line(
                name, ours=during[at], baseline=alone[at], unit="ms",
                more=f"p50={during[len(during) // 2]:.1f}ms alone={alone[len(alone) // 2]:.1f}ms pages_a_second={rate:.2f}",
            )  # fmt: skip

"""What becomes of a file between its arrival and its first reader."""

from __future__ import annotations

import io
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as the_settings
from PIL import Image

from documents import adding, checking, sandbox, storage
from documents.models import Document, DocumentVersion
from documents.signals import document_ready
from tenants import due, keys
from tenants.models import DueWork, Entitlement
from tests.documents import papers
from tests.documents.hostile import EICAR, exif, locked


def sent(mateo, ana, at, *contents, **more):
    files = [adding.Sent(content, f"{n}.bin") for n, content in enumerate(contents)]
    return adding.add(files, of=mateo, kind="iep", title="IEP", by=ana, at=at, **more)


def looked_at(version, at):
    checking.check(version.pk, at=at)
    version.refresh_from_db()
    return version


def test_pages_have_a_picture_words_and_their_places(mateo, ana, clock):
    version = looked_at(sent(mateo, ana, clock.now, papers.pdf("Reads forty words", "Página dos")), clock.now)

    page = version.pages.get(number=1)
    picture = Image.open(io.BytesIO(storage.read(page.picture_key)))
    assert (picture.format, picture.size, page.text) == ("WEBP", (1400, 1812), "Reads forty words")
    assert [word for *_, word in page.words] == ["Reads", "forty", "words"]
    left, top, right, bottom, _ = page.words[0]
    # Written 72 points from the left, 700 from the bottom of 792, 12 points high.
    assert (left, top < 92 < bottom, 20 < right - left < 40) == (72.0, True, True)
    assert version.pages.get(number=2).text == "Página dos"


def test_a_turned_page_is_measured_as_it_is_seen(mateo, ana, clock):
    import pikepdf

    with pikepdf.open(io.BytesIO(papers.pdf("Turned"))) as pdf:
        pdf.pages[0].obj.Rotate = 90
        out = io.BytesIO()
        pdf.save(out)
    page = looked_at(sent(mateo, ana, clock.now, out.getvalue()), clock.now).pages.get()
    assert (page.width, page.height) == (792, 612)
    left, top, _, _, word = page.words[0]
    assert (word, 690 < left < 720, 60 < top < 80) == ("Turned", True, True)


def test_several_photos_become_one_paper_in_their_order(mateo, ana, clock):
    photos = [papers.photo((300, 400), colour=colour) for colour in ("red", "lime", "blue")]
    version = looked_at(sent(mateo, ana, clock.now, *photos), clock.now)

    colours = [
        Image.open(io.BytesIO(storage.read(page.picture_key))).convert("RGB").getpixel((700, 700))
        for page in version.pages.all()
    ]
    assert [max(range(3), key=colour.__getitem__) for colour in colours] == [0, 1, 2]
    assert [part.content_kind for part in version.parts.all()] == ["jpeg"] * 3


def test_a_pdf_and_a_photo_are_two_papers(mateo, ana, clock):
    version = looked_at(sent(mateo, ana, clock.now, papers.photo(), papers.pdf("a")), clock.now)
    assert (version.state, version.reason) == ("refused", "only_photos_together")


def test_the_cameras_notes_stay_with_the_original(mateo, ana, clock):
    told = papers.photo((3000, 2000), exif=exif())
    assert b"Secret phone" in told
    version = looked_at(sent(mateo, ana, clock.now, told), clock.now)

    assert version.state == "ready"
    shown = [
        storage.read(version.copy_key),
        *[storage.read(page.picture_key) for page in version.pages.all()],
    ]
    assert [b"Secret phone" in content or b"Exif" in content for content in shown] == [False, False]
    assert storage.read(version.parts.get().storage_key) == told


def test_a_photo_inside_a_pdf_loses_its_notes_too(mateo, ana, clock):
    import pikepdf

    made = pikepdf.new()
    page = papers.page(made, "With a photo")
    image = pikepdf.Stream(made, papers.photo(exif=exif()))
    image.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=300, Height=400, BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip
    page.obj.Resources.XObject = pikepdf.Dictionary(I=made.make_indirect(image))
    made.pages.append(page)
    out = io.BytesIO()
    made.save(out)
    assert b"Secret phone" in out.getvalue()
    version = looked_at(sent(mateo, ana, clock.now, out.getvalue()), clock.now)
    assert (version.state, b"Secret phone" in storage.read(version.copy_key)) == ("ready", False)


def test_a_turned_photo_stands_upright(mateo, ana, clock):
    notes = Image.Exif()
    notes[0x0112] = 6
    page = looked_at(
        sent(mateo, ana, clock.now, papers.photo((800, 400), exif=notes.tobytes())), clock.now
    ).pages.get()
    assert page.height > page.width


def test_a_password_is_asked_for_used_and_forgotten(visitor, ana, mateo, clock):
    version = looked_at(sent(mateo, ana, clock.now, locked("open sesame", "own")), clock.now)
    assert version.state == "needs_password"
    page = f"/documents/{version.document_id}/"
    assert "This PDF has a password" in visitor.as_(ana).get(page).content.decode()

    visitor.post(f"{page}password/", {"password": "wrong"})
    version.refresh_from_db()
    assert (version.state, version.reason) == ("needs_password", "wrong_password")
    assert visitor.post(f"{page}password/", {"password": ""}).status_code == 422
    visitor.post(f"{page}password/", {"password": "open sesame"})
    version.refresh_from_db()
    assert (version.state, version.sealed_password) == ("ready", None)
    assert version.pages.get().text == "Secret words"


def test_passwords_cannot_be_tried_without_end(visitor, ana, mateo, clock):
    version = looked_at(sent(mateo, ana, clock.now, locked("open", "own")), clock.now)
    DocumentVersion.objects.filter(pk=version.pk).update(state="needs_password")
    from tenants import throttle

    for _ in range(checking.TRIES_AN_HOUR):
        throttle.note("document password", str(version.pk), at=clock.now)
    visitor.as_(ana).post(f"/documents/{version.document_id}/password/", {"password": "open"})
    version.refresh_from_db()
    assert version.state == "needs_password"


def test_nothing_readable_lies_on_the_disk(mateo, ana, clock):
    canary = "Zanzibar-marmalade-7781"
    version = looked_at(sent(mateo, ana, clock.now, papers.pdf(canary)), clock.now)
    assert (version.state, version.pages.get().text) == ("ready", canary)

    from tenants.places import current_firm

    files = [
        path
        for path in (Path(the_settings.FILES_DIR) / current_firm().schema_name).rglob("*")
        if path.is_file()
    ]
    kept = [path.read_bytes() for path in files]
    assert len(kept) >= 3
    for sign in (canary.encode(), b"%PDF", b"WEBP", b"/Type"):
        assert not any(sign in content for content in kept)
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}


def test_a_sealed_file_opens_only_here_whole_and_as_itself(harbor, birch):
    from tenants.places import within

    content = os.urandom(keys.CHUNK * 2 + 17)
    sealed = b"".join(keys.seal_file([content[:100], content[100:]], about="a"))
    assert b"".join(keys.unseal_file([sealed[:7], sealed[7:]], about="a")) == content
    part = keys.CHUNK + keys.TAG
    head = len(keys.FILE_MARK) + keys.SALT
    swapped = (
        sealed[:head]
        + sealed[head + part : head + 2 * part]
        + sealed[head : head + part]
        + sealed[head + 2 * part :]
    )
    for wrong in (
        sealed[: head + part],
        sealed[:-1],
        swapped,
        sealed[:-1] + bytes([sealed[-1] ^ 1]),
        b"",
        b"RTF1",
    ):
        with pytest.raises(keys.WrongKey):
            b"".join(keys.unseal_file([wrong], about="a"))
    with pytest.raises(keys.WrongKey):
        b"".join(keys.unseal_file([sealed], about="b"))
    with within(birch.firm), pytest.raises(keys.WrongKey):
        b"".join(keys.unseal_file([sealed], about="a"))


def test_files_of_every_length_come_back(harbor):
    for length in (0, 1, keys.CHUNK - 1, keys.CHUNK, keys.CHUNK + 1, 2 * keys.CHUNK):
        content = os.urandom(length)
        assert storage.read(storage.write(content)) == content


def test_keys_of_files_are_ours_alone(harbor):
    for key in ("../../etc/passwd", "aa/../../x", "", "AA/" + "a" * 30, "aa/" + "a" * 29):
        with pytest.raises(storage.Missing):
            storage.read(key)


# --- workers that die, and machines that are busy ---


def test_a_version_whose_worker_died_is_found_again_and_goes_on_where_it_was(mateo, ana, clock, monkeypatch):
    version = sent(mateo, ana, clock.now, papers.pdf(*[f"Page number {n}" for n in range(1, 26)]))
    assert DueWork.objects.filter(kind=adding.CHECK, key=str(version.pk)).exists()
    render, asked = sandbox.render, []

    def dying(copy, *, first, count=sandbox.BATCH):
        asked.append(first)
        if first == 10 and len(asked) == 2:
            raise KeyboardInterrupt
        return render(copy, first=first, count=count)

    monkeypatch.setattr(sandbox, "render", dying)
    with pytest.raises(KeyboardInterrupt):
        checking.check(version.pk, at=clock.now)
    version.refresh_from_db()
    assert (version.state, version.pages.count()) == ("checking", 10)

    # While the lease stands nobody else takes it; when it has run out, the sweep finds the row.
    checking.check(version.pk, at=clock.now)
    assert asked == [0, 10]
    clock.now += checking.LEASE + timedelta(seconds=1)
    assert DueWork.objects.due(at=clock.now).filter(kind=adding.CHECK, key=str(version.pk)).exists()
    due.handle(adding.CHECK, [str(version.pk)], at=clock.now)
    version.refresh_from_db()
    assert (version.state, asked) == ("ready", [0, 10, 10, 20])
    assert [page.text for page in version.pages.all()] == [f"Page number {n}" for n in range(1, 26)]
    assert not DueWork.objects.filter(kind=adding.CHECK, key=str(version.pk)).exists()


def test_a_file_that_takes_workers_with_it_is_given_up(mateo, ana, clock, monkeypatch):
    version = sent(mateo, ana, clock.now, papers.pdf("a"))

    def dying(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(sandbox, "inspect", dying)
    for _ in range(checking.TRIES):
        with pytest.raises(KeyboardInterrupt):
            checking.check(version.pk, at=clock.now)
        clock.now += checking.LEASE + timedelta(seconds=1)
    version = looked_at(version, clock.now)
    assert (version.state, version.reason) == ("refused", "too_complex")


def test_on_a_busy_machine_it_waits_its_turn(mateo, ana, clock, monkeypatch):
    monkeypatch.setattr(sandbox, "WAIT", 0.1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    version = sent(mateo, ana, clock.now, papers.pdf("a"))
    # Other test processes may hold the turn as well; ours holds it for certain.
    while True:
        try:
            with sandbox.turn():
                assert looked_at(version, clock.now).state == "checking"
            break
        except sandbox.Busy:
            time.sleep(0.1)
    row = DueWork.objects.get(kind=adding.CHECK, key=str(version.pk))
    assert (row.due_at, version.leased_until) == (clock.now + checking.AGAIN, None)
    monkeypatch.setattr(sandbox, "WAIT", 60)
    assert looked_at(version, clock.now).state == "ready"


def test_who_waits_for_a_paper_hears_of_it_once(mateo, ana, clock):
    heard = []

    def hear(sender, version, at, **_more):
        heard.append((version.pk, version.state, at))

    document_ready.connect(hear)
    try:
        version = looked_at(sent(mateo, ana, clock.now, papers.pdf("a")), clock.now)
        looked_at(version, clock.now)
    finally:
        document_ready.disconnect(hear)
    assert heard == [(version.pk, "ready", clock.now)]


def test_a_newer_version_is_read_while_the_earlier_stays(visitor, ana, mateo, clock):
    document = looked_at(sent(mateo, ana, clock.now, papers.pdf("First words")), clock.now).document
    visitor.as_(ana).post(
        f"/documents/{document.pk}/versions/new/", {"paper": papers.upload(papers.pdf("Second words"))}
    )
    page = f"/documents/{document.pk}/"
    assert [version.number for version in document.versions.all()] == [2, 1]
    assert ">Second </text>" in visitor.get(page).content.decode()
    assert ">First </text>" in visitor.get(f"{page}?version=1").content.decode()
    assert visitor.get(f"{page}?version=7").status_code == 404


# --- room ---


def test_a_firm_uses_no_more_room_than_it_has(visitor, ana, mateo, clock, harbor):
    from tenants.places import in_public

    with in_public():
        Entitlement.objects.filter(firm_id=harbor.firm.id).update(storage_bytes=storage_used(harbor) + 100)
    answer = visitor.as_(ana).post(
        f"/students/{mateo.pk}/papers/new/",
        {"kind": "iep", "language": "en", "paper": papers.upload(papers.pdf("a"))},
    )
    assert answer.status_code == 422
    assert "space for files is full" in answer.content.decode()
    assert not Document.objects.filter(added_at=clock.now).exists()


def storage_used(cast):
    from tenants.places import within

    with within(cast.firm):
        return storage.used()


# --- the child process ---


def child(code: str) -> subprocess.CompletedProcess:
    """Runs code as the child would be, after it has given everything up."""
    start = (
        "import sys, socket, os, subprocess\nfrom documents.parse import apart\nown = apart.leave_the_network()\n"
        "apart.step_back()\nimport ctypes\nheld = os.dup(1)\nclosed = apart.open_nothing_more()\n"
    )
    return subprocess.run(
        [sys.executable, "-c", start + code],
        env=sandbox.environment(),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_child_can_open_neither_file_nor_socket_nor_program():
    tries = {
        "open('/etc/passwd')": "OSError", "socket.socket()": "OSError", "os.pipe()": "OSError", "os.listdir('/')": "OSError",
        "open('/proc/%d/environ' % os.getppid())": "OSError", "subprocess.run(['/bin/true'])": "OSError",
    }  # fmt: skip
    for code, kind in tries.items():
        done = child(f"try:\n    {code}\n    print('opened')\nexcept {kind}:\n    print('refused')")
        assert (code, done.stdout) == (code, "refused\n")


def test_the_child_cannot_give_itself_more():
    done = child("import resource\ntry:\n    resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99)); open('/etc/passwd'); print('opened')\nexcept (ValueError, OSError):\n    print('refused')")  # fmt: skip
    if "own" in child("print('own' if own else 'same')").stdout:
        assert done.stdout == "refused\n"
    else:
        assert os.geteuid() == 0 or done.stdout == "refused\n"


def test_the_child_has_an_end_to_its_memory_and_comes_last():
    done = child(
        "try:\n    a = bytearray(700 * 1024 * 1024)\n    print('took')\nexcept MemoryError:\n    print('refused', os.nice(0))"
    )
    assert done.stdout == "refused 19\n"


def test_the_child_is_told_no_secret(monkeypatch):
    monkeypatch.setenv("MASTER_KEY", "secret-canary")
    assert set(sandbox.environment()) == {
        "PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "RAYON_NUM_THREADS", "MALLOC_ARENA_MAX", "LANG",
    }  # fmt: skip
    done = child("print(sorted(os.environ))")
    assert "secret-canary" not in done.stdout
    assert "DATABASE" not in done.stdout


def test_a_child_that_does_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 0.05)
    with pytest.raises(sandbox.Refused) as refusal:
        sandbox.inspect([papers.pdf("a")])
    assert refusal.value.code == "too_complex"
    assert not _children()


def _children() -> list[str]:
    found = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True
    ).stdout
    return [line for line in found.splitlines() if "documents.parse" in line]


HEADS = [
    b"", b"noise", b"{}\n", b"[]\n", b'{"frame": "end"}\n', b'{"frame": "end", "size": -1}\n',
    b'{"frame": "found", "size": 5, "kinds": ["pdf"], "pages": 1}\n%PDF-',
    b'{"frame": "found", "size": 4, "kinds": ["exe"], "pages": 1}\nMZ  {"frame": "end", "size": 0}\n',
    b'{"frame": "found", "size": 5, "kinds": ["pdf"], "pages": 99999}\n%PDF-{"frame": "end", "size": 0}\n',
    b'{"frame": "found", "size": 5, "kinds": ["pdf", "pdf"], "pages": 1}\n%PDF-{"frame": "end", "size": 0}\n',
    b'{"frame": "found", "size": 99999999999, "kinds": ["pdf"], "pages": 1}\n%PDF-',
    b"[" * 90_000 + b"\n",
]  # fmt: skip


@pytest.mark.parametrize("answer", HEADS)
def test_what_a_child_answers_is_not_believed(monkeypatch, answer):
    monkeypatch.setattr(sandbox, "_run", lambda _pieces: answer)
    if answer == HEADS[6]:  # right, and only its end is missing: the copy may be used
        assert sandbox.inspect([b"x"]).pages == 1
        return
    with pytest.raises(sandbox.Refused):
        sandbox.inspect([b"x"])


@pytest.mark.parametrize("wrong", [
    {"number": 2}, {"number": True}, {"width": -1}, {"width": 1e9}, {"height": "x"}, {"text": 5}, {"text": "a" * 300_000},
    {"words": {}}, {"words": [[1, 2, 3]]}, {"words": [[1, 2, 3, 4, 5]]}, {"words": [[1, 2, 3, "4", "a"]]},
    {"words": [[1e400, 2, 3, 4, "a"]]},
])  # fmt: skip
def test_no_field_of_a_page_is_believed(monkeypatch, wrong):
    import json

    picture = b"RIFF\0\0\0\0WEBPVP8 "
    head = {
        "frame": "page",
        "size": len(picture),
        "number": 1,
        "width": 612,
        "height": 792,
        "text": "",
        "words": [],
        **wrong,
    }
    answer = json.dumps(head).encode() + b"\n" + picture + b'{"frame": "end", "size": 0}\n'
    monkeypatch.setattr(sandbox, "_run", lambda _pieces: answer)
    with pytest.raises(sandbox.Refused):
        sandbox.render(b"%PDF-", first=0, count=1)


def test_words_that_turn_the_reading_around_are_dropped(monkeypatch):
    import json

    picture = b"RIFF\0\0\0\0WEBPVP8 "
    head = {"frame": "page", "size": len(picture), "number": 1, "width": 612, "height": 792, "text": "a\u202eb\0c\ud800", "words": [[0, 0, 9, 9, "x\u2066\0y"]]}  # fmt: skip
    monkeypatch.setattr(
        sandbox,
        "_run",
        lambda _pieces: json.dumps(head).encode() + b"\n" + picture + b'{"frame":"end","size":0}\n',
    )
    page = sandbox.render(b"%PDF-", first=0, count=1)[0]
    assert (page.text, page.words) == ("abc", [[0.0, 0.0, 9.0, 9.0, "xy"]])


def test_this_machine_tells_how_far_the_child_is_apart(visitor, olivia, clock):
    assert sandbox.look_apart().files_closed
    text = visitor.as_(olivia).get("/settings/files/").content.decode()
    assert "only staff can open files as they came" in text


# --- a virus scanner ---


class Scanner(threading.Thread):
    """Speaks as clamd does: finds EICAR, and takes anything else for clean."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.door = socket.create_server(("127.0.0.1", 0))
        self.place = self.door.getsockname()
        self.says: bytes | None = None
        self.start()

    def run(self) -> None:
        while True:
            try:
                line, _ = self.door.accept()
            except OSError:
                return
            with line, line.makefile("rb") as heard:
                assert heard.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!I", heard.read(4))[0]:
                    content += heard.read(size)
                line.sendall(
                    self.says
                    or (b"stream: Win.Test.EICAR FOUND\0" if b"harm" in content else b"stream: OK\0")
                )


@pytest.fixture
def scanner(settings):
    scanner = Scanner()
    settings.CLAMD = scanner.place
    yield scanner
    scanner.door.close()


def test_a_scanner_lets_clean_papers_through(mateo, ana, clock, scanner):
    version = looked_at(sent(mateo, ana, clock.now, papers.pdf("fine")), clock.now)
    assert (version.state, version.scan) == ("ready", "clean")


def test_a_scanner_locks_others_away(mateo, ana, clock, scanner):
    version = looked_at(sent(mateo, ana, clock.now, b"harm in words"), clock.now)
    assert (version.state, version.scan, version.reason) == ("quarantined", "infected", "virus")


def test_while_a_scanner_does_not_answer_the_paper_waits(mateo, ana, clock, scanner):
    scanner.says = b"INSTREAM size limit exceeded. ERROR\0"
    version = looked_at(sent(mateo, ana, clock.now, papers.pdf("fine")), clock.now)
    assert (version.state, version.leased_until) == ("checking", None)
    scanner.says = None
    assert looked_at(version, clock.now).state == "ready"


def test_the_test_virus_is_known_without_a_scanner(mateo, ana, clock):
    version = looked_at(sent(mateo, ana, clock.now, b"a" + EICAR), clock.now)
    assert (version.state, version.reason) == ("quarantined", "test_virus")


# --- for real, with a worker of its own ---


@pytest.mark.commits
def test_a_worker_killed_in_the_middle_loses_nothing(firms):
    """A process is killed with -9 while it looks at a paper; another finds the row and finishes."""
    from django.utils import timezone

    from accounts.models import User
    from clients.models import Student
    from tenants.places import within
    from tests.world import key, open_cast

    firm = open_cast("tern", "Tern Advocacy").firm
    with within(firm):
        student, by = Student.objects.get(pk=key("student Mateo")), User.objects.get(pk=key("ana"))
        from unittest import mock

        with mock.patch("documents.adding.run_later"):
            version = adding.add(
                [adding.Sent(papers.pdf(*[f"Page {n}" for n in range(60)]))], of=student, kind="iep", title="Long", by=by,
                at=timezone.now(),
            )  # fmt: skip
        code = (
            "import django, os; django.setup()\nfrom tenants.hosts import firm_at\nfrom tenants.places import within, in_public\n"
            f"with in_public():\n    firm = firm_at('{firm.host}')\n"
            "from documents import checking\nfrom django.utils import timezone\nfrom uuid import UUID\n"
            f"with within(firm):\n    checking.check(UUID('{version.pk}'), at=timezone.now())\n"
        )
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(the_settings.BASE_DIR), "FILES_DIR": str(the_settings.FILES_DIR)}  # fmt: skip
        worker = subprocess.Popen([sys.executable, "-c", code], env=env, stderr=subprocess.PIPE)
        try:
            end = time.monotonic() + 40
            while version.pages.count() < 10 and time.monotonic() < end and worker.poll() is None:
                time.sleep(0.02)
        finally:
            worker.send_signal(signal.SIGKILL)
            words = worker.communicate()[1]
        version.refresh_from_db()
        assert version.state == "checking", words[-500:]
        assert 10 <= version.pages.count() < 60
        later = timezone.now() + checking.LEASE + timedelta(seconds=5)
        assert DueWork.objects.due(at=later).filter(kind=adding.CHECK, key=str(version.pk)).exists()
        for _ in range(50):
            due.handle(adding.CHECK, [str(version.pk)], at=later)
            version.refresh_from_db()
            if not version.is_under_way:
                break
        assert (version.state, version.pages.count()) == ("ready", 60)

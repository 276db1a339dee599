"""Every file of the corpus is taken safely, refused with a sentence, or locked away; and nothing of it acts."""

from __future__ import annotations

import io
import re
import time

import pikepdf
import pytest

from documents import adding, checking, refusals, sandbox, storage
from documents.models import State
from tests.documents.hostile import FILES, Case

ACTS = re.compile(rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|OpenAction|AA|EmbeddedFile|Filespec|RichMedia|XFA|URI|GoToR|GoToE)\b")  # fmt: skip
SECONDS = 70  # the longest that one child may take, and a little


def ended(case: Case, mateo, ana, at):
    version = adding.add(
        [adding.Sent(case.make(), case.name)], of=mateo, kind="other", title="Paper", by=ana, at=at
    )
    began = time.monotonic()
    for _ in range(checking.sandbox.MOST_PAGES):  # a busy machine may have us wait for our turn
        checking.check(version.pk, at=at)
        version.refresh_from_db()
        if not version.is_under_way:
            break
    assert time.monotonic() - began < SECONDS * (1 + version.pages_count // sandbox.BATCH)
    return version


def judge(name, mateo, ana, at):
    case = FILES[name]
    version = ended(case, mateo, ana, at)
    assert version.state in case.ends, (name, version.state, version.reason)
    if version.state == State.READY:
        copy = storage.read(version.copy_key)
        with pikepdf.open(io.BytesIO(copy)) as pdf:
            assert not pdf.is_encrypted
            out = io.BytesIO()
            pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, object_stream_mode=pikepdf.ObjectStreamMode.disable)  # fmt: skip
            assert (
                ACTS.findall(re.sub(rb"stream\r?\n.*?endstream", b"", out.getvalue(), flags=re.DOTALL)) == []
            )
            assert not pdf.attachments
        assert version.pages.count() == version.pages_count > 0
    else:
        assert version.reason in {*refusals.SENTENCES, "needs_password"}
        assert version.pages.count() == 0


@pytest.mark.parametrize(
    "name", [name for n, name in enumerate(FILES) if n % 3 == 0 and not FILES[name].heavy]
)
def test_a_hostile_file_does_no_harm(name, mateo, ana, clock):
    judge(name, mateo, ana, clock.now)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(FILES))
def test_every_hostile_file_does_no_harm(name, mateo, ana, clock):
    judge(name, mateo, ana, clock.now)


def test_the_corpus_is_large_enough():
    assert len(FILES) >= 120

"""Every line of the access log is said in words, in both languages."""

import re
from pathlib import Path

from django.utils import translation

from accounts import audit, audit_words
from tests.world import NOW

ROOT = Path(__file__).resolve().parents[2]
RECORDED = re.compile(r"record\(\s*\"([a-z_]+)\.([a-z_]+)\"")


def test_there_are_words_for_whatever_is_recorded():
    found = {
        pair
        for path in ROOT.glob("*/**/*.py")
        if path.relative_to(ROOT).parts[0] not in {"tests", "node_modules", ".venv", ".local"}
        for pair in RECORDED.findall(path.read_text())
    }
    assert len(found) > 200
    assert {noun for noun, verb in found} - set(audit_words.NOUNS) == set()
    assert {verb for noun, verb in found} - set(audit_words.VERBS) == set()


def test_a_line_says_who_did_what_about_whom(visitor, olivia, mateo, clock):
    audit.record("student.read", by=olivia, at=NOW, about=mateo)
    audit.record("person.signed_in", by=olivia, at=NOW)
    page = visitor.as_(olivia).get("/access-log/").content.decode()
    assert "Read: student" in page
    assert "Mateo Rivera" in page
    assert "Signed in<" in page
    assert str(mateo.pk) not in page


def test_it_is_said_in_spanish():
    with translation.override("es"):
        assert audit_words.say("student.read") == "Leyó: estudiante"
        assert audit_words.say("student.teleported") == "teleported: estudiante"

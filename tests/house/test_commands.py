"""What the commands say when a machine or its data folder is not as they need it: one sentence, and nothing started."""

import ast
import json
import os
import re
import runpy
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from embedded.home import Home
from web.catalogue import sources

ROOT = Path(__file__).resolve().parents[2]
# Our own environment names the servers of this test, and a command that finds them starts none of its own.
OWN = ("DATABASE_", "REDIS_", "TWILIO_", "STRIPE_", "EMAIL_URL", "STANDINS_", "LOCAL_DIR", "FILES_", "SECRET_KEY", "MASTER_KEY", "PUBLIC_URL", "PYTEST_")  # fmt: skip


def run(*words, **env):
    """A command of the folder `bin`, as (status, what it said)."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=clean | env, capture_output=True, text=True, timeout=60)  # fmt: skip
    return done.returncode, done.stderr.strip()


def says(told, words):
    """It failed with one line, and no traceback of ours."""
    status, said = told
    assert (status, len(said.splitlines()), words in said) == (1, 1, True), said


def test_a_port_that_is_in_use(tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        told = run("-m", "embedded", "run", "--port", str(port), "--data", str(tmp_path / "local"))
    says(told, f"Port {port} is in use: stop what holds it, or choose another with --port.")


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_number_that_is_no_port(tmp_path, port):
    says(run("-m", "embedded", "run", "--port", port, "--data", str(tmp_path)), f"{port} is not a port")


def test_a_folder_that_another_command_holds(tmp_path):
    home = Home(tmp_path)
    assert home.lock()
    says(run("-m", "embedded", "run", "--port", "0", "--data", str(tmp_path)), "Roundtable already runs on")


@pytest.mark.parametrize("name", ["", "lock", "sockets", "postgres", "secrets.json", "standins.log", "running.json"])  # fmt: skip
def test_a_broken_data_folder(name):
    """A file where a folder belongs, or the other way round, wherever the start comes past it."""
    # A short path: where it is long, the sockets lie elsewhere.
    with tempfile.TemporaryDirectory(prefix="rt-") as folder:
        home = Path(folder) / "local"
        wrong = home / name
        if name in {"", "sockets", "postgres"}:
            wrong.parent.mkdir(parents=True, exist_ok=True)
            wrong.write_text("x")
        else:
            wrong.mkdir(parents=True)
        says(run("-m", "embedded", "run", "--port", "0", "--data", str(home)), str(wrong))


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"SECRET_KEY": "x"}', "\x00"])
def test_keys_that_are_damaged_are_not_made_anew(tmp_path, text):
    (tmp_path / "secrets.json").write_text(text)
    with pytest.raises(SystemExit):
        Home(tmp_path).secrets()
    assert (tmp_path / "secrets.json").read_text() == text


def test_a_folder_of_an_earlier_version_gets_the_keys_it_lacks(tmp_path):
    (tmp_path / "secrets.json").write_text(json.dumps({"SECRET_KEY": "s", "MASTER_KEY": "m"}))
    keys = Home(tmp_path).secrets()

    assert (keys["SECRET_KEY"], keys["MASTER_KEY"]) == ("s", "m")
    assert keys["TWILIO_AUTH_TOKEN"]
    assert keys["STRIPE_WEBHOOK_SECRET"]
    assert Home(tmp_path).secrets() == keys
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


BOOTSTRAP = "import runpy, sys, shutil, collections; {}; sys.argv = ['bootstrap.py', 'run']; runpy.run_path('bin/bootstrap.py', run_name='__main__')"  # fmt: skip


def test_an_old_python():
    told = run("-c", BOOTSTRAP.format("sys.version_info = (3, 9, 2, 'final', 0)"))
    says(told, "Roundtable needs Python 3.11 or newer")
    assert "is 3.9.2" in told[1]


def test_what_an_old_python_reads_before_it_is_told_so_is_nothing_new_to_it():
    """No annotations from the future, no match, no walrus: 3.6 must come as far as the sentence."""
    tree = ast.parse((ROOT / "bin/bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    taken = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert taken == {"Path"}


def test_less_than_a_gigabyte_free(tmp_path):
    little = "usage = collections.namedtuple('usage', 'total used free'); shutil.disk_usage = lambda path: usage(9, 9, 700 * 1024**2)"  # fmt: skip
    says(
        run("-c", BOOTSTRAP.format(little + "; sys.version += ' another'")),
        "free on this disk (700 MB): make room",
    )
    start = f"{little}; sys.argv = ['x', 'run', '--port', '0', '--data', {str(tmp_path)!r}]; runpy.run_module('embedded', run_name='__main__')"  # fmt: skip
    says(run("-c", f"import runpy, sys, shutil, collections; {start}"), "Less than 1 GB is free where")


# -- the environment ---------------------------------------------------------------------------

WRONG = {
    "DATABASE_URL": "mysql://x", "DATABASE_ADMIN_URL": "nonsense", "REDIS_URL": "http://x", "MASTER_KEY": "short",
    "OLD_MASTER_KEY": "short", "PUBLIC_URL": "roundtable", "EMAIL_URL": "mail", "TWILIO_NUMBERS": "555", "TWILIO_API_BASE": "x",
    "STRIPE_API_BASE": "x", "FILES_URL": "x", "CLAMD": "x", "DEBUG": "perhaps", "TEXT_PRICE": "much",
}  # fmt: skip
RIGHT = {
    "SECRET_KEY": "x" * 50, "MASTER_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "REDIS_URL": "redis://x",
    "DATABASE_URL": "postgresql://x@x/x",
}  # fmt: skip


def settings_with(monkeypatch, **env):
    """The settings, read anew from this environment alone."""
    for name in [name for name in os.environ if name.startswith(OWN) or name in WRONG]:
        monkeypatch.delenv(name)
    for name, value in (RIGHT | env).items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "config/settings.py"))


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_a_wrong_value_stops_the_start_with_its_name(monkeypatch, name, value):
    with pytest.raises(ImproperlyConfigured, match=f"^{name} is wrong: "):
        settings_with(monkeypatch, **{name: value})


@pytest.mark.parametrize("name", RIGHT)
def test_a_variable_that_is_needed_and_missing_is_named(monkeypatch, name):
    with pytest.raises(ImproperlyConfigured, match=f"^{name} is not set"):
        settings_with(monkeypatch, **{name: ""})


def test_with_what_is_needed_it_starts(monkeypatch):
    """Else the two tests above would pass whatever they ask."""
    assert settings_with(monkeypatch)["PUBLIC_HOST"] == "localhost"


def test_the_command_says_it_in_one_line():
    says(run("manage.py", "check", **RIGHT | {"REDIS_URL": "x"}), "Not started: REDIS_URL is wrong: ")


def test_the_example_lists_every_variable_that_is_read():
    read = set()
    for path in sources():
        if path.suffix == ".py":
            read |= set(re.findall(r"\b(?:env\.read|environ\.get|getenv)\(\s*\"([A-Z_]+)\"", path.read_text(encoding="utf-8")))  # fmt: skip
    read |= set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    listed = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))

    assert read == listed

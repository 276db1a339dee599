"""The servers one command needs, and the environment that names them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from embedded.home import ROOT, Home, free_port, stop
from embedded.servers import ADMIN, APP, Postgres, Standins, Valkey


def python_env(env: dict[str, str]) -> dict[str, str]:
    return {**env, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def is_external() -> bool:
    """Whether the environment brings its own database, so that none is started here."""
    return bool(os.environ.get("DATABASE_URL"))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def running_environment(home: Home) -> dict[str, str] | None:
    """The environment of a `bin/run` that holds this folder now, else None."""
    try:
        found = json.loads(home.running.read_text())
    except (OSError, ValueError):
        return None
    return found["env"] if alive(found["pid"]) else None


NUMBERS = [f"+1406555{number:04}" for number in range(150, 170)]
ACCOUNT = "AC" + "0" * 32


def introduce(control: str, env: dict[str, str]) -> None:
    """Tells the stand-ins our account and numbers, where texts to them go, and where Stripe's webhooks go."""
    numbers = [
        {"phone_number": number, "account": ACCOUNT, "sms_url": f"{env['PUBLIC_URL']}/hooks/twilio/inbound/"}
        for number in NUMBERS
    ]
    told = {"accounts": [{"sid": ACCOUNT, "auth_token": env["TWILIO_AUTH_TOKEN"]}], "numbers": numbers}
    _tell(f"{control}/twilio", told)
    hooks, secret = f"{env['PUBLIC_URL']}/hooks/stripe/", env["STRIPE_WEBHOOK_SECRET"]
    _tell(f"{control}/stripe", {
        "endpoints": [
            {"url": hooks, "secret": secret, "events": ["*"], "connect": False},
            {"url": f"{hooks}connect/", "secret": secret, "events": ["*"], "connect": True},
        ]
    })  # fmt: skip


def _tell(url: str, told: Mapping[str, object]) -> None:
    request = urllib.request.Request(  # noqa: S310 (our own child on this machine)
        url, json.dumps(told).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310
        pass


@contextlib.contextmanager
def stack(
    home: Home, *, port: int | None = None, standins: bool = True, durable: bool = True
) -> Iterator[dict[str, str]]:
    """Starts what is not there, yields the environment, and stops in order.

    Data that need not outlive a power cut is not `durable`. A variable that the caller's environment already has is left as it is.
    """
    env = dict(os.environ)
    if is_external():
        yield python_env(env)
        return
    postgres, valkey = Postgres(home, durable=durable), Valkey(home)
    started: list[Postgres | Valkey | Standins] = []
    # A command stopped by SIGTERM stops its servers as one stopped by Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        for server in (postgres, valkey):
            started.append(server)
            server.start()
        local = {
            **home.secrets(),
            "DATABASE_URL": postgres.url(APP),
            "DATABASE_ADMIN_URL": postgres.url(ADMIN),
            "REDIS_URL": valkey.url,
            "PUBLIC_URL": f"http://localhost:{port or free_port()}",
            "FILES_DIR": str(home.path / "files"),
            "LOCAL_DIR": str(home.path),
        }
        env = {**local, **env}
        if standins and "TWILIO_API_BASE" not in env:
            providers = Standins(home, python_env(env))
            started.append(providers)
            at = providers.start()
            introduce(at["control"], env)
            env = {
                "TWILIO_API_BASE": at["twilio"],
                "STRIPE_API_BASE": at["stripe"],
                "EMAIL_URL": at["mail"],
                "STANDINS_CONTROL": at["control"],
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_NUMBERS": ",".join(NUMBERS),
                "STRIPE_API_KEY": "sk_test_standin",
                **env,
            }
        home.running.write_text(json.dumps({"pid": os.getpid(), "env": {
            key: value for key, value in env.items() if key in local or key not in os.environ
        }}))  # fmt: skip
        home.running.chmod(0o600)
        yield python_env(env)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        home.running.unlink(missing_ok=True)
        for one in reversed(started):
            one.stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def stack_for_command(home: Home, *, standins: bool = True) -> Iterator[dict[str, str]]:
    """The servers of a running `bin/run` when there is one, else servers for this command alone."""
    if is_external() or home.lock():
        with stack(home, standins=standins) as env:
            yield env
        return
    found = running_environment(home)
    if found is None:
        stop(f"Another command is using {home.path} and is not ready yet: try again in a moment.")
    yield python_env({**os.environ, **found})


def default_home(path: str | None = None) -> Home:
    return Home(Path(path or os.environ.get("LOCAL_DIR") or ROOT / ".local"))

"""`bin/run`: everything on one machine, from nothing to addresses one can open."""

from __future__ import annotations

import argparse
import http.client
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from embedded.home import ROOT, Home, free_port, port_is_free, stop
from embedded.servers import Child
from embedded.stack import is_external, stack


def say(words: str) -> None:
    print(words, flush=True)


def manage(*words: str, env: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "manage.py", *words], env=env, cwd=ROOT)
    if done.returncode:
        stop(f"Stopped: “manage.py {words[0]}” did not succeed (its words are above).")


def answers(url: str, path: str) -> bool:
    """Whether the site on this machine answers 200 at `path`."""
    at = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", at.port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": at.netloc})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def programs(home: Home, port: int, env: dict[str, str]) -> list[Child]:
    """Web, worker and scheduler, each with its own log in the data folder."""
    python = [sys.executable, "-m"]
    logs = home.path
    return [
        Child(
            "The web server",
            [*python, "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
             "--threads", "4", "--no-control-socket", "--graceful-timeout", "10", "--log-level", "warning"],
            log=logs / "web.log", env=env,
        ),
        Child(
            "The worker",
            [*python, "celery", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "WARNING",
             "--without-gossip", "--without-mingle"],
            log=logs / "worker.log", env=env,
        ),
        Child(
            "The scheduler",
            [*python, "celery", "-A", "config", "beat", "--loglevel", "WARNING",
             "--schedule", str(logs / "beat"), "--pidfile="],
            log=logs / "scheduler.log", env=env,
        ),
    ]  # fmt: skip


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/run", description="Runs Roundtable on this machine.")
    parser.add_argument("--port", type=int, default=8000, help="port of the site; 0 takes a free one (8000)")
    parser.add_argument("--data", metavar="DIR", help="where the data lies (.local)")
    parser.add_argument("--empty", action="store_true", help="without the demo firms")
    parser.add_argument("--tour", action="store_true", help="make one booking, show its text, stop")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    asked = arguments(words)
    if not 0 <= asked.port <= 65535:
        stop(f"{asked.port} is not a port: choose one from 1 to 65535, or 0 for a free one.")
    home = Home(Path(asked.data) if asked.data else ROOT / ".local")
    if not home.lock():
        stop(f"Roundtable already runs on {home.path}: stop it first, or choose another folder with --data.")
    port = asked.port or free_port()
    if not port_is_free(port):
        stop(f"Port {port} is in use: stop what holds it, or choose another with --port.")
    started = time.monotonic()
    say(
        "Starting PostgreSQL, Valkey and the stand-ins …"
        if not is_external()
        else "Using the servers of DATABASE_URL …"
    )
    with stack(home, port=port) as env:
        env.setdefault("PUBLIC_URL", f"http://localhost:{port}")
        manage("prepare", *([] if asked.empty else ["--demo"]), env=env)
        say("Starting web, worker and scheduler …")
        running = programs(home, port, env)
        try:
            running[0].wait_until(lambda: answers(env["PUBLIC_URL"], "/readyz"), seconds=60)
            if asked.tour:
                return subprocess.run([sys.executable, "manage.py", "tour"], env=env, cwd=ROOT).returncode
            manage("whereabouts", env=env)
            say(f"\nReady after {time.monotonic() - started:.0f} s. Ctrl-C stops everything.")
            while True:
                time.sleep(1)
                for child in running:
                    if child.process.poll() is not None:
                        stop(f"{child.name} ended by itself: {child.log} says why.")
        except KeyboardInterrupt:
            say("\nStopping …")
            return 0
        finally:
            for child in reversed(running):
                child.stop()

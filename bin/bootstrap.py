"""Makes `.venv` from a lock file the first time, and again when the lock changes.

Runs on the machine's own python3 with nothing but its standard library:
`python3 bin/bootstrap.py run|dev`. `dev` holds everything `run` needs.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
NEEDS_BYTES = 1024**3


def stop(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    raise SystemExit(1)


def fingerprint(kind: str) -> str:
    lock = (ROOT / LOCKS[kind]).read_bytes()
    return hashlib.sha256(lock + sys.version.encode()).hexdigest()


def is_ready(kind: str) -> bool:
    kinds = ("run", "dev") if kind == "run" else ("dev",)
    return (VENV / "bin" / "python").exists() and any(
        (VENV / f".{k}").exists() and (VENV / f".{k}").read_text() == fingerprint(k) for k in kinds
    )


def make_venv() -> None:
    if (VENV / "bin" / "python").exists() and subprocess.run(
        [VENV / "bin" / "python", "-m", "pip", "--version"], capture_output=True
    ).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing python3-venv …", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-q"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", "python3-venv"], **quiet)
        shutil.rmtree(VENV, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        stop(
            "python3 cannot make a virtual environment here: install the package python3-venv, then try again."
        )


def install(kind: str) -> None:
    lock = ROOT / LOCKS[kind]
    total = len(re.findall(r"^[A-Za-z0-9].*==", lock.read_text(), re.M))
    command = [
        str(VENV / "bin" / "python"), "-m", "pip", "install",
        "--require-hashes", "--no-deps", "--disable-pip-version-check", "--no-input", "-r", str(lock),
    ]  # fmt: skip
    log = VENV / "install.log"
    seen = 0
    shows = sys.stdout.isatty()
    print(f"Preparing the environment, once: about {total} packages …", flush=True)
    with log.open("w") as out:
        pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert pip.stdout is not None
        for line in pip.stdout:
            out.write(line)
            if line.startswith(("Collecting", "Requirement already", "Installing collected")):
                seen += 1
                if shows:
                    print(f"\r  {min(seen, total)} of {total}", end="", flush=True)
                elif seen % 40 == 0:
                    print(f"  {seen} of {total}", flush=True)
    if shows:
        print()
    if pip.wait():
        tail = " ".join(log.read_text().strip().splitlines()[-3:])
        stop(f"The packages could not be installed: {tail[:400]} (the whole output is in .venv/install.log)")
    (VENV / f".{kind}").write_text(fingerprint(kind))


def main(kind: str) -> None:
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        stop(
            f"Roundtable needs Python 3.11 or newer; {sys.executable} is {found}. Set PYTHON to a newer one."
        )
    if is_ready(kind):
        return
    free = shutil.disk_usage(ROOT).free
    if free < NEEDS_BYTES * (2 if kind == "dev" else 1.5):
        stop(
            f"Less than {2 if kind == 'dev' else 1.5} GB free on this disk ({free // 1024**2} MB): make room, then try again."
        )
    make_venv()
    install(kind)


if __name__ == "__main__":
    main(sys.argv[1])

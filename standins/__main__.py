"""`python -m standins`: serve until told to stop."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from threading import Event

from standins.app import App


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m standins", description="Stand-ins for the providers.")
    parser.add_argument("--port", type=int, default=0, help="HTTP port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--smtp-port", type=int, default=0, help="SMTP port (default: a free one)")
    parser.add_argument("--state", type=Path, help="folder that keeps the outbox over restarts")
    parser.add_argument("--port-file", type=Path, help="file to write the addresses to, as printed")
    options = parser.parse_args()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        app = App(port=options.port, smtp_port=options.smtp_port, state=options.state)
        addresses = app.start()
    except (OSError, OverflowError) as error:
        print(f"The stand-ins cannot start: {error}.", file=sys.stderr)
        return 1
    line = json.dumps(addresses)
    if options.port_file:
        options.port_file.parent.mkdir(parents=True, exist_ok=True)
        fresh = options.port_file.with_name(options.port_file.name + ".new")
        fresh.write_text(line + "\n", "utf-8")
        fresh.replace(options.port_file)
    print(line, flush=True)
    stop.wait()
    app.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

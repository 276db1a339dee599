"""What the scripts in `bin/` run: `python -m embedded run|manage|test|check|bench …`."""

from __future__ import annotations

import importlib
import sys


def main() -> int:
    command, *words = sys.argv[1:]
    module = importlib.import_module(f"embedded.{command}")
    try:
        done: int = module.main(words)
    except KeyboardInterrupt:
        return 130
    return done


if __name__ == "__main__":
    raise SystemExit(main())

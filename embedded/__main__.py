"""What the scripts in `bin/` run: `python -m embedded run|manage|test|check|bench …`."""

from __future__ import annotations

import importlib
import sys

from embedded.home import stop


def main() -> int:
    command, *words = sys.argv[1:]
    module = importlib.import_module(f"embedded.{command}")
    try:
        done: int = module.main(words)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if not error.filename:
            raise
        # Something in the data folder is not what it should be: a file for a folder, a disk that takes nothing.
        stop(f"{error.filename} cannot be used ({error.strerror}): mend or remove it, then try again.")
    return done


if __name__ == "__main__":
    raise SystemExit(main())

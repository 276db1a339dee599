from __future__ import annotations

import json
import sys

from documents.parse import apart

# Before the imports below, some of which start threads.
own_network = apart.leave_the_network()
apart.step_back()

from documents.parse import Output, Refused, films, inspecting, rendering  # noqa: E402


def main() -> None:
    source, output = sys.stdin.buffer, Output(sys.stdout.buffer)
    inspecting.warm_up()
    closed = apart.open_nothing_more()
    asked = json.loads(source.readline(65536))
    parts = [source.read(size) for size in asked["sizes"]]
    output.frame("apart", network=own_network or closed, files=closed)
    try:
        if asked["act"] == "inspect":
            inspecting.inspect(parts, asked.get("password", ""), output)
        elif asked["act"] == "film":
            films.film(parts[0], output)
        else:
            rendering.render(parts[0], asked["first"], asked["count"], output)
    except Refused as refusal:
        output.frame("refused", code=refusal.code)
    except (MemoryError, RecursionError):
        output.frame("refused", code="too_complex")
    output.frame("end")


main()

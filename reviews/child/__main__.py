from __future__ import annotations

import json
import os
import resource
import sys

from documents.parse import apart

# Before the imports below, some of which start threads.
apart.leave_the_network()

MEMORY = {False: 512 * 1024 * 1024, True: 2560 * 1024 * 1024}
EMPTY = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n"


def say(**told: object) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=True, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def step_back(*, pictures: bool) -> None:
    """Lowest priority, and memory with an end; the parent ends the time."""
    os.setpriority(os.PRIO_PROCESS, 0, 19)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY[pictures], MEMORY[pictures]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def warm_up(*, pictures: bool) -> None:
    """Everything that opens files is loaded before no file can be opened any more."""
    import codecs
    import io

    import docx

    from reader import document, knowledge, wordfile

    for name in ("utf-16-le", "utf-16-be", "utf-16", "latin-1", "cp1252", "mac-roman", "idna"):
        codecs.lookup(name)
    out = io.BytesIO()
    word = docx.Document()
    word.add_paragraph("Annual goal")
    word.add_table(1, 1)
    word.save(out)
    wordfile.sheets_of(out.getvalue())
    knowledge.everything()
    knowledge.everything(loose=True)
    document.read(EMPTY)
    if pictures:
        import cv2
        import numpy

        from reader import scan

        page = numpy.full((400, 600, 3), 255, dtype="uint8")
        cv2.putText(page, "Annual goal", (60, 200), cv2.FONT_HERSHEY_SIMPLEX, 2.0, (0, 0, 0), 3)
        scan.sheet_of_pixels(page, 1, 216.0, 144.0)


def main() -> None:
    source = sys.stdin.buffer
    asked = json.loads(source.readline(4096))
    step_back(pictures=asked["pictures"])
    warm_up(pictures=asked["pictures"])
    apart.open_nothing_more()
    from reader import Refused, read

    try:
        found = read(source.read(asked["size"]), progress=lambda done, pages: say(done=done, pages=pages))
        for number, words in found.pictured.items():
            say(page=number, words=[[*(round(edge, 1) for edge in box), text] for text, box in words])
        say(read=found.as_json())
    except Refused as refusal:
        say(refused=str(refusal))
    except (MemoryError, RecursionError):
        say(refused="This paper is too large or too complex to be read.")


main()

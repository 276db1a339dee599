"""A drawn signature: the path a finger took, read as numbers and written anew by us."""

from __future__ import annotations

import re

WIDTH, HEIGHT = 600, 200  # the box it is drawn in
MOST_POINTS = 4000
_STEP = re.compile(r"([ML])\s*(-?\d+(?:\.\d+)?)[\s,]+(-?\d+(?:\.\d+)?)")


def cleaned(path: str) -> str:
    """An SVG path of moves and lines within the box, or nothing for what is none.

    Only numbers are taken over, so that nothing a browser sent stands in a page or a paper as it came.
    """
    if len(path) > 200_000:
        return ""
    steps = []
    for letter, x, y in _STEP.findall(path.strip()):
        left, top = min(max(float(x), 0), WIDTH), min(max(float(y), 0), HEIGHT)
        steps.append(f"{letter}{left:.0f} {top:.0f}")
        if len(steps) >= MOST_POINTS:
            break
    if len(steps) < 2 or not steps[0].startswith("M"):
        return ""
    return " ".join(steps)

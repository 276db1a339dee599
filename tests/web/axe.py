"""Looks for barriers on an open page with axe-core: WCAG 2.2 A and AA, and best practice."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe-4.14.1" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    return AXE.read_text(encoding="utf-8")


def audit(page: Any) -> list[str]:
    """What axe finds on a Playwright page, a line for each element; empty when nothing is wrong.

    The page's context must be made with `bypass_csp=True`, since our pages run no foreign script.
    """
    page.evaluate(_source())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def sideways(page: Any) -> int:
    """By how many pixels the page is wider than its window; 0 when it does not scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def small_targets(page: Any, least: int = 24) -> list[str]:
    """Things to press that are smaller than `least` pixels in either direction, links inside sentences left out."""
    return page.evaluate(
        """least => [...document.querySelectorAll(
            "a[href], button, summary, select, input:not([type=hidden]), textarea, label.tile, label.check"
        )].filter(el => {
            const box = el.getBoundingClientRect(), inline = getComputedStyle(el).display === "inline";
            if (!box.width || !el.checkVisibility() || inline || el.closest(".vh, .trap, .skip, .tile > input")) return false;
            if (el.matches(".tile input, .pick input, .skip")) return false;
            return box.width < least - .5 || box.height < least - .5;
        }).map(el => el.outerHTML.slice(0, 120))""",
        least,
    )

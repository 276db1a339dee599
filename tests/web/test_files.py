"""What pages load: vendored files as published, small enough, and nothing inline."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC, TEMPLATES = ROOT / "static", ROOT / "templates"
VENDORED = re.findall(
    r"^\| (\S+) \| (\S+) \| (\S+) \| .+? \| ([0-9a-f]{64}) \|",
    (STATIC / "vendor/VENDOR.md").read_text(),
    re.M,
)
FAMILY_CSS = ["tokens", "base", "parts", "family", "print"]
STAFF_CSS = ["tokens", "base", "parts", "workspace", "print"]
FONT = STATIC / "vendor/atkinson-hyperlegible-next-5.3.0/atkinson-hyperlegible-next-latin-wght-normal.woff2"


def packed(*paths: Path) -> int:
    """Bytes that travel, each file by itself; fonts are packed already."""
    return sum(
        len(path.read_bytes() if path.suffix == ".woff2" else gzip.compress(path.read_bytes(), 6))
        for path in paths
    )


def css(names: list[str]) -> list[Path]:
    return [STATIC / f"css/{name}.css" for name in names]


@pytest.mark.parametrize(("path", "digest"), [(row[0], row[3]) for row in VENDORED])
def test_a_vendored_file_is_the_one_its_line_names(path, digest):
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest


def test_every_vendored_file_has_a_line():
    listed = {row[0] for row in VENDORED}
    here = {
        str(p.relative_to(ROOT))
        for folder in ("static/vendor", "tests/vendor")
        for p in (ROOT / folder).rglob("*")
        if p.is_file()
    }
    assert here - {"static/vendor/VENDOR.md"} == {path for path in listed if "/vendor/" in path}


def test_vendored_licences_may_stand_beside_ours():
    assert {row[2] for row in VENDORED} == {"0BSD", "OFL-1.1", "MIT", "MPL-2.0"}


def test_family_pages_stay_within_their_budget():
    script = packed(STATIC / "vendor/htmx-2.0.11/htmx.min.js", STATIC / "js/page.js")
    styles = packed(*css(FAMILY_CSS))
    assert styles <= 15_000
    assert script <= 25_000
    # 15 KB are left for the page itself and the firm's colours and logo.
    assert script + styles + packed(FONT, STATIC / "icons.svg", STATIC / "favicon.svg") <= 85_000


def test_staff_pages_stay_within_their_budget():
    scripts = [STATIC / "vendor/htmx-2.0.11/htmx.min.js", STATIC / "js/page.js", STATIC / "js/workspace.js"]
    assert packed(*scripts, *css(STAFF_CSS), FONT, STATIC / "icons.svg") <= 120_000
    assert packed(STATIC / "js/page.js", STATIC / "js/workspace.js") <= 8_000


def test_templates_carry_no_style_and_no_script():
    inline = re.compile(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:", re.I)
    pages = [path for path in TEMPLATES.rglob("*.html") if "mail" not in path.parts]
    tags = re.compile(r"\{%.*?%\}", re.S)
    assert [
        str(path.relative_to(ROOT)) for path in pages if inline.search(tags.sub("", path.read_text()))
    ] == []


def test_components_take_every_colour_from_the_tokens():
    found = {
        path.name: re.findall(r"#[0-9a-fA-F]{3,8}\b", re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S))
        for path in STATIC.glob("css/*.css")
        if path.name not in ("tokens.css", "print.css")
    }
    # A scanned page is white with dark words in every theme, and a picture to scan stands on white.
    assert found == {
        "base.css": [],
        "parts.css": ["#fff"],
        "family.css": [],
        "circle.css": [],
        "progress.css": [],
        "workspace.css": ["#fff", "#1d2326"],
        # What is marked on a page of paper: the paper is white in every theme.
        "papers.css": found["papers.css"],
        "review.css": found["review.css"],
    }
    assert set(found["papers.css"] + found["review.css"]) <= {
        "#fff", "#ffe28a", "#8a5200", "#2a1c00", "#cdeed6", "#1d6b3a", "#0b5a68",
    }  # fmt: skip


def test_components_know_neither_left_nor_right():
    physical = re.compile(
        r"(?<![\w-])(?:margin|padding|border|inset)?-?(?:left|right)\s*:|text-align:\s*(?:left|right)|(?<![\w-])(?:min-|max-)?(?:width|height)\s*:(?=[^)]*;)"
    )
    found = {
        path.name: physical.findall(re.sub(r"@media[^{]*", "", path.read_text()))
        for path in STATIC.glob("css/*.css")
    }
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_every_class_of_the_templates_has_a_look_or_a_job():
    sheets = "".join(path.read_text() for path in STATIC.glob("css/*.css")) + "".join(
        p.read_text() for p in STATIC.glob("js/*.js")
    )
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", sheets))
    used: dict[str, str] = {}
    for path in TEMPLATES.rglob("*.html"):
        if "mail" not in path.parts:
            for value in re.findall(r'class="([^"]*)"', path.read_text()):
                for name in re.sub(r"\{[{%].*?[%}]\}", " ", value).split():
                    used.setdefault(name, path.name)
    # d1, r2, mark-ask and cols-3 get their number in the template; the last three only name what the row of classes says.
    assert {
        name: where
        for name, where in used.items()
        if name not in known and name not in {"d", "r", "mark-", "cols-", "plain", "daylink", "zoneform"}
    } == {}

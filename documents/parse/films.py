"""A short film (MP4 or QuickTime) with its picture and sound, and nothing else: no place, no device, no notes.

Boxes that are not needed to play become empty ones of the same size, so that no offset changes; in the media data only
the bytes that the tables of a picture or sound track point to stay. After ISO/IEC 14496-12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from documents.parse import Output, Refused

MOST_SAMPLES = 500_000
MOST_BOXES = 20_000
BRANDS = (b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"qt  ", b"M4V ", b"3gp", b"MSNV")  # fmt: skip
TOP = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"}
# What each box may hold; a kind that is not named here is taken as a leaf.
KEPT = {
    b"moov": {b"mvhd", b"trak"},
    b"trak": {b"tkhd", b"mdia", b"edts"},
    b"edts": {b"elst"},
    b"mdia": {b"mdhd", b"hdlr", b"minf"},
    b"minf": {b"vmhd", b"smhd", b"hdlr", b"dinf", b"stbl"},
    b"dinf": {b"dref"},
    b"stbl": {b"stsd", b"stts", b"ctts", b"cslg", b"stss", b"stps", b"sdtp", b"stsc", b"stsz", b"stco", b"co64", b"sgpd", b"sbgp"},
}  # fmt: skip


@dataclass(frozen=True)
class Box:
    """One box: its kind, where it starts, where its content starts, and where it ends."""

    kind: bytes
    start: int
    inside: int
    end: int


def clean(data: bytes) -> tuple[bytes, float]:
    """The film without what is not picture or sound, and its length in seconds.

    Raises Refused: `film_kind` when it is no MP4 or QuickTime film, `damaged`, `too_complex`.
    """
    if data[4:8] != b"ftyp" or not any(data[8:12].startswith(brand) for brand in BRANDS):
        raise Refused("film_kind")
    film = bytearray(data)
    try:
        return _clean(film)
    except (IndexError, ValueError, OverflowError, ZeroDivisionError):
        raise Refused("damaged") from None


def film(data: bytes, output: Output) -> None:
    """Answers `film` with the clean film and its length."""
    made, seconds = clean(data)
    output.frame("film", made, seconds=seconds)


def _clean(film: bytearray) -> tuple[bytes, float]:
    top = list(_boxes(film, 0, len(film)))
    movies = [box for box in top if box.kind == b"moov"]
    if len(movies) != 1:
        raise Refused("film_kind" if any(box.kind == b"moof" for box in top) else "damaged")
    movie = movies[0]
    ranges: list[tuple[int, int]] = []
    pictures = 0
    for track in [box for box in _inside(film, movie) if box.kind == b"trak"]:
        handler = _handler(film, track)
        if handler in {b"vide", b"soun"}:
            pictures += handler == b"vide"
            ranges += _samples(film, track)
        else:
            _empty(film, track)
    if not pictures:
        raise Refused("film_kind")
    _strip(film, movie)
    for box in top:
        if box.kind == b"mdat":
            _keep_only(film, box, ranges)
        elif box.kind not in TOP or box.kind in {b"free", b"skip", b"wide"}:
            _empty(film, box)
    return bytes(film), _seconds(film, movie)


def _boxes(film: bytearray, start: int, end: int) -> Iterator[Box]:
    at, count = start, 0
    while at + 8 <= end:
        size, kind, head = _number(film, at, 4), bytes(film[at + 4 : at + 8]), 8
        if size == 1:
            size, head = _number(film, at + 8, 8), 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end or count > MOST_BOXES:
            raise Refused("damaged")
        yield Box(kind, at, at + head, at + size)
        at, count = at + size, count + 1
    if any(film[at:end]):
        raise Refused("damaged")


def _inside(film: bytearray, box: Box) -> list[Box]:
    return list(_boxes(film, box.inside, box.end))


def _find(film: bytearray, box: Box, *path: bytes) -> Box:
    for kind in path:
        box = next((child for child in _inside(film, box) if child.kind == kind), _NOTHING)
        if box is _NOTHING:
            raise Refused("damaged")
    return box


_NOTHING = Box(b"", 0, 0, 0)


def _number(film: bytearray, at: int, size: int) -> int:
    if at + size > len(film):
        raise Refused("damaged")
    return int.from_bytes(film[at : at + size], "big")


def _handler(film: bytearray, track: Box) -> bytes:
    box = _find(film, track, b"mdia", b"hdlr")
    return bytes(film[box.inside + 8 : box.inside + 12])


def _empty(film: bytearray, box: Box) -> None:
    """The box stays where it is, as free space of zeros."""
    film[box.start + 4 : box.start + 8] = b"free"
    film[box.inside : box.end] = bytes(box.end - box.inside)


def _strip(film: bytearray, box: Box) -> None:
    allowed = KEPT.get(box.kind)
    if allowed is None:
        return
    for child in _inside(film, box):
        if child.kind in allowed:
            _strip(film, child)
        else:
            _empty(film, child)


def _samples(film: bytearray, track: Box) -> list[tuple[int, int]]:
    """Where the track's samples lie in the file, a range for each chunk."""
    table = _find(film, track, b"mdia", b"minf", b"stbl")
    by_kind = {child.kind: child for child in _inside(film, table)}
    sizes_box, chunks_box, runs_box = by_kind.get(b"stsz"), by_kind.get(b"stco") or by_kind.get(b"co64"), by_kind.get(b"stsc")  # fmt: skip
    if sizes_box is None or chunks_box is None or runs_box is None:
        raise Refused("damaged")
    same, count = _number(film, sizes_box.inside + 4, 4), _number(film, sizes_box.inside + 8, 4)
    wide = 8 if chunks_box.kind == b"co64" else 4
    chunks, runs = _number(film, chunks_box.inside + 4, 4), _number(film, runs_box.inside + 4, 4)
    if max(count, chunks, runs) > MOST_SAMPLES:
        raise Refused("too_complex")
    _holds(sizes_box, 12 + (0 if same else 4 * count))
    _holds(chunks_box, 8 + wide * chunks)
    _holds(runs_box, 8 + 12 * runs)
    firsts = [_number(film, runs_box.inside + 8 + 12 * n, 4) for n in range(runs)]
    each = [_number(film, runs_box.inside + 12 + 12 * n, 4) for n in range(runs)]
    if runs and (firsts[0] != 1 or any(later <= earlier for earlier, later in pairwise(firsts))):
        raise Refused("damaged")
    found, sample, run = [], 0, 0
    for chunk in range(chunks):
        while run + 1 < runs and chunk + 1 >= firsts[run + 1]:
            run += 1
        taken = min(each[run], count - sample) if runs else 0
        at = _number(film, chunks_box.inside + 8 + wide * chunk, wide)
        length = same * taken if same else sum(_number(film, sizes_box.inside + 12 + 4 * n, 4) for n in range(sample, sample + taken))  # fmt: skip
        sample += taken
        found.append((at, at + length))
    return found


def _holds(box: Box, size: int) -> None:
    if box.end - box.inside < size:
        raise Refused("damaged")


def _keep_only(film: bytearray, box: Box, ranges: list[tuple[int, int]]) -> None:
    """Media data that no kept track points to becomes zeros."""
    clean = bytearray(box.end - box.inside)
    for start, end in ranges:
        start, end = max(start, box.inside), min(end, box.end)
        if start < end:
            clean[start - box.inside : end - box.inside] = film[start:end]
    film[box.inside : box.end] = clean


def _seconds(film: bytearray, movie: Box) -> float:
    head = _find(film, movie, b"mvhd")
    version = film[head.inside]
    at = head.inside + (20 if version == 1 else 12)
    scale = _number(film, at, 4)
    length = _number(film, at + 4, 8 if version == 1 else 4)
    return round(length / scale, 2)

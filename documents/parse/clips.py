"""Short clips: looked at from outside, and kept as they came. Nothing in them is decoded here.

A clip is taken when its containers fit into each other to the last byte and say that they hold pictures that move.
MP4 and QuickTime: ISO/IEC 14496-12 boxes; WebM: EBML (RFC 8794) with the document type "webm".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from documents.parse import Refused

LONGEST = 180.0  # seconds
OUTER = {
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"mfra", b"sidx", b"styp", b"udta", b"meta", b"pdin",
    b"uuid", b"emsg", b"prft", b"ssix", b"pnot", b"PICT",
}  # fmt: skip
MOST_BOXES = 20_000
DOC_TYPE, SEGMENT, INFO, DURATION, SCALE = 0x4282, 0x18538067, 0x1549A966, 0x4489, 0x2AD7B1


def check(data: bytes, kind: str) -> None:
    """Raises Refused for what is no sound clip, or one that lasts too long."""
    seconds = _matroska(data) if kind == "webm" else _boxes_fit(data)
    if seconds is not None and seconds > LONGEST:
        raise Refused("clip_too_long")


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes between two places: type, and where their content begins and ends. Raises Refused."""
    at, count = start, 0
    while at < end:
        count += 1
        if at + 8 > end or count > MOST_BOXES:
            raise Refused("damaged")
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1:
            if at + 16 > end:
                raise Refused("damaged")
            size, body = struct.unpack_from(">Q", data, at + 8)[0], at + 16
        elif size == 0:
            size = end - at
        if size < body - at or at + size > end:
            raise Refused("damaged")
        yield kind, body, at + size
        at += size


def _boxes_fit(data: bytes) -> float | None:
    outer = list(_boxes(data, 0, len(data)))
    films = [(start, end) for kind, start, end in outer if kind == b"moov"]
    if not {kind for kind, _start, _end in outer} <= OUTER or len(films) != 1:
        raise Refused("damaged")
    inner = list(_boxes(data, *films[0]))
    tracks = [(start, end) for kind, start, end in inner if kind == b"trak"]
    if not any(_moves(data, *track) for track in tracks):
        raise Refused("damaged")
    for kind, start, end in inner:
        if kind == b"mvhd":
            return _lasts(data[start:end])
    raise Refused("damaged")


def _moves(data: bytes, start: int, end: int) -> bool:
    """This track's handler says that it is video."""
    for kind, media, media_end in _boxes(data, start, end):
        if kind == b"mdia":
            for inner, body, body_end in _boxes(data, media, media_end):
                if inner == b"hdlr":
                    return data[body + 8 : min(body + 12, body_end)] == b"vide"
    return False


def _lasts(head: bytes) -> float:
    """Seconds of a movie header, of version 0 or 1."""
    try:
        if head[:1] == b"\1":
            scale, length = struct.unpack_from(">IQ", head, 20)
        else:
            scale, length = struct.unpack_from(">II", head, 12)
    except struct.error:
        raise Refused("damaged") from None
    if not scale:
        raise Refused("damaged")
    return float(length) / scale


def _number(data: bytes, at: int, *, keep_mark: bool) -> tuple[int, int, bool]:
    """An EBML number of variable length: itself, where it ends, and whether it says "unknown". Raises Refused."""
    if at >= len(data) or not data[at]:
        raise Refused("damaged")
    length = 9 - data[at].bit_length()
    raw = data[at : at + length]
    if len(raw) < length:
        raise Refused("damaged")
    value = int.from_bytes(raw, "big")
    bare = value - (1 << 7 * length)
    return (value if keep_mark else bare), at + length, bare == (1 << 7 * length) - 1


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    at, count = start, 0
    while at < end:
        count += 1
        kind, at, _unknown = _number(data, at, keep_mark=True)
        size, at, unknown = _number(data, at, keep_mark=False)
        if unknown:
            size = end - at
        if at + size > end or count > MOST_BOXES:
            raise Refused("damaged")
        yield kind, at, at + size
        at += size


def _matroska(data: bytes) -> float | None:
    """Seconds of a WebM file, or None where it does not say, as one that a browser recorded."""
    outer = list(_elements(data, 0, len(data)))
    if len(outer) < 2 or any(kind not in (SEGMENT, 0xEC) for kind, _start, _end in outer[1:]):
        raise Refused("damaged")
    _head, start, end = outer[0]
    if not any(kind == DOC_TYPE and data[a:b].rstrip(b"\0") == b"webm" for kind, a, b in _elements(data, start, end)):  # fmt: skip
        raise Refused("kind")
    for kind, first, last in outer[1:]:
        if kind != SEGMENT:
            continue
        for inner, a, b in _elements(data, first, last):
            if inner == INFO:
                return _told(data, a, b)
            if inner not in (0x114D9B74, 0xEC, 0x1254C367):  # what may stand before it: seek head, void, tags
                break
    return None


def _told(data: bytes, start: int, end: int) -> float | None:
    scale, length = 1_000_000, None
    for kind, a, b in _elements(data, start, end):
        if kind == SCALE:
            scale = int.from_bytes(data[a:b], "big")
        elif kind == DURATION and b - a in (4, 8):
            length = struct.unpack(">f" if b - a == 4 else ">d", data[a:b])[0]
    if length is None:
        return None
    if not 0 <= length < 1e12:  # also what is no number
        raise Refused("damaged")
    return float(length) * scale / 1e9

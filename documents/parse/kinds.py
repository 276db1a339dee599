"""What a file is, told by its bytes and never by its name."""

from __future__ import annotations

import io
import re
import zipfile

from documents.parse import Refused

PDF, JPEG, PNG, HEIC, DOCX, TEXT = "pdf", "jpeg", "png", "heic", "docx", "text"
PICTURES = {JPEG, PNG, HEIC}
MP4, MOV, WEBM = "mp4", "mov", "webm"
CLIPS = {MP4, MOV, WEBM}
MP4_BRANDS = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VH", b"3gp4", b"3gp5", b"3gp6"}  # fmt: skip
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}
MOST_TEXT = 2 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_ENTRIES = 2000
# Kinds with a mark of their own that we do not take, and would otherwise be looked for further on.
FOREIGN = (b"MZ", b"\x7fELF", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BM", b"RIFF", b"{\\rtf", b"#!", b"%!PS",
           b"\xca\xfe\xba\xbe", b"II*\0", b"MM\0*", b"ID3", b"OggS", b"\x00asm", b"SQLite")  # fmt: skip
MARKUP = re.compile(rb"\A\s*<(?:!doctype|html|head|body|script|svg|\?xml|\?php|math|iframe|%)", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def identify(data: bytes) -> str:
    """One of the kinds we take. Raises Refused for any other, and for a file that is two kinds at once."""
    if not data.strip(b"\0 \t\r\n"):
        raise Refused("empty")
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[4:8] == b"ftyp":
        if data[8:12] in HEIC_BRANDS:
            return HEIC
        if data[8:12] in MP4_BRANDS:
            return MP4
        if data[8:12] == b"qt  ":
            return MOV
        raise Refused("kind")
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM
    if data.startswith(b"PK\x03\x04"):
        return _docx(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Refused("old_word")
    if data.startswith(FOREIGN):
        raise Refused("mixed" if b"%PDF-" in data[:1024] else "kind")
    if b"%PDF-" in data[:1024]:
        before = data[: data.index(b"%PDF-")]
        # Some scanners write a line before the header; a second kind of file is another matter.
        if len(before) > 128 or MARKUP.match(before) or b"<" in before or b"PK\x03\x04" in before:
            raise Refused("mixed")
        return PDF
    if MARKUP.match(data.removeprefix(b"\xef\xbb\xbf")[:4096]):
        raise Refused("kind")
    text(data)
    return TEXT


def text(data: bytes) -> str:
    """Plain text in UTF-8, UTF-16 with its mark, or the Western code page. Raises Refused when it is none."""
    if len(data) > MOST_TEXT:
        raise Refused("too_much_text" if b"\0" not in data[:65536] else "kind")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            found = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if CONTROL.search(found):
            break
        return found
    raise Refused("kind")


def _docx(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names or "word/document.xml" not in names:
                raise Refused("kind")
            if any("vbaproject" in name.lower() for name in names):
                raise Refused("macros")
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise Refused("too_complex")
            if any(entry.flag_bits & 1 for entry in entries):
                raise Refused("damaged")
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError):
        raise Refused("damaged") from None
    return DOCX

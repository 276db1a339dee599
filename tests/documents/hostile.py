"""Files that mean harm, or look as if they did: all made by code. `FILES` maps a name to `Case`.

`ends` is what may become of it: "ready", "refused" (with one of these reasons), "quarantined" or "needs_password".
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf
from PIL import Image

from tests.documents import papers

READY = "ready"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LOCKED = "quarantined"


@dataclass(frozen=True)
class Case:
    make: Callable[[], bytes]
    ends: tuple[str, ...]
    name: str = "paper.pdf"
    heavy: bool = False


FILES: dict[str, Case] = {}


def case(
    name: str, make: Callable[[], bytes] | bytes, *ends: str, called: str = "paper.pdf", heavy: bool = False
) -> None:
    assert name not in FILES
    FILES[name] = Case((lambda: make) if isinstance(make, bytes) else make, ends or (READY,), called, heavy)


# --- PDFs written by hand, so that they may be wrong ---


def raw_pdf(*objects: bytes, root: bytes = b"1 0 R", trailer: bytes = b"", xref: bool = True) -> bytes:
    """A PDF of these objects, numbered from 1, with a table that is right."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    at = len(out)
    if xref:
        out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
        out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += b"trailer\n<< /Size %d /Root %s %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        root,
        trailer,
        at,
    )
    return bytes(out)


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << >> /Contents 4 0 R >>"


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(content), more) + content + b"\nendstream"


def simple(
    catalog: bytes = CATALOG,
    pages: bytes = PAGES,
    page: bytes = PAGE,
    content: bytes = b"0 0 m 99 99 l S",
    *more: bytes,
) -> bytes:
    return raw_pdf(catalog, pages, page, stream(content), *more)


def acting(where: str, action: bytes) -> bytes:
    """A PDF whose catalog, page or note holds an action."""
    if where == "catalog":
        return simple(catalog=CATALOG[:-2] + b"/OpenAction " + action + b">>")
    if where == "page":
        return simple(page=PAGE[:-2] + b"/AA << /O " + action + b" >> >>")
    note = b"<< /Type /Annot /Subtype /Link /Rect [0 0 500 500] /A " + action + b" >>"
    return raw_pdf(CATALOG, PAGES, PAGE[:-2] + b"/Annots [5 0 R] >>", stream(b""), note)


ACTIONS = {
    "javascript": b"<< /S /JavaScript /JS (app.alert\\('x'\\)) >>",
    "launch": b"<< /S /Launch /F (cmd.exe) /Win << /F (cmd.exe) /P (/c calc) >> >>",
    "uri": b"<< /S /URI /URI (http://127.0.0.1:9/steal) >>",
    "uri_file": b"<< /S /URI /URI (file:///etc/passwd) >>",
    "submit": b"<< /S /SubmitForm /F (http://127.0.0.1:9/) /Flags 4 >>",
    "import": b"<< /S /ImportData /F (\\\\\\\\host\\\\share\\\\data.fdf) >>",
    "goto_remote": b"<< /S /GoToR /F (\\\\\\\\host\\\\share\\\\x.pdf) /D [0 /Fit] >>",
    "goto_embedded": b"<< /S /GoToE /T << /R /C /N (x) >> >>",
    "rendition": b"<< /S /Rendition /JS (x) /OP 0 >>",
    "movie": b"<< /S /Movie /T (x) >>",
    "sound": b"<< /S /Sound >>",
    "named": b"<< /S /Named /N /Print >>",
    "hide": b"<< /S /Hide /T (x) >>",
    "chain": b"<< /S /URI /URI (http://a/) /Next << /S /JavaScript /JS (x) >> >>",
}
for _name, _action in ACTIONS.items():
    for _where in ("catalog", "page", "note"):
        if _where == "catalog" or _name in {"javascript", "launch", "uri", "submit", "goto_remote", "chain"}:
            case(f"pdf_{_name}_in_{_where}", acting(_where, _action))


def attached(name: str, content: bytes) -> bytes:
    made = pikepdf.new()
    made.pages.append(papers.page(made, "See the attachment"))
    made.attachments[name] = content
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


for _called in ("evil.exe", "../../../etc/cron.d/x", "C:\\windows\\x.bat", "a\u202efdp.exe", "x" * 300):
    case(f"pdf_attachment_{len(FILES)}", lambda name=_called: attached(name, b"MZ" + b"\0" * 500))
case("pdf_attachment_pdf", lambda: attached("inner.pdf", papers.pdf("inner")))
case("pdf_portfolio", simple(catalog=CATALOG[:-2] + b"/Collection << /View /D >> >>"))
case("pdf_xfa", simple(catalog=CATALOG[:-2] + b"/AcroForm << /XFA (<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>) /Fields [] >> >>"))  # fmt: skip
case("pdf_names_javascript", simple(catalog=CATALOG[:-2] + b"/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >> >>"))  # fmt: skip
case("pdf_metadata_xxe", raw_pdf(CATALOG[:-2] + b"/Metadata 5 0 R >>", PAGES, PAGE, stream(b""), stream(b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>", b"/Type /Metadata /Subtype /XML")))  # fmt: skip


def noted(subtype: bytes, more: bytes) -> bytes:
    note = b"<< /Type /Annot /Subtype /" + subtype + b" /Rect [10 10 90 90] " + more + b" >>"
    return raw_pdf(CATALOG, PAGES, PAGE[:-2] + b"/Annots [5 0 R] >>", stream(b""), note)


for _subtype, _more in {
    b"FileAttachment": b"/FS << /Type /Filespec /F (x.exe) >>", b"RichMedia": b"", b"Screen": b"", b"3D": b"",
    b"Movie": b"/Movie << /F (http://a/) >>", b"Sound": b"", b"Widget": b"/FT /Tx /T (a) /V (b) /AA << /K << /S /JavaScript /JS (x) >> >>",
    b"Popup": b"/Parent 5 0 R", b"Stamp": b"/AP << /N 5 0 R >>",
}.items():  # fmt: skip
    case(f"pdf_note_{_subtype.decode().lower()}", noted(_subtype, _more))


# --- PDFs that are wrong, endless, or enormous ---

case("pdf_only_header", b"%PDF-1.7\n", "refused")
case("pdf_header_and_noise", b"%PDF-1.4\n" + bytes(range(256)) * 20, "refused")
case(
    "pdf_cut_in_half",
    lambda: papers.pdf("a", "b", "c")[: len(papers.pdf("a", "b", "c")) // 2],
    READY,
    "refused",
)
case("pdf_without_xref", raw_pdf(CATALOG, PAGES, PAGE, stream(b""), xref=False), READY, "refused")
case("pdf_xref_points_at_itself", b"%PDF-1.5\n1 0 obj\n<< /Type /XRef /Size 2 /W [1 2 1] /Prev 9 /Length 0 /Root 1 0 R >>\nstream\n\nendstream\nendobj\nstartxref\n9\n%%EOF", "refused")  # fmt: skip
case("pdf_prev_loop", raw_pdf(CATALOG, PAGES, PAGE, stream(b""), trailer=b"/Prev 15"), READY, "refused")
case("pdf_root_is_a_number", raw_pdf(b"7", PAGES, PAGE, stream(b"")), "refused")
case("pdf_no_root", raw_pdf(PAGES, root=b"9 0 R"), "refused")
case("pdf_pages_loop", simple(pages=b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), "refused")
case("pdf_parent_loop", simple(page=b"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 9 9] >>"), READY, "refused")
case("pdf_no_pages", simple(pages=b"<< /Type /Pages /Kids [] /Count 0 >>"), "refused")
case(
    "pdf_count_is_a_lie",
    simple(pages=b"<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>"),
    READY,
    "refused",
)
case("pdf_count_negative", simple(pages=b"<< /Type /Pages /Kids [3 0 R] /Count -5 >>"), READY, "refused")
case("pdf_contents_loop", simple(page=PAGE.replace(b"4 0 R", b"3 0 R")), READY, "refused")
case("pdf_length_too_long", raw_pdf(CATALOG, PAGES, PAGE, b"<< /Length 999999999 >>\nstream\n0 0 m\nendstream"), READY, "refused")  # fmt: skip
case(
    "pdf_length_negative",
    raw_pdf(CATALOG, PAGES, PAGE, b"<< /Length -1 >>\nstream\n0 0 m\nendstream"),
    READY,
    "refused",
)
case("pdf_length_refers_to_itself", raw_pdf(CATALOG, PAGES, PAGE, b"<< /Length 4 0 R >>\nstream\n0 0 m\nendstream"), READY, "refused")  # fmt: skip
case(
    "pdf_nested_arrays",
    simple(catalog=CATALOG[:-2] + b"/X " + b"[" * 20000 + b"]" * 20000 + b">>"),
    READY,
    "refused",
)
case("pdf_nested_dictionaries", simple(catalog=CATALOG[:-2] + b"/X " + b"<</A " * 20000 + b"1" + b">>" * 20000 + b">>"), READY, "refused")  # fmt: skip
case("pdf_deep_page_tree", lambda: raw_pdf(CATALOG, *[b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (n + 3) for n in range(3000)], b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"), READY, "refused")  # fmt: skip
case("pdf_operators_without_end", simple(content=b"q " * 200_000), READY, "refused")
case("pdf_form_draws_itself", raw_pdf(CATALOG, PAGES, PAGE.replace(b"/Resources << >>", b"/Resources << /XObject << /F 5 0 R >> >>"), stream(b"/F Do"), stream(b"/F Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>")), READY, "refused")  # fmt: skip
case("pdf_pattern_draws_itself", raw_pdf(CATALOG, PAGES, PAGE.replace(b"/Resources << >>", b"/Resources << /Pattern << /P 5 0 R >> >>"), stream(b"/Pattern cs /P scn 0 0 600 600 re f"), stream(b"/Pattern cs /P scn 0 0 9 9 re f", b"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.001 /YStep 0.001 /Resources << /Pattern << /P 5 0 R >> >>")), READY, "refused", heavy=True)  # fmt: skip
for _n, _box in enumerate((b"[0 0 1e9 1e9]", b"[0 0 0 0]", b"[0 0 -5 -5]", b"[0 0 nan inf]", b"[0 0 14400 1]", b"[0 0 20000 20000]", b"(x)", b"[612 792 0 0]", b"[0 0]")):  # fmt: skip
    case(f"pdf_media_box_{_n}", simple(page=PAGE.replace(b"[0 0 612 792]", _box)), READY, "refused")
case("pdf_user_unit", simple(page=PAGE[:-2] + b"/UserUnit 1000000 >>"), READY, "refused")
case("pdf_rotate_odd", simple(page=PAGE[:-2] + b"/Rotate 45 >>"), READY, "refused")


def bomb(rounds: int, size: int) -> bytes:
    content, filters = b"0 " * size, b""
    for _ in range(rounds):
        content, filters = zlib.compress(content, 9), filters + b"/FlateDecode "
    return raw_pdf(CATALOG, PAGES, PAGE, stream(content, b"/Filter [" + filters + b"]"))


def zeros(rounds: int, megabytes: int) -> bytes:
    """Nothing but zeros, pressed again and again."""
    press = zlib.compressobj(9)
    content = b"".join([*(press.compress(b" " * 1024 * 1024) for _ in range(megabytes)), press.flush()])
    for _ in range(rounds - 1):
        content = zlib.compress(content, 9)
    return raw_pdf(CATALOG, PAGES, PAGE, stream(content, b"/Filter [" + b"/FlateDecode " * rounds + b"]"))


case("pdf_flate_bomb", lambda: zeros(1, 300), READY, "refused", heavy=True)
case("pdf_flate_bomb_twice", lambda: zeros(2, 600), READY, "refused", heavy=True)
case("pdf_many_filters", lambda: bomb(60, 1000), READY, "refused")
case(
    "pdf_flate_broken",
    raw_pdf(CATALOG, PAGES, PAGE, stream(b"\x78\x9c" + b"\xff" * 400, b"/Filter /FlateDecode")),
)
case("pdf_unknown_filter", raw_pdf(CATALOG, PAGES, PAGE, stream(b"abc", b"/Filter /Evil")))


def pictured(width: int, height: int, content: bytes, more: bytes) -> bytes:
    image = stream(content, b"/Type /XObject /Subtype /Image /Width %d /Height %d %s" % (width, height, more))
    return raw_pdf(CATALOG, PAGES, PAGE.replace(b"/Resources << >>", b"/Resources << /XObject << /I 5 0 R >> >>"), stream(b"600 0 0 700 0 0 cm /I Do"), image)  # fmt: skip


GREY = b"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"
case(
    "pdf_picture_of_a_gigapixel", lambda: pictured(40000, 40000, zlib.compress(b"\0" * 1000), GREY), "refused"
)
case(
    "pdf_picture_lies_about_its_size",
    lambda: pictured(6000, 6000, zlib.compress(b"\0" * 1000), GREY),
    READY,
    "refused",
)
case("pdf_picture_negative", lambda: pictured(-5, -5, zlib.compress(b"\0" * 1000), GREY), READY, "refused")
case(
    "pdf_jpx_noise",
    lambda: pictured(90, 90, b"\0\0\0\x0cjP  \r\n\x87\n" + b"\xff" * 300, b"/Filter /JPXDecode"),
)
case("pdf_jbig2_noise", lambda: pictured(90, 90, b"\x97JB2" * 80, b"/BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /JBIG2Decode"))  # fmt: skip
case("pdf_ccitt_noise", lambda: pictured(90, 90, b"\x81" * 500, b"/BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 2000000000 >>"))  # fmt: skip
case("pdf_of_501_pages", lambda: papers.pdf(*["a"] * 501), "refused")
case("pdf_pages_shared", lambda: raw_pdf(CATALOG, b"<< /Type /Pages /Kids [" + b"3 0 R " * 5000 + b"] /Count 5000 >>", PAGE, stream(b"")), "refused")  # fmt: skip


def locked(user: str, owner: str, length: int = 6) -> bytes:
    with pikepdf.open(io.BytesIO(papers.pdf("Secret words"))) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(user=user, owner=owner, R=length))
    return out.getvalue()


case("pdf_locked", lambda: locked("open", "own"), "needs_password")
case("pdf_locked_old", lambda: locked("open", "own", 4), "needs_password")
case("pdf_locked_against_change_only", lambda: locked("", "own"))
case("pdf_encrypt_is_nonsense", raw_pdf(CATALOG, PAGES, PAGE, stream(b""), trailer=b"/Encrypt << /Filter /Evil /V 99 >>"), "refused", "needs_password")  # fmt: skip
case("pdf_encrypt_refers_to_root", raw_pdf(CATALOG, PAGES, PAGE, stream(b""), trailer=b"/Encrypt 1 0 R"), "refused", "needs_password")  # fmt: skip
case("pdf_font_noise", raw_pdf(CATALOG, PAGES, PAGE.replace(b"/Resources << >>", b"/Resources << /Font << /F 5 0 R >> >>"), stream(b"BT /F 20 Tf 9 9 Td (abc) Tj ET"), b"<< /Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor << /Type /FontDescriptor /FontName /X /Flags 4 /FontFile2 6 0 R >> >>", stream(b"\0\1\0\0" + b"\xff" * 900)))  # fmt: skip
case("pdf_function_loop", raw_pdf(CATALOG, PAGES, PAGE.replace(b"/Resources << >>", b"/Resources << /Shading << /S 5 0 R >> >>"), stream(b"/S sh"), b"<< /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 9 9] /Function 6 0 R >>", b"<< /FunctionType 3 /Domain [0 1] /Functions [6 0 R] /Bounds [] /Encode [0 1] >>"))  # fmt: skip

# --- two kinds at once ---


def zip_of(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


HTML = b"<html><script>alert(document.cookie)</script></html>"
case("pdf_then_zip", lambda: papers.pdf("a") + zip_of(x=b"evil"))
case("pdf_then_html", lambda: papers.pdf("a") + HTML)
case("html_then_pdf", lambda: HTML + papers.pdf("a"), "refused")
case("gif_then_pdf", lambda: b"GIF89a/*" + papers.pdf("a"), "refused")
case("program_then_pdf", lambda: b"MZ" + b"\0" * 60 + papers.pdf("a"), "refused")
case("zip_then_pdf", lambda: zip_of(x=b"evil") + papers.pdf("a"), "refused")
case("script_then_pdf", lambda: b"#!/bin/sh\nrm -rf /\n" + papers.pdf("a"), "refused")
case("jpeg_then_zip", lambda: papers.photo() + zip_of(x=b"evil"), called="a.jpg")
case("jpeg_then_html", lambda: papers.photo() + HTML, called="a.jpg")
case("png_then_program", lambda: papers.photo(kind="PNG") + b"MZ" + b"\0" * 999, called="a.png")
case("jpeg_with_php", lambda: papers.photo()[:20] + b"<?php system($_GET[0]); ?>" + papers.photo()[20:], READY, "refused", called="a.php.jpg")  # fmt: skip
case("pdf_after_a_scanners_line", lambda: b"\r\nScanned by a copier\r\n" + papers.pdf("a"), READY, "refused")

# --- other kinds under our names ---

for _kind, _head in {
    "exe": b"MZ\x90\0" + b"\0" * 400, "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 400, "gif": b"GIF89a" + b"\0" * 90,
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "html": HTML,
    "xhtml": b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
    "xxe": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "laughs": b"<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>",
    "php": b"<?php system('id'); ?>", "script": b"#!/bin/sh\nid\n", "rtf": b"{\\rtf1\\object\\objdata 0105}",
    "rar": b"Rar!\x1a\x07\0" + b"\0" * 90, "seven": b"7z\xbc\xaf\x27\x1c" + b"\0" * 90, "gz": zlib.compress(b"a")[:0] + b"\x1f\x8b\x08" + b"\0" * 90,
    "bmp": b"BM" + b"\0" * 90, "tiff": b"II*\0" + b"\0" * 90, "mp4": b"\0\0\0\x18ftypisom" + b"\0" * 90,
    "avif": b"\0\0\0\x18ftypavif" + b"\0" * 90, "webp": b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 90,
    "old_word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 900, "java": b"\xca\xfe\xba\xbe" + b"\0" * 90,
    "postscript": b"%!PS-Adobe-3.0\n(%stdin) (r) file", "noise": bytes(range(256)) * 9, "nothing": b"",
    "zeros": b"\0" * 5000, "bom_html": b"\xef\xbb\xbf" + HTML, "sqlite": b"SQLite format 3\0" + b"\0" * 90,
}.items():  # fmt: skip
    case(f"{_kind}_called_pdf", _head, "refused", called=f"iep.{_kind}.pdf")

# --- clips ---

_FTYP, _MDAT = b"\0\0\0\x10ftypisom\0\0\0\0", b"\0\0\0\x10mdat" + b"\0" * 8
for _kind, _head in {
    "clip_with_a_pdf_behind": _FTYP + _MDAT + b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj", "clip_without_a_film": _FTYP + _MDAT,
    "clip_with_a_page_behind": _FTYP + _MDAT + HTML, "clip_of_endless_size": _FTYP + b"\0\0\0\1moov\xff\xff\xff\xff\xff\xff\xff\xff",
    "clip_of_boxes_in_nothing": _FTYP + b"\0\0\0\x08free" * 30_000, "webm_broken_off": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm",
    "webm_of_endless_numbers": b"\x1a\x45\xdf\xa3" + b"\0" * 900, "matroska_called_webm": b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska\x18\x53\x80\x67\x80",
}.items():  # fmt: skip
    case(_kind, _head, "refused", called="clip.mp4")

# --- pictures ---


def png(width: int, height: int, data: bytes) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", data) + chunk(b"IEND", b"")  # fmt: skip


def texts(n: int) -> bytes:
    out = io.BytesIO()
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for index in range(n):
        info.add_text(f"k{index}", "a" * 200_000, zip=True)
    Image.new("RGB", (20, 20)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def exif(**more: bytes) -> bytes:
    found = Image.Exif()
    found[0x010F], found[0x0110] = "Maker", "Secret phone"
    found[0x8825] = {1: "N", 2: (46.0, 52.0, 11.0), 3: "W", 4: (113.0, 59.0, 37.0)}
    return found.tobytes()


def frames(n: int) -> bytes:
    out = io.BytesIO()
    many = [Image.new("RGB", (30, 30), (n % 256, 0, 0)) for n in range(n)]
    many[0].save(out, "PNG", save_all=True, append_images=many[1:])
    return out.getvalue()


case("png_bomb", lambda: png(50_000, 50_000, zlib.compress(b"\0" * 5000)), "refused", called="a.png")
case("png_of_41_megapixels", lambda: png(6500, 6400, zlib.compress(b"\0" * 5000)), "refused", called="a.png")
case("png_large_and_flat", lambda: papers.photo((6000, 6000), kind="PNG"), called="a.png", heavy=True)
case("png_size_zero", png(0, 0, b""), "refused", called="a.png")
case("png_cut", lambda: papers.photo(kind="PNG")[:200], READY, "refused", called="a.png")
case(
    "png_broken_sums",
    lambda: papers.photo(kind="PNG").replace(b"IDAT", b"IDAX"),
    READY,
    "refused",
    called="a.png",
)
case("png_text_bomb", lambda: texts(200), READY, "refused", called="a.png")
case("png_of_many_frames", lambda: frames(60), called="a.png")
case("jpeg_cut", lambda: papers.photo((900, 900))[:2000], READY, "refused", called="a.jpg")
case("jpeg_only_its_mark", b"\xff\xd8\xff\xe0", "refused", called="a.jpg")
case("jpeg_claims_65535", lambda: papers.photo().replace(struct.pack(">HH", 400, 300), b"\xff\xff\xff\xff", 1), "refused", called="a.jpg")  # fmt: skip
case("jpeg_with_place", lambda: papers.photo(exif=exif()), called="a.jpg")
case(
    "jpeg_exif_loop",
    lambda: papers.photo(exif=b"Exif\0\0II*\0\x08\0\0\0" + b"\xff" * 60),
    READY,
    "refused",
    called="a.jpg",
)
case("heic_noise", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\xff" * 900, "refused", called="a.heic")
case(
    "heic_empty_boxes",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x08meta" * 50,
    "refused",
    called="a.heic",
)

# --- Word files ---

TYPES = b"<?xml version='1.0'?><Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
SPACE = b"xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"


def docx(body: bytes, head: bytes = b"", **more: bytes) -> bytes:
    document = head + b"<w:document " + SPACE + b"><w:body>" + body + b"</w:body></w:document>"
    return zip_of(**{"[Content_Types].xml": TYPES, "word/document.xml": document, **more})


PARAGRAPH = b"<w:p><w:r><w:t>Reading goal</w:t></w:r></w:p>"
case("docx_plain", lambda: docx(PARAGRAPH), called="a.docx")
case("docx_xxe", lambda: docx(b"<w:p><w:r><w:t>&e;</w:t></w:r></w:p>", b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"), "refused", called="a.docx")  # fmt: skip
case(
    "docx_laughs",
    lambda: docx(b"<w:p/>", b"<!DOCTYPE a [<!ENTITY b '" + b"ha" * 99 + b"'>]>"),
    "refused",
    called="a.docx",
)
case(
    "docx_macros",
    lambda: docx(PARAGRAPH, **{"word/vbaProject.bin": b"\xd0\xcf" * 99}),
    "refused",
    called="a.docm",
)
case("docx_remote_template", lambda: docx(PARAGRAPH, **{"word/_rels/settings.xml.rels": b"<Relationships><Relationship Target='http://127.0.0.1:9/x.dotm' TargetMode='External'/></Relationships>"}), called="a.docx")  # fmt: skip
case(
    "docx_embedded_object",
    lambda: docx(PARAGRAPH, **{"word/embeddings/oleObject1.bin": b"MZ" * 99}),
    called="a.docx",
)
case("docx_bomb", lambda: docx(b" " * 90_000_000), "refused", called="a.docx", heavy=True)
case("docx_bomb_aside", lambda: docx(PARAGRAPH, **{"word/media/a.png": b"\0" * 120_000_000}), "refused", called="a.docx", heavy=True)  # fmt: skip
case(
    "docx_many_entries",
    lambda: docx(PARAGRAPH, **{f"word/{n}.xml": b"a" for n in range(2500)}),
    "refused",
    called="a.docx",
)
case("docx_path_names", lambda: docx(PARAGRAPH, **{"../../../../tmp/evil.sh": b"id", "/etc/cron.d/x": b"id"}), called="a.docx")  # fmt: skip
case("docx_deep", lambda: docx(b"<w:tbl><w:tr><w:tc>" * 5000 + PARAGRAPH + b"</w:tc></w:tr></w:tbl>" * 5000), READY, "refused", called="a.docx")  # fmt: skip
case("docx_nested_controls", lambda: docx(b"<w:sdt><w:sdtContent>" * 200 + PARAGRAPH + b"</w:sdtContent></w:sdt>" * 200), READY, "refused", called="a.docx")  # fmt: skip
case(
    "docx_not_xml",
    lambda: zip_of(**{"[Content_Types].xml": TYPES, "word/document.xml": b"hello"}),
    "refused",
    called="a.docx",
)
case("docx_field_code", lambda: docx(b"<w:p><w:r><w:instrText>DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe</w:instrText></w:r><w:r><w:t>ok</w:t></w:r></w:p>"), called="a.docx")  # fmt: skip
case("docx_markup_in_words", lambda: docx(b"<w:p><w:r><w:t>#import \"/etc/passwd\" #sys $x$ *b* \\ [a](b)</w:t></w:r></w:p>"), called="a.docx")  # fmt: skip
case("docx_cut", lambda: docx(PARAGRAPH)[:-60], "refused", called="a.docx")
case("docx_wide_table", lambda: docx(b"<w:tbl>" + (b"<w:tr>" + b"<w:tc><w:p/></w:tc>" * 2000 + b"</w:tr>") * 20 + b"</w:tbl>"), READY, "refused", called="a.docx")  # fmt: skip
case(
    "xlsx_called_docx",
    lambda: zip_of(**{"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<a/>"}),
    "refused",
    called="a.docx",
)
case("zip_in_zip", lambda: zip_of(a=zip_of(b=zip_of(c=b"0" * 9_000_000))), "refused", called="a.docx")
case("zip_empty", b"PK\x05\x06" + b"\0" * 18, "refused", called="a.docx")

# --- text ---

case("text_formula", b"=cmd|'/c calc'!A1\n@SUM(1+1)\n+1\n-1\n", called="a.csv")
case("text_directions", "abc\u202e\u2066fdp.exe\u2069".encode(), called="a.txt")
case("text_template", b"{{ settings.SECRET_KEY }} {% load x %} ${7*7} #{7*7} `id`", called="a.txt")
case("text_script_inside", b"Dear parent\n<script>alert(1)</script>\n", called="a.txt")
case("text_one_line_of_a_megabyte", lambda: b"a" * 1_000_000, READY, "refused", called="a.txt", heavy=True)
case("text_a_million_lines", lambda: b"\n" * 1_000_000 + b"a", READY, "refused", called="a.txt")
case("text_bells", b"\x07\x1b]0;title\x07 abc", "refused", called="a.txt")
case("text_zeros_inside", b"abc\0def", "refused", called="a.txt")
case("text_half_utf16", b"\xff\xfea", "refused", called="a.txt")
case("text_of_3_megabytes", lambda: b"word " * 600_000, "refused", called="a.txt")
case("text_lone_surrogates", "a\ud800b".encode("utf-8", "surrogatepass"), READY, "refused", called="a.txt")
case("text_emoji_and_han", "Grüße 🎉 你好 مرحبا".encode(), called="a.txt")

# --- what virus scanners are tested with ---

case("eicar", EICAR, LOCKED, called="eicar.txt")
case("eicar_in_a_pdf", lambda: papers.pdf("a") + EICAR, LOCKED)
case("eicar_in_a_photo", lambda: papers.photo() + EICAR, LOCKED, called="a.jpg")
case("eicar_in_parts", lambda: papers.pdf("a") + EICAR[:30] + b"\n" + EICAR[30:])
case("eicar_packed", lambda: docx(PARAGRAPH, **{"word/media/x.bin": EICAR}), called="a.docx")

# --- names ---

for _n, _called in enumerate(["../../etc/passwd", "C:\\x\\y.pdf", "a\0b.pdf", "iep.pdf.exe", "<img src=x onerror=alert(1)>.pdf", "x" * 900 + ".pdf", ".htaccess", "con.pdf", "a\r\nSet-Cookie: x=1.pdf", "; rm -rf ~ #.pdf", "\u202efdp.exe", ""]):  # fmt: skip
    case(f"name_{_n}", lambda n=_n: papers.pdf(f"name {n}"), called=_called)

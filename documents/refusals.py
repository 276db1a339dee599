"""Why a file is not taken, in sentences that say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from documents.models import DocumentVersion

SENTENCES: dict[str, str | Promise] = {
    "empty": _("This file is empty. Please pick another one."),
    "too_large": _("This file is larger than 25 MB. Please send it in parts, or take photos of the pages."),
    "kind": _("We cannot read this kind of file. Please send a PDF, a photo (JPG, PNG, HEIC), a Word file (.docx) or plain text."),
    "clip_too_long": _("This clip is longer than three minutes. Please send a shorter one."),
    "old_word": _("This Word file is an old one or has a password. Please save it as .docx or PDF without a password, and send that."),
    "mixed": _("This file is more than one kind of file at once. Please print it to PDF, and send that."),
    "damaged": _("This file is damaged, and we could not open it. Please save or scan it again, and send that."),
    "no_pages": _("This file has no pages. Please pick another one."),
    "too_many_pages": _("This file has more than 500 pages. Please send it in parts."),
    "page_too_large": _("A page of this file is too large. Please scan it again at a lower resolution."),
    "too_much_text": _("This text is too long. Please send it as a PDF."),
    "macros": _("This Word file holds macros, which are small programs. Please save it as a plain .docx or PDF, and send that."),
    "entities": _("This Word file points to other files. Please save it as PDF, and send that."),
    "too_complex": _("This file takes too much work to open. Please print it to PDF, and send that."),
    "only_photos_together": _("Only photos can be put together as one paper. Please send other files one at a time."),
    "wrong_password": _("This password does not open the file. Please try again."),
    "virus": _("A virus scanner found something harmful in this file. It is locked away, and nobody can open it."),
    "test_virus": _("This file holds the sign that virus scanners are tested with. It is locked away, and nobody can open it."),
    "film_kind": _("We cannot show this kind of film. Please send a short MP4 or MOV film, as phones make them."),
    "lost": _("We could not find this file again. Please send it once more."),
}  # fmt: skip


def sentence(code: str) -> str:
    """The sentence for a code; any other code says that the file is damaged."""
    return str(SENTENCES.get(code, SENTENCES["damaged"]))


def note(version: DocumentVersion | None) -> str:
    """What is to be said beside a paper that is not open to read yet, or never will be; "" of one that is."""
    if version is None or version.is_ready:
        return ""
    if version.state == "refused":
        return f"{gettext('We could not take this file.')} {sentence(version.reason)}"
    if version.state == "quarantined":
        return f"{gettext('Locked away.')} {sentence(version.reason)}"
    return gettext("This PDF has a password") if version.state == "needs_password" else gettext("We are looking at it")  # fmt: skip

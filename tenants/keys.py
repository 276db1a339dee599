"""Each firm's data key: AES-256-GCM, wrapped by MASTER_KEY. Erasing a firm destroys its key."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from tenants.places import current_firm


class WrongKey(Exception):
    """What was sealed does not open with this firm's key."""


def _seal(key: bytes, data: bytes, about: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, data, about)


def _open(key: bytes, sealed: bytes, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], about)
    except (InvalidTag, ValueError):
        raise WrongKey("this was not sealed with this key") from None


def new_wrapped_key() -> bytes:
    return _seal(settings.MASTER_KEY, os.urandom(32), b"firm")


def rewrap(wrapped: bytes, *, old: bytes, new: bytes) -> bytes:
    """A firm's wrapped key, wrapped with another master key. Raises WrongKey when `old` is not what wrapped it."""
    return _seal(new, _open(old, wrapped, b"firm"), b"firm")


@lru_cache(maxsize=256)
def _unwrap(wrapped: bytes) -> bytes:
    return _open(settings.MASTER_KEY, wrapped, b"firm")


def _current_key() -> bytes:
    from tenants.models import Firm

    wrapped = Firm.objects.values_list("wrapped_key", flat=True).get(pk=current_firm().id)
    return _unwrap(bytes(wrapped))


def seal(data: bytes, *, about: str) -> bytes:
    """Encrypts with the current firm's key. `about` names what it is, so that it opens as nothing else."""
    return _seal(_current_key(), data, about.encode())


def unseal(sealed: bytes, *, about: str) -> bytes:
    """Opens what `seal` made in this firm with the same `about`. Raises WrongKey otherwise."""
    return _open(_current_key(), bytes(sealed), about.encode())


# A sealed file: mark, salt, then chunks of this size, each with its 16-byte tag. Each file has a key of
# its own, drawn from the firm's data key and the salt, so that a chunk's number is nonce enough; the last
# byte of the nonce says whether it is the last, so that nothing can be cut off, swapped or repeated.
FILE_MARK = b"RTF1"
CHUNK = 1024 * 1024
SALT, TAG = 16, 16


def _file_key(salt: bytes, about: str) -> AESGCM:
    return AESGCM(
        HKDF(SHA256(), length=32, salt=salt, info=b"file\n" + about.encode()).derive(_current_key())
    )


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _in_chunks(pieces: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in pieces of `size`, each with whether it is the last; at least one, maybe empty."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) > size:
            yield bytes(held[:size]), False
            del held[:size]
    yield bytes(held), True


def seal_file(pieces: Iterable[bytes], *, about: str) -> Iterator[bytes]:
    """Encrypts a file piece by piece with the current firm's key; it opens only under the same `about`."""
    salt = os.urandom(SALT)
    key = _file_key(salt, about)
    yield FILE_MARK + salt
    for number, (chunk, last) in enumerate(_in_chunks(pieces, CHUNK)):
        yield key.encrypt(_nonce(number, last), chunk, None)


def unseal_file(pieces: Iterable[bytes], *, about: str) -> Iterator[bytes]:
    """Opens what `seal_file` made in this firm with the same `about`, chunk by chunk, whole or not at all:
    a chunk is given out only once it has been proved. Raises WrongKey."""
    head, rest = _take(iter(pieces), len(FILE_MARK) + SALT)
    if not head.startswith(FILE_MARK):
        raise WrongKey("this is no sealed file")
    key = _file_key(head[len(FILE_MARK) :], about)
    for number, (chunk, last) in enumerate(_in_chunks(rest, CHUNK + TAG)):
        try:
            yield key.decrypt(_nonce(number, last), chunk, None)
        except (InvalidTag, ValueError):
            raise WrongKey("this was not sealed with this key, or was changed") from None


def _take(pieces: Iterator[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    held = b""
    for piece in pieces:
        held += piece
        if len(held) >= size:
            break

    def rest() -> Iterator[bytes]:
        yield held[size:]
        yield from pieces

    return held[:size], rest()

"""Each firm's data key: AES-256-GCM, wrapped by MASTER_KEY. Erasing a firm destroys its key."""

from __future__ import annotations

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
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

"""Reads the environment once, at start; a wrong value stops the start with its name."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
_MISSING: Any = object()


def read(name: str, as_: Callable[[str], T], default: Any = _MISSING) -> T:
    """The variable `name`, converted by `as_`.

    Raises ImproperlyConfigured, naming the variable, when it is required and absent or does not convert.
    """
    text = os.environ.get(name, "")
    if not text:
        if default is _MISSING:
            raise ImproperlyConfigured(f"{name} is not set: .env.example says what it is for.")
        return default
    try:
        return as_(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is wrong: {error}") from None


def boolean(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError(f"“{text}” is neither true nor false")


def whole_number(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text):
        raise ValueError(f"“{text}” is not a whole number")
    return int(text)


def key_of_32_bytes(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ValueError("it must be 32 bytes in base64")
    return key


def web_address(text: str) -> str:
    """An http(s) address without path, such as https://roundtable.example."""
    at = urlsplit(text.rstrip("/"))
    if at.scheme not in {"http", "https"} or not at.hostname or at.path or at.query:
        raise ValueError(f"“{text}” is not an address such as https://roundtable.example")
    return text.rstrip("/")


def base_address(text: str) -> str:
    """An http(s) address that may carry a path."""
    at = urlsplit(text)
    if at.scheme not in {"http", "https"} or not at.hostname:
        raise ValueError(f"“{text}” is not an http address")
    return text.rstrip("/")


def phones(text: str) -> list[str]:
    """Numbers in E.164 with commas between them."""
    found = [word.strip() for word in text.split(",") if word.strip()]
    for word in found:
        if not re.fullmatch(r"\+[1-9]\d{6,14}", word):
            raise ValueError(f"“{word}” is not a number such as +15005550006")
    return found


def redis_url(text: str) -> str:
    if urlsplit(text).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError(f"“{text}” does not begin with redis://, rediss:// or unix://")
    return text


def database(text: str) -> dict[str, Any]:
    """Django's settings for `postgresql://user:password@host:port/name?option=value`.

    `host` among the options names a socket folder, as in libpq's own addresses.
    """
    at = urlsplit(text)
    name = at.path.lstrip("/")
    if at.scheme not in {"postgresql", "postgres"} or not name:
        raise ValueError(
            f"“{at.scheme}://…” is not an address such as postgresql://user:password@host:5432/name"
        )
    options = dict(parse_qsl(at.query))
    return {
        "NAME": unquote(name),
        "USER": unquote(at.username or ""),
        "PASSWORD": unquote(at.password or ""),
        "HOST": options.pop("host", None) or at.hostname or "",
        "PORT": str(at.port or ""),
        "OPTIONS": options,
    }


def mail(text: str) -> dict[str, Any]:
    """Django's mail settings for `smtp://user:password@host:port` (`smtps://`, `smtp+tls://`)."""
    at = urlsplit(text)
    if at.scheme not in {"smtp", "smtps", "smtp+tls"} or not at.hostname:
        raise ValueError(f"“{at.scheme}://…” is not an address such as smtp+tls://user:password@host:587")
    return {
        "EMAIL_HOST": at.hostname,
        "EMAIL_PORT": at.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[at.scheme],
        "EMAIL_HOST_USER": unquote(at.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(at.password or ""),
        "EMAIL_USE_SSL": at.scheme == "smtps",
        "EMAIL_USE_TLS": at.scheme == "smtp+tls",
    }


def files(text: str) -> dict[str, Any]:
    """A storage of django-storages for `s3://bucket/folder?region=…&endpoint=https://…`.

    The keys come as AWS's own variables (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), or from the machine's role.
    """
    at = urlsplit(text)
    if at.scheme != "s3" or not at.netloc:
        raise ValueError(f"“{at.scheme}://…” is not an address such as s3://bucket/folder?region=us-east-1")
    options = dict(parse_qsl(at.query))
    named = {"bucket_name": at.netloc, "location": at.path.strip("/"), "file_overwrite": False}
    if "region" in options:
        named["region_name"] = options["region"]
    if "endpoint" in options:
        named["endpoint_url"] = options["endpoint"]
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": named}


def socket(text: str) -> tuple[str, int | None]:
    """A socket's path (`unix:/run/clamav/clamd.ctl`) or a host and port (`tcp://127.0.0.1:3310`)."""
    at = urlsplit(text)
    if at.scheme == "unix" and at.path:
        return at.path, None
    if at.scheme == "tcp" and at.hostname and at.port:
        return at.hostname, at.port
    raise ValueError(f"“{text}” is neither unix:/path nor tcp://host:port")

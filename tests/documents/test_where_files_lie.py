"""What the environment says of files and scanners."""

from __future__ import annotations

import pytest
from django.core.files.storage import StorageHandler

from config import env


def test_a_bucket_is_named_by_its_address():
    found = env.files("s3://papers/eu/files?region=eu-west-1&endpoint=https://store.example")
    storage = StorageHandler({"files": found})["files"]
    assert (storage.bucket_name, storage.location, storage.region_name, storage.endpoint_url, storage.file_overwrite) == (
        "papers", "eu/files", "eu-west-1", "https://store.example", False,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["s3://", "/var/files", "https://bucket", "ftp://a/b"])
def test_what_is_no_bucket_stops_the_start(text):
    with pytest.raises(ValueError, match="is not an address such as s3://bucket/folder"):
        env.files(text)


@pytest.mark.parametrize(("text", "place"), [
    ("unix:/run/clamav/clamd.ctl", ("/run/clamav/clamd.ctl", None)), ("tcp://127.0.0.1:3310", ("127.0.0.1", 3310)),
])  # fmt: skip
def test_a_scanner_is_named_by_its_socket(text, place):
    assert env.socket(text) == place


@pytest.mark.parametrize("text", ["127.0.0.1:3310", "tcp://host", "unix:", "http://a:1"])
def test_what_is_no_socket_stops_the_start(text):
    with pytest.raises(ValueError, match="neither unix:/path nor tcp://host:port"):
        env.socket(text)

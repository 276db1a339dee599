"""Files in an S3 bucket: the real client and storage, against a small server that speaks the few words they need."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest
from django.core.files.storage import StorageHandler, storages

from config import env
from documents import storage
from tenants import keys


class Bucket(ThreadingHTTPServer):
    """PUT, GET, HEAD and DELETE of objects by path (Amazon S3 REST API, 2006-03-01), without signatures' proof."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kept: dict[str, bytes] = {}
        self.signed: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def _answer(self, status: int, body: bytes = b"", *, head: bool = False) -> None:
        self.server.signed.append(self.headers.get("Authorization", ""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Tue, 24 Nov 2026 19:00:00 GMT")
        self.end_headers()
        if not head:
            self.wfile.write(body)

    @property
    def name(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/")

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "") or "aws-chunked" in self.headers.get("Content-Encoding", ""):  # fmt: skip
            found = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return found
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_PUT(self) -> None:
        self.server.kept[self.name] = self._body()
        self._answer(200)

    def do_GET(self) -> None:
        found = self.server.kept.get(self.name)
        if found is None:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        asked = self.headers.get("Range", "")
        if asked:
            first, _dash, last = asked.removeprefix("bytes=").partition("-")
            return self._answer(206, found[int(first) : int(last) + 1 if last else None])
        return self._answer(200, found)

    def do_HEAD(self) -> None:
        found = self.server.kept.get(self.name)
        self._answer(200 if found is not None else 404, found or b"", head=True)

    def do_DELETE(self) -> None:
        self.server.kept.pop(self.name, None)
        self._answer(204)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def bucket(monkeypatch, settings):
    """The product's storage in a bucket of a server on this machine."""
    server = Bucket()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    found = env.files(f"s3://papers/eu?region=eu-west-1&endpoint=http://127.0.0.1:{server.server_port}")
    found["OPTIONS"]["addressing_style"] = "path"
    handler = StorageHandler({"files": found})
    monkeypatch.setattr(storages, "_storages", {**getattr(storages, "_storages", {}), "files": handler["files"]}, raising=False)  # fmt: skip
    yield server
    server.shutdown()
    server.server_close()


def test_a_file_lies_sealed_in_the_bucket_and_comes_back(harbor, bucket):
    content = b"Mateo reads 51 words" * 200_000  # several pieces

    key = storage.write(content)

    ((name, kept),) = bucket.kept.items()
    assert name == f"papers/eu/{harbor.firm.schema_name}/{key}"
    assert b"Mateo" not in kept
    assert storage.read(key) == content
    assert all("eu-west-1/s3/aws4_request" in line for line in bucket.signed)


def test_one_that_is_gone_is_missing_and_one_that_was_changed_does_not_open(harbor, bucket):
    key = storage.write(b"one")
    other = storage.write(b"two")
    bucket.kept = {name: bucket.kept[f"papers/eu/{harbor.firm.schema_name}/{other}"] for name in bucket.kept}
    with pytest.raises(keys.WrongKey):
        storage.read(key)
    storage.discard([key, other, key])
    assert bucket.kept == {}
    with pytest.raises(storage.Missing):
        storage.read(key)

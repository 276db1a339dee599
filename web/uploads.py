"""Uploads stay in memory, up to a limit: what people send is sealed before it reaches a disk."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MOST_BYTES = 25 * 1024 * 1024  # one file
MOST_AT_ONCE = 80 * 1024 * 1024  # one request


class InMemory(FileUploadHandler):
    """Keeps each file of a request in memory. Of one past a limit the bytes are read and dropped; its `size`
    still tells how much came, so that the form can say that it is too large."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.taken = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file, self.size = io.BytesIO(), 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        self.taken += len(raw_data)
        if self.size <= MOST_BYTES and self.taken <= MOST_AT_ONCE:
            self.file.write(raw_data)
        else:
            self.file.seek(0)
            self.file.truncate()
            self.size = max(self.size, MOST_BYTES + 1)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.file.seek(0)
        return InMemoryUploadedFile(
            self.file, self.field_name, self.file_name or "", self.content_type or "", self.size,
            self.charset, self.content_type_extra,
        )  # fmt: skip

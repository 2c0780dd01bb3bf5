"""Uploads on their way through the server: nothing of them lies on the disk in the clear."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO, Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadhandler import load_handler

from minqing.kernel.uploads import BLOCK_BYTES, SealedUploadHandler


def received(content: bytes, piece: int = 70_000) -> Any:
    handler = SealedUploadHandler()
    handler.new_file("file", "名册.csv", "text/csv", None)
    for start in range(0, len(content), piece):
        handler.receive_data_chunk(content[start : start + piece], start)
    return handler.file_complete(len(content))


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, 3 * BLOCK_BYTES + 17])
def test_what_comes_in_goes_out(size: int) -> None:
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    with received(content) as upload:
        assert (upload.size, upload.read()) == (size, content)
        upload.seek(size // 2)
        assert upload.read(100) == content[size // 2 : size // 2 + 100]
        assert upload.file.seekable()


def test_only_sealed_bytes_reach_the_disk_and_no_name_leads_to_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = tempfile.TemporaryFile
    made: list[IO[bytes]] = []

    def watched(*args: Any, **kwargs: Any) -> IO[bytes]:
        made.append(real(*args, **kwargs | {"dir": tmp_path}))
        return made[-1]

    monkeypatch.setattr("minqing.kernel.uploads.tempfile.TemporaryFile", watched)
    secret = "330683195603089984"
    upload = received((secret * 30_000).encode())
    assert list(tmp_path.iterdir()) == []
    size = os.fstat(made[0].fileno()).st_size
    assert size > 500_000
    assert secret.encode() not in os.pread(made[0].fileno(), size, 0)
    upload.close()
    assert made[0].closed


def test_django_s_own_file_on_disk_is_not_used() -> None:
    handlers = [type(load_handler(name, None)).__name__ for name in django_settings.FILE_UPLOAD_HANDLERS]
    assert handlers == ["MemoryFileUploadHandler", "SealedUploadHandler"]

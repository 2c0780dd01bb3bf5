"""Uploads too large for memory, kept out of sight: what is spooled to disk is encrypted with a key of this one upload.

Django writes a large upload to a temporary file as it is. A county's register would lie there in the clear, and what a
crash leaves behind would stay. Here each block is sealed (AES-256-GCM) with a random key that exists in this process
only, in a file that has no name: nobody can open it, and it is gone with the process.
"""

from __future__ import annotations

import io
import os
import tempfile
from typing import IO, Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

BLOCK_BYTES: Final = 256 * 1024
# More than any form takes: the rest of a larger upload is counted, so that its form can say so, and not kept.
SPOOL_BYTES_MAX: Final = 512 * 1024 * 1024
_TAG_BYTES: Final = 16
_NONCE_BYTES: Final = 12


class SealedSpool(io.RawIOBase):
    """A file that is written once, then read from anywhere; only sealed blocks reach the disk."""

    def __init__(self) -> None:
        self._cipher = AESGCM(os.urandom(32))
        self._file: IO[bytes] = tempfile.TemporaryFile(  # noqa: SIM115  (closed with this object)
            dir=settings.FILE_UPLOAD_TEMP_DIR, buffering=0
        )
        self._tail = bytearray()
        self._blocks = 0
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")
        self._is_written = False
        self.size = 0

    def append(self, content: bytes) -> None:
        """Take more of the upload, in order."""
        self._tail += content
        self.size += len(content)
        while len(self._tail) >= BLOCK_BYTES:
            self._put(bytes(self._tail[:BLOCK_BYTES]))
            del self._tail[:BLOCK_BYTES]

    def finish(self) -> None:
        """Nothing more comes; from now on it can be read."""
        if self._tail:
            self._put(bytes(self._tail))
            self._tail.clear()
        self._is_written = True

    def _put(self, block: bytes) -> None:
        # A nonce that counts is safe: the key seals this file and nothing else.
        self._file.write(self._cipher.encrypt(self._nonce(self._blocks), block, None))
        self._blocks += 1

    @staticmethod
    def _nonce(number: int) -> bytes:
        return number.to_bytes(_NONCE_BYTES, "big")

    def _block(self, number: int) -> bytes:
        if self._held[0] != number:
            self._file.seek(number * (BLOCK_BYTES + _TAG_BYTES))
            sealed = self._file.read(BLOCK_BYTES + _TAG_BYTES)
            self._held = (number, self._cipher.decrypt(self._nonce(number), sealed, None))
        return self._held[1]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        if not self._is_written:
            raise io.UnsupportedOperation("the upload is still coming in")
        if self._at >= self.size:
            return 0
        number, inside = divmod(self._at, BLOCK_BYTES)
        part = self._block(number)[inside : inside + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class SealedUpload(UploadedFile[bytes]):
    """An upload whose content lies sealed on disk; read like any other."""

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


class SealedUploadHandler(FileUploadHandler):
    """Takes every upload that memory does not hold (stands after Django's in-memory handler)."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._spool = SealedSpool()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._spool.size + len(raw_data) <= SPOOL_BYTES_MAX:
            self._spool.append(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        self._spool.finish()
        return SealedUpload(
            file=io.BufferedReader(self._spool),
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        if hasattr(self, "_spool"):
            self._spool.close()

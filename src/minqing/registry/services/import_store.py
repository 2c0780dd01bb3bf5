"""What is kept of a spreadsheet while it waits: sealed pieces, each bound to its own row.

Of the uploaded file, blocks of a fixed size, compressed and sealed; read back through a file object that holds one
block at a time. Of its rows, lines of text by chunk, sealed some eighty at a time. Nothing here is plain in the
database, and nothing at all is on the disk of the web server or the worker.
"""

from __future__ import annotations

import io
import zlib
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final
from uuid import UUID

from django.db import connection, transaction

from minqing.kernel.copying import Shape
from minqing.kernel.ids import uuid7
from minqing.kernel.sealed import seal, unseal
from minqing.registry.models.imports import ImportPiece

FILE, ROWS, FRESH, HEADS, REPEATED, FOUND = "file", "rows", "fresh", "heads", "repeated", "found"
BLOCK_BYTES: Final = 1024 * 1024
LINES_MAX: Final = 80  # of one piece; as many are held in memory for every chunk while a file is read
_PLACE: Final = "import_piece.sealed"
_UNHURRIED: Final = "set_config('synchronous_commit', 'off', true)"
_FAST: Final = 1  # a register shrinks to a third or a fourth


def commit_without_waiting() -> None:
    """Let this transaction not wait for the disk: after a power cut it may be as if it had never been, never half.

    For what is done again then: pieces of a file that is being read, a chunk with the word that it is done. The
    transaction that tells the end waits for the disk, and the log is one line: all before it is safe with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_UNHURRIED}")


def put_piece(batch_id: UUID, part: str, chunk: int, text: str) -> None:
    """Keep a text, sealed."""
    put_pieces([(batch_id, part, chunk, text)])


def put_pieces(pieces: Sequence[tuple[UUID, str, int, str]]) -> None:
    """Keep several texts (batch, part, chunk, text), each sealed for its own row, in one statement."""
    if not pieces:
        return
    columns: dict[str, list[Any]] = {name: [] for name in ("id", "batch_id", "part", "chunk", "sealed")}
    for batch_id, part, chunk, text in pieces:
        key = uuid7()
        values = (key.bytes, batch_id, part, chunk, seal(text, place=_PLACE, row=key))
        for column, value in zip(columns.values(), values, strict=True):
            column.append(value)
    is_alone = not connection.in_atomic_block
    with transaction.atomic():
        if is_alone:
            commit_without_waiting()
        Shape(ImportPiece).copy_columns(columns)


def pieces(batch_id: UUID, part: str, chunk: int = 0) -> Iterator[str]:
    """Yield the texts of one part and chunk in the order in which they were put."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, sealed FROM import_piece WHERE batch_id = %s AND part = %s AND chunk = %s ORDER BY id",
            [batch_id, part, chunk],
        )
        for key, box in cursor.fetchall():
            yield unseal(bytes(box), place=_PLACE, row=key)


def chunks_with(batch_id: UUID, part: str) -> list[int]:
    """Return the numbers of the chunks that have pieces of a part."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT chunk FROM import_piece WHERE batch_id = %s AND part = %s ORDER BY chunk",
            [batch_id, part],
        )
        return [chunk for (chunk,) in cursor.fetchall()]


def drop_pieces(batch_id: UUID, *parts: str, chunk: int | None = None) -> int:
    """Delete parts of a spreadsheet (all of them when none is named); return how many pieces."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM import_piece WHERE batch_id = %s AND (%s OR part = ANY(%s)) AND (%s OR chunk = %s)",
            [batch_id, not parts, list(parts), chunk is None, chunk or 0],
        )
        return int(cursor.rowcount)


def lines(batch_id: UUID, part: str, chunk: int = 0) -> list[str]:
    """Return the lines of one part and chunk, in order."""
    return [line for text in pieces(batch_id, part, chunk) for line in text.split("\n")]


class LineWriter:
    """Sorts lines into chunks and keeps them sealed; holds a few for every chunk, never a file."""

    def __init__(self, batch_id: UUID, part: str) -> None:
        self.batch_id, self.part = batch_id, part
        self.counts: dict[int, int] = defaultdict(int)
        self._held: dict[int, list[str]] = defaultdict(list)
        self._full: list[tuple[UUID, str, int, str]] = []

    def add(self, chunk: int, line: str) -> None:
        """Take one line (without line ends) for a chunk."""
        held = self._held[chunk]
        held.append(line)
        if len(held) >= LINES_MAX:
            self._full.append((self.batch_id, self.part, chunk, "\n".join(held)))
            self.counts[chunk] += len(held)
            held.clear()
            if len(self._full) >= LINES_MAX:
                self._flush_full()

    def _flush_full(self) -> None:
        put_pieces(self._full)
        self._full.clear()

    def flush(self) -> None:
        """Keep what is still held."""
        for chunk, held in self._held.items():
            if held:
                self._full.append((self.batch_id, self.part, chunk, "\n".join(held)))
                self.counts[chunk] += len(held)
                held.clear()
        while self._full:
            put_pieces(self._full[:LINES_MAX])
            del self._full[:LINES_MAX]


def put_file(batch_id: UUID, file: IO[bytes]) -> int:
    """Keep an uploaded file block by block; return how many bytes it has."""
    size = number = 0
    while block := _filled(file, BLOCK_BYTES):
        put_piece(batch_id, FILE, number, b64encode(zlib.compress(block, _FAST)).decode())
        size, number = size + len(block), number + 1
    return size


def _filled(file: IO[bytes], size: int) -> bytes:
    """Read exactly ``size`` bytes unless the file ends: raw files may give less at a time."""
    parts: list[bytes] = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class StoredFile(io.RawIOBase):
    """The uploaded file as it was, read from anywhere; one block is open at a time."""

    def __init__(self, batch_id: UUID, size: int) -> None:
        self._batch_id, self._size = batch_id, size
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        number, inside = divmod(self._at, BLOCK_BYTES)
        if self._held[0] != number:
            [text] = pieces(self._batch_id, FILE, number)
            self._held = (number, zlib.decompress(b64decode(text)))
        part = self._held[1][inside : inside + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def buffered(file: StoredFile) -> IO[bytes]:
    """Return the stored file for readers that take little at a time."""
    return io.BufferedReader(file, buffer_size=64 * 1024)

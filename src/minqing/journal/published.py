"""What is published outside the database: a folder with a line of JSON for every signed root, and all leaves.

``2026-11.jsonl`` …: the roots of a month, appended and flushed to the disk. ``leaves.bin``: 48 bytes for every
entry, its id and its leaf's hash. Roots say that something was changed, leaves say which entry. Both are good wherever
they are copied to: whoever holds an old root can convict a newer journal.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from minqing.journal.signing import Root, Unreadable

LEAF_BYTES: Final = 48
ID_BYTES: Final = 16
LEAVES: Final = "leaves.bin"
# More than any line; a reason is at most 200 characters.
_TAIL_BYTES: Final = 8192


class Folder:
    """One place where roots are published."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.leaves = path / LEAVES

    def files(self) -> list[Path]:
        """Return the files of roots, oldest first."""
        return sorted(self.path.glob("*.jsonl"))

    def last(self) -> Root | None:
        """Return the root published last, if any."""
        for file in reversed(self.files()):
            with file.open("rb") as opened:
                opened.seek(max(0, file.stat().st_size - _TAIL_BYTES))
                whole = opened.read().rpartition(b"\n")[0]  # what a crash left half written is no line
            if whole.strip():
                return _root(whole.rpartition(b"\n")[2], file, None)
        return None

    def count(self) -> int:
        """Return how many leaves are published."""
        return self.leaves.stat().st_size // LEAF_BYTES if self.leaves.exists() else 0

    def add_leaves(self, leaves: Iterable[tuple[bytes, bytes]]) -> None:
        """Append ids and hashes, and have them on the disk."""
        self.path.mkdir(parents=True, exist_ok=True)
        with _appending(self.leaves, self.count() * LEAF_BYTES) as file:
            file.writelines(id_ + hash_ for id_, hash_ in leaves)

    def add_roots(self, roots: Iterable[Root]) -> None:
        """Append roots, and have them on the disk."""
        self.path.mkdir(parents=True, exist_ok=True)
        by_month: dict[str, list[Root]] = {}
        for one in roots:
            by_month.setdefault(f"{one.at:%Y-%m}", []).append(one)
        for month, of_month in by_month.items():
            file = self.path / f"{month}.jsonl"
            whole = file.read_bytes().rpartition(b"\n")[0] if file.exists() else b""
            with _appending(file, len(whole) + 1 if whole else 0) as opened:
                opened.writelines(
                    f"{json.dumps(one.line(), ensure_ascii=False)}\n".encode() for one in of_month
                )

    def set_aside(self, size: int, at: datetime) -> None:
        """Keep the leaves as they are under another name, and go on with the first ``size`` of them."""
        if self.count() <= size:
            return
        kept = self.leaves.with_name(f"leaves-{at:%Y%m%dT%H%M%SZ}.bin")
        self.leaves.rename(kept)
        with kept.open("rb") as old, _appending(self.leaves, 0) as new:
            for start in range(0, size * LEAF_BYTES, 1 << 20):
                new.write(old.read(min(1 << 20, size * LEAF_BYTES - start)))


def read_roots(files: Iterable[Path]) -> Iterator[tuple[str, Root]]:
    """Yield every published root with the place where it stands. :class:`Unreadable` names a bad line."""
    for file in files:
        with file.open("rb") as opened:
            for number, line in enumerate(opened, 1):
                if line.endswith(b"\n"):
                    yield f"{file.name} 第 {number} 行", _root(line, file, number)


def _root(line: bytes, file: Path, number: int | None) -> Root:
    try:
        return Root.of_line(json.loads(line))
    except ValueError as error:
        where = f"第 {number} 行" if number else "末行"
        raise Unreadable(f"公布的根 {file.name} {where}读不出来，不是一条封存的根。") from error


@contextmanager
def _appending(file: Path, from_: int) -> Iterator[BinaryIO]:
    """Open a file to write on from a byte, dropping what a crash left behind it; flush it to the disk."""
    is_new = not file.exists()
    with file.open("wb" if is_new else "r+b") as opened:
        opened.truncate(from_)
        opened.seek(from_)
        yield opened
        opened.flush()
        os.fsync(opened.fileno())
    if is_new:
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class Leaves:
    """Published leaves, read where they lie."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._map: mmap.mmap | bytes = b""
        self.count = file.stat().st_size // LEAF_BYTES if file.exists() else 0
        if self.count:
            with file.open("rb") as opened:
                self._map = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)

    def id(self, position: int) -> UUID:
        """Return the id of the entry at a position."""
        start = position * LEAF_BYTES
        return UUID(bytes=bytes(self._map[start : start + ID_BYTES]))

    def hash(self, position: int) -> bytes:
        """Return the leaf at a position."""
        start = position * LEAF_BYTES
        return bytes(self._map[start + ID_BYTES : start + LEAF_BYTES])

    def part(self, start: int, count: int) -> bytes:
        """Return the bytes of several leaves."""
        return bytes(self._map[start * LEAF_BYTES : (start + count) * LEAF_BYTES])

    def find(self, id_: UUID) -> int | None:
        """Return the position of an entry, looking through all of them."""
        wanted, start = id_.bytes, 0
        while (found := self._map.find(wanted, start)) >= 0:
            if found % LEAF_BYTES == 0 and found // LEAF_BYTES < self.count:
                return found // LEAF_BYTES
            start = found + 1
        return None

    def close(self) -> None:
        """Let go of the file."""
        if isinstance(self._map, mmap.mmap):
            self._map.close()

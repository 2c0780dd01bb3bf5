"""Verify the whole journal: compute every leaf and every root again, and name the first entry that is not as sealed.

What convicts is what was published: roots (signed) say that something was changed, published leaves say what. So it
does not help to rewrite entries, leaves, subtrees and seals in the database consistently. Entries are read in the
order of the tree through a cursor; memory does not grow with them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg

from minqing.journal.findings import Finding, Named, words_of
from minqing.journal.published import LEAVES, Folder, Leaves
from minqing.journal.rules import HASH_BYTES, Frontier, entry_leaf
from minqing.journal.sealing import OPEN_PART, REST
from minqing.journal.verified_details import DetailsOf
from minqing.journal.verified_seals import Expected, expected

_AT_ONCE: Final = 5_000
_NO_ENTRY: Final = bytes(HASH_BYTES)
_ROWS: Final = (
    "SELECT l.position, uuid_send(l.id), l.hash, e.id IS NOT NULL, "  # noqa: S608 - constants of our own
    f"convert_to({OPEN_PART}, 'UTF8'), convert_to({REST}, 'UTF8'), "
    "e.facts::text, e.detail_hash, d.personal::text, d.salt "
    "FROM journal_leaf l LEFT JOIN journal_entry e ON e.id = l.id LEFT JOIN journal_detail d ON d.entry_id = e.id "
    "ORDER BY l.position"
)
_TYPES: Final = ["int8", "bytea", "bytea", "bool", "bytea", "bytea", "text", "bytea", "text", "bytea"]
# Row by row along three indexes: it begins at once, sorts nothing and spills nothing, whatever the size.
_ROW_BY_ROW: Final = ("enable_hashjoin", "enable_mergejoin", "enable_sort", "enable_material")

Connection = psycopg.Connection[Any]
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Report:
    """What a verification found; sound when there is no finding. The first finding is the first entry concerned."""

    size: int = 0
    roots: int = 0
    details: int = 0
    erased: int = 0
    seconds: float = 0.0
    told: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.findings

    def sentence(self) -> str:
        """Say the outcome in one sentence."""
        if self.findings:
            more = len(self.findings) - 1
            return self.findings[0].sentence + (f"（另有 {more} 处）" if more else "")
        return (
            f"{self.size:,} 条记录、{self.roots:,} 个根、{self.details:,} 份个人信息全部相符"
            f"（其中 {self.erased:,} 份已依法删除）。"
        )


def verify(
    connection: Connection,
    *,
    files: list[Path],
    leaves: Path | None,
    keys: Mapping[int, bytes],
    county: str,
    progress: Progress | None = None,
) -> Report:
    """Verify the journal behind a connection (best in one ``REPEATABLE READ`` transaction) against published roots.

    ``files`` hold published roots, ``leaves`` is the file of published leaves where there is one.
    """
    began = time.perf_counter()
    report = Report()
    known = expected(connection, files, keys=keys, county=county)
    report.findings += known.findings
    report.told += known.told
    with closing(Leaves(leaves) if leaves is not None else Leaves(Path(LEAVES + ".none"))) as published:
        walk = _Walk(connection, known, published, report)
        walk.run(progress)
        report.findings += walk.named()
        report.findings += _put_in(connection, known, published)
    report.roots = len(known.roots)
    report.findings.sort(key=lambda one: one.order)
    report.seconds = time.perf_counter() - began
    return report


def published_in(path: Path) -> tuple[list[Path], Path | None]:
    """Return the files of roots and of leaves that a folder, or a file of roots with its folder, offers."""
    folder = Folder(path if path.is_dir() else path.parent)
    files = folder.files() if path.is_dir() else [path]
    return files, folder.leaves if folder.leaves.exists() else None


class _Walk:
    """One pass over the tree as the database has it, beside the roots and leaves that were published."""

    def __init__(self, connection: Connection, known: Expected, published: Leaves, report: Report) -> None:
        self._connection = connection
        self._known, self._published, self._report = known, published, report
        self._tree = Frontier()
        self._sizes = sorted(known.roots)
        self._next = 0
        self._nodes: dict[tuple[int, int], bytes] = {}
        self.good_size = 0  # of the last root that came out right
        self.bad_size: int | None = None  # of the first one that did not
        self.from_published: tuple[int, Named] | None = None
        self.from_leaf: tuple[int, Named] | None = None
        self.details = DetailsOf()

    def run(self, progress: Progress | None) -> None:
        """Go through all leaves."""
        total = self._sizes[-1] if self._sizes else 0
        position = 0
        for batch in _rows(self._connection):
            hashes = [self._leaf(position + number, row) for number, row in enumerate(batch)]
            if self.from_published is None:
                self._beside_published(position, batch, hashes)
            position += len(batch)
            self._grow(hashes)
            if progress is not None:
                progress(position, max(total, position))
        self._report.size = position
        self._report.details, self._report.erased = self.details.checked, self.details.erased
        if self.bad_size is None and self._next < len(self._sizes):
            self.bad_size = self._sizes[self._next]

    def _leaf(self, position: int, row: Any) -> bytes:
        """Compute one leaf again and compare it with the one kept; remember the first that differs."""
        place, id_, kept, exists, open_part, rest, facts, detail_hash, personal, salt = row
        hash_ = entry_leaf(open_part, rest) if exists else _NO_ENTRY
        if self.from_leaf is None and (hash_ != kept or place != position):
            self.from_leaf = position, Named(UUID(bytes=id_), exists=exists, hash=hash_)
        elif exists:
            self.details.check(position, id_, facts, personal, detail_hash, salt)
        return hash_

    def _beside_published(self, position: int, batch: list[Any], hashes: list[bytes]) -> None:
        """Compare some thousands of leaves with those published; remember the first that differs."""
        ours = [row[1] + hash_ for row, hash_ in zip(batch, hashes, strict=True)]
        count = min(len(ours), self._published.count - position)
        if count <= 0 or b"".join(ours[:count]) == self._published.part(position, count):
            return
        for number in range(count):
            if ours[number] != self._published.part(position + number, 1):
                named = Named(UUID(bytes=batch[number][1]), exists=batch[number][3], hash=hashes[number])
                self.from_published = position + number, named
                return

    def _grow(self, hashes: list[bytes]) -> None:
        """Add leaves to the tree, stopping at every size of which a root is known."""
        start = 0
        while start < len(hashes):
            until = len(hashes)
            if self._next < len(self._sizes):
                until = min(until, start + self._sizes[self._next] - self._tree.size)
            kept = self._tree.extend(hashes[start:until])
            self._nodes.update({(level, index): one for level, index, one in kept})
            start = until
            self._compare()

    def _compare(self) -> None:
        while self._next < len(self._sizes) and self._sizes[self._next] == self._tree.size:
            size = self._sizes[self._next]
            if self.bad_size is None:
                if self._known.roots[size].root == self._tree.root():
                    self.good_size = size
                else:
                    self.bad_size = size
            self._next += 1

    def named(self) -> list[Finding]:
        """Name the first entry, leaf, subtree and detail that is not as it was sealed."""
        found = []
        if self.bad_size is not None:
            found.append(self._first_bad(self.bad_size))
        elif self.from_leaf is not None:
            position, named = self.from_leaf
            is_sealed = position < self._known.published_size
            kind = "leaf" if is_sealed else "edited"
            found.append(
                self._finding(kind, position, named.id if named.exists else self._id_at(position, named))
            )
        elif self.from_published is not None:
            found.append(Finding.published(self.from_published[0]))
        if self.bad_size is None and 0 < self._published.count < self._known.published_size:
            found.append(Finding.published(self._published.count))
        if self.bad_size is None and (node := self._first_bad_node()) is not None:
            found.append(Finding.subtree(*node))
        if self.bad_size is None and self.details.first is not None:
            found.append(self._finding("detail", *self.details.first))
        return found

    def _id_at(self, position: int, named: Named) -> UUID:
        return self._published.id(position) if position < self._published.count else named.id

    def _first_bad(self, bad_size: int) -> Finding:
        """Name the entry behind the first root that does not come out."""
        if self._published.count and self._are_published_leaves_good(bad_size):
            position = self.from_published[0] if self.from_published else self._report.size
            if position < bad_size:
                return self._against_published(position)
        if self.from_leaf is not None and self.from_leaf[0] < bad_size:
            position, named = self.from_leaf
            return self._finding("edited" if named.exists else "removed", position, named.id)
        if self._report.size < bad_size:
            return Finding.cut(self._report.size, self._known.roots[bad_size], None)
        return Finding.between(self.good_size, bad_size, self._known.roots[bad_size])

    def _against_published(self, position: int) -> Finding:
        was = self._published.id(position)
        row = _entry(self._connection, was)
        here = self.from_published[1] if self.from_published else None
        if row is None:
            is_end = here is None
            if is_end:
                return Finding.cut(position, self._known.roots[self.bad_size or 0], was)
            return Finding.entry("removed", position, was, None)
        if row.hash != self._published.hash(position):
            return Finding.entry("edited", position, was, row)
        if here is None or not here.exists or not _has_leaf(self._connection, was):
            return Finding.entry("leaf", position, was, row)
        if self._published.find(here.id) is None:
            return self._finding("inserted", position, here.id)
        return Finding.entry("reordered", position, was, row)

    def _are_published_leaves_good(self, bad_size: int) -> bool:
        """Tell whether the published leaves give the roots published with them, as far as the first bad one."""
        tree, count = Frontier(), self._published.count
        for size in [one for one in self._sizes if one <= bad_size]:
            if size > count:
                return False
            while tree.size < size:
                number = min(_AT_ONCE, size - tree.size)
                part = self._published.part(tree.size, number)
                tree.extend([part[at - HASH_BYTES : at] for at in range(48, len(part) + 1, 48)])
            if tree.root() != self._known.roots[size].root:
                return False
        return True

    def _first_bad_node(self) -> tuple[int, int] | None:
        kept = {
            (level, index): bytes(one)
            for level, index, one in self._connection.execute("SELECT level, index, hash FROM journal_node")
        }
        for place in sorted(self._nodes.keys() | kept.keys()):
            if kept.get(place) != self._nodes.get(place):
                return place
        return None

    def _finding(self, kind: str, position: int, id_: UUID) -> Finding:
        return Finding.entry(kind, position, id_, _entry(self._connection, id_))


def _rows(connection: Connection) -> Iterator[list[Any]]:
    """Yield the rows some thousands at a time. COPY streams: the server reads on while we compute."""
    with (
        _planned(connection),
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({_ROWS}) TO STDOUT (FORMAT binary)") as copy,
    ):
        copy.set_types(_TYPES)
        rows = copy.rows()
        while batch := list(islice(rows, _AT_ONCE)):
            yield batch


@contextmanager
def _planned(connection: Connection) -> Iterator[None]:
    for name in _ROW_BY_ROW:
        connection.execute(f"SET LOCAL {name} = off")
    yield
    for name in _ROW_BY_ROW:
        connection.execute(f"SET LOCAL {name} = on")


def _entry(connection: Connection, id_: UUID) -> Named | None:
    row = connection.execute(
        f"SELECT convert_to({OPEN_PART}, 'UTF8'), convert_to({REST}, 'UTF8'), e.at, e.kind"  # noqa: S608
        " FROM journal_entry e WHERE e.id = %s",
        [id_],
    ).fetchone()
    if row is None:
        return None
    open_part, rest, at, kind = row
    return Named(
        id_, exists=True, hash=entry_leaf(bytes(open_part), bytes(rest)), at=at, words=words_of(kind)
    )


def _has_leaf(connection: Connection, id_: UUID) -> bool:
    return connection.execute("SELECT 1 FROM journal_leaf WHERE id = %s", [id_]).fetchone() is not None


def _put_in(connection: Connection, known: Expected, published: Leaves) -> list[Finding]:
    """Find entries without a leaf that a seal must have seen: they were put in behind its back."""
    if known.horizon is None:
        return []
    rows = connection.execute(
        "SELECT e.id FROM journal_entry e LEFT JOIN journal_leaf l ON l.id = e.id WHERE l.id IS NULL AND ("
        " (uuid_extract_version(e.id) IS DISTINCT FROM 4 AND e.xact < %s::text::xid8)"
        " OR (uuid_extract_version(e.id) = 4 AND e.xact < %s::text::xid8 AND e.at < %s)"
        " OR e.xact >= pg_snapshot_xmax(pg_current_snapshot())) ORDER BY e.xact, e.id LIMIT 20",
        [str(known.horizon), str(known.swept_horizon), known.swept_hour],
    ).fetchall()
    for (id_,) in rows:
        if published.find(id_) is None:
            return [Finding.entry("inserted", None, id_, _entry(connection, id_))]
    return []

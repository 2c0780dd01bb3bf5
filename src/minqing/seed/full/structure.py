"""Take keys, indexes and references off empty tables, and put the same back when the rows are there.

An index built over rows that lie there is many times cheaper than one that grows row by row, and a reference checked
by one join cheaper than one checked row by row. DDL is transactional: if the load fails, nothing of this has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql

Progress = Callable[[int, int], None]

_KEYS: Final = """
SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid), c.contype FROM pg_constraint c
WHERE c.conparentid = 0 AND ((c.contype IN ('p', 'u', 'x') AND c.conrelid = ANY(%(tables)s::regclass[])) OR
    (c.contype = 'f' AND (c.conrelid = ANY(%(tables)s::regclass[]) OR c.confrelid = ANY(%(tables)s::regclass[]))))
ORDER BY c.contype = 'f', 1, 2
"""
_INDEXES: Final = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%(tables)s::regclass[])
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Structure:
    """What was taken off: (table, name, definition) of keys and references, (name, definition) of indexes."""

    keys: tuple[tuple[str, str, str], ...]
    references: tuple[tuple[str, str, str], ...]
    indexes: tuple[tuple[str, str], ...]

    def __len__(self) -> int:
        return len(self.keys) + len(self.references) + len(self.indexes)


def take_off(cursor: Any, tables: Sequence[str]) -> Structure:
    """Take keys, indexes and references (also those from other tables) off; CHECK and NOT NULL stay."""
    cursor.execute(_KEYS, {"tables": list(tables)})
    found = cursor.fetchall()
    cursor.execute(_INDEXES, {"tables": list(tables)})
    structure = Structure(
        keys=tuple((table, name, made) for table, name, made, kind in found if kind != "f"),
        references=tuple((table, name, made) for table, name, made, kind in found if kind == "f"),
        indexes=tuple(cursor.fetchall()),
    )
    for table, name, _ in (*structure.references, *structure.keys):
        cursor.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.SQL(table), sql.Identifier(name))
        )
    for name, _ in structure.indexes:
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
    return structure


def put_back(cursor: Any, structure: Structure) -> Iterator[str]:
    """Put everything back under its name, keys first; yields the name of each when it is there."""
    for table, name, made in structure.keys:
        _constrain(cursor, table, name, made)
        yield name
    for name, made in structure.indexes:
        cursor.execute(made)
        yield name
    for table, name, made in structure.references:
        _constrain(cursor, table, name, made)
        yield name


def _constrain(cursor: Any, table: str, name: str, made: str) -> None:
    statement = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
    cursor.execute(statement.format(sql.SQL(table), sql.Identifier(name), sql.SQL(made)))

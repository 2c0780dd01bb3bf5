"""Seal again what lies sealed: batches of one table, set-based, each batch the caller's transaction.

A new key, another algorithm and the step from the first layout are the same work: boxes whose two bytes in front are
not those made now are opened and sealed anew. Readers never wait (PostgreSQL keeps the old row for them); whoever
writes the same rows waits for one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from psycopg import sql

from minqing.kernel.sealed import SealedField, array_of, newest, seal, unseal

BATCH: Final = 5_000
BATCH_BYTES: Final = 16 * 1024 * 1024  # of boxes held at once; pieces of spreadsheets are large
FIRST: Final = UUID(int=0)
Opener = Callable[[bytes, str, UUID], str]


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns; ``key`` is the column of its primary key, to which they are bound."""

    name: str
    key: str
    columns: tuple[str, ...]

    def places(self) -> list[str]:
        """Return ``table.column`` of every sealed column."""
        return [f"{self.name}.{column}" for column in self.columns]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch did: the last key it came to, and how many rows it sealed anew."""

    last: UUID
    rows: int


def sealed_tables() -> list[SealedTable]:
    """Return every table of ours with sealed columns, by name."""
    found = []
    for model in apps.get_models():
        columns = tuple(
            str(one.column) for one in model._meta.concrete_fields if isinstance(one, SealedField)
        )
        if columns:
            found.append(SealedTable(model._meta.db_table, str(model._meta.pk.column), columns))
    return sorted(found, key=lambda one: one.name)


def _bound(box: bytes, place: str, row: UUID) -> str:
    return unseal(box, place=place, row=row)


def survey(cursor: Any, table: SealedTable) -> tuple[int, int]:
    """Return how many rows are to be sealed anew, and how many of them make a batch that memory easily holds."""
    sizes = sql.SQL(" + ").join(
        sql.SQL("coalesce(octet_length({}), 0)").format(sql.Identifier(column)) for column in table.columns
    )
    cursor.execute(
        sql.SQL("SELECT count(*), max({sizes}) FROM {table} WHERE {stale}").format(
            sizes=sizes, table=sql.Identifier(table.name), stale=stale(table)
        ),
        [newest()] * len(table.columns),
    )
    rows, largest = cursor.fetchone()
    return rows, max(1, min(BATCH, BATCH_BYTES // (largest or 1)))


def reseal_batch(
    cursor: Any, table: SealedTable, after: UUID = FIRST, *, opener: Opener = _bound, limit: int | None = None
) -> Batch | None:
    """Seal the next rows after a key with the newest key and the algorithm set; None when no stale one is left.

    ``opener(box, place, row)`` reads the boxes. Raises :class:`minqing.kernel.sealed.Unreadable`, and then changes
    nothing.
    """
    names = {"table": sql.Identifier(table.name), "key": sql.Identifier(table.key)}
    columns = [sql.Identifier(column) for column in table.columns]
    cursor.execute(
        sql.SQL(
            "SELECT {key}, {columns} FROM {table} WHERE {key} > %s AND ({stale}) ORDER BY {key} LIMIT %s FOR UPDATE"
        ).format(columns=sql.SQL(", ").join(columns), stale=stale(table), **names),
        [after, *[newest()] * len(columns), limit or BATCH],
    )
    rows = cursor.fetchall()
    if not rows:
        return None
    places = table.places()
    anew = [[_anew(row[n], place, row[0], opener) for row in rows] for n, place in enumerate(places, 1)]
    cursor.execute(
        sql.SQL(
            "UPDATE {table} SET {sets} FROM unnest(%s::uuid[]{arrays}) AS anew ({names}) WHERE {on}"
        ).format(
            sets=sql.SQL(", ").join(sql.SQL("{0} = anew.{0}").format(one) for one in columns),
            arrays=sql.SQL(", %s::bytea[]") * len(columns),
            names=sql.SQL(", ").join([names["key"], *columns]),
            # The range, so that the table is not read whole for every batch.
            on=sql.SQL("{table}.{key} = anew.{key} AND {table}.{key} BETWEEN %s AND %s").format(**names),
            table=names["table"],
        ),
        [[row[0] for row in rows], *map(array_of, anew), rows[0][0], rows[-1][0]],
    )
    return Batch(rows[-1][0], len(rows))


def stale(table: SealedTable) -> sql.Composed:
    """Return the condition that a row holds a box not made as boxes are made now (one parameter a column)."""
    one = sql.SQL("substr({}, 1, 2) <> %s")
    return sql.SQL(" OR ").join(one.format(sql.Identifier(column)) for column in table.columns)


def reseal_all(cursor: Any, table: SealedTable, *, opener: Opener = _bound) -> Iterator[int]:
    """Seal a whole table anew, batch by batch; yield the rows of each. The caller ends transactions where it wants."""
    cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table.name)))
    if not cursor.fetchone()[0]:
        return  # an empty database is migrated before anybody has made a key
    after = FIRST
    while batch := reseal_batch(cursor, table, after, opener=opener):
        after = batch.last
        yield batch.rows


def _anew(box: bytes | None, place: str, row: UUID, opener: Opener) -> bytes | None:
    return None if box is None else seal(opener(bytes(box), place, row), place=place, row=row)

"""Rows into tables by COPY: new ones straight in, changes by way of a temporary table and one UPDATE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model
from psycopg import Copy, sql

from minqing.kernel.copying_binary import ENCODERS, SIGNATURE, TRAILER, kind_of

_ESCAPES: Final = {ord("\\"): "\\\\", ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}
_BLOCK_ROWS: Final = 500


def _column(values: Sequence[Any]) -> Iterable[str]:
    """Write the values of one column; most columns hold one type throughout, many one value."""
    if len(set(map(id, values))) == 1:
        return [_cell(values[0])] * len(values)
    kinds = set(map(type, values))
    if kinds == {str}:
        text = "".join(values)
        return values if text.isprintable() and "\\" not in text else map(_cell, values)
    if kinds == {UUID}:
        return [value.int.to_bytes(16).hex() for value in values]
    if kinds == {bytes}:
        return ["\\\\x" + value.hex() for value in values]
    return map(_cell, values)


def _cell(value: Any) -> str:
    """Write one value in COPY's text format (PostgreSQL, COPY, “Text Format”)."""
    kind = type(value)
    if kind is str:
        return str(value.translate(_ESCAPES))
    if value is None:
        return "\\N"
    if kind is bytes:
        return f"\\\\x{value.hex()}"
    if kind is bool:
        return "t" if value else "f"
    if kind is int or kind is float or kind is UUID:
        return str(value)
    if isinstance(value, datetime | date):
        return str(value.isoformat())
    if isinstance(value, bytes | memoryview):
        return "\\\\x" + bytes(value).hex()
    raise TypeError(f"COPY of {kind.__name__} is not known")


@contextmanager
def copying(
    table: str, columns: Iterable[str], *, form: str = "text", using: str = DEFAULT_DB_ALIAS
) -> Iterator[Copy]:
    """Have a COPY into columns of a table open, in the caller's transaction; ``form`` is one of PostgreSQL's."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(form)
    )
    connection = connections[using]
    # Past Django's cursor, so its errors are translated here.
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(statement) as copy,
    ):
        yield copy


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Copy rows into a table in the caller's transaction; return how many.

    Values are those of the columns: text, numbers, dates, ids, bytes (sealed values come sealed), None.
    """
    count = 0
    with copying(table, columns) as copy:
        left = iter(rows)
        while block := list(islice(left, _BLOCK_ROWS)):
            count += len(block)
            cells = [_column(values) for values in zip(*block, strict=True)]
            copy.write("\n".join(map("\t".join, zip(*cells, strict=True))) + "\n")
    return count


def merge_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Overwrite columns of rows already there, the first of ``columns`` being their key; return how many were found.

    By way of a temporary table, in the caller's transaction: one statement, however many rows.
    """
    key, *others = [sql.Identifier(column) for column in columns]
    into, held = sql.Identifier(table), sql.Identifier(f"incoming_{table}")
    listed = sql.SQL(", ").join([key, *others])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(held))
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                held, listed, into
            )
        )
        copy_rows(f"incoming_{table}", columns, rows)
        cursor.execute(
            sql.SQL("UPDATE {0} SET {1} FROM pg_temp.{2} AS new WHERE {0}.{3} = new.{3}").format(
                into, sql.SQL(", ").join(sql.SQL("{0} = new.{0}").format(one) for one in others), held, key
            )
        )
        return int(cursor.rowcount)


class Shape:
    """The columns of a model's table and a row of their defaults: for rows by the hundred thousand, without instances.

    Sealed columns are given as boxes; what the database fills itself is left out.
    """

    def __init__(self, model: type[Model], *, table: str = "") -> None:
        """``table``: another one of the same columns."""
        fields = [one for one in model._meta.concrete_fields if not one.has_db_default()]
        self.table: Final = table or model._meta.db_table
        self.columns: Final = [str(one.column) for one in fields]
        self._places: Final = {one.attname: place for place, one in enumerate(fields)}
        self._kinds: Final = [kind_of(str(one.db_type(connection))) for one in fields]
        # A default that is made anew each time (an id) is always given.
        self._blank: Final = [
            None if one.has_default() and callable(one.default) else one.get_default() for one in fields
        ]

    def row(self, **said: Any) -> list[Any]:
        """Return a row in the order of the columns: what is said, and defaults."""
        row = self._blank.copy()
        for name, value in said.items():
            row[self._places[name]] = value
        return row

    def copy(self, rows: Iterable[Sequence[Any]]) -> int:
        """Copy rows in; return how many."""
        return copy_rows(self.table, self.columns, rows)

    def copy_columns(self, columns: Mapping[str, Sequence[Any]], **said: Any) -> int:
        """Copy rows in, given column by column (fields by name); what is said, and defaults, hold for every row.

        In the caller's transaction and in COPY's binary format, which the database need not parse: ids are sixteen
        bytes (or UUIDs), JSON comes as text, dates as such or in ISO 8601. Return how many.
        """
        count = len(next(iter(columns.values())))
        if not count:
            return 0
        given = [self._places[name] for name in columns]
        row = self.row(**said)
        alike = [place for place in range(len(row)) if place not in given]
        encode = [ENCODERS[self._kinds[place]] for place in given]
        begin = len(row).to_bytes(2)
        end = b"".join(ENCODERS[self._kinds[place]]([row[place]])[0] for place in alike)
        between, before = end + begin, SIGNATURE + begin
        into = [self.columns[place] for place in [*given, *alike]]
        with copying(self.table, into, form="binary") as copy:
            for at in range(0, count, _BLOCK_ROWS):
                cells = [
                    encoded(values[at : at + _BLOCK_ROWS])
                    for encoded, values in zip(encode, columns.values(), strict=True)
                ]
                copy.write(before + between.join(map(b"".join, zip(*cells, strict=True))) + end)
                before = begin
            copy.write(TRAILER)
        return count

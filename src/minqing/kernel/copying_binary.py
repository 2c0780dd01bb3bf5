"""Columns of values in COPY's binary format (PostgreSQL, COPY, “Binary Format”): each value behind its length.

Whole columns at a time, for rows by the hundred thousand: what comes often in a column is written out once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from struct import Struct
from typing import Any, Final
from uuid import UUID

SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # no flags, no extension
TRAILER: Final = b"\xff\xff"
NULL: Final = b"\xff\xff\xff\xff"
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(2000, 1, 1).toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)
_UUID_LENGTH: Final = (16).to_bytes(4)
_LENGTHS: Final = [length.to_bytes(4) for length in range(1024)]


def _sized(value: bytes) -> bytes:
    length = len(value)
    return (_LENGTHS[length] if length < 1024 else length.to_bytes(4)) + value


def _each(write: Callable[[Any], bytes]) -> Callable[[Sequence[Any]], list[bytes]]:
    """Return what writes a column by writing every different value of it once."""

    def column(values: Sequence[Hashable]) -> list[bytes]:
        written = {value: NULL if value is None else write(value) for value in set(values)}
        return [written[value] for value in values]

    return column


def _packed(layout: str) -> Callable[[Sequence[Any]], list[bytes]]:
    struct = Struct(layout)
    size = struct.size.to_bytes(4)
    return _each(lambda value: size + struct.pack(value))


def _uuids(values: Sequence[bytes | UUID | None]) -> list[bytes]:
    if set(map(type, values)) == {bytes}:
        return [_UUID_LENGTH + value for value in values]  # type: ignore[operator]  # all are bytes
    return [
        NULL if one is None else _UUID_LENGTH + (one.bytes if isinstance(one, UUID) else one)
        for one in values
    ]


def _boxes(values: Iterable[bytes | None]) -> list[bytes]:
    return [NULL if value is None else _sized(value) for value in values]


def _text(value: str) -> bytes:
    return _sized(value.encode())


def _json(value: str) -> bytes:
    return _sized(b"\x01" + value.encode())  # the version of jsonb's own format


def _day(value: date | str) -> bytes:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return _LENGTHS[4] + (day.toordinal() - _EPOCH_DAY).to_bytes(4, signed=True)


def _moment(value: datetime) -> bytes:
    return _LENGTHS[8] + ((value - _EPOCH) // _MICROSECOND).to_bytes(8, signed=True)


ENCODERS: Final[dict[str, Callable[[Sequence[Any]], list[bytes]]]] = {
    "uuid": _uuids,
    "bytea": _boxes,
    "varchar": _each(_text),
    "text": _each(_text),
    "jsonb": _each(_json),
    "boolean": _packed(">?"),
    "smallint": _packed(">h"),
    "integer": _packed(">i"),
    "bigint": _packed(">q"),
    "double precision": _packed(">d"),
    "date": _each(_day),
    "timestamp with time zone": _each(_moment),
}


def kind_of(db_type: str) -> str:
    """Return what a type is called among :data:`ENCODERS`: without its length."""
    return db_type.partition("(")[0]

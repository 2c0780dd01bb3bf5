"""Entries by the hundred thousand, made inside the database from a temporary table; the same rows as ``record`` makes.

For work that moves clocks by the million: one statement a batch, no row through Python. A test compares every column
with what ``record`` writes, and verification of the journal hashes them like any other.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from django.db import connection
from psycopg import sql

from minqing.journal.events import Event
from minqing.journal.models import Entry
from minqing.kernel.access import Hand
from minqing.kernel.doorbell import ring_after_commit
from minqing.kernel.ids import uuid7_text

# How a column becomes canonical JSON (see ``events.detail_hash``); "json" is canonical text already.
KINDS: Final = {
    "text": "to_json({}::text)::text",
    "uuid": "'\"' || {}::text || '\"'",
    "moment": "to_json({}::timestamptz)::text",  # ISO 8601, in UTC like the connection
    "plain": "{}::text",  # whole numbers and truth values
    "json": "{}",
}
_ENVELOPE: Final = frozenset({"subject_kind", "subject_id", "area_id"})
# UUIDv7s of now that follow one another (RFC 9562, 6.2: a counter from a random start, here the last 48 bits). Random
# bits for each row cost as much as its hash, and land all over the index.
_ID: Final = "(%(began)s || lpad(to_hex(%(count)s + row_number() OVER ()), 12, '0'))::uuid"
_BEGAN_LETTERS: Final = len("01a2028a-9996-720d-b250-")
_COUNT_BITS: Final = 47  # of 48: room to count on
_INSERT: Final = """
INSERT INTO {entry} (id, at, kind, subject_kind, subject_id, area_id, person_id, person_name, appointment_id,
                     appointment_label, facts, detail_hash, is_read)
SELECT {id}, %(at)s, %(kind)s, said.subject_kind, said.subject_id, said.area_id, %(person)s::uuid, %(name)s,
       %(appointment)s::uuid, %(label)s, said.facts::jsonb, sha256(convert_to('[' || said.facts || ',{{}}]', 'UTF8')),
       false
FROM (SELECT subject_kind, subject_id, area_id, {facts} AS facts FROM {table} OFFSET 0) AS said
"""


def record_rows(event: type[Event], table: str, kinds: Mapping[str, str], *, by: Hand, at: datetime) -> int:
    """Write one entry per row of a table in the caller's transaction, without reactions; return how many.

    The table has ``subject_kind``, ``subject_id``, ``area_id`` and one column per field of the event; ``kinds``
    says of each field what it is. Not for events with personal values, nor for nameless hands.
    """
    names = sorted(one.name for one in fields(event) if one.name not in _ENVELOPE)
    if event.personal or by.nameless or names != sorted(kinds):
        raise TypeError(f"{event.__name__} cannot be written from a table of {sorted(kinds)}")
    if not connection.in_atomic_block:
        raise RuntimeError("entries belong inside the transaction of the change")
    statement = sql.SQL(_INSERT).format(
        entry=sql.Identifier(Entry._meta.db_table),
        table=sql.Identifier(table),
        id=sql.SQL(_ID),
        facts=object_of(names, kinds),
    )
    given: dict[str, Any] = {
        "at": at, "kind": event.kind, "person": by.person_id, "name": by.person_name,
        "appointment": by.appointment_id, "label": by.appointment_label,
        "began": uuid7_text()[:_BEGAN_LETTERS], "count": secrets.randbits(_COUNT_BITS),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        ring_after_commit()
        return int(cursor.rowcount)


def object_of(names: list[str], kinds: Mapping[str, str]) -> sql.Composable:
    """An expression for the canonical JSON of an object: columns by name, in the order of their names."""
    parts: list[sql.Composable] = []
    for number, name in enumerate(sorted(names)):
        value = sql.SQL(KINDS[kinds[name]]).format(sql.Identifier(name))
        key = f'{"," if number else "{"}"{name}":'
        parts.append(sql.SQL("{} || coalesce({}, 'null')").format(sql.Literal(key), value))
    return sql.SQL(" || ").join([*parts, sql.Literal("}")])

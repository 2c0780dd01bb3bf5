"""The vault of ID numbers and phones: the only code that reads or writes ``resident_identity``.

The table is closed by row-level security: the application's role sees the rows of areas under the paths named in
``minqing.scopes``, and none where nothing is named. The paths are said for one statement or one block, inside the
transaction, and are gone with it: nothing stays on a connection that the next request gets.

A mistake in a filter of ours therefore shows nobody a number of another village: the database does not hand it out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from minqing.kernel.access import Actor, Capability
from minqing.kernel.copying import Shape
from minqing.kernel.sealed import array_of, sealer, unseal
from minqing.registry.models import Identity
from minqing.registry.permissions import SEE_REGISTRY

NUMBERS: Final = ("id_number", "phone")
WRITE: Final = 2_000  # rows in one statement

# One round trip: say the paths, do it, say again what was said before. Outside a transaction the three statements
# are one of their own (a simple query), so that the paths end with them either way.
_SAY: Final = (
    "SELECT set_config('minqing.outer', coalesce(current_setting('minqing.scopes', true), ''), true), "
    "set_config('minqing.scopes', %s, true); "
)
_TAKE_BACK: Final = "; SELECT set_config('minqing.scopes', current_setting('minqing.outer', true), true)"
_READ: Final = (
    "SELECT resident_id, id_number, phone FROM resident_identity WHERE resident_id = ANY(%s::uuid[])"
)
_PUT: Final = """
INSERT INTO resident_identity (resident_id, area_id, id_number, phone)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bytea[], %s::bytea[])
ON CONFLICT (resident_id) DO UPDATE SET area_id = EXCLUDED.area_id,
    id_number = coalesce(EXCLUDED.id_number, resident_identity.id_number),
    phone = coalesce(EXCLUDED.phone, resident_identity.phone)
"""
_INCOMING: Final = (
    "DROP TABLE IF EXISTS pg_temp.incoming_identity; "
    "CREATE TEMPORARY TABLE incoming_identity (LIKE resident_identity) ON COMMIT DROP"
)
_ADD: Final = """
INSERT INTO resident_identity (resident_id, area_id, id_number, phone)
SELECT resident_id, area_id, id_number, phone FROM pg_temp.incoming_identity
"""
_MOVE: Final = "UPDATE resident_identity SET area_id = %s WHERE resident_id = ANY(%s::uuid[])"
_HAVE: Final = """
SELECT count(*) FROM resident WHERE id = ANY(%s::uuid[]) AND (id_index IS NOT NULL OR phone_index IS NOT NULL)
"""
_ERASE: Final = """
UPDATE resident_identity SET id_number = CASE WHEN %s THEN NULL ELSE id_number END,
    phone = CASE WHEN %s THEN NULL ELSE phone END WHERE resident_id = ANY(%s::uuid[])
"""


class OutOfReach(RuntimeError):
    """Rows of the vault that had to change lie outside the paths said: a mistake of ours, never passed over."""


@dataclass(frozen=True, slots=True)
class IdentityValues:
    """A resident's whole numbers; empty where there is none."""

    id_number: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """Numbers to write for a resident who sits in an area; an empty one leaves what is there."""

    resident_id: UUID
    area_id: UUID
    id_number: str = ""
    phone: str = ""


def reach(actor: Actor, to: Capability = SEE_REGISTRY) -> list[str]:
    """Return the paths at which any of the actor's appointments carries a capability."""
    return sorted({one.area_path for one in actor.appointments if one.role in to.held_by})


@contextmanager
def scope(paths: Collection[str]) -> Iterator[None]:
    """Open the vault under some paths for the statements in the block (a transaction), then as before."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(current_setting('minqing.scopes', true), '')")
            [before] = cursor.fetchone()
            cursor.execute("SELECT set_config('minqing.scopes', %s, true)", [",".join(paths)])
        yield
        # After an error the savepoint takes it back.
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('minqing.scopes', %s, true)", [before])


def identities(
    resident_ids: Iterable[UUID], actor: Actor, to: Capability = SEE_REGISTRY
) -> dict[UUID, IdentityValues]:
    """Return the numbers of those residents whom the actor may see, by id; one statement."""
    return identities_under(resident_ids, reach(actor, to))


def identities_under(resident_ids: Iterable[UUID], paths: Collection[str]) -> dict[UUID, IdentityValues]:
    """Return the numbers of residents under some paths, by id; one statement."""
    with connection.cursor() as cursor:
        return identities_through(cursor, resident_ids, paths)


def identities_through(
    cursor: Any, resident_ids: Iterable[UUID], paths: Collection[str]
) -> dict[UUID, IdentityValues]:
    """Do the same through a cursor of the caller's: an export reads everything from one snapshot of its own."""
    ids = list(resident_ids)
    if not ids or not paths:
        return {}
    cursor.execute(_SAY + _READ + _TAKE_BACK, [",".join(paths), ids])
    cursor.nextset()
    return {
        key: IdentityValues(_opened("id_number", id_box, key), _opened("phone", phone_box, key))
        for key, id_box, phone_box in cursor.fetchall()
    }


def put_identity(row: IdentityRow, paths: Collection[str]) -> None:
    """Write the numbers of one resident (see :func:`put_identities`)."""
    put_identities([row], paths)


def put_identities(rows: Iterable[IdentityRow], paths: Collection[str]) -> int:
    """Write numbers set-based, new or over what is there; return how many rows.

    An area outside the paths is refused by the database. Rows without any number are left out.
    """
    count = 0
    numbered = (row for row in rows if row.id_number or row.phone)
    while some := list(islice(numbered, WRITE)):
        keys, areas = [row.resident_id for row in some], [row.area_id for row in some]
        _do(_PUT, [keys, areas, *(array_of(_sealed(name, some)) for name in NUMBERS)], paths)
        count += len(some)
    return count


def add_identities(
    residents: Sequence[bytes],
    areas: Sequence[bytes],
    numbers: Mapping[str, Sequence[str]],
    paths: Collection[str],
) -> int:
    """Write the numbers of new residents, given column by column (of :data:`NUMBERS`); return how many rows.

    Ids are bytes. An area outside the paths is refused by the database. COPY is refused under row-level security, so
    the boxes come by way of a temporary table.
    """
    numbered = [at for at in range(len(residents)) if any(numbers[name][at] for name in NUMBERS)]
    if not numbered:
        return 0
    columns: dict[str, Sequence[Any]] = {
        "resident_id": [residents[at] for at in numbered],
        "area_id": [areas[at] for at in numbered],
    }
    for name in NUMBERS:
        seal, values = sealer(_place(name)), numbers[name]
        columns[name] = [seal(value, residents[at]) if (value := values[at]) else None for at in numbered]
    with connection.cursor() as cursor:
        cursor.execute(_INCOMING)
    Shape(Identity, table="incoming_identity").copy_columns(columns)
    return _do(_ADD, [], paths)


def move_identities(resident_ids: Collection[UUID], area_id: UUID, paths: Collection[str]) -> None:
    """Let the vault's rows of residents sit where the residents now sit. Raises :class:`OutOfReach`."""
    ids = list(resident_ids)
    if not ids:
        return
    moved = _do(_MOVE, [area_id, ids], paths)
    with connection.cursor() as cursor:
        cursor.execute(_HAVE, [ids])
        [have] = cursor.fetchone()
    if moved < have:
        raise OutOfReach(f"{have - moved} rows of the vault did not follow their residents")


def erase_identities(resident_ids: Collection[UUID], numbers: Collection[str], paths: Collection[str]) -> int:
    """Empty some numbers (of :data:`NUMBERS`) of residents for good; return how many rows."""
    if unknown := set(numbers) - set(NUMBERS):
        raise ValueError(f"no such numbers: {unknown}")
    ids = list(resident_ids)
    return _do(_ERASE, [*(name in numbers for name in NUMBERS), ids], paths) if ids and numbers else 0


def _do(sql: str, given: Sequence[Any], paths: Collection[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_SAY + sql + _TAKE_BACK, [",".join(paths), *given])
        cursor.nextset()
        return int(cursor.rowcount)


def _place(name: str) -> str:
    field: Any = Identity._meta.get_field(name)
    return str(field.place)


def _sealed(name: str, rows: Iterable[IdentityRow]) -> list[bytes | None]:
    seal = sealer(_place(name))
    return [seal(value, row.resident_id.bytes) if (value := getattr(row, name)) else None for row in rows]


def _opened(name: str, box: bytes | None, row: UUID) -> str:
    return unseal(bytes(box), place=_place(name), row=row) if box is not None else ""

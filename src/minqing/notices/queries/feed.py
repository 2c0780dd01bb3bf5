"""The journal, read on from where a reader stopped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from minqing.journal.public import Entry
from minqing.kernel.access import ANONYMOUS

BATCH: Final = 500
LAST: Final = UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the journal: the transaction, and the entry within it."""

    xact: int
    entry_id: UUID


def horizon() -> int:
    """Return the transaction before which no running transaction can write any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        return int(cursor.fetchone()[0])


def entries_between(
    after: Place, before: int, *, kinds: Iterable[str], since: datetime, nameless: bool
) -> list[Entry]:
    """Return the next entries of these kinds, in the journal's order, at most :data:`BATCH`.

    ``nameless``: those that a nameless hand wrote, or all others: the former are read once an hour, so that nothing
    tells their minute.
    """
    hand = Q(person_id=None, person_name=ANONYMOUS.person_name)
    found = Entry.objects.filter(hand if nameless else ~hand, kind__in=list(kinds), at__gte=since).extra(
        where=["(xact, id) > (%s::text::xid8, %s::uuid) AND xact < %s::text::xid8"],
        params=[str(after.xact), str(after.entry_id), str(before)],
    )
    return list(found.order_by("xact", "id")[:BATCH])

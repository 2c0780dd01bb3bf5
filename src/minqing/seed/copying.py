"""Write rows of models by COPY, and make ids that are the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from random import Random
from typing import Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

from minqing.kernel.copying import copying

_VERSION_7: Final = 0x7 << 76
_VERSION_4: Final = 0x4 << 76
_VARIANT: Final = 0b10 << 62


class Ids:
    """Ids in the shape of the real ones (RFC 9562), drawn from the seed: version 7 with a time, 4 without."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def at(self, moment: datetime) -> UUID:
        """Make a time-ordered id."""
        milliseconds = int(moment.timestamp() * 1000)
        low = self.rng.getrandbits(62)
        return UUID(int=(milliseconds << 80) | _VERSION_7 | (self.rng.getrandbits(12) << 64) | _VARIANT | low)

    def timeless(self) -> UUID:
        """Make an id that tells no time."""
        high, low = self.rng.getrandbits(48), self.rng.getrandbits(62)
        return UUID(int=(high << 80) | _VERSION_4 | (self.rng.getrandbits(12) << 64) | _VARIANT | low)


def copy_in(rows: Iterable[Model], *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Copy unsaved rows of one model into its table, in the caller's transaction; return how many.

    Values go through the fields' own conversion (sealed ones are sealed for their row); columns that the database
    fills are left out.
    """
    rows = list(rows)
    if not rows:
        return 0
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.has_db_default()]
    connection = connections[using]
    with copying(meta.db_table, [str(field.column) for field in fields], using=using) as copy:
        for row in rows:
            copy.write_row(
                [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
            )
    return len(rows)

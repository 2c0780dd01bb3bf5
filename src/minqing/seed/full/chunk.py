"""What every chunk of rows has: a generator of its own, ids, the journal, and the sheets to be copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db.models import Model
from psycopg.sql import Composed

from minqing.kernel.access import Hand
from minqing.seed.full.county import County
from minqing.seed.full.crew import Packed
from minqing.seed.full.entries import Ids, Journal, Shape, hand_columns
from minqing.seed.full.moments import day_of, seconds_of
from minqing.seed.full.sheets import Sheet
from minqing.seed.full.staff import Holder

OWNER: Final = "owner"
"""The database as its owner: everything is asked and written there, in one transaction."""


class Chunk:
    """Makes rows of several tables and hands them out packed."""

    def __init__(self, county: County, name: str) -> None:
        self.county = county
        self.rng = county.rng(name)
        self.ids = Ids(self.rng)
        self.journal = Journal(self.rng)
        self._sheets = [self.journal.entries, self.journal.details]

    def sheet(self, model: type[Model], columns: Sequence[str], **constants: Any) -> Sheet:
        """Begin the rows of a table (see `Sheet`)."""
        made = Sheet(model, columns, **constants)
        self._sheets.append(made)
        return made

    def packed(self) -> Packed:
        """Hand out all rows."""
        return [(sheet.table, *sheet.take()) for sheet in self._sheets]

    def statements(self) -> dict[str, Callable[..., Composed]]:
        """Return what makes the COPY statement of every table (see `Sheet.statement`)."""
        return {sheet.table: sheet.statement for sheet in self._sheets}

    def draw(self, role: str, area_code: str, at: int, unit: str = "") -> Holder:
        """Draw who holds a role, exactly at an area, at a moment."""
        holder = self.county.offices.draw(self.rng, role, area_code, day_of(at), unit)
        if holder is None:
            raise LookupError(f"nobody is {role} at {area_code} on day {day_of(at)}")
        return holder


class Standing(Chunk):
    """What the journal says of areas and officials: few entries, each told to the chronicle by an event."""

    def __init__(self, county: County) -> None:
        super().__init__(county, "standing")
        hands: dict[Hand, bytes] = {}
        for at, event, by in county.register.chronicle.kept():
            self.journal.note(
                Shape(event),
                {},
                subject=event.subject_id.bytes,
                area=event.area_id.bytes,
                hand=hands.setdefault(by, hand_columns(by)),
                at=seconds_of(at),
            )

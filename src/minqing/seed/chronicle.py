"""Keep the journal of the half year: entries with their hashes, as if each had been written at its time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random

from minqing.journal.public import Detail, Entry, Event, detail_hash, entry_rows
from minqing.kernel.access import Hand
from minqing.seed.copying import Ids


class Chronicle:
    """Collects events and hands them out as rows in the order of time."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(f"{seed}:journal")  # noqa: S311  salts of details about people who do not exist
        self.ids = Ids(self.rng)
        self._kept: list[tuple[datetime, int, Event, Hand]] = []

    def note(self, event: Event, *, by: Hand, at: datetime) -> None:
        """Note what happened, by whose hand, when."""
        self._kept.append((at, len(self._kept), event, by))

    def kept(self) -> Iterator[tuple[datetime, Event, Hand]]:
        """Yield what happened, by whose hand, in the order of time."""
        for at, _, event, by in sorted(self._kept, key=lambda one: one[:2]):
            yield at, event, by

    def rows(self) -> tuple[list[Entry], list[Detail]]:
        """Make the rows of all entries; ids and salts come from the seed, hashes from the journal's own function."""
        entries: list[Entry] = []
        details: list[Detail] = []
        for entry, detail in self._made():
            entries.append(entry)
            if detail is not None:
                details.append(detail)
        return entries, details

    def _made(self) -> Iterator[tuple[Entry, Detail | None]]:
        for at, event, by in self.kept():
            entry, detail = entry_rows(event, by=by, at=at)
            entry.id = self.ids.timeless() if by.nameless else self.ids.at(at)
            if detail is not None:
                detail.id = self.ids.timeless() if by.nameless else self.ids.at(at)
                detail.entry = entry
                detail.salt = self.rng.randbytes(len(detail.salt))
                entry.detail_hash = detail_hash(entry.facts, detail.personal, detail.salt)
            yield entry, detail

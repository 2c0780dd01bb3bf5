"""What is kept about a person, composed once: the page, the machine-readable copy and the paper are made from it.

Each domain returns its parts; nobody renders here. Keys are for machines, labels and notes for people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

Value: TypeAlias = str | int | float | bool | date | datetime | list[str] | None


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is known. ``shown``: what a page shows instead of the whole value (a masked number)."""

    key: str
    label: str
    value: Value
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Pieces that belong together; ``item`` and ``item_id`` name it when the person asks for its correction."""

    pieces: tuple[Piece, ...]
    title: str = ""
    item: str = ""
    item_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Everything of one sort, with a note on what is left out and why."""

    key: str
    title: str
    entries: list[Entry] = field(default_factory=list)
    note: str = ""

"""A row and a household of a spreadsheet, with what they would do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from minqing.kernel.sealed import array_of
from minqing.registry import rules
from minqing.registry.models import Household, HouseholdMember, Resident, TagKind
from minqing.registry.models.imports import BAD, CHANGED, NEW, UNCHANGED
from minqing.registry.services.changes import Change
from minqing.registry.services.import_rows import LABELS, CheckedRow

BATCH: Final = 2_000  # ids in one look-up
T = TypeVar("T")
M = TypeVar("M", bound=Model)
LABEL: Final = LABELS["residents"]


@dataclass(slots=True)
class PlannedResident:
    """A row with what it would do."""

    row: CheckedRow
    values: dict[str, Any]  # of the row
    index: bytes | None = None  # the blind index of its ID number
    home: str = ""
    area_id: UUID | None = None
    person: Resident | None = None
    member: HouseholdMember | None = None
    changes: list[Change] = field(default_factory=list)
    home_changes: list[Change] = field(
        default_factory=list
    )  # of the household, told on the row that leads it
    fields: dict[str, Any] = field(default_factory=dict)  # columns of the person to set
    moves: bool = False  # a new membership replaces the present one
    new_tags: list[TagKind] = field(default_factory=list)

    @property
    def relation(self) -> str:
        return str(self.values.get("relation", ""))

    @property
    def outcome(self) -> str:
        if self.row.is_bad:
            return BAD
        if self.person is None:
            return NEW
        return CHANGED if self.changes or self.home_changes else UNCHANGED


@dataclass(slots=True)
class PlannedHousehold:
    """A door of the file: what is on file, and its rows."""

    key: str
    rows: list[PlannedResident]
    row: Household | None = None
    members: list[HouseholdMember] = field(default_factory=list)
    new_values: dict[str, Any] = field(default_factory=dict)  # address, code, area_id where they differ
    new_id: bytes = b""  # what it is registered under, where nothing was on file
    is_merged: bool = False  # some rows gave its code, others its head

    @property
    def good(self) -> list[PlannedResident]:
        return [one for one in self.rows if not one.row.is_bad]

    @property
    def lead(self) -> PlannedResident:
        """The row that speaks for the household: its head, or the first good one."""
        good = self.good
        return next((one for one in good if one.relation == rules.HEAD), good[0])


@dataclass(slots=True)
class ResidentPlan:
    """The whole file."""

    rows: list[PlannedResident]
    households: list[PlannedHousehold]


def among(rows: QuerySet[M], column: str, values: Iterable[Any]) -> QuerySet[M]:
    """Return the rows whose column (with its table) is one of the values: one parameter, however many there are."""
    return rows.extra(where=[f"{column} = ANY(%s)"], params=[_array(list(values))])  # noqa: S610  (columns are ours)


def _array(values: list[Any]) -> str:
    """Write an array of ids, indexes or texts as the database reads it: the driver takes ten times as long."""
    kinds = set(map(type, values))
    if kinds <= {bytes}:
        return array_of(values)
    if kinds <= {UUID}:
        return f"{{{','.join(map(str, values))}}}"
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def chunks(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield lists of at most ``size``."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk

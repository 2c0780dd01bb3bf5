"""红黄绿看板: what is open, by colour and state, in the areas below one or with each unit; a few statements in all.

Every number is of the same rows as the list it opens: the scope and the filters are the queue's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import CharField, Count, F, Func, Value

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases.queries.filtering import QueueFilters, filtered
from minqing.kernel.access import Actor
from minqing.workflow import public as workflow

COLOURS: Final = (
    workflow.Colour.RED, workflow.Colour.YELLOW, workflow.Colour.GREEN, workflow.Colour.GREY,
)  # fmt: skip
Spot = tuple[str, str]  # a procedure and one of its states, by their keys


@dataclass(slots=True)
class Numbers:
    """How many in each colour."""

    by_colour: dict[workflow.Colour, int] = field(default_factory=lambda: dict.fromkeys(COLOURS, 0))

    @property
    def total(self) -> int:
        return sum(self.by_colour.values())

    def add(self, colour: workflow.Colour, count: int) -> None:
        self.by_colour[colour] += count


@dataclass(slots=True)
class Line(Numbers):
    """An area right below, the area itself (``here``), a unit, or what no unit has (neither id)."""

    label: str = ""
    area_id: UUID | None = None
    unit_id: UUID | None = None
    here: bool = False
    by_spot: dict[Spot, int] = field(default_factory=dict)


@dataclass(slots=True)
class SpotLine(Numbers):
    """A state of a procedure."""

    spot: Spot = ("", "")
    label: str = ""
    procedure_title: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """The board of an area: a line per place or unit, a line per state, and all together."""

    area: areas.Area
    above: list[areas.Area]
    below: list[areas.Area]
    lines: list[Line]
    spots: list[SpotLine]
    total: Numbers


def board(actor: Actor, path: str, *, by_unit: bool, at: datetime) -> Board:
    """Return the board of the area at a path, by the areas right below it or by units."""
    above, below = areas.around(path)
    top = above[-1]
    found = filtered(actor, QueueFilters(area_path=path), at).order_by()
    group = F("unit_id") if by_unit else _place(path)
    counts = list(
        found.values("run__procedure", "run__state", group=group, colour=workflow.colour_at(at, "run__"))
        .annotate(count=Count("id"))
        .values_list("group", "run__procedure", "run__state", "colour", "count")
    )
    lines = _units(counts) if by_unit else _areas(top, below, counts)
    spots: dict[Spot, SpotLine] = {}
    total = Numbers()
    for group_key, procedure, state, colour_key, count in counts:
        colour, spot = workflow.Colour(colour_key), _spot(procedure, state)
        line = lines[group_key]
        line.add(colour, count)
        line.by_spot[spot] = line.by_spot.get(spot, 0) + count
        spots.setdefault(spot, _spot_line(spot)).add(colour, count)
        total.add(colour, count)
    shown = [one for one in lines.values() if one.total or not (one.here or by_unit)]
    return Board(top, above, below, _in_order(shown, by_unit), _spots_in_order(spots.values()), total)


def _place(path: str) -> Func:
    """Return the path of the area right below, in which a case lies, or of the area itself."""
    depth = path.count(".") + 2
    return Func(F("area__path"), Value(0), Value(depth), function="subpath", output_field=CharField())


def _areas(
    top: areas.Area, below: Iterable[areas.Area], counts: Iterable[tuple[object, ...]]
) -> dict[object, Line]:
    lines: dict[object, Line] = {one.path: Line(label=one.name, area_id=one.id) for one in below}
    lines[top.path] = Line(label=f"{top.name}（本级）", area_id=top.id, here=True)
    # Cases keep lying in an area that was closed: it stands on the board as long as one of them is open.
    gone = {str(key) for key, *_ in counts} - set(map(str, lines))
    if gone:
        closed = areas.Area.objects.filter(path__in=gone).defer("outline")
        lines |= {one.path: Line(label=f"{one.name}（已撤销）", area_id=one.id) for one in closed}
    return lines


def _units(counts: Iterable[tuple[object, ...]]) -> dict[object, Line]:
    ids = {key for key, *_ in counts if isinstance(key, UUID)}
    lines: dict[object, Line] = {
        one.id: Line(label=one.name if one.closed_at is None else f"{one.name}（已撤销）", unit_id=one.id)
        for one in accounts.Unit.objects.filter(id__in=ids)
    }
    lines[None] = Line(label="还没有承办单位")
    return lines


def _spot(procedure: str, state: str) -> Spot:
    """Return today's names: a case keeps the name under which it was last moved."""
    try:
        of = workflow.procedure(procedure)
        return of.key, of.state(state).key
    except workflow.UnknownProcedure:
        return procedure, state


def _spot_line(spot: Spot) -> SpotLine:
    try:
        of = workflow.procedure(spot[0])
        return SpotLine(spot=spot, label=of.state(spot[1]).label, procedure_title=of.title)
    except workflow.UnknownProcedure:
        return SpotLine(spot=spot, label=spot[1], procedure_title=spot[0])


def _in_order(lines: list[Line], by_unit: bool) -> list[Line]:
    """Areas as they come (by code), the area itself last; units with the most red ones first."""
    if not by_unit:
        return sorted(lines, key=lambda one: one.here)
    red, yellow = workflow.Colour.RED, workflow.Colour.YELLOW
    return sorted(lines, key=lambda one: (-one.by_colour[red], -one.by_colour[yellow], -one.total, one.label))


def _spots_in_order(spots: Iterable[SpotLine]) -> list[SpotLine]:
    """Procedures as they are registered, their states as they stand in the file."""
    keys = [(one.key, state) for one in workflow.procedures() for state in one.states]
    place = {spot: number for number, spot in enumerate(keys)}
    return sorted(spots, key=lambda one: place.get(one.spot, len(place)))

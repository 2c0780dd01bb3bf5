"""Staff the whole county: every town and village, several workers to a grid, and offices handed over now and then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from minqing.kernel.access import Hand
from minqing.seed.full.entries import hand_columns
from minqing.seed.full.moments import number_of
from minqing.seed.full.sheets import text
from minqing.seed.officials import AppointmentSeed, Staff, Staffer
from minqing.seed.tree import COUNTY_CODE, AreaSeed, Tree, share_out

# In office since before the years that are told; some handed over on the way.
SERVED_DAYS: Final = (2_620, 4_400)
HANDED_OVER_DAYS: Final = (60, 2_400)
HANDED_OVER_EVERY: Final = 9
COUNTY_HANDLERS, TOWN_HANDLERS = 9, 5
COUNTY_OFFICES: Final = (("follow_up_caller", 30), ("reviewer", 8))
TOWN_OFFICES: Final = (("town_dispatcher", 4), ("reviewer", 4), ("follow_up_caller", 2))
VILLAGE_OFFICES: Final = (("village_clerk", 2), ("village_secretary", 1), ("handler", 2))


def staff_county(tree: Tree, seed: int, today: date, officials: int) -> Staff:
    """Appoint everybody: as many officials as given, or as many as the offices need if that is more."""
    return CountyStaffer(tree, seed, today, officials).appoint_all()


class CountyStaffer(Staffer):
    """Appoints people in all fifteen towns."""

    def __init__(self, tree: Tree, seed: int, today: date, officials: int) -> None:
        super().__init__(tree, seed, today)
        self.officials = officials
        self.towns = [town.code for town in tree.at_level("town")]

    def appoint_all(self) -> Staff:
        staff = super().appoint_all()
        self._more_grid_workers()
        return staff

    def _county(self) -> None:
        hotline, centre = self.staff.units[0], self.staff.units[1]
        for role, count in COUNTY_OFFICES:
            for _ in range(count):
                self._appoint(role, COUNTY_CODE, (centre if role == "reviewer" else hotline).key)
        self._appoint("system_administrator", COUNTY_CODE, centre.key)
        self._appoint("auditor", COUNTY_CODE, centre.key)
        self._handlers(COUNTY_CODE, COUNTY_HANDLERS)

    def _town(self, town: AreaSeed) -> None:
        office = next(unit for unit in self.staff.units if unit.area_code == town.code)
        for role, count in TOWN_OFFICES:
            for _ in range(count):
                self._appoint(role, town.code, office.key)
        self._handlers(town.code, TOWN_HANDLERS)
        for village in self.tree.children(town.code):
            for role, count in VILLAGE_OFFICES:
                for _ in range(count):
                    self._appoint(role, village.code, village.code if role == "handler" else "")
            for grid in self.tree.children(village.code):
                self._appoint("grid_worker", grid.code, "")

    def _handlers(self, area_code: str, count: int) -> None:
        for unit in [one for one in self.staff.units if one.area_code == area_code and one.fields]:
            for _ in range(count):
                self._appoint("handler", area_code, unit.key)

    def _starts_on(self) -> date:
        return self.today - timedelta(days=self.rng.randint(*SERVED_DAYS))

    def _ended_appointment(self) -> None:
        """Hand over some offices of villages and grids: the one before served until a day, the other since the next."""
        held = [one for one in self.staff.appointments if len(one.area_code) > len("330683000")]
        for one in held[::HANDED_OVER_EVERY]:
            ends_on = self.today - timedelta(days=self.rng.randint(*HANDED_OVER_DAYS))
            before = self._appoint(one.role, one.area_code, one.unit)
            self.staff.appointments[before.key] = replace(before, ends_on=ends_on)
            self.staff.appointments[one.key] = replace(one, starts_on=ends_on + timedelta(days=1))

    def _more_grid_workers(self) -> None:
        """Give the grids so many part-time workers that there are as many officials as wanted."""
        grids = self.tree.at_level("grid")
        missing = max(0, self.officials - len(self.staff.people))
        weights = [float(len(self.tree.children(grid.code))) for grid in grids]
        for grid, count in zip(grids, share_out(missing, weights, 0), strict=True):
            for _ in range(count):
                self._appoint("grid_worker", grid.code, "")


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody in an office from one day to another (days since 2000), with the columns of their hand and names."""

    since: int
    until: int
    person: bytes
    appointment: bytes
    name: str
    label: str
    hand: bytes
    names: bytes


class Offices:
    """Who holds which role where, on which day."""

    def __init__(self, staff: Staff, hands: Sequence[Hand], told_since: int) -> None:
        """`hands`: one for each appointment; `told_since`: the first day that is told."""
        self.told_since = told_since
        self._lasting: dict[tuple[str, str, str], list[Holder]] = defaultdict(list)
        self._changing: dict[tuple[str, str, str], list[Holder]] = defaultdict(list)
        for one in staff.appointments:
            self._take(one, hands[one.key])

    def _take(self, one: AppointmentSeed, hand: Hand) -> None:
        assert hand.person_id is not None  # a hand of an appointment is a person's
        assert hand.appointment_id is not None
        holder = Holder(
            since=number_of(one.starts_on),
            until=number_of(one.ends_on) if one.ends_on else 2**31,
            person=hand.person_id.bytes,
            appointment=hand.appointment_id.bytes,
            name=hand.person_name,
            label=hand.appointment_label,
            hand=hand_columns(hand),
            names=text(hand.person_name) + text(hand.appointment_label),
        )
        lasting = one.ends_on is None and holder.since < self.told_since
        for unit in {"", one.unit}:
            (self._lasting if lasting else self._changing)[one.role, one.area_code, unit].append(holder)

    def holders(self, role: str, area_code: str, day: int, unit: str = "") -> list[Holder]:
        """List who holds a role, exactly at an area, on a day; in a unit if one is named."""
        key = (role, area_code, unit)
        lasting = self._lasting.get(key, [])
        if changing := self._changing.get(key):
            return lasting + [one for one in changing if one.since <= day <= one.until]
        return lasting

    def draw(self, rng: Random, role: str, area_code: str, day: int, unit: str = "") -> Holder | None:
        """Draw one of them, or None where there is nobody."""
        held = self.holders(role, area_code, day, unit)
        return held[int(rng.random() * len(held))] if held else None

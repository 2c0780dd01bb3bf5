"""Walk a matter along its procedure as the demonstration does, in whole seconds and with its deadlines looked up.

Habits, paces and words are those of `seed.courses`; states, steps, roles, needs and spans those of the procedures.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

from minqing.seed.courses import (
    BY_REPORTER,
    CONTENT,
    HABITS,
    IN_TIME_SHARE,
    NOT_DONE_MAX,
    PACE,
    STEPS_MAX,
    USUAL_PACE,
)
from minqing.seed.full.county import County
from minqing.seed.full.moments import DAY, EAST_OF_UTC, HOUR, WorkingTime, day_of, start_of
from minqing.seed.full.staff import Holder
from minqing.seed.full.teller import Teller
from minqing.seed.officials import UnitSeed
from minqing.seed.stories import Told
from minqing.seed.tree import COUNTY_CODE
from minqing.workflow.public import Procedure, State, Step, procedure

# Hours beyond the deadline: (least, most, most likely); and who waits for months.
LATE_HOURS: Final = (0.5, 160.0, 20.0)
FORGOTTEN_SHARE: Final = 0.002
FORGOTTEN_HOURS: Final = (300.0, 4_000.0, 700.0)
COUNTY_UNIT_SHARE: Final = {"hotline": 0.45, "prompt": 0.12}
# Where a role is held, as the length of the area's code: nearest first. Handlers sit with their unit.
HELD_AT: Final[Mapping[str, tuple[int, ...]]] = {
    "grid_worker": (15,),
    "village_clerk": (12,),
    "village_secretary": (12,),
    "town_dispatcher": (9,),
    "reviewer": (9, 6),
    "follow_up_caller": (9, 6),
}
FINISHERS: Final = ("village_clerk", "village_secretary", "grid_worker")
FINISHER_SHARES: Final = (0.6, 0.72)
CONTENT_KEYS, CONTENT_WEIGHTS = list(CONTENT), list(accumulate(CONTENT.values()))
SPOKEN: Final = ("reason", "advice", "result", "opinion", "remark")


@dataclass(slots=True)
class Stay:
    """One stay in a state: since when, due when, and the step that ended it."""

    state: State
    entered_at: int
    unit: str
    due_at: int | None = None
    yellow_us: int | None = None
    provisional: bool = False
    left_at: int | None = None
    step: Step | None = None
    by: Holder | None = None
    given: Mapping[str, str] | None = None  # what was given with the step


@dataclass(frozen=True, slots=True)
class Way:
    """A procedure with the habits by which it is walked."""

    of: type[Procedure]
    habits: dict[str, tuple[list[str], list[int]]]

    @classmethod
    def along(cls, key: str) -> Way:
        """Return the way along a procedure."""
        habits = {
            state: (list(steps), list(accumulate(steps.values()))) for state, steps in HABITS[key].items()
        }
        return cls(procedure(key), habits)


class Guide:
    """Walks matters, for one chunk."""

    def __init__(self, county: County, working: WorkingTime, teller: Teller, rng: Random) -> None:
        self.county, self.working, self.teller, self.rng = county, working, teller, rng
        self._units: dict[tuple[str, str], UnitSeed] = {}
        self._unit_by_key = {unit.key: unit for unit in county.staff.units}

    def walk(self, way: Way, told: Told, *, area_code: str, opened_at: int, nameless: bool) -> list[Stay]:
        """Walk from the first state until the end, or until now; nobody can call a `nameless` reporter back."""
        rng, now = self.rng, self.county.at
        stays = [self._enter(way.of.start, opened_at, "")]
        not_done, handler = 0, b""
        for _ in range(STEPS_MAX):
            stay = stays[-1]
            if stay.state.final:
                stay.left_at = stay.entered_at  # an end has no length
                break
            step = self._choose(way, stay.state, stays, not_done)
            by_reporter = step.key in BY_REPORTER and (nameless or rng.random() < BY_REPORTER[step.key])
            at = self._when(stay, by_reporter=by_reporter)
            if nameless and by_reporter:
                at = max(at - at % HOUR, stay.entered_at)
            if at >= now:
                break
            unit = self._unit(way, told, area_code, stay.unit) if _asks_for_a_unit(step) else ""
            by = None if by_reporter else self._officer(step, area_code, stay.unit, day_of(at), handler)
            if by is None and step.key not in BY_REPORTER:
                step = way.of.step("confirm")  # the reporter answers with the receipt
            stay.left_at, stay.step, stay.by = at, step, by
            stay.given = self._given(step, told, unit, again=handler != b"")
            if "result" in stay.given and by is not None:
                handler = by.person
            not_done += step.key == "redo"
            stays.append(self._enter(step.to, at, unit or stay.unit))
        return stays

    def _enter(self, state: State, at: int, unit: str) -> Stay:
        if state.within is None:
            return Stay(state, at, unit)
        return Stay(state, at, unit, *self.working.due(at, state.within))

    def _choose(self, way: Way, state: State, stays: list[Stay], not_done: int) -> Step:
        steps, weights = way.habits[state.key]
        while True:
            key = steps[bisect(weights, self.rng.random() * weights[-1])]
            if key == "redo" and not_done >= NOT_DONE_MAX:
                continue
            # Who has worked on it does not say that it was never theirs.
            if key == "refuse" and any(one.given and "result" in one.given for one in stays):
                continue
            if key == "refuse" and any(one.step and one.step.key == "refuse" for one in stays):
                continue  # a second return goes to a supervisor, and is rare
            return way.of.step(key)

    def _when(self, stay: Stay, *, by_reporter: bool) -> int:
        """Draw when somebody got to it: a share of the time allowed, or some time after it had run out."""
        rng, due = self.rng, stay.due_at
        assert due is not None  # a state that is not final has a deadline: the check insists
        drawn = rng.random()
        if drawn >= IN_TIME_SHARE:
            hours = FORGOTTEN_HOURS if drawn >= 1 - FORGOTTEN_SHARE else LATE_HOURS
            late = due + int(rng.triangular(*hours) * HOUR)
            return self._awake(late) if by_reporter else self._at_work(late)
        first, last = PACE.get(stay.state.key, USUAL_PACE)
        share = first + rng.random() * (last - first)
        at = stay.entered_at + max(int((due - stay.entered_at) * share), 180)
        at = self._awake(at) if by_reporter else self._at_work(at)
        return max(min(at, due), stay.entered_at + 60)

    def _at_work(self, at: int) -> int:
        """Move a moment into office hours."""
        if self.working.is_open(at):
            return at
        return self.working.next_opening(at) + 60 + int(self.rng.random() * 4_140)

    def _awake(self, at: int) -> int:
        """Move a moment out of the night."""
        second = (at + EAST_OF_UTC) % DAY
        if 7 * HOUR <= second < 21 * HOUR:
            return at
        morning = start_of(day_of(at) + (second >= 21 * HOUR)) + 7 * HOUR
        return morning + int(self.rng.random() * 5 * HOUR)

    def _unit(self, way: Way, told: Told, area_code: str, before: str) -> str:
        """Find who handles it: a town's office for what a village lifted, town or county for the hotline."""
        at_county = self.rng.random() < COUNTY_UNIT_SHARE[way.of.key]
        where = (COUNTY_CODE, area_code[:9]) if at_county else (area_code[:9], COUNTY_CODE)
        unit = self._unit_for(told.matter.field, where[0])
        return unit.key if unit.key != before else self._unit_for(told.matter.field, where[1]).key

    def _unit_for(self, field_of_work: str, area_code: str) -> UnitSeed:
        known = self._units.get((field_of_work, area_code))
        if known is None:
            known = self._units[field_of_work, area_code] = self.county.staff.unit_for(
                field_of_work, area_code
            )
        return known

    def _officer(self, step: Step, area_code: str, unit: str, day: int, handler: bytes) -> Holder | None:
        """Find somebody who may take the step there; who did the work does not ask whether it was done."""
        asks = step.key in BY_REPORTER or step.key == "unanswered"
        for role in self._roles(step):
            for _ in range(3):
                found = self._holder(role, area_code, unit, day)
                if found is not None and not (asks and found.person == handler):
                    return found
        if asks:
            return None  # only who did the work is there to ask
        raise LookupError(f"nobody may take {step.key} at {area_code}")

    def _roles(self, step: Step) -> list[str]:
        rng = self.rng
        if step.key == "finish":
            return [FINISHERS[bisect(FINISHER_SHARES, rng.random())]]
        roles = [role.key for role in step.roles if role.key != "reporter"]
        return roles[::-1] if len(roles) > 1 and rng.random() < 0.4 else roles

    def _holder(self, role: str, area_code: str, unit: str, day: int) -> Holder | None:
        offices = self.county.offices
        if role == "handler":
            return offices.draw(self.rng, role, self._unit_by_key[unit].area_code, day, unit)
        lengths = HELD_AT[role]
        if len(lengths) > 1 and self.rng.random() < 0.5:
            lengths = lengths[::-1]
        for length in lengths:
            if found := offices.draw(self.rng, role, area_code[:length], day):
                return found
        return None

    def _given(self, step: Step, told: Told, unit: str, *, again: bool) -> dict[str, str]:
        """Write what is given with a step, by its needs."""
        given: dict[str, str] = {}
        for need in step.needs:
            if value := self._value(need.key, step.key, told, unit, again=again):
                given[need.key] = value
        if "content" in given:
            given.pop("remark", None)
            if remark := self.teller.remark(given["content"]):
                given["remark"] = remark
        return given

    def _value(self, need: str, step: str, told: Told, unit: str, *, again: bool) -> str:
        teller, rng = self.teller, self.rng
        match need:
            case "unit":
                return unit
            case "topic":
                return told.matter.topic
            case "result":
                return teller.result(told, again=again)
            case "advice" if rng.random() < 0.7:
                return teller.step("advice", self._slots(told, unit))
            case "opinion" if rng.random() < 0.8:
                return teller.step("opinion", self._slots(told, unit))
            case "reason":
                return teller.step("not_done" if step == "redo" else step, self._slots(told, unit))
            case "content":
                return CONTENT_KEYS[bisect(CONTENT_WEIGHTS, rng.random() * CONTENT_WEIGHTS[-1])]
            case _:
                return ""

    def _slots(self, told: Told, unit: str) -> dict[str, str]:
        name = self._unit_by_key[unit].name if unit else "职能部门"
        return {**told.slots, "unit": name, "other": "产权单位"}


def _asks_for_a_unit(step: Step) -> bool:
    return any(need.key == "unit" for need in step.needs)


def spoken(given: Mapping[str, str]) -> str:
    """Return the words that a step says aloud."""
    return "；".join(given[key] for key in SPOKEN if given.get(key))

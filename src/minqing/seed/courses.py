"""Take 1,500 matters along their procedures, as far as the half year lets them.

Every course is walked by the real procedure and the real working calendar: the same states, steps, roles and clocks
as on the screen. Most steps are taken in time, some late; who was slow shows as overdue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from minqing.kernel.clock import to_the_hour
from minqing.seed.officials import AppointmentSeed, Staff
from minqing.seed.stories import Storyteller, Told
from minqing.seed.tree import COUNTY_CODE, Tree
from minqing.seed.world import LOCAL
from minqing.workflow.public import Calendar, Procedure, State, due_at

IN_TIME_SHARE = 0.93
STEPS_MAX = 24
NOT_DONE_MAX = 2

# From a state, which steps are taken how often. A step that is not named here is never taken by the demonstration.
HABITS: dict[str, dict[str, dict[str, int]]] = {
    "prompt": {
        "reported": {"accept": 84, "lift": 12, "decline": 4},
        "handling": {"finish": 84, "lift": 16},
        "dispatching": {"assign": 92, "hand_back": 8},
        "with_unit": {"conclude": 92, "refuse": 8},
        "returned": {"uphold": 65, "overrule": 35},
        "asking": {"confirm": 82, "redo": 9, "unanswered": 9},
    },
    "hotline": {
        "received": {"sign": 100},
        "assigning": {"assign": 95, "decline": 5},
        "handling": {"conclude": 90, "refuse": 10},
        "returned": {"uphold": 65, "overrule": 35},
        "reviewing": {"approve": 90, "reject": 10},
        "following": {"confirm": 80, "redo": 10, "unanswered": 10},
    },
}
# The steps that a reporter takes with the receipt, and how often it is the reporter and not an officer.
BY_REPORTER = {"confirm": 0.6, "redo": 0.7}
CONTENT = {"content": 71, "half_content": 21, "not_content": 8}
# From the pace of a story's steps a matter that was to come so far has come so far.
STORY_PACE = (0.02, 0.12)
# How much of the time allowed goes by: a signature takes minutes, work takes days.
PACE = {
    "received": (0.02, 0.6),
    "reported": (0.02, 0.8),
    "assigning": (0.05, 0.8),
    "dispatching": (0.05, 0.9),
}
USUAL_PACE = (0.1, 0.95)


@dataclass(frozen=True, slots=True)
class StepSeed:
    """A step taken: by whom (None: the reporter), and what was given with it."""

    step: str
    at: datetime
    by: AppointmentSeed | None
    unit: str
    values: Mapping[str, str]


@dataclass
class Course:
    """How far a matter came, and what was said on the way."""

    state: str
    steps: list[StepSeed] = field(default_factory=list)
    closed_at: datetime | None = None
    unit: str = ""


class Conductor:
    """Walks matters along a procedure."""

    def __init__(
        self, tree: Tree, staff: Staff, teller: Storyteller, calendar: Calendar, rng: Random, now: datetime
    ) -> None:
        self.tree, self.staff, self.teller = tree, staff, teller
        self.calendar, self.rng, self.now = calendar, rng, now
        self.unit_names = {unit.key: unit.name for unit in staff.units}

    def walk(
        self,
        of: type[Procedure],
        told: Told,
        *,
        area_code: str,
        opened_at: datetime,
        nameless: bool,
        path: Sequence[str] | None = None,
        unit: str = "",
    ) -> Course:
        """Walk from the first state until the end, or until now; nobody can call a `nameless` reporter back.

        `path`: exactly these steps and no more, briskly; `unit`: who is given the matter.
        """
        course = Course(of.start.key)
        at, entered_at = opened_at, opened_at
        not_done = 0
        for number in range(STEPS_MAX if path is None else len(path)):
            state = of.state(course.state)
            if state.final:
                course.closed_at = at
                break
            step = self._choose(of, state, course, not_done) if path is None else path[number]
            by_reporter = self.rng.random() < BY_REPORTER.get(step, 0.0) or (nameless and step in BY_REPORTER)
            at = self._when(state, entered_at, by_reporter=by_reporter, brisk=path is not None)
            if nameless and by_reporter:
                at = max(to_the_hour(at), entered_at)
            if at >= self.now:
                break
            not_done += step == "redo"
            course.steps.append(
                self._step(of, step, at, told, area_code, course, by_reporter=by_reporter, given_unit=unit)
            )
            course.state, entered_at = of.step(step).to.key, at
        return course

    def _choose(self, of: type[Procedure], state: State, course: Course, not_done: int) -> str:
        habits = dict(HABITS[of.key][state.key])
        if not_done >= NOT_DONE_MAX:
            habits.pop("redo", None)
        if any("result" in one.values for one in course.steps):
            habits.pop("refuse", None)  # who has worked on it does not say that it was never theirs
        if any(one.step == "refuse" for one in course.steps):
            habits.pop("refuse", None)  # a second return goes to a supervisor, and is rare
        return self.rng.choices(list(habits), list(habits.values()))[0]

    def _when(self, state: State, entered_at: datetime, *, by_reporter: bool, brisk: bool) -> datetime:
        """Draw when somebody got to it: a share of the time allowed, or some time after it had run out."""
        assert state.within is not None  # a state that is not final has a deadline: the check insists
        due = due_at(entered_at, state.within, self.calendar).at
        span = due - entered_at
        if not brisk and self.rng.random() >= IN_TIME_SHARE:
            late = due + timedelta(hours=self.rng.triangular(0.5, 160, 20))
            return self._awake(late) if by_reporter else self.at_work(late)
        share = self.rng.uniform(*(STORY_PACE if brisk else PACE.get(state.key, USUAL_PACE)))
        at = entered_at + max(span * share, timedelta(minutes=3))
        at = self._awake(at) if by_reporter else self.at_work(at)
        return max(min(at, due), entered_at + timedelta(minutes=1))

    def at_work(self, at: datetime) -> datetime:
        """Move a moment into office hours."""
        day = at.astimezone(LOCAL).date()
        for ahead in range(40):
            for opens, closes in self.calendar.sessions(day + timedelta(days=ahead)):
                if at < opens:
                    return opens + timedelta(minutes=self.rng.randint(1, 70))
                if at <= closes:
                    return at
        return at

    def _awake(self, at: datetime) -> datetime:
        """Move a moment out of the night."""
        here = at.astimezone(LOCAL)
        if 7 <= here.hour < 21:
            return at
        morning = here.replace(hour=7, minute=self.rng.randint(0, 59)) + timedelta(
            hours=self.rng.randint(0, 4)
        )
        return morning if here.hour < 7 else morning + timedelta(days=1)

    def _step(
        self, of: type[Procedure], step: str, at: datetime, told: Told, area_code: str, course: Course,
        *, by_reporter: bool, given_unit: str,
    ) -> StepSeed:  # fmt: skip
        needs = [need.key for need in of.step(step).needs]
        unit = ""
        if "unit" in needs:
            unit = given_unit or self._unit(of, told, area_code, other_than=course.unit)
        by = None if by_reporter else self._officer(of, step, area_code, course.unit)
        by = by and self.staff.serving(by, at.astimezone(LOCAL).date())
        values = {key: text for key in needs if (text := self._value(key, step, told, unit, course))}
        if "content" in values and (remark := self.teller.remark(values["content"])):
            values["remark"] = remark
        course.unit = unit or course.unit
        return StepSeed(step, at, by, unit, values)

    def _value(self, need: str, step: str, told: Told, unit: str, course: Course) -> str:
        slots = {**told.slots, "unit": self.unit_names.get(unit, "职能部门"), "other": "产权单位"}
        match need:
            case "topic":
                return told.matter.topic
            case "result":
                return self.teller.result(told, again=any("result" in one.values for one in course.steps))
            case "advice" if self.rng.random() < 0.7:
                return self.teller.step("advice", slots)
            case "opinion" if self.rng.random() < 0.8:
                return self.teller.step("opinion", slots)
            case "reason":
                return self.teller.step("not_done" if step == "redo" else step.removesuffix("_again"), slots)
            case "content":
                return self.rng.choices(list(CONTENT), list(CONTENT.values()))[0]
            case _:
                return ""

    def _unit(self, of: type[Procedure], told: Told, area_code: str, *, other_than: str) -> str:
        """Find who handles it: a town's office for what a village lifted, town or county for the hotline."""
        town = area_code[:9]
        at_county = self.rng.random() < (0.45 if of.key == "hotline" else 0.12)
        unit = self.staff.unit_for(told.matter.field, COUNTY_CODE if at_county else town)
        if unit.key == other_than:
            unit = self.staff.unit_for(told.matter.field, town if at_county else COUNTY_CODE)
        return unit.key

    def _officer(self, of: type[Procedure], step: str, area_code: str, unit: str) -> AppointmentSeed:
        """Find somebody who may take the step there."""
        roles = [role.key for role in of.step(step).roles if role.key != "reporter"]
        if step == "finish":
            roles = self.rng.choices(["village_clerk", "village_secretary", "grid_worker"], (60, 12, 28))
        elif step in ("accept", "lift", "decline") and of.key == "prompt":
            roles = self.rng.choices(["village_clerk", "village_secretary"], (85, 15))
        elif self.rng.random() < 0.5:
            roles = roles[::-1]
        for role in roles:
            if found := self.holders(role, area_code, unit):
                return self.rng.choice(found)
        raise LookupError(f"nobody may take {step} at {area_code}")

    def holders(self, role: str, area_code: str, unit: str) -> list[AppointmentSeed]:
        """List who holds a role in a unit, or somewhere on the way up from an area."""
        if role == "handler":
            where = next(one.area_code for one in self.staff.units if one.key == unit)
            return self.staff.holding(role, where, unit)
        above = [area.code for area in self.tree.chain(area_code)]
        found = [self.staff.holding(role, code) for code in above]
        if role == "grid_worker" and not any(found):  # the matter lies at village level: any of its grids
            return [
                one for grid in self.tree.children(area_code) for one in self.staff.holding(role, grid.code)
            ]
        groups = [group for group in found if group]  # a town's own people, or the county's
        return self.rng.choice(groups) if groups else []

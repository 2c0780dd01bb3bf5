"""What if: replay a year of cases through a procedure with other deadlines or another staff, before it is decreed.

A discrete-event simulation (SimPy). Every case comes when it came and goes the way it went, stay by stay; what changes
is how long it waits for somebody's hands. The effort of a stay is not on record, only how long it lasted, waiting
included; it is estimated by the utilisation law (Little 1961; Jain 1991, ch. 33): with ``busy`` the share of its
working time in which a desk is at work, the efforts of a desk's stays add up to ``busy`` × hands × working time, and
are shared out in proportion to how long each stay lasted. A stay that only the reporter or the clock could end lasts
as long as it did. Hands take the most urgent first. Nothing here reads a database or a clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any, Final

import simpy

from minqing.workflow.parts import Within
from minqing.workflow.rules import ZONE, Calendar, due_at

USUALLY_BUSY: Final = 0.85
NEVER: Final = 2**62  # the priority of what has no deadline
EFFORT_MIN: Final = 60.0  # seconds: nothing is done in no time


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a case in a state: at which desk, and how much working time (seconds) it lasted.

    ``desk`` empty: nobody's hands were waited for (the reporter's answer, a clock).
    """

    state: str
    desk: str
    lasted: float


@dataclass(frozen=True, slots=True)
class Course:
    """A case as it came and went."""

    began: datetime
    stays: tuple[Stay, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What is decreed: the span of each state, and the hands at each desk."""

    within: Mapping[str, Within]
    staff: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """What came out: stays and how many of them were late, in all, by state and by desk; how busy each desk was.

    ``waited``: the mean working time (seconds) that a stay waited for hands, by desk.
    """

    stays: int
    late: int
    by_state: Mapping[str, tuple[int, int]]
    by_desk: Mapping[str, tuple[int, int]]
    busy: Mapping[str, float]
    waited: Mapping[str, float]

    @property
    def late_share(self) -> float:
        return self.late / self.stays if self.stays else 0.0


class WorkingTime:
    """Moments as seconds of office time since a first day, and back."""

    def __init__(self, first: date, last: date, calendar: Calendar) -> None:
        self._sessions = [
            session
            for n in range((last - first).days + 1)
            for session in calendar.sessions(first + timedelta(days=n))
        ]
        if not self._sessions:
            raise ValueError("no working day lies in this stretch")
        self._opens = [opens.timestamp() for opens, _ in self._sessions]
        lengths = [(closes - opens).total_seconds() for opens, closes in self._sessions]
        self._before = [0.0, *accumulate(lengths)]

    @property
    def length(self) -> float:
        """All office time of the stretch, in seconds."""
        return self._before[-1]

    def seconds(self, at: datetime) -> float:
        """Return the office time that has passed by a moment."""
        number = bisect_right(self._opens, at.timestamp()) - 1
        if number < 0:
            return 0.0
        inside = at.timestamp() - self._opens[number]
        return min(self._before[number] + inside, self._before[number + 1])

    def moment(self, seconds: float) -> datetime:
        """Return the first moment by which so much office time has passed; beyond the last day, its end."""
        number = min(bisect_right(self._before, seconds), len(self._sessions)) - 1
        opens, closes = self._sessions[number]
        return min(opens + timedelta(seconds=seconds - self._before[number]), closes)


@dataclass
class _Counts:
    stays: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    late: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    desk_stays: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    desk_late: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    worked: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    waited: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def replay(
    courses: Sequence[Course],
    setting: Setting,
    calendar: Calendar,
    *,
    staff_then: Mapping[str, int],
    busy: float = USUALLY_BUSY,
) -> Figures:
    """Let the courses pass through desks with the hands and deadlines of a setting.

    ``staff_then``: the hands of each desk while the courses were lived, from which efforts are estimated; ``busy``: the
    share of office time in which the desks were at work then (0–1). Deterministic. Raises
    ``ValueError`` for no courses.
    """
    if not courses:
        raise ValueError("there is nothing to replay")
    first = min(one.began for one in courses).astimezone(ZONE).date()
    last = max(one.began for one in courses).astimezone(ZONE).date()
    lived = WorkingTime(first, last + timedelta(days=1), calendar)
    # Twice as long: whoever is overwhelmed still has a queue when the year is over.
    office = WorkingTime(first, last + timedelta(days=(last - first).days + 730), calendar)
    share = efforts(courses, staff_then, lived.length, busy)
    counts, world = _Counts(), simpy.Environment()
    hands = {
        desk: simpy.PriorityResource(world, capacity=max(1, setting.staff.get(desk, 1)))
        for desk in {stay.desk for one in courses for stay in one.stays if stay.desk}
    }
    for course in sorted(courses, key=lambda one: one.began):
        world.process(_live(world, course, setting, calendar, office, hands, share, counts))
    world.run()
    total = world.now or 1.0
    return Figures(
        stays=sum(counts.stays.values()),
        late=sum(counts.late.values()),
        by_state={one: (counts.stays[one], counts.late[one]) for one in counts.stays},
        by_desk={one: (counts.desk_stays[one], counts.desk_late[one]) for one in counts.desk_stays},
        busy={
            one: counts.worked[one] / (max(1, setting.staff.get(one, 1)) * min(total, lived.length))
            for one in counts.worked
        },
        waited={one: counts.waited[one] / counts.desk_stays[one] for one in counts.desk_stays},
    )


def efforts(
    courses: Sequence[Course], staff: Mapping[str, int], office_seconds: float, busy: float
) -> dict[str, float]:
    """Return by what share of the time it lasted a stay kept hands at work, by desk; never more than all of it."""
    lasted: dict[str, float] = defaultdict(float)
    for one in courses:
        for stay in one.stays:
            if stay.desk:
                lasted[stay.desk] += stay.lasted
    return {
        desk: min(1.0, busy * max(1, staff.get(desk, 1)) * office_seconds / seconds) if seconds else 1.0
        for desk, seconds in lasted.items()
    }


def _live(
    world: simpy.Environment,
    course: Course,
    setting: Setting,
    calendar: Calendar,
    office: WorkingTime,
    hands: Mapping[str, simpy.PriorityResource],
    share: Mapping[str, float],
    counts: _Counts,
) -> Generator[simpy.Event, Any, None]:
    yield world.timeout(office.seconds(course.began))
    for stay in course.stays:
        entered = world.now
        within = setting.within.get(stay.state)
        due = office.seconds(due_at(office.moment(entered), within, calendar).at) if within else NEVER
        if stay.desk:
            effort = max(EFFORT_MIN, stay.lasted * share[stay.desk])
            with hands[stay.desk].request(priority=int(due)) as turn:
                yield turn
                counts.waited[stay.desk] += world.now - entered
                yield world.timeout(effort)
            counts.worked[stay.desk] += effort
        else:
            yield world.timeout(stay.lasted)
        if within is None:
            continue
        late = world.now > due
        counts.stays[stay.state] += 1
        counts.late[stay.state] += late
        if stay.desk:
            counts.desk_stays[stay.desk] += 1
            counts.desk_late[stay.desk] += late

"""When things happen in seven years: more every year, in hot months, on working days, and by day and evening."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from random import Random
from typing import Final

from minqing.seed.full.moments import DAY, EAST_OF_UTC, HOUR, date_of, day_of, start_of
from minqing.seed.tree import share_out
from minqing.workflow.public import Calendar

# Month by month, January first: people call about water, noise and storms when it is hot.
REPORTS_BY_MONTH: Final = (0.92, 0.74, 0.95, 0.98, 1.02, 1.16, 1.34, 1.3, 1.1, 0.98, 0.92, 0.9)
VISITS_BY_MONTH: Final = (1.05, 0.8, 1.0, 1.05, 1.0, 1.05, 1.0, 1.0, 1.05, 1.0, 1.05, 1.1)
GROWTH_A_YEAR: Final = 1.14
STORM_SHARE: Final = 0.012  # days on which a typhoon or a frost brings many at once
DAWN, EARLIEST_TODAY = 7 * HOUR, 9 * HOUR
# (from, to, how many of a hundred) in minutes of the day.
REPORT_HOURS: Final = ((420, 500, 7), (500, 700, 31), (700, 830, 11), (830, 1050, 25), (1050, 1290, 26))
OFFICE_HOURS: Final = ((505, 720, 52), (835, 1055, 48))
VISIT_HOURS: Final = ((500, 700, 34), (830, 1060, 33), (1060, 1190, 33))


class Rhythm:
    """Spreads a number of happenings over the days up to a moment, exactly."""

    def __init__(self, total: int, first_day: int, until: int, weigh: Callable[[int], float]) -> None:
        """`until`: the moment at which it ends; `weigh`: how much of it falls on a day."""
        today = day_of(until)
        passed = until - start_of(today)
        self.until = until
        self.first_day = first_day
        weights = [weigh(day) for day in range(first_day, today)]
        weights.append(weigh(today) * passed / DAY if passed > EARLIEST_TODAY else 0.0)
        self._ends = list(accumulate(share_out(total, weights, 0)))

    def day_of(self, number: int) -> int:
        """Return the day of a happening, counted from the first."""
        return self.first_day + bisect_right(self._ends, number)

    def moment(self, rng: Random, number: int, hours: tuple[tuple[int, int, int], ...], spare: int) -> int:
        """Draw the moment of a happening within some hours, at least `spare` seconds before the end."""
        day = self.day_of(number)
        draw = rng.random() * 100
        stretches = iter(hours)
        first, last, share = next(stretches)
        while draw >= share:
            draw -= share
            first, last, share = next(stretches)
        at = start_of(day) + int((first + rng.random() * (last - first)) * 60)
        latest = self.until - spare
        if at >= latest:
            dawn = start_of(day_of(latest)) + DAWN
            at = dawn + (at + EAST_OF_UTC) % DAY % max(1, latest - dawn)
        return at


def weigh_reports(first_day: int, calendar: Calendar, rng: Random) -> Callable[[int], float]:
    """Weigh days by how much is reported on them."""

    def weigh(day: int) -> float:
        date = date_of(day)
        storm = rng.uniform(2.0, 4.5) if rng.random() < STORM_SHARE else 1.0
        working = 1.0 if calendar.is_working(date) else 0.66
        grown = GROWTH_A_YEAR ** ((day - first_day) / 365)
        return float(grown) * REPORTS_BY_MONTH[date.month - 1] * working * storm * rng.uniform(0.85, 1.15)

    return weigh


def weigh_visits(first_day: int, calendar: Calendar, rng: Random) -> Callable[[int], float]:
    """Weigh days by how many doors are called at on them."""

    def weigh(day: int) -> float:
        date = date_of(day)
        working = 1.0 if calendar.is_working(date) else 0.42
        grown = GROWTH_A_YEAR ** ((day - first_day) / 365)
        return float(grown) * VISITS_BY_MONTH[date.month - 1] * working * rng.uniform(0.85, 1.15)

    return weigh

"""Moments as whole seconds since 2000-01-01 UTC, and working time counted by adding, not by walking through days.

A million cases have five million deadlines. `workflow.due_at` walks from day to day for each; here the office hours of
the whole span are laid end to end once, and a deadline is two look-ups in a sorted list. The tests compare the two.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final

from minqing.workflow.public import Calendar, Due, Measure, Within

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
EPOCH_DAY: Final = date(2000, 1, 1)
EPOCH_UNIX: Final = 946_684_800
HOUR, DAY = 3_600, 86_400
# China has kept one hour, and no summer time, since 1992.
EAST_OF_UTC: Final = 8 * HOUR


def seconds_of(at: datetime) -> int:
    """Return a moment as whole seconds since 2000."""
    return (at - EPOCH) // timedelta(seconds=1)


def as_datetime(at: int) -> datetime:
    """Return seconds since 2000 as an aware moment."""
    return EPOCH + timedelta(seconds=at)


def day_of(at: int) -> int:
    """Return the local day of a moment, counted from 2000-01-01."""
    return (at + EAST_OF_UTC) // DAY


def start_of(day: int) -> int:
    """Return the moment at which a local day begins."""
    return day * DAY - EAST_OF_UTC


def number_of(day: date) -> int:
    """Return a date as the number of days since 2000-01-01."""
    return (day - EPOCH_DAY).days


@cache
def date_of(day: int) -> date:
    """Return the date of a local day."""
    return EPOCH_DAY + timedelta(days=day)


@cache
def date_words(day: int) -> str:
    """Return a local day as `workflow.in_words` says it: 2026年10月8日."""
    one = date_of(day)
    return f"{one.year}年{one.month}月{one.day}日"


@cache
def iso_day(day: int) -> str:
    """Return a local day as ISO 8601 says it."""
    return date_of(day).isoformat()


def in_words(at: int) -> str:
    """Say a moment as `workflow.in_words` does."""
    minutes = (at + EAST_OF_UTC) % DAY // 60
    return f"{date_words(day_of(at))}{minutes // 60:02}:{minutes % 60:02}"


def in_iso(at: int) -> str:
    """Write a moment as `isoformat` does in the county's zone, to the second."""
    second = (at + EAST_OF_UTC) % DAY
    return f"{iso_day(day_of(at))}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+08:00"


class WorkingTime:
    """The office hours of a span of days, end to end."""

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        self.calendar = calendar
        self.opens: list[int] = []
        self.closes: list[int] = []
        self.before: list[int] = []  # working seconds before each stretch
        self.until: list[int] = []  # and with it
        self.working_days: list[int] = []
        self.close_of: dict[int, int] = {}
        self._lay(first, last)
        self.provisional_from = self._first_unpublished(first, last)

    def _lay(self, first: date, last: date) -> None:
        total = 0
        for day in _days(first, last):
            for opens, closes in self.calendar.sessions(day):
                a, b = seconds_of(opens), seconds_of(closes)
                self.opens.append(a)
                self.closes.append(b)
                self.before.append(total)
                total += b - a
                self.until.append(total)
            if self.calendar.is_working(day):
                number = number_of(day)
                self.working_days.append(number)
                self.close_of[number] = seconds_of(self.calendar.close_of_business(day))

    def _first_unpublished(self, first: date, last: date) -> int:
        for day in _days(first, last):
            if day.year not in self.calendar.published:
                return number_of(day)
        return number_of(last) + 1

    def worked(self, at: int) -> int:
        """Return the working seconds from the beginning of the span to a moment."""
        stretch = bisect_right(self.opens, at) - 1
        if stretch < 0:
            return 0
        return self.before[stretch] + min(at, self.closes[stretch]) - self.opens[stretch]

    def when(self, worked: float) -> float:
        """Return the first moment by which so many working seconds have passed."""
        stretch = bisect_left(self.until, worked)
        return self.opens[stretch] + (worked - self.before[stretch])

    def is_open(self, at: int) -> bool:
        """Say whether the offices are open."""
        stretch = bisect_right(self.opens, at) - 1
        return stretch >= 0 and at <= self.closes[stretch]

    def next_opening(self, at: int) -> int:
        """Return when the offices open next after a moment."""
        return self.opens[bisect_right(self.opens, at)]

    def due(self, start: int, within: Within) -> tuple[int, int, bool]:
        """Return (due, microseconds of the yellow mark, provisional) as `workflow.due_at` computes them."""
        begun = self.worked(start)
        if within.measure is Measure.WORKING_HOURS:
            at = int(self.when(begun + within.amount * HOUR))
        elif within.measure is Measure.WORKING_DAYS:
            after = bisect_right(self.working_days, day_of(start))
            at = self.close_of[self.working_days[after + within.amount - 1]]
        else:
            raise NotImplementedError(f"no procedure of the seed counts in {within.measure}")
        share = 100 - self.calendar.yellow_percent
        left = (self.worked(at) - begun) * 1_000_000 * share
        yellow = round(self.when(begun + left / 100_000_000) * 1_000_000)
        return at, yellow, day_of(at) >= self.provisional_from

    def as_due(self, start: int, within: Within) -> Due:
        """Return the same as `workflow.due_at`."""
        at, yellow, provisional = self.due(start, within)
        return Due(as_datetime(at), EPOCH + timedelta(microseconds=yellow), provisional)


def _days(first: date, last: date) -> Iterator[date]:
    for ahead in range((last - first).days + 1):
        yield first + timedelta(days=ahead)

"""Working time: when is a clock due, how much is left, which colour is that, and in which words.

Spans are counted as the law counts them (Civil Code of the PRC, articles 201 and 203; see decision 0020):

- hours count from the moment itself, through office hours only;
- for days the day on which the span begins is not counted; it ends at the close of business of its last day;
- a span of calendar days whose last day is no working day ends at the close of business of the next one;
- while a clock is paused, office time does not pass, and a day whose close of business lies in the pause does not
  count; an extension adds to the span, in the span's own measure.

Office hours come from the calendar, which is a snapshot of data; nothing here reads a clock or a table. Days
that no published calendar covers are worked Monday to Friday, and whatever rests on one is provisional
(暂定).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

from minqing.workflow.parts import Measure, Within

ZONE = ZoneInfo("Asia/Shanghai")

# A span that has not ended after ten years is a mistake in the data, not a deadline.
DAYS_MAX = 3660


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """One stretch of a working day, local wall-clock times."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("office hours open before they close")

    @property
    def length(self) -> timedelta:
        """How long the doors are open."""
        day = date.min
        return datetime.combine(day, self.closes) - datetime.combine(day, self.opens)


# A common arrangement of county offices; the county sets its own with ``set_office_hours``.
USUAL_HOURS = (OfficeHours(time(8, 30), time(12)), OfficeHours(time(14), time(17, 30)))

# Yellow: the last fifth of a clock's working time. A share, because “one working day left” would paint a
# four-hour clock yellow from its first minute and a thirty-day clock only in its last thirtieth.
USUAL_YELLOW_PERCENT = 20


@dataclass(frozen=True, slots=True)
class Term:
    """What an office set in place of a procedure's file, for legs that begin at ``holds_from`` or later.

    ``within`` None: the file's span again; ``yellow_percent`` None: the next wider threshold.
    """

    version: int
    holds_from: datetime
    within: Within | None = None
    yellow_percent: int | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """A snapshot of all that clocks run by: what is known of each date, which years are published, office hours,
    the share that is yellow, and the terms that offices have set (by procedure and state, latest first)."""

    version: int = 0
    days: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))
    published: frozenset[int] = frozenset()
    hours: tuple[OfficeHours, ...] = USUAL_HOURS
    yellow_percent: int = USUAL_YELLOW_PERCENT
    terms: Mapping[tuple[str, str], tuple[Term, ...]] = field(default_factory=lambda: MappingProxyType({}))
    # The days on which it is not as the weekday says, in order, and how many working days more there were up to each.
    _moved: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _more: tuple[int, ...] = field(init=False, repr=False, compare=False)
    # The working time of one working day.
    day_length: timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.hours or any(a.closes > b.opens for a, b in pairwise(self.hours)):
            raise ValueError("office hours follow one another and are not empty")
        if not 0 <= self.yellow_percent <= 100:
            raise ValueError("a share lies between 0 and 100 percent")
        moved = sorted(day for day, works in self.days.items() if works != _is_weekday(day))
        object.__setattr__(self, "_moved", tuple(day.toordinal() for day in moved))
        more = accumulate((1 if self.days[day] else -1 for day in moved), initial=0)
        object.__setattr__(self, "_more", tuple(more))
        object.__setattr__(self, "day_length", sum((one.length for one in self.hours), timedelta()))

    def is_working(self, day: date) -> bool:
        """Whether people work that day: as published, else Monday to Friday."""
        known = self.days.get(day)
        return _is_weekday(day) if known is None else known

    def working_days(self, first: date, last: date) -> int:
        """How many working days there are from one day to another, both included; none if the last comes first."""
        return max(0, self._worked_until(last.toordinal()) - self._worked_until(first.toordinal() - 1))

    def _worked_until(self, day: int) -> int:
        """The working days since the first of January of the year 1, which was a Monday, up to a day's ordinal."""
        weeks, days = divmod(day, 7)
        return weeks * 5 + min(days, 5) + self._more[bisect_right(self._moved, day)]

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether counting from one day to another rests on a year that is not published yet."""
        return any(year not in self.published for year in range(first.year, last.year + 1))

    def sessions(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The office hours of a day as aware moments; none if nobody works."""
        if self.is_working(day):
            for hours in self.hours:
                yield datetime.combine(day, hours.opens, ZONE), datetime.combine(day, hours.closes, ZONE)

    def close_of_business(self, day: date) -> datetime:
        """When the doors close on a day."""
        return datetime.combine(day, self.hours[-1].closes, ZONE)

    def next_working_day(self, day: date) -> date:
        """The first working day after a date."""
        for ahead in range(1, DAYS_MAX):
            if self.is_working(following := day + timedelta(days=ahead)):
                return following
        raise ValueError("the calendar has no working day in ten years")

    def term(self, procedure: str, state: str, at: datetime) -> Term | None:
        """The term that an office set for a leg beginning at a moment; None where the file's own holds."""
        return next((one for one in self.terms.get((procedure, state), ()) if one.holds_from <= at), None)


def _is_weekday(day: date) -> bool:
    return day.weekday() < 5


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which a clock stands still: from a moment on, up to another, which is outside."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline, when it turns yellow, and whether it may still move when a year is published."""

    at: datetime
    yellow_at: datetime
    provisional: bool


def deadline(
    entered_at: datetime,
    within: Within,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[int] = (),
    yellow_percent: int | None = None,
) -> Due:
    """Compute a clock's deadline from all that it rests on; the same answer whenever it is asked again.

    ``extensions`` are amounts in the span's own measure. ``yellow_percent`` None: the calendar's.
    """
    whole = Within(within.amount + sum(extensions), within.measure)
    begins = entered_at.astimezone(ZONE)
    if whole.measure is Measure.WORKING_HOURS:
        at = _after(begins, timedelta(hours=whole.amount), calendar, pauses)
    else:
        at = calendar.close_of_business(_last_day(begins.date(), whole, calendar, pauses))
    share = calendar.yellow_percent if yellow_percent is None else yellow_percent
    total = working_time_between(begins, at, calendar, pauses)
    # Whole microseconds, rounded down: the database, which moves clocks by the million, must find the same.
    yellow = _after(begins, total * (100 - share) // 100, calendar, pauses)
    return Due(at, yellow, calendar.is_provisional(begins.date(), at.date()))


def due_at(start: datetime, within: Within, calendar: Calendar) -> Due:
    """Compute when a plain span that begins at an aware moment is due; ``at`` is always a moment of office time."""
    return deadline(start, within, calendar)


def _last_day(first: date, within: Within, calendar: Calendar, pauses: Sequence[Pause]) -> date:
    """The day on which a span of days ends."""

    def counts(day: date) -> bool:
        close = calendar.close_of_business(day)
        return not any(pause.since <= close < pause.until for pause in pauses)

    last, left = first, within.amount
    while left:
        if within.measure is Measure.WORKING_DAYS:
            last = calendar.next_working_day(last)
        else:
            last += timedelta(days=1)
        left -= counts(last)
    while not (calendar.is_working(last) and counts(last)):
        last = calendar.next_working_day(last)
    return last


def working_time_between(
    a: datetime, b: datetime, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> timedelta:
    """Working time from one aware moment to a later one, outside pauses; negative if ``b`` comes first."""
    if b < a:
        return -working_time_between(b, a, calendar, pauses)
    a, b = a.astimezone(ZONE), b.astimezone(ZONE)
    first, last = a.date(), b.date()
    total = timedelta()
    if pauses:
        looked_at = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    else:  # the days between are whole ones: a list shows what has been late for a year
        looked_at = [first, last] if first < last else [first]
        between = calendar.working_days(first + timedelta(days=1), last - timedelta(days=1))
        total = calendar.day_length * between
    for day in looked_at:
        for opens, closes in _open(day, calendar, pauses):
            total += max(timedelta(), min(b, closes) - max(a, opens))
    return total


def _open(day: date, calendar: Calendar, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime]]:
    """The office hours of a day without what lies in pauses."""
    for session in calendar.sessions(day):
        pieces = [session]
        for pause in pauses:
            cut = [
                piece
                for opens, closes in pieces
                for piece in ((opens, min(closes, pause.since)), (max(opens, pause.until), closes))
            ]
            pieces = [(opens, closes) for opens, closes in cut if opens < closes]
        yield from pieces


def _after(start: datetime, span: timedelta, calendar: Calendar, pauses: Sequence[Pause]) -> datetime:
    """The first moment of office time by which ``span`` of working time has passed."""
    day, left = start.date(), span
    for _ in range(DAYS_MAX):
        for opens, closes in _open(day, calendar, pauses):
            begins = max(start, opens)
            if begins >= closes:
                continue
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
        day += timedelta(days=1)
    raise ValueError("a span of working time did not end within ten years")


class Colour(StrEnum):
    """红黄绿. Grey: no clock runs."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"

    @property
    def label(self) -> str:
        """The colour as officials call it."""
        return {"green": "正常", "yellow": "将到期", "red": "已超时", "grey": "不计时"}[self.value]


@dataclass(frozen=True, slots=True)
class ClockFace:
    """What a clock shows: a colour, words, and when it is due."""

    colour: Colour
    words: str
    due_at: datetime | None
    provisional: bool = False


NO_CLOCK = ClockFace(Colour.GREY, "不计时", None)


def face(
    due: datetime | None,
    yellow: datetime | None,
    provisional: bool,
    measure: Measure | None,
    at: datetime,
    calendar: Calendar,
    *,
    paused_until: datetime | None = None,
    overall: bool = False,
) -> ClockFace:
    """Read a clock; ``measure`` decides whether to speak of working time or of days.

    ``overall``: it is the clock of the whole way, nearer than that of the leg.
    """
    if paused_until is not None:
        return ClockFace(Colour.GREY, f"已挂起，到{_last_paused_day(paused_until)}", None)
    if due is None or yellow is None or measure is None:
        return NO_CLOCK
    words = f"{'全程' if overall else ''}{_words(due, measure, at, calendar)}"
    return ClockFace(
        colour_of(due, yellow, at), f"{words}（暂定）" if provisional else words, due, provisional
    )


def colour_of(due: datetime | None, yellow: datetime | None, at: datetime) -> Colour:
    """The colour of a clock at a moment; no deadline or a paused one (which has none): grey."""
    if due is None or yellow is None:
        return Colour.GREY
    return Colour.RED if at >= due else Colour.YELLOW if at >= yellow else Colour.GREEN


def end_of_day(day: date) -> datetime:
    """The moment at which a day is over in the county: what a pause up to and including that day ends at."""
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


def _last_paused_day(until: datetime) -> str:
    last = (until - timedelta(microseconds=1)).astimezone(ZONE)
    return f"{last.month}月{last.day}日"


def stopped(due: datetime | None, left: datetime, calendar: Calendar) -> ClockFace:
    """Read the clock of a leg that is over: on time is exactly left no later than due."""
    if due is None:
        return NO_CLOCK
    if left <= due:
        return ClockFace(Colour.GREEN, "按时", due)
    late = _span(working_time_between(due, left, calendar), left - due, calendar)
    return ClockFace(Colour.RED, f"超时{late}", due)


def _words(due: datetime, measure: Measure, at: datetime, calendar: Calendar) -> str:
    if measure is Measure.CALENDAR_DAYS:
        days = (due.astimezone(ZONE).date() - at.astimezone(ZONE).date()).days
        if days > 0:
            return f"还剩 {days} 天"
        if days < 0:
            return f"超时 {-days} 天"
        return f"还剩{_hours(due - at)}" if at < due else f"超时{_hours(at - due)}"
    left = working_time_between(at, due, calendar)
    if at < due:
        return f"还剩{_span(left, due - at, calendar)}"
    return f"超时{_span(-left, at - due, calendar)}"


def _span(span: timedelta, passes: timedelta, calendar: Calendar) -> str:
    """Working time in its largest whole unit, rounded down: never promise more than is left.

    ``passes``: the time that goes by meanwhile. Minutes are said only where they are the same: over a night or a
    noon, “40 分钟” would be wrong by the clock on the wall.
    """
    if span >= calendar.day_length:
        return f" {span // calendar.day_length} 个工作日"
    if span >= timedelta(hours=1):
        return f" {span // timedelta(hours=1)} 个工作小时"
    return _hours(span) if span == passes else "不足 1 个工作小时"


def _hours(span: timedelta) -> str:
    """Time by the clock on the wall, rounded down."""
    if span >= timedelta(hours=1):
        return f" {span // timedelta(hours=1)} 小时"
    if span >= timedelta(minutes=1):
        return f" {span // timedelta(minutes=1)} 分钟"
    return "不足 1 分钟"


def in_words(at: datetime) -> str:
    """A moment as the county says it: “2026年10月8日17:30”."""
    here = at.astimezone(ZONE)
    return f"{here.year}年{here.month}月{here.day}日{here:%H:%M}"

"""``rules.deadline`` for plain spans, as one SQL statement over a table of spans: a million clocks in seconds.

Every working day is equally long, so a moment has a position: so many microseconds of office time since a first day.
A span of hours ends at its start's position plus its length; a span of days at the end of a certain working day; and
a position is turned back into a moment through the n-th working day. A property test holds this and the rules equal
for any calendar, hours and measures. Spans with pauses or extensions are not plain and go through Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from typing import Final

from django.db import connection

from minqing.workflow.rules import DAYS_MAX, Calendar

# No matter here is older, and the county's zone has had no summer time since.
FIRST_DAY: Final = date(1992, 1, 1)
_MICROSECOND: Final = timedelta(microseconds=1)

_DROP: Final = "DROP TABLE IF EXISTS pg_temp.clock_day, pg_temp.clock_nth"
_MAKE: Final = """
CREATE TEMPORARY TABLE clock_day (day date PRIMARY KEY, nth int, works int, unpublished int, own int,
    begins timestamptz GENERATED ALWAYS AS (day::timestamp AT TIME ZONE 'Asia/Shanghai') STORED);
CREATE TEMPORARY TABLE clock_nth (nth int PRIMARY KEY, day date, unpublished int,
    begins timestamptz GENERATED ALWAYS AS (day::timestamp AT TIME ZONE 'Asia/Shanghai') STORED);
"""


# A byte for each day: whether it is worked, whether its year is unpublished, whether a year begins.
_WORKS, _UNPUBLISHED, _BEGINS = 1, 2, 4
_FILL: Final = """
INSERT INTO clock_day (day, nth, works, unpublished, own)
SELECT %(first)s::date + n, sum(flags & 1) OVER w, flags & 1, sum((flags >> 2) * (flags >> 1 & 1)) OVER w,
       flags >> 1 & 1
FROM (SELECT n, get_byte(%(days)s, n) AS flags FROM generate_series(0, %(count)s - 1) AS n OFFSET 0) AS d
WINDOW w AS (ORDER BY n ROWS UNBOUNDED PRECEDING);
INSERT INTO clock_nth (nth, day, unpublished) SELECT nth, day, unpublished FROM clock_day WHERE works = 1 ORDER BY nth;
"""


@contextmanager
def calendar_tables(calendar: Calendar, last: date) -> Iterator[None]:
    """Lay a calendar down as temporary tables: days up to ten years after ``last``, and the n-th working day."""
    days, year, own = bytearray(), 0, 0
    for offset in range((last - FIRST_DAY).days + DAYS_MAX):
        day = FIRST_DAY + timedelta(days=offset)
        begins = 0
        if day.year != year:
            year, begins = day.year, _BEGINS
            own = 0 if year in calendar.published else _UNPUBLISHED
        days.append(calendar.is_working(day) * _WORKS | own | begins)
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        cursor.execute(_MAKE)
        cursor.execute(_FILL, {"first": FIRST_DAY, "days": bytes(days), "count": len(days)})
        cursor.execute("ANALYZE pg_temp.clock_day, pg_temp.clock_nth")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(_DROP)


# {spans} has key, start, amount, measure, percent. "pos": office time before the start; "target": at the deadline.
# OFFSET 0: computed once, not wherever it is named further down. A float holds the microseconds of a day exactly.
_DUE: Final = """
WITH begun AS (
    SELECT s.key, s.amount, s.measure, s.percent, s.day, c.nth, c.unpublished - c.own AS before,
           (c.nth - c.works) * {day}::bigint + c.works * ({within}) AS pos
    FROM (SELECT i.*, (i.start AT TIME ZONE 'Asia/Shanghai')::date AS day FROM {spans} AS i OFFSET 0) AS s
    JOIN clock_day AS c ON c.day = s.day
    CROSS JOIN LATERAL (SELECT round(date_part('epoch', s.start - c.begins) * 1000000)::bigint AS t OFFSET 0) AS o
    OFFSET 0
), aimed AS (
    SELECT b.*, CASE b.measure WHEN 'working_hours' THEN b.pos + b.amount * 3600000000
                               WHEN 'working_days' THEN (b.nth + b.amount) * {day}::bigint
                               ELSE (r.nth + 1) * {day}::bigint END AS target
    FROM begun AS b
    LEFT JOIN clock_day AS r ON b.measure = 'calendar_days' AND r.day = b.day + b.amount - 1
    OFFSET 0
), ended AS (
    SELECT a.key, a.before, a.target,
           -- All of it yellow: from the first moment of office time on, which is one step before the next one.
           CASE WHEN a.percent = 100 THEN a.pos + 1
                ELSE a.pos + (a.target - a.pos) * (100 - a.percent) / 100 END AS yellow,
           (a.percent = 100)::int AS back
    FROM aimed AS a
    OFFSET 0
)
SELECT e.key,
       d.begins + ({due_time}) * interval '1 microsecond' AS due,
       y.begins + ({yellow_time} - e.back) * interval '1 microsecond' AS yellow,
       d.unpublished > e.before AS provisional
FROM ended AS e
JOIN clock_nth AS d ON d.nth = (e.target + {day}::bigint - 1) / {day}::bigint
JOIN clock_nth AS y ON y.nth = (e.yellow + {day}::bigint - 1) / {day}::bigint
"""


def due_of_spans(spans: str, calendar: Calendar) -> str:
    """The statement that gives ``key, due, yellow, provisional`` of every span in a relation (its name, or a query in
    brackets), with the office hours of a calendar whose days are laid down."""
    day = calendar.day_length // _MICROSECOND
    return _DUE.format(
        spans=spans,
        day=day,
        within=" + ".join(
            f"least(greatest(o.t - {_of(one.opens)}, 0), {one.length // _MICROSECOND})"
            for one in calendar.hours
        ),
        due_time=_time_at(f"(e.target - (d.nth - 1) * {day}::bigint)", calendar),
        yellow_time=_time_at(f"(e.yellow - (y.nth - 1) * {day}::bigint)", calendar),
    )


def _time_at(position: str, calendar: Calendar) -> str:
    """The time of day, in microseconds, at which so much of a working day's office time has passed."""
    cases, before = [], 0
    for one in calendar.hours:
        length = one.length // _MICROSECOND
        cases.append(f"WHEN {position} <= {before + length} THEN {position} + {_of(one.opens) - before}")
        before += length
    return f"CASE {' '.join(cases)} END"


def _of(at: time) -> int:
    """Microseconds since midnight."""
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond

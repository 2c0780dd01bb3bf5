"""The database computes deadlines exactly as the rules do, whatever the calendar, the hours and the measures."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minqing.kernel.copying import copy_rows
from minqing.workflow import rules
from minqing.workflow.parts import Within, calendar_days, working_days, working_hours
from minqing.workflow.rules import ZONE, Calendar, OfficeHours, deadline
from minqing.workflow.services.due_sql import calendar_tables, due_of_spans

pytestmark = pytest.mark.django_db
FIRST = date(2026, 12, 1)
OTHER_HOURS = (OfficeHours(time(9), time(11, 47, 13)), OfficeHours(time(11, 47, 13), time(16, 20)))
THREE = (*rules.USUAL_HOURS, OfficeHours(time(18), time(21)))


@st.composite
def calendars(draw: Any) -> Calendar:
    """Any mixture of worked and free days over a turn of the year, at several office hours."""
    days = {FIRST + timedelta(days=n): draw(st.booleans()) for n in range(draw(st.integers(0, 60)))}
    published = frozenset(draw(st.sets(st.sampled_from([2026, 2027, 2028]))))
    hours = draw(st.sampled_from([rules.USUAL_HOURS, OTHER_HOURS, THREE]))
    return Calendar(1, MappingProxyType(days), published, hours, draw(st.integers(0, 100)))


moments = st.builds(
    lambda day, micro: datetime.combine(FIRST + timedelta(days=day), time(), ZONE) + timedelta(microseconds=micro),
    st.integers(-20, 50),
    st.one_of(
        st.integers(0, 86_400_000_000 - 1),
        # Exactly where office hours begin and end.
        st.sampled_from([30_600, 43_200, 50_400, 63_000, 42_433, 58_800]).map(lambda second: second * 1_000_000),
    ),
)  # fmt: skip
spans = st.one_of(
    st.integers(1, 90).map(working_hours),
    st.integers(1, 40).map(working_days),
    st.integers(1, 90).map(calendar_days),
)
clocks = st.lists(
    st.tuples(moments, spans, st.one_of(st.none(), st.integers(0, 100))), min_size=1, max_size=20
)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calendars(), clocks)
def test_the_database_agrees_with_the_rules(
    calendar: Calendar, clocks: list[tuple[datetime, Within, int | None]]
) -> None:
    rows = [
        (
            n,
            start,
            within.amount,
            within.measure.value,
            calendar.yellow_percent if percent is None else percent,
        )
        for n, (start, within, percent) in enumerate(clocks)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE span (key int, start timestamptz, amount int, measure text, percent int)"
            " ON COMMIT DROP"
        )
        copy_rows("span", ("key", "start", "amount", "measure", "percent"), rows)
        with calendar_tables(calendar, date(2028, 1, 1)):
            cursor.execute(due_of_spans("span", calendar))
            found = {key: rest for key, *rest in cursor.fetchall()}
        cursor.execute("DROP TABLE span")
    for n, (start, within, percent) in enumerate(clocks):
        due = deadline(start, within, calendar, yellow_percent=percent)
        assert found[n] == [due.at, due.yellow_at, due.provisional]

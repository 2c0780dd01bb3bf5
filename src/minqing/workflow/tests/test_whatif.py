"""What if: the same courses come out the same, more hands wait less, shorter spans are missed more often."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minqing.workflow import public as workflow
from minqing.workflow.official import official_calendar
from minqing.workflow.whatif import Course, Setting, Stay, WorkingTime, efforts, replay

CALENDAR = official_calendar()
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 9:00 in Zhejiang
HOUR = 3600.0


def year(cases_a_day: int = 6, lasted: float = 9 * HOUR) -> list[Course]:
    return [
        Course(
            MONDAY + timedelta(days=day, minutes=40 * number),
            (Stay("handling", "综合执法队", lasted * (1 + number % 3)), Stay("asking", "", 4 * HOUR)),
        )
        for day in range(60)
        for number in range(cases_a_day)
    ]


def setting(staff: int, days: int = 5) -> Setting:
    return Setting({"handling": workflow.working_days(days)}, {"综合执法队": staff})


def test_the_same_courses_come_out_the_same() -> None:
    one, two = (replay(year(), setting(2), CALENDAR, staff_then={"综合执法队": 2}) for _ in range(2))
    assert one == two
    assert one.stays == 360, "stays without a deadline are not judged"


def test_more_hands_wait_less_and_shorter_spans_are_missed_more_often() -> None:
    then = {"综合执法队": 2}
    fewer, same, more = (replay(year(), setting(staff), CALENDAR, staff_then=then) for staff in (1, 2, 4))
    assert fewer.late_share > same.late_share >= more.late_share
    assert fewer.waited["综合执法队"] > more.waited["综合执法队"]
    assert same.busy["综合执法队"] == pytest.approx(0.85, abs=0.1)
    shorter = replay(year(), setting(2, days=1), CALENDAR, staff_then=then)
    assert shorter.late_share > same.late_share


def test_efforts_add_up_to_what_the_hands_could_do() -> None:
    courses = year()
    lasted = sum(stay.lasted for one in courses for stay in one.stays if stay.desk)
    office = 60 * 7 * HOUR
    share = efforts(courses, {"综合执法队": 2}, office, 0.85)["综合执法队"]
    assert share * lasted == pytest.approx(0.85 * 2 * office)
    assert efforts(courses, {"综合执法队": 900}, office, 0.85)["综合执法队"] == 1.0, (
        "never more than it lasted"
    )


@settings(deadline=None)
@given(st.integers(0, 59), st.integers(0, 24 * 60 - 1))
def test_office_time_there_and_back(days: int, minutes: int) -> None:
    time = WorkingTime(date(2026, 3, 1), date(2026, 5, 1), CALENDAR)
    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=days, minutes=minutes)
    back = time.moment(time.seconds(at))
    assert time.seconds(back) == pytest.approx(time.seconds(at))
    assert time.seconds(at + timedelta(hours=1)) >= time.seconds(at)


def test_nothing_to_replay_is_said() -> None:
    with pytest.raises(ValueError, match="nothing"):
        replay([], setting(1), CALENDAR, staff_then={})
    with pytest.raises(ValueError, match="no working day"):
        WorkingTime(date(2026, 3, 1), date(2026, 3, 1), CALENDAR)

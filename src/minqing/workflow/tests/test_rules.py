"""Working time: agrees with a slow count minute by minute, and with days that people know."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minqing.workflow import rules
from minqing.workflow.official import covered_years, official_calendar, official_days
from minqing.workflow.parts import Measure, Within, calendar_days, working_days, working_hours
from minqing.workflow.rules import (
    NO_CLOCK,
    ZONE,
    Calendar,
    Colour,
    OfficeHours,
    Pause,
    Term,
    colour_of,
    deadline,
    due_at,
    end_of_day,
    face,
    in_words,
    stopped,
    working_time_between,
)

CALENDAR = official_calendar()


def at(month: int, day: int, hour: int = 9, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "within", "due"),
    [
        # Hours count from the moment, across lunch, night and weekend.
        (at(11, 20, 9), working_hours(2), at(11, 20, 11)),
        (at(11, 20, 11), working_hours(2), at(11, 20, 15)),
        (at(11, 20, 16, 30), working_hours(4), at(11, 23, 11, 30)),
        (at(11, 20, 20), working_hours(1), at(11, 23, 9, 30)),
        (at(11, 20, 12), working_hours(1), at(11, 20, 15)),
        (at(11, 20, 8, 30), working_hours(7), at(11, 20, 17, 30)),
        # Days: the day itself is not counted, the last one ends at close of business.
        (at(11, 18, 9), working_days(1), at(11, 19, 17, 30)),
        (at(11, 20, 9), working_days(1), at(11, 23, 17, 30)),
        (at(11, 21, 9), working_days(1), at(11, 23, 17, 30)),
        (at(11, 18, 23), working_days(5), at(11, 25, 17, 30)),
        # National Day 2026: off from the 1st to the 7th; Saturday the 10th is worked, as was Sunday 20 September.
        (at(9, 30, 9), working_days(1), at(10, 8, 17, 30)),
        (at(9, 30, 9), working_days(3), at(10, 10, 17, 30)),
        (at(9, 30, 9), working_days(4), at(10, 12, 17, 30)),
        (at(9, 30, 16, 30), working_hours(2), at(10, 8, 9, 30)),
        (at(9, 18, 9), working_days(1), at(9, 20, 17, 30)),
        # Spring Festival 2026: the 15th to the 23rd of February off, Saturdays the 14th and the 28th worked.
        (at(2, 13, 10), working_days(2), at(2, 24, 17, 30)),
        # Calendar days: a last day that is off rolls on to the next working day.
        (at(9, 20, 9), calendar_days(15), at(10, 8, 17, 30)),
        (at(11, 1, 9), calendar_days(15), at(11, 16, 17, 30)),
        (at(11, 6, 9), calendar_days(15), at(11, 23, 17, 30)),
    ],
)
def test_deadlines_that_people_know(start, within, due):
    found = due_at(start, within, CALENDAR)
    assert found.at == due
    assert not found.provisional


def test_over_the_end_of_the_published_calendar_a_deadline_is_provisional():
    assert covered_years()[-1] == 2026, "a new year is published: move this test on"
    inside = due_at(at(12, 30), working_days(1), CALENDAR)
    beyond = due_at(at(12, 31), working_days(1), CALENDAR)
    assert (inside.at, inside.provisional) == (at(12, 31, 17, 30), False)
    # Nobody has published 2027 yet: its first of January is an ordinary Friday until somebody does.
    assert (beyond.at, beyond.provisional) == (at(1, 1, 17, 30, year=2027), True)
    assert due_at(at(12, 20), calendar_days(30), CALENDAR).provisional


def test_a_published_year_makes_it_firm_and_moves_it():
    days = dict(CALENDAR.days) | {date(2027, 1, 1): False, date(2027, 1, 3): True}
    published = Calendar(2, MappingProxyType(days), CALENDAR.published | {2027})
    found = due_at(at(12, 31), working_days(1), published)
    assert (found.at, found.provisional) == (at(1, 3, 17, 30, year=2027), False)


def test_the_published_calendar_has_every_day_of_every_year_once():
    assert len(official_days(2024)) == 366
    assert len(CALENDAR.days) == sum(len(official_days(year)) for year in covered_years())
    labels = {day.date: (day.is_working, day.label) for day in official_days(2026)}
    assert labels[date(2026, 10, 1)] == (False, "国庆节")
    assert labels[date(2026, 10, 10)] == (True, "国庆节调休上班")
    assert labels[date(2026, 11, 20)] == (True, "")
    assert all("（" in day.source for day in official_days(2026))


# The oracle: count the minutes one by one.

FIRST = date(2026, 9, 14)
SHORT_HOURS = (OfficeHours(time(9), time(9, 40)), OfficeHours(time(14), time(14, 30)))


@st.composite
def calendars(draw):
    """Any mixture of worked and free days over two months, at real or very short office hours."""
    days = {FIRST + timedelta(days=n): draw(st.booleans()) for n in range(draw(st.integers(0, 40)))}
    published = frozenset(draw(st.sets(st.sampled_from([2026, 2027]))))
    hours = draw(st.sampled_from([rules.USUAL_HOURS, SHORT_HOURS]))
    return Calendar(1, MappingProxyType(days), published, hours, draw(st.integers(0, 100)))


minutes = st.integers(0, 20 * 24 * 60)
moments = minutes.map(lambda n: datetime.combine(FIRST, time(), ZONE) + timedelta(minutes=n))
spans = st.one_of(
    st.integers(1, 30).map(working_hours),
    st.integers(1, 12).map(working_days),
    st.integers(1, 25).map(calendar_days),
)


def counted(a: datetime, b: datetime, calendar: Calendar) -> int:
    """Working minutes from a to b, one by one."""
    total, moment = 0, a
    while moment < b:
        total += is_office_time(moment, calendar)
        moment += timedelta(minutes=1)
    return total


def is_office_time(moment: datetime, calendar: Calendar) -> bool:
    return any(opens <= moment < closes for opens, closes in calendar.sessions(moment.date()))


@settings(deadline=None, max_examples=60)
@given(calendars(), moments, moments)
def test_working_time_agrees_with_counting_minutes(calendar, a, b):
    expected = counted(a, b, calendar) if a <= b else -counted(b, a, calendar)
    assert working_time_between(a, b, calendar) == timedelta(minutes=expected)


@settings(deadline=None, max_examples=60)
@given(calendars(), moments, st.integers(-900, 900), st.integers(0, 24 * 60))
def test_what_lies_far_apart_is_counted_by_days_as_it_is_one_by_one(calendar, a, days, more):
    b = a + timedelta(days=days, minutes=more)
    long_ago = [
        Pause(a - timedelta(days=4000), a - timedelta(days=3999))
    ]  # with a pause each day is looked at
    assert working_time_between(a, b, calendar) == working_time_between(a, b, calendar, long_ago)


@settings(deadline=None, max_examples=60)
@given(calendars(), st.integers(-30, 60), st.integers(-3, 400))
def test_working_days_are_counted_as_they_are_one_by_one(calendar, begins, many):
    first = FIRST + timedelta(days=begins)
    between = [first + timedelta(days=n) for n in range(many)]
    worked = sum(calendar.is_working(day) for day in between)
    assert calendar.working_days(first, first + timedelta(days=many - 1)) == worked


@settings(deadline=None, max_examples=60)
@given(calendars(), moments, st.integers(1, 12))
def test_a_span_of_hours_is_due_at_the_first_minute_that_completes_it(calendar, start, hours):
    due = due_at(start, working_hours(hours), calendar).at
    assert counted(start, due, calendar) == hours * 60
    assert counted(start, due - timedelta(minutes=1), calendar) == hours * 60 - 1


@settings(deadline=None, max_examples=100)
@given(calendars(), moments, st.integers(1, 12))
def test_a_span_of_days_is_due_when_the_nth_working_day_after_it_closes(calendar, start, days):
    due = due_at(start, working_days(days), calendar).at
    between = [start.date() + timedelta(days=n) for n in range(1, (due.date() - start.date()).days + 1)]
    assert sum(calendar.is_working(day) for day in between) == days
    assert due == calendar.close_of_business(due.date())


@settings(deadline=None, max_examples=200)
@given(calendars(), moments, spans)
def test_nothing_is_ever_due_outside_office_hours(calendar, start, within):
    found = due_at(start, within, calendar)
    for moment in (found.at, found.yellow_at):
        sessions = list(calendar.sessions(moment.astimezone(ZONE).date()))
        assert any(opens <= moment <= closes for opens, closes in sessions)
    assert start < found.at
    assert found.yellow_at <= found.at


@settings(deadline=None, max_examples=200)
@given(calendars(), moments, moments, spans)
def test_whoever_starts_later_is_never_due_earlier(calendar, a, b, within):
    first, second = sorted((a, b))
    assert due_at(first, within, calendar).at <= due_at(second, within, calendar).at


@settings(deadline=None, max_examples=100)
@given(calendars(), moments, st.integers(1, 20), st.sampled_from(list(Measure)))
def test_a_longer_span_is_never_due_earlier(calendar, start, amount, measure):
    shorter, longer = Within(amount, measure), Within(amount + 1, measure)
    assert due_at(start, shorter, calendar).at <= due_at(start, longer, calendar).at


@settings(deadline=None, max_examples=100)
@given(calendars(), moments, spans)
def test_yellow_is_the_last_share_of_the_working_time(calendar, start, within):
    found = due_at(start, within, calendar)
    total = working_time_between(start, found.at, calendar)
    left = working_time_between(found.yellow_at, found.at, calendar)
    assert left * 100 == total * calendar.yellow_percent


@settings(deadline=None, max_examples=100)
@given(calendars(), moments, spans)
def test_provisional_is_exactly_resting_on_an_unpublished_year(calendar, start, within):
    found = due_at(start, within, calendar)
    years = {start.year, found.at.astimezone(ZONE).year}
    assert found.provisional == (not years <= calendar.published)


@settings(deadline=None, max_examples=200)
@given(calendars(), moments, moments, spans)
def test_a_clock_goes_green_yellow_red_and_never_back(calendar, start, later, within):
    found = due_at(start, within, calendar)
    order = [Colour.GREEN, Colour.YELLOW, Colour.RED]
    looks = [
        face(found.at, found.yellow_at, found.provisional, within.measure, moment, calendar)
        for moment in sorted((start, later, found.yellow_at, found.at))
        if moment >= start
    ]
    ranks = [order.index(look.colour) for look in looks]
    assert ranks == sorted(ranks)
    assert ranks[-1] == 2 or later > found.at


def show(due: datetime, now: datetime, measure: Measure = Measure.WORKING_DAYS, *, provisional: bool = False):
    return face(due, due - timedelta(hours=2), provisional, measure, now, CALENDAR)


@pytest.mark.parametrize(
    ("due", "now", "words", "colour"),
    [
        (at(11, 20, 17, 30), at(11, 18, 10), "还剩 2 个工作日", Colour.GREEN),
        (at(11, 23, 17, 30), at(11, 20, 20), "还剩 1 个工作日", Colour.GREEN),
        (at(11, 20, 17, 30), at(11, 20, 14, 30), "还剩 3 个工作小时", Colour.GREEN),
        (at(11, 20, 8, 30), at(11, 19, 15, 30), "还剩 2 个工作小时", Colour.GREEN),
        (at(11, 20, 8, 50), at(11, 19, 17, 10), "还剩不足 1 个工作小时", Colour.GREEN),
        (at(11, 20, 17, 30), at(11, 20, 16, 50), "还剩 40 分钟", Colour.YELLOW),
        (at(11, 20, 17, 30), at(11, 20, 17, 30), "超时 不足 1 分钟", Colour.RED),
        (at(11, 20, 17, 30), at(11, 20, 18, 20), "超时不足 1 个工作小时", Colour.RED),
        (at(11, 20, 17, 30), at(11, 21, 12), "超时不足 1 个工作小时", Colour.RED),
        (at(11, 20, 9, 30), at(11, 20, 9, 50), "超时 20 分钟", Colour.RED),
        (at(11, 20, 17, 30), at(11, 23, 10, 30), "超时 2 个工作小时", Colour.RED),
        (at(11, 18, 17, 30), at(11, 20, 17, 30), "超时 2 个工作日", Colour.RED),
    ],
)
def test_the_words_of_a_clock(due, now, words, colour):
    shown = show(due, now)
    assert (shown.words, shown.colour, shown.due_at) == (words.replace("超时 不足", "超时不足"), colour, due)


def test_a_clock_of_calendar_days_speaks_of_days():
    due = at(11, 20, 17, 30)
    assert show(due, at(11, 2), Measure.CALENDAR_DAYS).words == "还剩 18 天"
    assert show(due, at(11, 20, 16), Measure.CALENDAR_DAYS).words == "还剩 1 小时"
    assert show(due, at(11, 20, 6), Measure.CALENDAR_DAYS).words == "还剩 11 小时"
    assert show(due, at(11, 20, 17, 10), Measure.CALENDAR_DAYS).words == "还剩 20 分钟"
    assert show(due, at(11, 20, 20), Measure.CALENDAR_DAYS).words == "超时 2 小时"
    assert show(due, at(11, 30), Measure.CALENDAR_DAYS).words == "超时 10 天"


def test_a_provisional_clock_says_so_and_a_missing_one_too():
    assert show(at(11, 20, 17, 30), at(11, 20, 14, 30), provisional=True).words == "还剩 3 个工作小时（暂定）"
    assert face(None, None, False, None, at(11, 20), CALENDAR) is NO_CLOCK


def test_a_leg_that_is_over_was_on_time_exactly_if_it_was_left_by_its_deadline():
    due = at(11, 20, 17, 30)
    assert stopped(due, due, CALENDAR).words == "按时"
    assert stopped(due, at(11, 23, 9, 30), CALENDAR).words == "超时 1 个工作小时"
    assert stopped(None, due, CALENDAR) is NO_CLOCK


def test_colours_and_moments_have_words():
    assert [colour.label for colour in Colour] == ["正常", "将到期", "已超时", "不计时"]
    assert in_words(at(10, 8, 17, 30)) == "2026年10月8日17:30"
    assert Calendar().day_length == timedelta(hours=7)


@pytest.mark.parametrize(
    "broken",
    [
        lambda: OfficeHours(time(12), time(8)),
        lambda: Calendar(hours=()),
        lambda: Calendar(hours=(OfficeHours(time(8), time(12)), OfficeHours(time(11), time(17)))),
        lambda: Calendar(yellow_percent=101),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(broken):
    with pytest.raises(ValueError, match=r"office hours|share"):
        broken()


def test_a_calendar_without_working_days_ends_in_a_sentence_not_in_a_loop():
    never = {date(2026, 11, 1) + timedelta(days=n): False for n in range(rules.DAYS_MAX + 40)}
    calendar = Calendar(days=MappingProxyType(never))
    with pytest.raises(ValueError, match="no working day"):
        due_at(at(11, 20), working_days(1), calendar)
    with pytest.raises(ValueError, match="did not end"):
        due_at(at(11, 20), working_hours(1), calendar)


# Pauses and extensions.


@st.composite
def pauses(draw):
    """Up to three stretches that do not overlap, in the order of time."""
    edges = sorted(draw(st.sets(minutes, max_size=6)))
    begins = datetime.combine(FIRST, time(), ZONE)
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return [Pause(begins + timedelta(minutes=a), begins + timedelta(minutes=b)) for a, b in pairs]


@settings(deadline=None, max_examples=100)
@given(calendars(), moments, spans)
def test_without_pauses_and_extensions_a_deadline_is_the_plain_one(calendar, start, within):
    assert deadline(start, within, calendar, pauses=[], extensions=[]) == due_at(start, within, calendar)


@settings(deadline=None, max_examples=150)
@given(calendars(), moments, spans, pauses())
def test_no_pause_shortens_a_clock_and_one_more_never_does(calendar, start, within, stretches):
    at = [deadline(start, within, calendar, pauses=stretches[:n]).at for n in range(len(stretches) + 1)]
    assert at == sorted(at)


@settings(deadline=None, max_examples=100)
@given(calendars(), moments, moments, spans, pauses())
def test_with_pauses_too_whoever_starts_later_is_never_due_earlier(calendar, a, b, within, stretches):
    first, second = (deadline(one, within, calendar, pauses=stretches).at for one in sorted((a, b)))
    assert first <= second


@settings(deadline=None, max_examples=100)
@given(calendars(), moments, spans, st.lists(st.integers(1, 9), max_size=3), pauses())
def test_extensions_add_up_and_never_shorten(calendar, start, within, extensions, stretches):
    longer = Within(within.amount + sum(extensions), within.measure)
    found = deadline(start, within, calendar, pauses=stretches, extensions=extensions)
    assert found == deadline(start, longer, calendar, pauses=stretches)
    assert found.at >= deadline(start, within, calendar, pauses=stretches).at


@settings(deadline=None, max_examples=100)
@given(calendars(), moments, spans, pauses())
def test_office_time_outside_pauses_is_what_a_clock_counts(calendar, start, within, stretches):
    found = deadline(start, within, calendar, pauses=stretches)
    total = working_time_between(start, found.at, calendar, stretches)
    if within.measure is Measure.WORKING_HOURS:
        assert total == timedelta(hours=within.amount)
    left = working_time_between(found.yellow_at, found.at, calendar, stretches)
    assert left * 100 == total * calendar.yellow_percent
    assert not any(pause.since <= found.at < pause.until for pause in stretches) or found.at in [
        pause.since for pause in stretches
    ]


def test_a_threshold_of_its_own_wins_over_the_countys():
    found = deadline(at(11, 20, 8, 30), working_hours(7), CALENDAR, yellow_percent=50)
    assert found.yellow_at == at(11, 20, 12)
    assert deadline(at(11, 20, 8, 30), working_hours(7), CALENDAR, yellow_percent=100).yellow_at == at(
        11, 20, 8, 30
    )


def test_a_paused_clock_says_until_when_and_a_whole_one_says_so():
    until = end_of_day(date(2026, 11, 24))
    paused = face(None, None, False, None, at(11, 20), CALENDAR, paused_until=until)
    assert (paused.colour, paused.words) == (Colour.GREY, "已挂起，到11月24日")
    due = at(11, 20, 17, 30)
    whole = face(due, due, False, Measure.WORKING_DAYS, at(11, 20, 14, 30), CALENDAR, overall=True)
    assert whole.words == "全程还剩 3 个工作小时"
    assert colour_of(None, None, at(11, 20)) is Colour.GREY


def test_the_term_that_holds_is_the_latest_that_has_begun():
    terms = (Term(3, at(11, 22)), Term(2, at(11, 18)))
    calendar = Calendar(terms=MappingProxyType({("p", "s"): terms}))
    assert calendar.term("p", "s", at(11, 20)) is terms[1]
    assert calendar.term("p", "s", at(11, 23)) is terms[0]
    assert calendar.term("p", "s", at(11, 1)) is None
    assert calendar.term("p", "other", at(11, 20)) is None

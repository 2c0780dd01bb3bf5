"""A changed day moves the clocks it touches and no others, corrects what is over, and says what turned."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from minqing.accounts.tests.factories import AT
from minqing.journal.public import Entry, timeline
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.workflow import public as workflow
from minqing.workflow.events import ClockMoved, ClocksRecomputed, VerdictChanged
from minqing.workflow.models import Leg, Recomputation, Run
from minqing.workflow.parts import working_days
from minqing.workflow.procedure import only
from minqing.workflow.rules import ZONE, OfficeHours, due_at
from minqing.workflow.services.recompute import SETTLES
from minqing.workflow.tests.test_pausing import MONDAY_CLOSE, Watched, accepted, fresh, paused, step

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
MORNING, AFTERNOON = OfficeHours(time(9), time(12)), OfficeHours(time(13), time(17))


@pytest.fixture
def administrator(county):
    workflow.ensure_calendar(at=AT - timedelta(days=9))
    workflow.recompute_clocks(at=AT - timedelta(days=8))
    return county.actor(SYSTEM_ADMINISTRATOR)


def day_off(administrator, day: date = MONDAY, at: datetime = AT, *, works: bool = False) -> None:
    workflow.set_working_day(day=day, is_working=works, label="大雪停班", by=administrator, at=at)


def said(run: Run) -> list[str]:
    return [line.sentence for line in timeline("case", run.subject_id)]


def test_a_leg_that_is_over_is_corrected_and_a_verdict_that_turns_is_said(county, administrator):
    run, on_time = accepted(county), accepted(county)
    for one, left in ((run, MONDAY_CLOSE + timedelta(hours=1)), (on_time, MONDAY_CLOSE - timedelta(hours=1))):
        step(county, one, "assign", left, unit_id=county.unit.id)
    later = MONDAY_CLOSE + timedelta(days=3)
    day_off(administrator, at=later)
    workflow.recompute_clocks(at=later)
    for one in (run, on_time):
        assert Leg.objects.get(run=one, number=2).due_at == MONDAY_CLOSE + timedelta(days=1)
    turned = "因工作日历更正，“待派单”的时限由2026年11月23日17:30改为2026年11月24日17:30，原算超时，改为按时"
    assert turned in said(run)
    assert turned not in said(on_time)
    found = Recomputation.objects.get(first_day=MONDAY)
    assert (found.closed_seen, found.closed_moved, found.verdicts_changed) == (2, 2, 1)
    (done,) = [one for one in timeline("calendar", county.county.id) if "重新计算" in one.sentence]
    assert done.sentence == (
        "按新的日历重新计算时限：正在办的变动 1 件；已办完的更正 2 段，其中 1 段的超时结论改变"
    )


def test_what_is_over_was_judged_by_the_hours_of_its_time(county, administrator):
    run = accepted(county)
    step(county, run, "assign", MONDAY_CLOSE - timedelta(hours=1), unit_id=county.unit.id)
    workflow.set_office_hours(
        morning=MORNING, afternoon=AFTERNOON, yellow_percent=20, by=administrator, at=MONDAY_CLOSE
    )
    workflow.recompute_clocks(at=MONDAY_CLOSE)
    assert Leg.objects.get(run=run, number=2).due_at == MONDAY_CLOSE, "new hours are for what still runs"
    assert fresh(run).next_due_at == datetime(2026, 11, 30, 17, tzinfo=ZONE)
    day_off(administrator, at=MONDAY_CLOSE + timedelta(hours=1))
    workflow.recompute_clocks(at=MONDAY_CLOSE + timedelta(hours=1))
    assert Leg.objects.get(run=run, number=2).due_at == MONDAY_CLOSE + timedelta(days=1)


def test_a_day_that_changes_nothing_recomputes_nothing(county, administrator):
    accepted(county)
    before = Recomputation.objects.count()
    day_off(administrator, works=True)
    assert Recomputation.objects.count() == before, "another name for a day moves no clock"
    workflow.publish_year(
        year=2027,
        holidays={date(2027, 1, 1): "元旦"},
        make_up_days={},
        source="通知",
        by=administrator,
        at=AT,
    )
    assert workflow.recompute_clocks(at=AT) == 0
    assert Entry.objects.filter(kind=ClockMoved.kind).count() == 0
    assert "没有变化" in timeline("calendar", county.county.id)[-1].sentence


def test_a_version_settles_once_and_finds_late_comers_until_then(county, administrator):
    run = accepted(county)
    day_off(administrator)
    assert workflow.recompute_clocks(at=AT) == 1
    # Somebody had read the calendar before, and commits only now.
    late = accepted(county)
    stood = {"next_due_at": MONDAY_CLOSE, "calendar_version": 1}
    Run.everything.filter(id=late.id).update(**stood)
    Leg.objects.filter(run=late, left_at=None).update(due_at=MONDAY_CLOSE, calendar_version=1)
    assert workflow.recompute_clocks(at=AT + timedelta(minutes=1)) == 1
    assert fresh(late).next_due_at == fresh(run).next_due_at
    assert workflow.recompute_clocks(at=AT + SETTLES) == 0
    assert not Recomputation.objects.filter(settled_at=None).exists()
    assert Entry.objects.filter(kind=ClocksRecomputed.kind).count() == 2, "the first filling, and this"


def test_clocks_with_a_pause_or_an_extension_move_too(county, administrator):
    run, extended, still = accepted(county), accepted(county), accepted(county)
    clerk, dispatcher = county.actor(VILLAGE_CLERK), county.actor(TOWN_DISPATCHER)
    paused(county, run)
    workflow.end_pause(run_id=run.id, by=clerk, at=AT + timedelta(hours=1))
    asked = workflow.ask_extension(run_id=extended.id, amount=1, why="难", by=clerk, at=AT)
    workflow.decide_request(
        request_id=asked.id, run_id=extended.id, granted=True, why="", by=dispatcher, at=AT
    )
    paused(county, still)
    day_off(administrator)
    assert workflow.recompute_clocks(at=AT) == 2
    assert fresh(run).next_due_at == MONDAY_CLOSE + timedelta(days=1)
    assert fresh(extended).next_due_at == MONDAY_CLOSE + timedelta(days=2)
    assert fresh(still).next_due_at is None
    workflow.end_pauses(at=MONDAY_CLOSE + timedelta(days=9))
    assert fresh(still).next_due_at == MONDAY_CLOSE + timedelta(days=2), (
        "one day more than without the holiday"
    )


def test_what_is_over_with_a_pause_or_an_extension_is_corrected_one_by_one(county, administrator):
    with only(Watched):
        run, clerk = accepted(county, Watched), county.actor(VILLAGE_CLERK)
        asked = workflow.ask_extension(run_id=run.id, amount=1, why="难", by=clerk, at=AT)
        workflow.decide_request(
            request_id=asked.id, run_id=run.id, granted=True, why="", by=county.actor(TOWN_DISPATCHER), at=AT
        )
        wednesday = MONDAY_CLOSE + timedelta(days=2, hours=-1)
        step(county, run, "assign", wednesday, unit_id=county.unit.id)
        step(county, run, "finish", wednesday)
        step(county, run, "confirm", wednesday)
        day_off(administrator, at=wednesday)
        workflow.recompute_clocks(at=wednesday)
    assert Leg.objects.get(run=run, number=2).due_at == MONDAY_CLOSE + timedelta(days=2)
    assert Run.everything.get(id=run.id).overall_due_at == MONDAY_CLOSE + timedelta(days=2)
    turned = [line for line in said(run) if "改为按时" in line]
    assert [line.partition("的时限")[0] for line in turned] == [
        "因工作日历更正，“待派单”",
        "因工作日历更正，“全程”",
    ]


def test_the_whole_way_moves_and_is_corrected_like_a_leg(county, administrator):
    with only(Watched):
        run, over = accepted(county, Watched), accepted(county, Watched)
        wednesday = MONDAY_CLOSE + timedelta(days=2, hours=-1)
        for name in ("assign", "finish", "confirm"):
            step(county, over, name, wednesday, unit_id=county.unit.id)
        day_off(administrator)
        assert workflow.recompute_clocks(at=AT) == 1
    assert fresh(run).overall_due_at == MONDAY_CLOSE + timedelta(days=2)
    assert said(run)[-1] == (
        "因工作日历调整，“待派单”的时限由2026年11月23日17:30改为2026年11月24日17:30，"
        "全程时限由2026年11月24日17:30改为2026年11月25日17:30"
    )
    assert Run.everything.get(id=over.id).overall_due_at == MONDAY_CLOSE + timedelta(days=2)
    assert Entry.objects.filter(kind=VerdictChanged.kind).count() == 1


def test_a_threshold_moves_only_the_moment_of_turning_yellow(county, administrator):
    run = accepted(county)
    morning, afternoon = workflow.current_calendar().hours
    workflow.set_office_hours(
        morning=morning, afternoon=afternoon, yellow_percent=50, by=administrator, at=AT
    )
    assert workflow.recompute_clocks(at=AT) == 1
    assert said(run)[-1] == "因工作日历调整，“待派单”的预警时间改变，时限不变"
    assert fresh(run).yellow_at == due_at(AT, working_days(1), workflow.current_calendar()).yellow_at


def test_progress_is_told(county, administrator):
    accepted(county)
    day_off(administrator)
    told = []
    workflow.recompute_clocks(at=AT, progress=lambda part, count: told.append((part, count)))
    assert told == [("running", 1)]


def test_a_leg_that_was_gone_back_to_keeps_counting_from_its_first_beginning(county, administrator):
    run = accepted(county)
    later = AT + timedelta(hours=5)
    step(county, run, "assign", later, unit_id=county.unit.id)
    hand = county.actor(VILLAGE_CLERK).hand
    workflow.go_back(workflow.lock_run(run.id), 2, by=hand, at=later + timedelta(days=4))
    assert fresh(run).next_due_at == MONDAY_CLOSE
    day_off(administrator, at=later)
    assert workflow.recompute_clocks(at=later) == 1
    assert fresh(run).next_due_at == MONDAY_CLOSE + timedelta(days=1)

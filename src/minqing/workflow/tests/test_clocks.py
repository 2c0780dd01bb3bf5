"""The calendar is data: clocks follow it, every change is journalled, and what is overdue is said once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from minqing.accounts.tests.factories import AT
from minqing.journal.public import EVENTS, Entry, timeline
from minqing.kernel import clock
from minqing.kernel.access import REPORTER
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR, VILLAGE_CLERK
from minqing.workflow import jobs
from minqing.workflow import public as workflow
from minqing.workflow.events import CalendarChanged, ClockMoved, RunOverdue
from minqing.workflow.models import SNAPSHOTS_KEPT, CalendarVersion, Leg, Run, WorkingDay, published_years
from minqing.workflow.procedure import only
from minqing.workflow.rules import ZONE, OfficeHours
from minqing.workflow.services import clocks, hands
from minqing.workflow.tests.errand import Errand

pytestmark = pytest.mark.django_db
MONDAY_CLOSE = datetime(2026, 11, 23, 17, 30, tzinfo=ZONE)
MORNING, AFTERNOON = OfficeHours(time(9), time(12)), OfficeHours(time(13), time(17))


@pytest.fixture
def administrator(county):
    return county.actor(SYSTEM_ADMINISTRATOR)


def begin(county, at=AT) -> Run:
    return workflow.start_run(
        procedure=Errand, subject_kind="case", subject_id=uuid7(), area_id=county.grid.id, by=REPORTER, at=at
    )


def accepted(county) -> Run:
    """A run with a clock of one working day, due on Monday at close of business."""
    run = begin(county)
    decision = Errand.decide("reported", "accept", {VILLAGE_CLERK}, ())
    workflow.advance(run, decision, by=county.actor(VILLAGE_CLERK).hand, at=AT)
    return fresh(run)


def fresh(run: Run) -> Run:
    return workflow.run_of("case", run.subject_id)


def latest() -> CalendarVersion:
    return CalendarVersion.objects.all()[0]


def entries(event) -> int:
    return Entry.objects.filter(kind=event.kind).count()


# Filling.


def test_the_calendar_is_filled_once_and_edits_stay(administrator):
    added = workflow.ensure_calendar(at=AT)
    assert added == WorkingDay.objects.count() == len(workflow.current_calendar().days)
    assert workflow.current_calendar().version == 1
    workflow.set_working_day(
        day=date(2026, 11, 23), is_working=False, label="大雪停班", by=administrator, at=AT
    )
    assert workflow.ensure_calendar(at=AT) == 0
    assert not WorkingDay.objects.get(date=date(2026, 11, 23)).is_working
    assert CalendarVersion.objects.count() == 2


def test_one_missing_year_is_filled_by_itself(administrator):
    workflow.ensure_calendar(at=AT)
    WorkingDay.objects.filter(date__year=2026, date__month__gt=3).delete()
    kept = WorkingDay.objects.get(date=date(2026, 3, 2))
    WorkingDay.objects.filter(id=kept.id).update(label="自定")
    assert not workflow.calendar_is_published(2026)
    assert workflow.ensure_calendar(at=AT) == 275
    assert latest().what == "载入 2026 年的工作日"
    assert WorkingDay.objects.get(id=kept.id).label == "自定"
    assert workflow.calendar_is_published(2026)
    assert len(workflow.days_of_year(2026)) == 365


def test_a_day_set_before_its_year_was_published_does_not_keep_the_year_open(administrator):
    workflow.set_working_day(
        day=date(2026, 11, 23), is_working=False, label="大雪停班", by=administrator, at=AT
    )
    workflow.ensure_calendar(at=AT)
    assert workflow.calendar_is_published(2026)
    assert not WorkingDay.objects.get(date=date(2026, 11, 23)).is_working
    assert workflow.ensure_calendar(at=AT) == 0


def test_the_calendar_can_be_filled_before_there_is_a_county():
    assert workflow.ensure_calendar(at=AT) > 8000


def test_before_anything_is_filled_the_published_calendar_holds():
    assert workflow.current_calendar().version == 0
    assert not workflow.current_calendar().is_working(date(2026, 10, 1))


def test_a_snapshot_is_read_once_per_version(administrator, django_assert_num_queries):
    workflow.ensure_calendar(at=AT)
    workflow.current_calendar()
    with django_assert_num_queries(1):
        first = workflow.current_calendar()
    for n in range(SNAPSHOTS_KEPT + 1):
        workflow.set_working_day(
            day=date(2026, 12, n + 7), is_working=False, label="", by=administrator, at=AT
        )
        assert workflow.current_calendar().version == first.version + n + 1
    assert not workflow.current_calendar().is_working(date(2026, 12, 7))
    assert first.is_working(date(2026, 12, 7))


# Editing.


def test_a_new_day_off_moves_running_clocks_and_says_so(county, administrator):
    workflow.ensure_calendar(at=AT)
    run, untouched = accepted(county), begin(county)
    assert run.next_due_at == MONDAY_CLOSE
    workflow.set_working_day(
        day=date(2026, 11, 23), is_working=False, label="大雪停班", by=administrator, at=AT
    )
    assert workflow.recompute_clocks(at=AT) == 1
    run = fresh(run)
    assert run.next_due_at == MONDAY_CLOSE + timedelta(days=1)
    leg = Leg.objects.get(run=run, left_at=None)
    assert (leg.due_at, leg.yellow_at, leg.calendar_version) == (run.next_due_at, run.yellow_at, 2)
    assert fresh(untouched).next_due_at == untouched.next_due_at
    assert fresh(untouched).calendar_version == 1, "what the day cannot touch is left alone"
    said = [line.sentence for line in timeline("case", run.subject_id)]
    moved = "因工作日历调整，“待派单”的时限由2026年11月23日17:30改为2026年11月24日17:30"
    assert moved in said
    assert "调整了工作日历：2026年11月23日休息（大雪停班）" in [
        line.sentence for line in timeline("calendar", county.county.id)
    ]


def test_recomputing_twice_changes_nothing_more(county, administrator):
    accepted(county)
    workflow.set_working_day(day=date(2026, 11, 23), is_working=False, label="", by=administrator, at=AT)
    assert [workflow.recompute_clocks(at=AT) for _ in range(3)] == [1, 0, 0]
    assert entries(ClockMoved) == 1


def test_many_clocks_go_batch_by_batch(county, administrator, monkeypatch):
    monkeypatch.setattr(hands, "RECOMPUTE_BATCH", 2)
    for _ in range(5):
        accepted(county)
    workflow.set_working_day(day=date(2026, 11, 23), is_working=False, label="", by=administrator, at=AT)
    assert workflow.recompute_clocks(at=AT) == 5


def test_a_pass_that_is_cut_short_goes_on_the_next_time(county, administrator, monkeypatch):
    monkeypatch.setattr(hands, "RECOMPUTE_BATCH", 2)
    monkeypatch.setattr(hands, "BATCHES_MAX", 1)
    monkeypatch.setattr(clocks, "SWEEP_BATCH", 2)
    monkeypatch.setattr(clocks, "BATCHES_MAX", 1)
    for _ in range(3):
        accepted(county)
    workflow.set_working_day(day=date(2026, 11, 23), is_working=False, label="", by=administrator, at=AT)
    assert [workflow.recompute_clocks(at=AT) for _ in range(3)] == [2, 1, 0]
    late = AT + timedelta(days=30)
    assert [workflow.sweep_overdue(at=late) for _ in range(3)] == [2, 1, 0]


def test_the_same_again_makes_no_version(administrator):
    for _ in range(2):
        workflow.set_working_day(
            day=date(2026, 12, 1), is_working=False, label="停班", by=administrator, at=AT
        )
    assert CalendarVersion.objects.count() == 1


def test_only_the_system_administrator_edits_the_calendar(county):
    clerk = county.actor(VILLAGE_CLERK)
    with pytest.raises(NotAllowed, match="只有系统管理员可以“维护工作日历”"):
        workflow.set_working_day(day=date(2026, 12, 1), is_working=False, label="", by=clerk, at=AT)
    with pytest.raises(NotAllowed):
        workflow.publish_year(year=2027, holidays={}, make_up_days={}, source="", by=clerk, at=AT)
    with pytest.raises(NotAllowed):
        workflow.set_office_hours(morning=MORNING, afternoon=AFTERNOON, yellow_percent=20, by=clerk, at=AT)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"year": 1900}, "年份应在 2004 到 2100 之间"),
        ({"holidays": {}}, "至少填写一个放假的日子"),
        ({"holidays": {date(2028, 1, 1): "元旦"}}, "有的日期不在 2027 年"),
        ({"make_up_days": {date(2027, 1, 1): "元旦"}}, "01月01日既写了放假又写了上班"),
        ({"source": " "}, "请写明放假通知的文号或出处"),
    ],
)
def test_a_year_that_cannot_be_is_refused(administrator, changes, sentence):
    given = {"year": 2027, "holidays": {date(2027, 1, 1): "元旦"}, "make_up_days": {}, "source": "国办发明电"}
    with pytest.raises(Refused, match=sentence):
        workflow.publish_year(**(given | changes), by=administrator, at=AT)
    assert CalendarVersion.objects.count() == 0


def test_a_label_too_long_and_hours_that_overlap_are_refused(administrator):
    with pytest.raises(Refused, match="不能超过 40 个字"):
        workflow.set_working_day(
            day=date(2026, 12, 1), is_working=False, label="雪" * 41, by=administrator, at=AT
        )
    overlap = OfficeHours(time(11), time(17))
    with pytest.raises(Refused, match="下午上班不能早于上午下班"):
        workflow.set_office_hours(
            morning=MORNING, afternoon=overlap, yellow_percent=20, by=administrator, at=AT
        )
    with pytest.raises(Refused, match="0 到 100"):
        workflow.set_office_hours(
            morning=MORNING, afternoon=AFTERNOON, yellow_percent=101, by=administrator, at=AT
        )


def test_a_published_year_makes_provisional_deadlines_firm(county, administrator):
    workflow.ensure_calendar(at=AT)
    new_years_eve = datetime(2026, 12, 31, 16, 30, tzinfo=ZONE)
    run = begin(county, at=new_years_eve)
    assert (run.provisional, run.next_due_at) == (True, datetime(2027, 1, 1, 11, 30, tzinfo=ZONE))
    assert workflow.face(run, at=new_years_eve).words == "还剩 4 个工作小时（暂定）"
    changed = workflow.publish_year(
        year=2027,
        holidays={date(2027, 1, 1): "元旦", date(2027, 1, 2): "元旦", date(2027, 1, 3): "元旦"},
        make_up_days={date(2027, 1, 9): "元旦调休上班"},
        source="国办发明电〔2026〕某号",
        by=administrator,
        at=AT,
    )
    assert changed == 365
    assert 2027 in published_years()
    assert workflow.recompute_clocks(at=new_years_eve) == 1
    run = fresh(run)
    assert (run.provisional, run.next_due_at) == (False, datetime(2027, 1, 4, 11, 30, tzinfo=ZONE))
    assert WorkingDay.objects.get(date=date(2027, 1, 9)).is_working


def test_publishing_a_correction_counts_what_differs(administrator):
    year = {"year": 2027, "make_up_days": {}, "source": "通知", "by": administrator, "at": AT}
    workflow.publish_year(holidays={date(2027, 1, 1): "元旦"}, **year)
    assert workflow.publish_year(holidays={date(2027, 1, 1): "元旦", date(2027, 1, 4): "元旦"}, **year) == 1


def test_other_office_hours_move_clocks_and_the_yellow_share_too(county, administrator):
    run = begin(county)
    workflow.set_office_hours(
        morning=MORNING, afternoon=AFTERNOON, yellow_percent=50, by=administrator, at=AT
    )
    workflow.recompute_clocks(at=AT)
    run = fresh(run)
    assert run.next_due_at == datetime(2026, 11, 20, 15, tzinfo=ZONE)
    assert run.yellow_at == datetime(2026, 11, 20, 12, tzinfo=ZONE)
    version = latest()
    assert version.what == "办公时间 09:00–12:00、13:00–17:00，最后 50% 预警"
    workflow.set_working_day(day=date(2026, 12, 1), is_working=False, label="", by=administrator, at=AT)
    assert latest().hours == (MORNING, AFTERNOON)


# Overdue.


def test_what_is_overdue_is_said_once_however_often_the_sweep_runs(county):
    run, early = begin(county), accepted(county)
    assert run.next_due_at is not None
    late = run.next_due_at + timedelta(minutes=1)
    assert [workflow.sweep_overdue(at=late) for _ in range(2)] == [1, 0]
    run = fresh(run)
    assert run.overdue_since == run.next_due_at
    assert fresh(early).overdue_since is None
    assert entries(RunOverdue) == 1
    assert timeline("case", run.subject_id)[0].sentence == "“待受理”超过时限（应于2026年11月20日16:00前完成）"


def test_the_next_leg_is_overdue_in_its_own_right(county):
    run = begin(county)
    workflow.sweep_overdue(at=AT + timedelta(days=1))
    decision = Errand.decide("reported", "accept", {VILLAGE_CLERK}, ())
    late = AT + timedelta(days=1)
    workflow.advance(fresh(run), decision, by=county.actor(VILLAGE_CLERK).hand, at=late)
    assert fresh(run).overdue_since is None
    assert workflow.sweep_overdue(at=late) == 0
    assert workflow.sweep_overdue(at=AT + timedelta(days=10)) == 1
    assert entries(RunOverdue) == 2


def test_a_deadline_that_a_holiday_moved_ahead_is_overdue_no_more(county, administrator):
    run = accepted(county)
    late = MONDAY_CLOSE + timedelta(minutes=1)
    workflow.sweep_overdue(at=late)
    workflow.set_working_day(day=date(2026, 11, 23), is_working=False, label="", by=administrator, at=late)
    workflow.recompute_clocks(at=late)
    assert fresh(run).overdue_since is None
    assert workflow.sweep_overdue(at=late) == 0
    assert workflow.sweep_overdue(at=late + timedelta(days=1)) == 1


def test_a_late_run_stays_late_if_the_calendar_moves_it_less_than_that(county, administrator):
    run = accepted(county)
    late = MONDAY_CLOSE + timedelta(days=5)
    workflow.sweep_overdue(at=late)
    workflow.set_working_day(day=date(2026, 11, 23), is_working=False, label="", by=administrator, at=late)
    workflow.recompute_clocks(at=late)
    assert fresh(run).overdue_since == MONDAY_CLOSE
    assert workflow.sweep_overdue(at=late) == 0


def test_a_run_whose_procedure_is_gone_is_late_all_the_same(county):
    run = begin(county)
    with only():
        assert workflow.sweep_overdue(at=AT + timedelta(days=1)) == 1
    assert "“reported”" in timeline("case", run.subject_id)[0].sentence


def test_the_minutes_job_recomputes_before_it_accuses(county, administrator):
    run = accepted(county)
    late = MONDAY_CLOSE + timedelta(minutes=1)
    workflow.set_working_day(day=date(2026, 11, 23), is_working=False, label="", by=administrator, at=AT)
    with clock.fixed(late):
        for _ in range(2):
            jobs.tick(timestamp=0)
    assert fresh(run).overdue_since is None
    assert entries(RunOverdue) == 0


def test_every_event_has_its_sentence():
    for event in (RunOverdue, ClockMoved, CalendarChanged):
        assert EVENTS[event.kind] is event
    moved = ClockMoved(
        subject_kind="case",
        subject_id=uuid7(),
        area_id=uuid7(),
        run_id=uuid7(),
        state_label="待派单",
        before=AT,
        after=timezone.localtime(AT + timedelta(days=1)),
        provisional=True,
        calendar_version=2,
    )
    assert moved.sentence().endswith("（暂定）")

"""A case that is late is never silent, and one that outgrows its procedure takes its history along."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.cases import public as cases
from minqing.cases.services.late import climb, escalate
from minqing.cases.services.switching import switch_procedure
from minqing.journal.models import Entry
from minqing.journal.public import deliver, timeline
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, Refused
from minqing.kernel.roles import (
    GROUP_LEADER,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)
from minqing.notices.models import Notice
from minqing.workflow import public as workflow


@pytest.fixture
def county(db: None) -> SmallCounty:
    return small_county()


def opened(county: SmallCounty) -> cases.Case:
    report = cases.Report(
        id=cases.new_report_id(), source=cases.OFFICER, area_id=county.grid.id, words="路口的路灯坏了三天。"
    )
    return cases.open_case(report, by=county.actor(VILLAGE_CLERK), at=AT)


def test_a_delay_is_told_to_whoever_stands_above_and_the_timeline_says_to_whom(county: SmallCounty) -> None:
    county.actor(VILLAGE_CLERK)
    secretary = county.actor(VILLAGE_SECRETARY)
    case = opened(county)
    late = AT + timedelta(days=9)
    escalate(case_id=case.id, leg=1, at=late)
    assert Notice.objects.filter(person_id=secretary.person_id, subject_id=case.id).count() == 1
    assert any("超时，已报告举坑村书记" in line.sentence for line in timeline("case", case.id))


def test_where_nobody_stands_above_the_countys_desk_is_named(county: SmallCounty) -> None:
    case = opened(county)
    escalate(case_id=case.id, leg=1, at=AT + timedelta(days=9))
    assert any("已报告嵊州市值班岗" in line.sentence for line in timeline("case", case.id))


def test_a_case_that_somebody_moved_is_not_accused(county: SmallCounty) -> None:
    case = opened(county)
    clerk = county.actor(VILLAGE_CLERK)
    cases.take_step(case_id=case.id, step="accept", given=cases.StepInput(), by=clerk, at=AT)
    escalate(case_id=case.id, leg=1, at=AT + timedelta(days=9))
    assert not any("超时" in line.sentence for line in timeline("case", case.id))
    assert climb(case_id=case.id, leg=1, at=AT)


def test_a_procedure_without_a_step_of_the_clock_does_not_climb(county: SmallCounty) -> None:
    case = opened(county)
    assert not climb(case_id=case.id, leg=1, at=AT + timedelta(days=9))


def test_a_case_changes_its_procedure_with_its_history(county: SmallCounty) -> None:
    case, clerk, dispatcher = opened(county), county.actor(VILLAGE_CLERK), county.actor(TOWN_DISPATCHER)
    cases.take_step(case_id=case.id, step="accept", given=cases.StepInput(), by=clerk, at=AT)
    moved = switch_procedure(case_id=case.id, to="hotline", reason="村里管不了", by=dispatcher, at=AT)
    assert moved.run.procedure == "hotline"
    legs = workflow.legs(moved.run, at=AT)
    assert [leg.state_label for leg in legs] == ["待受理", "村里办理中", "待签收"]
    assert [leg.number for leg in legs] == [1, 2, 3]
    assert legs[1].step_label == "转到另一规程"
    assert any("由“即办”转为“热线五步”：村里管不了" in one.sentence for one in timeline("case", case.id))
    with pytest.raises(Refused, match="已经按“热线五步”办理"):
        switch_procedure(case_id=case.id, to="hotline", reason="再转", by=dispatcher, at=AT)
    with pytest.raises(Conflict):
        switch_procedure(case_id=case.id, to="prompt", reason="迟了", by=dispatcher, at=AT, leg=2)
    with pytest.raises(Refused, match="请写明为什么转"):
        switch_procedure(case_id=case.id, to="prompt", reason=" ", by=dispatcher, at=AT)


def test_a_line_whose_time_is_up_and_a_whole_way_that_took_too_long_are_heard_of_twice(
    county: SmallCounty,
) -> None:
    """The case climbs one line, and whoever stands above hears once that the whole took too long."""
    report = cases.Report(
        id=cases.new_report_id(), source=cases.OFFICER, area_id=county.grid.id, words="屋后的水沟堵了。",
        procedure="three_lines", topic_key="water.drain",
    )  # fmt: skip
    case = cases.open_case(report, by=county.actor(GROUP_LEADER), at=AT)
    workflow.sweep_overdue(at=AT + timedelta(days=9))
    late = Entry.objects.get(kind="workflow.run_overdue", subject_id=case.id)
    deliver(late.id)
    deliver(late.id)
    assert cases.Case.everything.get(id=case.id).run.state == "second"
    assert Entry.objects.filter(kind="cases.escalated").count() == 0, "it climbs, and nobody is accused"
    workflow.sweep_overdue(at=AT + timedelta(days=40))
    whole = Entry.objects.get(kind="workflow.whole_overdue", subject_id=case.id)
    deliver(whole.id)
    deliver(whole.id)
    assert Entry.objects.filter(kind="cases.escalated", subject_id=case.id).count() == 1


def test_a_case_that_does_not_climb_is_told_of_once_however_often_it_is_heard(county: SmallCounty) -> None:
    secretary, case = county.actor(VILLAGE_SECRETARY), opened(county)
    workflow.sweep_overdue(at=AT + timedelta(days=9))
    late = Entry.objects.get(kind="workflow.run_overdue", subject_id=case.id)
    deliver(late.id)
    deliver(late.id)
    assert Entry.objects.filter(kind="cases.escalated", subject_id=case.id).count() == 1
    assert Notice.objects.filter(person_id=secretary.person_id, subject_id=case.id).count() == 1


def test_holders_of_moved_clocks_are_told_once_however_often_it_is_heard(county: SmallCounty) -> None:
    clerk, case = county.actor(VILLAGE_CLERK), opened(county)
    due = case.run.next_due_at
    assert due is not None
    workflow.set_working_day(
        day=clock.local(due).date(),
        is_working=False,
        label="台风停工",
        at=AT,
        by=county.actor(SYSTEM_ADMINISTRATOR),
    )
    workflow.recompute_clocks(at=AT)
    (done,) = Entry.objects.filter(kind="workflow.clocks_recomputed")
    deliver(done.id)
    deliver(done.id)
    (told,) = Notice.objects.filter(kind="cases.clocks_moved")
    assert told.person_id == clerk.person_id
    assert told.sentence == "工作日历有调整，您手上 1 件事的时限变了"

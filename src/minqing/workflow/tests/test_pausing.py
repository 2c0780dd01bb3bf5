"""A clock stands still or gets longer on request, with a reason, by another's word; the whole way has its own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from minqing.accounts.tests.factories import AT
from minqing.journal.public import Entry, timeline
from minqing.kernel.access import REPORTER
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import HANDLER, REVIEWER, TOWN_DISPATCHER, VILLAGE_CLERK, VILLAGE_SECRETARY
from minqing.workflow import public as workflow
from minqing.workflow.events import RunOverdue, WholeOverdue
from minqing.workflow.models import ClockRequest, Leg, Run
from minqing.workflow.parts import Leeway, State, Step, working_days
from minqing.workflow.procedure import Procedure, only
from minqing.workflow.rules import ZONE, Colour
from minqing.workflow.tests.errand import Errand

pytestmark = pytest.mark.django_db
MONDAY_CLOSE = datetime(2026, 11, 23, 17, 30, tzinfo=ZONE)


class Watched(Errand, registered=False):
    """The errand with a clock for the whole way, shorter than its legs together."""

    key = "watched"
    title = "限期跑腿"
    overall = working_days(2)
    leeway = Leeway(approvers=(TOWN_DISPATCHER,), pause_days_max=10)


def accepted(county, of=Errand) -> Run:
    """A run with a clock of one working day, due on Monday at close of business."""
    run = workflow.start_run(
        procedure=of, subject_kind="case", subject_id=uuid7(), area_id=county.grid.id, by=REPORTER, at=AT
    )
    step(county, run, "accept", AT)
    return fresh(run)


def step(county, run: Run, name: str, at: datetime, **where) -> None:
    of = workflow.procedure(run.procedure)
    decision = of.decide(
        fresh(run).state, name, {VILLAGE_CLERK, HANDLER}, {"unit", "reason", "result", "done"}
    )
    workflow.advance(fresh(run), decision, by=county.actor(VILLAGE_CLERK).hand, at=at, **where)


def fresh(run: Run) -> Run:
    return workflow.run_of("case", run.subject_id)


def said(run: Run) -> list[str]:
    return [line.sentence for line in timeline("case", run.subject_id)]


def paused(county, run: Run, until: date = date(2026, 11, 24), at: datetime = AT) -> ClockRequest:
    asked = workflow.ask_pause(
        run_id=run.id, until=until, why="等住户回来", by=county.actor(VILLAGE_CLERK), at=at
    )
    return workflow.decide_request(
        request_id=asked.id, run_id=run.id, granted=True, why="", by=county.actor(TOWN_DISPATCHER), at=at
    )


# Pauses.


def test_a_granted_pause_stops_the_clock_and_its_last_day_lets_it_go_on(county):
    run = accepted(county)
    paused(county, run)
    face = workflow.face(fresh(run), at=AT)
    assert (face.colour, face.words) == (Colour.GREY, "已挂起，到11月24日")
    assert workflow.sweep_overdue(at=MONDAY_CLOSE + timedelta(hours=1)) == 0
    assert workflow.legs(fresh(run), at=AT)[1].clock.colour is Colour.GREY
    assert workflow.end_pauses(at=datetime(2026, 11, 24, 23, 59, tzinfo=ZONE)) == 0
    assert workflow.end_pauses(at=datetime(2026, 11, 25, 0, 1, tzinfo=ZONE)) == 1
    assert fresh(run).next_due_at == MONDAY_CLOSE + timedelta(days=2)
    assert ClockRequest.objects.get().state_label == "已结束"
    assert said(run) == [
        "“待派单”申请挂起到2026年11月24日：等住户回来",
        "同意举坑村（的申请（“待派单”挂起到2026年11月24日，挂起期间不计时）",
        "“待派单”挂起结束，恢复计时，应于2026年11月25日17:30前完成",
    ]


def test_a_pause_is_ended_by_hand_or_by_the_next_step(county):
    run, other = accepted(county), accepted(county)
    for one in (run, other):
        paused(county, one)
    workflow.end_pause(run_id=run.id, by=county.actor(VILLAGE_CLERK), at=AT + timedelta(hours=1))
    assert fresh(run).next_due_at == MONDAY_CLOSE, "no close of business lay in the pause"
    with pytest.raises(Conflict, match="没有挂起"):
        workflow.end_pause(run_id=run.id, by=county.actor(VILLAGE_CLERK), at=AT)
    late = datetime(2026, 11, 24, 9, tzinfo=ZONE)
    step(county, other, "assign", late, unit_id=county.unit.id)
    left = Leg.objects.get(run=other, number=2)
    assert (left.due_at, left.left_at) == (MONDAY_CLOSE + timedelta(days=1), late), "judged with the pause"
    assert fresh(other).paused_until is None
    assert fresh(other).next_due_at == datetime(2026, 12, 1, 17, 30, tzinfo=ZONE)
    assert not ClockRequest.objects.filter(state="granted").exists()


def test_only_those_whose_turn_it_is_ask_and_only_somebody_else_decides(county):
    run = accepted(county)
    clerk, dispatcher = county.actor(VILLAGE_CLERK), county.actor(TOWN_DISPATCHER)
    with pytest.raises(NotThere):
        workflow.ask_pause(run_id=run.id, until=date(2026, 11, 24), why="等", by=county.actor(HANDLER), at=AT)
    with pytest.raises(NotAllowed, match="轮到谁办"):
        workflow.ask_pause(
            run_id=run.id, until=date(2026, 11, 24), why="等", by=county.actor(REVIEWER), at=AT
        )
    # The dispatcher may assign here, so it is their turn too.
    asked = workflow.ask_pause(run_id=run.id, until=date(2026, 11, 24), why="等", by=dispatcher, at=AT)
    decide: dict[str, Any] = {"request_id": asked.id, "run_id": run.id, "granted": True, "why": "", "at": AT}
    with pytest.raises(NotAllowed, match="您自己提的"):
        workflow.decide_request(**decide, by=dispatcher)
    with pytest.raises(NotAllowed, match="只有镇街调度员、审核员可以决定"):
        workflow.decide_request(**decide, by=clerk)
    with pytest.raises(NotThere):
        workflow.decide_request(**(decide | {"request_id": uuid7()}), by=county.actor(REVIEWER))
    with pytest.raises(Refused, match="为什么不同意"):
        workflow.decide_request(**(decide | {"granted": False}), by=county.actor(REVIEWER))
    workflow.decide_request(**(decide | {"granted": False, "why": "理由不足"}), by=county.actor(REVIEWER))
    assert fresh(run).next_due_at == MONDAY_CLOSE
    assert said(run)[-1].endswith("：理由不足")
    assert workflow.may_ask(run, clerk)
    with pytest.raises(Conflict, match="已经有人处理过"):
        workflow.decide_request(**decide, by=county.actor(REVIEWER))
    paused(county, run)
    with pytest.raises(NotAllowed, match="恢复计时"):
        workflow.end_pause(run_id=run.id, by=county.actor(VILLAGE_SECRETARY), at=AT)


def test_what_cannot_be_asked_is_refused_with_a_sentence(county):
    run, clerk = accepted(county), county.actor(VILLAGE_CLERK)
    day = date(2026, 11, 24)
    with pytest.raises(Refused, match="写明理由"):
        workflow.ask_pause(run_id=run.id, until=day, why=" ", by=clerk, at=AT)
    with pytest.raises(Refused, match="不能超过 300"):
        workflow.ask_pause(run_id=run.id, until=day, why="等" * 301, by=clerk, at=AT)
    for wrong in (date(2026, 11, 20), date(2027, 11, 20)):
        with pytest.raises(Refused, match="明天以后、60 天以内"):
            workflow.ask_pause(run_id=run.id, until=wrong, why="等", by=clerk, at=AT)
    with pytest.raises(Refused, match="没有全程时限"):
        workflow.ask_extension(run_id=run.id, amount=1, why="难", by=clerk, at=AT, overall=True)
    with pytest.raises(Refused, match="最多可以延 1 个工作日"):
        workflow.ask_extension(run_id=run.id, amount=2, why="难", by=clerk, at=AT)
    asked = workflow.ask_pause(run_id=run.id, until=day, why="等", by=clerk, at=AT)
    with pytest.raises(Conflict, match="已经有一个申请"):
        workflow.ask_extension(run_id=run.id, amount=1, why="难", by=clerk, at=AT)
    late = datetime(2026, 11, 25, 9, tzinfo=ZONE)
    given: dict[str, Any] = {
        "request_id": asked.id,
        "run_id": run.id,
        "granted": True,
        "why": "",
        "by": county.actor(REVIEWER),
    }
    with pytest.raises(Refused, match="日期已经过了"):
        workflow.decide_request(**given, at=late)
    step(county, run, "assign", late, unit_id=county.unit.id)
    with pytest.raises(Conflict, match="那一环节已经办完"):
        workflow.decide_request(**given, at=late)


def test_pauses_are_limited_and_what_is_over_has_none(county):
    run, clerk = accepted(county), county.actor(VILLAGE_CLERK)
    for _ in range(2):
        paused(county, run)
        with pytest.raises(Conflict, match="已经挂起"):
            workflow.ask_pause(run_id=run.id, until=date(2026, 11, 24), why="等", by=clerk, at=AT)
        workflow.end_pause(run_id=run.id, by=county.actor(TOWN_DISPATCHER), at=AT)
    with pytest.raises(Refused, match="已经挂起过 2 次"):
        workflow.ask_pause(run_id=run.id, until=date(2026, 11, 24), why="等", by=clerk, at=AT)
    Run.everything.filter(id=run.id).update(finished_at=AT, next_due_at=None)
    with pytest.raises(Conflict, match="已经办完"):
        workflow.ask_extension(run_id=run.id, amount=1, why="难", by=clerk, at=AT)


# Extensions.


def test_an_extension_adds_to_the_leg_once(county):
    run, clerk = accepted(county), county.actor(VILLAGE_CLERK)
    late = MONDAY_CLOSE + timedelta(minutes=1)
    workflow.sweep_overdue(at=late)
    asked = workflow.ask_extension(run_id=run.id, amount=1, why="材料没到", by=clerk, at=late)
    workflow.decide_request(
        request_id=asked.id, run_id=run.id, granted=True, why="下不为例", by=county.actor(REVIEWER), at=late
    )
    assert fresh(run).next_due_at == MONDAY_CLOSE + timedelta(days=1)
    assert fresh(run).overdue_since is None
    assert "同意举坑村（的申请（“待派单”延期 1 个工作日，应于2026年11月24日17:30前完成）：下不为例" in said(
        run
    )
    with pytest.raises(Refused, match="已经延期 1 次"):
        workflow.ask_extension(run_id=run.id, amount=1, why="难", by=clerk, at=AT)
    step(county, run, "whistle", late)
    workflow.ask_extension(run_id=run.id, amount=1, why="又难", by=clerk, at=late)  # another leg, its own


# The whole way.


def test_the_list_shows_the_nearer_of_leg_and_whole_way(county):
    with only(Watched):
        run = accepted(county, Watched)
        assert (run.next_due_at, run.by_overall) == (MONDAY_CLOSE, False)
        tuesday = MONDAY_CLOSE + timedelta(days=1)
        assert run.overall_due_at == tuesday
        step(county, run, "assign", AT, unit_id=county.unit.id)
        run = fresh(run)
        assert (run.next_due_at, run.by_overall) == (tuesday, True)
        assert workflow.face(run, at=AT).words == "全程还剩 2 个工作日"
        assert workflow.faces([run], at=tuesday)[run.id].colour is Colour.RED


def test_leg_and_whole_way_are_each_missed_once(county):
    with only(Watched):
        run = accepted(county, Watched)
        for day in (1, 2, 3, 4, 9, 10):
            workflow.sweep_overdue(at=MONDAY_CLOSE + timedelta(days=day, minutes=1))
        assert [Entry.objects.filter(kind=one.kind).count() for one in (RunOverdue, WholeOverdue)] == [1, 1]
        # The next leg begins under a deadline that has passed already: that is not said again, the leg's own is.
        step(county, run, "assign", MONDAY_CLOSE + timedelta(days=10), unit_id=county.unit.id)
        assert workflow.face(fresh(run), at=MONDAY_CLOSE + timedelta(days=10)).colour is Colour.RED
        assert workflow.sweep_overdue(at=MONDAY_CLOSE + timedelta(days=11)) == 0
        assert workflow.sweep_overdue(at=MONDAY_CLOSE + timedelta(days=40)) == 1
        assert "超过全程时限（应于2026年11月24日17:30前办结），现在是“待派单”" in said(run)


def test_a_pause_holds_the_whole_way_too_and_it_can_be_extended(county):
    with only(Watched):
        run = accepted(county, Watched)
        paused(county, run)
        assert workflow.sweep_overdue(at=MONDAY_CLOSE + timedelta(days=20)) == 0
        workflow.end_pauses(at=MONDAY_CLOSE + timedelta(days=2))
        run = fresh(run)
        assert run.overall_due_at == MONDAY_CLOSE + timedelta(days=3)
        asked = workflow.ask_extension(
            run_id=run.id, amount=2, why="难", by=county.actor(VILLAGE_CLERK), at=AT, overall=True
        )
        workflow.decide_request(
            request_id=asked.id, run_id=run.id, granted=True, why="", by=county.actor(TOWN_DISPATCHER), at=AT
        )
        assert fresh(run).overall_due_at == MONDAY_CLOSE + timedelta(days=7), (
            "two working days more, past a weekend"
        )
        assert any("全程延期 2 个工作日" in one for one in said(run))


def test_a_procedure_whose_clocks_cannot_be_is_explained():
    class Broken(Errand, registered=False):
        title = "错"
        overall = working_days(0)
        leeway = Leeway(approvers=(), extensions_max=-1)

    class Short(Errand, registered=False):
        overall = working_days(3)

    assert Watched.problems() == ("全程时限（2 个工作日）比环节“办理中”的时限（5 个工作日）还短。",)
    assert Short.problems()[0].startswith("全程时限（3 个工作日）")
    assert {one for one in Broken.problems() if "全程时限是 0" in one or "批准" in one or "负数" in one} == {
        "全程时限是 0 个工作日，应当大于零。",
        "延期和挂起没有任职人员可以批准。请在 leeway 里写明 approvers。",
        "延期和挂起的次数、长度不能是负数。不允许的话写 0。",
    }


def test_the_whole_way_is_part_of_what_a_version_stands_for():
    assert Watched.version != Errand.version
    assert isinstance(Procedure.leeway, Leeway)
    assert State("a").within is None
    assert Step("a", State("b"), to=State("c"), by=VILLAGE_CLERK).only_if == ()

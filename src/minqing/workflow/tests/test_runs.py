"""A run moves leg by leg, each with its clock; the to-do list shows exactly what a person can act on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from minqing.accounts.tests.factories import AT, DAY, SmallCounty, everyone, make_area
from minqing.kernel.access import ANONYMOUS, REPORTER, Actor
from minqing.kernel.errors import Conflict, NotThere
from minqing.kernel.ids import random_id, uuid7
from minqing.kernel.roles import (
    GRID_WORKER,
    HANDLER,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)
from minqing.kernel.scope import Unscoped
from minqing.workflow import parts
from minqing.workflow import public as workflow
from minqing.workflow.models import Leg, Run
from minqing.workflow.procedure import Procedure, only
from minqing.workflow.rules import ZONE, Colour
from minqing.workflow.tests.errand import Errand

pytestmark = pytest.mark.django_db
NEEDS = {"unit", "reason", "result", "photo", "done"}


def begin(area, *, at=AT, unit=None, by=REPORTER, of: type[Procedure] = Errand) -> Run:
    return workflow.start_run(
        procedure=of,
        subject_kind="case",
        subject_id=uuid7(),
        area_id=area.id,
        unit_id=unit.id if unit else None,
        by=by,
        at=at,
    )


def take(run: Run, step: str, by: Actor, at: datetime = AT, **handed) -> Leg:
    """The way a case takes a step: lock, decide, advance."""
    with transaction.atomic():
        run = workflow.lock_run(run.id)
        decision = Errand.decide(run.state, step, workflow.roles_in(run, by), NEEDS)
        return workflow.advance(run, decision, by=by.hand, at=at, **handed)


def fresh(run: Run) -> Run:
    return workflow.run_of(run.subject_kind, run.subject_id)


def test_a_run_begins_in_the_first_state_with_its_clock(county):
    run = begin(county.grid)
    assert (run.state, run.entered_at, run.legs_count) == ("reported", AT, 1)
    # 10:00 on a Friday and four hours of office time: 16:00, yellow for the last 48 minutes.
    assert run.next_due_at == datetime(2026, 11, 20, 16, tzinfo=ZONE)
    assert run.yellow_at == datetime(2026, 11, 20, 15, 12, tzinfo=ZONE)
    assert Leg.objects.get(run=run).due_at == run.next_due_at


def test_a_step_closes_a_leg_and_opens_the_next(county):
    clerk = county.actor(VILLAGE_CLERK)
    run = begin(county.grid)
    leg = take(run, "accept", clerk, AT + timedelta(minutes=30))
    run = fresh(run)
    assert (run.state, run.legs_count, run.version) == ("accepted", 2, 2)
    assert leg.due_at == run.next_due_at == datetime(2026, 11, 23, 17, 30, tzinfo=ZONE)
    first = Leg.objects.get(run=run, number=1)
    assert (first.left_at, first.step, first.by_name) == (
        AT + timedelta(minutes=30),
        "accept",
        clerk.person_name,
    )


def test_the_last_step_ends_the_run_and_its_clock(county):
    run = begin(county.grid)
    take(run, "decline", county.actor(VILLAGE_CLERK))
    run = fresh(run)
    assert (run.state, run.finished_at, run.next_due_at) == ("declined", AT, None)
    assert not Leg.objects.filter(run=run, left_at=None).exists()
    assert workflow.steps_open_to(run, county.actor(VILLAGE_CLERK)) == ()
    assert workflow.who_may(run, on=DAY).words == "已经办完"
    assert workflow.face(run, at=AT).words == "不计时"
    with pytest.raises(Conflict, match="不予受理"):
        take(run, "accept", county.actor(VILLAGE_CLERK))


def test_of_two_people_who_are_quick_the_second_is_told(county):
    clerk = county.actor(VILLAGE_CLERK)
    run = begin(county.grid)
    rival = workflow.lock_run(run.id)
    decision = Errand.decide("reported", "accept", {VILLAGE_CLERK}, ())
    take(run, "accept", clerk)
    with pytest.raises(Conflict, match="有人刚刚办过"), transaction.atomic():
        workflow.advance(rival, decision, by=clerk.hand, at=AT)
    with pytest.raises(Conflict, match="现在是“待派单”，不能“受理”"), transaction.atomic():
        workflow.advance(fresh(run), decision, by=clerk.hand, at=AT)
    assert Leg.objects.filter(run=run).count() == 2


def test_a_subject_has_one_run_at_a_time(county):
    run = begin(county.grid)
    again: dict[str, Any] = {
        "procedure": Errand,
        "subject_kind": "case",
        "subject_id": run.subject_id,
        "area_id": run.area_id,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        workflow.start_run(**again, by=REPORTER, at=AT)
    take(run, "decline", county.actor(VILLAGE_CLERK))
    later = workflow.start_run(**again, by=REPORTER, at=AT + timedelta(days=1))
    assert workflow.run_of("case", run.subject_id).id == later.id


def test_an_anonymous_run_leaves_ids_that_tell_no_time(county):
    run = begin(county.grid, by=ANONYMOUS)
    assert run.id.version == Leg.objects.get(run=run).id.version == 4
    assert begin(county.grid).id.version == 7


def test_a_phone_whose_clock_is_behind_loses_nothing(county):
    run = begin(county.grid)
    leg = take(run, "accept", county.actor(VILLAGE_CLERK), AT - timedelta(minutes=5))
    assert leg.entered_at == AT


def test_what_is_not_there_is_not_there(county):
    with pytest.raises(NotThere):
        workflow.lock_run(random_id())
    with pytest.raises(NotThere):
        workflow.run_of("case", random_id())


def test_a_step_costs_few_statements(county, django_assert_num_queries):
    run = begin(county.grid)
    decision = Errand.decide("reported", "accept", {VILLAGE_CLERK}, ())
    locked = workflow.lock_run(run.id)
    hand = county.actor(VILLAGE_CLERK).hand
    with django_assert_num_queries(4):
        workflow.advance(locked, decision, by=hand, at=AT)


# Who may, and whose list it is on.


def dispatched(county: SmallCounty, unit=None) -> Run:
    clerk = county.actor(VILLAGE_CLERK)
    run = begin(county.grid)
    take(run, "accept", clerk)
    take(run, "assign", clerk, unit_id=(unit or county.unit).id)
    return fresh(run)


def test_the_list_is_that_of_the_area_and_of_nobody_else(county):
    run = begin(county.grid)
    assert list(workflow.todo(county.actor(VILLAGE_CLERK))) == [run]
    others = {key: actor for key, actor in everyone(county).items() if key != "village_clerk"}
    assert {key: list(workflow.todo(actor)) for key, actor in others.items()} == {key: [] for key in others}
    assert not workflow.todo(county.actor(VILLAGE_CLERK, area=county.neighbour))


def test_a_dispatcher_sees_the_villages_of_the_town_and_not_of_the_next(county):
    run = begin(county.grid)
    take(run, "accept", county.actor(VILLAGE_CLERK))
    assert list(workflow.todo(county.actor(TOWN_DISPATCHER))) == [run]
    assert not workflow.todo(county.actor(TOWN_DISPATCHER, area=county.other_town))


def test_a_units_people_see_their_units_runs_wherever_and_no_other(county):
    run = dispatched(county, county.county_unit)
    there = county.actor(HANDLER, unit=county.county_unit)
    elsewhere = county.actor(HANDLER)  # a handler of the town itself, but in another unit
    assert list(workflow.todo(there)) == [run]
    assert [step.key for step in workflow.steps_open_to(run, there)] == ["finish"]
    assert not workflow.todo(elsewhere)
    assert workflow.steps_open_to(run, elsewhere) == ()
    assert not Run.objects.visible_to(elsewhere).filter(id=run.id)
    assert Run.objects.visible_to(there).get() == run


def test_turn_keeps_a_run_off_the_lists_of_those_who_could_but_need_not(county):
    run = dispatched(county)
    clerk = county.actor(VILLAGE_CLERK)
    assert not workflow.todo(clerk)
    assert [step.key for step in workflow.steps_open_to(run, clerk)] == ["whistle"]
    assert list(workflow.todo(county.actor(HANDLER))) == [run]


def test_a_person_sees_the_work_of_both_appointments_and_acts_in_one(county):
    from minqing.accounts.queries import actor_of
    from minqing.accounts.tests.factories import appoint

    clerk = county.actor(VILLAGE_CLERK)
    first = begin(county.grid)
    second = begin(county.far_grid)
    appointment = appoint(county.people["village_clerk"], VILLAGE_CLERK, county.far_village)
    both = actor_of(county.people["village_clerk"], DAY)
    assert set(workflow.todo(both)) == {first, second}
    assert workflow.steps_open_to(second, both) == ()
    switched = actor_of(county.people["village_clerk"], DAY, appointment.id)
    assert [step.key for step in workflow.steps_open_to(second, switched)] == ["accept", "decline"]
    assert list(workflow.todo(clerk)) == [first]


def test_a_person_without_appointment_has_nothing_and_may_nothing(county):
    from minqing.accounts.actor import AppointedActor

    nobody = AppointedActor(uuid7(), "无任", None)
    run = begin(county.grid)
    assert not workflow.todo(nobody)
    assert workflow.steps_open_to(run, nobody) == ()
    with pytest.raises(Unscoped):
        Run.objects.count()


def test_the_list_and_its_counts_take_one_statement_each_however_long(county, django_assert_num_queries):
    clerk = county.actor(VILLAGE_CLERK)
    for _ in range(5):
        begin(county.grid)
    with django_assert_num_queries(1):
        assert len(workflow.todo(clerk)) == 5
    with django_assert_num_queries(1):
        workflow.todo_counts(clerk, at=AT)


def test_counts_agree_with_the_faces(county):
    clerk = county.actor(VILLAGE_CLERK)
    for minutes in (0, 100, 200, 300, 400):
        begin(county.grid, at=AT - timedelta(minutes=minutes))
    take(begin(county.grid), "accept", clerk)
    at = AT + timedelta(hours=5, minutes=30)
    counts = workflow.todo_counts(clerk, at=at)
    faces = workflow.faces(workflow.todo(clerk), at=at)
    assert sum(one.count for one in counts) == 6
    painted: list[Any] = list(workflow.todo(clerk).with_colour(at))
    for colour in Colour:
        wanted = sum(face.colour is colour for face in faces.values())
        assert sum(one.count for one in counts if one.colour is colour) == wanted
        assert workflow.todo(clerk).in_colour(colour, at).count() == wanted
        assert [row.colour for row in painted].count(colour.value) == wanted
    assert counts[0].colour is Colour.RED
    assert {(one.procedure_title, one.state_label) for one in counts} == {
        ("跑腿", "待受理"),
        ("跑腿", "待派单"),
    }


def test_a_run_says_whose_turn_it_is(county):
    county.actor(VILLAGE_CLERK)
    run = begin(county.grid)
    assert workflow.who_may(run, on=DAY).words == "轮到举坑村受理员 举坑村（"
    county.actor(HANDLER)
    assert workflow.who_may(dispatched(county), on=DAY).people[0].place == "谷来镇综合执法队"


def test_a_vacant_post_is_never_silent(county):
    run = begin(county.grid)
    nobody = workflow.who_may(run, on=DAY)
    assert nobody.words == (
        "村（社区）受理员暂无人任职，镇街和县级调度员也暂无人任职，请联系安全管理员任命：嵊州市值班岗"
    )
    county.actor(TOWN_DISPATCHER)
    turn = workflow.who_may(run, on=DAY)
    assert turn.vacant
    assert turn.words == "村（社区）受理员暂无人任职，由值班岗负责：谷来镇调度员 谷来镇街"


def test_a_run_follows_its_area_to_another_town(county):
    """The parent is the truth: move the village, and the lists follow at once."""
    from minqing.areas import public as areas

    run = begin(county.grid)
    take(run, "accept", county.actor(VILLAGE_CLERK))
    here, there = county.actor(TOWN_DISPATCHER), county.actor(TOWN_DISPATCHER, area=county.other_town)
    areas.move_area(
        area_id=county.village.id,
        to_id=county.other_town.id,
        reason="区划调整",
        by=county.actor(SYSTEM_ADMINISTRATOR),
        at=AT,
    )
    assert not workflow.todo(here)
    assert list(workflow.todo(there)) == [run]


def test_a_run_can_be_lifted_to_the_parent_area(county):
    run = dispatched(county)
    take(run, "whistle", county.actor(VILLAGE_CLERK), area_id=county.town.id)
    assert fresh(run).area_id == county.town.id
    assert list(workflow.todo(county.actor(TOWN_DISPATCHER))) == [run]
    assert not workflow.todo(county.actor(VILLAGE_CLERK))


# What a page shows, and older definitions.


def test_the_legs_tell_the_whole_way(county):
    run = dispatched(county)
    at = datetime(2026, 11, 30, 9, 30, tzinfo=ZONE)
    shown = workflow.legs(run, at=at)
    assert [(leg.state_label, leg.step_label, leg.clock.words) for leg in shown] == [
        ("待受理", "受理", "按时"),
        ("待派单", "派单", "按时"),
        ("办理中", "", "超时 1 个工作小时"),
    ]
    assert (shown[2].unit_name, shown[2].place, shown[2].within_words) == (
        "谷来镇综合执法队",
        "举坑村第一网格",
        "5 个工作日",
    )
    take(run, "finish", county.actor(HANDLER))
    take(run, "confirm", county.actor(VILLAGE_CLERK))
    assert workflow.legs(fresh(run), at=at)[-1].clock.words == "不计时"


def test_a_leg_names_the_unit_only_while_it_was_the_units_turn(county):
    run = dispatched(county)
    take(run, "finish", county.actor(HANDLER))
    run = fresh(run)
    assert run.unit_id == county.unit.id  # it keeps it, in case it comes back
    assert [leg.unit_name for leg in workflow.legs(run, at=AT)] == ["", "", "谷来镇综合执法队", ""]


def test_a_run_older_than_its_procedure_carries_over(county):
    clerk = county.actor(VILLAGE_CLERK)
    run = begin(county.grid)
    take(run, "accept", clerk)
    Run.everything.filter(id=run.id).update(state="waiting", procedure_version="0" * 12)
    Leg.objects.filter(run=run, number=2).update(state="waiting")
    assert list(workflow.todo(clerk)) == [run]
    assert workflow.todo_counts(clerk, at=AT)[0].state == "accepted"
    assert workflow.legs(fresh(run), at=AT)[1].state_label == "待派单"
    take(run, "assign", clerk, unit_id=county.unit.id)
    assert fresh(run).procedure_version == Errand.version


def test_a_record_of_a_state_that_is_gone_is_shown_all_the_same(county):
    run = begin(county.grid)
    Leg.objects.filter(run=run).update(state="long_gone")
    assert workflow.legs(run, at=AT)[0].state_label == "long_gone"


def test_a_grid_worker_sees_the_micro_grids_of_the_own_grid_and_no_other(county):
    class Watch(Procedure, registered=False):
        key, title = "watch", "巡看"
        seen = parts.State("待看", within=parts.working_days(1), start=True)
        done = parts.State("看过", final=True)
        look = parts.Step("看", seen, to=done, by=GRID_WORKER)

    with only(Errand, Watch):
        micro = make_area(county.second_grid, "3306831062010201", "2号微网格")
        run, other = begin(county.micro_grid, of=Watch), begin(micro, of=Watch)
        assert list(workflow.todo(county.actor(GRID_WORKER))) == [run]
        assert other not in workflow.todo(county.actor(GRID_WORKER))

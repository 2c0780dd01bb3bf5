"""退单: the first is ruled on by the dispatcher, the second by a supervisor; hops and working time are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.cases.models import Case
from minqing.cases.models_handover import OVERRULED, UPHELD, Return
from minqing.cases.public import Report, StepInput, case_file, open_case, returns, take_step
from minqing.journal.public import timeline
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.ids import random_id
from minqing.kernel.roles import HANDLER, SUPERVISOR, TOWN_DISPATCHER
from minqing.workflow import public as workflow

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


def step(case: Case, name: str, by: Actor, *, days: int = 0, **values: str) -> Case:
    return take_step(case_id=case.id, step=name, given=StepInput(values), by=by, at=AT + days * DAY)


def assigned(here: SmallCounty) -> Case:
    words = "桥头的垃圾堆了一个星期，没有人来收。"
    case = open_case(
        Report(id=random_id(), source="door_code", area_id=here.grid.id, words=words), by=None, at=AT
    )
    dispatcher = here.actor(TOWN_DISPATCHER)
    step(case, "sign", dispatcher)
    return step(case, "assign", dispatcher, unit=str(here.unit.id))


def test_the_dispatcher_upholds_the_first_return_and_assigns_another_unit(here):
    case, handler, dispatcher = assigned(here), here.actor(HANDLER), here.actor(TOWN_DISPATCHER)
    step(case, "refuse", handler, days=3, reason="这段是水利局管护的")
    waiting = Return.objects.get(case=case)
    assert (waiting.number, waiting.unit, waiting.ruling, waiting.assigned_at) == (1, here.unit, "", AT)
    with pytest.raises(Refused, match="请另选单位"):
        step(case, "uphold", dispatcher, days=3, unit=str(here.unit.id), reason="确实不归他们")
    moved = step(case, "uphold", dispatcher, days=3, unit=str(here.county_unit.id), reason="确实不归他们")
    ruled = Return.objects.get(case=case)
    assert (ruled.ruling, ruled.to_unit, moved.unit) == (UPHELD, here.county_unit, here.county_unit)
    # From Friday morning at ten to Monday at ten: one working day of seven hours.
    assert ruled.minutes_lost == 7 * 60
    said = [line.sentence for line in timeline("case", case.id)]
    assert any("改由嵊州市水利水电局承办，从交办到裁定用去 1 个工作日" in one for one in said)


def test_overruled_it_goes_back_to_the_same_unit_and_the_second_return_is_the_supervisor_s(here):
    case, handler, dispatcher = assigned(here), here.actor(HANDLER), here.actor(TOWN_DISPATCHER)
    supervisor = here.actor(SUPERVISOR)
    with pytest.raises(Refused, match="第一次退单由调度员裁定"):
        step(case, "refuse_again", handler, reason="不归我们")
    step(case, "refuse", handler, reason="不归我们")
    back = step(case, "overrule", dispatcher, reason="清扫合同里写着")
    assert (back.unit, back.run.state) == (here.unit, "handling")
    offered = [one.key for one in case_file(case.id, by=handler, at=AT).steps]
    assert offered == ["conclude", "refuse_again"]
    with pytest.raises(Refused, match="报督查员裁定"):
        step(case, "refuse", handler, reason="还是不归我们")
    step(case, "refuse_again", handler, reason="还是不归我们")
    with pytest.raises(NotAllowed):
        step(case, "overrule_again", dispatcher, reason="就是你们的")
    assert not workflow.todo(dispatcher).filter(id=back.run_id).exists()
    assert workflow.todo(supervisor).filter(id=back.run_id).exists()
    step(case, "overrule_again", supervisor, reason="县里清扫合同第三条")
    hops = list(Return.objects.filter(case=case).values_list("number", "ruling"))
    assert hops == [(1, OVERRULED), (2, OVERRULED)]
    assert Case.everything.get(id=case.id).times_returned == 2
    found = returns(supervisor)
    assert [one.hop for one in found.lines] == [2, 1]
    assert {one.unit_name for one in found.lines} == {"谷来镇综合执法队"}


def test_a_return_that_waits_says_who_rules(here):
    case = assigned(here)
    step(case, "refuse", here.actor(HANDLER), reason="不归我们")
    [line] = returns(here.actor(TOWN_DISPATCHER), state="waiting").lines
    assert (line.waits_for, line.ruling_label, line.lost_words) == ("镇街调度员", "待裁定", "")
    assert returns(here.actor(HANDLER), state="upheld").lines == []

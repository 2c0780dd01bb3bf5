"""退单 in a joint case, the lead's and that of a part: first ruled on by a dispatcher, then by a supervisor."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minqing.accounts.models import Unit
from minqing.accounts.tests.factories import AT, DAY, SmallCounty, small_county
from minqing.cases.models_handover import OVERRULED as OVERRULED_RETURN
from minqing.cases.models_handover import UPHELD, Return
from minqing.cases.models_joint import Part
from minqing.cases.public import (
    BY_UNIT,
    Period,
    QueueFilters,
    StepInput,
    queue,
    returns,
    standings,
    take_step,
)
from minqing.cases.queries.parts_of import count_my_parts, part_file
from minqing.cases.services.joining import take_part_step, withdraw_all
from minqing.cases.tests.test_joint import joined, of_unit
from minqing.journal.public import timeline
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.roles import SUPERVISOR, TOWN_DISPATCHER

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


@pytest.fixture
def fire(here: SmallCounty) -> Unit:
    return Unit.objects.create(area=here.town, kind="town_office", name="谷来镇城建办公室")


def test_the_lead_s_return_is_ruled_on_and_the_second_by_a_supervisor(here, fire):
    """不归我们管: the lead neither passes it on by itself nor gets away uncounted."""
    lead, dispatcher, supervisor = (
        of_unit(here, here.unit),
        here.actor(TOWN_DISPATCHER),
        here.actor(SUPERVISOR),
    )
    case = joined(here, fire)

    def step(name: str, by, words: str = "三定方案写着"):
        return take_step(case_id=case.id, step=name, given=StepInput({"reason": words}), by=by, at=AT)

    assert step("refuse", lead).run.state == "returned"
    assert step("overrule", dispatcher).run.state == "handling"
    with pytest.raises(Refused, match="已经退过一次单"):
        step("refuse", lead)
    assert step("refuse_again", lead).run.state == "returned_again"
    with pytest.raises(NotAllowed):
        step("uphold_again", dispatcher)
    assert step("uphold_again", supervisor).run.state == "assigning"
    assert [(one.unit_id, one.ruling) for one in Return.objects.order_by("number")] == [
        (here.unit.id, OVERRULED_RETURN), (here.unit.id, UPHELD),
    ]  # fmt: skip
    assert any("退得对，重新交办" in one.sentence for one in timeline("case", case.id))
    again = StepInput({"unit": str(here.county_unit.id), "assistants": str(fire.id), "asked": "修路面"})
    assert (
        take_step(case_id=case.id, step="assign", given=again, by=dispatcher, at=AT).run.state == "handling"
    )
    assert Part.objects.count() == 1, "who still waits is not asked twice"


def test_a_part_s_return_counts_for_its_unit(here, fire):
    builder, dispatcher = of_unit(here, fire), here.actor(TOWN_DISPATCHER)
    case = joined(here, fire)
    part = Part.objects.get()

    def step(name: str, by, at=AT):
        return take_part_step(
            part_id=part.id, step=name, given=StepInput({"reason": "路面归交通局"}), by=by, at=at
        )

    later = AT + timedelta(hours=2)
    step("decline", builder)
    [waiting] = returns(dispatcher, state="waiting").lines
    assert (waiting.part_id, waiting.unit_name) == (part.id, fire.name)
    assert "镇街调度员" in waiting.waits_for
    step("insist", dispatcher, later)
    with pytest.raises(Refused, match="再退要报督查员裁定"):
        step("decline", builder, later)
    step("decline_again", builder, later)
    supervisor = here.actor(SUPERVISOR)
    [waiting] = returns(supervisor, state="waiting").lines
    assert (waiting.waits_for, waiting.hop) == ("督查员", 2)
    assert (count_my_parts(supervisor), count_my_parts(dispatcher)) == (1, 0)
    assert part_file(part.id, by=supervisor, at=later).ruled_by == "督查员"
    for another in ("agree_again", "withdraw_again", "insist_again"):
        with pytest.raises(NotAllowed):
            step(another, dispatcher, later)
    step("agree_again", supervisor, later)
    found = list(Return.objects.order_by("number"))
    assert [(one.part_id, one.unit_id, one.ruling) for one in found] == [
        (part.id, fire.id, OVERRULED_RETURN), (part.id, fire.id, UPHELD),
    ]  # fmt: skip
    assert found[0].minutes_lost
    case.refresh_from_db()
    assert case.times_returned == 0, "the lead returned nothing"
    period = Period(DAY, DAY)
    [line] = [
        one
        for one in standings(dispatcher, here.town, period, by=BY_UNIT, at=later).lines
        if one.label == fire.name
    ]
    assert (line.counts["returned"], line.hops) == (1, 2)
    asked = QueueFilters(open_only=False, set="returned", unit_id=fire.id, since=DAY, until=DAY)
    assert [row.id for row in queue(dispatcher, asked, at=later).rows] == [case.id]


def test_a_supervisor_may_leave_a_part_with_its_unit_and_it_may_be_returned_again(here, fire):
    builder, dispatcher, supervisor = of_unit(here, fire), here.actor(TOWN_DISPATCHER), here.actor(SUPERVISOR)
    joined(here, fire)
    part = Part.objects.get()

    def step(name: str, by):
        given = StepInput({"reason": "路面归交通局"})
        return take_part_step(part_id=part.id, step=name, given=given, by=by, at=AT).run.state

    def offered(by):
        return [one.key for one in part_file(part.id, by=by, at=AT).steps]

    assert offered(builder) == ["answer", "decline"]
    with pytest.raises(Refused, match="第一次退单由调度员裁定"):
        step("decline_again", builder)
    step("decline", builder)
    assert offered(dispatcher) == ["insist", "agree", "withdraw"]
    assert offered(supervisor) == []
    step("insist", dispatcher)
    assert offered(builder) == ["answer", "decline_again"]
    for _ in range(2):
        assert step("decline_again", builder) == "returned_again"
        assert offered(dispatcher) == []
        assert offered(supervisor) == ["insist_again", "agree_again"]
        assert offered(of_unit(here, here.unit)) == ["overrule", "withdraw_again"]
        assert step("insist_again", supervisor) == "asked"
    assert [one.ruling for one in Return.objects.order_by("number")] == [OVERRULED_RETURN] * 3


def test_a_returned_part_of_a_case_that_goes_elsewhere_is_settled(here, fire):
    case = joined(here, fire)
    part = Part.objects.get()
    given = StepInput({"reason": "不归我们管"})
    take_part_step(part_id=part.id, step="decline", given=given, by=of_unit(here, fire), at=AT)
    withdraw_all(case_id=case.id, why="已转信访", at=AT)
    assert Return.objects.get().ruling == UPHELD

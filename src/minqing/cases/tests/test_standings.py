"""晾晒: every figure is the size of the list it opens; urges, what is left out of the score, the third party."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from minqing.accounts.tests.factories import AT, DAY, SmallCounty, small_county
from minqing.areas.public import Area
from minqing.cases import sampling
from minqing.cases.models import Case
from minqing.cases.models_handover import Exclusion, SampleCall, SupervisorUrge
from minqing.cases.public import (
    ContactInput,
    Period,
    Report,
    SampleAnswer,
    StepInput,
    answer,
    draw_sample,
    exclusions,
    keep_sample_call,
    open_case,
    propose_exclusion,
    queue,
    read_asked,
    repeat_draw,
    reverse_exclusion,
    rule_on_exclusion,
    sample_figures,
    set_share,
    standings,
    take_step,
    urge_by_supervisor,
)
from minqing.journal.public import timeline
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import random_id
from minqing.kernel.roles import (
    AUDITOR,
    COUNTY_DISPATCHER,
    FOLLOW_UP_CALLER,
    HANDLER,
    REVIEWER,
    SUPERVISOR,
    SURVEYOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

pytestmark = pytest.mark.django_db

PERIOD = Period(date(2026, 11, 1), date(2026, 12, 31))


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


def step(case: Case, name: str, by: Actor, *, days: int = 0, **values: str) -> Case:
    return take_step(case_id=case.id, step=name, given=StepInput(values), by=by, at=AT + timedelta(days=days))


def reported(area: Area, **changes: Any) -> Case:
    given: dict[str, Any] = {"contact": ContactInput("裘大爷", "13800000000"), **changes}
    words = "桥头的垃圾堆了一个星期，没有人来收。"
    return open_case(
        Report(id=random_id(), source="door_code", area_id=area.id, words=words, **given), by=None, at=AT
    )


def assigned(here: SmallCounty, area: Area | None = None) -> Case:
    case, dispatcher = reported(area or here.grid), here.actor(TOWN_DISPATCHER)
    step(case, "sign", dispatcher)
    return step(case, "assign", dispatcher, unit=str(here.unit.id))


def concluded(here: SmallCounty, *, days: int = 0, content: str = "content") -> Case:
    case = assigned(here)
    step(case, "conclude", here.actor(HANDLER), days=days, result="收走了")
    step(case, "approve", here.actor(REVIEWER), days=days)
    answer(receipt_code=case.receipt_code, done=True, content=content, words="", at=AT + timedelta(days=days))
    return Case.everything.get(id=case.id)


def a_busy_month(here: SmallCounty) -> None:
    """Cases of every set: concluded in time and late, urged, returned, not done, left out, still open and late."""
    handler, dispatcher, supervisor = here.actor(HANDLER), here.actor(TOWN_DISPATCHER), here.actor(SUPERVISOR)
    concluded(here)
    concluded(here, days=20, content="not_content")
    reported(here.neighbour_grid)
    reported(here.far_grid)
    back = assigned(here)
    step(back, "refuse", handler, reason="不归我们")
    step(back, "uphold", dispatcher, days=1, unit=str(here.county_unit.id), reason="是不归他们")
    urged = assigned(here, here.second_grid)
    urge_by_supervisor(case_id=urged.id, reason="已经问了两次", by=supervisor, at=AT)
    again = assigned(here)
    step(again, "conclude", handler, result="收走了")
    step(again, "approve", here.actor(REVIEWER))
    answer(receipt_code=again.receipt_code, done=False, content="", words="没有来", at=AT)
    unfair = assigned(here)
    proposed = propose_exclusion(
        case_id=unfair.id, reason="要求超出规定", evidence="清运办法第八条", by=handler, at=AT
    )
    rule_on_exclusion(exclusion_id=proposed.id, allowed=True, reason="证据充分", by=supervisor, at=AT)


def test_every_figure_is_the_size_of_the_list_it_opens(here):
    a_busy_month(here)
    at = AT + timedelta(days=30)
    county, town = here.actor(COUNTY_DISPATCHER), here.actor(TOWN_DISPATCHER)
    checked = 0
    for actor, area in ((county, here.county), (town, here.town), (here.actor(HANDLER), here.town)):
        for by in ("unit", "area", "source"):
            found = standings(actor, area, PERIOD, by=by, at=at)
            for line in (*found.lines, found.whole):
                for name, count in line.counts.items():
                    asked = {
                        "view": "all",
                        "set": name,
                        "since": "2026-11-01",
                        "until": "2026-12-31",
                        **line.narrow,
                    }
                    filters, wrong = read_asked(asked)
                    assert not wrong
                    if name in found.whole.counts and name in _FIGURES:
                        assert queue(actor, filters, at=at).total == count, (by, line.label, name)
                        checked += count
    assert checked > 60


_FIGURES = {
    "received", "concluded", "on_time", "late", "red", "urged", "answered", "pleased", "not_done", "returned",
    "excluded",
}  # fmt: skip


def test_the_figures_of_a_unit_and_what_returns_cost(here):
    a_busy_month(here)
    found = standings(
        here.actor(COUNTY_DISPATCHER), here.county, PERIOD, by="unit", at=AT + timedelta(days=30)
    )
    by_name = {one.label: one for one in found.lines}
    ours = by_name["谷来镇综合执法队"]
    assert {name: ours.counts[name] for name in sorted(_FIGURES)} == {
        "received": 4, "concluded": 2, "on_time": 1, "late": 1, "red": 2, "urged": 1, "answered": 2, "pleased": 1,
        "not_done": 1, "returned": 1, "excluded": 1,
    }  # fmt: skip
    assert (ours.hops, ours.days_lost, ours.share("on_time", "concluded")) == (1, 0.8, "50%")
    assert by_name["嵊州市水利水电局"].counts["received"] == 1
    assert found.whole.counts["received"] == 7


def test_the_number_of_statements_does_not_grow(here):
    county, at = here.actor(COUNTY_DISPATCHER), AT + timedelta(days=30)
    counts = []
    for _ in range(2):
        a_busy_month(here)
        with CaptureQueriesContext(connection) as seen:
            standings(county, here.county, PERIOD, by="area", at=at)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[1] <= 12


def test_a_supervisor_urges_with_a_reason_and_twice_is_once(here):
    case, supervisor = assigned(here), here.actor(SUPERVISOR)
    urge_by_supervisor(case_id=case.id, reason="群众等了一周", by=supervisor, at=AT)
    again = urge_by_supervisor(
        case_id=case.id, reason="群众等了一周", by=supervisor, at=AT + timedelta(minutes=1)
    )
    assert (again.urges, SupervisorUrge.objects.count()) == (1, 1)
    assert timeline("case", case.id)[-1].sentence == "督查催办（共催办 1 次）：群众等了一周"
    with pytest.raises(Refused, match="为什么"):
        urge_by_supervisor(case_id=case.id, reason=" ", by=supervisor, at=AT)
    with pytest.raises(NotAllowed):
        urge_by_supervisor(case_id=case.id, reason="快", by=here.actor(TOWN_DISPATCHER), at=AT)
    over = concluded(here)
    with pytest.raises(Refused, match="了结"):
        urge_by_supervisor(case_id=over.id, reason="快", by=supervisor, at=AT)


def test_an_unreasonable_demand_leaves_the_score_in_the_open_and_may_come_back(here):
    case, handler, supervisor = assigned(here), here.actor(HANDLER), here.actor(SUPERVISOR)
    given = {"case_id": case.id, "by": handler, "at": AT}
    with pytest.raises(Refused, match="证据"):
        propose_exclusion(**given, reason="要求超出规定", evidence=" ")
    with pytest.raises(NotAllowed):
        propose_exclusion(
            case_id=case.id, reason="要求超出规定", evidence="办法第八条", by=here.actor(VILLAGE_CLERK), at=AT
        )
    made = propose_exclusion(**given, reason="要求超出规定", evidence="办法第八条")
    with pytest.raises(Conflict):
        propose_exclusion(**given, reason="要求超出规定", evidence="办法第八条")
    anybody = here.actor(AUDITOR)
    assert exclusions(anybody, state="waiting").lines == []
    assert Case.everything.get(id=case.id).is_excluded is False
    rule_on_exclusion(exclusion_id=made.id, allowed=True, reason="属实", by=supervisor, at=AT)
    with pytest.raises(Conflict):
        rule_on_exclusion(exclusion_id=made.id, allowed=False, reason="再想想", by=supervisor, at=AT)
    [line] = exclusions(anybody).lines
    assert (line.evidence, line.ruling_reason, line.case_id) == ("办法第八条", "属实", None)
    assert Case.everything.get(id=case.id).is_excluded is True
    reverse_exclusion(exclusion_id=made.id, because="新证据", by=supervisor, at=AT)
    assert Case.everything.get(id=case.id).is_excluded is False
    assert exclusions(anybody, state="others").lines[0].reversed_because == "新证据"
    again = propose_exclusion(**given, reason="又一次", evidence="办法第八条")
    rule_on_exclusion(exclusion_id=again.id, allowed=False, reason="不成立", by=supervisor, at=AT)
    assert Exclusion.everything.filter(case=case).count() == 2
    with pytest.raises(NotThere):
        rule_on_exclusion(exclusion_id=random_id(), allowed=True, reason="无", by=supervisor, at=AT)


def test_a_draw_can_be_drawn_again_from_its_seed(here):
    for _ in range(4):
        concluded(here)
    reported(here.grid)  # still open
    supervisor, next_month = here.actor(SUPERVISOR), AT + timedelta(days=15)
    set_share(percent=50, by=supervisor, at=AT)
    with pytest.raises(Refused, match="还没有过完"):
        draw_sample(month=DAY, by=supervisor, at=AT)
    draw = draw_sample(month=DAY, by=supervisor, at=next_month)
    assert draw_sample(month=DAY, at=next_month + timedelta(days=1)) == draw
    assert (draw.population, draw.percent, SampleCall.objects.filter(draw=draw).count()) == (4, 50, 2)
    assert repeat_draw(draw) == (True, 4)
    numbers = list(Case.everything.exclude(closed_at=None).values_list("number", flat=True))
    drawn = list(SampleCall.objects.order_by("position").values_list("case__number", flat=True))
    assert sampling.drawn(numbers, draw.seed, 50) == drawn
    assert sampling.population_hash(numbers) == draw.population_hash


def test_a_third_party_who_hears_not_done_takes_the_case_up_again(here):
    case, supervisor, surveyor = concluded(here), here.actor(SUPERVISOR), here.actor(SURVEYOR)
    set_share(percent=100, by=supervisor, at=AT)
    at = AT + timedelta(days=15)
    draw = draw_sample(month=DAY, at=at)
    call = SampleCall.objects.get(draw=draw)
    with pytest.raises(NotAllowed):
        keep_sample_call(
            call_id=call.id, given=SampleAnswer(reached=False), by=here.actor(FOLLOW_UP_CALLER), at=at
        )
    keep_sample_call(call_id=call.id, given=SampleAnswer(reached=False), by=surveyor, at=at)
    with pytest.raises(Refused, match="办好了吗"):
        keep_sample_call(call_id=call.id, given=SampleAnswer(reached=True), by=surveyor, at=at)
    heard = SampleAnswer(reached=True, done=False, words="根本没来")
    keep_sample_call(call_id=call.id, given=heard, by=surveyor, at=at)
    with pytest.raises(Conflict):
        keep_sample_call(call_id=call.id, given=heard, by=surveyor, at=at)
    again = Case.everything.select_related("run").get(id=case.id)
    assert (again.closed_at, again.run.state, again.times_sent_back) == (None, "handling", 1)
    [figures] = sample_figures(supervisor, draw)
    assert (figures.drawn, figures.reached, figures.done, figures.own_done) == (1, 1, 0, 1)
    step(again, "conclude", here.actor(HANDLER), days=16, result="这回收走了")


def test_who_did_the_work_does_not_close_it_without_a_nod(here):
    clerk = here.actor(VILLAGE_CLERK)
    case = open_case(
        Report(id=random_id(), source="officer", area_id=here.village.id, words="水沟堵了，路上都是水"),
        by=clerk,
        at=AT,
    )
    secretary = here.actor(VILLAGE_SECRETARY)
    step(case, "accept", clerk)
    step(case, "finish", secretary, result="通了")
    with pytest.raises(NotAllowed, match="不能由您"):
        step(case, "unanswered", secretary, reason="没有联系上")

"""并单 with its way back, what is offered as a likely double, and 拆单."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.areas.public import Area
from minqing.cases.events import CaseOpened
from minqing.cases.likeness import Report as Compared
from minqing.cases.likeness import likeness
from minqing.cases.models import Case, Contact
from minqing.cases.models_handover import Merge, NotSame
from minqing.cases.public import (
    ContactInput,
    PartInput,
    Report,
    StepInput,
    alike_to,
    alike_to_words,
    answer,
    case_file,
    handed,
    judge_not_same,
    likely_pairs,
    make_joint,
    merge_cases,
    open_case,
    receipt,
    split_case,
    switch_procedure,
    take_step,
    together,
    undo_merge,
)
from minqing.journal.public import timeline
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import random_id
from minqing.kernel.roles import HANDLER, REVIEWER, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.workflow import public as workflow

pytestmark = pytest.mark.django_db

WORDS = "举坑村口的路灯坏了三天，晚上走路看不见。"
ALSO = "村口路灯坏了好几天了，晚上走路看不见，老人摔了一跤。"
OTHER = "化粪池满了，污水流到路上，气味很大。"


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


def reported(area: Area, words: str = WORDS, *, hours: int = 0, **changes: Any) -> Case:
    given: dict[str, Any] = {"contact": ContactInput("裘大爷", "13800000000"), **changes}
    report = Report(id=random_id(), source="door_code", area_id=area.id, words=words, **given)
    return open_case(report, by=None, at=AT + timedelta(hours=hours))


def step(case: Case, name: str, by: Actor, *, hours: int = 1, **values: str) -> Case:
    return take_step(
        case_id=case.id, step=name, given=StepInput(values), by=by, at=AT + timedelta(hours=hours)
    )


def now(case: Case) -> Case:
    return Case.everything.select_related("run", "master").get(id=case.id)


def to_the_follow_up(here: SmallCounty, case: Case, *, again: bool = False) -> None:
    dispatcher = here.actor(TOWN_DISPATCHER)
    if not again:
        step(case, "sign", dispatcher)
        step(case, "assign", dispatcher, unit=str(here.unit.id))
    step(case, "conclude", here.actor(HANDLER), result="换了新灯泡，亮了")
    step(case, "approve", here.actor(REVIEWER))


def test_a_merged_case_stands_still_and_each_reporter_is_answered(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    first, second = reported(here.grid), reported(here.second_grid, ALSO)
    third = reported(here.grid, "路灯又坏了，村口一片黑。", is_anonymous=True, contact=None)
    merge_cases(master_id=first.id, child_ids=[second.id, third.id], by=dispatcher, at=AT)
    merge_cases(master_id=first.id, child_ids=[second.id], by=dispatcher, at=AT)  # a second click
    assert (now(first).reports, Merge.objects.count()) == (3, 2)
    due = now(second).run.next_due_at
    assert due is not None
    waiting = set(workflow.todo(dispatcher).values_list("id", flat=True))
    assert waiting == {first.run_id}
    with pytest.raises(Conflict, match=first.number):
        step(second, "sign", dispatcher)
    seen = receipt(second.receipt_code, at=AT)
    assert seen.goes_along
    assert not seen.may_answer
    assert any("合在一起办理；办完仍会单独问" in one.sentence for one in seen.lines)
    to_the_follow_up(here, first)
    for one in (second, third):
        there = now(one)
        assert (there.run.state, there.result) == ("following", "换了新灯泡，亮了")
        assert receipt(one.receipt_code, at=AT).may_answer
    assert not any("裘大爷" in one.sentence for one in timeline("case", first.id))
    answer(
        receipt_code=second.receipt_code, done=True, content="content", words="", at=AT + timedelta(hours=2)
    )
    assert now(second).closed_at is not None
    assert now(first).closed_at is None
    legs = workflow.legs(now(second).run, at=AT)
    assert [one.state_label for one in legs] == ["待签收", "待回访反馈", "已办结"]
    assert (legs[0].step_label, legs[0].clock.due_at) == ("随主件一起办", due)


def test_one_not_done_takes_the_master_up_again_and_says_whose(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    first, second = reported(here.grid), reported(here.grid, ALSO)
    merge_cases(master_id=first.id, child_ids=[second.id], by=dispatcher, at=AT)
    to_the_follow_up(here, first)
    later = AT + timedelta(hours=2)
    answer(receipt_code=second.receipt_code, done=False, content="", words="还是不亮", at=later)
    assert (now(first).run.state, now(first).times_sent_back) == ("handling", 1)
    assert now(second).run.follows_id == first.run_id
    said = [one.sentence for one in timeline("case", first.id)]
    assert any(f"{second.number} 的反映人说没有办好，重新办理" in one for one in said)
    assert not any("还是不亮" in one for one in said)
    to_the_follow_up(here, first, again=True)
    assert now(second).run.state == "following"
    # And once more, when the master's own reporter has closed it already.
    answer(
        receipt_code=first.receipt_code, done=True, content="content", words="", at=AT + timedelta(hours=4)
    )
    assert now(first).closed_at is not None
    answer(receipt_code=second.receipt_code, done=False, content="", words="", at=AT + timedelta(hours=5))
    again = now(first)
    assert (again.closed_at, again.run.state, again.done) == (None, "handling", False)
    assert again.run_id != first.run_id
    assert [one.sentence for one in timeline("case", first.id)][-1].startswith("合在一起办的")
    to_the_follow_up(here, again, again=True)
    assert now(second).run.state == "following"


def test_undone_the_child_stands_where_it_stood_with_its_clock(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    first, second = reported(here.grid), reported(here.grid, OTHER)
    step(second, "sign", dispatcher)
    before = now(second).run
    merge_cases(master_id=first.id, child_ids=[second.id], by=dispatcher, at=AT)
    with pytest.raises(Refused, match="为什么"):
        undo_merge(child_id=second.id, because=" ", by=dispatcher, at=AT)
    undo_merge(child_id=second.id, because="不是一回事", by=dispatcher, at=AT + timedelta(days=2))
    after = now(second)
    assert (after.run.state, after.run.next_due_at, after.run.legs_count) == (
        before.state, before.next_due_at, before.legs_count,
    )  # fmt: skip
    assert (after.master_id, now(first).reports) == (None, 1)
    with pytest.raises(Conflict):
        undo_merge(child_id=second.id, because="再点一次", by=dispatcher, at=AT + timedelta(days=2))
    step(second, "assign", dispatcher, unit=str(here.unit.id))


def test_undone_after_the_result_it_goes_back_with_the_deadline_it_had(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    first, second = reported(here.grid), reported(here.grid, OTHER)
    due = now(second).run.next_due_at
    merge_cases(master_id=first.id, child_ids=[second.id], by=dispatcher, at=AT)
    to_the_follow_up(here, first)
    undo_merge(child_id=second.id, because="他说的是化粪池", by=dispatcher, at=AT + timedelta(days=1))
    back = now(second).run
    assert (back.state, back.next_due_at) == ("received", due)
    merge = Merge.objects.get(child=second)
    assert merge.undone_because == "他说的是化粪池"


def test_a_merge_older_than_thirty_days_stays(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    first, second = reported(here.grid), reported(here.grid, ALSO)
    merge_cases(master_id=first.id, child_ids=[second.id], by=dispatcher, at=AT)
    with pytest.raises(Refused, match="超过 30 天"):
        undo_merge(child_id=second.id, because="晚了", by=dispatcher, at=AT + timedelta(days=31))


def test_what_cannot_be_merged_says_why(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    first, second, third = reported(here.grid), reported(here.grid, ALSO), reported(here.grid, OTHER)
    far = reported(here.far_grid)
    with pytest.raises(Refused, match="它自己"):
        merge_cases(master_id=first.id, child_ids=[first.id], by=dispatcher, at=AT)
    with pytest.raises(NotThere):
        merge_cases(master_id=first.id, child_ids=[far.id], by=dispatcher, at=AT)
    with pytest.raises(NotAllowed):
        merge_cases(master_id=first.id, child_ids=[second.id], by=here.actor(REVIEWER), at=AT)
    merge_cases(master_id=first.id, child_ids=[second.id], by=dispatcher, at=AT)
    with pytest.raises(Refused, match=f"请并到 {first.number}"):
        merge_cases(master_id=second.id, child_ids=[third.id], by=dispatcher, at=AT)
    with pytest.raises(Refused, match="自己带着 1 件"):
        merge_cases(master_id=third.id, child_ids=[first.id], by=dispatcher, at=AT)


def test_a_merged_case_takes_no_way_of_its_own(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    first, second = reported(here.grid), reported(here.grid, ALSO)
    merge_cases(master_id=first.id, child_ids=[second.id], by=dispatcher, at=AT)
    said = f"已并入 {first.number}，请先撤销并单"
    for released in (False, True):
        if released:
            to_the_follow_up(here, first)
        with pytest.raises(Conflict, match=said):
            switch_procedure(case_id=second.id, to="express_lane", reason="转", by=dispatcher, at=AT)
        with pytest.raises(Conflict, match=said):
            split_case(case_id=second.id, given=PartInput(id=random_id(), words=OTHER), by=dispatcher, at=AT)
        with pytest.raises(Conflict, match=said):
            make_joint(
                case_id=second.id, lead=str(here.unit.id), assistants="", asked="", reason="转", by=dispatcher,
                at=AT, leg=None,
            )  # fmt: skip
        file = case_file(second.id, by=dispatcher, at=AT, purpose="查看事项")
        assert not handed(file.case, dispatcher, at=AT).may_split
        assert not together(file.case, by=dispatcher, at=AT).may_anything
    undo_merge(child_id=second.id, because="两件事", by=dispatcher, at=AT + timedelta(hours=3))
    switch_procedure(
        case_id=second.id, to="express_lane", reason="转", by=dispatcher, at=AT + timedelta(hours=4)
    )
    assert now(second).run.procedure == "express_lane"


def switched_under_the_merge(here: SmallCounty, monkeypatch: pytest.MonkeyPatch) -> tuple[Case, Case]:
    """Return a master and a child that an earlier version let go to another procedure."""
    dispatcher = here.actor(TOWN_DISPATCHER)
    first, second = reported(here.grid), reported(here.grid, ALSO)
    merge_cases(master_id=first.id, child_ids=[second.id], by=dispatcher, at=AT)
    with monkeypatch.context() as as_it_was:
        as_it_was.setattr("minqing.cases.services.switching.require_own_way", lambda case: None)
        switch_procedure(
            case_id=second.id, to="express_lane", reason="转", by=dispatcher, at=AT + timedelta(minutes=5)
        )
    return first, second


def test_the_result_moves_no_child_that_went_another_way(here, monkeypatch):
    first, second = switched_under_the_merge(here, monkeypatch)
    to_the_follow_up(here, first)
    there = now(second)
    assert (there.run.procedure, there.run.state) == ("express_lane", express_lane_start())
    assert (there.master_id, there.result, now(first).reports) == (None, "", 1)
    assert any("已改按“市长直通车”单独办理" in one.sentence for one in timeline("case", second.id))


def test_a_merge_is_undone_where_the_procedure_changed(here, monkeypatch):
    dispatcher = here.actor(TOWN_DISPATCHER)
    first, second = switched_under_the_merge(here, monkeypatch)
    with monkeypatch.context() as as_it_was:
        as_it_was.setattr("minqing.cases.services.merging._went_its_own_way", lambda merge, child: False)
        to_the_follow_up(here, first)
    assert now(second).run.state != express_lane_start()
    undo_merge(child_id=second.id, because="两件事", by=dispatcher, at=AT + timedelta(hours=5))
    there = now(second)
    assert (there.run.procedure, there.run.state) == ("express_lane", express_lane_start())


def express_lane_start() -> str:
    return workflow.procedure("express_lane").start.key


def test_declined_with_its_master_a_reporter_is_told_so(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    first, second = reported(here.grid), reported(here.grid, ALSO)
    merge_cases(master_id=first.id, child_ids=[second.id], by=dispatcher, at=AT)
    step(first, "sign", dispatcher)
    step(first, "decline", dispatcher, reason="正在法院审理")
    assert (now(second).run.state, now(second).closed_at is None) == ("declined", False)


def test_likely_doubles_are_offered_by_words_place_and_days(here):
    dispatcher, clerk = here.actor(TOWN_DISPATCHER), here.actor(VILLAGE_CLERK)
    first, same = reported(here.grid), reported(here.second_grid, WORDS, hours=1)
    near = reported(here.grid, ALSO, hours=2)
    reported(here.grid, OTHER)
    reported(here.neighbour_grid, ALSO)
    found = alike_to(now(first), by=dispatcher, at=AT + timedelta(hours=3))
    assert [one.row.id for one in found] == [same.id, near.id]
    assert found[0].reasons[0] == "文字相同"
    assert "同一天反映" in found[1].reasons
    judge_not_same(first_id=first.id, second_id=near.id, by=dispatcher, at=AT)
    judge_not_same(first_id=near.id, second_id=first.id, by=dispatcher, at=AT)
    assert NotSame.objects.count() == 1
    assert [one.row.id for one in alike_to(now(first), by=dispatcher, at=AT)] == [same.id]
    written = alike_to_words(
        "村口的路灯坏了，晚上走路看不见", here.village, by=clerk, at=AT + timedelta(hours=3)
    )
    assert {one.row.id for one in written} >= {first.id, same.id}
    pairs = likely_pairs(dispatcher, here.town, at=AT + timedelta(hours=3))
    assert (pairs[0].first.id, pairs[0].second.id) == (first.id, same.id)
    assert {first.id, near.id} not in [{one.first.id, one.second.id} for one in pairs]


def test_words_far_apart_in_time_or_meaning_are_not_alike():
    one = Compared(None, WORDS, "3.1.2.1", AT)
    assert likeness(one, Compared(None, WORDS, "3.1.2.1", AT)).same_words
    assert likeness(one, Compared(None, "举坑村口的路灯坏了三天!晚上走路看不见", "3.1.2.9", AT)).same_words
    assert not likeness(one, Compared(None, OTHER, "3.1.2.1", AT)).is_offered
    assert not likeness(one, Compared(None, WORDS, "3.1.2.1", AT - timedelta(days=91))).is_offered
    assert not likeness(Compared(None, "", "3.1", AT), Compared(None, "", "3.1", AT)).is_offered


def test_two_matters_of_one_report_become_two_cases(here):
    clerk = here.actor(VILLAGE_CLERK)
    case = reported(here.grid, f"{WORDS}还有，{OTHER}")
    given = PartInput(id=random_id(), words=OTHER, topic_key="water.septic")
    part = split_case(case_id=case.id, given=given, by=clerk, at=AT)
    assert split_case(case_id=case.id, given=given, by=clerk, at=AT) == part
    assert Case.everything.count() == 2
    assert part.number != case.number
    assert Contact.objects.get(case=part).phone == "13800000000"
    assert now(case).words.endswith(OTHER)
    [other] = receipt(case.receipt_code, at=AT).parts
    assert (other.code, other.number) == (part.receipt_code, part.number)
    back = receipt(part.receipt_code, at=AT).split_from
    assert back is not None
    assert back.code == case.receipt_code
    said = [one.sentence for one in timeline("case", case.id)]
    assert f"其中另一件事单独登记为 {part.number} 办理" in said


def test_words_that_nobody_said_are_shown_as_the_desk_s(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    case = reported(here.grid, f"{WORDS}还有，{OTHER}")
    quoted = split_case(case_id=case.id, given=PartInput(id=random_id(), words=OTHER), by=dispatcher, at=AT)
    free = PartInput(id=random_id(), words="村里要求修一座新桥。")
    put_in = split_case(case_id=case.id, given=free, by=dispatcher, at=AT)
    shown = [
        case_file(one.id, by=dispatcher, at=AT, purpose="查看事项").words_by_the_desk
        for one in (case, quoted, put_in)
    ]
    assert shown == [False, False, True]
    assert receipt(put_in.receipt_code, at=AT).words_by_the_desk
    assert not receipt(quoted.receipt_code, at=AT).words_by_the_desk
    opened = timeline("case", put_in.id)[0]
    assert opened.who == dispatcher.hand.person_name


def test_the_same_words_are_split_off_once(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    for nameless in (False, True):
        contact = None if nameless else ContactInput("裘大爷", "13800000000")
        case = reported(here.grid, f"{WORDS}还有，{OTHER}", is_anonymous=nameless, contact=contact)
        given = PartInput(id=random_id(), words=OTHER)
        part = split_case(case_id=case.id, given=given, by=dispatcher, at=AT)
        assert split_case(case_id=case.id, given=given, by=dispatcher, at=AT) == part
        again = PartInput(id=random_id(), words=f" {OTHER[:-1]} ")
        with pytest.raises(Conflict, match=f"已经拆成 {part.number}"):
            split_case(case_id=case.id, given=again, by=dispatcher, at=AT)


def test_an_official_writes_it_down_once():
    said = CaseOpened(
        subject_kind="case", subject_id=random_id(), area_id=random_id(), number="1", source="officer",
        source_label="干部登记", procedure="prompt", procedure_title="即办",
    )  # fmt: skip
    assert said.sentence().startswith("由干部登记为事项 1")

"""Whole lives of cases through the services: what happens, who may, what the timeline and the receipt say."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, everyone, small_county
from minqing.cases.models import Case
from minqing.cases.public import (
    ContactInput,
    QueueFilters,
    Report,
    StepInput,
    add_word,
    answer,
    case_file,
    open_case,
    queue,
    receipt,
    take_step,
    urge,
)
from minqing.cases.services import reporting
from minqing.journal.public import Entry, timeline
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused, TooMany
from minqing.kernel.ids import random_id
from minqing.kernel.roles import (
    COUNTY_DISPATCHER,
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    HANDLER,
    REVIEWER,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)

pytestmark = pytest.mark.django_db

WORDS = "门前的路灯坏了三天，晚上走路看不见。老人摔了一跤。"


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


def by_code(here: SmallCounty, **changes: object) -> Report:
    given: dict[str, object] = {
        "id": random_id(),
        "source": "door_code",
        "area_id": here.micro_grid.id,
        "words": WORDS,
    }
    return Report(**{**given, **changes})  # type: ignore[arg-type]


def five_steps(here: SmallCounty, case: Case, people: Mapping[str, Actor], *, again: bool = False) -> None:
    """Take a hotline case from wherever it stands to the follow-up."""

    def step(name: str, role: str, **values: str) -> None:
        take_step(case_id=case.id, step=name, given=StepInput(values), by=people[role], at=AT)

    if not again:
        step("sign", "town_dispatcher")
        step("assign", "town_dispatcher", unit=str(here.unit.id), topic="roads.light", advice="请今天去看")
    step("conclude", "handler", result="已换新灯泡，亮了")
    step("approve", "reviewer")


def test_five_steps_not_done_and_back_again(here):
    people = everyone(here)
    case = open_case(by_code(here, contact=ContactInput("裘大爷", "13800000000")), by=None, at=AT)
    assert case.title == "门前的路灯坏了三天，晚上走路看不见"
    five_steps(here, case, people)
    seen = receipt(case.receipt_code, at=AT)
    assert seen.may_answer
    answer(receipt_code=case.receipt_code, done=False, content="", words="还是不亮", at=AT)
    back = receipt(case.receipt_code, at=AT)
    assert back.state_label == "审核办理中"
    assert not back.may_answer
    five_steps(here, case, people, again=True)
    answer(receipt_code=case.receipt_code, done=True, content="content", words="这回亮了", at=AT)
    end = receipt(case.receipt_code, at=AT)
    assert (end.state_label, end.is_open, end.answered_done, end.content_label) == (
        "已办结",
        False,
        True,
        "满意",
    )
    assert len(end.legs) == 9  # five, three more the second time, and the end
    assert all(leg.within_words for leg in end.legs if leg.state != "closed")
    said = [line.sentence for line in end.lines]
    assert any("还是不亮" in one for one in said)
    assert any("办好了，满意：这回亮了" in one for one in said)


def test_the_same_report_sent_twice_is_one_case(here):
    report = by_code(here)
    first = open_case(report, by=None, at=AT)
    assert open_case(report, by=None, at=AT + timedelta(minutes=3)) == first
    assert Case.everything.count() == 1
    with pytest.raises(Conflict, match="不一样"):
        open_case(by_code(here, id=report.id, words="另外一件事，桥断了"), by=None, at=AT)


def test_an_anonymous_report_keeps_the_grid_a_random_id_and_the_hour(here):
    report = by_code(here, is_anonymous=True, contact=ContactInput("不该留下", "13800000000"))
    case = open_case(report, by=None, at=AT + timedelta(minutes=17, seconds=5))
    assert case.area == here.grid
    assert case.id.version != 7
    assert case.opened_at == AT
    assert case.subject_id is None
    assert open_case(report, by=None, at=AT + timedelta(minutes=18)) == case
    entry = Entry.objects.get(subject_id=case.id)
    assert (entry.at, entry.id.version, entry.person_name) == (AT, 4, "匿名反映人")


def test_only_whose_turn_it_is_takes_the_step(here):
    people = everyone(here)
    case = open_case(by_code(here), by=None, at=AT)
    with pytest.raises(NotAllowed, match="只有镇街调度员可以“签收”"):
        take_step(case_id=case.id, step="sign", given=StepInput(), by=people["village_clerk"], at=AT)
    stranger = here.actor(GRID_WORKER, area=here.neighbour_grid)
    with pytest.raises(NotThere):
        take_step(case_id=case.id, step="sign", given=StepInput(), by=stranger, at=AT)


def test_two_people_at_once(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    case = open_case(by_code(here), by=None, at=AT)
    take_step(case_id=case.id, step="sign", given=StepInput(), by=dispatcher, at=AT, leg=1)
    with pytest.raises(Conflict, match="刚刚办过"):
        take_step(
            case_id=case.id, step="sign", given=StepInput(), by=here.actor(COUNTY_DISPATCHER), at=AT, leg=1
        )


def test_a_unit_that_cannot_reach_there_is_refused(here):
    dispatcher = here.actor(TOWN_DISPATCHER)
    case = open_case(by_code(here), by=None, at=AT)
    take_step(case_id=case.id, step="sign", given=StepInput(), by=dispatcher, at=AT)
    nowhere = "没有这个单位"
    for unit, words in (
        (str(here.far_unit.id), "管不到"),
        ("not-an-id", nowhere),
        (str(uuid.uuid4()), nowhere),
    ):
        with pytest.raises(Refused, match=words):
            take_step(case_id=case.id, step="assign", given=StepInput({"unit": unit}), by=dispatcher, at=AT)


def test_a_handler_sees_the_unit_s_cases_and_no_others(here):
    people = everyone(here)
    case = open_case(by_code(here), by=None, at=AT)
    assert queue(people["handler"], QueueFilters(), at=AT).total == 0
    with pytest.raises(NotThere):
        case_file(case.id, by=people["handler"], at=AT)
    five_steps(here, case, people)
    assert queue(people["handler"], QueueFilters(), at=AT).total == 1
    far = here.actor(HANDLER, unit=here.far_unit)
    assert queue(far, QueueFilters(), at=AT).total == 0


def test_a_neighbouring_village_sees_nothing(here):
    case = open_case(by_code(here), by=None, at=AT)
    stranger = here.actor(VILLAGE_CLERK, area=here.neighbour)
    assert queue(stranger, QueueFilters(open_only=False), at=AT).rows == []
    with pytest.raises(NotThere):
        case_file(case.id, by=stranger, at=AT)


def test_words_are_added_once_and_urging_is_once_a_day(here):
    case = open_case(by_code(here), by=None, at=AT)
    add_word(receipt_code=case.receipt_code, words="另外井盖也松了", at=AT)
    add_word(receipt_code=case.receipt_code, words="另外井盖也松了", at=AT)
    assert sum("井盖" in line.sentence for line in timeline("case", case.id)) == 1
    urge(receipt_code=case.receipt_code, at=AT)
    with pytest.raises(TooMany, match="今天已经催过"):
        urge(receipt_code=case.receipt_code, at=AT + timedelta(hours=5))
    assert urge(receipt_code=case.receipt_code, at=AT + timedelta(days=1)).urges == 2


@pytest.mark.parametrize(
    ("words", "sentence"), [("", "至少几个字"), ("在吗", "至少几个字"), ("长" * 2001, "太长")]
)
def test_words_that_make_no_report(here, words, sentence):
    with pytest.raises(Refused, match=sentence):
        open_case(by_code(here, words=words), by=None, at=AT)


def test_a_queue_takes_as_many_statements_for_a_hundred_cases_as_for_ten(here, django_assert_max_num_queries):
    dispatcher = here.actor(TOWN_DISPATCHER)
    for number in range(30):
        open_case(by_code(here, words=f"第 {number} 件事：路灯不亮"), by=None, at=AT)
    queue(dispatcher, QueueFilters(todo=True), at=AT)
    with django_assert_max_num_queries(6):
        page = queue(dispatcher, QueueFilters(todo=True), at=AT)
    assert (page.total, len(page.rows), page.pages) == (30, 25, 2)


def test_the_follow_up_caller_asks_for_those_who_cannot(here):
    people = everyone(here)
    case = open_case(by_code(here), by=None, at=AT)
    five_steps(here, case, people)
    with pytest.raises(NotAllowed):
        take_step(
            case_id=case.id,
            step="confirm",
            given=StepInput({"content": "content"}),
            by=people["handler"],
            at=AT,
        )
    take_step(
        case_id=case.id,
        step="confirm",
        given=StepInput({"content": "half_content", "remark": "就是慢了点"}),
        by=here.actor(FOLLOW_UP_CALLER),
        at=AT,
    )
    file = case_file(case.id, by=here.actor(REVIEWER), at=AT)
    assert file.answers[0].content_label == "基本满意"
    assert file.answers[0].asked_by is not None


def test_whoever_did_it_does_not_ask_whether_it_was_done(here):
    worker, clerk = here.actor(GRID_WORKER), here.actor(VILLAGE_CLERK)
    report = Report(id=random_id(), source="officer", area_id=here.grid.id, words=WORDS)
    case = open_case(report, by=worker, at=AT)
    take_step(case_id=case.id, step="accept", given=StepInput(), by=clerk, at=AT)
    take_step(case_id=case.id, step="finish", given=StepInput({"result": "换了灯泡"}), by=worker, at=AT)
    done = StepInput({"content": "content"})
    with pytest.raises(NotAllowed, match="是您办的"):
        take_step(case_id=case.id, step="confirm", given=done, by=worker, at=AT)
    closed = take_step(case_id=case.id, step="confirm", given=done, by=clerk, at=AT)
    assert (closed.handled_by_id, closed.asked_by_id) == (worker.person_id, clerk.person_id)


@pytest.mark.parametrize("column", ["number", "receipt_code"])
def test_what_another_case_has_is_drawn_again(here, monkeypatch, column):
    other = open_case(by_code(here), by=None, at=AT)
    there = {"number": other.number.partition("-")[2], "receipt_code": "ABCDEFGHJK"} | {
        column: getattr(other, column).rpartition("-")[2]
    }
    drawn = iter([*there.values(), "QQQQQ", "QQQQQQQQQQ"])
    monkeypatch.setattr(reporting, "short_code", lambda _length: next(drawn))
    case = open_case(by_code(here, words="第二盏路灯也坏了，天黑看不见。"), by=None, at=AT)
    assert case.number.endswith("-QQQQQ")
    assert case.receipt_code == "QQQQQQQQQQ"
    assert [one.kind for one in Entry.objects.filter(subject_id=case.id)].count("cases.opened") == 1

"""联办: a lead, its assisting units, each with its own clock; concluded when nobody is waited for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from minqing.accounts.models import Unit
from minqing.accounts.queries import actor_of
from minqing.accounts.tests.factories import AT, DAY, SmallCounty, appoint, make_person, small_county
from minqing.cases.events import ProcedureChanged
from minqing.cases.models import Case
from minqing.cases.models_joint import ANSWERED, OVERRULED, WITHDRAWN, Part
from minqing.cases.procedures.assist import Assist
from minqing.cases.public import (
    Report,
    StepInput,
    answer,
    open_case,
    take_step,
)
from minqing.cases.queries.parts_of import count_my_parts, my_parts, part_file, parts_of
from minqing.cases.services.joining import (
    add_part,
    escalate_part,
    make_joint,
    overrule_answer,
    take_part_step,
    withdraw_all,
)
from minqing.journal.models import Entry
from minqing.journal.public import deliver, record, timeline
from minqing.kernel.access import SYSTEM
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import random_id
from minqing.kernel.roles import HANDLER, TOWN_DISPATCHER, VILLAGE_CLERK
from minqing.notices.models import Notice
from minqing.workflow import public as workflow
from minqing.workflow.events import CalendarChanged

pytestmark = pytest.mark.django_db
WORDS = "举坑村文化礼堂后面的沟渠堵了，下雨倒灌，路面也塌了。"


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


@pytest.fixture
def fire(here: SmallCounty) -> Unit:
    return Unit.objects.create(area=here.town, kind="town_office", name="谷来镇城建办公室")


def opened(here: SmallCounty) -> Case:
    report = Report(id=random_id(), source="door_code", area_id=here.village.id, words=WORDS)
    return open_case(report, by=None, at=AT)


def of_unit(here: SmallCounty, unit: Unit):
    return here.actor(HANDLER, unit=unit)


def joined(here: SmallCounty, *units: Unit) -> Case:
    case = opened(here)
    return make_joint(
        case_id=case.id,
        lead=str(here.unit.id),
        assistants=",".join(str(one.id) for one in units),
        asked="水利局看沟渠；城建办修路面。",
        reason="要两家一起办",
        by=here.actor(TOWN_DISPATCHER),
        at=AT,
        leg=1,
    )


def test_each_unit_has_its_part_and_its_clock(here, fire):
    case = joined(here, here.county_unit, fire)
    assert (case.run.procedure, case.run.state, case.unit_id) == ("joint", "handling", here.unit.id)
    parts = parts_of(case, at=AT)
    assert [one.part.unit_id for one in parts] == [here.county_unit.id, fire.id]
    due = case.run.next_due_at
    assert due is not None
    assert all(one.clock.due_at and one.clock.due_at < due for one in parts)
    helper = of_unit(here, fire)
    assert count_my_parts(helper) == 1
    assert [row.number for row in my_parts(helper, at=AT).rows] == [case.number]
    assert Case.objects.visible_to(helper).filter(id=case.id).exists()
    assert not Case.objects.visible_to(of_unit(here, here.far_unit)).exists()
    assert Notice.objects.filter(person_id=helper.person_id).count() == 0  # asked before they served
    said = " ".join(line.sentence for line in timeline("case", case.id))
    assert "请谷来镇城建办公室协办" in said


def test_the_lead_concludes_when_all_have_answered_or_been_overruled(here, fire):
    lead, water, builder = (of_unit(here, one) for one in (here.unit, here.county_unit, fire))
    case = joined(here, here.county_unit, fire)
    first, second = Part.objects.order_by("position")
    done = StepInput({"result": "都办好了"})
    with pytest.raises(Refused, match="还有协办单位没有答复"):
        take_step(case_id=case.id, step="conclude", given=done, by=lead, at=AT)
    take_part_step(
        part_id=first.id, step="answer", given=StepInput({"answer": "沟渠清了"}), by=water, at=AT, leg=1
    )
    with pytest.raises(NotAllowed, match="只有承办人"):
        take_part_step(part_id=second.id, step="answer", given=StepInput({"answer": "替答"}), by=lead, at=AT)
    with pytest.raises(NotAllowed, match="只有主办单位"):
        take_part_step(
            part_id=second.id, step="overrule", given=StepInput({"reason": "不等了"}), by=builder, at=AT
        )
    with pytest.raises(Refused, match="请填写：理由"):
        take_part_step(part_id=second.id, step="overrule", given=StepInput(), by=lead, at=AT)
    take_part_step(
        part_id=second.id,
        step="overrule",
        given=StepInput({"reason": "路面由本队先修"}),
        by=lead,
        at=AT,
        leg=1,
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.outcome, second.outcome, second.because) == (ANSWERED, OVERRULED, "路面由本队先修")
    assert first.run.finished_at
    case = take_step(case_id=case.id, step="conclude", given=done, by=lead, at=AT)
    case = answer(receipt_code=case.receipt_code, done=True, content="content", words="", at=AT)
    assert case.closed_at


def test_an_answer_that_is_not_taken_stays_beside_the_reason(here, fire):
    lead, builder = of_unit(here, here.unit), of_unit(here, fire)
    joined(here, fire)
    part = Part.objects.get()
    take_part_step(
        part_id=part.id, step="answer", given=StepInput({"answer": "不是我们修的"}), by=builder, at=AT
    )
    with pytest.raises(Refused, match="请写明"):
        overrule_answer(part_id=part.id, reason=" ", by=lead, at=AT)
    with pytest.raises(NotAllowed):
        overrule_answer(part_id=part.id, reason="我说了算", by=builder, at=AT)
    part = overrule_answer(part_id=part.id, reason="图纸上是城建办的路", by=lead, at=AT)
    assert (part.outcome, part.answer, part.because) == (OVERRULED, "不是我们修的", "图纸上是城建办的路")
    again = add_part(case_id=part.case_id, unit=str(fire.id), asked="请照图纸修", by=lead, at=AT)
    assert again.position == 2
    with pytest.raises(Refused, match="已有一张没有答复的协办单"):
        add_part(case_id=part.case_id, unit=str(fire.id), asked="再催", by=lead, at=AT)


def test_a_part_may_be_declined_and_somebody_rules(here, fire):
    builder, dispatcher = of_unit(here, fire), here.actor(TOWN_DISPATCHER)
    case = joined(here, fire)
    part = Part.objects.get()
    take_part_step(
        part_id=part.id, step="decline", given=StepInput({"reason": "不归我们管"}), by=builder, at=AT
    )
    assert part_file(part.id, by=dispatcher, at=AT).view.part.declined_because == "不归我们管"
    assert count_my_parts(dispatcher) == 1
    take_part_step(
        part_id=part.id, step="insist", given=StepInput({"reason": "三定方案写着"}), by=dispatcher, at=AT
    )
    assert count_my_parts(builder) == 1
    take_part_step(
        part_id=part.id, step="withdraw", given=StepInput({"reason": "不用了"}), by=dispatcher, at=AT
    )
    part.refresh_from_db()
    assert part.outcome == WITHDRAWN
    case.refresh_from_db()
    assert case.assisting is None
    with pytest.raises(NotThere):
        part_file(part.id, by=builder, at=AT)


@pytest.mark.parametrize(
    ("lead", "assistants", "words"),
    [
        ("unit", "unit", "已经是主办单位"),
        ("unit", "far_unit", "管不到这里"),
        ("far_unit", "unit", "管不到这里"),
    ],
)
def test_who_can_be_asked(here, lead, assistants, words):
    case = opened(here)
    with pytest.raises(Refused, match=words):
        make_joint(
            case_id=case.id, lead=str(getattr(here, lead).id), assistants=str(getattr(here, assistants).id), asked="办",
            reason="一起办", by=here.actor(TOWN_DISPATCHER), at=AT, leg=1,
        )  # fmt: skip
    case.refresh_from_db()
    assert case.run.procedure == "hotline" or case.run.procedure == "prompt"
    assert not Part.objects.exists()


def test_only_a_dispatcher_makes_a_case_joint(here):
    case = opened(here)
    with pytest.raises(NotAllowed):
        make_joint(
            case_id=case.id, lead=str(here.unit.id), assistants=str(here.county_unit.id), asked="办", reason="一起办",
            by=here.actor(VILLAGE_CLERK), at=AT, leg=1,
        )  # fmt: skip


def test_a_late_part_is_told_above_and_to_the_lead(here, fire):
    lead = of_unit(here, here.unit)
    of_unit(here, fire)
    dispatcher = here.actor(TOWN_DISPATCHER)
    joined(here, fire)
    part = Part.objects.get()
    late = AT + timedelta(days=30)
    assert workflow.sweep_overdue(at=late) >= 1
    escalate_part(part_id=part.id, leg=1, at=late)
    escalate_part(part_id=part.id, leg=7, at=late)  # of a leg long gone: nothing
    told = set(Notice.objects.filter(made_at=late).values_list("person_id", flat=True))
    assert {lead.person_id, dispatcher.person_id} <= told
    said = " ".join(line.sentence for line in timeline("case", part.case_id))
    assert "谷来镇城建办公室的协办单在“待协办”超时，已报告" in said
    assert "并告知主办单位" in said


def test_what_the_phone_sends_twice_is_answered_once(here, fire):
    builder = of_unit(here, fire)
    joined(here, fire)
    part = Part.objects.get()
    given = StepInput({"answer": "修好了"})
    first = take_part_step(part_id=part.id, step="answer", given=given, by=builder, at=AT, leg=1)
    again = take_part_step(part_id=part.id, step="answer", given=given, by=builder, at=AT, leg=1)
    assert first.id == again.id
    assert Entry.objects.filter(kind="cases.part_moved").count() == 1
    with pytest.raises(Conflict, match="还没有提交"):
        take_part_step(
            part_id=part.id, step="answer", given=StepInput({"answer": "另一段话"}), by=builder, at=AT, leg=1
        )


def test_a_case_that_goes_elsewhere_waits_for_nobody(here, fire):
    builder = of_unit(here, fire)
    case = joined(here, fire)
    assert withdraw_all(case_id=case.id, why="已转信访", at=AT) == 1
    assert withdraw_all(case_id=case.id, why="已转信访", at=AT) == 0
    assert count_my_parts(builder) == 0
    assert Part.objects.get().because == "已转信访"


def test_what_parts_hear_of_twice_is_done_once(here, fire):
    """A late part, a case that goes elsewhere, a day that is no working day any more."""
    of_unit(here, fire)
    case = joined(here, fire)
    late = AT + timedelta(days=30)
    workflow.sweep_overdue(at=late)
    overdue = Entry.objects.get(kind="workflow.run_overdue", subject_kind="part")
    deliver(overdue.id)
    deliver(overdue.id)
    assert Entry.objects.filter(kind="cases.part_overdue").count() == 1
    changed = ProcedureChanged(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, from_procedure="joint", from_title="联办",
        to_procedure="prompt", to_title="即办", unit_name="", due_words="", words="不用联办了",
    )  # fmt: skip
    calendar = CalendarChanged(
        subject_kind="calendar", subject_id=case.id, area_id=here.county.id, version=2, what="放假"
    )
    for event in (changed, calendar):
        entry_id = record(event, by=SYSTEM, at=late)
        deliver(entry_id)
        deliver(entry_id)
    part = Part.objects.get()
    assert (part.outcome, part.because) == (WITHDRAWN, "这件事已转为“即办”办理。")
    assert Entry.objects.filter(kind="cases.part_moved").count() == 1


def test_a_part_older_than_its_procedure_goes_on(here, fire, monkeypatch):
    """Renamed states and steps carry the parts over: what was “asked” is “waiting” today."""
    builder = of_unit(here, fire)
    case = joined(here, fire)
    part = Part.objects.get()
    workflow.Run.everything.filter(id=part.run_id).update(state="waiting_of_old")
    monkeypatch.setattr(Assist.asked, "renamed_from", ("waiting_of_old",))
    assert parts_of(case, at=AT)[0].state_label == "待协办"
    assert count_my_parts(builder) == 1
    take_part_step(part_id=part.id, step="answer", given=StepInput({"answer": "修好了"}), by=builder, at=AT)
    part.refresh_from_db()
    assert part.outcome == ANSWERED


def test_a_case_that_is_declined_lets_its_units_go(here, fire):
    lead, dispatcher = of_unit(here, here.unit), here.actor(TOWN_DISPATCHER)
    case = joined(here, fire)
    take_step(case_id=case.id, step="refuse", given=StepInput({"reason": "不归我们管"}), by=lead, at=AT)
    with pytest.raises(NotAllowed):
        take_step(case_id=case.id, step="uphold", given=StepInput({"reason": "是"}), by=lead, at=AT)
    take_step(case_id=case.id, step="uphold", given=StepInput({"reason": "是"}), by=dispatcher, at=AT)
    done = take_step(
        case_id=case.id, step="decline", given=StepInput({"reason": "已诉讼"}), by=dispatcher, at=AT
    )
    assert done.closed_at
    assert Part.objects.get().because == "事项已了结：不予受理。"


def test_a_person_who_serves_in_two_units_acts_in_one(here, fire):
    person = make_person("two_hats")
    appoint(person, HANDLER, here.town, here.unit)
    second = appoint(person, HANDLER, here.town, fire)
    joined(here, fire)
    part = Part.objects.get()
    assert count_my_parts(actor_of(person, DAY)) == 1
    acting = actor_of(person, DAY, second.id)
    take_part_step(part_id=part.id, step="answer", given=StepInput({"answer": "修好了"}), by=acting, at=AT)

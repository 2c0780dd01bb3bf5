"""Three lines, petitions and the mayor's lane, through the services."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.cases import public as cases
from minqing.cases.facts import known_facts
from minqing.cases.models import Case
from minqing.cases.models_express import SitInBooking, SitInDay
from minqing.cases.procedures.petition import TERMS, Petition
from minqing.cases.services import express
from minqing.cases.services.late import climb
from minqing.cases.services.switching import switch_procedure
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotAllowed, Refused
from minqing.kernel.roles import (
    EXPRESS_OFFICER,
    GRID_WORKER,
    GROUP_LEADER,
    HANDLER,
    PETITION_OFFICER,
    REVIEWER,
    SYSTEM_ADMINISTRATOR,
    TOWN_SECRETARY,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)
from minqing.workflow import public as workflow

PHONE = "19957512345"


@pytest.fixture
def county(db: None) -> SmallCounty:
    return small_county()


def opened(county: SmallCounty, procedure: str, *, by: Actor, at: datetime = AT, phone: str = "") -> Case:
    contact = cases.ContactInput("裘阿婆", phone) if phone else None
    source = "petition" if procedure == "petition" else cases.OFFICER
    report = cases.Report(
        id=cases.new_report_id(), source=source, area_id=county.grid.id, words="屋后的水沟堵了，雨水漫进来。",
        procedure=procedure, contact=contact, topic_key="water.drain",
    )  # fmt: skip
    return cases.open_case(report, by=by, at=at)


def take(case: Case, step: str, by: Actor, at: datetime = AT, **values: str) -> Case:
    return cases.take_step(case_id=case.id, step=step, given=cases.StepInput(values), by=by, at=at)


def test_every_condition_of_every_procedure_is_a_known_fact() -> None:
    asked = {one.key for of in workflow.procedures() for step in of.steps.values() for one in step.only_if}
    assert asked <= known_facts()


def test_a_matter_climbs_line_by_line_when_nobody_stirs(county: SmallCounty) -> None:
    leader = county.actor(GROUP_LEADER)
    case = opened(county, "three_lines", by=leader)
    seen = [case.run.state]
    for leg in (1, 2, 3):
        at = AT + timedelta(days=10 * leg)
        assert climb(case_id=case.id, leg=leg, at=at)
        assert climb(case_id=case.id, leg=leg, at=at), "a second delivery changes nothing"
        seen.append(Case.everything.get(id=case.id).run.state)
    assert seen == ["first", "second", "third", "town"]
    assert not climb(case_id=case.id, leg=4, at=AT + timedelta(days=50)), (
        "the town is told, it climbs no further"
    )


def test_a_first_visit_ends_at_the_villages_secretary(county: SmallCounty) -> None:
    secretary = county.actor(VILLAGE_SECRETARY)
    case = opened(county, "three_lines", by=county.actor(GROUP_LEADER), phone=PHONE)
    take(case, "lift_first", county.actor(GROUP_LEADER), reason="组里办不了")
    take(case, "lift_second", county.actor(VILLAGE_CLERK), reason="村干部办不了")
    moved = take(case, "settle_third", secretary, result="请人疏通了水沟")
    assert moved.run.state == "asking"


def test_a_repeated_visit_ends_at_the_towns_secretary(county: SmallCounty) -> None:
    leader, secretary = county.actor(GROUP_LEADER), county.actor(VILLAGE_SECRETARY)
    opened(county, "three_lines", by=leader, phone=PHONE)
    case = opened(county, "three_lines", by=leader, at=AT + timedelta(days=30), phone=PHONE)
    assert case.topic is not None, "the same topic"
    take(case, "lift_first", leader, reason="组里办不了")
    take(case, "lift_second", county.actor(VILLAGE_CLERK), reason="村干部办不了")
    with pytest.raises(Refused, match="这是重访"):
        take(case, "settle_third", secretary, result="又疏通了一次")
    assert "settle_third" not in [step.key for step in cases.case_file(case.id, by=secretary, at=AT).steps], (
        "what cannot be is not offered"
    )
    take(case, "lift_third", secretary, reason="重访")
    moved = take(case, "settle_repeated", county.actor(TOWN_SECRETARY), result="换了大管子")
    assert moved.run.state == "asking"


def test_a_petition_goes_its_statutory_way(county: SmallCounty) -> None:
    officer, handler, reviewer = county.actor(PETITION_OFFICER), county.actor(HANDLER), county.actor(REVIEWER)
    case = opened(county, "petition", by=officer)
    take(case, "accept", officer, unit=str(county.unit.id))
    take(case, "report", handler, result="已和双方谈过")
    take(case, "answer", officer, written_opinion="应予赔偿。不服可在 30 日内申请复查。")
    take(case, "ask_review", officer, reason="数额太少")
    take(case, "review", reviewer, review_opinion="维持")
    assert climb(case_id=case.id, leg=6, at=AT + timedelta(days=60)), "nobody asked for more in thirty days"
    done = Case.everything.get(id=case.id)
    assert done.run.state == "settled"
    assert done.closed_at is not None


def test_a_petition_is_sealed_to_those_who_work_on_it(county: SmallCounty) -> None:
    officer, handler, secretary = (
        county.actor(PETITION_OFFICER),
        county.actor(HANDLER),
        county.actor(TOWN_SECRETARY),
    )
    case = opened(county, "petition", by=officer)
    mine = Case.objects.filter(id=case.id)

    def sees(actor: Actor) -> bool:
        return mine.visible_to(actor).exists()

    others = (GRID_WORKER, VILLAGE_CLERK, VILLAGE_SECRETARY, GROUP_LEADER, EXPRESS_OFFICER)
    assert not any(sees(county.actor(role)) for role in others)
    assert sees(officer)
    assert sees(county.actor(REVIEWER))
    assert not sees(handler)
    take(case, "accept", officer, unit=str(county.unit.id))
    assert sees(handler), "the unit that handles it"
    assert not sees(secretary)
    run = workflow.lock_run(case.run_id)
    workflow.name_sponsor(run, person_id=secretary.person_id, by=officer, at=AT)
    assert sees(secretary), "its sponsor"
    with pytest.raises(Refused, match="信访专员登记"):
        opened_as(county, "officer", "petition", by=county.actor(GRID_WORKER))
    with pytest.raises(NotAllowed):
        opened_as(county, "petition", "petition", by=county.actor(VILLAGE_CLERK))
    with pytest.raises(Refused, match="各自的规程办到底"):
        switch_procedure(case_id=case.id, to="hotline", reason="转办", by=officer, at=AT)


def opened_as(county: SmallCounty, source: str, procedure: str, *, by: Actor | None) -> Case:
    report = cases.Report(
        id=cases.new_report_id(),
        source=source,
        area_id=county.grid.id,
        words="反映征地补偿的事。",
        procedure=procedure,
    )
    return cases.open_case(report, by=by, at=AT)


def test_the_terms_of_a_petition_name_their_article() -> None:
    timed = {key for key, state in Petition.states.items() if state.within and key in TERMS}
    assert timed == set(TERMS)
    for key, term in TERMS.items():
        assert Petition.states[key].within == term.within
        assert "《信访工作条例》第" in term.source
    assert Petition.states["handling"].within == workflow.calendar_days(60)


def begin_day(by: Actor, **changes: object) -> SitInDay:
    given = {
        "starts_at": AT + timedelta(days=3), "place": "市政务中心三楼", "host": "市长", "slots": 4, "slot_minutes": 30,
    }  # fmt: skip
    return express.announce_day(**{**given, **changes}, by=by, at=AT)  # type: ignore[arg-type]


def test_a_sit_in_day_hears_a_matter_and_the_mayor_returns(county: SmallCounty) -> None:
    officer, handler = county.actor(EXPRESS_OFFICER), county.actor(HANDLER)
    case = opened(county, "express_lane", by=officer)
    day = begin_day(officer)
    with pytest.raises(Refused, match="请先在“坐班日”里"):
        take(case, "sit_in", officer)
    booking = express.book(case_id=case.id, day_id=day.id, slot=2, by=officer, at=AT)
    assert express.book(case_id=case.id, day_id=day.id, slot=2, by=officer, at=AT).id == booking.id
    assert booking.begins_at == AT + timedelta(days=3, minutes=30)
    take(case, "sit_in", officer)
    with pytest.raises(Refused, match="还没有到约定的时间"):
        express.note_meeting(case_id=case.id, came=True, notes="谈过", by=officer, at=AT)
    then = AT + timedelta(days=3, hours=1)
    with pytest.raises(Refused, match="接待还没有记录"):
        take(case, "talked", officer, at=then, decision="由水利局办")
    express.note_meeting(case_id=case.id, came=True, notes="要求拓宽路口", by=officer, at=then)
    take(case, "talked", officer, at=then, decision="由综合执法队办")
    take(case, "assign", officer, at=then, unit=str(county.unit.id), decision="十天内办好")
    take(case, "report", handler, at=then, result="路口拓宽了")
    with pytest.raises(Refused, match="市长回访"):
        take(case, "visit", officer, at=then)
    express.plan_return(case_id=case.id, on=then.date(), how="visit", host="市长", by=officer, at=then)
    express.note_return(case_id=case.id, passed=True, said="车进得来了", by=officer, at=then)
    assert take(case, "visit", officer, at=then).run.state == "following"


def test_a_slot_is_kept_for_one_matter_only(county: SmallCounty) -> None:
    officer = county.actor(EXPRESS_OFFICER)
    day = begin_day(officer)
    first, second = (opened(county, "express_lane", by=officer, at=AT + timedelta(minutes=n)) for n in (0, 1))
    express.book(case_id=first.id, day_id=day.id, slot=1, by=officer, at=AT)
    with pytest.raises(Conflict, match="约走了"):
        express.book(case_id=second.id, day_id=day.id, slot=1, by=officer, at=AT)
    with pytest.raises(Refused, match="要改期请先退掉"):
        express.book(case_id=first.id, day_id=day.id, slot=2, by=officer, at=AT)
    with pytest.raises(Refused, match="还有 1 个时段已预约"):
        express.call_off_day(day_id=day.id, by=officer, at=AT)
    express.give_back(case_id=first.id, by=officer, at=AT)
    assert SitInBooking.objects.filter(day=day, cancelled_at=None).count() == 0
    express.book(case_id=second.id, day_id=day.id, slot=1, by=officer, at=AT)
    for slot in (0, 5):
        with pytest.raises(Refused, match="没有这个时段"):
            express.book(case_id=first.id, day_id=day.id, slot=slot, by=officer, at=AT)
    with pytest.raises(Refused, match="已经过去"):
        express.book(case_id=first.id, day_id=day.id, slot=1, by=officer, at=AT + timedelta(days=4))


def test_only_the_lane_s_officer_runs_it(county: SmallCounty) -> None:
    with pytest.raises(NotAllowed):
        begin_day(county.actor(GRID_WORKER))
    officer = county.actor(EXPRESS_OFFICER)
    with pytest.raises(Refused, match="在现在以后"):
        begin_day(officer, starts_at=AT)
    with pytest.raises(Refused, match="时段数"):
        begin_day(officer, slots=0)
    begin_day(officer)
    with pytest.raises(Refused, match="已经安排"):
        begin_day(officer)


def set_term(county: SmallCounty, state: str, within: workflow.Within, of: str = "petition") -> None:
    workflow.set_term(
        of=of, state=state, within=within, yellow_percent=None, holds_from=clock.local(AT).date(), why="内部要求",
        by=county.actor(SYSTEM_ADMINISTRATOR), at=AT,
    )  # fmt: skip


def test_what_a_law_allows_is_shortened_and_never_lengthened(county: SmallCounty) -> None:
    days = workflow.calendar_days
    with pytest.raises(Refused, match="法定时限是 60 天（《信访工作条例》第三十四条），只能改短"):
        set_term(county, "handling", days(61))
    with pytest.raises(Refused, match="同样的单位"):
        set_term(county, "handling", workflow.working_days(59))
    for amount in (29, 31):
        with pytest.raises(Refused, match="留给反映人的，不能改"):
            set_term(county, "answered", days(amount))
    set_term(county, "handling", days(45))
    set_term(county, "handling", days(60))
    set_term(county, "drafting", workflow.working_days(9))
    set_term(county, "handling", workflow.working_days(200), of="hotline")
    assert all(Petition.states[key].source == term.source for key, term in TERMS.items())


def test_a_sit_in_day_ends_on_its_day_and_is_meant_where_nobody_works(county: SmallCounty) -> None:
    officer = county.actor(EXPRESS_OFFICER)
    late = datetime(2026, 12, 2, 23, tzinfo=clock.LOCAL)
    with pytest.raises(Refused, match="过了当天"):
        begin_day(officer, starts_at=late, slots=40, slot_minutes=120, after_hours=True)
    saturday = datetime(2026, 12, 5, 9, tzinfo=clock.LOCAL)
    with pytest.raises(express.AfterHours, match="12月5日是休息日"):
        begin_day(officer, starts_at=saturday)
    evening = datetime(2026, 12, 2, 18, tzinfo=clock.LOCAL)
    with pytest.raises(express.AfterHours, match="不在办公时间里"):
        begin_day(officer, starts_at=evening)
    assert begin_day(officer, starts_at=saturday, after_hours=True).slots == 4
    assert begin_day(officer, starts_at=evening, after_hours=True).slots == 4

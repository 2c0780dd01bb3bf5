"""Dissolved units, people who leave, slow phones, closed areas, cases older than their procedure: never silent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from minqing.accounts.models import Appointment
from minqing.accounts.services.appointments import appoint, end_appointment
from minqing.accounts.services.people import close_account, reopen_account
from minqing.accounts.services.units import close_unit
from minqing.accounts.tests.factories import AT, DAY, SmallCounty, small_county
from minqing.areas.services import close_area
from minqing.cases.models import Case
from minqing.cases.models_joint import Part
from minqing.cases.public import Report, StepInput, case_file, open_case, take_step
from minqing.cases.services.joining import make_joint, take_part_step
from minqing.journal.models import Entry
from minqing.journal.public import deliver
from minqing.kernel.errors import Conflict, Refused
from minqing.kernel.ids import random_id
from minqing.kernel.roles import (
    COUNTY_DISPATCHER,
    HANDLER,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)
from minqing.workflow import public as workflow

WORDS = "举坑村桥头的护栏断了，孩子上学危险。"


def with_unit(here: SmallCounty) -> Case:
    report = Report(id=random_id(), source="door_code", area_id=here.village.id, words=WORDS)
    case, dispatcher = open_case(report, by=None, at=AT), here.actor(TOWN_DISPATCHER)
    take_step(case_id=case.id, step="sign", given=StepInput(), by=dispatcher, at=AT)
    return take_step(
        case_id=case.id, step="assign", given=StepInput({"unit": str(here.unit.id)}), by=dispatcher, at=AT
    )


def deliver_all(kind: str) -> None:
    for entry in Entry.objects.filter(kind=kind):
        deliver(entry.id)


def end_all_of(here: SmallCounty, unit) -> None:
    security = here.actor(SECURITY_ADMINISTRATOR)
    for held in Appointment.objects.current(DAY).filter(unit=unit):
        end_appointment(
            appointment_id=held.id, ends_on=DAY - timedelta(days=1), reason="机构改革", by=security, at=AT
        )


@pytest.mark.django_db
def test_a_dissolved_unit_loses_nothing_and_the_page_says_so():
    here = small_county()
    handler, dispatcher = here.actor(HANDLER), here.actor(TOWN_DISPATCHER)
    case = with_unit(here)
    with pytest.raises(Refused, match="还有 1 人任职"):
        close_unit(unit_id=here.unit.id, reason="机构改革", by=here.actor(SYSTEM_ADMINISTRATOR), at=AT)
    end_all_of(here, here.unit)
    close_unit(unit_id=here.unit.id, reason="机构改革", by=here.actor(SYSTEM_ADMINISTRATOR), at=AT)
    deliver_all("accounts.unit_closed")
    file = case_file(case.id, by=dispatcher, at=AT)
    assert "“谷来镇综合执法队”已撤销，由值班岗负责" in file.turn.words
    assert "谷来镇" in file.turn.words
    assert workflow.todo(dispatcher).filter(id=case.run_id).exists()
    assert "conclude" in [step.key for step in file.steps]
    done = StepInput({"result": "由值班岗代为办结"})
    assert take_step(case_id=case.id, step="conclude", given=done, by=dispatcher, at=AT).result
    del handler


@pytest.mark.django_db
def test_a_dissolved_assisting_unit_leaves_its_part_with_the_desk():
    here = small_county()
    here.actor(HANDLER)
    dispatcher = here.actor(TOWN_DISPATCHER)
    report = Report(id=random_id(), source="door_code", area_id=here.village.id, words=WORDS)
    case = open_case(report, by=None, at=AT)
    make_joint(
        case_id=case.id, lead=str(here.county_unit.id), assistants=str(here.unit.id), asked="拉警戒线", reason="一起办",
        by=dispatcher, at=AT, leg=1,
    )  # fmt: skip
    end_all_of(here, here.unit)
    close_unit(unit_id=here.unit.id, reason="机构改革", by=here.actor(SYSTEM_ADMINISTRATOR), at=AT)
    deliver_all("accounts.unit_closed")
    part = Part.objects.get()
    given = StepInput({"answer": "由值班岗协调，警戒线已拉好"})
    take_part_step(part_id=part.id, step="answer", given=given, by=dispatcher, at=AT)
    assert Part.objects.get().outcome == "answered"


@pytest.mark.django_db
def test_who_leaves_in_the_middle_leaves_it_to_the_desk_and_who_comes_takes_it_back():
    here = small_county()
    here.actor(HANDLER)
    dispatcher = here.actor(TOWN_DISPATCHER)
    case = with_unit(here)
    end_all_of(here, here.unit)
    deliver_all("accounts.appointment_ended")
    run = workflow.run_of("case", case.id)
    assert run.stand_in_area_id == here.town.id
    assert "承办人暂无人任职，由值班岗负责" in workflow.who_may(run, on=DAY).words
    Appointment.objects.filter(unit=here.unit).update(ends_on=None)
    workflow.watch_posts(at=AT)
    run.refresh_from_db()
    assert run.stand_in_area_id is None
    assert not workflow.todo(dispatcher).filter(id=run.id).exists()


@pytest.mark.django_db
def test_posts_are_watched_whoever_comes_or_goes():
    here = small_county()
    handler, security = here.actor(HANDLER), here.actor(SECURITY_ADMINISTRATOR)
    run = workflow.run_of("case", with_unit(here).id)
    held = Appointment.objects.get(unit=here.unit)

    def stands_in() -> bool:
        newest = Entry.objects.exclude(kind="workflow.desk_stands_in").order_by("-id")[0]
        deliver(newest.id)
        deliver(newest.id)
        run.refresh_from_db()
        return run.stand_in_area_id == here.town.id

    close_account(person_id=handler.person_id, reason="离职", by=security, at=AT)
    assert stands_in()
    reopen_account(person_id=handler.person_id, by=security, at=AT)
    assert not stands_in()
    end_appointment(
        appointment_id=held.id, ends_on=DAY - timedelta(days=1), reason="调走", by=security, at=AT
    )
    assert stands_in()
    appoint(
        person_id=handler.person_id, role=HANDLER, area_id=here.town.id, unit_id=here.unit.id, starts_on=DAY,
        ends_on=None, by=security, at=AT,
    )  # fmt: skip
    assert not stands_in()
    gone = {"starts_on": DAY - timedelta(days=2), "ends_on": DAY - timedelta(days=1)}
    Appointment.objects.filter(unit=here.unit).update(**gone)
    close_unit(unit_id=here.unit.id, reason="机构改革", by=here.actor(SYSTEM_ADMINISTRATOR), at=AT)
    assert stands_in()


@pytest.mark.django_db
def test_what_a_slow_phone_sends_twice_gets_the_first_answer():
    here = small_county()
    handler = here.actor(HANDLER)
    case = with_unit(here)
    leg = workflow.run_of("case", case.id).legs_count
    send: dict[str, Any] = {"case_id": case.id, "step": "conclude", "by": handler, "at": AT, "leg": leg}
    first = take_step(given=StepInput({"result": "护栏焊好了"}), **send)
    again = take_step(given=StepInput({"result": "护栏焊好了"}), **send)
    assert (first.id, again.result) == (again.id, "护栏焊好了")
    assert Entry.objects.filter(kind="cases.step_taken", facts__step="conclude").count() == 1
    with pytest.raises(Conflict, match="还没有提交"):
        take_step(given=StepInput({"result": "护栏换了新的"}), **send)
    with pytest.raises(Conflict, match="还没有提交"):
        take_step(given=StepInput({"result": "护栏焊好了"}), **(send | {"by": here.actor(COUNTY_DISPATCHER)}))


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_are_one_step_and_one_conflict():
    here = small_county()
    case = with_unit(here)
    leg = workflow.run_of("case", case.id).legs_count
    people = [here.actor(HANDLER), here.actor(HANDLER, unit=here.unit, area=here.town)]

    def send(number: int) -> str:
        try:
            take_step(
                case_id=case.id, step="conclude", given=StepInput({"result": f"第 {number} 个人办好了"}),
                by=people[number], at=AT, leg=leg,
            )  # fmt: skip
        except Conflict as conflict:
            return conflict.message
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(send, range(2)))
    assert sorted(map(bool, answers)) == [False, True]
    assert "您填的内容还没有提交" in "".join(answers)
    assert Entry.objects.filter(kind="cases.step_taken", facts__step="conclude").count() == 1


@pytest.mark.django_db
def test_a_case_of_a_closed_area_goes_on():
    here = small_county()
    here.actor(HANDLER)
    dispatcher, admin = here.actor(TOWN_DISPATCHER), here.actor(SYSTEM_ADMINISTRATOR)
    report = Report(id=random_id(), source="door_code", area_id=here.village.id, words=WORDS)
    case = open_case(report, by=None, at=AT)
    close_area(area_id=here.village.id, reason="撤村并居", by=admin, at=AT)
    file = case_file(case.id, by=dispatcher, at=AT)
    assert not file.area.is_open
    take_step(case_id=case.id, step="sign", given=StepInput(), by=dispatcher, at=AT)
    unit = StepInput({"unit": str(here.unit.id)})
    assert take_step(case_id=case.id, step="assign", given=unit, by=dispatcher, at=AT).unit_id == here.unit.id
    with pytest.raises(Refused, match="已撤销"):
        open_case(
            Report(id=random_id(), source="officer", area_id=here.village.id, words=WORDS),
            by=here.actor(VILLAGE_CLERK), at=AT,
        )  # fmt: skip


@pytest.mark.django_db
def test_a_case_older_than_its_procedure_is_carried_over(monkeypatch):
    here = small_county()
    handler = here.actor(HANDLER)
    case = with_unit(here)
    of = workflow.procedure("hotline")
    monkeypatch.setattr(of.state("handling"), "renamed_from", ("working_of_old",))
    workflow.Run.everything.filter(id=case.run_id).update(state="working_of_old")
    assert case_file(case.id, by=handler, at=AT).row.state_label == "审核办理中"
    done = take_step(
        case_id=case.id, step="conclude", given=StepInput({"result": "焊好了"}), by=handler, at=AT
    )
    assert workflow.run_of("case", done.id).state == "reviewing"

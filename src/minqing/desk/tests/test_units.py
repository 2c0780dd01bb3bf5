"""Offices are set up and dissolved by the administrator, and not while something waits there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from minqing.accounts.models import Unit
from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.cases.public import Report, StepInput, open_case, take_step
from minqing.desk.tests.county import signed_in
from minqing.journal.public import timeline
from minqing.kernel import clock
from minqing.kernel.ids import random_id
from minqing.kernel.roles import HANDLER, SYSTEM_ADMINISTRATOR, TOWN_DISPATCHER, VILLAGE_CLERK

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> SmallCounty:
    return small_county()


@pytest.fixture(autouse=True)
def _a_working_morning():
    with clock.fixed(AT):
        yield


def test_an_office_is_set_up_once_and_dissolved_when_nobody_serves_in_it(here):
    administrator = signed_in(here.actor(SYSTEM_ADMINISTRATOR))
    address = reverse("desk:unit_open", args=[here.town.id])
    assert administrator.get(address).status_code == 200
    given = {"name": "谷来镇应急管理站", "kind": "town_office"}
    assert administrator.post(address, given).status_code == 302
    unit = Unit.objects.get(name="谷来镇应急管理站")
    again = administrator.post(address, given)
    assert again.status_code == 400
    assert "请换一个名称" in again.content.decode()
    for wrong in (
        {"name": "", "kind": "town_office"},
        {"name": "甲" * 90, "kind": "x"},
        {"name": "乙", "kind": ""},
    ):
        assert administrator.post(address, wrong).status_code == 400
    assert administrator.post(reverse("desk:unit_open", args=[here.grid.id]), given).status_code == 400
    close = reverse("desk:unit_close", args=[unit.id])
    assert administrator.post(close, {"reason": ""}).status_code == 400
    assert administrator.post(close, {"reason": "并入综合执法队"}).status_code == 302
    assert administrator.post(close, {"reason": "又一次"}).status_code == 400
    assert [line.sentence for line in timeline("unit", unit.id)] == [
        "在谷来镇设立了单位“谷来镇应急管理站”（镇街科室）",
        "撤销了单位“谷来镇应急管理站”：并入综合执法队",
    ]


def test_an_office_with_people_or_cases_stays(here):
    administrator = signed_in(here.actor(SYSTEM_ADMINISTRATOR))
    here.actor(HANDLER)
    close = reverse("desk:unit_close", args=[here.unit.id])
    refused = administrator.post(close, {"reason": "试"})
    assert refused.status_code == 400
    assert "还有 1 人任职" in refused.content.decode()
    dispatcher = here.actor(TOWN_DISPATCHER)
    case = open_case(
        Report(id=random_id(), source="door_code", area_id=here.grid.id, words="路灯坏了三天。"),
        by=None,
        at=AT,
    )
    take_step(case_id=case.id, step="sign", given=StepInput(), by=dispatcher, at=AT)
    unit = StepInput({"unit": str(here.unit.id)})
    take_step(case_id=case.id, step="assign", given=unit, by=dispatcher, at=AT)
    assert "1 件事项" in administrator.get(close).content.decode()
    assert administrator.post(close, {"reason": "试"}).status_code == 400


def test_nobody_else_touches_offices(here):
    clerk = signed_in(here.actor(VILLAGE_CLERK))
    assert clerk.get(reverse("desk:unit_open", args=[here.village.id])).status_code == 403
    assert clerk.post(reverse("desk:unit_close", args=[here.unit.id]), {"reason": "试"}).status_code == 403

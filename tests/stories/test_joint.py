"""联办: one unit leads and two assist, each on its own page; the lead concludes, and the reporter confirms."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from minqing.accounts.models import Unit
from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.cases.models import Case
from minqing.cases.public import Part, Report, open_case
from minqing.kernel.ids import random_id
from minqing.kernel.roles import HANDLER, TOWN_DISPATCHER
from tests.stories.conftest import DESK, PHONE
from tests.stories.test_from_the_door_to_the_nod import take

pytestmark = pytest.mark.browser
WORDS = "文化礼堂后面的沟渠堵了三个月，下雨倒灌到路上，路面也塌了一块，孩子上学要绕。"


def look(page: Any, name: str) -> None:
    """Keep a picture for whoever wants to look, where the environment names a place."""
    if folder := os.environ.get("MINQING_TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def made_joint(dispatcher: Any, case: Case, lead: Unit, *assistants: Unit) -> None:
    """Make a case joint on the desk, with a lead and units that assist."""
    dispatcher.goto(f"/desk/cases/{case.id}/")
    dispatcher.get_by_role("link", name="转联办").click()
    look(dispatcher, "join")
    dispatcher.get_by_label("为什么转联办").fill("沟渠和路面要两家一起办")
    dispatcher.get_by_label("主办单位").select_option(label=lead.name)
    for unit in assistants:
        dispatcher.get_by_text(unit.name).last.click()
    dispatcher.get_by_label("请他们做什么").fill("水利局查沟渠权属；城建办修好塌掉的路面。")
    dispatcher.get_by_role("button", name="转联办").click()
    dispatcher.get_by_text(f"还有 {len(assistants)} 个协办单位没有答复").wait_for()


def answered_at_the_desk(water: Any, case: Case) -> None:
    """Find a part on the front page of the desk, and answer it."""
    water.goto("/desk/")
    water.get_by_text("等我协办的").wait_for()
    look(water, "home")
    water.get_by_role("link", name=case.title[:6]).first.click()
    water.get_by_label("协办答复").fill("沟渠归村集体，已派人清淤。")
    look(water, "part")
    water.get_by_role("button", name="答复主办单位").click()
    water.get_by_text("已答复").first.wait_for()


def answered_on_the_phone(builder: Any, case: Case) -> None:
    """Find a part among the unit's matters on the phone, and answer it."""
    builder.goto("/m/matters/")
    builder.get_by_text("请本单位协办的").wait_for()
    builder.get_by_role("link", name=case.title[:6]).first.click()
    look(builder, "phone")
    builder.get_by_label("协办答复").fill("这段路不是我们修的，修不了。")
    builder.get_by_role("button", name="答复主办单位").click()
    builder.get_by_text("已答复").first.wait_for()


def test_two_units_assist_and_one_is_overruled(here: SmallCounty, window: Any) -> None:
    roads = Unit.objects.create(area=here.town, kind="town_office", name="谷来镇城镇建设与道路养护办公室")
    report = Report(id=random_id(), source="door_code", area_id=here.village.id, words=WORDS)
    case = open_case(report, by=None, at=AT)

    # The dispatcher makes it joint, with a lead and two that assist.
    made_joint(window(DESK, here.actor(TOWN_DISPATCHER)), case, here.unit, here.county_unit, roads)

    # The lead cannot conclude while somebody is waited for: the step is not on the page, and the page says why.
    lead = window(DESK, here.actor(HANDLER))
    lead.goto(f"/desk/cases/{case.id}/")
    lead.get_by_text("还有 2 个协办单位没有答复").wait_for()
    assert lead.get_by_text("办结上报", exact=True).count() == 0
    look(lead, "lead")

    # One answers at the desk, the other on the phone.
    answered_at_the_desk(window(DESK, here.actor(HANDLER, unit=here.county_unit)), case)
    answered_on_the_phone(window(PHONE, here.actor(HANDLER, unit=roads)), case)

    # The lead does not take that answer, says why, and concludes.
    lead.goto(f"/desk/cases/{case.id}/")
    lead.get_by_role("link", name=roads.name).click()
    lead.get_by_label("为什么不采纳").fill("图纸上这段路由城建办养护，路面由本队先修，费用另议。")
    lead.get_by_role("button", name="不采纳").click()
    lead.get_by_text("主办已否决").first.wait_for()
    lead.get_by_role("link", name="回到事项").click()
    look(lead, "answered")
    take(lead, "办结上报", 办理结果="沟渠已清淤，塌掉的路面已补好。")

    # Whoever reported it is content.
    resident = window(PHONE, java_script_enabled=False)
    resident.goto(f"/r/{case.receipt_code}/")
    resident.get_by_text("塌掉的路面已补好").first.wait_for()
    resident.get_by_role("button", name="办好了").click()
    resident.get_by_text("满意", exact=True).click()
    resident.get_by_role("button", name="提交").click()
    resident.get_by_text("已办结").first.wait_for()
    case = Case.everything.get(id=case.id)
    assert (case.done, case.content, bool(case.closed_at)) == (True, "content", True)
    outcomes = dict(Part.objects.values_list("unit_id", "outcome"))
    assert outcomes == {here.county_unit.id: "answered", roads.id: "overruled"}

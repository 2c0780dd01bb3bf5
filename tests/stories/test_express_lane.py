"""Story: what a town cannot solve for an enterprise is heard on the sit-in day, done, and asked after by the mayor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.cases.models import Case
from minqing.cases.public import ContactInput, Report, new_report_id, open_case
from minqing.kernel import clock
from minqing.kernel.roles import EXPRESS_OFFICER, HANDLER, TOWN_DISPATCHER
from tests.stories.conftest import DESK, PHONE
from tests.stories.test_from_the_door_to_the_nod import take

pytestmark = pytest.mark.browser


def test_from_the_lift_to_the_mayors_return_visit(here: SmallCounty, window: Any) -> None:
    dispatcher = here.actor(TOWN_DISPATCHER)
    report = Report(
        id=new_report_id(), source="officer", area_id=here.grid.id, words="厂里用电容量不够，增容要等变电所改造。",
        contact=ContactInput("裘厂长", "13800000000"),
    )  # fmt: skip
    case = open_case(report, by=dispatcher, at=AT)
    page = f"/desk/cases/{case.id}/"

    # The town cannot solve it.
    town = window(DESK, dispatcher)
    town.goto(page)
    town.get_by_role("link", name="转市长直通车").click()
    town.get_by_label("为什么镇街解决不了").fill("变电所是市里统一规划的。")
    town.get_by_role("button", name="转过去").click()
    town.get_by_text("已转市长直通车").first.wait_for()

    # A slot on the sit-in day.
    officer = window(DESK, here.actor(EXPRESS_OFFICER))
    officer.goto("/desk/express/days/new/")
    officer.get_by_label("开始").fill("2026-11-23T09:00")
    officer.get_by_label("地点").fill("市政务中心三楼")
    officer.get_by_label("谁接待").fill("市长")
    officer.get_by_role("button", name="安排").click()
    officer.get_by_text("坐班日已安排").first.wait_for()
    officer.goto(f"{page}sit-in/")
    officer.get_by_label("时段").select_option(index=1)
    officer.get_by_role("button", name="预约").click()
    officer.get_by_text("时段已预约").first.wait_for()
    take(officer, "约坐班日当面谈")

    with clock.shifted(timedelta(days=3, hours=2)):
        # Heard on Monday, and given to the unit that can do it.
        officer.goto(f"{page}sit-in/note/")
        officer.get_by_text("是", exact=True).click()
        officer.get_by_label("谈了什么").fill("先架临时线，变电所列入年内计划。")
        officer.get_by_role("button", name="记下").click()
        officer.get_by_text("接待情况已记下").first.wait_for()
        take(officer, "接待完毕", 研究意见="两周内架好临时线。")
        if not officer.get_by_label("承办单位").first.is_visible():
            officer.locator("summary", has_text="交办").first.click()
        officer.get_by_label("承办单位").first.select_option(label=here.county_unit.name)
        take(officer, "交办", 研究意见="两周内架好临时线。")

        handler = window(PHONE, here.actor(HANDLER, unit=here.county_unit))
        handler.goto(f"/m/matters/{case.id}/")
        take(handler, "办结上报", 办理结果="临时线已通电，两条线都开起来了。")

        go_and_ask(officer, page)
        take(officer, "回访完成")

        enterprise = window(PHONE)
        enterprise.goto(f"/r/{case.receipt_code}/")
        enterprise.get_by_text("办好了", exact=True).click()
        enterprise.get_by_text("满意", exact=True).click()
        enterprise.get_by_role("button", name="提交").click()
        enterprise.get_by_text("已办结").first.wait_for()
    case = Case.everything.select_related("run").get(id=case.id)
    assert (case.run.procedure, case.run.state, case.done) == ("express_lane", "closed", True)


def go_and_ask(officer: Any, page: str) -> None:
    """Plan the mayor's return visit, and write down what it found."""
    officer.goto(f"{page}return/")
    officer.get_by_label("哪天回访").fill("2026-11-23")
    officer.get_by_text("上门", exact=True).click()
    officer.get_by_label("谁去回访").fill("市长")
    officer.get_by_role("button", name="安排").click()
    officer.get_by_text("回访已安排").first.wait_for()
    officer.goto(f"{page}return/note/")
    officer.get_by_text("是", exact=True).click()
    officer.get_by_label("企业怎么说").fill("不用限产了。")
    officer.get_by_role("button", name="记下").click()
    officer.get_by_text("回访情况已记下").first.wait_for()

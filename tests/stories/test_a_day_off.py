"""Story: an administrator adds a holiday; the clock of a case moves, what moved is listed, and its holder is told."""

from __future__ import annotations

from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.cases.public import ContactInput, Report, new_report_id, open_case, take_step
from minqing.cases.public import StepInput as Given
from minqing.journal.public import Entry, deliver
from minqing.kernel import clock
from minqing.kernel.roles import SYSTEM_ADMINISTRATOR, TOWN_DISPATCHER
from minqing.workflow import jobs
from tests.stories.conftest import DESK

pytestmark = pytest.mark.browser


def test_a_holiday_moves_a_clock_and_says_so(here: SmallCounty, window: Any) -> None:
    dispatcher = here.actor(TOWN_DISPATCHER)
    words = "村口的路灯坏了三天，晚上看不见路。"
    report = Report(
        id=new_report_id(), source="door_code", area_id=here.grid.id, words=words,
        contact=ContactInput("裘大爷", "13800000000"),
    )  # fmt: skip
    case = open_case(report, by=None, at=AT)
    take_step(case_id=case.id, step="sign", given=Given(), by=dispatcher, at=AT)

    # Due this afternoon, as the page says before anything changes.
    desk = window(DESK, dispatcher)
    desk.goto(f"/desk/cases/{case.id}/")
    desk.get_by_text("11月20日 16:00").first.wait_for()

    # The administrator closes the offices for the day.
    administrator = window(DESK, here.actor(SYSTEM_ADMINISTRATOR))
    administrator.goto("/desk/calendar/2026-11-20/")
    administrator.get_by_label("休息").check()
    administrator.get_by_label("说明").fill("台风停工")
    administrator.get_by_role("button", name="保存").click()
    administrator.get_by_text("已保存").first.wait_for()

    # The minute's work, and the news of it.
    jobs.tick(timestamp=0)
    deliver(Entry.objects.get(kind="workflow.clocks_recomputed").id)

    administrator.get_by_role("link", name="时限变动").click()
    administrator.get_by_text("台风停工").first.wait_for()

    # The holder is told on the first page, follows it to the list, and from there to the case.
    desk.goto("/desk/")
    desk.get_by_text("您手上 1 件事的时限变了").first.click()
    desk.get_by_role("heading", name="台风停工").wait_for()
    desk.get_by_text("改为2026年11月23日14:30").first.wait_for()
    desk.get_by_role("link", name="村口的路灯坏了三天").first.click()
    desk.get_by_text("11月23日 14:30").first.wait_for()
    desk.get_by_text("因工作日历调整").first.wait_for()
    assert clock.today().isoformat() == "2026-11-20"

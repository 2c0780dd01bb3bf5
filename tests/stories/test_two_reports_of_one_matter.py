"""Story: two people report one lamp; the desk merges, takes it back, merges again; each answers for themself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.cases.models import Case
from minqing.cases.public import ContactInput, Report, open_case
from minqing.kernel.ids import random_id
from minqing.kernel.roles import FOLLOW_UP_CALLER, HANDLER, REVIEWER, TOWN_DISPATCHER
from tests.stories.conftest import DESK, PHONE
from tests.stories.test_five_steps import choose_unit
from tests.stories.test_from_the_door_to_the_nod import take

pytestmark = pytest.mark.browser

FIRST = "举坑村口的路灯坏了三天，晚上走路看不见。"
SECOND = "村口路灯坏了好几天，晚上走路看不见，老人摔了一跤。"


def reported(here: SmallCounty, words: str, phone: str, *, minutes: int = 0) -> Case:
    contact = ContactInput("裘大爷", phone)
    report = Report(id=random_id(), source="door_code", area_id=here.grid.id, words=words, contact=contact)
    return open_case(report, by=None, at=AT - timedelta(minutes=minutes))


def test_merged_taken_back_and_each_reporter_answered(here: SmallCounty, window: Any) -> None:
    first = reported(here, FIRST, "13800000000", minutes=20)
    second = reported(here, SECOND, "13900000000")
    here.actor(FOLLOW_UP_CALLER)
    resident = window(PHONE, java_script_enabled=False)
    dispatcher = window(DESK, here.actor(TOWN_DISPATCHER))

    # Side by side, with the reasons; it is one matter.
    dispatcher.goto("/desk/merging/")
    dispatcher.get_by_text("文字有").first.wait_for()
    dispatcher.get_by_role("button", name=f"是同一件：并入 {first.number}").click()
    dispatcher.get_by_text("现在有 2 人反映").wait_for()
    resident.goto(f"/r/{second.receipt_code}/")
    resident.get_by_text("还有人反映了同一件事，合在一起办理").wait_for()

    # Was it? Taken back with a reason, and put together once more from the case's own page.
    dispatcher.goto(f"/desk/cases/{second.id}/")
    dispatcher.get_by_role("link", name="不是同一件，撤销并单").click()
    dispatcher.get_by_label("为什么分开").fill("再核实一下是不是同一盏灯")
    dispatcher.get_by_role("button", name="撤销并单").click()
    dispatcher.get_by_text("回到原来的环节").wait_for()
    dispatcher.get_by_role("button", name="把本件并入它").click()
    dispatcher.get_by_text("现在有 2 人反映").first.wait_for()

    # Handled once.
    dispatcher.goto(f"/desk/cases/{first.id}/")
    take(dispatcher, "签收")
    choose_unit(dispatcher, here.unit.name)
    take(dispatcher, "审核交办")
    handler = window(DESK, here.actor(HANDLER))
    handler.goto(f"/desk/cases/{first.id}/")
    take(handler, "办结上报", 办理结果="换了新灯，亮了。")
    reviewer = window(DESK, here.actor(REVIEWER))
    reviewer.goto(f"/desk/cases/{first.id}/")
    take(reviewer, "审核通过")

    # Each is asked; one says no, and the matter is taken up again, with whose answer it was.
    resident.goto(f"/r/{first.receipt_code}/")
    resident.get_by_role("button", name="办好了").wait_for()
    resident.goto(f"/r/{second.receipt_code}/")
    resident.get_by_text("换了新灯").first.wait_for()
    resident.get_by_role("button", name="没有办好").click()
    resident.get_by_role("textbox").last.fill("还是不亮。")
    resident.get_by_role("button", name="提交").click()
    dispatcher.goto(f"/desk/cases/{first.id}/")
    dispatcher.get_by_text(f"合在一起办的 {second.number} 的反映人说没有办好").first.wait_for()
    assert Case.everything.select_related("run").get(id=first.id).run.state == "handling"

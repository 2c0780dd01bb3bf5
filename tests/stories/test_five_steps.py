"""Story (b): a door code, no account, five steps, “not done”, back, “done, content”, closed; each leg's clock shown."""

from __future__ import annotations

from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.cases.models import Case
from minqing.cases.public import make_door_code
from minqing.diary.tests.factories import make_household
from minqing.kernel.roles import FOLLOW_UP_CALLER, GRID_WORKER, HANDLER, REVIEWER, TOWN_DISPATCHER
from minqing.registry.public import SubjectRef
from tests.stories.conftest import DESK, PHONE
from tests.stories.test_from_the_door_to_the_nod import take

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_five_steps_not_done_and_back_again(here: SmallCounty, window: Any, size: dict[str, int]) -> None:
    home = make_household(here.grid, "举坑村岭脚12号")
    code = make_door_code(
        area_id=here.grid.id, subject=SubjectRef("household", home.id), by=here.actor(GRID_WORKER), at=AT
    )
    here.actor(FOLLOW_UP_CALLER)

    # Somebody scans the code at the door. There is no account to make.
    resident = window(size, java_script_enabled=False)
    report(resident, code.code)
    case = Case.everything.get()
    receipt = f"/r/{case.receipt_code}/"

    dispatcher = window(DESK, here.actor(TOWN_DISPATCHER))
    handler = window(size, here.actor(HANDLER))
    reviewer = window(DESK, here.actor(REVIEWER))
    where = f"/m/matters/{case.id}/" if size is PHONE else f"/desk/cases/{case.id}/"

    dispatcher.goto(f"/desk/cases/{case.id}/")
    take(dispatcher, "签收")
    choose_unit(dispatcher, here.unit.name)
    take(dispatcher, "审核交办")
    handler.goto(where)
    take(handler, "办结上报", 办理结果="换了一截管子，冲洗了路面。")
    reviewer.goto(f"/desk/cases/{case.id}/")
    take(reviewer, "审核通过")

    # Not done, says the resident; and it goes back.
    resident.goto(receipt)
    resident.get_by_text("换了一截管子").first.wait_for()
    resident.get_by_role("button", name="没有办好").click()
    resident.get_by_role("textbox").last.fill("还在漏，就是换个地方漏。")
    resident.get_by_role("button", name="提交").click()
    resident.get_by_text("审核办理中").first.wait_for()

    handler.goto(where)
    take(handler, "办结上报", 办理结果="整段管子都换了，试水两小时不漏。")
    reviewer.goto(f"/desk/cases/{case.id}/")
    take(reviewer, "审核通过")
    resident.goto(receipt)
    resident.get_by_role("button", name="办好了").click()
    resident.get_by_text("满意", exact=True).click()
    resident.get_by_role("button", name="提交").click()
    resident.get_by_text("已办结").first.wait_for()

    # Each leg's clock stands on the receipt and on the case's page.
    resident.goto(receipt)
    for words in ("2 个工作小时", "4 个工作小时", "5 个工作日", "1 个工作日", "3 个工作日"):
        assert resident.get_by_text(words).count() > 0, words
    dispatcher.goto(f"/desk/cases/{case.id}/")
    for words in ("2 个工作小时", "4 个工作小时", "5 个工作日", "1 个工作日", "3 个工作日"):
        assert dispatcher.get_by_text(words).count() > 0, words
    case.refresh_from_db()
    assert (case.done, case.content, case.times_sent_back) == (True, "content", 1)


def report(resident: Any, code: str) -> None:
    """Fill in what a scanned code opens, and send it."""
    resident.goto(f"/d/{code}/")
    resident.get_by_text("举坑村").first.wait_for()
    assert "裘" not in resident.content()
    resident.get_by_label("写下来").fill("村口污水管破了，臭水流到路上，已经五天没人管。")
    resident.get_by_label("怎么称呼您").fill("裘师傅")
    resident.get_by_label("联系电话").fill("13800001234")
    resident.get_by_role("button", name="提交").click()
    resident.wait_for_url("**/r/**")
    resident.get_by_text("待签收").first.wait_for()


def choose_unit(page: Any, name: str) -> None:
    """Choose the unit of the assignment's form, wherever the page put it."""
    select = page.get_by_label("承办单位").first
    if not select.is_visible():
        page.locator("summary", has_text="审核交办").click()
    select.select_option(label=name)

"""Story (a): a visit, a sentence, a case handled in the village, the resident's nod, the diary line that says so."""

from __future__ import annotations

import re
from typing import Any

import pytest

from minqing.accounts.tests.factories import SmallCounty
from minqing.cases.models import Case
from minqing.diary.tests.factories import make_household, make_resident
from minqing.kernel.roles import GRID_WORKER, VILLAGE_CLERK
from tests.stories.conftest import DESK, PHONE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_the_sentence_at_a_door_to_the_nod(here: SmallCounty, window: Any, size: dict[str, int]) -> None:
    home = make_household(here.grid, "举坑村岭脚12号")
    make_resident(here.grid, "张桂香", home)

    # The grid worker stands in the yard with a phone.
    worker = window(PHONE, here.actor(GRID_WORKER))
    worker.goto("/m/")
    worker.get_by_role("link", name="记一次走访").last.click()
    worker.get_by_role("searchbox").fill("张桂香")
    worker.get_by_role("button", name="查找").click()
    worker.get_by_role("link", name="张桂香").first.click()
    worker.get_by_role("link", name="记这次走访").click()
    worker.get_by_label("见了谁").fill("张阿婆")
    worker.get_by_label("听到什么").fill("儿子在宁波，身体还好。门口的路灯坏了三天，晚上不敢出门。")
    worker.get_by_label("办了什么").fill("答应帮她报修。")
    worker.get_by_role("button", name="记下这次走访").click()
    worker.get_by_text("走访已记下").wait_for()

    # One tap turns the sentence into a case.
    sentence = worker.locator(".mq-pick", has_text="路灯坏了三天")
    sentence.get_by_role("button", name="转为事项").click()
    worker.get_by_text("已转为事项").wait_for()
    worker.get_by_text("待受理").first.wait_for()
    visit_url = worker.url
    case = Case.everything.get()
    assert case.finding is not None

    # The village clerk takes it on and settles it.
    clerk = window(size, here.actor(VILLAGE_CLERK))
    path = f"/m/matters/{case.id}/" if size is PHONE else f"/desk/cases/{case.id}/"
    clerk.goto(path)
    take(clerk, "受理")
    take(clerk, "办好了", 办理结果="换了新灯泡，今晚亮了。")

    # The resident is asked, and nods.
    resident = window(size)
    resident.goto(f"/r/{case.receipt_code}/")
    resident.get_by_text("换了新灯泡").first.wait_for()
    resident.get_by_text("办好了", exact=True).click()
    resident.get_by_text("满意", exact=True).click()
    resident.get_by_role("button", name="提交").click()
    resident.get_by_text("已办结").first.wait_for()

    # The diary line says what became of it.
    worker.goto(visit_url)
    worker.get_by_text("已办结，群众说办好了，满意").wait_for()
    worker.goto("/m/visits/")
    worker.get_by_text("已办结，群众说办好了，满意").wait_for()


def take(page: Any, step: str, **texts: str) -> None:
    """Take a step of the case that the page shows."""
    button = page.get_by_role("button", name=step, exact=True)
    if not button.is_visible():
        page.locator("summary", has_text=step).click()
    for label, text in texts.items():
        page.get_by_label(label).first.fill(text)
    button.click()
    page.get_by_text(re.compile(f"“{step}”已|已{step}")).first.wait_for()

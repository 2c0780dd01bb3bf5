"""Story: a curious official is refused, breaks the glass, is judged, and the resident's list says so."""

from __future__ import annotations

from typing import Any

import pytest

from minqing.accounts.tests.factories import SmallCounty
from minqing.disclosure.public import reads_about
from minqing.kernel.roles import VILLAGE_CLERK, VILLAGE_SECRETARY
from minqing.registry.tests.factories import make_home
from tests.stories.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

WHY = "听说他家里出了点事情，想看看他家里都有些什么人"


def test_a_curious_official_is_refused_breaks_the_glass_and_is_judged(here: SmallCounty, window: Any) -> None:
    _, [elder] = make_home(here.grid, "裘桂香")
    secretary = here.actor(VILLAGE_SECRETARY)

    # No case, no visit, not the own grid: on the phone as at the desk nothing opens.
    clerk = window(PHONE, here.actor(VILLAGE_CLERK))
    clerk.goto(f"/desk/registry/resident/{elder.id}/")
    clerk.get_by_text("您与这份档案目前没有工作联系").wait_for()
    clerk.goto(f"/m/subjects/resident/{elder.id}/")
    clerk.get_by_text("您与这份档案目前没有工作联系").wait_for()
    assert "基本情况" not in clerk.content()

    # Too short a reason opens nothing; a longer one opens it, and says for how long.
    clerk.get_by_text("其他", exact=True).click()
    clerk.get_by_label("为什么现在要看").fill("看看")
    clerk.get_by_role("button", name="破例打开这份档案").click()
    clerk.get_by_text("请至少写 10 个字").first.wait_for()
    clerk.get_by_label("为什么现在要看").fill(WHY)
    clerk.get_by_role("button", name="破例打开这份档案").click()
    clerk.get_by_text("破例查阅，到").wait_for()
    clerk.get_by_text("基本情况").wait_for()

    # The secretary was told, reads the reason, asks around, and judges.
    judge = window(DESK, secretary)
    judge.goto("/desk/")
    judge.get_by_text("破例查阅了一份档案").wait_for()
    judge.get_by_role("link", name="去看看").click()
    judge.get_by_role("link", name="去核查").click()
    judge.get_by_text(WHY).wait_for()
    assert "裘桂香" not in judge.content()
    judge.get_by_text("没有正当理由", exact=True).click()
    judge.get_by_label("核查说明").fill("问过他，只是好奇")
    judge.get_by_role("button", name="提交核查结论").click()
    judge.get_by_text("结论已告知本人").wait_for()

    # The one who was curious reads it, and so may the resident.
    clerk.goto("/desk/access/")
    clerk.get_by_text("只是好奇").first.wait_for()
    told = [one.sentence for one in reads_about(elder.id)]
    assert "想打开档案，没有工作联系，未打开" in told
    assert "查看了档案：破例查阅（其他）" in told
    assert told[0].endswith("的破例查阅：没有正当理由")
    assert not [one for one in told if "好奇" in one or WHY in one]

"""Story (d): a village goes to another town, and everyone still sees exactly what they should."""

from __future__ import annotations

from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.cases.public import Report, open_case
from minqing.diary.tests.factories import make_household, make_visit, ref
from minqing.kernel.access import Actor
from minqing.kernel.ids import random_id
from minqing.kernel.roles import (
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    HANDLER,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)
from tests.stories.conftest import DESK, PHONE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_everyone_sees_what_they_should(here: SmallCounty, window: Any, size: dict[str, int]) -> None:
    worker: Actor = here.actor(GRID_WORKER)
    home = make_household(here.grid, "举坑村岭脚12号")
    visit = make_visit(home, here.actor(GRID_WORKER))
    # About the household, handled by the town: what links the clerk and the dispatcher to the file.
    report = Report(
        random_id(), "officer", here.grid.id, "路灯坏了三天，没人修。", ref(home), procedure="hotline"
    )
    case = open_case(report, by=worker, at=AT)
    pages = (
        f"/desk/cases/{case.id}/",
        f"/desk/registry/household/{home.id}/",
        f"/desk/diary/visits/{visit.id}/",
    )
    people = {
        "网格员": window(size, here.actor(GRID_WORKER)),
        "村受理员": window(size, here.actor(VILLAGE_CLERK)),
        "谷来镇调度员": window(size, here.actor(TOWN_DISPATCHER)),
        "石璜镇调度员": window(size, here.actor(TOWN_DISPATCHER, area=here.other_town)),
        "邻村受理员": window(size, here.actor(VILLAGE_CLERK, area=here.neighbour)),
        "回访员": window(size, here.actor(FOLLOW_UP_CALLER)),
        "石璜镇承办人": window(size, here.actor(HANDLER, unit=here.far_unit)),
    }

    def seen() -> dict[str, tuple[bool, ...]]:
        return {who: tuple(page.goto(one).status == 200 for one in pages) for who, page in people.items()}

    everything, nothing = (True, True, True), (False, False, False)
    before = seen()
    assert before == {
        "网格员": everything,
        "村受理员": everything,
        "谷来镇调度员": everything,
        "石璜镇调度员": nothing,
        "邻村受理员": nothing,
        "回访员": (True, False, False),
        "石璜镇承办人": nothing,
    }

    administrator = window(size, here.actor(SYSTEM_ADMINISTRATOR))
    administrator.goto(f"/desk/areas/{here.village.id}/")
    administrator.get_by_role("link", name="调整归属").first.click()
    administrator.locator("main input[type=search], main input[name=q]").first.fill("石璜")
    administrator.locator("main form").first.get_by_role("button").first.click()
    administrator.get_by_role("link", name="选它，先看影响").first.click()
    administrator.get_by_label("原因").fill("区划调整，并入石璜镇")
    administrator.get_by_role("button", name="调整到石璜镇").click()
    administrator.get_by_text("石璜镇").first.wait_for()
    administrator.wait_for_url(f"**/desk/areas/{here.village.id}/**")

    assert seen() == before | {"谷来镇调度员": nothing, "石璜镇调度员": everything}
    administrator.goto(f"/desk/areas/{here.village.id}/")
    assert "区划调整，并入石璜镇" in administrator.content()

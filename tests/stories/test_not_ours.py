"""Story: a unit says “not ours” and is overruled; it says so again, and a supervisor gives the matter to another."""

from __future__ import annotations

from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.cases.models import Case
from minqing.cases.public import Report, open_case
from minqing.kernel.ids import random_id
from minqing.kernel.roles import HANDLER, SUPERVISOR, TOWN_DISPATCHER
from tests.stories.conftest import DESK, PHONE
from tests.stories.test_five_steps import choose_unit
from tests.stories.test_from_the_door_to_the_nod import take

pytestmark = pytest.mark.browser

WORDS = "水渠边的护栏断了一截，小孩子天天从那里走。"


def test_two_returns_and_who_rules_on_each(here: SmallCounty, window: Any) -> None:
    case = open_case(
        Report(id=random_id(), source="door_code", area_id=here.grid.id, words=WORDS), by=None, at=AT
    )
    dispatcher = window(DESK, here.actor(TOWN_DISPATCHER))
    handler = window(PHONE, here.actor(HANDLER))
    supervisor = window(DESK, here.actor(SUPERVISOR))
    page = f"/desk/cases/{case.id}/"

    dispatcher.goto(page)
    take(dispatcher, "签收")
    choose_unit(dispatcher, here.unit.name)
    take(dispatcher, "审核交办")
    handler.goto(f"/m/matters/{case.id}/")
    take(handler, "退单", 理由="护栏是水利工程的一部分。")

    # The first return is the dispatcher's to rule on: it was theirs after all.
    dispatcher.goto("/desk/returns/?state=waiting")
    dispatcher.get_by_text("等镇街调度员裁定").wait_for()
    dispatcher.get_by_role("link", name="水渠边的护栏断了一截").click()
    rule(dispatcher, "overrule", "裁定：应由原单位承办", "路边护栏由执法队管护。")

    # The second is a supervisor's: the unit was right.
    handler.goto(f"/m/matters/{case.id}/")
    take(handler, "再次退单", 理由="图纸上这一段在渠道范围内。")
    dispatcher.goto(page)
    assert dispatcher.get_by_role("button", name="督查裁定").count() == 0
    supervisor.goto(page)
    rule(supervisor, "uphold_again", "督查裁定：改派", "图纸属实。", unit=here.county_unit.name)
    supervisor.get_by_text(f"改由{here.county_unit.name}承办").first.wait_for()
    case = Case.everything.select_related("run").get(id=case.id)
    assert (case.unit_id, case.times_returned, case.run.state) == (here.county_unit.id, 2, "handling")

    # What it cost stands with the unit, and opens the case.
    supervisor.goto("/desk/standings/?by=unit&since=2026-11-01&until=2026-11-30")
    supervisor.get_by_role("link", name="谷来镇综合执法队，退单 1 件").click()
    supervisor.get_by_text(case.number).first.wait_for()


def rule(page: Any, key: str, label: str, reason: str, *, unit: str = "") -> None:
    """Unfold a ruling, fill it in, and give it."""
    form = page.locator(f"#do-{key}")
    if not form.is_visible():
        page.locator("summary", has_text=label).first.click()
    if unit:
        form.get_by_label("承办单位").select_option(label=unit)
    form.get_by_label("理由").fill(reason)
    form.get_by_role("button", name=label, exact=True).click()
    page.get_by_text(f"已{label}").first.wait_for()

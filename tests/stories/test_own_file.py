"""Story: a clerk hands over a code; a resident reads their file and who read it and why, asks for a correction, sees it
done, and takes a copy of everything along."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty
from minqing.diary.tests.factories import make_tag, make_visit
from minqing.kernel.roles import GRID_WORKER, REGISTRAR, VILLAGE_CLERK
from minqing.registry import public as registry
from minqing.registry.tests.factories import id_number
from tests.stories.conftest import DESK, PHONE

pytestmark = pytest.mark.browser
NUMBER: Final = id_number(date(1956, 3, 8), nth=63)


def look(page: Any, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if folder := os.environ.get("MINQING_LOOK"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_resident_reads_their_file_and_has_it_put_right(here: SmallCounty, window: Any) -> None:
    clerk, worker = here.actor(VILLAGE_CLERK), here.actor(GRID_WORKER)
    resident = _register(here, clerk, worker)
    code = hand_over(window(DESK, clerk))

    # On the resident's own telephone, without JavaScript.
    own = window(PHONE, java_script_enabled=False, accept_downloads=True)
    read(own, code, worker.person_name)
    ask(own)
    decide(window(DESK, here.actor(REGISTRAR)))

    own.get_by_role("link", name="请求", exact=True).click()
    look(own, "me-requests")
    own.get_by_text("申请更正本人档案中的“职业”").first.click()
    own.get_by_text("更正了职业").first.wait_for()
    look(own, "me-request-done")
    own.get_by_role("link", name="档案", exact=True).click()
    own.get_by_text("茶农").first.wait_for()
    take_a_copy(own, worker.person_name)
    own.get_by_role("button", name="退出").click()
    own.get_by_text("您已经退出").wait_for()
    own.goto("/me/file/")
    own.get_by_label("本人查阅码").wait_for()
    assert resident.name not in own.content()


def hand_over(desk: Any) -> str:
    """At the counter: the number is typed from the card, the code is shown once."""
    desk.goto("/desk/personal-codes/")
    desk.get_by_label("证件号").fill(NUMBER)
    look(desk, "desk-find")
    desk.get_by_role("button", name="查找").click()
    desk.get_by_label("档案本人的证件号").fill(NUMBER)
    desk.get_by_label("我当面看过证件原件，不是电话里说的").check()
    look(desk, "desk-code")
    desk.get_by_role("button", name="核对并发码").click()
    code: str = desk.locator(".dr-code").inner_text()
    look(desk, "desk-code-shown")
    return code


def read(own: Any, code: str, reader: str) -> None:
    """Sign in; what is kept, who read it and why, and who changed it."""
    own.goto("/me/")
    look(own, "me-sign-in")
    own.get_by_label("本人查阅码").fill(code)
    own.get_by_label("证件号后 6 位").fill(NUMBER[-6:])
    own.get_by_role("button", name="打开我的档案").click()
    own.get_by_text("登记了我什么").wait_for()
    own.get_by_text("独居老人").first.wait_for()
    own.get_by_text("说腰疼").first.wait_for()
    assert NUMBER not in own.content()
    look(own, "me-file")
    own.get_by_role("link", name="谁看过").click()
    own.get_by_text(reader).first.wait_for()
    own.get_by_text("走访前查看").first.wait_for()
    look(own, "me-reads")
    own.get_by_role("link", name="谁改过").click()
    look(own, "me-changes")


def ask(own: Any) -> None:
    """Ask for a correction beside the fact that is wrong."""
    own.get_by_role("link", name="档案", exact=True).click()
    own.locator('a[href*="item=occupation"]').click()
    own.get_by_label("职业应该是什么").fill("应该是茶农，不是绣工")
    look(own, "me-ask")
    own.get_by_role("button", name="提交").click()
    own.get_by_text("待受理").first.wait_for()
    look(own, "me-request")


def decide(registrar: Any) -> None:
    """The registrar accepts, checks, agrees, puts it right and answers."""
    registrar.goto("/desk/rights/")
    look(registrar, "rights-list")
    registrar.get_by_role("link", name="26").first.click()
    registrar.get_by_role("button", name="受理", exact=True).click()
    registrar.get_by_label("核实情况").fill("看了营业证明")
    look(registrar, "rights-one")
    registrar.get_by_role("button", name="核实", exact=True).click()
    registrar.get_by_label("决定", exact=True).fill("同意更正")
    registrar.get_by_role("button", name="同意", exact=True).click()
    registrar.get_by_label("职业改成").fill("茶农")
    look(registrar, "rights-do")
    registrar.get_by_role("button", name="更正", exact=True).click()
    registrar.get_by_label("办理结果").fill("已经改为茶农")
    registrar.get_by_role("button", name="答复", exact=True).click()
    registrar.get_by_text("已答复").first.wait_for()
    look(registrar, "rights-answered")


def take_a_copy(own: Any, reader: str) -> None:
    """A copy of everything, with the numbers whole."""
    own.get_by_role("link", name="副本", exact=True).click()
    look(own, "me-copy")
    with own.expect_download() as taken:
        own.get_by_role("button", name="下载机器可读的副本").click()
    whole = json.loads(Path(taken.value.path()).read_text("utf-8"))
    assert whole["parts"]["facts"]["entries"][0]["id_number"] == NUMBER
    assert any(reader == one["who"] for one in whole["parts"]["reads"]["entries"])


def _register(here: SmallCounty, clerk: Any, worker: Any) -> registry.Resident:
    """Register somebody with a home, a tag and a visit, whose file the grid worker has opened."""
    registry.load_tag_kinds()
    house = registry.HouseholdInput(address="举坑村岭脚 12 号")
    home = registry.add_household(area_id=here.grid.id, values=house, by=clerk, at=AT)
    who = registry.ResidentInput(name="张桂香", id_number=NUMBER, phone="13867512399", occupation="绣工")
    row = registry.add_resident(values=who, household_id=home.id, relation="head", by=clerk, at=AT)
    beside = registry.ResidentInput(name="裘大山")
    registry.add_resident(values=beside, household_id=home.id, relation="spouse", by=clerk, at=AT)
    make_tag(row, "living_alone", worker.person_id)
    make_visit(
        row, worker, days_ago=1, met="张桂香", heard="说腰疼，门前的路灯不亮。", done="记下，下午送药。"
    )
    registry.open_dossier(ref=registry.SubjectRef("resident", row.id), purpose="走访前查看", by=worker, at=AT)
    return row

"""The desk in a real browser: keys, previews, lookups, large type; every page fits and has no serious fault."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, small_county
from minqing.cases.public import Case, add_word, load_topics, urge
from minqing.desk.tests.county import WORDS, Desk, photo, signed_in, telephoned
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.roles import (
    FOLLOW_UP_CALLER,
    HANDLER,
    REVIEWER,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
)
from minqing.registry.tests.factories import make_home
from minqing.ui.tests import axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
LONG_UNIT = "谷来镇综合行政执法与应急管理协调指挥中心（城建办公室）"


@dataclass
class Busy(Desk):
    """A desk on a busy morning, with a case that was sent back."""

    long: Case


@pytest.fixture
def busy(transactional_db: None) -> Iterator[Busy]:
    """A county with long names, a case of nine lives, thirty others, and printed codes."""
    load_topics()
    with clock.fixed(AT):
        desk = Desk(small_county())
        county = desk.county
        make_home(county.grid, "欧阳买买提·阿卜杜热合曼", address="举坑村里岙自然村 128 号东侧第三间")
        long = telephoned(county.grid, photos=[photo()])
        for number in range(30):
            telephoned(county.second_grid, words=f"第 {number} 件：河边的护栏断了一截，孩子常去玩。")
        dispatcher, handler = desk.as_(TOWN_DISPATCHER), desk.as_(HANDLER)
        type(county.unit).objects.filter(id=county.unit.id).update(name=LONG_UNIT)
        desk.step(dispatcher, long, "sign", 1)
        desk.step(dispatcher, long, "assign", 2, unit=str(county.unit.id), advice="请今天到现场")
        desk.step(handler, long, "conclude", 3, result="已换新灯泡", photo=[photo()])
        desk.step(desk.as_(REVIEWER), long, "approve", 4)
        desk.step(desk.as_(FOLLOW_UP_CALLER), long, "redo", 5, reason="晚上还是不亮")
        add_word(receipt_code=long.receipt_code, words="昨天又有人摔了", at=AT)
        urge(receipt_code=long.receipt_code, at=AT)
        made = {"area": str(county.town.id), "which": "households"}
        dispatcher.post("/desk/codes/make/", made)
        yield Busy(county, long)


@pytest.fixture
def window(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    contexts: list[Any] = []
    complaints: list[str] = []

    def opened(actor: Actor, size: dict[str, int] = WIDE, **given: Any) -> Any:
        context = chromium.new_context(viewport=size, locale="zh-CN", base_url=live_server.url, **given)
        context.set_default_timeout(10_000)
        contexts.append(context)
        kept = signed_in(actor).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": kept, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [line for line in complaints if "Failed to load resource" not in line] == []


def faces(desk: Busy) -> list[tuple[Actor, str]]:
    county, case = desk.county, desk.long
    dispatcher, far = county.actor(TOWN_DISPATCHER), county.actor(HANDLER, unit=county.far_unit)
    return [
        (dispatcher, "/desk/"),
        (far, "/desk/"),
        (county.actor(SYSTEM_ADMINISTRATOR), "/desk/"),
        (dispatcher, "/desk/cases/?view=open&text=护栏&colour=blue&source=door_code"),
        (far, "/desk/cases/?view=all"),
        (dispatcher, "/desk/cases/?view=open&text=没有这样的字"),
        (dispatcher, f"/desk/cases/{case.id}/"),
        (county.actor(HANDLER), f"/desk/cases/{case.id}/"),
        (dispatcher, f"/desk/cases/{case.id}/print/"),
        (county.actor(VILLAGE_CLERK), f"/desk/cases/{case.id}/receipt/?new=1"),
        (county.actor(VILLAGE_CLERK), "/desk/cases/new/"),
        (county.actor(FOLLOW_UP_CALLER), "/desk/hotline/"),
        (dispatcher, "/desk/codes/?which=below"),
        (dispatcher, f"/desk/codes/sheet/?which=households&area={county.town.id}"),
        (dispatcher, f"/desk/cases/{uuid.uuid4()}/"),
    ]


@pytest.mark.parametrize(
    ("size", "large"), [(PHONE, True), (WIDE, False)], ids=["phone in large type", "desk"]
)
def test_every_page_fits_and_has_no_serious_fault(window, busy, live_server, size, large):
    pages: dict[Any, Any] = {}
    for number, (actor, address) in enumerate(faces(busy)):
        page = pages.get(actor.person_id) or pages.setdefault(actor.person_id, window(actor, size))
        if large:
            page.context.add_cookies([{"name": "mq_type", "value": "large", "url": live_server.url}])
        page.goto(address)
        if folder := os.environ.get("MINQING_PICTURES"):
            name = f"desk-{number:02}-{size['width']}{'-large' if large else ''}.png"
            page.screenshot(path=str(Path(folder) / name), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        found = [(one["id"], [node["html"] for node in one["nodes"]]) for one in axe.violations(page)]
        assert found == [], address


def test_j_and_k_move_the_preview_follows_and_e_goes_to_work(window, busy):
    page = window(busy.county.actor(TOWN_DISPATCHER))
    page.goto("/desk/cases/?view=todo&sort=newest")
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    title = page.locator(".mq-picked .dk-row-title")
    chosen = title.inner_text()
    page.locator("#preview h2", has_text=chosen).wait_for()
    page.keyboard.press("e")
    page.wait_for_url("**/desk/cases/*/#do")
    assert page.locator("h1").inner_text() == chosen


def test_the_queue_works_without_javascript(window, busy):
    page = window(busy.county.actor(TOWN_DISPATCHER), java_script_enabled=False)
    page.goto("/desk/cases/?view=open")
    page.get_by_label("找").fill("第 7 件")
    page.get_by_role("button", name="筛选").click()
    assert page.locator(".dk-row").count() == 1
    page.locator(".dk-row-title").click()
    page.get_by_role("button", name="签收").click()
    page.get_by_text("已签收。现在是“待审核交办”").wait_for()


def test_a_call_is_taken_by_the_keyboard(window, busy):
    page = window(busy.county.actor(FOLLOW_UP_CALLER))
    page.goto("/desk/hotline/")
    page.get_by_label("来电号码").fill("138 0000 0000")
    page.keyboard.press("Tab")
    page.locator("#earlier").get_by_text("件还没办结").wait_for()
    page.get_by_label("反映的事情").fill(WORDS)
    page.get_by_label("找辖区").press_sequentially("护国岭")
    page.locator("#id_area option", has_text="护国岭村第一网格").wait_for(state="attached")
    page.get_by_label("在哪里").select_option(label="护国岭村第一网格（谷来镇·护国岭村）")
    page.get_by_role("button", name="存下").last.click()
    page.get_by_text("已登记").wait_for()
    assert len(page.locator(".dk-code").inner_text()) == 10


def test_two_people_at_once_lose_no_words(window, busy):
    case = busy.long
    first, second = window(busy.county.actor(HANDLER)), window(busy.county.actor(HANDLER))
    # The same words from the same hand would be one act sent twice, and be answered like the first.
    for page, words in ((first, "换了灯泡，亮了"), (second, "线路换过，昨晚看过是亮的")):
        page.goto(f"/desk/cases/{case.id}/")
        page.get_by_label("办理结果").fill(words)
    first.get_by_role("button", name="办结上报").click()
    first.get_by_text("已办结上报").first.wait_for()
    second.get_by_role("button", name="办结上报").click()
    second.get_by_text("有人刚刚办过这件事").wait_for()
    assert second.get_by_text("线路换过，昨晚看过是亮的").count() > 0

"""Many cases by keyboard alone, intake without a mouse, boxes drawn on a photo; new pages fit, axe is content."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings

from minqing.accounts.tests.factories import AT, small_county
from minqing.cases import public as cases
from minqing.cases.models import Attachment, Case
from minqing.cases.models_desk import PhotoRelease
from minqing.desk.tests.county import Desk, photo, signed_in, telephoned
from minqing.kernel import clock
from minqing.kernel.ids import uuid7
from minqing.kernel.roles import COUNTY_DISPATCHER, HANDLER, REGISTRAR, TOWN_DISPATCHER
from minqing.ui.tests import axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread

PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
LONG = "谷来镇综合行政执法与应急管理协调指挥中心（城建办公室）"


@pytest.fixture
def desk(transactional_db: None) -> Iterator[Desk]:
    cases.load_topics()
    with clock.fixed(AT):
        here = Desk(small_county())
        county = here.county
        type(county.unit).objects.filter(id=county.unit.id).update(name=LONG)
        for number in range(28):
            telephoned(county.second_grid, words=f"第 {number} 件：河边的护栏断了一截，孩子常去玩。")
        dispatcher = here.as_(TOWN_DISPATCHER)
        handled = telephoned(county.grid, words="村口的路灯坏了。")
        here.step(dispatcher, handled, "sign", 1)
        here.step(dispatcher, handled, "assign", 2, unit=str(county.unit.id))
        here.step(here.as_(HANDLER), handled, "conclude", 3, result="已换新灯泡", photo=[photo()])
        by = county.actor(TOWN_DISPATCHER)
        cases.save_view(name="河边的护栏", asked={"view": "open", "text": "护栏"}, by=by, at=AT)
        cases.save_template(template_id=uuid7(), name="已收到", words="{事项编号}已收到。", by=by, at=AT)
        cases.write_note(note_id=uuid7(), words="裘大爷还会来电话。", numbers=handled.number, by=by, at=AT)
        yield here


@pytest.fixture
def window(chromium: Any, live_server: Any, desk: Desk) -> Iterator[Callable[..., Any]]:
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_window(role: Any, size: dict[str, int]) -> Any:
        context = chromium.new_context(viewport=size, base_url=live_server.url)
        contexts.append(context)
        client = signed_in(desk.county.actor(role))
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert [one for one in complaints if "Failed to load resource" not in one] == []


def fits(page: Any, name: str) -> None:
    """The page is no wider than its window, and axe finds nothing against it."""
    if folder := os.environ.get("MINQING_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    across = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert across <= 0, f"{name} is {across} px too wide"
    found = axe.violations(page, runOnly=["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"])
    wrong = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
    assert not wrong, f"{name}:\n" + "\n".join(wrong)


def test_every_new_page_fits_and_axe_is_content(window: Callable[..., Any], desk: Desk) -> None:
    attachment = Attachment.objects.exclude(step="").get()
    case = Case.everything.get(id=attachment.case_id)
    for size, name in ((WIDE, "wide"), (PHONE, "phone")):
        page = window(TOWN_DISPATCHER, size)
        for place, address in {
            "queue": "/desk/cases/?view=open&colour=green", "views": "/desk/cases/lists/", "board": "/desk/board/",
            "units": "/desk/board/?by=unit", "duty": "/desk/duty/", "templates": "/desk/templates/",
            "release": f"/desk/cases/photos/{attachment.id}/release/", "case": f"/desk/cases/{case.id}/",
            "hotline": "/desk/hotline/",
        }.items():  # fmt: skip
            page.goto(address)
            fits(page, f"{place}-{name}")
    for role in (REGISTRAR, COUNTY_DISPATCHER, TOWN_DISPATCHER):
        page = window(role, WIDE)
        person = desk.county.people[role.key]
        type(person).objects.filter(id=person.id).update(name="欧阳上官诸葛慕容")
        type(desk.county.town).objects.filter(id=desk.county.town.id).update(
            name="谷来镇（高新技术产业开发区）街道办事处"
        )
        for width, most in ((1440, 72), (1280, 72), (390, 170)):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto("/desk/")
            tall = page.evaluate("document.querySelector('.mq-top').getBoundingClientRect().height")
            assert tall < most, f"the menu of {role.label} at {width} wraps: {tall} px"
            if folder := os.environ.get("MINQING_PICTURES"):
                page.screenshot(path=f"{folder}/menu-{role.key}-{width}.png")
    page.locator(".dk-menu-narrow summary").focus()
    page.keyboard.press("Enter")
    page.locator(".dk-menu-all").get_by_role("link", name="晾晒").wait_for()
    fits(page, "menu-phone")
    page.keyboard.press("Escape")
    page.locator(".dk-menu-all").wait_for(state="hidden")


def test_many_by_keyboard_and_intake_without_a_mouse(window: Callable[..., Any], desk: Desk) -> None:
    page = window(TOWN_DISPATCHER, WIDE)
    page.goto("/desk/cases/?view=open")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.locator("#keys").wait_for(state="hidden")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    assert page.locator("[name=case]:checked").count() == 2
    page.keyboard.press("a")
    page.wait_for_url("**/cases/many/*")
    page.get_by_text("签收", exact=True).first.click()
    page.get_by_role("button", name="预览").click()
    page.get_by_text("2 件会办成").wait_for()
    fits(page, "bulk-wide")
    page.get_by_role("button", name="确定办理这 2 件").click()
    page.get_by_text("2 件都办成了").wait_for()
    fits(page, "bulk-report-wide")
    report = page.url
    page.go_back()
    page.wait_for_url(report)
    page.go_back()
    page.get_by_text("勾选的事项").first.wait_for()
    page.goto(report)
    page.keyboard.press("h")
    page.wait_for_url("**/hotline/")
    page.keyboard.type("13800000001")
    page.keyboard.press("Enter")  # goes on, sends nothing
    page.keyboard.type("裘大爷")
    page.keyboard.press("Alt+4")
    page.keyboard.type("水管爆了？")
    assert page.locator("#id_words").input_value() == "水管爆了？"
    page.keyboard.press("Control+Enter")
    page.locator(".mq-errors, [data-focus]").first.wait_for()  # no place yet: said, and nothing is lost
    assert page.locator("#id_words").input_value() == "水管爆了？"
    assert page.locator("#id_phone").input_value() == "13800000001"


def test_boxes_are_drawn_on_a_photo(window: Callable[..., Any], desk: Desk) -> None:
    attachment = Attachment.objects.exclude(step="").get()
    page = window(TOWN_DISPATCHER, WIDE)
    page.goto(f"/desk/cases/photos/{attachment.id}/release/")
    box = page.locator("[data-redact]").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7, steps=4)
    page.mouse.up()
    assert page.locator(".dk-redact-boxes rect").count() == 1
    page.locator("[name=left]").nth(1).focus()
    for value in ("5", "5", "20", "20"):
        page.keyboard.type(value)
        page.keyboard.press("Tab")
    page.locator("[name=left]").nth(1).focus()
    page.keyboard.press("ArrowUp")
    assert page.locator(".dk-redact-boxes rect").count() == 2
    page.get_by_role("button", name="遮好了").click()
    page.get_by_text("遮住 2 处").first.wait_for()
    [release] = PhotoRelease.objects.all()
    [drawn, written] = release.boxes
    assert written == [60, 50, 200, 200]
    assert all(abs(a - b) < 60 for a, b in zip(drawn, [100, 200, 500, 500], strict=True))

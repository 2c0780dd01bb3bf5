"""The residents' pages in a real browser: with and without JavaScript, by keyboard, in large type, light and clean."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from minqing.accounts.tests.factories import everyone
from minqing.cases.public import load_topics
from minqing.portal.tests.conftest import WORDS, photo, report, walk_to_the_follow_up
from minqing.ui.tests import axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread

PHONE = {"width": 390, "height": 844}
NARROW = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
WEIGHT_MAX = 60_000  # bytes over the wire before pictures: two seconds on a poor mobile connection
STATES = [
    "landing",
    "wrong",
    "door",
    "door_wrong",
    "reported",
    "asked",
    "yes",
    "no",
    "words",
    "closed",
    "missing",
]


@pytest.fixture
def window(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    contexts: list[Any] = []

    def opened(size: dict[str, int] = PHONE, **given: Any) -> Any:
        context = chromium.new_context(viewport=size, locale="zh-CN", base_url=live_server.url, **given)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def addresses(transactional_db, client, here, door) -> dict[str, str]:
    """An address for every face of the residents' pages."""
    load_topics()
    everyone(here)
    new = report(client, door, photos=[photo(), photo()])
    asked = report(client, door, anonymous="no", name="裘大爷", phone="13800000000")
    walk_to_the_follow_up(here, asked)
    closed = report(client, door)
    walk_to_the_follow_up(here, closed)
    client.post(f"/r/{closed}/answer/", {"done": "no", "words": "还是不亮"})
    walk_to_the_follow_up(here, closed, again=True)
    client.post(f"/r/{closed}/answer/", {"done": "yes", "content": "half_content", "words": "谢谢"})
    return {
        "landing": "/",
        "wrong": "/?code=O0",
        "door": f"/d/{door.code}/",
        "door_wrong": f"/d/{door.code}/",
        "reported": f"/r/{new}/?did=reported",
        "asked": f"/r/{asked}/",
        "yes": f"/r/{asked}/answer/?done=yes",
        "no": f"/r/{asked}/answer/?done=no",
        "words": f"/r/{new}/words/",
        "closed": f"/r/{closed}/",
        "missing": "/r/ABCDEFGHJK/",
    }


def open_state(page: Any, addresses: dict[str, str], state: str) -> None:
    page.goto(addresses[state])
    if state == "door_wrong":
        page.get_by_role("button", name="提交").click()
        page.get_by_text("请写下您要反映的事").first.wait_for()


@pytest.mark.parametrize(("size", "large"), [(PHONE, False), (NARROW, True), (DESK, False)])
def test_every_face_is_clean_and_fits(window, addresses, size, large, live_server):
    page = window(size, bypass_csp=True)
    if large:
        page.context.add_cookies([{"name": "mq_type", "value": "large", "url": live_server.url}])
    for state in STATES:
        open_state(page, addresses, state)
        if folder := os.environ.get("MINQING_PICTURES"):
            name = f"portal-{state}-{size['width']}{'-large' if large else ''}.png"
            page.screenshot(path=str(Path(folder) / name), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{state} scrolls sideways"
        )
        bad = [(one["id"], [node["html"] for node in one["nodes"]]) for one in axe.violations(page)]
        assert bad == [], state


def test_nothing_is_blocked_by_our_own_policy(window, addresses):
    page = window()
    said_by_it: list[str] = []
    page.on("console", lambda message: said_by_it.append(message.text))
    page.on("pageerror", lambda error: said_by_it.append(str(error)))
    for state in STATES:
        open_state(page, addresses, state)
    assert [line for line in said_by_it if "Failed to load resource" not in line] == []


def test_a_page_weighs_less_than_60_kb_before_pictures(window, addresses):
    page = window()
    weight: dict[str, int] = {}
    answers: list[Any] = []
    # Playwright marks the function it is given, which a built-in does not allow.
    page.on("response", lambda got: answers.append(got))  # noqa: PLW0108

    def weigh(got: Any) -> None:
        if "/photos/" in got.url or got.status != 200 or got.url.endswith("favicon.ico"):
            return
        # The server compresses pages itself and static files when they are collected, which no test does.
        sent = (
            len(gzip.compress(got.body(), 9))
            if "/static/" in got.url
            else got.request.sizes()["responseBodySize"]
        )
        weight[got.url] = sent

    for state in ("landing", "door", "reported", "closed"):
        weight.clear()
        answers.clear()
        page.goto(addresses[state], wait_until="networkidle")
        for got in list(answers):
            weigh(got)
        assert len(weight) > 3
        assert sum(weight.values()) < WEIGHT_MAX, (state, sorted(weight.items(), key=lambda one: -one[1]))


def test_a_report_without_javascript(window, addresses, door, tmp_path):
    page = window(java_script_enabled=False)
    page.goto(addresses["door"])
    page.get_by_label("写下来").fill(WORDS)
    (tmp_path / "a.jpg").write_bytes(photo().read())
    page.get_by_label("照片").set_input_files(str(tmp_path / "a.jpg"))
    page.get_by_text("匿名：不留").click()
    assert not page.get_by_label("联系电话").is_visible()
    page.get_by_role("button", name="提交").click()
    page.get_by_text("请保存回执").wait_for()
    assert page.locator(".pt-photos img").count() == 1
    page.get_by_role("link", name="补充一句").click()
    page.get_by_label("您想补充什么？").fill("今天更暗了，请早点来")
    page.get_by_role("button", name="送给承办人").click()
    page.get_by_text("今天更暗了").wait_for()
    page.get_by_role("button", name="催一催").click()
    page.get_by_text("承办人看得到您催了").wait_for()
    page.goto(addresses["asked"])
    page.get_by_role("button", name="没有办好").click()
    page.get_by_label("还差什么没有办好？").fill("还是不亮")
    page.get_by_role("button", name="提交").click()
    page.get_by_text("重新办理").first.wait_for()


def test_a_tap_while_photos_are_prepared_sends_when_they_are_ready(window, addresses, tmp_path):
    page = window()
    page.goto(addresses["door"])
    page.get_by_label("写下来").fill(WORDS)
    page.get_by_text("匿名：不留").click()
    chosen = [tmp_path / f"{n}.jpg" for n in range(30)]
    for one in chosen:
        one.write_bytes(photo().read())
    # A slow phone: the browser reads a picture only when it is told to.
    page.evaluate(
        """() => {
             const read = window.createImageBitmap;
             const go = new Promise((done) => { window.go = done; });
             window.createImageBitmap = async (...given) => { await go; return read(...given); };
           }"""
    )
    page.get_by_label("照片").set_input_files([str(one) for one in chosen])
    page.get_by_text("照片正在处理（第 1 张，共 6 张）…").wait_for()
    button = page.locator("button[type=submit]")
    button.click()
    page.get_by_text("照片正在处理，好了就提交…").wait_for()
    button.click(force=True)
    page.evaluate("window.go()")
    page.get_by_text("请保存回执").wait_for()
    assert page.locator(".pt-photos img").count() == 6
    page.goto(addresses["door"])
    assert page.get_by_text("可以不拍，最多 6 张。").is_visible()
    page.get_by_label("照片").set_input_files([str(one) for one in chosen])
    page.get_by_text("最多 6 张，只留下前 6 张，另外 24 张没有留下。").wait_for()
    assert page.locator("[data-photos-for] li").count() == 6
    assert button.inner_text() == "提交"
    page.get_by_role("button", name="去掉第 1 张照片").click()
    assert not page.get_by_text("另外 24 张没有留下").is_visible()


def test_a_report_by_keyboard_alone(window, addresses):
    page = window()
    page.goto(addresses["door"])

    def tab_to(wanted: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({wanted!r})"):
                return
        raise AssertionError(f"no key leads to {wanted}")

    tab_to("textarea[name=words]")
    page.keyboard.type(WORDS)
    tab_to("input[name=anonymous]")
    page.keyboard.press("ArrowDown")
    tab_to("button[type=submit]")
    page.keyboard.press("Enter")
    page.get_by_text("请保存回执").wait_for()


def test_two_taps_and_going_back_are_one_report(window, addresses):
    page = window()
    page.goto(addresses["door"])
    page.goto(addresses["door"])  # the second visit brings the form's cookie, and the page is kept for it
    page.get_by_label("写下来").fill(WORDS)
    page.get_by_text("匿名：不留").click()
    page.get_by_role("button", name="提交").dblclick()
    page.get_by_text("请保存回执").wait_for()
    receipt = page.url
    page.go_back()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url(lambda url: "/r/" in url)
    assert page.url == receipt


def test_the_code_is_copied_with_a_tap(window, addresses):
    page = window(permissions=["clipboard-read", "clipboard-write"])
    page.goto(addresses["reported"])
    page.get_by_role("button", name="复制回执码").click()
    page.get_by_text("已复制").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") in addresses["reported"]

"""The components in a real browser: nothing the content security policy blocks, nothing axe calls serious, and every
js module does what its component promises; without JavaScript the pages still read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from minqing.ui.tests import axe

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
PAGES = [
    ("/ui/", DESK),
    ("/ui/", PHONE),
    ("/ui/phone/", PHONE),
    ("/ui/portal/", PHONE),
    ("/ui/nowhere", PHONE),
]


def opened(chromium: Any, address: str, size: dict[str, int], **given: Any) -> Any:
    context = chromium.new_context(viewport=size, locale="zh-CN", **given)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(address)
    return page


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(("path", "size"), PAGES)
def test_nothing_is_blocked_serious_or_too_wide(
    chromium: Any, ui_address: str, path: str, size: dict[str, int], large: bool
) -> None:
    page = opened(chromium, "about:blank", size, bypass_csp=False)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    if large:
        page.context.add_cookies([{"name": "mq_type", "value": "large", "url": ui_address}])
    page.goto(ui_address + path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert [line for line in said if "404" not in line] == []
    page.context.close()


@pytest.mark.parametrize(("path", "size"), PAGES)
def test_axe_finds_nothing_serious(chromium: Any, ui_address: str, path: str, size: dict[str, int]) -> None:
    page = opened(chromium, ui_address + path, size, bypass_csp=True)
    serious = [one for one in axe.violations(page) if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious] == []
    page.context.close()


def test_what_is_tapped_on_a_phone_is_44_px_high(chromium: Any, ui_address: str) -> None:
    page = opened(chromium, ui_address + "/ui/phone/", PHONE)
    small = page.evaluate(
        """[...document.querySelectorAll(`button, .weui-btn, .mq-tab-link, .weui-tabbar__item, a.weui-cell, .mq-option,
            .mq-check-line, .mq-page, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select`)]
           .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 43.5)
           .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert small == []
    page.context.close()


def test_j_and_k_move_and_e_acts(chromium: Any, ui_address: str) -> None:
    page = opened(chromium, ui_address + "/ui/", DESK)
    page.evaluate(
        "document.querySelector('[data-key=e]').addEventListener('click', () => document.title = '办了')"
    )
    picked = "document.querySelectorAll('.mq-picked').length === 1 && document.querySelector('.mq-picked').innerText"
    page.keyboard.press("j")
    assert "张阿婆" in page.evaluate(picked)
    page.keyboard.press("j")
    assert "王家" in page.evaluate(picked)
    page.keyboard.press("k")
    assert "张阿婆" in page.evaluate(picked)
    page.keyboard.press("e")
    assert page.title() == "办了"
    page.focus("textarea")
    page.keyboard.type("jke")
    assert page.input_value("textarea") == "jke"
    page.context.close()


@pytest.mark.parametrize("with_js", [True, False])
def test_a_dialog_opens_and_closes_with_and_without_javascript(
    chromium: Any, ui_address: str, with_js: bool
) -> None:
    page = opened(chromium, ui_address + "/ui/phone/", PHONE, java_script_enabled=with_js)
    dialog = page.locator("dialog#return")
    assert not dialog.is_visible()
    page.click('a[href="#return"]')
    assert dialog.is_visible()
    dialog.get_by_text("先不").click()
    assert not dialog.is_visible()
    page.context.close()


def test_a_form_is_sent_once(chromium: Any, ui_address: str) -> None:
    page = opened(chromium, ui_address + "/ui/", DESK)
    # Runs after our module, sees what it decided, and keeps the page where it is.
    page.evaluate(
        """document.addEventListener('submit', (event) => {
             (window.stopped ??= []).push(event.defaultPrevented);
             event.preventDefault();
           })"""
    )
    button = page.locator("form#sign button")
    button.click()
    assert button.inner_text() == "正在提交…"
    button.dispatch_event("click")
    assert page.evaluate("window.stopped") == [False, True]
    page.context.close()


def test_a_tapped_sentence_becomes_a_finding_and_back(chromium: Any, ui_address: str) -> None:
    page = opened(chromium, ui_address + "/ui/phone/", PHONE)
    page.fill("#id_heard", "屋后的水沟堵了。下雨天漫水！路灯也不亮")
    picks = page.locator(".mq-sentence")
    assert picks.all_inner_texts() == ["屋后的水沟堵了。", "下雨天漫水！", "路灯也不亮"]
    picks.nth(0).click()
    picks.nth(2).click()
    assert page.input_value("#id_findings") == "屋后的水沟堵了。\n路灯也不亮"
    picks.nth(0).click()
    assert page.input_value("#id_findings") == "路灯也不亮"
    assert picks.nth(2).get_attribute("aria-pressed") == "true"
    page.context.close()


def test_photos_are_shown_made_smaller_and_taken_out(chromium: Any, ui_address: str, tmp_path: Path) -> None:
    big = tmp_path / "big.png"
    Image.effect_noise((3200, 2400), 80).save(big)
    page = opened(chromium, ui_address + "/ui/phone/", PHONE)
    field = page.locator("form#whole input[type=file]").first
    field.set_input_files([str(big), str(big)])
    shelf = page.locator("[data-photos-for] li")
    shelf.nth(1).wait_for()
    chosen = "[...document.querySelector('form#whole input[type=file]').files]"
    files = chosen + ".map((one) => [one.name, one.type, one.size])"
    made = page.evaluate(files)
    assert [(name, kind) for name, kind, _size in made] == [("big.jpg", "image/jpeg")] * 2
    assert all(size < big.stat().st_size / 4 for _name, _kind, size in made)
    shelf.nth(0).get_by_role("button").click()
    assert len(page.evaluate(files)) == 1
    field.set_input_files([str(big)])
    shelf.nth(1).wait_for()
    assert len(page.evaluate(files)) == 2, "what was chosen before stays"
    page.context.close()


def test_a_tap_fills_in_where_i_am(chromium: Any, ui_address: str) -> None:
    here = {"latitude": 29.585, "longitude": 120.82, "accuracy": 12.4}
    page = opened(chromium, ui_address + "/ui/phone/", PHONE, geolocation=here, permissions=["geolocation"])
    page.click("[data-locate]")
    page.get_by_text("已定位，误差约 13 米。").wait_for()
    assert page.input_value("#id_lon") == "120.820000"
    assert page.input_value("#id_lat") == "29.585000"
    page.context.close()


def test_without_a_network_the_page_says_so(chromium: Any, ui_address: str) -> None:
    page = opened(chromium, ui_address + "/ui/portal/", PHONE)
    note = page.locator("[data-offline-note]")
    assert not note.is_visible()
    page.context.set_offline(True)
    note.wait_for()
    page.context.set_offline(False)
    note.wait_for(state="hidden")
    page.context.close()


def test_a_residents_page_reads_without_javascript(chromium: Any, ui_address: str) -> None:
    page = opened(chromium, ui_address + "/ui/portal/", PHONE, java_script_enabled=False)
    words = page.inner_text("body")
    for wanted in ("您反映的事，办到这里了", "7KQ4-M2XD", "还剩 3 个工作日", "催一催", "110"):
        assert wanted in words
    assert "复制" not in words, "a button that cannot work is not shown"
    page.context.close()

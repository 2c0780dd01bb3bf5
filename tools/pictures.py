"""Take the pictures of the README from a running demonstration: `python -m tools.pictures [ADDRESS]`.

Starts nothing: `make run` first. The pages are those that an officer and a resident see first, at the sizes of a desk
(1440×900) and of a phone (390×844).
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from minqing.seed.officials import PASSWORD
from tools.testing import found

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "pictures"
DESK: Final = (1440, 900)
PHONE: Final = (390, 844)
# As root there is no sandbox; the other two keep Chromium from asking for the world outside.
FLAGS: Final = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
_VISITS_LOOKED_AT_MAX: Final = 20


def main(arguments: list[str]) -> int:
    """Take all four; say where they are."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.pictures", description="从运行着的演示县拍文档里的图。"
    )
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000", help="网址")
    parser.add_argument("--password", default=PASSWORD, help="演示账号的密码")
    options = parser.parse_args(arguments)
    chromium = found()
    if chromium is None:
        print("没有找到 Chromium，请先安装，或用 MINQING_CHROMIUM 指明它的位置。")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            _take(browser, options.address.rstrip("/"), options.password)
        finally:
            browser.close()
    print(f"图在 {os.path.relpath(FOLDER)}。")
    return 0


def _take(browser: Browser, address: str, password: str) -> None:
    with _page(browser, DESK) as page:
        _sign_in(page, address, "diaodu", password)
        _shoot(page, f"{address}/desk/", "desk-home")
        page.goto(f"{address}/desk/cases/?view=todo")
        case = _first(page, r"/desk/cases/[0-9a-f-]{36}/$")
        _shoot(page, address + case, "case")
    with _page(browser, PHONE) as page:
        _sign_in(page, address, "wangge", password)
        page.goto(f"{address}/m/visits/")
        _shoot(page, address + _telling(page, address), "phone-visit")
        # Who wrote a case down sees its receipt's code, to hand it to the reporter.
        page.get_by_role("link", name="查看事项").first.click()
        page.wait_for_load_state()
        code = re.search(r"\b[2-9A-Z]{10}\b", page.inner_text("main"))
    with _page(browser, PHONE) as page:
        if code is None:
            raise SystemExit("网格员自己登记的事项上没有回执码。")
        _shoot(page, f"{address}/r/{code[0]}/", "receipt")


def _telling(page: Page, address: str) -> str:
    """Find a visit of which a sentence became a case, or else the newest."""
    visits = _all(page, r"/m/visits/[0-9a-f-]{36}/$")
    for visit in visits[:_VISITS_LOOKED_AT_MAX]:
        page.goto(address + visit)
        if page.get_by_text("查看事项").count():
            return visit
    return visits[0]


@contextmanager
def _page(browser: Browser, size: tuple[int, int]) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", timezone_id="Asia/Shanghai",
        device_scale_factor=2 if size == PHONE else 1,
    )  # fmt: skip
    yield context.new_page()
    context.close()


def _sign_in(page: Page, address: str, username: str, password: str) -> None:
    page.goto(f"{address}/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def _shoot(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(FOLDER / f"{name}.png"))


def _all(page: Page, pattern: str) -> list[str]:
    hrefs = [link.get_attribute("href") or "" for link in page.query_selector_all("a[href]")]
    return list(dict.fromkeys(href for href in hrefs if re.search(pattern, href)))


def _first(page: Page, pattern: str) -> str:
    links = _all(page, pattern)
    if not links:
        raise SystemExit(f"{page.url} 上没有要找的链接，请确认载入了演示县。")
    return links[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

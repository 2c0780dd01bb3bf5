"""Two officials at once: one does something, the other's open pages say so, and nothing typed is lost."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from granian.constants import Interfaces
from granian.server.embed import Server

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.cases import public as cases
from minqing.desk.tests.county import signed_in, telephoned
from minqing.kernel import clock
from minqing.kernel.roles import COUNTY_DISPATCHER, TOWN_DISPATCHER
from minqing.kernel.settings import settings as environment
from minqing.live import news
from minqing.live.app import Live

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bell")]

PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
AXE = Path(__file__).resolve().parents[4] / "node_modules" / "axe-core" / "axe.min.js"
WORDS = "王家坡的桥面裂了一道缝，拖拉机不敢过。"


@pytest.fixture
def here(transactional_db: None) -> Iterator[SmallCounty]:
    cases.load_topics()
    with clock.shifted(AT - clock.now()):
        yield small_county()


@pytest.fixture
def streams(
    here: SmallCounty, live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Live]:
    """The live process, served as in a county, with pages that know of it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    url = f"http://localhost:{port}/live/"
    settings.LIVE_URL = url
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {**policy, "connect-src": [*policy["connect-src"], f"http://localhost:{port}"]}
    }
    monkeypatch.setattr(environment(), "port", int(live_server.url.rpartition(":")[2]))
    monkeypatch.setattr(news, "AHEAD", timedelta(seconds=2))
    live, begun, stop = Live(), threading.Event(), threading.Event()

    async def serve() -> None:
        server = Server(
            live.application(), "127.0.0.1", port, interface=Interfaces.ASGI, log_enabled=False, websockets=False
        )  # fmt: skip
        serving = asyncio.create_task(server.serve())
        begun.set()
        while not stop.is_set():
            await asyncio.sleep(0.05)
        for stream in live.crowd:
            stream.end("over")
        await asyncio.sleep(0.2)
        server.stop()
        await serving

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    begun.wait(10)
    yield live
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def window(chromium: Any, live_server: Any, streams: Live, here: SmallCounty) -> Iterator[Callable[..., Any]]:
    contexts: list[Any] = []
    complaints: list[str] = []

    def opened(role: Any, size: dict[str, int], address: str) -> Any:
        context = chromium.new_context(viewport=size, base_url=live_server.url)
        contexts.append(context)
        client = signed_in(here.actor(role))
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [one for one in complaints if "Failed to load resource" not in one] == []


def shown(page: Any, name: str) -> None:
    """The page is no wider than its window; where somebody asked for pictures, one is kept, and axe is asked."""
    if folder := os.environ.get("MINQING_PICTURES"):
        page.screenshot(path=f"{folder}/live-{name}.png")
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate(
            "axe.run({resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']})"
        )
        assert [one["id"] for one in found["violations"]] == [], name
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def one_step_has(home: Any, count: int) -> None:
    totals = home.locator("[data-live-step] td:last-child")
    totals.filter(has_text=str(count)).first.wait_for()
    assert totals.all_inner_texts() == [str(count)]


def test_what_one_does_the_other_sees(window: Callable[..., Any], here: SmallCounty, streams: Live) -> None:
    case = telephoned(here.grid)
    soon = telephoned(here.second_grid)
    address = f"/desk/cases/{case.id}/"
    queue = window(COUNTY_DISPATCHER, WIDE, "/desk/cases/?view=open")
    home = window(TOWN_DISPATCHER, PHONE, "/desk/")
    theirs = window(COUNTY_DISPATCHER, PHONE, address)
    mine = window(TOWN_DISPATCHER, WIDE, address)
    # Presence: whoever begins with a step is named to the other, and nobody to oneself.
    mine.locator("#do .dk-step summary").last.click()
    name = here.actor(TOWN_DISPATCHER).person_name
    theirs.get_by_text(f"{name}（").and_(theirs.locator("[data-live-present]")).wait_for()
    shown(theirs, "present-phone")
    assert mine.locator("[data-live-present]").is_hidden()
    # A step: the other's case page and queue say so; presence is gone.
    mine.locator("#do .dk-step summary").first.click()
    mine.get_by_role("button", name="签收").click()
    theirs.get_by_text("有人刚刚办过这件事").wait_for()
    theirs.locator("[data-live-present]").wait_for(state="hidden")
    assert "待审核交办" in theirs.locator('.dk-marks[data-live-part="marks"]').inner_text()
    shown(theirs, "changed-phone")
    row = queue.locator(f'[data-case="{case.id}"]')
    row.get_by_text("待审核交办").wait_for()
    assert mine.locator('[data-live-part="changes"]').first.is_hidden(), "nobody is told of what they did"
    # By step, in one's other window too: the number stands where it stood.
    one_step_has(home, 1)
    # A new case waits behind a link; nothing moves.
    report = cases.Report(
        id=cases.new_report_id(), source="door_code", area_id=here.second_grid.id, words=WORDS,
        contact=cases.ContactInput("裘大爷", "13800000000"),
    )  # fmt: skip
    new = cases.open_case(report, by=None, at=clock.now())
    bar = queue.get_by_role("link", name="有 1 件新变化，点这里刷新")
    bar.wait_for()
    assert queue.locator("[data-case]").count() == 2
    assert queue.locator('[data-count="open"]').inner_text() == "3"
    shown(queue, "bar-wide")
    home.get_by_role("link", name="有 1 件新变化，点这里刷新").wait_for()
    # By step: one went, one came, and the step that came in meanwhile waits for the refresh.
    one_step_has(home, 2)
    shown(home, "home-phone")
    bar.click()
    queue.locator(f'[data-case="{new.id}"]').wait_for()
    bar.wait_for(state="hidden")
    # A clock turns yellow by itself.
    run = cases.require_case(soon.id, here.actor(TOWN_DISPATCHER)).run
    assert run.yellow_at is not None
    badge = queue.locator(f'[data-case="{soon.id}"] [data-live-part="clock"]')
    badge.locator(".mq-clock-green").wait_for()
    with clock.shifted(run.yellow_at - clock.now() - timedelta(seconds=1)):
        badge.locator(".mq-clock-yellow").wait_for()
    shown(queue, "yellow-wide")
    # The live process dies: pages stay what they are, and say nothing wrong.
    assert len(streams.crowd) >= 4
    for stream in streams.crowd:
        stream.end("changed")
    queue.reload()
    queue.locator(f'[data-case="{new.id}"]').wait_for()
    assert queue.locator("[data-live-bar]").is_hidden()


def test_a_phone_asks_once_when_it_is_looked_at_again(window: Callable[..., Any], here: SmallCounty) -> None:
    case = telephoned(here.grid)
    asked: list[str] = []
    today = window(TOWN_DISPATCHER, PHONE, "/m/")
    matter = window(COUNTY_DISPATCHER, PHONE, f"/m/matters/{case.id}/")
    for page in (today, matter):
        page.on("request", lambda one: asked.append(one.url) if "x-by-itself" in one.headers else None)
    note, other = (page.locator("[data-fresh-note]") for page in (today, matter))
    look = "dispatchEvent(new Event('online'))"
    telephoned(here.second_grid)
    given, by = cases.StepInput({}), here.actor(TOWN_DISPATCHER)
    cases.take_step(case_id=case.id, step="sign", given=given, by=by, at=clock.now())
    for page in (today, matter):
        page.evaluate(look)
    assert asked == [], "what was opened a moment ago is fresh"
    for page in (today, matter):
        page.evaluate("Date.now = ((now) => () => now() + 61000)(Date.now.bind(Date))")
        page.evaluate(look)
    note.wait_for()
    other.wait_for()
    shown(today, "fresh-today")
    shown(matter, "fresh-matter")
    today.evaluate(look)
    assert len(asked) == 2, "once"
    note.click()
    today.get_by_text("等我办的事").wait_for()
    assert note.is_hidden()

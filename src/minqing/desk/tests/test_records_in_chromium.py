"""Files, diaries and the administration in a real browser: every page fits, is clean, and has no serious fault."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from minqing.accounts.tests.factories import AT, DAY, small_county, stepped_up
from minqing.desk.tests.county import Desk, photo, signed_in, telephoned
from minqing.desk.tests.test_imports import GOOD, bad_rows, send, workbook
from minqing.diary.public import FindingInput
from minqing.diary.tests.factories import make_visit
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.roles import (
    AUDITOR,
    GRID_WORKER,
    REGISTRAR,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)
from minqing.registry.models import ImportBatch
from minqing.registry.public import add_tag, load_tag_kinds, subject_ref
from minqing.registry.tests.factories import id_number, make_enterprise, make_home, make_place, make_resident
from minqing.ui.tests import axe
from minqing.workflow.public import ensure_calendar

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
LONG = "欧阳买买提·阿卜杜热合曼·艾合买提江"


@dataclass
class Full:
    """A county with something on every page."""

    desk: Desk
    pages: list[tuple[Actor, str]]


@pytest.fixture
def full(transactional_db: None) -> Iterator[Full]:
    load_tag_kinds()
    with clock.fixed(AT):
        ensure_calendar(at=AT)
        desk = Desk(small_county())
        yield Full(desk, _pages(desk))


def _pages(desk: Desk) -> list[tuple[Actor, str]]:
    county = desk.county
    clerk, worker = county.actor(VILLAGE_CLERK), county.actor(GRID_WORKER)
    home, [head, other] = make_home(
        county.grid, LONG, "裘小满", address="举坑村里岙自然村 128 号东侧第三间二楼"
    )
    for nth in range(40):
        make_resident(
            county.grid, f"裘{chr(0x4E10 + nth)}", id_number=id_number(date(1960, 1, 2), nth=nth),
            phone=f"138123456{nth:02}", birth_date=date(1960, 1, 2), sex="female",
        )  # fmt: skip
    make_enterprise(county.grid, "嵊州市谷来香榧食品加工与电子商务综合开发有限责任公司", industry="坚果加工")
    make_place(county.grid)
    for key, ends in (("living_alone", None), ("minimum_living", date(2027, 6, 1))):
        ref = subject_ref("resident", head.id)
        add_tag(subject=ref, kind_key=key, reason="子女都在杭州打工，每周电话", ends_on=ends, by=clerk, at=AT)
    findings = [FindingInput("门前的路灯坏了三天"), FindingInput("煤气瓶放在灶边", True, "当场移开")]
    visit = make_visit(home, worker, photos=[photo()], findings=findings)
    for nth in range(24):
        make_visit(head, worker, days_ago=nth + 1)
    telephoned(county.grid, subject=subject_ref("household", home.id))
    desk_clerk = signed_in(clerk)
    send(desk_clerk, workbook([*GOOD, *bad_rows()]))
    batch = ImportBatch.everything.get()
    desk_clerk.get(f"/desk/registry/resident/{head.id}/")
    desk.with_reason(REGISTRAR, head)  # whom no work links to the file: it opens after breaking the glass
    files = _of_files(desk, head.id, other.id, home.id)
    return files + _of_diaries(desk, visit.id, home.id) + _of_administration(desk, batch.id)


def _of_files(desk: Desk, head: UUID, other: UUID, home: UUID) -> list[tuple[Actor, str]]:
    county = desk.county
    clerk, secretary = county.actor(VILLAGE_CLERK), county.actor(VILLAGE_SECRETARY)
    registrar = county.actor(REGISTRAR)
    resident, household = f"/desk/registry/resident/{head}/", f"/desk/registry/household/{home}/"
    return [
        (clerk, "/desk/registry/"),
        (clerk, "/desk/registry/?kind=household&tag=x&closed=on"),
        (clerk, "/desk/registry/?kind=enterprise"),
        (clerk, "/desk/registry/?text=没有这个人"),
        (clerk, "/desk/registry/exact/"),
        (clerk, resident),
        (clerk, household),
        (registrar, resident),
        (secretary, resident + "reads/"),
        (clerk, resident + "edit/"),
        (clerk, resident + "close/"),
        (clerk, resident + "tags/"),
        (clerk, "/desk/registry/new/resident/"),
        (clerk, f"/desk/registry/household/{home}/members/in/?q=裘"),
        (clerk, f"/desk/registry/household/{home}/head/"),
        (clerk, f"/desk/registry/resident/{other}/move/?household={home}"),
    ]


def _of_diaries(desk: Desk, visit: UUID, home: UUID) -> list[tuple[Actor, str]]:
    clerk, worker = desk.county.actor(VILLAGE_CLERK), desk.county.actor(GRID_WORKER)
    dispatcher = desk.county.actor(TOWN_DISPATCHER)
    return [
        (dispatcher, "/desk/diary/"),
        (clerk, "/desk/diary/?kind=care"),
        (clerk, f"/desk/diary/officers/{worker.person_id}/"),
        (worker, f"/desk/diary/visits/{visit}/"),
        (worker, f"/desk/diary/visits/{visit}/amend/"),
        (worker, f"/desk/diary/new/household/{home}/"),
    ]


def _of_administration(desk: Desk, batch: UUID) -> list[tuple[Actor, str]]:
    county = desk.county
    clerk, worker = county.actor(VILLAGE_CLERK), county.actor(GRID_WORKER)
    admin, auditor = county.actor(SYSTEM_ADMINISTRATOR), county.actor(AUDITOR)
    security = county.actor(SECURITY_ADMINISTRATOR)
    person = f"/desk/people/{worker.person_id}/"
    return [
        (clerk, "/desk/imports/"),
        (clerk, f"/desk/imports/{batch}/"),
        (admin, "/desk/areas/"),
        (admin, f"/desk/areas/{county.village.id}/"),
        (worker, f"/desk/areas/{county.micro_grid.id}/"),
        (admin, "/desk/areas/?q=村"),
        (admin, f"/desk/areas/{county.village.id}/open/"),
        (admin, f"/desk/areas/{county.village.id}/move/"),
        (admin, f"/desk/areas/{county.village.id}/move/?to={county.other_town.id}"),
        (admin, f"/desk/areas/{county.village.id}/close/"),
        (security, "/desk/people/"),
        (admin, "/desk/people/units/"),
        (security, "/desk/people/new/"),
        (security, person),
        (security, person + "password/"),
        (security, person + "appoint/"),
        (security, person + f"appoint/?area={county.village.id}"),
        (admin, "/desk/calendar/"),
        (worker, f"/desk/calendar/?year={DAY.year + 1}"),
        (admin, "/desk/calendar/2026-11-23/"),
        (admin, "/desk/calendar/publish/?year=2027"),
        (admin, "/desk/calendar/hours/"),
        (auditor, "/desk/audit/"),
        (auditor, "/desk/audit/?group=areas"),
    ]


def sit_down(context: Any, actor: Actor, url: str) -> None:
    """Let somebody be signed in at a browser, in place of whoever was."""
    kept = stepped_up(signed_in(actor)).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": kept, "url": url}])


@pytest.fixture
def window(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    contexts: list[Any] = []
    complaints: list[str] = []

    def opened(actor: Actor, size: dict[str, int] = WIDE) -> Any:
        context = chromium.new_context(viewport=size, locale="zh-CN", base_url=live_server.url)
        context.set_default_timeout(10_000)
        contexts.append(context)
        sit_down(context, actor, live_server.url)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("large", [False, True], ids=["usual type", "large type"])
def test_every_page_fits_and_has_no_serious_fault(
    window: Any, full: Full, live_server: Any, large: bool
) -> None:
    """Each page is opened as on a phone and then made as wide as a desk; large type is looked at on the desk."""
    faults: list[tuple[str, object]] = []
    page, at = window(full.pages[0][0], PHONE), full.pages[0][0].person_id
    if large:
        page.context.add_cookies([{"name": "mq_type", "value": "large", "url": live_server.url}])
    for number, (actor, address) in enumerate(full.pages):
        if actor.person_id != at:
            sit_down(page.context, actor, live_server.url)
            at = actor.person_id
        sizes = (WIDE,) if large else (PHONE, WIDE)
        page.set_viewport_size(sizes[0])
        answer = page.goto(address)
        if answer.status != 200:
            faults.append((address, answer.status))
        for size in sizes:
            page.set_viewport_size(size)
            what = f"{address} at {size['width']}"
            if folder := os.environ.get("MINQING_PICTURES"):
                name = f"records-{number:02}-{size['width']}{'-large' if large else ''}.png"
                page.screenshot(path=str(Path(folder) / name), full_page=True)
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                faults.append((what, "scrolls sideways"))
            if not large:  # the same elements, only larger
                found = [
                    (one["id"], [node["html"] for node in one["nodes"]][:3]) for one in axe.violations(page)
                ]
                faults += [(what, one) for one in found]
    assert faults == []


def test_a_spreadsheet_goes_in_with_a_question_before(window: Any, full: Full) -> None:
    batch = ImportBatch.everything.get()
    page = window(full.desk.county.actor(VILLAGE_CLERK))
    page.goto(reverse("desk:import", args=[batch.id]))
    page.locator('a[href="#apply"]').click()
    dialog = page.get_by_role("dialog")
    assert "要么一行也不登记" in dialog.inner_text()
    dialog.get_by_role("button", name="导入").click()
    page.get_by_text("导入完成：新增 2 行").wait_for()

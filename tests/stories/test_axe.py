"""axe-core on main pages, at the size they are made for and in large type: nothing serious, nothing critical.

Files, imports, the administration and the portal's faces are held to more (nothing at all, at two sizes) by the tests
of their doors: ``desk/tests/test_records_in_chromium.py``, ``portal/tests/test_in_chromium.py``.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.test import Client

from minqing.ui.components.frames import LARGE_TYPE_COOKIE
from minqing.ui.tests import axe
from tests.canary import Planted, plant
from tests.stories.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

DESK_PAGES: Final = {
    "village_clerk": (
        "/desk/", "/desk/cases/?view=all", "/desk/cases/{case}/", "/desk/cases/new/", "/desk/registry/?q=翠",
        "/desk/diary/", "/desk/diary/visits/{visit}/", "/desk/diary/new/household/{household}/", "/desk/codes/",
        "/password/",
    ),
    "town_dispatcher": ("/desk/hotline/", "/desk/cases/{assigning}/"),
}  # fmt: skip
PHONE_PAGES: Final = {
    "grid_worker": (
        "/m/", "/m/visits/", "/m/visits/pick/", "/m/visits/new/household/{household}/", "/m/visits/{visit}/",
        "/m/subjects/household/{household}/", "/m/subjects/resident/{resident}/", "/m/matters/", "/m/matters/new/",
        "/m/matters/{asking}/", "/m/me/",
    ),
    "nobody": ("/sign-in/",),
}  # fmt: skip
LARGE: Final = {"grid_worker": ("/m/", "/m/matters/{asking}/")}
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture
def there(transactional_db: None) -> Planted:
    """The planted county, committed, so that the server sees it."""
    return plant()


def _ids(planted: Planted) -> dict[str, Any]:
    return {
        "case": planted.cases["prompt.reported"].id, "assigning": planted.cases["hotline.assigning"].id,
        "asking": planted.cases["prompt.asking"].id, "resident": planted.resident.id,
        "household": planted.household.id, "visit": planted.visits[0].id,
    }  # fmt: skip


def _sign_in(page: Any, person: Any, address: str) -> None:
    """Hand the browser a session: that signing in works is another story's."""
    client = Client()
    client.force_login(person)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}]
    )


@pytest.fixture
def look(there: Planted, window: Any, live_server: Any) -> Any:
    """Open pages as people of the county and return what axe holds against them."""
    ids = _ids(there)

    def found(size: dict[str, int], pages: dict[str, tuple[str, ...]], *, large: bool = False) -> list[str]:
        wrong: list[str] = []
        page = window(size, reduced_motion="reduce")
        if large:
            page.context.add_cookies([{"name": LARGE_TYPE_COOKIE, "value": "large", "url": live_server.url}])
        for who, addresses in pages.items():
            page.context.clear_cookies(name="sessionid")
            if who != "nobody":
                _sign_in(page, there.here.people[who], live_server.url)
            for address in addresses:
                answer = page.goto(address.format(**ids))
                assert answer.status == 200, f"{who} {address}: {answer.status}"
                if large:
                    assert page.locator("html[data-type=large]").count() == 1
                found = axe.violations(page, runOnly=RULES)
                wrong += [_told(address, one) for one in found if one["impact"] in ("serious", "critical")]
                wide = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                wrong += [f"{address}: {wide} pixels too wide"] if wide > 1 else []
        return wrong

    return found


def _told(address: str, finding: dict[str, Any]) -> str:
    places = "; ".join(str(node["target"]) + " " + node["html"][:120] for node in finding["nodes"][:3])
    return f"{address}: {finding['id']} ({finding['impact']}, {len(finding['nodes'])}): {places}"


def test_the_desk_is_fit_for_everybody(look: Any) -> None:
    found = look(DESK, DESK_PAGES)
    assert not found, "\n".join(found)


def test_axe_finds_what_is_planted(window: Any, live_server: Any) -> None:
    page = window(PHONE)
    page.goto("/sign-in/")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<main><img src=\"/x.png\"><button></button></main>')"
    )
    assert {"image-alt", "button-name"} <= {one["id"] for one in axe.violations(page, runOnly=RULES)}


def test_of_rows_built_alike_the_odd_one_is_found_and_all_stand_where_they_stood(window: Any) -> None:
    page = window(DESK)
    page.goto("/sign-in/")
    rows = "".join(
        f'<li><a href="/{nth}" id="a{nth}">{"" if nth == 7 else nth}</a></li>' for nth in range(12)
    )
    page.evaluate(
        "rows => document.querySelector('main').insertAdjacentHTML('beforeend', rows)", f"<ul>{rows}</ul>"
    )
    before = page.content()
    [found] = axe.violations(page, runOnly=RULES)
    assert found["id"] == "link-name"
    assert [node["target"] for node in found["nodes"]] == [["#a7"]]
    page.evaluate("document.querySelectorAll('main li a').forEach((one) => one.textContent = '')")
    [found] = axe.violations(page, runOnly=RULES)
    assert len(found["nodes"]) == 2, "of twelve that are empty, two are looked at"
    page.evaluate(
        "document.querySelectorAll('main li a').forEach((one, nth) => one.textContent = nth === 7 ? '' : nth)"
    )
    assert page.content() == before


def test_the_phone_and_the_portal_are_fit_for_everybody(look: Any) -> None:
    found = look(PHONE, PHONE_PAGES) + look(PHONE, LARGE, large=True)
    assert not found, "\n".join(found)

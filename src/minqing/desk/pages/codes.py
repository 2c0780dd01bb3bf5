"""民情码: choose doors, make their codes, print the sheet."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.addresses import door_address
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.pages import OfficialRequest, page

SELF: Final = "self"


@page(cases.PRINT_DOOR_CODES)
@require_safe
@never_cache
def codes(request: OfficialRequest) -> HttpResponse:
    """List the doors of an area, with their codes."""
    found, which = _doors(request, request.GET)
    above, below = areas.around(found.area.path)
    acting = request.actor.acting
    context = {
        "found": found,
        "which": which,
        "sets": [
            (key, label, _address("codes", found.area.id, key)) for key, label in cases.DOOR_SETS.items()
        ],
        "above": [one for one in above if acting and areas.is_under(one.path, acting.area_path)],
        "below": below,
        "sheet_url": _address("codes_sheet", found.area.id, which, found.page),
        "page": _paginator_page(found),
    }
    return render(request, "desk/codes.html", context)


@page(cases.PRINT_DOOR_CODES)
@require_POST
@never_cache
def make(request: OfficialRequest) -> HttpResponse:
    """Make the codes that a page of doors has not yet, and go on to the sheet."""
    found, which = _doors(request, request.POST)
    missing = found.missing
    cases.make_door_codes([(one.area_id, one.subject) for one in missing], by=request.actor, at=clock.now())
    if missing:
        messages.success(request, f"做好了 {len(missing)} 个民情码，可以打印。")
    return redirect(_address("codes_sheet", found.area.id, which, found.page))


@page(cases.PRINT_DOOR_CODES)
@require_safe
@never_cache
def sheet(request: OfficialRequest) -> HttpResponse:
    """Show the codes as they are printed and cut out, eight to a sheet of A4."""
    found, which = _doors(request, request.GET)
    context = {
        "found": found,
        "cards": [_card(request, one) for one in found.made],
        "back": _address("codes", found.area.id, which, found.page),
    }
    return render(request, "desk/codes_sheet.html", context)


def _doors(request: OfficialRequest, given: QueryDict) -> tuple[cases.Doors, str]:
    """Return the doors that an address or a form names."""
    which = given.get("which", SELF)
    if which not in cases.DOOR_SETS:
        which = SELF
    number = given.get("page", "1")
    at_page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1
    area_id = _area(given.get("area", ""), request.actor)
    return cases.doors(area_id, which, by=request.actor, at=clock.now(), page=max(1, at_page)), which


def _area(value: str, actor: Actor) -> UUID:
    if not value and actor.acting is not None:
        return actor.acting.area_id
    try:
        return UUID(value)
    except ValueError:
        raise NotThere("没有这个辖区，请重新选择。") from None


def _address(name: str, area_id: UUID, which: str, at_page: int = 1) -> str:
    given = {"area": str(area_id), "which": which} | ({"page": str(at_page)} if at_page > 1 else {})
    return f"{reverse(f'desk:{name}')}?{urlencode(given)}"


def _card(request: HttpRequest, door: cases.Door) -> dict[str, str]:
    return {
        "title": door.title,
        "within": door.within if door.within != door.title else "",
        "code": door.code,
        "address": door_address(request, door.code),
    }


def _paginator_page(found: cases.Doors) -> Page[int]:
    each = max(1, -(-found.total // found.pages)) if found.pages > 1 else max(1, found.total)
    return Paginator(range(found.total), each).page(found.page)

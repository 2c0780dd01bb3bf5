"""管理列表: the tabs of one's own queue, kept by name, put in order, shared."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.asked import page_number
from minqing.desk.pages.queue import address_of, kept_filters
from minqing.kernel import clock
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page

LAST: Final = 999


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def views(request: OfficialRequest) -> HttpResponse:
    """List one's tabs, to be put in order, renamed, shared and taken away."""
    return _render(request)


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def view_save(request: OfficialRequest) -> HttpResponse:
    """Keep the filters of the list one was looking at."""
    try:
        kept = cases.save_view(
            name=request.POST.get("name", ""), asked=_filters(request), by=request.actor, at=clock.now()
        )
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(f"{reverse('desk:queue')}?{request.POST.get('query', '')}")
    messages.success(request, f"已存为列表“{kept.name}”，下次点一下就能打开。")
    return redirect(f"{reverse('desk:queue')}?list={kept.id}")


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def view_columns(request: OfficialRequest) -> HttpResponse:
    """Remember which columns a tab shows."""
    key = request.POST.get("list", "")
    cases.choose_columns(key=key, columns=request.POST.getlist("column"), by=request.actor, at=clock.now())
    messages.success(request, "已记住这个列表显示哪些栏。")
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    if key not in cases.VIEWS:
        query["list"] = key
    return redirect(f"{reverse('desk:queue')}?{query.urlencode()}")


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def views_arrange(request: OfficialRequest) -> HttpResponse:
    """Put one's tabs in order and choose which opens first."""
    places = {
        name.removeprefix("place-"): page_number(str(value)) if value else LAST
        for name, value in request.POST.items()
        if name.startswith("place-")
    }
    order = sorted(places, key=lambda key: places[key])
    cases.arrange_views(
        order=order, default=request.POST.get("default", ""), by=request.actor, at=clock.now()
    )
    messages.success(request, "已按您排的顺序放好。")
    return redirect("desk:views")


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def view_change(request: OfficialRequest, view_id: UUID) -> HttpResponse:
    """Rename one of one's own lists, or say who else sees it."""
    given, actor, at = request.POST, request.actor, clock.now()
    try:
        kept = cases.rename_view(view_id=view_id, name=given.get("name", ""), by=actor)
        if actor.may(cases.SHARE_VIEWS) and "share" in given:
            cases.share_view(view_id=view_id, share=given.get("share", ""), by=actor, at=at)
    except NotThere:
        raise
    except Refused as refused:
        return _render(request, wrong=refused.message, status=400)
    messages.success(request, f"已保存列表“{kept.name}”。")
    return redirect("desk:views")


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def view_forget(request: OfficialRequest, view_id: UUID) -> HttpResponse:
    """Take one of one's own lists away."""
    name = cases.forget_view(view_id=view_id, by=request.actor)
    messages.success(request, f"已去掉列表“{name}”。事项都还在。")
    return redirect("desk:views")


def _filters(request: HttpRequest) -> dict[str, str]:
    return kept_filters(QueryDict(request.POST.get("query", "")))


def _render(request: OfficialRequest, *, wrong: str = "", status: int = 200) -> HttpResponse:
    actor = request.actor
    found = cases.counted(actor, cases.tabs(actor), at=clock.now())
    context: dict[str, Any] = {
        "tabs": [(number, one, address_of(one)) for number, one in enumerate(found, 1)],
        "first": next((one.key for one in found if one.is_default), cases.TODO),
        "own": [one for one in found if one.is_own],
        "wrong": wrong,
        "views_max": cases.VIEWS_MAX,
        "may_share": actor.may(cases.SHARE_VIEWS),
        "units": _units_below(request) if actor.may(cases.SHARE_VIEWS) else [],
    }
    return render(request, "desk/views.html", context, status=status)


def _units_below(request: OfficialRequest) -> list[accounts.Unit]:
    """Return the units of one's own area and of those that handle matters there and lie within it."""
    acting = request.actor.acting
    if acting is None:
        return []
    own = accounts.units_for(areas.area(acting.area_id))
    return [one for one in own if areas.is_under(one.area.path, acting.area_path)]

"""辖区: the tree by plain links, one area with its history, and its changes: open, rename, move, close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import an_id, posted
from minqing.desk.forms_administration import CloseAreaForm, MoveAreaForm, OpenAreaForm, RenameAreaForm
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.text import clean_line

TEXT_MAX: Final = 40
FOUND_MAX: Final = 30


@dataclass(frozen=True, slots=True)
class Below:
    """What hangs on an area and below it: it goes along when the area moves."""

    levels: list[tuple[str, int]]
    areas: int
    open_cases: int
    appointments: int


@page(signed_in="the tree of areas is a published fact")
@require_safe
@never_cache
def tree(request: OfficialRequest) -> HttpResponse:
    """Show the county, or what a search finds."""
    text = clean_line(request.GET.get("q", ""))[:TEXT_MAX]
    if not text:
        return _area_page(request, areas.county())
    found = areas.search(text, FOUND_MAX)
    names = areas.area_names([one.id for one in found])
    context = {"q": text, "found": [(one, names[one.id]) for one in found], "full": len(found) == FOUND_MAX}
    return render(request, "desk/administration/areas_found.html", context)


@page(signed_in="the tree of areas is a published fact")
@require_safe
@never_cache
def area(request: OfficialRequest, area_id: UUID) -> HttpResponse:
    """Show one area: its place in the tree, what lies below, who serves there, what it was."""
    return _area_page(request, areas.area(area_id))


def _area_page(request: OfficialRequest, of: areas.Area) -> HttpResponse:
    actor, today = request.actor, clock.local(clock.now()).date()
    below = areas.children(of, closed=True)
    level = next((one for one in areas.LEVELS if areas.parent_level(one) == of.level), None)
    sees_cases = actor.sees(cases.SEE_CASES, of.path)
    context = {
        "area": of,
        "above": areas.ancestors(of)[:-1],
        "below": [one for one in below if one.is_open],
        "closed": [one for one in below if not one.is_open],
        "below_label": areas.LEVEL_LABELS[level] if level else "",
        "levels": _levels(of),
        "history": list(reversed(areas.history(of))),
        "people": accounts.appointments_above([of.path], today),
        "units": accounts.units_in(of),
        "open_cases": cases.open_in(of.path, actor) if sees_cases else None,
        "may_manage": actor.may(areas.MANAGE_AREAS, of.path),
        "may_see_people": actor.may(accounts.MANAGE_PEOPLE),
        "may_manage_units": actor.may(accounts.MANAGE_UNITS, of.path),
        "is_county": of.level == areas.COUNTY,
        "area_text": str(of.id),
    }
    return render(request, "desk/administration/area.html", context)


def _levels(of: areas.Area) -> list[tuple[str, int]]:
    counts = areas.count_under(of.path)
    return [(areas.LEVEL_LABELS[level], count) for level, count in counts.items() if level != of.level]


def _below(of: areas.Area, today: date) -> Below:
    counts = areas.count_under(of.path)
    return Below(
        levels=_levels(of),
        areas=sum(counts.values()),
        open_cases=cases.count_open(area_path=of.path),
        appointments=len(accounts.appointments_in(of, today)),
    )


@page(areas.MANAGE_AREAS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def open_new(request: OfficialRequest, area_id: UUID) -> HttpResponse:
    """Open a new area below this one."""
    parent = areas.area(area_id)
    request.actor.require(areas.MANAGE_AREAS, parent.path)
    form = OpenAreaForm(posted(request))
    form.fields["code"].help_text = f"不能和别的辖区重复；通常是上级编码 {parent.code} 后面再加几位"
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            point = areas.Point(given["lon"], given["lat"]) if given["lon"] is not None else None
            try:
                made = areas.open_area(
                    parent_id=parent.id, code=given["code"], name=given["name"], point=point, by=request.actor,
                    at=clock.now(),
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已设立“{made.name}”。要有人负责，请安全管理员在“人员”里任命。")
                return redirect("desk:area", made.id)
    return _form_page(request, parent, form, f"在{parent.name}下面设新的辖区", "设立", status)


@page(areas.MANAGE_AREAS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rename(request: OfficialRequest, area_id: UUID) -> HttpResponse:
    """Give an area another name."""
    of = areas.area(area_id)
    request.actor.require(areas.MANAGE_AREAS, of.path)
    form = RenameAreaForm(posted(request), initial={"name": of.name})
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                areas.rename_area(area_id=of.id, **form.cleaned_data, by=request.actor, at=clock.now())
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已更名为“{form.cleaned_data['name']}”，旧名称留在沿革里。")
                return redirect("desk:area", of.id)
    return _form_page(request, of, form, f"{of.name}更名", "更名", status)


@page(areas.MANAGE_AREAS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def move(request: OfficialRequest, area_id: UUID) -> HttpResponse:
    """Hang an area under another parent: choose it, see what goes along and who sees it then, say why, confirm."""
    actor = request.actor
    of = areas.area(area_id)
    actor.require(areas.MANAGE_AREAS, of.path)
    wanted = areas.parent_level(of.level)
    if wanted is None or not of.is_open:
        raise Refused("县（市）和已撤销的辖区不能调整。")
    context = {"area": of, "wanted_label": areas.LEVEL_LABELS[wanted]}
    to_id = an_id(request.POST.get("to") or request.GET.get("to"))
    if to_id is None:
        text = clean_line(request.GET.get("q", ""))[:TEXT_MAX]
        context |= {"q": text, "found": _parents(of, wanted, text), "is_listed": wanted == areas.TOWN}
        return render(request, "desk/administration/area_move_choose.html", context)
    to = areas.area(to_id)
    form = MoveAreaForm(posted(request), initial={"to": to.id, "was": of.parent_id})
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                moved = _move(of, form.cleaned_data, actor)
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                with_it = f"，连同下面的 {moved - 1} 个辖区" if moved > 1 else ""
                messages.success(request, f"{of.name}已归{to.name}管辖{with_it}。能看到它的人已经跟着变了。")
                return redirect("desk:area", of.id)
    context |= {"form": form, "to": to, **_preview(of, to)}
    return render(request, "desk/administration/area_move.html", context, status=status)


def _move(of: areas.Area, given: dict[str, Any], actor: Actor) -> int:
    if given["was"] != of.parent_id:
        raise Conflict("刚才有人已经调整过这个辖区。请看过现在的归属，再决定要不要调整。")
    return areas.move_area(area_id=of.id, to_id=given["to"], reason=given["reason"], by=actor, at=clock.now())


def _parents(of: areas.Area, level: str, text: str) -> list[tuple[areas.Area, str]]:
    """Return open areas that could be the new parent: all towns, or those that a search finds."""
    found = areas.search(text, FOUND_MAX * 4) if text else []
    if not text and level == areas.TOWN:
        found = areas.children(areas.county())
    fit = [one for one in found if one.level == level and one.id != of.parent_id][:FOUND_MAX]
    names = areas.area_names([one.id for one in fit])
    return [(one, names[one.id]) for one in fit]


def _preview(of: areas.Area, to: areas.Area) -> dict[str, Any]:
    """Return what goes along, and who above it sees it no more or from now on."""
    today = clock.local(clock.now()).date()
    before = {one.path for one in areas.ancestors(of) if one.id != of.id}
    after = {one.path for one in areas.ancestors(to)}
    return {
        "before": areas.ancestors(of)[:-1],
        "after": areas.ancestors(to),
        "below": _below(of, today),
        "losing": accounts.appointments_above(before - after, today),
        "gaining": accounts.appointments_above(after - before, today),
        "keeping": len(accounts.appointments_above(before & after, today)),
    }


@page(areas.MANAGE_AREAS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def close(request: OfficialRequest, area_id: UUID) -> HttpResponse:
    """Close an area and what lies below: what is still open there is shown first."""
    actor = request.actor
    of = areas.area(area_id)
    actor.require(areas.MANAGE_AREAS, of.path)
    if of.level == areas.COUNTY:
        raise NotThere("县（市）不能撤销。")
    form = CloseAreaForm(posted(request))
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                closed = areas.close_area(
                    area_id=of.id, reason=form.cleaned_data["reason"], by=actor, at=clock.now()
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已撤销 {closed} 个辖区。没办完的事项照常办。")
                return redirect("desk:area", of.id)
    today = clock.local(clock.now()).date()
    context = {"area": of, "form": form, "below": _below(of, today)}
    return render(request, "desk/administration/area_close.html", context, status=status)


def _form_page(
    request: OfficialRequest, of: areas.Area, form: Any, title: str, submit: str, status: int
) -> HttpResponse:
    context = {"area": of, "form": form, "title": title, "submit": submit}
    return render(request, "desk/administration/area_form.html", context, status=status)

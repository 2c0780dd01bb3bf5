"""单位: set up an office in an area, and dissolve one that nothing waits for any more."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import posted
from minqing.desk.forms_administration import CloseUnitForm, OpenUnitForm
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page


@page(accounts.MANAGE_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unit_open(request: OfficialRequest, area_id: UUID) -> HttpResponse:
    """Set up an office in an area."""
    area, status = areas.area(area_id), 200
    form = OpenUnitForm(request.POST or None)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                made = accounts.open_unit(
                    area_id=area.id,
                    kind=form.cleaned_data["kind"],
                    name=form.cleaned_data["name"],
                    by=request.actor,
                    at=clock.now(),
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已设立“{made.name}”。接着请安全管理员为它任命承办人。")
                return redirect("desk:area", area.id)
    context = {"form": form, "area": area}
    return render(request, "desk/administration/unit_open.html", context, status=status)


@page(accounts.MANAGE_UNITS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unit_close(request: OfficialRequest, unit_id: UUID) -> HttpResponse:
    """Dissolve an office; not while cases wait there."""
    unit, status, at = accounts.unit(unit_id), 200, clock.now()
    waiting = cases.count_open(unit_id=unit.id)
    form = CloseUnitForm(posted(request))
    if request.method == "POST":
        status = 400
        if waiting:
            form.add_error(None, f"这个单位还有 {waiting} 件事项没有办完，请先办完或改派。")
        elif form.is_valid():
            try:
                accounts.close_unit(
                    unit_id=unit.id, reason=form.cleaned_data["reason"], by=request.actor, at=at
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已撤销“{unit.name}”。")
                return redirect("desk:people_units")
    context = {"form": form, "unit": unit, "waiting": waiting}
    return render(request, "desk/administration/unit_close.html", context, status=status)

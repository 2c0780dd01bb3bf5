"""派单目录: who handles what, where, from which day; kept by dispatchers without a programmer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.forms_handover import CatalogueForm
from minqing.desk.where import chosen_area, own_area, way_down
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page


@page([cases.EDIT_CATALOGUE, cases.SEE_RETURNS])
@require_safe
@never_cache
def catalogue(request: OfficialRequest) -> HttpResponse:
    """Show the catalogue of an area, in force or ended."""
    return _show(request, _area(request, request.GET.get("area")), form=None)


@page(cases.EDIT_CATALOGUE)
@require_POST
@never_cache
def catalogue_add(request: OfficialRequest) -> HttpResponse:
    """Add a line; after a refusal everything typed stays."""
    actor, at = request.actor, clock.now()
    area = _area(request, request.POST.get("area"))
    actor.require(cases.EDIT_CATALOGUE, area.path)
    form = _form(request, area, request.POST)
    if not form.is_valid():
        return _show(request, area, form=form, status=400)
    given = form.cleaned_data
    line = cases.CatalogueInput(
        topic_key=given["topic"], area_id=UUID(given["area"]), from_on=given["from_on"], source=given["source"],
        unit_id=UUID(given["unit"]) if given["unit"] else None, procedure=given["procedure"],
    )  # fmt: skip
    try:
        cases.add_to_catalogue(line, by=actor, at=at)
    except Refused as refused:
        return _show(request, area, form=form, status=refused_onto(form, refused))
    messages.success(request, "已记入派单目录。交办时会照此推荐，仍由人来选。")
    return redirect(f"{reverse('desk:catalogue')}?area={area.id}")


def _area(request: OfficialRequest, wanted: str | None) -> areas.Area:
    return chosen_area(wanted) or own_area(request.actor) or areas.county()


def _form(request: OfficialRequest, area: areas.Area, data: QueryDict | None) -> CatalogueForm:
    return CatalogueForm(
        data,
        areas=way_down(area, request.actor),
        units=[(str(one.id), one.name) for one in accounts.units_for(area)],
        initial={"area": str(area.id), "from_on": clock.local(clock.now()).date()},
    )


def _show(
    request: OfficialRequest, area: areas.Area, *, form: CatalogueForm | None, status: int = 200
) -> HttpResponse:
    actor, ended = request.actor, "ended" in request.GET
    may_edit = actor.may(cases.EDIT_CATALOGUE, area.path)
    context = {
        "form": (form or _form(request, area, None)) if may_edit else None,
        "area": area,
        "area_key": str(area.id),
        "ways": way_down(area, actor),
        "lines": cases.catalogue(actor, area, on=clock.local(clock.now()).date(), ended=ended),
        "ended": ended,
        "may_edit": may_edit,
    }
    return render(request, "desk/handover/catalogue.html", context, status=status)


@page(cases.EDIT_CATALOGUE)
@require_POST
@never_cache
def catalogue_end(request: OfficialRequest, entry_id: UUID) -> HttpResponse:
    """End a line today; it stays in the history."""
    line = cases.end_catalogue_line(entry_id=entry_id, by=request.actor, at=clock.now())
    messages.success(request, f"这一条到 {line.until_on} 为止，以后不再推荐；以前的记录都还在。")
    return redirect(f"{reverse('desk:catalogue')}?area={line.area_id}")

"""派单目录: who handles what, where, from which day; kept by dispatchers without a programmer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import posted
from minqing.desk.forms_handover import CatalogueForm
from minqing.desk.where import chosen_area, own_area, way_down
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page


@page([cases.EDIT_CATALOGUE, cases.SEE_RETURNS])
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def catalogue(request: OfficialRequest) -> HttpResponse:
    """Show the catalogue of an area, and add a line to it."""
    actor, at = request.actor, clock.now()
    today, status = clock.local(at).date(), 200
    wanted = request.POST.get("area") if request.method == "POST" else request.GET.get("area")
    area = chosen_area(wanted) or own_area(actor) or areas.county()
    may_edit = actor.may(cases.EDIT_CATALOGUE, area.path)
    form = CatalogueForm(
        posted(request),
        areas=way_down(area, actor),
        units=[(str(one.id), one.name) for one in accounts.units_for(area)],
        initial={"area": str(area.id), "from_on": today},
    )
    if request.method == "POST":
        actor.require(cases.EDIT_CATALOGUE, area.path)
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                cases.add_to_catalogue(
                    cases.CatalogueInput(
                        topic_key=given["topic"], area_id=UUID(given["area"]), from_on=given["from_on"],
                        source=given["source"], unit_id=UUID(given["unit"]) if given["unit"] else None,
                        procedure=given["procedure"],
                    ),
                    by=actor, at=at,
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已记入派单目录。交办时会照此推荐，仍由人来选。")
                return redirect(f"{reverse('desk:catalogue')}?area={area.id}")
    ended = "ended" in request.GET
    context = {
        "form": form if may_edit else None,
        "area": area,
        "area_key": str(area.id),
        "ways": way_down(area, actor),
        "lines": cases.catalogue(actor, area, on=today, ended=ended),
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

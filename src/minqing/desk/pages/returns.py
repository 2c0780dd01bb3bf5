"""退单: what units sent back, who rules on it, and what it cost."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minqing.accounts import public as accounts
from minqing.cases import public as cases
from minqing.desk.asked import a_day, an_id, beginning_of, end_of, page_number, paged
from minqing.desk.forms_handover import ReturnsFilterForm
from minqing.desk.where import own_area
from minqing.kernel.pages import OfficialRequest, page


@page(cases.SEE_RETURNS)
@require_safe
@never_cache
def returns(request: OfficialRequest) -> HttpResponse:
    """List the returns one may see, those that wait for a ruling first."""
    asked = request.GET
    area = own_area(request.actor)
    since, until = a_day(asked.get("since")), a_day(asked.get("until"))
    found = cases.returns(
        request.actor,
        state=asked.get("state", ""),
        unit_id=an_id(asked.get("unit")),
        since=beginning_of(since) if since else None,
        until=end_of(until) if until else None,
        page=page_number(asked.get("page")),
    )
    units = [(str(one.id), one.name) for one in accounts.units_for(area)] if area else []
    context = {
        "form": ReturnsFilterForm(asked, units=units),
        "found": found,
        "page": paged(found.total, cases.RETURNS_ROWS, found.page),
        "is_filtered": any(asked.get(name) for name in ("state", "unit", "since", "until")),
    }
    return render(request, "desk/handover/returns.html", context)

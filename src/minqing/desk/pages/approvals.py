"""等我审批的申请: what others ask and I decide, each opening where it is decided."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minqing.cases import public as cases
from minqing.desk.asked import page_number, paged
from minqing.kernel import clock
from minqing.kernel.pages import OfficialRequest, page


@page(cases.DECIDE_REQUESTS)
@require_safe
@never_cache
def approvals(request: OfficialRequest) -> HttpResponse:
    """List the requests that wait for whoever acts, the oldest first."""
    found = cases.approvals(request.actor, at=clock.now(), page=page_number(request.GET.get("page")))
    context = {
        "found": found,
        "page": paged(found.total, cases.APPROVALS_ROWS, found.page),
        "menu_counts": {"approvals": found.total},
    }
    return render(request, "desk/handover/approvals.html", context)

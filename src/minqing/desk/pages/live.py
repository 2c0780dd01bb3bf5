"""What pages that stay open ask by themselves once a stream said that something changed (minqing.live)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minqing.cases import public as cases
from minqing.desk.asked import an_id, page_number
from minqing.desk.pages.queue import LIST, kept_filters
from minqing.kernel import clock
from minqing.kernel.pages import OfficialRequest, page


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def queue_changes(request: OfficialRequest) -> HttpResponse:
    """Show those of some cases that are in a list now, and the counts of all lists."""
    actor, at = request.actor, clock.now()
    ids = {found for one in request.GET.getlist("case")[: cases.CHANGES_MAX] if (found := an_id(one))}
    filters, _ = cases.read_asked(kept_filters(request.GET))
    tabs = cases.counted(actor, cases.tabs(actor), at=at)
    tab = next((one for one in tabs if one.key == request.GET.get(LIST)), None)
    changed = cases.listed_among(actor, filters, ids, since=_moment(request.GET.get("since")) or at, at=at)
    context = {
        "found": changed,
        "new": " ".join(str(one) for one in changed.new),
        "columns": (tab.columns if tab else ()) or cases.USUAL_COLUMNS,
        "may_act_on_many": actor.may(cases.ACT_ON_MANY),
        "tabs": tabs,
    }
    return render(request, "desk/live_changes.html", context)


def _moment(value: str | None) -> datetime | None:
    """Return the moment at which a page says that it was made; None where that makes no sense."""
    try:
        found = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def case_now(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Show where a case stands, and what was done since the leg that a page shows. None of its words, so no read."""
    leg = page_number(request.GET.get("leg"))
    now = cases.case_now(case_id, by=request.actor, at=clock.now(), leg=leg)
    return render(request, "desk/live_case.html", {"case": now.case, "row": now.row, "changes": now.changes})

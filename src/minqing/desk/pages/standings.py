"""晾晒: how units and areas stand; every figure opens the cases behind it. And a supervisor's urge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import a_day, posted
from minqing.desk.forms_handover import UrgeForm
from minqing.desk.where import chosen_area, own_area, way_down
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a line: its set, the count, the share in words, and the address of the cases behind it."""

    label: str
    count: int
    share: str
    href: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table."""

    label: str
    is_closed: bool
    figures: list[Figure]


# Which set is shown as a share of which.
SHARES: Final = {
    "on_time": "concluded", "late": "concluded", "urged": "received", "pleased": "answered", "red": "",
    "received": "", "concluded": "", "not_done": "", "returned": "", "excluded": "",
}  # fmt: skip
COLUMNS: Final = {
    "received": "收到", "concluded": "办结", "on_time": "按时", "late": "超时", "red": "现在超时", "urged": "被催办",
    "pleased": "满意", "not_done": "没有办好", "returned": "退单", "excluded": "不计入",
}  # fmt: skip


@page(cases.SEE_STANDINGS)
@require_safe
@never_cache
def standings(request: OfficialRequest) -> HttpResponse:
    """Show the figures of a period by unit, by area or by source."""
    actor, at = request.actor, clock.now()
    today = clock.local(at).date()
    since = a_day(request.GET.get("since")) or today.replace(day=1)
    until = a_day(request.GET.get("until")) or today
    by = request.GET.get("by", "")
    by = by if by in cases.STANDINGS_BY else cases.BY_UNIT
    area = chosen_area(request.GET.get("area")) or own_area(actor) or areas.county()
    if until < since:
        since, until = until, since
    found = cases.standings(actor, area, cases.Period(since, until), by=by, at=at)
    period = {"since": since.isoformat(), "until": until.isoformat()}
    context = {
        "lines": [_line(one, period) for one in found.lines],
        "whole": _line(found.whole, period),
        "columns": ["谁", *COLUMNS.values()],
        "tabs": [
            (key, label, f"?{urlencode({'by': key, 'area': area.id, **period})}")
            for key, label in cases.STANDINGS_BY.items()
        ],
        "by": by,
        "since": since,
        "until": until,
        "ways": way_down(area, actor),
        "area": area,
        "area_key": str(area.id),
    }
    return render(request, "desk/handover/standings.html", context)


def _line(one: cases.Standing, period: dict[str, str]) -> Line:
    return Line(one.label, one.is_closed, [_figure(one, name, period) for name in COLUMNS])


def _figure(one: cases.Standing, name: str, period: dict[str, str]) -> Figure:
    address = {"view": "all", "set": name, **one.narrow, **period}
    whole = SHARES[name]
    note = f"{one.hops} 次，用去 {one.days_lost:g} 个工作日" if name == "returned" and one.hops else ""
    return Figure(
        label=COLUMNS[name],
        count=one.counts[name],
        share=one.share(name, whole) if whole else "",
        href=f"{reverse('desk:queue')}?{urlencode(address)}",
        note=note,
    )


@page(cases.SUPERVISE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def case_urge(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Urge a case, with a reason."""
    case = cases.require_case(case_id, request.actor)
    form, status = UrgeForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                cases.urge_by_supervisor(
                    case_id=case.id, reason=form.cleaned_data["reason"], by=request.actor, at=clock.now()
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已催办，现在负责的人会收到提醒。")
                return redirect("desk:case", case.id)
    return render(request, "desk/handover/urge.html", {"form": form, "case": case}, status=status)

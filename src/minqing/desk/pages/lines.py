"""三道防线: which line settled what, place by place; every number opens the very cases."""

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
from minqing.desk.forms_lanes import LinesForm
from minqing.desk.where import chosen_area, own_area, way_down
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page

COLUMNS: Final = {
    "line_first": "第一道", "line_second": "第二道", "line_third": "村书记", "line_town": "镇街",
    "line_climbed": "自动上升", "line_waiting": "正在办",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A row: the place, its figures as (label, count, address), and the share settled in the village."""

    name: str
    href: str
    figures: list[tuple[str, int, str]]
    share: str


@page(cases.SEE_LINES)
@require_safe
@never_cache
def three_lines(request: OfficialRequest) -> HttpResponse:
    """Show what each line settled in a period, by the places right below one."""
    actor, at = request.actor, clock.now()
    today = clock.local(at).date()
    since = a_day(request.GET.get("since")) or today.replace(month=1, day=1)
    until = a_day(request.GET.get("until")) or today
    if until < since:
        since, until = until, since
    area = chosen_area(request.GET.get("area")) or own_area(actor) or areas.county()
    period = {"since": since.isoformat(), "until": until.isoformat()}
    lines, whole = cases.lines_share(actor, area, cases.Period(since, until).holds)
    context = {
        "lines": [_line(one, period) for one in lines],
        "whole": _line(whole, period),
        "columns": "|".join(["地方", "村内办结率#", *(f"{label}#" for label in COLUMNS.values())]),
        "since": since,
        "until": until,
        "ways": way_down(area, actor),
        "area_key": str(area.id),
    }
    return render(request, "desk/lanes/three_lines.html", context)


@page(cases.TURN_TO_LINES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def lines_turn(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Let group leader and micro-grid try a matter first that the village took in."""
    case = cases.require_case(case_id, request.actor)
    request.actor.require(cases.TURN_TO_LINES, case.area.path)
    cases.require_own_way(case)
    form, status = LinesForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                cases.turn_to_lines(
                    case_id=case.id, reason=form.cleaned_data["reason"], by=request.actor, at=clock.now()
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已转三道防线，先由组长、微网格办。")
                return redirect("desk:case", case.id)
    context = {"form": form, "case": case, "title": "转三道防线", "label": "转过去"}
    return render(request, "desk/lanes/act.html", context, status=status)


def _line(one: cases.LineShare, period: dict[str, str]) -> Line:
    def opens(name: str) -> str:
        asked = {"view": "all", "set": name, "area": one.area_id, **period}
        return f"{reverse('desk:queue')}?{urlencode(asked)}"

    return Line(
        one.name,
        f"?{urlencode({'area': one.area_id, **period})}",
        [(label, one.counts.get(name, 0), opens(name)) for name, label in COLUMNS.items()],
        one.share_words,
    )

"""三道防线: which line settled what, place by place; every number opens the very cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.asked import a_day
from minqing.desk.where import chosen_area, own_area, way_down
from minqing.kernel import clock
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

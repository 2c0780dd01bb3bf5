"""晾晒: how units and areas stand; every figure opens the cases behind it. And a supervisor's urge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
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
from minqing.kernel.access import Actor
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


class StandingsAsked:
    """What an address asks for: a period, an area, and how lines are formed; the page and its file share it."""

    def __init__(self, query: QueryDict, actor: Actor, at: datetime) -> None:
        today = clock.local(at).date()
        since = a_day(query.get("since")) or today.replace(day=1)
        until = a_day(query.get("until")) or today
        by = query.get("by", "")
        self.by = by if by in cases.STANDINGS_BY else cases.BY_UNIT
        self.area = chosen_area(query.get("area")) or own_area(actor) or areas.county()
        self.since, self.until = min(since, until), max(since, until)
        self.period = {"since": self.since.isoformat(), "until": self.until.isoformat()}

    def address(self, by: str) -> str:
        """Return the part of the address behind the question mark, with lines formed so."""
        return urlencode({"by": by, "area": self.area.id, **self.period})

    def found(self, actor: Actor, at: datetime) -> cases.Standings:
        """Return the figures, as far as the actor sees cases."""
        return cases.standings(actor, self.area, cases.Period(self.since, self.until), by=self.by, at=at)


@page(cases.SEE_STANDINGS)
@require_safe
@never_cache
def standings(request: OfficialRequest) -> HttpResponse:
    """Show the figures of a period by unit, by area or by source."""
    actor, at = request.actor, clock.now()
    asked = StandingsAsked(request.GET, actor, at)
    found = asked.found(actor, at)
    context = {
        "lines": [_line(one, asked.period) for one in found.lines],
        "whole": _line(found.whole, asked.period),
        "tabs": [(key, label, f"?{asked.address(key)}") for key, label in cases.STANDINGS_BY.items()],
        "by": asked.by,
        "since": asked.since,
        "until": asked.until,
        "ways": way_down(asked.area, actor),
        "area": asked.area,
        "area_key": str(asked.area.id),
        "export_href": f"{reverse('desk:standings_export')}?{asked.address(asked.by)}"
        if actor.may(cases.EXPORT_CASES)
        else "",
    }
    return render(request, "desk/handover/standings.html", context)


def standings_table(found: cases.Standings) -> tuple[list[str], list[list[str | int | float]]]:
    """Return the heads and rows of the table as a file holds them, the sum last: shares and costs of their own."""
    heads = ["谁"]
    for name, label in COLUMNS.items():
        heads += [label, f"{label}率"] if SHARES[name] else [label]
    heads += ["退单次数", "退单用去的工作日"]
    rows: list[list[str | int | float]] = []
    for one in (*found.lines, found.whole):
        row: list[str | int | float] = [f"{one.label}（已撤销）" if one.is_closed else one.label]
        for name in COLUMNS:
            row.append(one.counts[name])
            row += [one.share(name, SHARES[name])] if SHARES[name] else []
        rows.append([*row, one.hops, one.days_lost])
    return heads, rows


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

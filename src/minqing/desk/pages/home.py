"""我的待办: what waits for me, by colour and step, and what became of what I wrote down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from minqing.cases import public as cases
from minqing.desk.appointments import acting_as_each_other
from minqing.disclosure import public as disclosure
from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.pages import OfficialRequest, page
from minqing.notices import public as notices
from minqing.rights import public as rights
from minqing.workflow import public as workflow

NOTICES: Final = 8
URGENT: Final = 8
CALLS: Final = 8
COLOURS: Final = {
    workflow.Colour.RED: ("已超时", "最先办"),
    workflow.Colour.YELLOW: ("快到时限", "抓紧办"),
    workflow.Colour.GREEN: ("时限内", "按时办"),
    workflow.Colour.GREY: ("不计时", "不计时"),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the address of what it counts."""

    label: str
    note: str
    colour: workflow.Colour
    count: int
    href: str


@dataclass(slots=True)
class StepLine:
    """What waits in one state, by colour."""

    label: str
    procedure_title: str
    href: str
    total: int = 0
    by_colour: dict[workflow.Colour, Number] = field(default_factory=dict)

    def numbers(self, of: Iterable[Number]) -> list[Number | None]:
        return [self.by_colour.get(one.colour) for one in of]


@page(signed_in="one's own to-dos")
@require_safe
@never_cache
def home(request: OfficialRequest) -> HttpResponse:
    """Show what waits for whoever is signed in, in all of their appointments."""
    actor, at = request.actor, clock.now()
    if actor.acting is None:
        return render(request, "desk/home_nobody.html", status=403)
    counts = [
        one for one in workflow.todo_counts(actor, at=at) if one.procedure not in (cases.RIGHTS, cases.ASSIST)
    ]
    waiting = cases.queue(actor, cases.QueueFilters(todo=True), at=at) if counts else None
    colours = _by_colour(counts)
    approvals = cases.count_approvals(actor) if actor.may(cases.DECIDE_REQUESTS) else 0
    context = {
        "colours": colours,
        "columns": "|".join(["环节", *(f"{one.label}#" for one in colours), "共#"]),
        "steps": [(line, line.numbers(colours)) for line in _by_step(counts)],
        "total": sum(one.count for one in counts),
        "urgent": waiting.rows[:URGENT] if waiting else [],
        "others": _elsewhere(actor, at),
        "notices": cases.own_notices(actor, NOTICES),
        "unread": notices.unread(actor),
        "seal_alarms": journal.seal_state(at=at).alarms if actor.may(journal.SEE_SEALS) else (),
        "access_notices": disclosure.notices(actor),
        "may_open_cases": actor.may(cases.OPEN_CASES),
        **_together(actor, at),
        "approvals": approvals,
        "menu_counts": {"approvals": approvals},
        "calls": cases.calls_to_make(actor, rows=CALLS) if actor.may(cases.CALL_SAMPLE) else None,
        "requests": rights.count_open(actor) if actor.may(cases.HANDLE_REQUESTS) else 0,
    }
    return render(request, "desk/home.html", context)


def _together(actor: Actor, at: datetime) -> dict[str, object]:
    """Return the parts that wait for one, the reports one owes, and what waits for a supervisor's decision."""
    waiting = cases.my_parts(actor, at=at) if actor.may(cases.SEE_PARTS) else None
    return {
        "my_parts": waiting,
        "my_parts_label": f"全部 {waiting.total} 张" if waiting else "",
        "reports_due": cases.reports_due(actor, at=at) if actor.may(cases.SEE_SUPERVISION) else [],
        "proposed": cases.count_proposals(actor) if actor.may(cases.LIST_CASES) else 0,
    }


def _address(**filters: str) -> str:
    return f"{reverse('desk:queue')}?{urlencode({'view': 'todo', **filters})}"


def _by_colour(counts: Iterable[workflow.TodoCount]) -> list[Number]:
    """Return the total of every colour; grey only where there is any."""
    totals = dict.fromkeys(COLOURS, 0)
    for one in counts:
        totals[one.colour] += one.count
    return [
        Number(*COLOURS[colour], colour, count, _address(colour=colour.value))
        for colour, count in totals.items()
        if count or colour is not workflow.Colour.GREY
    ]


def _by_step(counts: Iterable[workflow.TodoCount]) -> list[StepLine]:
    """Return a line for every state in which something waits, the most urgent first (as they come)."""
    lines: dict[tuple[str, str], StepLine] = {}
    for one in counts:
        where = {"state": f"{one.procedure}.{one.state}"}
        line = lines.setdefault(
            (one.procedure, one.state), StepLine(one.state_label, one.procedure_title, _address(**where))
        )
        line.total += one.count
        line.by_colour[one.colour] = Number(
            *COLOURS[one.colour], one.colour, one.count, _address(**where, colour=one.colour.value)
        )
    return list(lines.values())


def _elsewhere(actor: Actor, at: datetime) -> list[dict[str, object]]:
    """Return how much waits for each appointment in which the person does not act just now."""
    found = []
    for held, would_be in acting_as_each_other(actor):
        count = sum(one.count for one in workflow.todo_counts(would_be, at=at))
        if count:
            found.append({"id": held.id, "label": held.label, "count": count})
    return found


@page(signed_in="one's own notices")
@require_POST
@never_cache
def notices_read(request: OfficialRequest) -> HttpResponse:
    """Mark all of one's own notices as read."""
    count = notices.mark_read(by=request.actor, at=clock.now())
    messages.success(request, f"{count} 条消息已标为已读。" if count else "没有未读的消息。")
    return redirect("desk:home")

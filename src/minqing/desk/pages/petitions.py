"""信访台账: what is open, how old, who answers for it; and a leader named for what drags on."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import a_day, page_number, paged, posted
from minqing.desk.forms_lanes import SponsorForm
from minqing.kernel import clock
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.workflow import public as workflow

PAGE_ROWS = 25


@page(cases.OPEN_PETITIONS)
@require_safe
@never_cache
def petitions(request: OfficialRequest) -> HttpResponse:
    """List petitions: open, of long standing, without a sponsor, cleared."""
    stands = request.GET.get("stands", "")
    stands = stands if stands in cases.PETITION_STANDS else "open"
    month = a_day(f"{request.GET.get('month', '')}-01")
    board = cases.petition_board(
        request.actor, stands=stands, month=month, at=clock.now(), page=page_number(request.GET.get("page"))
    )
    context = {
        "board": board,
        "stands": stands,
        "month": month if stands == "cleared" else None,
        "tabs": [
            (key, label, f"?{urlencode({'stands': key})}", board.counts[key])
            for key, label in cases.PETITION_STANDS.items()
        ],
        "cleared": [(one, _of_month(one.month)) for one in board.cleared],
        "page": paged(board.total, PAGE_ROWS, board.page),
        "backlog_days": cases.BACKLOG_DAYS,
        "terms": _terms(),
        "may_register": request.actor.may(cases.REGISTER_PETITION),
        "may_name": request.actor.may(cases.NAME_SPONSOR),
    }
    return render(request, "desk/lanes/petitions.html", context)


def _terms() -> list[tuple[str, cases.StatutoryTerm, workflow.Within | None]]:
    """Return what the law allows every state of a petition, and what runs here from now on where that is otherwise."""
    of, calendar, at = workflow.procedure(cases.PETITION), workflow.current_calendar(), clock.now()
    found = []
    for term in cases.PETITION_TERMS.values():
        state = of.state(term.state)
        runs = workflow.span_of(of, state, calendar, at).within
        found.append((state.label, term, runs if runs != term.within else None))
    return found


def _of_month(month: date) -> str:
    return f"?{urlencode({'stands': 'cleared', 'month': f'{month:%Y-%m}'})}"


@page(cases.NAME_SPONSOR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def petition_sponsor(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Name the leader who answers for a petition."""
    case, at = cases.require_case(case_id, request.actor), clock.now()
    if case.source != cases.PETITION:
        raise NotThere
    people = cases.may_sponsor(case.area.path, on=clock.local(at).date())
    form, status = SponsorForm(posted(request), people=people), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                cases.sponsor_petition(
                    case_id=case.id, person_id=form.cleaned_data["sponsor"], by=request.actor, at=at
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已指定包案领导，他现在可以看这件信访。")
                return redirect("desk:case", case.id)
    return render(request, "desk/lanes/petition_sponsor.html", {"form": form, "case": case}, status=status)

"""时限: ask for more time or a pause, grant it, and see which clocks a changed calendar has moved."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import page_number, paged, posted
from minqing.desk.forms_clocks import ExtensionForm, PauseForm
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.workflow import public as workflow

WHICH: Final = (("", "全部"), ("running", "正在办的"), ("closed", "已办完、结论改变的"))
CHANGES_SHOWN: Final = 12


@page(cases.OPEN_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def extend(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Ask for more time."""
    case = cases.require_case(case_id, request.actor)
    spans = workflow.extendable(case.run) if case.run.is_running else {}
    form = ExtensionForm(posted(request), spans=spans)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                workflow.ask_extension(
                    run_id=case.run_id, amount=given["amount"], why=given["why"],
                    overall=given["which"] == "overall", by=request.actor, at=clock.now(),
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已申请延期，等待批准。批准之前时限照走。")
                return redirect("desk:case", case_id)
    return _ask(request, case, form, "申请延期", status)


@page(cases.OPEN_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def pause(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Ask that the clock stands still for a while."""
    case = cases.require_case(case_id, request.actor)
    form = PauseForm(posted(request))
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                workflow.ask_pause(run_id=case.run_id, **form.cleaned_data, by=request.actor, at=clock.now())
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已申请挂起，等待批准。批准之前时限照走。")
                return redirect("desk:case", case_id)
    return _ask(request, case, form, "申请挂起", status)


def _ask(
    request: OfficialRequest, case: cases.Case, form: ExtensionForm | PauseForm, title: str, status: int
) -> HttpResponse:
    part = workflow.clock_part(case.run, request.actor)
    row = cases.rows([case], at=clock.now())[0]
    if not form.is_bound and (part.waiting or part.is_paused):
        status = 409  # said before anything is written; what was written already is refused beside its field
    context = {"form": form, "case": case, "row": row, "title": title, "part": part}
    return render(request, "desk/clocks/ask.html", context, status=status)


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def decide(request: OfficialRequest, case_id: UUID, request_id: UUID) -> HttpResponse:
    """Grant or refuse what was asked."""
    case = cases.require_case(case_id, request.actor)
    granted = request.POST.get("granted") == "yes"
    try:
        workflow.decide_request(
            request_id=request_id, run_id=case.run_id, granted=granted, why=request.POST.get("why", ""),
            by=request.actor, at=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        if refused.field != "why":
            raise
        messages.error(request, refused.message)
    else:
        messages.success(request, "已同意。" if granted else "已答复不同意。")
    return redirect("desk:case", case_id)


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def resume(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Let a paused clock run again before its day."""
    case = cases.require_case(case_id, request.actor)
    workflow.end_pause(run_id=case.run_id, by=request.actor, at=clock.now())
    messages.success(request, "已恢复计时。")
    return redirect("desk:case", case_id)


@page(signed_in="what a changed calendar did to clocks in numbers; the list of each asks for its own right")
@require_safe
@never_cache
def recomputations(request: OfficialRequest) -> HttpResponse:
    """Show the versions of the calendar that could move clocks, and how many each moved."""
    return render(request, "desk/clocks/recomputations.html", {"found": workflow.recomputations()})


@page(signed_in="numbers for everybody; of the clocks, those of runs that the reader may see")
@require_safe
@never_cache
def moved(request: OfficialRequest, recomputation_id: UUID) -> HttpResponse:
    """Show which clocks a version moved, from when to when."""
    found = workflow.recomputation(recomputation_id)
    asked = request.GET.get("which", "")
    which = asked if asked in dict(WHICH) else ""
    number = page_number(request.GET.get("page"))
    listed = workflow.moved_clocks(found.version.number, request.actor, which=which, page=number)
    known = {
        one.id: one
        for one in cases.of_ids([row.subject_id for row in listed.rows], request.actor, at=clock.now())
    }
    places = areas.area_names(row.area_id for row in listed.rows)
    context = {
        "found": found,
        "which": which,
        "choices": WHICH,
        "rows": [(row, known.get(row.subject_id), places.get(row.area_id, "")) for row in listed.rows],
        "total": "10000+" if listed.total > workflow.MOVED_COUNT_MAX else str(listed.total),
        "page": paged(listed.total, workflow.MOVED_PAGE_ROWS, number),
    }
    return render(request, "desk/clocks/moved.html", context)

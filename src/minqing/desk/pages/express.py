"""市长直通车: the lane's matters, sit-in days with their slots, meetings and return visits."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import page_number, paged, posted
from minqing.desk.forms_lanes import (
    BookForm,
    LiftForm,
    MeetingForm,
    ReturnForm,
    ReturnPlanForm,
    SitInDayForm,
)
from minqing.kernel import clock
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page

PAGE_ROWS = 25


@page(cases.SEE_EXPRESS)
@require_safe
@never_cache
def express(request: OfficialRequest) -> HttpResponse:
    """Show what is in the mayor's lane, the days ahead and the return visits that are planned."""
    found = cases.express_page(request.actor, at=clock.now(), page=page_number(request.GET.get("page")))
    context = {
        "found": found,
        "page": paged(found.total, PAGE_ROWS, found.page),
        "may_run": request.actor.may(cases.RUN_EXPRESS),
        "today": clock.today(),
    }
    return render(request, "desk/lanes/express.html", context)


@page(cases.RUN_EXPRESS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sit_in_new(request: OfficialRequest) -> HttpResponse:
    """Announce a sit-in day."""
    form, status = SitInDayForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                day = cases.announce_day(**form.cleaned_data, by=request.actor, at=clock.now())
            except Refused as refused:
                status = refused_onto(form, refused)
                if isinstance(refused, cases.AfterHours):
                    form.ask()
            else:
                messages.success(request, "坐班日已安排，可以在事项页面里预约时段。")
                return redirect("desk:sit_in", day.id)
    return render(request, "desk/lanes/sit_in_new.html", {"form": form}, status=status)


@page(cases.SEE_EXPRESS)
@require_safe
@never_cache
def sit_in(request: OfficialRequest, day_id: UUID) -> HttpResponse:
    """Show a sit-in day and its slots."""
    at = clock.now()
    day, slots = cases.sit_in_day(day_id, request.actor, at=at)
    context = {
        "day": day,
        "slots": slots,
        "may_run": request.actor.may(cases.RUN_EXPRESS),
        "is_ahead": day.starts_at > at,
    }
    return render(request, "desk/lanes/sit_in.html", context)


@page(cases.RUN_EXPRESS)
@require_POST
@never_cache
def sit_in_call_off(request: OfficialRequest, day_id: UUID) -> HttpResponse:
    """Call a sit-in day off."""
    cases.call_off_day(day_id=day_id, by=request.actor, at=clock.now())
    messages.success(request, "坐班日已取消。")
    return redirect("desk:express")


@page(cases.RUN_EXPRESS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sit_in_book(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Keep a slot for a case."""
    case, at = _case(request, case_id), clock.now()
    file = cases.express_file(case, request.actor, at=at)
    form = BookForm(posted(request), free=file.free if file else [])

    def keep() -> str:
        day_id, slot = form.chosen()
        cases.book(case_id=case.id, day_id=day_id, slot=slot, by=request.actor, at=at)
        return "时段已预约，请告诉企业。"

    return _form_page(request, case, form, keep, title="预约坐班时段", label="预约")


@page(cases.RUN_EXPRESS)
@require_POST
@never_cache
def sit_in_give_back(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Give the slot of a case back."""
    cases.give_back(case_id=case_id, by=request.actor, at=clock.now())
    messages.success(request, "时段已退掉，可以另约。")
    return redirect("desk:case", case_id)


@page(cases.RUN_EXPRESS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sit_in_note(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Write down what was said on the sit-in day."""
    case = _case(request, case_id)
    form = MeetingForm(posted(request))

    def keep() -> str:
        given = form.cleaned_data
        cases.note_meeting(
            case_id=case.id,
            came=given["came"] == "yes",
            notes=given["notes"],
            by=request.actor,
            at=clock.now(),
        )
        return "接待情况已记下。"

    return _form_page(request, case, form, keep, title="记接待情况", label="记下")


@page(cases.RUN_EXPRESS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def return_plan(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Plan the return visit of a case."""
    case = _case(request, case_id)
    form = ReturnPlanForm(posted(request))

    def keep() -> str:
        cases.plan_return(case_id=case.id, **form.cleaned_data, by=request.actor, at=clock.now())
        return "回访已安排。"

    return _form_page(request, case, form, keep, title="安排市长回访", label="安排")


@page(cases.RUN_EXPRESS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def return_note(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Write down what the return visit found."""
    case = _case(request, case_id)
    form = ReturnForm(posted(request))

    def keep() -> str:
        given = form.cleaned_data
        cases.note_return(
            case_id=case.id,
            passed=given["passed"] == "yes",
            said=given["said"],
            by=request.actor,
            at=clock.now(),
        )
        return "回访情况已记下。"

    return _form_page(request, case, form, keep, title="记回访情况", label="记下")


@page(cases.LIFT_TO_EXPRESS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def express_lift(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Lift an enterprise's matter that the town cannot solve into the mayor's lane."""
    case = cases.require_case(case_id, request.actor)
    request.actor.require(cases.LIFT_TO_EXPRESS, case.area.path)
    cases.require_own_way(case)
    form = LiftForm(posted(request))

    def keep() -> str:
        cases.switch_procedure(
            case_id=case.id,
            to="express_lane",
            reason=form.cleaned_data["reason"],
            by=request.actor,
            at=clock.now(),
        )
        return "已转市长直通车，由专班受理。"

    return _form_page(request, case, form, keep, title="转市长直通车", label="转过去")


def _case(request: OfficialRequest, case_id: UUID) -> cases.Case:
    case = cases.require_case(case_id, request.actor)
    if case.run.procedure != "express_lane":
        raise NotThere
    return case


def _form_page(
    request: OfficialRequest,
    case: cases.Case,
    form: BaseForm,
    keep: Callable[[], str],
    *,
    title: str,
    label: str,
) -> HttpResponse:
    """Show a form about a case; what is refused stays in it, what is kept leads back to the case."""
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                said = keep()
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, said)
                return redirect("desk:case", case.id)
    context = {"form": form, "case": case, "title": title, "label": label}
    return render(request, "desk/lanes/act.html", context, status=status)

"""联办: make a case joint, the parts that wait for one's unit, and one part with what one may do."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.accounts import public as accounts
from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import page_number, paged, posted
from minqing.desk.forms_joint import JoinForm, OverruleForm, PartForm
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.workflow import public as workflow

STATUS: Final = {Conflict: 409, NotAllowed: 403}


@page(cases.SEE_PARTS)
@require_safe
@never_cache
def joint(request: OfficialRequest) -> HttpResponse:
    """List the parts that wait for one, or all that one's units were ever asked."""
    waiting = request.GET.get("view") != "all"
    at = clock.now()
    found = cases.my_parts(request.actor, at=at, waiting=waiting, page=page_number(request.GET.get("page")))
    context = {
        "found": found,
        "waiting": waiting,
        "page": paged(found.total, cases.PARTS_PAGE, found.page),
        "has_unit": bool(request.actor.unit_ids),
    }
    return render(request, "desk/joint/parts.html", context)


@page(cases.OPEN_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def case_joint(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Put a case under the joint procedure."""
    case, status, at = cases.require_case(case_id, request.actor), 200, clock.now()
    request.actor.require(cases.JOIN_UNITS, case.area.path)
    cases.require_own_way(case)
    units = accounts.units_for(case.area)
    form = JoinForm(units, posted(request), initial={"leg": case.run.legs_count})
    if request.method == "POST":
        status = 400
        if form.is_valid():
            given = form.given().values
            try:
                cases.make_joint(
                    case_id=case.id, lead=given["unit"], assistants=given["assistants"], asked=given["asked"],
                    reason=form.cleaned_data["reason"], by=request.actor, at=at, leg=form.cleaned_data["leg"],
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已转联办，协办单已发给各协办单位。")
                return redirect("desk:case", case.id)
    return render(request, "desk/joint/join.html", {"case": case, "form": form}, status=status)


@page(cases.OPEN_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def case_part(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Ask one more unit to assist."""
    case, status, at = cases.require_case(case_id, request.actor), 200, clock.now()
    if not cases.may_add_part(case, request.actor):
        raise NotAllowed("现在不能加协办单位：要事情正在办理，并且您是主办单位或者调度员。")
    form = PartForm(accounts.units_for(case.area), posted(request))
    if request.method == "POST":
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = cases.add_part(
                    case_id=case.id, unit=given["unit"], asked=given["asked"], by=request.actor, at=at
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"协办单已发给“{made.unit.name}”。")
                return redirect("desk:case", case.id)
    return render(request, "desk/joint/part_new.html", {"case": case, "form": form}, status=status)


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def joint_part(request: OfficialRequest, part_id: UUID) -> HttpResponse:
    """Show a part, with the steps one may take."""
    return _render(request, part_id, at=clock.now())


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def joint_part_step(request: OfficialRequest, part_id: UUID, step: str) -> HttpResponse:
    """Take a step of a part; after a refusal everything typed stays."""
    at = clock.now()
    part, wanted = cases.require_part_step(part_id, step, request.actor)
    form = cases.StepForm(wanted, [], request.POST, request.FILES)
    if not form.is_valid():
        return _render(request, part_id, at=at, kept=form, status=400)
    try:
        cases.take_part_step(
            part_id=part_id, step=wanted.key, given=form.given(), by=request.actor, at=at,
            leg=form.cleaned_data["leg"],
        )  # fmt: skip
    except NotThere:
        raise
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _render(request, part_id, at=at, kept=form, status=STATUS.get(type(refused), 400))
    messages.success(request, f"协办单已办：{wanted.label}。")
    if not cases.may_see_case(part.case_id, request.actor):  # a unit that is out of it sees the case no more
        return redirect("desk:joint")
    return redirect("desk:joint_part", part_id)


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def joint_part_overrule(request: OfficialRequest, part_id: UUID) -> HttpResponse:
    """Set an answer aside, with a reason."""
    at, form = clock.now(), OverruleForm(request.POST)
    if not form.is_valid():
        return _render(request, part_id, at=at, overrule=form, status=400)
    try:
        cases.overrule_answer(part_id=part_id, reason=form.cleaned_data["reason"], by=request.actor, at=at)
    except NotThere:
        raise
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _render(request, part_id, at=at, overrule=form, status=STATUS.get(type(refused), 400))
    messages.success(request, "已写明不采纳这份答复，需要的话可以再发一张协办单。")
    return redirect("desk:joint_part", part_id)


def _render(
    request: OfficialRequest,
    part_id: UUID,
    *,
    at: datetime,
    kept: cases.StepForm | None = None,
    overrule: OverruleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    file = cases.part_file(part_id, by=request.actor, at=at)
    boxes: list[tuple[workflow.Step, cases.StepForm, bool]] = []
    shown = False
    for step in file.steps:
        mine = kept is not None and kept.step.key == step.key
        shown |= mine
        form = kept if kept is not None and mine else cases.StepForm(step, [], initial={"leg": file.leg})
        boxes.append((step, form, mine or (kept is None and not boxes)))
    context = {
        "file": file,
        "part": file.view.part,
        "case": file.case,
        "boxes": boxes,
        "kept": None if shown else kept,
        "overrule": overrule or (OverruleForm() if file.may_overrule else None),
    }
    return render(request, "desk/joint/part.html", context, status=status)

"""协办单 on the phone: what one's unit is asked to do, answered on the spot with photos."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from minqing.cases import public as cases
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.mobile.pages.whole import show


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def part(request: OfficialRequest, part_id: UUID) -> HttpResponse:
    """Show a part and the steps one may take."""
    return _part(request, part_id)


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def part_take(request: OfficialRequest, part_id: UUID, step: str) -> HttpResponse:
    """Take a step of a part; refused, everything typed stays on the page."""
    found, wanted = cases.require_part_step(part_id, step, request.actor)
    form = cases.StepForm(wanted, [], request.POST, request.FILES)
    if not form.is_valid():
        return _part(request, part_id, form, 400)
    try:
        cases.take_part_step(
            part_id=part_id, step=wanted.key, given=form.given(), by=request.actor, at=clock.now(),
            leg=form.cleaned_data["leg"],
        )  # fmt: skip
    except (NotAllowed, NotThere):
        raise
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _part(request, part_id, form, 409 if isinstance(refused, Conflict) else 400)
    messages.success(request, f"协办单已办：{wanted.label}。")
    if not cases.may_see_case(found.case_id, request.actor):
        return redirect("mobile:matters")
    return redirect("mobile:part", part_id=part_id)


def _part(
    request: OfficialRequest, part_id: UUID, bound: cases.StepForm | None = None, status: int = 200
) -> HttpResponse:
    file = cases.part_file(part_id, by=request.actor, at=clock.now())
    forms: list[dict[str, Any]] = []
    for step in file.steps:
        mine = bound is not None and bound.step.key == step.key
        form = bound if mine else cases.StepForm(step, [], initial={"leg": file.leg})
        forms.append({"step": step, "form": form, "open": mine or (bound is None and not forms)})
    lost = bound if bound is not None and not any(one["form"] is bound for one in forms) else None
    given = {"file": file, "part": file.view.part, "forms": forms, "lost": lost}
    return show(request, "part", given, tab="matters", status=status)

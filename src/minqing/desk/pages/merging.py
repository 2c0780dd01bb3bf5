"""并单与拆单: what may be one matter, side by side; one goes on for all, and the way back; or two out of one."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import an_id, posted
from minqing.desk.forms_handover import BecauseForm, SplitForm
from minqing.desk.where import chosen_area, own_area, way_down
from minqing.kernel import clock
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.text import clean

TICKED_MAX: Final = 50


@page(cases.MERGE_CASES)
@require_safe
@never_cache
def merging(request: OfficialRequest) -> HttpResponse:
    """Show the likeliest pairs of an area side by side."""
    actor = request.actor
    area = chosen_area(request.GET.get("area")) or own_area(actor) or areas.county()
    context = {
        "pairs": cases.likely_pairs(actor, area, at=clock.now()),
        "ways": way_down(area, actor),
        "area": area,
        "area_key": str(area.id),
    }
    return render(request, "desk/handover/merging.html", context)


@page(cases.MERGE_CASES)
@require_safe
@never_cache
def case_alike(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Show what may be the same matter as one case; a part of its page for htmx, a page of its own without."""
    case = cases.require_case(case_id, request.actor)
    context = {"case": case, "alike": cases.alike_to(case, by=request.actor, at=clock.now())}
    part = request.headers.get("HX-Request") == "true"
    return render(
        request, "desk/handover/part_alike.html" if part else "desk/handover/case_alike.html", context
    )


@page(cases.MERGE_CASES)
@require_POST
@never_cache
def alike_to_words(request: OfficialRequest) -> HttpResponse:
    """Send what the words that are being written may repeat; for htmx."""
    return render(request, "desk/handover/part_alike_to_words.html", {"repeats": repeats_of(request)})


def repeats_of(request: OfficialRequest) -> list[cases.Alike] | None:
    """Return open cases that a report being written may repeat, or None where too little is known yet."""
    area_id = an_id(request.POST.get("area"))
    words = clean(str(request.POST.get("words", "")))[: cases.WORDS_MAX].strip()
    if area_id is None or not words or not request.actor.may(cases.MERGE_CASES):
        return None
    try:
        area = areas.area(area_id)
    except NotThere:
        return None
    return cases.alike_to_words(words, area, by=request.actor, at=clock.now())


@page(cases.MERGE_CASES)
@require_POST
@never_cache
def merge(request: OfficialRequest) -> HttpResponse:
    """Handle cases as parts of another from now on."""
    master_id = an_id(request.POST.get("master"))
    children = [
        one for one in map(an_id, request.POST.getlist("child")[:TICKED_MAX]) if one and one != master_id
    ]
    if master_id is None or not children:
        raise Refused("请选择哪一件是主件、哪一件并进去。")
    reasons = clean(str(request.POST.get("reasons", "")))[:200]
    master = cases.merge_cases(
        master_id=master_id, child_ids=children, by=request.actor, at=clock.now(), reasons=reasons
    )
    messages.success(
        request,
        f"已并入 {master.number}，现在有 {master.reports} 人反映；办完会分别问每一位。"
        f"{cases.UNDO_WITHIN.days} 天内可以撤销。",
    )
    return _back(request, master.id)


@page(cases.MERGE_CASES)
@require_POST
@never_cache
def not_same(request: OfficialRequest) -> HttpResponse:
    """Say that two cases are two matters; the pair is not offered again."""
    first, second = an_id(request.POST.get("first")), an_id(request.POST.get("second"))
    if first is None or second is None:
        raise Refused("请选择两件事。")
    cases.judge_not_same(first_id=first, second_id=second, by=request.actor, at=clock.now())
    messages.success(request, "已记下：不是同一件，以后不再提示这一对。")
    return _back(request, first)


def _back(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Return to the page the button stood on, where it is one of ours."""
    to = str(request.POST.get("next", ""))
    if to and url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure()):
        return redirect(to)
    return redirect("desk:case", case_id)


@page(cases.MERGE_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def case_undo_merge(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Ask why, then take a merge back."""
    case = cases.require_case(case_id, request.actor)
    form, status = BecauseForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                cases.undo_merge(
                    child_id=case.id, because=form.cleaned_data["because"], by=request.actor, at=clock.now()
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已撤销并单：这件事回到原来的环节，接着按原来的时限办理。")
                return redirect("desk:case", case.id)
    return render(request, "desk/handover/undo_merge.html", {"form": form, "case": case}, status=status)


@page(cases.MERGE_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def case_split(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Make two cases of one report."""
    case = cases.require_case(case_id, request.actor)
    cases.require_own_way(case)
    form, status = SplitForm(posted(request), initial={"id": cases.new_report_id()}), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given: dict[str, Any] = form.cleaned_data
            part = cases.PartInput(
                id=given["id"], words=given["words"], topic_key=given["topic"], procedure=given["procedure"]
            )
            try:
                made = cases.split_case(case_id=case.id, given=part, by=request.actor, at=clock.now())
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已拆出 {made.number}，单独办理；反映人从原来的回执就能看到。")
                return redirect("desk:case", made.id)
    return render(request, "desk/handover/split.html", {"form": form, "case": case}, status=status)

"""不合理诉求: what units ask to have left out of the score, with evidence and ruling, open to every official."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import page_number, paged, posted
from minqing.desk.forms_handover import ExclusionForm, ReversalForm, RulingForm
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page


@page(signed_in="what is left out of the score, and why, is open to every official")
@require_safe
@never_cache
def exclusions(request: OfficialRequest) -> HttpResponse:
    """List proposals and rulings; nothing of a reporter's words."""
    found = cases.exclusions(
        request.actor, state=request.GET.get("state", ""), page=page_number(request.GET.get("page"))
    )
    context = {
        "found": found,
        "tabs": cases.EXCLUSION_STATES.items(),
        "page": paged(found.total, cases.EXCLUSIONS_ROWS, found.page),
    }
    return render(request, "desk/handover/exclusions.html", context)


@page(cases.PROPOSE_EXCLUSION)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def case_exclusion(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Ask that a case be left out of one's unit's score."""
    case = cases.require_case(case_id, request.actor)
    form, status = ExclusionForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                cases.propose_exclusion(
                    case_id=case.id, by=request.actor, at=clock.now(), **form.cleaned_data
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已申报，等督查员裁定。事情照常办理、照常答复。")
                return redirect("desk:case", case.id)
    context = {"form": form, "case": case}
    return render(request, "desk/handover/exclusion_new.html", context, status=status)


@page(cases.RULE_EXCLUSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def exclusion_rule(request: OfficialRequest, exclusion_id: UUID) -> HttpResponse:
    """Rule on a proposal."""
    form, status = RulingForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                ruled = cases.rule_on_exclusion(
                    exclusion_id=exclusion_id, allowed=form.cleaned_data["allowed"] == "yes",
                    reason=form.cleaned_data["reason"], by=request.actor, at=clock.now(),
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已裁定：{ruled.ruling_label}。")
                return redirect("desk:exclusions")
    return _judge(request, exclusion_id, form, "裁定", status)


@page(cases.RULE_EXCLUSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def exclusion_reverse(request: OfficialRequest, exclusion_id: UUID) -> HttpResponse:
    """Take a ruling back."""
    form, status = ReversalForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                cases.reverse_exclusion(
                    exclusion_id=exclusion_id, because=form.cleaned_data["because"], by=request.actor,
                    at=clock.now(),
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已撤销裁定，这件事恢复计入考核。")
                return redirect("desk:exclusions")
    return _judge(request, exclusion_id, form, "撤销裁定", status)


def _judge(
    request: OfficialRequest, exclusion_id: UUID, form: forms.Form, what: str, status: int
) -> HttpResponse:
    context = {"form": form, "one": cases.exclusion_line(exclusion_id, request.actor), "what": what}
    return render(request, "desk/handover/exclusion_judge.html", context, status=status)

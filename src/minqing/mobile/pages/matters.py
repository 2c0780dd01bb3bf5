"""事项: what waits for me, what is under way here, one case and its steps, a new one."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Select
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.text import clean_line
from minqing.mobile.pages.whole import page_number, show
from minqing.workflow import public as workflow

SEARCH_MAX = 40


class FixForm(forms.Form):
    """Where the phone says it is, in degrees."""

    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def matters(request: OfficialRequest) -> HttpResponse:
    """List what waits for me, or all that is open here."""
    todo = request.GET.get("all") != "1"
    text = clean_line(request.GET.get("q", ""))[:SEARCH_MAX]
    filters = cases.QueueFilters(todo=todo, text=text)
    found = cases.queue(request.actor, filters, at=clock.now(), page=page_number(request))
    pages = Paginator(range(min(found.total, cases.COUNT_MAX)), cases.PAGE_ROWS).get_page(found.page)
    given = {"todo": todo, "everything": not todo, "q": text, "found": found, "page": pages}
    if todo and not text and request.actor.may(cases.SEE_PARTS):
        given["parts"] = cases.my_parts(request.actor, at=clock.now()).rows
    given["title"] = f"共 {found.total_words} 件"
    given["may_report"] = request.actor.may(cases.REPORT_CASE)
    return show(request, "matters", given, tab="matters")


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def matter(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Show a case and the steps one may take."""
    return _matter(request, case_id)


def _matter(
    request: OfficialRequest, case_id: UUID, bound: cases.StepForm | None = None, status: int = 200
) -> HttpResponse:
    file = cases.case_file(case_id, by=request.actor, at=clock.now())
    units = accounts.units_for(file.area) if _needs_unit(file.steps) else []
    forms: list[dict[str, Any]] = []
    for step in file.steps:
        mine = bound is not None and bound.step.key == step.key
        form = bound if mine else cases.StepForm(step, units, initial={"leg": file.leg})
        forms.append({"step": step, "form": form, "open": mine or (bound is None and not forms)})
    code = cases.receipt_code(file.case, request.actor)
    given = {"file": file, "forms": forms, "receipt_code": code}
    given["leg"] = str(file.leg)
    given["together"] = cases.together(file.case, by=request.actor, at=clock.now())
    return show(request, "matter", given, tab="matters", status=status)


def _needs_unit(steps: Any) -> bool:
    return any(need.kind is workflow.NeedKind.CHOICE_UNIT for step in steps for need in step.needs)


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def take(request: OfficialRequest, case_id: UUID, step: str) -> HttpResponse:
    """Take a step; refused, everything typed stays on the page."""
    case = cases.require_case(case_id, request.actor)
    try:
        chosen = workflow.procedure(case.run.procedure).step(step)
    except workflow.UnknownProcedure:
        raise NotThere from None
    units = accounts.units_for(case.area) if _needs_unit([chosen]) else []
    form = cases.StepForm(chosen, units, request.POST, request.FILES)
    if not form.is_valid():
        return _matter(request, case_id, form, 400)
    at = clock.now()
    try:
        moved = cases.take_step(
            case_id=case_id, step=chosen.key, given=form.given(), by=request.actor, at=at,
            leg=form.cleaned_data["leg"],
        )  # fmt: skip
    except (NotAllowed, NotThere):
        raise
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _matter(request, case_id, form, 409 if isinstance(refused, Conflict) else 400)
    messages.success(request, cases.what_happened(moved, chosen, at))
    return redirect("mobile:matter", case_id=case_id)


@page(cases.REPORT_CASE)
@require_http_methods(["GET", "POST"])
@never_cache
def report(request: OfficialRequest) -> HttpResponse:
    """Write down a matter that was seen or heard on the way."""
    places = _places(request)
    first = places[0][0] if places else ""
    form = cases.report_form_for(request.actor)(
        request.POST or None, request.FILES or None, initial={"id": cases.new_report_id(), "area": first}
    )
    form.fields["area"].widget = Select(choices=places)
    form.fields["area"].label = "在哪里"
    if "locate" in request.POST:
        return _located(request, places)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            case = cases.open_case(
                cases.Report(
                    id=given["id"],
                    source=cases.OFFICER,
                    area_id=given["area"],
                    words=given["words"],
                    contact=cases.ContactInput(given["name"], given["phone"]),
                    topic_key=given["topic"],
                    photos=given["photos"],
                    procedure=given.get("procedure") or "",
                ),
                by=request.actor,
                at=clock.now(),
            )
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, f"已登记为事项 {case.number}。")
            return redirect("mobile:matter", case_id=case.id)
    status = 400 if form.is_bound and form.errors else 200
    return show(request, "report", {"form": form, "fix": FixForm()}, tab="matters", status=status)


# What comes back as it was typed when somebody lets the phone choose the grid.
_TYPED: Final = ("id", "area", "words", "topic", "procedure", "name", "phone")


def _located(request: OfficialRequest, places: list[tuple[str, str]]) -> HttpResponse:
    """Choose the nearest grid by where the phone is; everything typed stays, and a person looks it over."""
    fix = FixForm(request.POST)
    found = None
    if fix.is_valid() and fix.cleaned_data["lon"] is not None and fix.cleaned_data["lat"] is not None:
        found = areas.nearest(fix.cleaned_data["lon"], fix.cleaned_data["lat"])
    typed = {name: request.POST.get(name, "") for name in _TYPED}
    says = "没有拿到定位，请在列表里选择。"
    if found and str(found.area.id) in dict(places):
        typed["area"] = str(found.area.id)
        away = f"约 {round(found.metres, -1):.0f} 米"
        says = f"按网格中心点推算，离您最近的是{found.area.name}（{away}）。可能不准，请核对。"
    elif found:
        says = f"最近的是{found.area.name}，不在您任职的辖区内，请在列表里选择。"
    form = cases.report_form_for(request.actor)(initial=typed)
    form.fields["area"].widget = Select(choices=places)
    form.fields["area"].label = "在哪里"
    return show(request, "report", {"form": form, "fix": FixForm(), "says": says}, tab="matters")


def _places(request: OfficialRequest, chosen: UUID | None = None) -> list[tuple[str, str]]:
    """Return the open areas in which the acting appointment may write a matter down."""
    found = cases.places(request.actor, cases.OFFICER, chosen=chosen)
    return [(str(one.id), one.label) for one in found.choices]


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def attachment(request: OfficialRequest, attachment_id: UUID) -> FileResponse:
    """Show a case's photo."""
    path = cases.attachment_path(attachment_id, by=request.actor)
    return FileResponse(path.open("rb"), content_type="image/jpeg")

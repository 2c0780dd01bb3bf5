"""督办台账: what is listed, by whom, with which sponsor and which reports; what a rule proposes; and the rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.accounts import public as accounts
from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import an_id, page_number, paged, posted
from minqing.desk.forms_joint import DismissForm, LedgerForm, ProgressForm, SuperviseForm, SupervisionRuleForm
from minqing.desk.where import own_area
from minqing.kernel import clock
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page

USUAL_INTERVAL = 7


@page(cases.SEE_SUPERVISION)
@require_safe
@never_cache
def supervision(request: OfficialRequest) -> HttpResponse:
    """List what is under supervision, with filters that live in the address."""
    asked, actor, at = request.GET, request.actor, clock.now()
    stands = asked.get("stands", "")
    filters = cases.LedgerFilters(
        stands=stands if stands in cases.LEDGER_STANDS else cases.LEDGER_OPEN,
        area_id=an_id(asked.get("area")),
        sponsor_id=an_id(asked.get("sponsor")),
        late=asked.get("late") in ("on", "1"),
    )
    found = cases.ledger(actor, filters, at=at, page=page_number(asked.get("page")))
    proposed = cases.count_proposals(actor) if actor.may(cases.LIST_CASES) else 0
    narrowed = "".join(
        f"&{name}={asked[name]}" for name in ("area", "sponsor", "late") if _makes_sense(name, asked)
    )
    context = {
        "found": found,
        "filters": filters,
        "form": LedgerForm(asked, areas=found.areas, sponsors=found.sponsors),
        "tabs": [
            (label, f"?stands={key}{narrowed}", key == filters.stands, found.counts[key])
            for key, label in cases.LEDGER_STANDS.items()
        ],
        "page": paged(found.total, cases.LEDGER_PAGE, found.page),
        "proposed": proposed,
        "proposed_words": f"{proposed} 件",
        "late_href": f"?stands={filters.stands}&late=on"
        + narrowed.replace("&late=on", "").replace("&late=1", ""),
        "may_list": actor.may(cases.LIST_CASES),
    }
    return render(request, "desk/joint/supervision.html", context)


def _makes_sense(name: str, asked: Any) -> bool:
    """Whether a filter of the address makes sense, so that a tab may carry it on."""
    return asked.get(name) in ("on", "1") if name == "late" else an_id(asked.get(name)) is not None


@page(cases.LIST_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def case_supervise(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Put a case on the supervision list."""
    case, status, at = cases.require_case(case_id, request.actor), 200, clock.now()
    cases.require_own_way(case)
    people = cases.may_sponsor(case.area.path, on=clock.local(at).date())
    initial = {"leg": case.run.legs_count, "interval_days": USUAL_INTERVAL, "unit": case.unit_id or ""}
    form = SuperviseForm(people, accounts.units_for(case.area), posted(request), initial=initial)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                cases.list_case(
                    case_id=case.id, reason=given["reason"], sponsor_id=UUID(given["sponsor"]),
                    interval_days=given["interval_days"], unit_id=UUID(given["unit"]), by=request.actor, at=at,
                    leg=given["leg"],
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已列入督办，包案领导和承办单位会收到提醒。")
                return redirect("desk:case", case.id)
    context = {"case": case, "row": cases.rows([case], at=at)[0], "form": form, "nobody": not people}
    return render(request, "desk/joint/supervise.html", context, status=status)


@page(cases.OPEN_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def case_progress(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Write down how a supervised case comes on."""
    case, status, at = cases.require_case(case_id, request.actor), 200, clock.now()
    form = ProgressForm(posted(request))
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                cases.report_progress(
                    case_id=case.id, words=form.cleaned_data["words"], by=request.actor, at=at
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "进展已报，列督单位和包案领导看得到。")
                return redirect("desk:case", case.id)
    listed = cases.supervision_of(case, by=request.actor, at=at)
    if listed is None:
        raise NotThere
    context = {"case": case, "form": form, "listed": listed}
    return render(request, "desk/joint/progress.html", context, status=status)


@page(cases.SEE_SUPERVISION)
@require_safe
@never_cache
def case_order(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Show the supervision order as it goes on paper; who reported it stands nowhere on it."""
    at = clock.now()
    file = cases.case_file(case_id, by=request.actor, at=at, purpose="打印督办单")
    listed = cases.supervision_of(file.case, by=request.actor, at=at)
    if listed is None:
        raise NotThere("这件事没有列入督办。")
    context = {"file": file, "case": file.case, "row": file.row, "listed": listed, "at": at}
    return render(request, "desk/joint/order.html", context)


@page(cases.LIST_CASES)
@require_safe
@never_cache
def supervision_proposals(request: OfficialRequest) -> HttpResponse:
    """List what the rules propose, for a person to decide."""
    return _proposals(request)


@page(cases.LIST_CASES)
@require_POST
@never_cache
def supervision_dismiss(request: OfficialRequest, proposal_id: UUID) -> HttpResponse:
    """Decide that a proposed case is not listed."""
    cases.require_proposal(proposal_id, request.actor)
    form = DismissForm(request.POST)
    if not form.is_valid():
        return _proposals(request, proposal_id, form, 400)
    try:
        cases.dismiss(proposal_id=proposal_id, why=form.cleaned_data["why"], by=request.actor, at=clock.now())
    except Refused as refused:
        return _proposals(request, proposal_id, form, refused_onto(form, refused))
    messages.success(request, "已写明暂不列入。")
    return redirect("desk:supervision_proposals")


def _proposals(
    request: OfficialRequest, kept_id: UUID | None = None, kept: DismissForm | None = None, status: int = 200
) -> HttpResponse:
    found = cases.proposals(request.actor, at=clock.now())
    lines = [
        (one, row, kept if kept and one.id == kept_id else DismissForm(auto_id=f"id_{one.id}_%s"))
        for one, row in found
    ]
    lost = kept if kept and kept_id not in {one.id for one, _ in found} else None
    context = {"lines": lines, "lost": lost, "most": cases.PROPOSALS_MAX}
    return render(request, "desk/joint/proposals.html", context, status=status)


@page(cases.SET_RULES)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def supervision_rules(request: OfficialRequest) -> HttpResponse:
    """Show the rules that hold here, and set one's own area's."""
    area, status, at = own_area(request.actor), 200, clock.now()
    if area is None:
        raise NotThere
    known = cases.rules_here(request.actor)
    own = next((one for one in known if one.area_id == area.id), None)
    initial = {"urged": own.urged, "sent_back": own.sent_back, "red_days": own.red_days} if own else {}
    form = SupervisionRuleForm(posted(request), initial=initial)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                cases.set_rule(**form.cleaned_data, by=request.actor, at=at)
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "条件已改，最迟一小时内按新条件提出。")
                return redirect("desk:supervision_rules")
    lines = [(one, cases.rule_words(one)) for one in known]
    context = {"form": form, "area": area, "lines": lines}
    return render(request, "desk/joint/rules.html", context, status=status)

"""走访: choose whom to visit, write the visit down, turn a sentence into a case, see what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.cases import public as cases
from minqing.diary import public as diary
from minqing.disclosure import public as disclosure
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.text import clean_line
from minqing.mobile.pages.disclosure import ask_reason
from minqing.mobile.pages.whole import page_number, show
from minqing.registry import public as registry

SEARCH_MAX = 40
SUBJECT_KINDS = (registry.HOUSEHOLD, registry.RESIDENT, registry.ENTERPRISE, registry.PLACE)


def _with_cases(lines: Any) -> list[dict[str, Any]]:
    """Put beside every diary line what became of its findings: one statement for all."""
    found = cases.of_findings(one.id for line in lines for one in line.findings)
    return [
        {
            "line": line,
            "findings": [{"finding": one, "case": found.get(one.id)} for one in line.findings],
        }
        for line in lines
    ]


@page(diary.SEE_VISITS)
@require_safe
@never_cache
def my_diary(request: OfficialRequest) -> HttpResponse:
    """Show one's own diary, newest first."""
    found = diary.officer_diary(request.actor, request.actor.person_id, page_number(request))
    pages = Paginator(range(found.total), diary.PAGE_ROWS).get_page(found.page)
    entries = _with_cases(found.lines)
    given = {"entries": entries, "page": pages, "may_visit": request.actor.may(diary.RECORD_VISIT)}
    return show(request, "diary", given, tab="diary")


@page(diary.RECORD_VISIT)
@require_safe
@never_cache
def pick(request: OfficialRequest) -> HttpResponse:
    """Choose whom to visit: who is due, or by name, initials or address."""
    text = clean_line(request.GET.get("q", ""))[:SEARCH_MAX]
    at = clock.now()
    today = clock.local(at).date()
    found = registry.search_everything(request.actor, text, today=today) if text else {}
    groups = [
        {"label": registry.KIND_LABELS[kind], "rows": found[kind].rows, "more": found[kind].total}
        for kind in SUBJECT_KINDS
        if kind in found and found[kind].rows
    ]
    due = [] if text else diary.due_visits(request.actor, at)
    return show(request, "pick", {"q": text, "groups": groups, "due": due}, tab="diary")


@page(diary.RECORD_VISIT)
@require_http_methods(["GET", "POST"])
@never_cache
def new_visit(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Write a visit down. Whatever is wrong, what was typed stays."""
    at = clock.now()
    who = registry.subject(kind, subject_id, request.actor)
    if request.method == "GET":
        return _visit_form(request, diary.blank_visit_form(at), who)
    form = diary.VisitForm(request.POST, request.FILES)
    if not form.is_valid():
        return _visit_form(request, form, who, 400)
    try:
        made = diary.record_visit(subject=who.ref, by=request.actor, at=at, **form.given(at))
    except (NotAllowed, NotThere):
        raise
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _visit_form(request, form, who, 409 if isinstance(refused, Conflict) else 400)
    messages.success(request, "走访已记下。要办的事，点那句话“转为事项”。")
    return redirect("mobile:visit", visit_id=made.id)


def _visit_form(
    request: OfficialRequest, form: diary.VisitForm, who: registry.SubjectView, status: int = 200
) -> HttpResponse:
    last = diary.last_visits([who.ref]).get(who.ref)
    given = {"form": form, "who": who, "last": last}
    return show(request, "new_visit", given, tab="diary", status=status)


@page(diary.SEE_VISITS)
@require_safe
@never_cache
def visit(request: OfficialRequest, visit_id: UUID) -> HttpResponse:
    """Show a visit: what was heard, sentence by sentence, and what became of each."""
    seen = diary.visit(visit_id, request.actor, clock.now())
    [entry] = _with_cases([seen.line])
    picked = {one["finding"].text for one in entry["findings"]}
    given = {
        "visit": seen,
        "entry": entry,
        "loose": [one for one in seen.sentences if one not in picked],
        "may_open": request.actor.may(cases.REPORT_CASE),
        "may_add": request.actor.may(diary.RECORD_VISIT),
    }
    return show(request, "visit", given, tab="diary")


@page(diary.RECORD_VISIT)
@require_POST
def add_finding(request: OfficialRequest, visit_id: UUID) -> HttpResponse:
    """Pick a sentence: it becomes a case at once, or is noted as solved on the spot."""
    form = diary.FindingForm(request.POST)
    if not form.is_valid():
        diary.visit(visit_id, request.actor, clock.now())  # somebody else's is not there, whatever was typed
        for wrong in form.errors.values():
            messages.error(request, "".join(str(one) for one in wrong))
        return redirect("mobile:visit", visit_id=visit_id)
    at = clock.now()
    given = form.cleaned_data
    try:
        finding = diary.add_finding(
            visit_id=visit_id,
            text=given["text"],
            solved_on_spot=given["solved_on_spot"],
            solution=given["solution"],
            by=request.actor,
            at=at,
        )
        if not given["solved_on_spot"]:
            return _to_case(request, finding.id)
    except (NotAllowed, NotThere):
        raise
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("mobile:visit", visit_id=visit_id)
    messages.success(request, "已记为现场解决。")
    return redirect("mobile:visit", visit_id=visit_id)


@page(cases.REPORT_CASE)
@require_POST
def finding_to_case(request: OfficialRequest, finding_id: UUID) -> HttpResponse:
    """Turn a finding into a case, in one tap."""
    return _to_case(request, finding_id)


def _to_case(request: OfficialRequest, finding_id: UUID) -> HttpResponse:
    case = cases.open_from_finding(finding_id=finding_id, by=request.actor, at=clock.now())
    messages.success(request, f"已转为事项 {case.number}，由村里受理。")
    source = diary.finding(finding_id, request.actor)
    return redirect("mobile:visit", visit_id=source.visit_id)


@page(diary.SEE_VISITS)
@require_safe
@never_cache
def photo(request: OfficialRequest, photo_id: UUID) -> FileResponse:
    """Show a visit's photo."""
    return FileResponse(diary.photo(photo_id, request.actor).open("rb"), content_type="image/jpeg")


@page(registry.SEE_REGISTRY)
@require_safe
@never_cache
def subject(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Show whom one is about to visit: who they are, their visits, their cases. A read of the dossier."""
    at = clock.now()
    ref = registry.subject_ref(kind, subject_id)
    try:
        opened = disclosure.open_file(ref=ref, by=request.actor, at=at)
    except disclosure.NeedsReason as needs:
        return ask_reason(request, needs.who)
    file = opened.file
    visits = diary.subject_diary(ref, request.actor)
    refs = [ref, *(one.view.ref for one in file.members)]
    given = {
        "file": file,
        "entries": _with_cases(visits.lines[:5]),
        "rows": cases.of_subjects([(one.kind, one.id) for one in refs], request.actor, at=at)[:5],
        "may_visit": request.actor.may(diary.RECORD_VISIT, file.area_path),
        "because": opened.because,
        "numbers": disclosure.numbers_to_show(file, request.actor),
    }
    return show(request, "subject", given, tab="diary")

"""走访 at the desk: an area's diary, an officer's, one visit with what became of it, and writing one down."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import an_id, beginning_of, end_of, page_number, paged, posted
from minqing.desk.forms_registry import DiaryFilterForm
from minqing.desk.pages.dossiers import entries
from minqing.desk.where import chosen_area, own_area, way_down
from minqing.diary import public as diary
from minqing.kernel import clock
from minqing.kernel.errors import NotAllowed, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.registry import public as registry

OFFICERS_MAX: Final = 200  # more than a town has; beyond, an officer is found through one of their visits
FINDING_LINES: Final = 3


@page(diary.SEE_VISITS)
@require_safe
@never_cache
def area_diary(request: OfficialRequest) -> HttpResponse:
    """List the visits made in an area and below it; every filter stands in the address."""
    given, actor = request.GET, request.actor
    area = chosen_area(given.get("area")) or own_area(actor)
    if area is None:
        raise NotThere
    officers = _officers(area, an_id(given.get("officer")))
    form = DiaryFilterForm(given, areas=way_down(area, actor), officers=officers)
    wanted = form.read()
    filters = diary.DiaryFilters(
        kind=wanted.get("kind", ""), subject_kind=wanted.get("subject", ""), officer_id=an_id(wanted.get("officer")),
        since=beginning_of(wanted["since"]) if "since" in wanted else None,
        until=end_of(wanted["until"]) if "until" in wanted else None, with_findings=wanted.get("found", False),
    )  # fmt: skip
    found = diary.area_diary(actor, area, page_number(given.get("page")), filters)
    context = {
        "area": area,
        "form": form,
        "is_filtered": bool(wanted.keys() - {"area"}),
        "clear_href": "?" + urlencode({"area": str(area.id)}),
        "visits": found,
        "entries": entries(found.lines),
        "page": paged(found.total, diary.PAGE_ROWS, found.page),
        "may_record": actor.may(diary.RECORD_VISIT),
        "me": actor.person_id,
    }
    return render(request, "desk/diary/area.html", context)


def _officers(area: areas.Area, chosen: UUID | None) -> list[tuple[str, str]]:
    """Return who may have visited there: those appointed below today, and the one the address names."""
    today = clock.local(clock.now()).date()
    held = {
        one.person_id: one.person.name
        for one in accounts.appointments_in(area, today)
        if one.the_role in diary.RECORD_VISIT.held_by
    }
    if len(held) > OFFICERS_MAX:
        held = {key: name for key, name in held.items() if key == chosen}
    if chosen is not None and chosen not in held:
        held |= accounts.person_names([chosen])
    return sorted(((str(key), name) for key, name in held.items()), key=lambda one: one[1])


@page(diary.SEE_VISITS)
@require_safe
@never_cache
def officer(request: OfficialRequest, person_id: UUID) -> HttpResponse:
    """Show an officer's diary, as far as it lies in one's own areas."""
    names = accounts.person_names([person_id])
    found = diary.officer_diary(request.actor, person_id, page_number(request.GET.get("page")))
    if person_id not in names or (not found.total and person_id != request.actor.person_id):
        raise NotThere
    context = {
        "name": names[person_id],
        "is_me": person_id == request.actor.person_id,
        "visits": found,
        "entries": entries(found.lines),
        "page": paged(found.total, diary.PAGE_ROWS, found.page),
    }
    return render(request, "desk/diary/officer.html", context)


@page(diary.SEE_VISITS)
@require_safe
@never_cache
def visit(request: OfficialRequest, visit_id: UUID) -> HttpResponse:
    """Show a visit: what was heard, sentence by sentence, and what became of each."""
    return _visit_page(request, visit_id, diary.FindingForm(), 200)


def _visit_page(
    request: OfficialRequest, visit_id: UUID, form: diary.FindingForm, status: int
) -> HttpResponse:
    actor = request.actor
    seen = diary.visit(visit_id, actor, clock.now())
    [entry] = entries([seen.line])
    picked = {one.finding.text for one in entry.found}
    path = areas.area(seen.line.area_id).path
    may_open = actor.may(cases.REPORT_CASE, path)
    context = {
        "visit": seen,
        "line": seen.line,
        "entry": entry,
        "loose": [one for one in seen.sentences if one not in picked],
        "form": form,
        "may_open": may_open,
        "may_pick": may_open and actor.may(diary.RECORD_VISIT, path),
        "may_see_file": actor.sees(registry.SEE_REGISTRY, path),
    }
    return render(request, "desk/diary/visit.html", context, status=status)


@page(diary.RECORD_VISIT)
@require_POST
@never_cache
def add_finding(request: OfficialRequest, visit_id: UUID) -> HttpResponse:
    """Pick a sentence: it becomes a case at once, or is noted as solved on the spot."""
    form, at = diary.FindingForm(request.POST), clock.now()
    if not form.is_valid():
        return _visit_page(request, visit_id, form, 400)
    given = form.cleaned_data
    try:
        made = diary.add_finding(
            visit_id=visit_id, text=given["text"], solved_on_spot=given["solved_on_spot"],
            solution=given["solution"], by=request.actor, at=at,
        )  # fmt: skip
    except Refused as refused:
        return _visit_page(request, visit_id, form, refused_onto(form, refused))
    if given["solved_on_spot"]:
        messages.success(request, "已记为现场解决。")
        return redirect("desk:visit", visit_id)
    return _to_case(request, made.id, visit_id)


@page(cases.REPORT_CASE)
@require_POST
@never_cache
def finding_to_case(request: OfficialRequest, finding_id: UUID) -> HttpResponse:
    """Turn a finding into a case."""
    return _to_case(request, finding_id, diary.finding(finding_id, request.actor).visit_id)


def _to_case(request: OfficialRequest, finding_id: UUID, visit_id: UUID) -> HttpResponse:
    try:
        case = cases.open_from_finding(finding_id=finding_id, by=request.actor, at=clock.now())
    except (NotAllowed, NotThere):
        raise
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已转为事项 {case.number}，由村里受理。")
    return redirect("desk:visit", visit_id)


@page(diary.SEE_VISITS)
@require_safe
@never_cache
def photo(request: OfficialRequest, photo_id: UUID) -> FileResponse:
    """Show a visit's photo."""
    response = FileResponse(diary.photo(photo_id, request.actor).open("rb"), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@page(diary.RECORD_VISIT)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def visit_new(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Write a visit down at the desk. Whatever is wrong, what was typed stays."""
    actor, at = request.actor, clock.now()
    who = registry.subject(kind, subject_id, actor)
    if request.method != "POST":
        return _visit_form(request, diary.blank_visit_form(at), who, 200)
    form = diary.VisitForm(request.POST, request.FILES)
    status = 400
    if form.is_valid():
        try:
            made = diary.record_visit(subject=who.ref, by=actor, at=at, **form.given(at))
        except Refused as refused:
            status = refused_onto(form, refused)
        else:
            messages.success(request, "走访已记下。要办的话，点那句话旁边的“转为事项”。")
            return redirect("desk:visit", made.id)
    return _visit_form(request, form, who, status)


def _visit_form(
    request: OfficialRequest, form: diary.VisitForm, who: registry.SubjectView, status: int
) -> HttpResponse:
    typed: list[Any] = [*form.typed_findings] if form.is_bound else []
    lines = typed + [diary.FindingInput("")] * max(1, FINDING_LINES - len(typed))
    context = {
        "form": form,
        "who": who,
        "last": diary.last_visits([who.ref]).get(who.ref),
        "lines": lines[: diary.FINDINGS_MAX],
        "lost_photos": form.is_bound and bool(request.FILES),
    }
    return render(request, "desk/diary/visit_new.html", context, status=status)


@page(diary.RECORD_VISIT)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def visit_amend(request: OfficialRequest, visit_id: UUID) -> HttpResponse:
    """Mend one's own visit while it is fresh; the journal keeps what stood there before."""
    actor, at = request.actor, clock.now()
    seen = diary.visit(visit_id, actor, at)
    if seen.why_not_amend:
        raise Refused(seen.why_not_amend)
    first = {
        "kind": seen.line.kind, "met": seen.met, "heard": seen.heard, "done": seen.done,
        "base_version": seen.version,
    }  # fmt: skip
    form = diary.AmendForm(posted(request), initial=first)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                diary.amend_visit(visit_id=visit_id, **form.cleaned_data, by=actor, at=at)
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "走访已修改，改动记在档案里。")
                return redirect("desk:visit", visit_id)
    return render(request, "desk/diary/visit_amend.html", {"form": form, "visit": seen}, status=status)

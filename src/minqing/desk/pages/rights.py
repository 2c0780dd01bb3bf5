"""个人信息请求: what residents ask about their own files, decided with the part of the file it is about; and counts."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from minqing.cases import public as cases
from minqing.desk.asked import a_day, page_number, paged
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.rights import public as rights
from minqing.workflow import public as workflow

STATUS: Final = {Conflict: 409, NotAllowed: 403}


@page(cases.HANDLE_REQUESTS)
@require_safe
@never_cache
def requests(request: OfficialRequest) -> HttpResponse:
    """List the requests: the open ones by their deadline, or all."""
    given = request.GET
    everything = given.get("view") == "all"
    kind = given.get("kind", "") if given.get("kind", "") in rights.KIND_LABELS else ""
    found = rights.requests(
        request.actor,
        at=clock.now(),
        open_only=not everything,
        kind=kind,
        page=page_number(given.get("page")),
    )
    context = {
        "found": found,
        "everything": everything,
        "kind": kind,
        "kinds": [("", "全部"), *rights.KIND_LABELS.items()],
        "page": paged(found.total, rights.PAGE_ROWS, found.page),
    }
    return render(request, "desk/rights/requests.html", context)


@page(cases.HANDLE_REQUESTS)
@require_safe
@never_cache
def one(request: OfficialRequest, request_id: UUID) -> HttpResponse:
    """Show a request with what is needed to decide it."""
    return _render(request, request_id)


@page(cases.HANDLE_REQUESTS)
@require_POST
@never_cache
def step(request: OfficialRequest, request_id: UUID, step: str) -> HttpResponse:
    """Take a step; refused, everything typed stays."""
    found = rights.request_file(request_id, by=request.actor, at=clock.now())
    try:
        wanted = workflow.procedure(found.request.case.run.procedure).step(step)
    except workflow.UnknownProcedure:
        raise NotThere("没有这个动作。请回到请求页面再试。") from None
    form = cases.StepForm(wanted, [], request.POST)
    if not form.is_valid():
        return _render(request, request_id, step_form=form, status=400)
    try:
        rights.take_step(
            request_id=request_id, step=wanted.key, given=form.given(), leg=form.cleaned_data["leg"],
            by=request.actor, at=clock.now(),
        )  # fmt: skip
    except NotThere:
        raise
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _render(request, request_id, step_form=form, status=STATUS.get(type(refused), 400))
    messages.success(request, f"已“{wanted.label}”。")
    return redirect("desk:rights_request", request_id)


@page(cases.HANDLE_REQUESTS)
@require_POST
@never_cache
def carry_out(request: OfficialRequest, request_id: UUID) -> HttpResponse:
    """Do what was decided."""
    found = rights.request_file(request_id, by=request.actor, at=clock.now())
    form = rights.CarryOutForm(request.POST, kind=found.request.kind, item=found.request.item)
    if not form.is_valid():
        return _render(request, request_id, do_form=form, status=400)
    given = form.cleaned_data
    try:
        done = rights.carry_out(
            request_id=request_id, by=request.actor, at=clock.now(), value=given.get("value", ""),
            remark=given.get("remark", ""),
        )  # fmt: skip
    except NotThere:
        raise
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _render(request, request_id, do_form=form, status=STATUS.get(type(refused), 400))
    messages.success(request, f"{'；'.join(done.done)}。接下来请答复申请人。")
    return redirect("desk:rights_request", request_id)


@page(cases.HANDLE_REQUESTS, step_up="打印个人信息副本")
@require_POST
@never_cache
def print_copy(request: OfficialRequest, request_id: UUID) -> HttpResponse:
    """Send the paper copy that a granted request asks for."""
    try:
        content, name = rights.print_copy(request_id=request_id, by=request.actor, at=clock.now())
    except (NotThere, NotAllowed):
        raise
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("desk:rights_request", request_id)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@page(cases.HANDLE_REQUESTS)
@require_safe
@never_cache
def counts(request: OfficialRequest) -> HttpResponse:
    """Count requests by kind and outcome; as they may be published, small cells are not shown."""
    today = clock.today()
    since = a_day(request.GET.get("since")) or date(today.year, 1, 1)
    until = a_day(request.GET.get("until")) or today
    public = request.GET.get("public") == "1"
    context = {
        "rows": rights.counts(request.actor, since=since, until=until, public=public),
        "since": since.isoformat(),
        "until": until.isoformat(),
        "public": public,
    }
    return render(request, "desk/rights/counts.html", context)


def _render(
    request: OfficialRequest,
    request_id: UUID,
    *,
    step_form: cases.StepForm | None = None,
    do_form: rights.CarryOutForm | None = None,
    status: int = 200,
) -> HttpResponse:
    opened = rights.open_request(request_id, by=request.actor, at=clock.now())
    file = opened.file
    asked = file.request
    boxes = []
    waits = file.may_carry_out  # what was granted is done before it is answered
    for number, wanted in enumerate(one for one in file.steps if not (waits and one.key == "reply")):
        mine = step_form is not None and step_form.step.key == wanted.key
        form = step_form if mine else cases.StepForm(wanted, [], initial={"leg": file.leg})
        is_open = mine or (number == 0 and step_form is None)
        boxes.append({"step": wanted, "form": form, "is_open": is_open})
    if do_form is None and waits:
        do_form = rights.CarryOutForm(kind=asked.kind, item=asked.item)
    context: dict[str, Any] = {
        "opened": opened,
        "file": file,
        # A step that can no longer be taken has no form on the page: why, and what was typed, stand above.
        "lost": step_form if step_form is not None and not any(box["form"] is step_form for box in boxes) else None,
        "asked": asked,
        "line": file.line,
        "boxes": boxes,
        "do_form": do_form if waits else None,
        "do_label": _do_label(asked),
        "parts": [
            (part, [[(piece.label, rights.shown(piece.shown or piece.value)) for piece in entry.pieces
                     if piece.value not in (None, "", [])] for entry in part.entries])
            for part in opened.parts
        ],
        "is_mine": asked.concerns_id == request.actor.person_id,
        "may_print": asked.kind == rights.COPY and asked.outcome == "granted",
        "print_url": reverse("desk:rights_print", args=[asked.id]),
    }  # fmt: skip
    return render(request, "desk/rights/request.html", context, status=status)


def _do_label(asked: rights.DataRequest) -> str:
    if asked.kind == rights.ERASURE:
        return "现在删除"
    return {rights.COPY: "副本已经打印", rights.OBJECTION: "去掉这个标签"}.get(asked.kind, "更正")

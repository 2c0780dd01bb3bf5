"""导入: a spreadsheet is uploaded, checked and shown; what is right goes in, what is wrong is listed to be mended."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.desk.answers import refused_onto
from minqing.desk.asked import page_number, paged
from minqing.desk.where import own_area
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.registry import public as registry

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(registry.IMPORT_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def imports(request: OfficialRequest) -> HttpResponse:
    """Take a spreadsheet, and list the earlier ones."""
    actor, at = request.actor, clock.now()
    status = 200
    form = registry.UploadForm()
    if request.method == "POST":
        form = registry.UploadForm(request.POST, request.FILES)
        status = 400
        if form.is_valid():
            try:
                made = registry.stage_import(
                    upload=form.cleaned_data["file"], kind=form.cleaned_data["kind"], by=actor, at=at
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                return redirect("desk:import", made.id)
    context = {
        "form": form,
        "kinds": registry.IMPORT_KINDS.items(),
        "batches": registry.my_imports(actor),
        "where": area.name if (area := own_area(actor)) else "",
    }
    return render(request, "desk/administration/imports.html", context, status=status)


@page(registry.IMPORT_REGISTRY)
@require_safe
def template(request: OfficialRequest, kind: str) -> HttpResponse:
    """Send the spreadsheet to fill in."""
    response = HttpResponse(registry.template_xlsx(kind), content_type=XLSX)
    name = quote(f"{registry.IMPORT_KINDS[kind]}导入模板.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@page(registry.IMPORT_REGISTRY)
@require_safe
@never_cache
def batch(request: OfficialRequest, batch_id: UUID) -> HttpResponse:
    """Show what a spreadsheet would do, or what it did, with its errors by row and column."""
    return _batch_page(request, batch_id, "", 200)


def _batch_page(request: OfficialRequest, batch_id: UUID, refusal: str, status: int) -> HttpResponse:
    actor, given, at = request.actor, request.GET, clock.now()
    seen = registry.preview(
        batch_id, actor, outcome=given.get("outcome", ""), page=page_number(given.get("page"))
    )
    of = seen.batch
    counts = {"new": of.new, "changed": of.changed, "unchanged": of.unchanged, "bad": of.bad}
    here = reverse("desk:import", args=[batch_id])
    context = {
        "seen": seen,
        "batch": of,
        "kind_label": registry.IMPORT_KINDS[of.kind],
        "status_label": registry.STATUS_LABELS[of.status],
        "is_staged": of.status == "staged" and at < of.expires_at,
        "progress": registry.import_progress(of, at) if of.is_at_work else None,
        "in_background": of.rows > registry.AT_ONCE_ROWS,
        "counts": [
            (label, counts[key], f"{here}?outcome={key}#rows") for key, label in registry.OUTCOME_LABELS.items()
        ],
        "tabs": [("", "全部", of.rows), *((key, label, counts[key]) for key, label in registry.OUTCOME_LABELS.items())],
        "errors": registry.error_rows(batch_id, actor),
        "page": paged(seen.listed, -(-seen.listed // seen.pages) or 1, seen.page),
        "some_only": not of.applied_at and seen.listed < counts.get(seen.outcome, of.rows),
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "desk/administration/import.html", context, status=status)


@page(registry.IMPORT_REGISTRY)
@require_safe
@never_cache
def progress(request: OfficialRequest, batch_id: UUID) -> HttpResponse:
    """Show how far a large spreadsheet is: its page asks every other second, until there is something to see."""
    of, at = registry.import_batch(batch_id, request.actor), clock.now()
    if of.is_at_work:
        context = {"batch": of, "progress": registry.import_progress(of, at)}
        return render(request, "desk/administration/part_import_progress.html", context)
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect("desk:import", batch_id)


@page(registry.IMPORT_REGISTRY)
@require_safe
@never_cache
def errors(request: OfficialRequest, batch_id: UUID) -> StreamingHttpResponse:
    """Send the whole list of errors as CSV."""
    of = registry.import_batch(batch_id, request.actor)
    if of.is_at_work:
        raise Refused("这份表格还在处理，做完才有完整的错误清单，请稍后再下载。")
    response = StreamingHttpResponse(
        registry.error_csv(batch_id, request.actor), content_type="text/csv; charset=utf-8"
    )
    name = quote(f"{of.file_name.rsplit('.', 1)[0]}-要改的行.csv")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@page(registry.IMPORT_REGISTRY, step_up="导入表格")
@require_POST
@never_cache
def apply(request: OfficialRequest, batch_id: UUID) -> HttpResponse:
    """Register what is right."""
    try:
        done = registry.apply_import(batch_id=batch_id, by=request.actor, at=clock.now())
    except NotThere:
        raise
    except Refused as refused:
        return _batch_page(request, batch_id, refused.message, 409 if isinstance(refused, Conflict) else 400)
    if done.is_at_work:
        messages.success(request, "已开始导入，在后台进行。可以离开这一页，过会儿再回来看。")
        return redirect("desk:import", batch_id)
    left = f"有 {done.bad} 行要改，改好后再上传一次，已导入的不会重复。" if done.bad else ""
    messages.success(request, f"导入完成：新增 {done.new} 行，更新 {done.changed} 行。{left}")
    return redirect("desk:import", batch_id)


@page(registry.IMPORT_REGISTRY)
@require_POST
@never_cache
def discard(request: OfficialRequest, batch_id: UUID) -> HttpResponse:
    """Throw a spreadsheet away."""
    registry.discard_import(batch_id=batch_id, by=request.actor)
    messages.success(request, "这份表格已放弃，没有导入任何内容。")
    return redirect("desk:imports")

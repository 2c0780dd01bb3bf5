"""派单目录 as a table: down as CSV, edited by the office, up again with a preview of what it changes."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.forms_handover import CatalogueConfirmForm, CatalogueTableForm
from minqing.desk.where import chosen_area, own_area
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.table_files import FORMATS, file_of
from minqing.registry import public as registry

FILE_BYTES_MAX: Final = 2 * 1024 * 1024
PROBLEMS_SHOWN: Final = 100
_LAST_LINE: Final = re.compile(r"^共 \d+ 行$")
Rows = list[tuple[int, list[str]]]


@page([cases.EDIT_CATALOGUE, cases.SEE_RETURNS])
@require_safe
@never_cache
def catalogue_table(request: OfficialRequest) -> StreamingHttpResponse:
    """Send the lines of an area that hold, as CSV."""
    area = _area(request, request.GET.get("area"))
    rows = cases.catalogue_table(area)
    pieces = file_of("csv", "派单目录", cases.CATALOGUE_COLUMNS, rows)
    response = StreamingHttpResponse(pieces, content_type=FORMATS["csv"][1])
    name = f"派单目录_{area.name}_{clock.local(clock.now()):%Y-%m-%d}.csv"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


@page(cases.EDIT_CATALOGUE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def catalogue_upload(request: OfficialRequest) -> HttpResponse:
    """Take an edited table, say what it would change, and on a second post change it."""
    area = _area(request, request.GET.get("area"))
    request.actor.require(cases.EDIT_CATALOGUE, area.path)
    if request.method != "POST":
        return _asking(request, area, _form(None), 200)
    if "seen" in request.POST:
        return _carry_out(request, area)
    form = _form(request)
    if not form.is_valid():
        return _asking(request, area, form, 400)
    try:
        rows = _rows(form.cleaned_data["file"])
        plan = _plan(request, area, rows, form.cleaned_data)
    except Refused as refused:
        return _asking(request, area, form, refused_onto(form, refused))
    return _preview(request, area, rows, form.cleaned_data, plan, 200)


def _carry_out(request: OfficialRequest, area: areas.Area) -> HttpResponse:
    confirm = CatalogueConfirmForm(request.POST)
    if not confirm.is_valid():
        messages.error(request, "页面上的内容不完整，请重新上传表格。")
        return _asking(request, area, _form(None), 400)
    given = confirm.cleaned_data
    try:
        done = cases.apply_catalogue_table(
            given["rows"], area, from_on=given["from_on"], ends_missing=given["ends_missing"],
            seen=given["seen"], by=request.actor, at=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        plan = _plan(request, area, given["rows"], given)
        return _preview(request, area, given["rows"], given, plan, 409, refused.message)
    messages.success(
        request,
        f"派单目录已改好：新增 {len(done.added)} 条，改动 {len(done.changed)} 条，停用 {len(done.ended)} 条。",
    )
    return redirect(f"{reverse('desk:catalogue')}?area={area.id}")


def _plan(request: OfficialRequest, area: areas.Area, rows: Rows, given: dict[str, Any]) -> cases.TablePlan:
    return cases.plan_catalogue(
        rows, area, from_on=given["from_on"], ends_missing=given["ends_missing"], actor=request.actor,
        today=clock.local(clock.now()).date(),
    )  # fmt: skip


def _rows(upload: UploadedFile[Any]) -> Rows:
    """Read the table; what the file itself put at its end is no row."""
    if (upload.size or 0) > FILE_BYTES_MAX:
        raise Refused("表格超过 2 MB，派单目录没有这么大，请核对。", field="file")
    read = registry.read_sheet(upload.name or "", upload, upload.size or 0)
    rows = [(row.number, list(row.cells)) for row in read]
    return [row for row in rows if not _LAST_LINE.match(row[1][0])]


def _area(request: OfficialRequest, wanted: str | None) -> areas.Area:
    return chosen_area(wanted) or own_area(request.actor) or areas.county()


def _form(request: OfficialRequest | None) -> CatalogueTableForm:
    tomorrow = clock.local(clock.now()).date() + timedelta(days=1)
    data, files = (request.POST, request.FILES) if request else (None, None)
    return CatalogueTableForm(data, files, initial={"from_on": tomorrow})


def _asking(
    request: OfficialRequest, area: areas.Area, form: CatalogueTableForm, status: int
) -> HttpResponse:
    context = {"form": form, "area": area, "columns": "、".join(cases.CATALOGUE_COLUMNS)}
    return render(request, "desk/handover/catalogue_upload.html", context, status=status)


def _preview(
    request: OfficialRequest,
    area: areas.Area,
    rows: Rows,
    given: dict[str, Any],
    plan: cases.TablePlan,
    status: int,
    refusal: str = "",
) -> HttpResponse:
    """Show what a table would change, or what in it has to be mended first."""
    seen = {**given, "rows": rows, "seen": plan.digest}
    context = {
        "area": area,
        "plan": plan,
        "problems": plan.problems[:PROBLEMS_SHOWN],
        "refusal": refusal,
        "form": CatalogueConfirmForm(initial=seen) if plan.does_anything and not plan.problems else None,
    }
    return render(request, "desk/handover/catalogue_preview.html", context, status=status)

"""导出名单: a list as it is filtered, streamed as a file, with the rights of the screen."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from minqing.areas import public as areas
from minqing.desk.asked import posted
from minqing.desk.forms_exports import ExportForm
from minqing.desk.where import chosen_area, own_area
from minqing.kernel import clock
from minqing.kernel.errors import NotAllowed, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.registry import public as registry


@page(registry.EXPORT_REGISTRY, step_up="导出名单")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def registry_export(request: OfficialRequest) -> HttpResponseBase:
    """Say what would be exported, and on a post send it."""
    data = posted(request)
    if data is None:
        return _asking(request, ExportForm(initial=_filters(request)), _filters(request), 200)
    form = ExportForm(data)
    if not form.is_valid():
        return _asking(request, form, data.dict(), 400)
    given = form.cleaned_data
    try:
        made = registry.start_export(
            registry.ExportAsked(
                kind=given["kind"],
                area=_area(request, str(given["area"] or "")),
                text=given["text"],
                tag=given["tag"],
                closed=given["closed"],
            ),
            form=given["form"],
            by=request.actor,
            at=clock.now(),
        )
    except (NotThere, NotAllowed):
        raise
    except Refused as refused:
        form.add_error(None, refused.message)
        return _asking(request, form, data.dict(), 409)
    response = StreamingHttpResponse(made.pieces, content_type=made.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=made.name) or ""
    return response


def _filters(request: OfficialRequest) -> dict[str, Any]:
    """Return the filters that stand in the address."""
    given = request.GET
    kind = given.get("kind", "")
    return {
        "kind": kind if kind in registry.KIND_LABELS else registry.RESIDENT,
        **{name: given.get(name, "") for name in ("area", "text", "tag")},
        "closed": bool(given.get("closed")),
    }


def _area(request: OfficialRequest, area_id: str) -> areas.Area:
    area = chosen_area(area_id) or own_area(request.actor)
    if area is None:
        raise NotThere
    return area


def _asking(request: OfficialRequest, form: ExportForm, given: dict[str, Any], status: int) -> HttpResponse:
    """Show what the file will hold."""
    kind = given.get("kind", "")
    kind = kind if kind in registry.KIND_LABELS else registry.RESIDENT
    tags = {one.key: one.label for one in registry.tag_kinds(kind)}
    context = {
        "form": form,
        "kind": kind,
        "kind_label": registry.KIND_LABELS[kind],
        "area": _area(request, str(given.get("area") or "")),
        "text": given.get("text", ""),
        "tag": tags.get(given.get("tag", ""), ""),
        "closed": given.get("closed") not in ("", None, False, "False"),
        "columns": "、".join(registry.EXPORT_COLUMNS[kind]),
    }
    return render(request, "desk/registry/export.html", context, status=status)

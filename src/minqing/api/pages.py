"""The description for machines, and a page for people that lists the operations (without scripts from elsewhere)."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from minqing.api.door import description
from minqing.kernel.pages import OfficialRequest, page


@page(public="the description of a public interface")
@require_safe
def openapi(request: OfficialRequest) -> HttpResponse:
    """Return the OpenAPI description."""
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False, "indent": 1})


@page(public="the description of a public interface")
@require_safe
def operations(request: OfficialRequest) -> HttpResponse:
    """List the operations."""
    said = description()
    paths = said["paths"]
    listed = [
        {**operation, "address": f"{method.upper()} {path}", "said": operation["description"]}
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]
    values = {"operations": listed, "info": said["info"], "openapi_url": reverse("api:openapi")}
    return render(request, "api/operations.html", values)


@page(public="what is not there tells nobody anything")
@csrf_exempt  # a machine that mistyped an address of an operation has no form's token either
def missing(request: OfficialRequest, rest: str) -> HttpResponse:
    """Say in the schema of errors that there is no such operation."""
    said = {"message": "没有这个操作，请对照接口说明核对地址。", "field": None}
    return JsonResponse(said, status=404, json_dumps_params={"ensure_ascii": False})

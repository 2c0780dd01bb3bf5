"""Where one goes on to after showing who one is: back, or on with what was posted before."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from minqing.kernel.pages import words_of


def next_of(request: HttpRequest) -> str:
    """Return the address to go on to, or the first page: never another site's."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"


def kept_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields that were posted before and wait to be sent on."""
    try:
        return [(str(name), str(value)) for name, value in json.loads(request.POST.get("kept") or "[]")]
    except (ValueError, TypeError):
        return []


def carried(request: HttpRequest) -> dict[str, Any]:
    """Return what a page on the way hands on to the next in hidden fields (``accounts/part_carried.html``)."""
    return {
        "next": next_of(request),
        "posted": bool(request.POST.get("posted")),
        "kept": request.POST.get("kept", "") if kept_of(request) else "",
    }


def onward(request: HttpRequest, *, title: str = "已登录，请继续提交") -> HttpResponse:
    """Go on to where one was; what was posted is offered to be sent on."""
    kept = kept_of(request)
    if not kept and not request.POST.get("posted"):
        return redirect(next_of(request))
    given = {"title": title, "fields": kept, "words": words_of(kept), "next": next_of(request)}
    response = render(request, "accounts/resume.html", given)
    response["Cache-Control"] = "no-store"
    return response

"""The first page: for residents how to report and follow; officials are sent on to their desk or phone."""

from __future__ import annotations

from django.conf import settings
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_safe

from minqing.cases import public as cases
from minqing.kernel.pages import OfficialRequest, page
from minqing.portal.pages import squeezed

WRONG_CODE = "回执码是 {length} 位字母和数字（没有 0、1、I、L、O、U、V），请照着回执再输一次。"


@page(public="residents begin here without an account")
@require_safe
def landing(request: OfficialRequest) -> HttpResponseBase:
    """Show how to report and follow; whoever is signed in goes to their own first page."""
    if request.actor is not None:
        on_phone = "Mobile" in request.headers.get("User-Agent", "")
        return redirect("mobile:today" if on_phone else "desk:home")
    typed = request.GET.get("code", "")
    code = cases.read_code(typed, cases.RECEIPT_LENGTH)
    if code:
        return redirect("portal:receipt", code)
    wrong = WRONG_CODE.format(length=cases.RECEIPT_LENGTH) if typed.strip() else ""
    values = {"typed": typed[:40], "wrong": wrong, "sign_in_url": resolve_url(settings.LOGIN_URL)}
    return squeezed(request, render(request, "portal/landing.html", values, status=400 if wrong else 200))

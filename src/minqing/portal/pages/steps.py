"""What a procedure lets the holder of a receipt do beside answering: take a petition back, ask for its review."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from minqing.cases import public as cases
from minqing.kernel import clock, limits
from minqing.kernel.errors import Conflict, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.portal.pages import unkept
from minqing.portal.pages.receipts import look_up


@page(public="whoever holds the code may take the reporter's steps")
@unkept
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: OfficialRequest, code: str, step: str) -> HttpResponseBase:
    """Ask what a step needs, and take it."""
    found = look_up(request, code)
    receipt_url = reverse("portal:receipt", args=[found.code])
    is_post = request.method == "POST"
    wanted = cases.reporter_step(found, step)
    if wanted is None or not (is_post or wanted in found.steps):
        return redirect(receipt_url)
    form = cases.StepForm(wanted, [], request.POST if is_post else None, initial={"leg": found.leg})
    status = 200
    if is_post:
        status = 400
        if form.is_valid():
            at = clock.now()
            limits.spend(cases.REPLIES, request.META, at)
            try:
                cases.step_by_reporter(
                    receipt_code=found.code,
                    step=wanted.key,
                    given=form.given(),
                    leg=form.cleaned_data["leg"],
                    at=at,
                )
            except Refused as refused:
                status = 409 if isinstance(refused, Conflict) else 400
                form.add_error(refused.field if refused.field in form.fields else None, refused.message)
            else:
                return redirect(f"{receipt_url}?did=stepped")
    values = {"receipt": found, "receipt_url": receipt_url, "form": form, "step": wanted}
    return render(request, "portal/step.html", values, status=status)

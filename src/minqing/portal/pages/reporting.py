"""The page behind a scanned door code: one question, with the place filled in."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from minqing.cases import public as cases
from minqing.kernel import clock, limits
from minqing.kernel.errors import Conflict, NotThere, Refused, TooMany
from minqing.kernel.pages import OfficialRequest, page
from minqing.portal.pages import unkept
from minqing.portal.uploads import in_memory_only
from minqing.registry.public import SubjectRef

ANOTHER_REPORT = "如果这是另一件事，请再点一次“提交”，会另开一张回执。"


@page(public="a printed code opens it; nobody needs an account to speak")
@in_memory_only
@unkept
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: OfficialRequest, code: str) -> HttpResponseBase:
    """Ask what somebody at this door wants to say, and open a case with it."""
    at = clock.now()
    try:
        limits.check(cases.MISSES, request.META, at)
        place = cases.door_code(code)
    except NotThere:
        limits.spend(cases.MISSES, request.META, at)
        raise
    if request.method != "POST":
        form = cases.ReporterReportForm(initial={"id": cases.new_report_id(), "anonymous": "no"})
        response = _page(request, form, place)
        # Nobody's words are on it yet. Kept by the browser that asked, so that “back” finds the same form with the
        # same id, and what is sent from there again is the same report. (The form is sent to another address, “?say=1”,
        # since a post makes the browser forget the page of its own address.)
        response["Cache-Control"] = "private, no-cache"
        return response
    form = cases.ReporterReportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, place, status=400)
    try:
        limits.spend(cases.REPORTS, request.META, at)
        case = cases.open_case(_report(form, place), by=None, at=at)
    except Refused as refused:
        return _refused(request, form, place, refused)
    return redirect(f"{reverse('portal:receipt', args=[case.receipt_code])}?did=reported")


def _report(form: cases.ReporterReportForm, place: cases.DoorPlace) -> cases.Report:
    given = form.cleaned_data
    is_anonymous = given["anonymous"] == "yes"
    subject = SubjectRef(place.subject_kind, place.subject_id) if place.subject_id else None
    return cases.Report(
        id=given["id"],
        source=cases.DOOR_CODE,
        area_id=place.area.id,
        words=given["words"],
        subject=None if is_anonymous else subject,
        contact=None if is_anonymous else cases.ContactInput(given["name"], given["phone"]),
        is_anonymous=is_anonymous,
        photos=given["photos"],
    )


def _refused(
    request: OfficialRequest, form: cases.ReporterReportForm, place: cases.DoorPlace, refused: Refused
) -> HttpResponse:
    """Show the form again with the reason; everything that was written stays."""
    field = "photos" if refused.field == "photo" else refused.field
    form.add_error(field if field in form.fields else None, refused.message)
    status = 400
    if isinstance(refused, Conflict):
        status = 409
        form.add_error(None, ANOTHER_REPORT)
        form.data = {**request.POST.dict(), "id": str(cases.new_report_id())}
    response = _page(request, form, place, status=429 if isinstance(refused, TooMany) else status)
    if isinstance(refused, TooMany):
        response["Retry-After"] = str(refused.retry_after)
    return response


def _page(
    request: OfficialRequest, form: cases.ReporterReportForm, place: cases.DoorPlace, status: int = 200
) -> HttpResponse:
    form.fields["phone"].required = True  # as drawn: it is only seen, and asked for, by who leaves a number
    values = {"form": form, "place": place, "photos_lost": bool(request.FILES)}
    return render(request, "portal/report.html", values, status=status)

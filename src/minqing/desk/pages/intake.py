"""Writing a case down for somebody: an officer at a desk, and whoever answers the hotline."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.cases import public as cases
from minqing.desk.asked import an_id
from minqing.desk.pages.merging import repeats_of
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.text import clean_line

PLACE_TEXT_MAX: Final = 60
# Where likely doubles are offered while somebody writes.
DOUBLES_IN: Final = (cases.OFFICER, cases.HOTLINE)
# Buttons that look something up and save nothing; what was typed comes back as it was.
LOOK_UPS: Final = ("find", "look", "alike")


@page(cases.REPORT_CASE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def case_new(request: OfficialRequest) -> HttpResponse:
    """Write down what somebody told an officer."""
    return _intake(request, cases.OFFICER, cases.report_form_for(request.actor), "desk/case_new.html")


@page(cases.TAKE_CALLS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hotline(request: OfficialRequest) -> HttpResponse:
    """Write down what a caller says, while they say it."""
    return _intake(request, cases.HOTLINE, cases.HotlineReportForm, "desk/hotline.html")


@page(cases.REGISTER_PETITION)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def petition_new(request: OfficialRequest) -> HttpResponse:
    """Register a petition, brought in person, by letter or on the net."""
    return _intake(request, cases.PETITION, cases.OfficerReportForm, "desk/lanes/petition_new.html")


@page(cases.RUN_EXPRESS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def express_new(request: OfficialRequest) -> HttpResponse:
    """Write down what an enterprise says on the mayor's telephone."""
    return _intake(request, cases.EXPRESS, cases.OfficerReportForm, "desk/lanes/express_new.html")


def _intake(
    request: OfficialRequest, source: str, form_class: type[cases.OfficerReportForm], template: str
) -> HttpResponse:
    status = 200
    looking = any(name in request.POST for name in LOOK_UPS)
    if request.method != "POST":
        # A link may bring the area along; a phone number never stands in an address.
        form = form_class(initial={"id": cases.new_report_id(), "area": request.GET.get("area", "")})
    elif looking:
        form = form_class(initial={name: request.POST.get(name, "") for name in form_class.base_fields})
    else:
        form = form_class(request.POST, request.FILES)
    more = _offer_places(request, form, source)
    if form.is_bound:
        opened = _open(request, form, source) if form.is_valid() else None
        if opened is not None:
            _go_along(request, opened)
            return redirect(f"{reverse('desk:receipt', args=[opened.id])}?new=1")
        if "id" in form.errors:
            renewed = request.POST.copy()
            renewed["id"] = str(cases.new_report_id())
            form.data = renewed
        status = 409 if any(error.code == "conflict" for error in _errors(form)) else 400
    phone = request.POST.get("phone", "")
    context = {
        "form": form,
        "source": source,
        "place_text": _place_text(request),
        "more_places": more,
        "earlier": _earlier(request, phone) if source == cases.HOTLINE else None,
        "repeats": repeats_of(request) if source in DOUBLES_IN else None,
        "may_merge": request.actor.may(cases.MERGE_CASES),
        "merge_into": an_id(request.POST.get("merge_into")),
        "photos_lost": status != 200 and bool(request.FILES),
    }
    return render(request, template, context, status=status)


def _go_along(request: OfficialRequest, opened: cases.Case) -> None:
    """Handle what was just written down as part of a case that somebody reported before, if that was chosen."""
    master_id = an_id(request.POST.get("merge_into"))
    if master_id is None or master_id == opened.id:
        return
    try:
        master = cases.merge_cases(
            master_id=master_id, child_ids=[opened.id], by=request.actor, at=clock.now(), reasons="登记时选定"
        )
    except Refused as refused:
        messages.warning(request, f"已登记，单独办理。没有并单：{refused.message}")
    else:
        messages.success(request, f"已登记，和 {master.number} 合在一起办理；办完会单独问这位反映人。")


def _open(request: OfficialRequest, form: cases.OfficerReportForm, source: str) -> cases.Case | None:
    """Open the case, or put the refusal onto the form."""
    given = form.cleaned_data
    report = cases.Report(
        id=given["id"],
        source=source,
        area_id=given["area"],
        words=given["words"],
        contact=cases.ContactInput(name=given.get("name") or "", phone=given.get("phone") or ""),
        topic_key=given.get("topic") or "",
        photos=given.get("photos") or [],
        procedure=given.get("procedure") or "",
    )
    try:
        return cases.open_case(report, by=request.actor, at=clock.now())
    except Refused as refused:
        code = "conflict" if isinstance(refused, Conflict) else "refused"
        field = refused.field if refused.field in form.fields else None
        form.add_error(field, forms.ValidationError(refused.message, code))
        return None


def _errors(form: forms.Form) -> list[forms.ValidationError]:
    return [error for errors in form.errors.as_data().values() for error in errors]


def _offer_places(request: OfficialRequest, form: cases.OfficerReportForm, source: str) -> bool:
    """Make the area a choice among the places that were looked for; return whether there are more."""
    chosen = _uuid(request.POST.get("area") or request.GET.get("area"))
    found = cases.places(request.actor, source, _place_text(request), chosen=chosen)
    form.fields["area"] = PlaceField(found.choices)
    return found.more


class PlaceField(forms.UUIDField):
    """An area, out of those in which a case may be placed."""

    def __init__(self, places: list[cases.PlaceChoice]) -> None:
        self.ids = {one.id for one in places}
        choices = [("", "请选择" if places else "没有找到"), *((str(one.id), one.label) for one in places)]
        super().__init__(
            label="在哪里",
            widget=forms.Select(choices=choices),
            error_messages={"required": "请选择事情发生的辖区。"},
        )

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value not in self.ids:
            raise forms.ValidationError("这个辖区已撤销，或不在您的辖区内，请从列表里重新选择。")


def _place_text(request: OfficialRequest) -> str:
    return clean_line(request.POST.get("place") or request.GET.get("place") or "")[:PLACE_TEXT_MAX]


def _uuid(value: Any) -> UUID | None:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return None


def _earlier(request: OfficialRequest, phone: Any) -> list[cases.CaseRow] | None:
    """Return open cases of a number, or None when there is no whole number yet."""
    try:
        number = cases.PhoneField(required=True).clean(phone)
    except forms.ValidationError:
        return None
    return cases.earlier_calls(number, by=request.actor, at=clock.now())


@page([cases.REPORT_CASE, cases.TAKE_CALLS, cases.REGISTER_PETITION, cases.RUN_EXPRESS])
@require_safe
@never_cache
def places(request: OfficialRequest, source: str) -> HttpResponse:
    """Send the places that match, as options; for htmx, which puts them into the select."""
    if source not in (cases.OFFICER, cases.HOTLINE, cases.PETITION, cases.EXPRESS):
        raise NotThere
    found = cases.places(request.actor, source, _place_text(request), chosen=_uuid(request.GET.get("area")))
    context = {"found": found, "chosen": request.GET.get("area", "")}
    return render(request, "desk/part_places.html", context)


@page(cases.TAKE_CALLS)
@require_POST
@never_cache
def earlier(request: OfficialRequest) -> HttpResponse:
    """Send the open cases of a caller's number; for htmx."""
    context = {"earlier": _earlier(request, request.POST.get("phone", ""))}
    return render(request, "desk/part_earlier.html", context)

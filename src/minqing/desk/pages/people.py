"""人员: accounts and who is appointed where, for the security administrator; offices, also for the system's."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.desk.answers import refused_onto
from minqing.desk.asked import an_id, page_number, paged, posted
from minqing.desk.forms_administration import (
    AppointForm,
    EndAppointmentForm,
    PeopleFilterForm,
    PersonForm,
    ResetPasswordForm,
    UnitFilterForm,
)
from minqing.desk.where import chosen_area, way_down
from minqing.kernel import clock
from minqing.kernel.access import Role
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.text import clean_line

TEXT_MAX: Final = 40
AREAS_FOUND: Final = 30


@page(accounts.MANAGE_PEOPLE)
@require_safe
@never_cache
def people(request: OfficialRequest) -> HttpResponse:
    """List accounts by name, role and area."""
    given, actor = request.GET, request.actor
    area = chosen_area(given.get("area"))
    form = PeopleFilterForm(given, areas=way_down(area, actor))
    wanted = form.read()
    found = accounts.people(
        text=wanted.get("text", ""), role=wanted.get("role", ""), area=area if "area" in wanted else None,
        vacant=wanted.get("vacant", False), on=clock.local(clock.now()).date(),
        page=page_number(given.get("page")),
    )  # fmt: skip
    context = {
        "form": form,
        "is_filtered": bool(wanted),
        "found": found,
        "page": paged(found.total, accounts.PEOPLE_ROWS, found.page),
    }
    return render(request, "desk/administration/people.html", context)


@page((accounts.MANAGE_PEOPLE, accounts.MANAGE_UNITS))
@require_safe
@never_cache
def units(request: OfficialRequest) -> HttpResponse:
    """List the offices that handle cases."""
    given, actor = request.GET, request.actor
    area = chosen_area(given.get("area"))
    form = UnitFilterForm(given, areas=way_down(area, actor))
    wanted = form.read()
    found = accounts.units(
        text=wanted.get("text", ""),
        area=area if "area" in wanted else None,
        page=page_number(given.get("page")),
    )
    names = areas.area_names([one.area_id for one in found.rows])
    context = {
        "form": form,
        "is_filtered": bool(wanted),
        "rows": [(one, names.get(one.area_id, one.area.name)) for one in found.rows],
        "total": found.total,
        "may_see_people": actor.may(accounts.MANAGE_PEOPLE),
        "may_manage": actor.may(accounts.MANAGE_UNITS),
        "columns": "名称|类型|设在|可以做" if actor.may(accounts.MANAGE_UNITS) else "名称|类型|设在",
        "page": paged(found.total, accounts.UNIT_ROWS, found.page),
    }
    return render(request, "desk/administration/units.html", context)


@page(accounts.MANAGE_PEOPLE)
@require_safe
@never_cache
def person(request: OfficialRequest, person_id: UUID) -> HttpResponse:
    """Show one account with all its appointments."""
    who = accounts.person(person_id)
    today = clock.local(clock.now()).date()
    held = accounts.appointments_of(person_id)
    names = areas.area_names([one.area_id for one in held])
    context = {
        "who": who,
        "today": today,
        "factors": accounts.factors_of(person_id),
        "factor_required": accounts.second_factor_required(),
        "current": [(one, names[one.area_id]) for one in held if one.ends_on is None or one.ends_on >= today],
        "past": [(one, names[one.area_id]) for one in held if one.ends_on and one.ends_on < today],
    }
    return render(request, "desk/administration/person.html", context)


@page(accounts.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def person_new(request: OfficialRequest) -> HttpResponse:
    """Make an account; it may do nothing until somebody appoints it."""
    form = PersonForm(posted(request))
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                made = accounts.add_person(**form.cleaned_data, by=request.actor, at=clock.now())
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已建立{made.name}的账号。还没有任职，什么也看不到，请接着任命。")
                return redirect("desk:person", made.id)
    return render(request, "desk/administration/person_new.html", {"form": form}, status=status)


@page(accounts.MANAGE_PEOPLE, step_up="重设密码")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def password_reset(request: OfficialRequest, person_id: UUID) -> HttpResponse:
    """Give somebody who forgot theirs another password."""
    who = accounts.person(person_id)
    form = ResetPasswordForm(posted(request))
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                accounts.reset_password(
                    person_id=who.id, new=form.cleaned_data["new"], by=request.actor, at=clock.now()
                )
            except Refused as refused:
                # The rules of passwords speak of "password", which this form calls by another name.
                form.add_error("new" if refused.field == "password" else None, refused.message)
            else:
                messages.success(request, f"已重设{who.name}的密码。")
                return redirect("desk:person", who.id)
    return render(
        request, "desk/administration/password_reset.html", {"who": who, "form": form}, status=status
    )


@page(accounts.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def appoint(request: OfficialRequest, person_id: UUID) -> HttpResponse:
    """Appoint somebody: first where, then as what."""
    who = accounts.person(person_id)
    area_id = an_id(request.POST.get("area") or request.GET.get("area"))
    if area_id is None:
        text = clean_line(request.GET.get("q", ""))[:TEXT_MAX]
        top = areas.county()
        found = areas.search(text, AREAS_FOUND) if text else [top, *areas.children(top)]
        names = areas.area_names([one.id for one in found])
        context = {"who": who, "q": text, "found": [(one, names[one.id]) for one in found]}
        return render(request, "desk/administration/appoint_where.html", context)
    area = areas.area(area_id)
    form = AppointForm(
        posted(request), roles=[(one.key, one.label) for one in _roles_at(area)],
        units=[(str(one.id), one.name) for one in accounts.units_in(area)],
        initial={"area": area.id, "starts_on": clock.local(clock.now()).date()},
    )  # fmt: skip
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                accounts.appoint(
                    person_id=who.id, role=accounts.ROLES[given["role"]], area_id=area.id,
                    unit_id=an_id(given["unit"]), starts_on=given["starts_on"], ends_on=given["ends_on"],
                    by=request.actor, at=clock.now(),
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已任命{who.name}。")
                return redirect("desk:person", who.id)
    context = {"who": who, "area": area, "area_name": areas.area_name(area, areas.COUNTY), "form": form}
    return render(request, "desk/administration/appoint.html", context, status=status)


def _roles_at(area: areas.Area) -> list[Role]:
    """Return the roles that may be held at an area of this level."""
    return [role for role in accounts.ROLES.values() if area.level in accounts.ROLE_LEVELS[role]]


@page(accounts.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def appointment_end(request: OfficialRequest, person_id: UUID, appointment_id: UUID) -> HttpResponse:
    """Give an appointment its last day."""
    who = accounts.person(person_id)
    today = clock.local(clock.now()).date()
    held = next((one for one in accounts.appointments_of(person_id) if one.id == appointment_id), None)
    if held is None:
        raise NotThere
    form = EndAppointmentForm(posted(request), initial={"ends_on": today})
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                accounts.end_appointment(
                    appointment_id=held.id, **form.cleaned_data, by=request.actor, at=clock.now()
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                last = form.cleaned_data["ends_on"]
                when = "已结束" if last < today else f"到 {last:%Y-%m-%d} 为止，当天结束前仍有权限"
                messages.success(request, f"{who.name}的“{held.label}”任职{when}。")
                return redirect("desk:person", who.id)
    context = {"who": who, "held": held, "form": form, "yesterday": today - timedelta(days=1)}
    return render(request, "desk/administration/appointment_end.html", context, status=status)

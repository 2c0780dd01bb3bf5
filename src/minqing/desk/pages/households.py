"""Who lives where: register a member, let somebody move in or out, change the head."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from minqing.areas import public as areas
from minqing.desk.answers import refused_onto
from minqing.desk.asked import an_id, posted
from minqing.desk.pages.disclosure import ask_reason, opened_to_change
from minqing.desk.pages.dossier_edits import about_alike, said_apart
from minqing.disclosure import public as disclosure
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.text import clean_line
from minqing.registry import public as registry

TEXT_MAX: Final = 40
CHOICES_SHOWN: Final = 20


@page(registry.EDIT_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def member_new(request: OfficialRequest, household_id: UUID) -> HttpResponse:
    """Register somebody straight into a household."""
    home = _household(household_id, request.actor)
    form = registry.NewMemberForm(posted(request), initial={"id": uuid7()})
    del form.fields["area"]  # the household's
    status, alike = 200, tuple[registry.Lookalike, ...]()
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                registry.add_resident(
                    values=form.as_input(), household_id=household_id, relation=form.cleaned_data["relation"],
                    id=form.cleaned_data["id"], apart_from=said_apart(request), by=request.actor, at=clock.now(),
                )  # fmt: skip
            except registry.LooksAlike as asked:
                alike = asked.files
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已登记{form.cleaned_data['name']}。")
                return redirect("desk:dossier", registry.HOUSEHOLD, household_id)
    more = about_alike(request, alike)
    return _form_page(request, home, form, "登记家里人", "登记", status, **more)


@page(registry.EDIT_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def move_in(request: OfficialRequest, household_id: UUID) -> HttpResponse:
    """Let somebody already on file join this household: find them, then say in which relation."""
    actor = request.actor
    home = _household(household_id, actor)
    chosen = an_id(request.POST.get("resident") or request.GET.get("resident"))
    who = registry.subject(registry.RESIDENT, chosen, actor) if chosen else None
    return _moving(request, home, who, kind=registry.RESIDENT, back=home)


@page(registry.EDIT_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def dossier_move(request: OfficialRequest, resident_id: UUID) -> HttpResponse:
    """Let this resident move into a household: find it, then say in which relation."""
    actor = request.actor
    who = registry.subject(registry.RESIDENT, resident_id, actor)
    _require_edit(who, actor)
    chosen = an_id(request.POST.get("household") or request.GET.get("household"))
    home = _household(chosen, actor) if chosen else None
    return _moving(request, home, who, kind=registry.HOUSEHOLD, back=who)


def _moving(
    request: OfficialRequest,
    home: registry.SubjectView | None,
    who: registry.SubjectView | None,
    *,
    kind: str,
    back: registry.SubjectView,
) -> HttpResponse:
    """Answer with the list to choose from until both are known, then with the form; ``kind`` is what is looked for."""
    actor, at = request.actor, clock.now()
    today = clock.local(at).date()
    context: dict[str, Any] = {"ref": back.ref, "subject": back, "home": home, "who": who, "kind": kind}
    if home is None or who is None:
        text = clean_line(request.GET.get("q", ""))[:TEXT_MAX]
        found = registry.search(actor, text, kind=kind, today=today, rows_max=CHOICES_SHOWN) if text else None
        return render(request, "desk/registry/move_choose.html", {**context, "q": text, "found": found})
    first = {"resident": who.id, "household": home.id, "on": today}
    form = registry.MoveInForm(posted(request), initial=first)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                registry.move_in(
                    resident_id=who.id, household_id=home.id, relation=given["relation"], on=given["on"],
                    by=actor, at=at,
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"{who.name}已迁入{home.address}。")
                return redirect("desk:dossier", back.kind, back.id)
    return render(request, "desk/registry/move_in.html", {**context, "form": form}, status=status)


@page(registry.EDIT_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def move_out(request: OfficialRequest, resident_id: UUID) -> HttpResponse:
    """Let a resident leave the household they are in."""
    actor, at = request.actor, clock.now()
    who = registry.subject(registry.RESIDENT, resident_id, actor)
    _require_edit(who, actor)
    first = {"resident": resident_id, "on": clock.local(at).date()}
    form = registry.MoveOutForm(posted(request), initial=first)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                registry.move_out(resident_id=resident_id, on=form.cleaned_data["on"], by=actor, at=at)
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"{who.name}已迁出，档案仍留在本网格。")
                return redirect("desk:dossier", registry.RESIDENT, resident_id)
    return _form_page(request, who, form, f"{who.name}迁出{who.address}", "迁出", status)


@page(registry.EDIT_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def set_head(request: OfficialRequest, household_id: UUID) -> HttpResponse:
    """Make a member the head of the household."""
    actor, at = request.actor, clock.now()
    home = _household(household_id, actor)
    try:
        held = opened_to_change(request, home.ref, at)
    except disclosure.NeedsReason as needs:
        return ask_reason(request, needs.who)
    form = registry.HeadForm(posted(request))
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                registry.set_head(
                    household_id=household_id, resident_id=given["resident"], before_becomes=given["before_becomes"],
                    by=actor, at=at,
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "户主已变更。")
                return redirect("desk:dossier", registry.HOUSEHOLD, household_id)
    others = [one for one in held.members if not one.is_head]
    head = next((one for one in held.members if one.is_head), None)
    context = {
        "form": form, "ref": home.ref, "subject": home, "others": others, "head": head,
        "chosen": an_id(request.POST.get("resident")),
    }  # fmt: skip
    return render(request, "desk/registry/set_head.html", context, status=status)


def _household(household_id: UUID, actor: Actor) -> registry.SubjectView:
    """Return an open household that the actor may edit."""
    home = registry.subject(registry.HOUSEHOLD, household_id, actor)
    if home.closed:
        raise NotThere("这一户已经销户。")
    _require_edit(home, actor)
    return home


def _require_edit(who: registry.SubjectView, actor: Actor) -> None:
    actor.require(registry.EDIT_REGISTRY, areas.area(who.area_id).path)


def _form_page(
    request: OfficialRequest,
    of: registry.SubjectView,
    form: Any,
    title: str,
    submit: str,
    status: int,
    **more: Any,
) -> HttpResponse:
    context = {"form": form, "ref": of.ref, "subject": of, "title": title, "submit": submit, **more}
    return render(request, "desk/registry/subject_form.html", context, status=status)

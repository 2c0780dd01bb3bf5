"""Register a file, change it, close it and open it again. Two people at once: the later one sees both and decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from minqing.desk.answers import refused_onto
from minqing.desk.asked import an_id, posted
from minqing.desk.pages.disclosure import ask_reason, opened_to_change
from minqing.disclosure import public as disclosure
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.pages import OfficialRequest, page
from minqing.registry import public as registry

FORMS: Final[dict[str, Any]] = {
    registry.RESIDENT: registry.ResidentForm,
    registry.HOUSEHOLD: registry.HouseholdForm,
    registry.ENTERPRISE: registry.EnterpriseForm,
    registry.PLACE: registry.PlaceForm,
}
_ADD: Final[dict[str, Any]] = {
    registry.RESIDENT: registry.add_resident,
    registry.HOUSEHOLD: registry.add_household,
    registry.ENTERPRISE: registry.add_enterprise,
    registry.PLACE: registry.add_place,
}
_EDIT: Final[dict[str, Any]] = {
    registry.RESIDENT: registry.edit_resident,
    registry.HOUSEHOLD: registry.edit_household,
    registry.ENTERPRISE: registry.edit_enterprise,
    registry.PLACE: registry.edit_place,
}
APART_MAX: Final = 4_000  # a hundred ids: more namesakes nobody goes through
_CLOSE: Final[dict[str, Any]] = {
    registry.HOUSEHOLD: registry.close_household,
    registry.ENTERPRISE: registry.close_enterprise,
    registry.PLACE: registry.close_place,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else changed meanwhile: what stands there now, what was typed here."""

    label: str
    now: str
    typed: str


@page(registry.EDIT_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: OfficialRequest, kind: str) -> HttpResponse:
    """Register a resident, household, enterprise or place."""
    if kind not in FORMS:
        raise NotThere
    choices = registry.areas_to_register_in(request.actor, kind)
    status, alike = 200, tuple[registry.Lookalike, ...]()
    if request.method == "POST":
        form = FORMS[kind](request.POST, areas=choices)
        status = 400
        if form.is_valid():
            try:
                made = _add(kind, form, said_apart(request), request.actor, clock.now())
            except registry.LooksAlike as asked:
                alike = asked.files
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已登记{registry.KIND_LABELS[kind]}档案。")
                return redirect("desk:dossier", kind, made.id)
    else:
        first = choices[0][0] if len(choices) == 1 else None
        form = FORMS[kind](initial={"id": uuid7(), "area": first}, areas=choices)
    form.fields["area"].required = True
    context = {
        "form": form, "kind": kind, "kind_label": registry.KIND_LABELS[kind], "no_areas": not choices,
        **about_alike(request, alike),
    }  # fmt: skip
    return render(request, "desk/registry/new.html", context, status=status)


def said_apart(request: OfficialRequest) -> frozenset[UUID]:
    """Return the files that the writer said to be of somebody else (part_alike.html sends them)."""
    told = request.POST.get("apart", "")[:APART_MAX].split(",")
    return frozenset(one for one in map(an_id, told) if one is not None)


def about_alike(request: OfficialRequest, alike: tuple[registry.Lookalike, ...]) -> dict[str, Any]:
    """Return what part_alike.html shows: the files that look like the new one, and what its button says."""
    told = {*said_apart(request), *(one.id for one in alike)}
    how_many = "一份" if len(alike) == 1 else f" {len(alike)} 份"
    title = f"已有{how_many}很像的档案，仍要登记？"
    return {"alike": alike, "alike_title": title, "apart": ",".join(sorted(map(str, told)))}


def _add(kind: str, form: Any, apart: frozenset[UUID], by: Actor, at: datetime) -> Any:
    area_id = form.cleaned_data["area"]
    if area_id is None:
        raise Refused("请选择所属辖区。", field="area")
    asked = {"apart_from": apart} if kind == registry.RESIDENT else {}
    return _ADD[kind](
        area_id=area_id, values=form.as_input(), id=form.cleaned_data["id"], by=by, at=at, **asked
    )


@page(registry.EDIT_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Change a file, on the version that was read."""
    actor, at = request.actor, clock.now()
    ref = registry.subject_ref(kind, subject_id)
    held = registry.edit_values(ref, actor)
    choices = registry.areas_to_register_in(actor, kind)
    try:
        lives_with = opened_to_change(request, ref, at).household
    except disclosure.NeedsReason as needs:
        return ask_reason(request, needs.who)
    status, differences = 200, list[Difference]()
    if request.method == "POST":
        form = _edit_form(kind, held, choices, lives_with, request.POST)
        status = 400
        if form.is_valid():
            try:
                _save(kind, subject_id, form, actor, at)
            except Conflict as conflict:
                status = refused_onto(form, conflict)
                differences = _differences(form, held)
                form.data = _on_top_of(form.data, held.version)
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已保存。")
                return redirect("desk:dossier", kind, subject_id)
    else:
        form = _edit_form(kind, held, choices, lives_with)
    who = registry.subject(kind, subject_id, actor)
    context = {"form": form, "ref": ref, "subject": who, "differences": differences}
    return render(request, "desk/registry/edit.html", context, status=status)


def _edit_form(
    kind: str,
    held: registry.EditValues,
    choices: list[tuple[UUID, str]],
    lives_with: registry.SubjectView | None,
    data: QueryDict | None = None,
) -> Any:
    """Return the form without what cannot be changed here: numbers not on file, the area of a household."""
    form = FORMS[kind](
        data, initial={**held.values, "version": held.version}, areas=choices, masked=held.masked
    )
    for number, shown in held.masked.items():
        if not shown:
            del form.fields[f"forget_{number}"]
    if lives_with is not None:
        del form.fields["area"]
    return form


def _save(kind: str, subject_id: UUID, form: Any, by: Actor, at: datetime) -> None:
    version = form.cleaned_data["version"]
    if version is None:
        raise Refused("页面已过期，请重新打开这份档案再改。")
    _EDIT[kind](
        **{f"{kind}_id": subject_id}, version=version, values=form.as_input(), area_id=form.cleaned_data.get("area"),
        by=by, at=at,
    )  # fmt: skip


def _differences(form: Any, held: registry.EditValues) -> list[Difference]:
    """Return the fields in which the file as it is now is not what was typed."""
    found = []
    for name, now in held.values.items():
        field = form.fields.get(name)
        if field is None or field.widget.is_hidden or form.cleaned_data.get(name) in (now, now or None):
            continue
        found.append(Difference(field.label, _words(field, now), _words(field, form.cleaned_data.get(name))))
    return found


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return next((str(label) for key, label in choices if key == str(value)), "")
    return "" if value is None else str(value)


def _on_top_of(data: QueryDict, version: int) -> QueryDict:
    """Return what was typed, to be saved over the version that has now been shown beside it."""
    changed = data.copy()
    changed["version"] = str(version)
    return changed


@page(registry.EDIT_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def close(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Close a file: died or moved away, nobody lives there, out of business, out of use."""
    actor, at = request.actor, clock.now()
    who = registry.subject(kind, subject_id, actor)
    version = registry.edit_values(who.ref, actor).version
    of = registry.GoneForm if kind == registry.RESIDENT else registry.CloseForm
    form: Any = of(posted(request), initial={"version": version, "on": clock.local(at).date()})
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                if kind == registry.RESIDENT:
                    registry.resident_gone(resident_id=subject_id, **given, by=actor, at=at)
                else:
                    _CLOSE[kind](**{f"{kind}_id": subject_id}, **given, by=actor, at=at)
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "档案已注销，内容留着备查。")
                return redirect("desk:dossier", kind, subject_id)
    context = {"form": form, "ref": who.ref, "subject": who}
    return render(request, "desk/registry/close.html", context, status=status)


@page(registry.EDIT_REGISTRY)
@require_POST
def reopen(request: OfficialRequest, subject_id: UUID) -> HttpResponse:
    """Open a resident's file again."""
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    registry.resident_back(resident_id=subject_id, version=version, by=request.actor, at=clock.now())
    messages.success(request, "档案已恢复。")
    return redirect("desk:dossier", registry.RESIDENT, subject_id)


@page(registry.TAG_SUBJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def tag_add(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Put a tag on a file, with its reason and its end."""
    actor, at = request.actor, clock.now()
    who = registry.subject(kind, subject_id, actor)
    kinds = [
        (one.key, f"{one.label}（{one.purpose}{'；要同意' if one.needs_consent else ''}）")
        for one in registry.tag_kinds(kind)
        if registry.may_put_tag_kind(actor, one)
    ]
    form = registry.TagForm(posted(request), kinds=kinds, initial={"starts_on": clock.local(at).date()})
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                registry.add_tag(
                    subject=who.ref, kind_key=given["kind"], reason=given["reason"], starts_on=given["starts_on"],
                    ends_on=given["ends_on"], consent=given["consent"], by=actor, at=at,
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已加上标签。")
                return redirect("desk:dossier", kind, subject_id)
    context = {"form": form, "ref": who.ref, "subject": who, "title": "加标签", "submit": "加上标签"}
    return render(request, "desk/registry/subject_form.html", context, status=status)


@page(registry.TAG_SUBJECTS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def tag_end(request: OfficialRequest, kind: str, subject_id: UUID, tag_id: UUID) -> HttpResponse:
    """Take a tag off, saying why."""
    actor, at = request.actor, clock.now()
    try:
        held = opened_to_change(request, registry.subject_ref(kind, subject_id), at)
    except disclosure.NeedsReason as needs:
        return ask_reason(request, needs.who)
    tag = next((one for one in held.tags if one.id == tag_id), None)
    if tag is None:
        raise NotThere("这个标签已经去掉了，或者到期了。")
    form = registry.EndTagForm(posted(request), initial={"tag": tag_id})
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid() and an_id(request.POST.get("tag")) == tag_id:
            try:
                registry.end_tag(tag_id=tag_id, reason=form.cleaned_data["reason"], by=actor, at=at)
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已去掉标签“{tag.label}”。")
                return redirect("desk:dossier", kind, subject_id)
    context = {
        "form": form, "ref": held.subject.ref, "subject": held.subject, "title": f"去掉标签“{tag.label}”",
        "submit": "去掉标签",
    }  # fmt: skip
    return render(request, "desk/registry/subject_form.html", context, status=status)

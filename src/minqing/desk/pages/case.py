"""A case: the reporter's words first, then what to do now as one clear form, then how it came to be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from minqing.accounts import public as accounts
from minqing.cases import public as cases
from minqing.desk.addresses import receipt_address
from minqing.desk.appointments import acting_as_each_other
from minqing.desk.asked import an_id
from minqing.diary import public as diary
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.masking import mask_name
from minqing.kernel.pages import OfficialRequest, page
from minqing.notices import public as notices
from minqing.workflow import public as workflow

STATUS: Final = {Conflict: 409, NotAllowed: 403}
OTHERS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class StepBox:
    """A step that one could take, with its form; ``is_open`` when it stands unfolded."""

    step: workflow.Step
    form: cases.StepForm
    is_open: bool

    @property
    def text_to_fill(self) -> str:
        """The key of the text that a template would be put into, or nothing."""
        texts = [one for one in self.step.needs if one.kind is workflow.NeedKind.LONG_TEXT]
        chosen = next((one for one in texts if one.required), texts[0] if texts else None)
        return chosen.key if chosen else ""

    @property
    def text_id(self) -> str:
        """The id of that text on the page."""
        return self.form[self.text_to_fill].id_for_label if self.text_to_fill in self.form.fields else ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody typed into a step that was refused, and why."""

    form: cases.StepForm
    message: str = ""
    leg: int | None = None
    photos: int = 0
    lines: list[tuple[str, str]] = field(default_factory=list)


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def case(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Show a case."""
    return _render(request, case_id, at=clock.now())


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def step(request: OfficialRequest, case_id: UUID, step: str) -> HttpResponse:
    """Take a step; after a refusal everything typed stays."""
    at = clock.now()
    found = cases.require_case(case_id, request.actor)
    try:
        wanted = workflow.procedure(found.run.procedure).step(step)
    except workflow.UnknownProcedure:
        raise NotThere("没有这个动作。请回到事项页面再试。") from None
    units = accounts.units_for(found.area) if _asks_for_unit([wanted]) else []
    form = cases.StepForm(wanted, units, request.POST, request.FILES)
    photos = sum(len(files) for _, files in request.FILES.lists())
    if not form.is_valid():
        kept = Kept(form, leg=form.cleaned_data.get("leg"), photos=photos)
        return _render(request, case_id, at=at, kept=kept, status=400)
    try:
        moved = cases.take_step(
            case_id=case_id, step=wanted.key, given=form.given(), by=request.actor, at=at,
            leg=form.cleaned_data["leg"], units=units,
        )  # fmt: skip
    except NotThere:
        raise
    except Refused as refused:
        message = ""
        if refused.field in form.fields:
            form.add_error(refused.field, refused.message)
        elif isinstance(refused, Conflict | NotAllowed):
            message = refused.message
        else:
            form.add_error(None, refused.message)
        kept = Kept(form, message, leg=form.cleaned_data.get("leg"), photos=photos)
        return _render(request, case_id, at=at, kept=kept, status=STATUS.get(type(refused), 400))
    messages.success(request, cases.what_happened(moved, wanted, at))
    return redirect("desk:case", case_id)


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def fill(request: OfficialRequest, case_id: UUID, step: str) -> HttpResponse:
    """Put a template's words into a step's text, after what stands there; nothing is taken, nothing typed is lost."""
    at = clock.now()
    found = cases.require_case(case_id, request.actor)
    try:
        wanted = workflow.procedure(found.run.procedure).step(step)
    except workflow.UnknownProcedure:
        raise NotThere("没有这个动作。请回到事项页面再试。") from None
    typed = cases.StepForm(wanted, accounts.units_for(found.area), request.POST)
    given = {name: typed[name].value() for name in typed.fields}
    into, template_id = request.POST.get("into", ""), an_id(request.POST.get("template"))
    if template_id is None:
        messages.error(request, "请先选一个模板。")
    elif into in given:
        template = cases.template_for(template_id, found, request.actor)
        words = cases.filled_template(template, found, at=at)
        given[into] = "\n".join(one for one in (given[into] or "", words) if one)
    form = cases.StepForm(wanted, accounts.units_for(found.area), initial=given)
    return _render(request, case_id, at=at, filled=form)


def _render(
    request: OfficialRequest,
    case_id: UUID,
    *,
    at: datetime,
    kept: Kept | None = None,
    filled: cases.StepForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    file = cases.case_file(case_id, by=actor, at=at, purpose="办理事项" if kept else "查看事项")
    boxes = _boxes(file, kept)
    if filled is not None:
        boxes = [
            StepBox(one.step, filled, is_open=True)
            if one.step.key == filled.step.key
            else replace(one, is_open=False)
            for one in boxes
        ]
    step_photos = _by_step(file)
    released = cases.released_of(file.case) if step_photos else set()
    context = {
        "file": file,
        "case": file.case,
        "row": file.row,
        "boxes": boxes,
        "kept": _typed(kept) if kept and not any(box.form is kept.form for box in boxes) else kept,
        "kept_is_lost": kept is not None and not any(box.form is kept.form for box in boxes),
        "changes": [leg for leg in file.legs if kept and kept.leg and leg.number >= kept.leg and leg.left_at],
        "others": [] if file.steps else _who_else_i_am(file, actor),
        "subject_cases": _about_the_same(file, actor, at),
        "visit_url": _visit_url(file.case, actor),
        "clocks": workflow.clock_part(file.case.run, actor, told=file.timeline),
        "colour_changes": workflow.colour_changes(workflow.clocks_in(file.timeline), at=at),
        "express": cases.express_file(file.case, actor, at=at),
        "may_run_express": actor.may(cases.RUN_EXPRESS),
        "may_lift": _may_lift(file, actor),
        "may_turn_to_lines": cases.may_turn_to_lines(file.case, file.case.run, actor),
        "may_sponsor": file.case.source == cases.PETITION and actor.may(cases.NAME_SPONSOR),
        "may_hand_out_receipt": cases.receipt_code(file.case, actor) is not None,
        "report_photos": [one for one in file.attachments if not one.step],
        "step_photos": step_photos,
        "released": released,
        "unreleased": sum(1 for one in file.attachments if one.step and one.id not in released),
        "may_release": actor.may(cases.RELEASE_PHOTOS, file.area.path),
        "templates": cases.templates_for(file.case, actor) if any(one.text_to_fill for one in boxes) else [],
        "handed": cases.handed(file.case, actor, at=at),
        "together": cases.together(file.case, by=actor, at=at),
        "told": notices.deliveries_of("case", file.case.id),
    }
    return render(request, "desk/case.html", context, status=status)


def _may_lift(file: cases.CaseFile, actor: Actor) -> bool:
    """Whether the matter could go to the mayor's lane by this hand."""
    of = workflow.procedure(file.case.run.procedure)
    ours = of.key != "express_lane" and file.case.source not in cases.SEALED
    ours = ours and not cases.is_part_of_another(file.case)
    return ours and file.case.closed_at is None and actor.may(cases.LIFT_TO_EXPRESS, file.area.path)


def _asks_for_unit(steps: Iterable[workflow.Step]) -> bool:
    """Whether any of these steps has units to choose from."""
    kinds = {workflow.NeedKind.CHOICE_UNIT, workflow.NeedKind.CHOICE_UNITS}
    return any(need.kind in kinds for one in steps for need in one.needs)


def _boxes(file: cases.CaseFile, kept: Kept | None) -> list[StepBox]:
    """Return the steps one could take, the refused one unfolded, else the first."""
    units = accounts.units_for(file.area) if _asks_for_unit(file.steps) else []
    suggested = cases.suggestion_for(file.case, at=clock.now()) if units else None
    boxes = []
    for number, one in enumerate(file.steps):
        if kept and kept.form.step.key == one.key:
            # The leg is today's from here on: who reads what changed may send the same words again.
            assert isinstance(kept.form.data, QueryDict)
            data = kept.form.data.copy()
            data[kept.form.add_prefix("leg")] = str(file.leg)
            kept.form.data = data
            boxes.append(StepBox(one, kept.form, is_open=True))
            continue
        form = cases.StepForm(one, units, initial={"leg": file.leg})
        _suggest(form, suggested)
        boxes.append(StepBox(one, form, is_open=number == 0 and kept is None))
    if boxes and not any(box.is_open for box in boxes):
        boxes[0] = replace(boxes[0], is_open=True)
    return boxes


def _suggest(form: cases.StepForm, suggested: cases.Suggestion | None) -> None:
    """Choose the unit that the dispatch catalogue names beforehand, and say why; somebody else may be chosen."""
    if suggested is None or "unit" not in form.fields:
        return
    form.fields["unit"].help_text = suggested.words
    if suggested.unit is not None:
        form.initial["unit"] = str(suggested.unit.id)


def _typed(kept: Kept) -> Kept:
    """Return what was typed as lines to read and copy: its form is no longer on the page."""
    lines = []
    for name in kept.form.fields:
        bound = kept.form[name]
        value = bound.value()
        if name != "leg" and isinstance(value, str) and value:
            choices = dict(getattr(bound.field, "choices", []) or [])
            lines.append((str(bound.label), str(choices.get(value, value))))
    return replace(kept, lines=lines)


def _who_else_i_am(file: cases.CaseFile, actor: Actor) -> list[accounts.Acting]:
    """Return the other appointments in which this person could act on the case."""
    run = file.case.run
    return [held for held, would_be in acting_as_each_other(actor) if workflow.steps_open_to(run, would_be)]


def _about_the_same(file: cases.CaseFile, actor: Actor, at: datetime) -> list[cases.CaseRow]:
    """Return other cases about the same subject."""
    if file.case.subject_id is None:
        return []
    found = cases.of_subjects([(file.case.subject_kind, file.case.subject_id)], actor, at=at)
    return [row for row in found if row.id != file.case.id][:OTHERS_MAX]


def _visit_url(of: cases.Case, actor: Actor) -> str:
    """Return the address of the visit that a case came from, for whoever may read visits there."""
    if of.finding_id is None:
        return ""
    try:
        return reverse("desk:visit", args=[diary.finding(of.finding_id, actor).visit_id])
    except (NotThere, NoReverseMatch):  # the handler sees the matter, not the visit
        return ""


def _by_step(file: cases.CaseFile) -> list[tuple[str, list[cases.Attachment]]]:
    """Return the photos that came with steps, under the label of their step."""
    of = workflow.procedure(file.case.run.procedure)
    found: MultiValueDict[str, cases.Attachment] = MultiValueDict()
    for one in file.attachments:
        if one.step and not one.step.startswith("part_"):  # those stand with their part
            label = of.steps[one.step].label if one.step in of.steps else "办理"
            found.appendlist(f"照片：{label}", one)
    return list(found.lists())


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def case_print(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Show a case as it goes on paper; the reporter's number is always masked there."""
    at = clock.now()
    file = cases.case_file(case_id, by=request.actor, at=at, purpose="打印事项")
    contact = file.contact
    if contact and contact.may_call:
        contact = replace(contact, name=mask_name(contact.name), may_call=False)
    context = {"file": file, "case": file.case, "row": file.row, "contact": contact, "at": at}
    return render(request, "desk/case_print.html", context)


@page([cases.REPORT_CASE, cases.TAKE_CALLS, cases.REGISTER_PETITION, cases.RUN_EXPRESS])
@require_safe
@never_cache
def receipt(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Show the receipt to read out or to print, with what comes next."""
    at = clock.now()
    found = cases.require_case(case_id, request.actor)
    code = cases.receipt_code(found, request.actor)
    if code is None:
        raise NotAllowed("这件事的回执只给登记它的人，由他交给反映人：凭回执可以替反映人回答。")
    context = {
        "case": found,
        "row": cases.rows([found], at=at)[0],
        "code": code,
        "address": receipt_address(request, code),
        "turn": workflow.who_may(found.run, on=clock.local(at).date()),
        "is_new": "new" in request.GET,
        "again_url": reverse("desk:hotline" if found.source == cases.HOTLINE else "desk:case_new"),
    }
    return render(request, "desk/receipt.html", context)


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def attachment(request: OfficialRequest, attachment_id: UUID) -> FileResponse:
    """Send a photo of a case."""
    return send_photo(cases.attachment_path(attachment_id, by=request.actor))


def send_photo(path: Path) -> FileResponse:
    """Answer with a picture."""
    try:
        response = FileResponse(path.open("rb"), content_type="image/jpeg")
    except FileNotFoundError:
        raise NotThere("这张照片的文件不在了，请联系系统管理员从备份恢复。") from None
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    return response

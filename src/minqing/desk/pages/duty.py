"""交接班: what is left open, read and taken over by whoever comes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from minqing.cases import public as cases
from minqing.desk.asked import an_id, page_number, paged, posted
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotAllowed, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.text import CleanCharField, CleanTextField

OFFERED: Final = 10
NUMBERS_MAX: Final = 600


class DutyForm(forms.Form):
    """What to leave to whoever comes."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    words = CleanTextField(
        label="要交代的话", required=False, max_length=cases.DUTY_WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "谁还会来电话、什么要盯着、跟谁说好了什么"}),
    )  # fmt: skip
    numbers = CleanCharField(
        label="别的事项编号", required=False, max_length=NUMBERS_MAX, help_text="几个编号用空格或顿号分开。"
    )


@page(cases.KEEP_DUTY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def duty(request: OfficialRequest) -> HttpResponse:
    """Show the notes of one's desk, and write one."""
    at = clock.now()
    data = posted(request)
    if data is None:
        return _render(request, DutyForm(initial={"id": uuid7()}), at, 200)
    form = DutyForm(data)
    if not form.is_valid():
        return _render(request, form, at, 400)
    given = form.cleaned_data
    ids = [one for one in map(an_id, data.getlist("case")) if one is not None]
    try:
        cases.write_note(
            note_id=given["id"],
            words=given["words"],
            numbers=given["numbers"],
            case_ids=ids,
            by=request.actor,
            at=at,
        )
    except NotAllowed:
        raise
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _render(request, form, at, 409 if isinstance(refused, Conflict) else 400)
    messages.success(request, "已写好交接班记录，接班的人打开这一页就能看到。")
    return redirect("desk:duty")


@page(cases.KEEP_DUTY)
@require_POST
@never_cache
def duty_take(request: OfficialRequest, note_id: UUID) -> HttpResponse:
    """Take over."""
    note = cases.take_over(note_id=note_id, by=request.actor, at=clock.now())
    messages.success(request, f"已接班：{note.person.name}的交接班记录您已读过。")
    return redirect("desk:duty")


def _render(request: OfficialRequest, form: DutyForm, at: datetime, status: int) -> HttpResponse:
    actor = request.actor
    number = page_number(request.GET.get("page"))
    found = cases.duty(actor, at=at, page=number)
    ticked = set(request.POST.getlist("case"))
    waiting = cases.queue(actor, cases.QueueFilters(todo=True), at=at)
    context: dict[str, Any] = {
        "duty": found,
        "form": form,
        "offered": [(row, str(row.id) in ticked) for row in waiting.rows[:OFFERED]],
        "page": paged(found.total, cases.DUTY_NOTE_ROWS, number),
        "is_first": number <= 1,
    }
    return render(request, "desk/duty.html", context, status=status)

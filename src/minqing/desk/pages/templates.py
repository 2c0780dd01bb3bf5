"""答复模板: the page where wording is kept, and the words of one filled in for a case."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.cases import public as cases
from minqing.kernel import clock
from minqing.kernel.errors import Conflict, NotAllowed, NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.pages import OfficialRequest, page
from minqing.kernel.text import CleanCharField, CleanTextField

VERSION_MAX: Final = 100_000


class TemplateForm(forms.Form):
    """One template: its name, its words, and for which matters."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=VERSION_MAX)
    name = CleanCharField(
        label="名字", max_length=cases.TEMPLATE_NAME_MAX, error_messages={"required": "请给模板起个名字。"}
    )
    topic = forms.ChoiceField(label="用在哪类事项", required=False)
    words = CleanTextField(
        label="内容",
        max_length=cases.TEMPLATE_WORDS_MAX,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "请写模板的内容。"},
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        topic = self.fields["topic"]
        assert isinstance(topic, forms.ChoiceField)
        topic.choices = [("", "各类事项"), *cases.topics()]


@page([cases.EDIT_TEMPLATES, cases.OPEN_CASES])
@require_safe
@never_cache
def templates(request: OfficialRequest) -> HttpResponse:
    """List the templates one may use, and those one may change with their forms."""
    return _render(request)


@page(cases.EDIT_TEMPLATES)
@require_POST
@never_cache
def template_save(request: OfficialRequest) -> HttpResponse:
    """Write a template, or change one."""
    form = TemplateForm(request.POST)
    if not form.is_valid():
        return _render(request, kept=form, status=400)
    given = form.cleaned_data
    try:
        kept = cases.save_template(
            template_id=given["id"], name=given["name"], words=given["words"], topic_key=given["topic"],
            version=given["version"], by=request.actor, at=clock.now(),
        )  # fmt: skip
    except NotAllowed:
        raise
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _render(request, kept=form, status=409 if isinstance(refused, Conflict) else 400)
    messages.success(request, f"已保存模板“{kept.name}”，办理事项时可以填入。")
    return redirect("desk:templates")


@page(cases.EDIT_TEMPLATES)
@require_POST
@never_cache
def template_close(request: OfficialRequest, template_id: UUID) -> HttpResponse:
    """Take a template out of use."""
    closed = cases.close_template(template_id=template_id, by=request.actor, at=clock.now())
    messages.success(request, f"已停用模板“{closed.name}”。")
    return redirect("desk:templates")


@page([cases.EDIT_TEMPLATES, cases.OPEN_CASES])
@require_http_methods(["GET", "HEAD"])
@never_cache
def template_edit(request: OfficialRequest, template_id: UUID) -> HttpResponse:
    """Show one template's form."""
    line = next((one for one in cases.templates(request.actor) if one.template.id == template_id), None)
    if line is None or not line.may_edit:
        raise NotThere("没有这个模板，或者不是您单位、辖区的。")
    one = line.template
    initial = {
        "id": one.id, "version": one.version, "name": one.name, "words": one.words,
        "topic": one.topic.key if one.topic else "",
    }  # fmt: skip
    return _render(request, kept=TemplateForm(initial=initial))


@page(cases.OPEN_CASES)
@require_safe
@never_cache
def template_words(request: OfficialRequest, case_id: UUID, template_id: UUID) -> HttpResponse:
    """Send a template's words with the places filled in for a case; for the script that puts them into the form."""
    case = cases.require_case(case_id, request.actor)
    words = cases.filled_template(cases.template_for(template_id, case, request.actor), case, at=clock.now())
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


def _render(request: OfficialRequest, *, kept: TemplateForm | None = None, status: int = 200) -> HttpResponse:
    actor = request.actor
    may_write = actor.may(cases.EDIT_TEMPLATES)
    form = kept or TemplateForm(initial={"id": uuid7(), "version": 0})
    known = form["version"].value()
    context = {
        "lines": cases.templates(actor),
        "form": form if may_write else None,
        "is_new": str(known) in ("0", "None", ""),
        "places": [f"{{{one}}}" for one in cases.TEMPLATE_PLACES],
    }
    return render(request, "desk/templates.html", context, status=status)

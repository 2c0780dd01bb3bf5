"""显示完整号码: a whole number on a page of its own, after a purpose was given; in no list, title or address."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import posted
from minqing.desk.pages.disclosure import ask_reason
from minqing.disclosure import public as disclosure
from minqing.kernel import clock
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.registry import public as registry


@page(disclosure.SHOW_NUMBERS, step_up="显示完整号码")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def number(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Ask what a whole number is for, then show it once."""
    actor, at = request.actor, clock.now()
    who = registry.subject(kind, subject_id, actor)
    field = request.POST.get("field") or request.GET.get("field") or ""
    if field not in disclosure.FIELD_LABELS:
        raise NotThere
    form = disclosure.NumberForm(posted(request), initial={"field": field})
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                shown = disclosure.show_number(ref=who.ref, **form.cleaned_data, by=actor, at=at)
            except disclosure.NeedsReason as needs:
                return ask_reason(request, needs.who)
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                return _shown(request, shown, back=reverse("desk:dossier", args=[kind, subject_id]))
    context = {"form": form, "ref": who.ref, "subject": who, "label": disclosure.FIELD_LABELS[field]}
    return render(request, "desk/disclosure/number.html", context, status=status)


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def case_call(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Show the reporter's whole number to whoever calls back; the case is the purpose."""
    shown = disclosure.show_contact(case_id=case_id, by=request.actor, at=clock.now())
    return _shown(request, shown, back=reverse("desk:case", args=[case_id]))


def _shown(request: OfficialRequest, shown: disclosure.Shown, *, back: str) -> HttpResponse:
    context = {"shown": shown, "back": back, "seconds": disclosure.HIDDEN_AFTER_SECONDS}
    response = render(request, "desk/disclosure/number_shown.html", context)
    response["Cache-Control"] = "no-store"
    return response

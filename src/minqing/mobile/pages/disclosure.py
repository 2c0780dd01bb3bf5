"""On the phone: a reason for a file that no work links one to, a whole number, a call back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from minqing.cases import public as cases
from minqing.diary import public as diary
from minqing.disclosure import public as disclosure
from minqing.kernel import clock
from minqing.kernel.errors import NotAllowed, NotThere, Refused, TooMany
from minqing.kernel.pages import OfficialRequest, page
from minqing.mobile.pages.whole import show
from minqing.registry import public as registry

_NOT_FOR_THE_FORM = (NotAllowed, NotThere, TooMany)


def ask_reason(
    request: OfficialRequest,
    who: registry.SubjectView,
    form: disclosure.BreakGlassForm | None = None,
    status: int = 403,
) -> HttpResponse:
    """Show that no work links one to this file, the way on without it, and the form that opens it all the same."""
    given = {
        "who": who,
        "form": form or disclosure.BreakGlassForm(),
        "before": disclosure.before_breaking(request.actor, clock.now()),
        "minutes": int(disclosure.GLASS_LASTS.total_seconds() // 60),
        "may_visit": not who.closed and request.actor.may(diary.RECORD_VISIT),
    }
    return show(request, "reason", given, tab="diary", status=status)


@page(registry.SEE_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def break_glass(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Open a file against a reason."""
    who = registry.subject(kind, subject_id, request.actor)
    if request.method != "POST":
        return ask_reason(request, who, status=200)
    form = disclosure.BreakGlassForm(request.POST)
    if form.is_valid():
        try:
            disclosure.break_glass(ref=who.ref, **form.cleaned_data, by=request.actor, at=clock.now())
        except _NOT_FOR_THE_FORM:
            raise
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, "已破例打开，理由已告知核查人。")
            return redirect("mobile:subject", kind=kind, subject_id=subject_id)
    return ask_reason(request, who, form, 400)


@page(disclosure.SHOW_NUMBERS, step_up="显示完整号码")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def number(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Ask what a whole number is for, then show it once."""
    who = registry.subject(kind, subject_id, request.actor)
    field = request.POST.get("field") or request.GET.get("field") or ""
    if field not in disclosure.FIELD_LABELS:
        raise NotThere
    form = disclosure.NumberForm(request.POST if request.method == "POST" else None, initial={"field": field})
    if form.is_bound and form.is_valid():
        try:
            shown = disclosure.show_number(ref=who.ref, **form.cleaned_data, by=request.actor, at=clock.now())
        except disclosure.NeedsReason as needs:
            return ask_reason(request, needs.who)
        except _NOT_FOR_THE_FORM:
            raise
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            back = reverse("mobile:subject", kwargs={"kind": kind, "subject_id": subject_id})
            return _shown(request, shown, back, "diary")
    given = {"form": form, "who": who, "label": disclosure.FIELD_LABELS[field]}
    return show(request, "number", given, tab="diary", status=400 if form.errors else 200)


@page(cases.OPEN_CASES)
@require_POST
@never_cache
def call(request: OfficialRequest, case_id: UUID) -> HttpResponse:
    """Show the reporter's whole number to whoever calls back; the case is the purpose."""
    shown = disclosure.show_contact(case_id=case_id, by=request.actor, at=clock.now())
    return _shown(request, shown, reverse("mobile:matter", kwargs={"case_id": case_id}), "matters")


def _shown(request: OfficialRequest, shown: disclosure.Shown, back: str, tab: str) -> HttpResponse:
    given = {"shown": shown, "back": back, "seconds": disclosure.HIDDEN_AFTER_SECONDS}
    response = show(request, "number_shown", given, tab=tab)
    response["Cache-Control"] = "no-store"
    return response

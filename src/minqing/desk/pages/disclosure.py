"""查阅与破例: a file that no work links one to, the reason given for it, and who judges the reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.desk.answers import refused_onto
from minqing.desk.asked import posted
from minqing.disclosure import public as disclosure
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page, typed, words_of
from minqing.registry import public as registry


def ask_reason(
    request: OfficialRequest,
    who: registry.SubjectView,
    form: disclosure.BreakGlassForm | None = None,
    status: int = 403,
) -> HttpResponse:
    """Show that no work links one to this file, and the form that opens it all the same.

    What was typed into another form before is shown, so that it can be copied: nothing of it was saved.
    """
    lost = words_of(typed(request)) if form is None and request.method == "POST" else []
    context = {
        "who": who,
        "ref": who.ref,
        "subject": who,
        "form": form or disclosure.BreakGlassForm(),
        "before": disclosure.before_breaking(request.actor, clock.now()),
        "minutes": int(disclosure.GLASS_LASTS.total_seconds() // 60),
        "hours": int(disclosure.REVIEW_WITHIN.total_seconds() // 3600),
        "lost": lost,
        "has_others": len(request.actor.appointments) > 1,
    }
    return render(request, "desk/disclosure/reason.html", context, status=status)


def opened_to_change(request: OfficialRequest, ref: registry.SubjectRef, at: datetime) -> registry.Dossier:
    """Return a file for a form that shows parts of it: an entry when the form opens; a post only needs its link.

    Raises :class:`disclosure.NeedsReason`.
    """
    if request.method == "POST":
        disclosure.linked(ref=ref, by=request.actor, at=at)
        return registry.dossier(ref, request.actor, at)
    return disclosure.open_file(ref=ref, by=request.actor, at=at).file


@page(registry.SEE_REGISTRY)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def break_glass(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Open a file against a reason."""
    who = registry.subject(kind, subject_id, request.actor)
    form = disclosure.BreakGlassForm(posted(request))
    if not form.is_bound:
        return ask_reason(request, who, form, 200)
    status = 400
    if form.is_valid():
        try:
            disclosure.break_glass(ref=who.ref, **form.cleaned_data, by=request.actor, at=clock.now())
        except Refused as refused:
            status = refused_onto(form, refused)
        else:
            minutes = int(disclosure.GLASS_LASTS.total_seconds() // 60)
            messages.success(request, f"已破例打开，{minutes} 分钟内有效。理由已告知核查人。")
            return redirect("desk:dossier", kind, subject_id)
    return ask_reason(request, who, form, status)


@page(disclosure.OPEN_ACCESS)
@require_safe
@never_cache
def access(request: OfficialRequest) -> HttpResponse:
    """List what waits for one's judgement, what one judged, and one's own."""
    actor, at = request.actor, clock.now()
    context: dict[str, Any] = {
        "may_review": actor.may(disclosure.REVIEW_ACCESS),
        "may_break": actor.may(registry.SEE_REGISTRY),
        "may_see_alarms": actor.may(disclosure.SEE_ALARMS),
        "notices": disclosure.notices(actor),
        "waiting": disclosure.to_review(actor, at),
        "judged": disclosure.judged(actor, at),
        "own": disclosure.own_glasses(actor, at),
        "at": at,
    }
    return render(request, "desk/disclosure/access.html", context)


@page(disclosure.REVIEW_ACCESS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def access_review(request: OfficialRequest, glass_id: UUID) -> HttpResponse:
    """Judge whether the reason held."""
    actor, at = request.actor, clock.now()
    glass = disclosure.glass(glass_id, actor, at)
    form = disclosure.ReviewForm(posted(request))
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                disclosure.review(glass_id=glass_id, **form.cleaned_data, by=actor, at=at)
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已核查{glass.who}的破例查阅，结论已告知本人。")
                return redirect("desk:access")
    context = {"glass": glass, "form": form}
    return render(request, "desk/disclosure/review.html", context, status=status)


@page(disclosure.OPEN_ACCESS)
@require_POST
@never_cache
def access_notices_read(request: OfficialRequest) -> HttpResponse:
    """Put one's own notices away."""
    disclosure.mark_read(by=request.actor, at=clock.now())
    return redirect("desk:access")


@page(disclosure.SEE_ALARMS)
@require_safe
@never_cache
def access_alarms(request: OfficialRequest) -> HttpResponse:
    """List the alarms: numbers beyond the limit, broken glasses that nobody judged, and those without a reason."""
    return _alarms(request)


def _alarms(
    request: OfficialRequest,
    wrong: disclosure.ClearForm | None = None,
    of: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = [
        (
            one,
            wrong
            if wrong is not None and one.id == of
            else disclosure.ClearForm(auto_id=f"clear-{one.id}-%s"),
        )
        for one in disclosure.alarms(request.actor)
    ]
    context = {
        "open": [one for one in lines if one[0].cleared_at is None],
        "cleared": [one for one, _ in lines if one.cleared_at is not None],
    }
    return render(request, "desk/disclosure/alarms.html", context, status=status)


@page(disclosure.SEE_ALARMS)
@require_POST
@never_cache
def access_alarm_clear(request: OfficialRequest, alarm_id: UUID) -> HttpResponse:
    """Write down what came of an alarm."""
    form = disclosure.ClearForm(request.POST, auto_id=f"clear-{alarm_id}-%s")
    status = 400
    if form.is_valid():
        try:
            disclosure.clear_alarm(
                alarm_id=alarm_id, words=form.cleaned_data["words"], by=request.actor, at=clock.now()
            )
        except Refused as refused:
            status = refused_onto(form, refused)
        else:
            messages.success(request, "已记下处理情况。")
            return redirect("desk:access_alarms")
    return _alarms(request, form, alarm_id, status)

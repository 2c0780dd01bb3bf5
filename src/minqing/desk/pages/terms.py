"""时限与预警: by which deadlines legs begin, and how an office changes one without a programmer."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from minqing.desk.answers import refused_onto
from minqing.desk.asked import posted
from minqing.desk.forms_clocks import TermForm
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.workflow import public as workflow

# In an address, where a state's key would stand: the procedure as a whole. No state begins with a number.
WHOLE: Final = "0-all"


@page(signed_in="the terms by which offices work are published")
@require_safe
@never_cache
def terms(request: OfficialRequest) -> HttpResponse:
    """Show the deadlines and thresholds of every procedure."""
    context = {
        "procedures": workflow.terms_of_all(at=clock.now()),
        "yellow_percent": workflow.current_calendar().yellow_percent,
        "may_edit": request.actor.may(workflow.EDIT_CALENDAR),
        "whole": WHOLE,
    }
    return render(request, "desk/clocks/terms.html", context)


@page(workflow.EDIT_CALENDAR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def term(request: OfficialRequest, procedure: str, state: str) -> HttpResponse:
    """Change one deadline or threshold from a day on."""
    at = clock.now()
    key = workflow.WHOLE_PROCEDURE if state == WHOLE else state
    of, line = workflow.term_line(procedure, key, at=at)
    first = {
        "amount": line.span.within.amount if line.span.within else None,
        "measure": line.span.within.measure.value if line.span.within else "",
        "yellow_percent": line.span.yellow_percent,
        "holds_from": clock.local(at).date(),
    }
    form = TermForm(posted(request), only_threshold=key == workflow.WHOLE_PROCEDURE, initial=first)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                workflow.set_term(
                    of=of.key, state=key, within=form.within(), yellow_percent=given["yellow_percent"],
                    holds_from=given["holds_from"], why=given["why"], by=request.actor, at=at,
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已保存。以后开始的环节按新的算，正在办的不变。")
                return redirect("desk:terms")
    context = {
        "form": form,
        "of": of,
        "line": line,
        "running": workflow.running_under(of, key),
        "earlier": workflow.terms_set(of.key, key),
    }
    return render(request, "desk/clocks/term.html", context, status=status)

"""第三方抽查: the month's draw, the calls, and what they say beside what the units were told."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import a_day, an_id, page_number, paged, posted
from minqing.desk.forms_handover import SampleCallForm, ShareForm
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page


@page([cases.DRAW_SAMPLE, cases.CALL_SAMPLE, cases.SEE_STANDINGS])
@require_safe
@never_cache
def sample(request: OfficialRequest) -> HttpResponse:
    """Show a draw: its seed, its figures by unit, and the cases one may see."""
    return _sample(request, ShareForm(initial={"percent": cases.share_now()}))


def _sample(request: OfficialRequest, share_form: ShareForm, *, status: int = 200) -> HttpResponse:
    actor, today = request.actor, clock.local(clock.now()).date()
    draws = cases.draws()
    wanted = an_id(request.GET.get("draw"))
    draw = next((one for one in draws if one.id == wanted), draws[0] if draws else None)
    unit = an_id(request.GET.get("unit"))
    found = (
        cases.sample_calls(actor, draw, unit_id=unit, page=page_number(request.GET.get("page")))
        if draw
        else None
    )
    repeated = cases.repeat_draw(draw) if draw and "repeat" in request.GET else None
    last = cases.month_before(today)
    context = {
        "draws": draws,
        "draw": draw,
        "figures": cases.sample_figures(actor, draw) if draw else [],
        "found": found,
        "page": paged(found.total, cases.CALLS_ROWS, found.page) if found else None,
        "repeated": repeated,
        "may_draw": actor.may(cases.DRAW_SAMPLE),
        "may_call": actor.may(cases.CALL_SAMPLE),
        "to_draw": last if not any(one.month == last for one in draws) else None,
        "share_form": share_form,
        "share": cases.share_now(),
    }
    return render(request, "desk/handover/sample.html", context, status=status)


@page(cases.DRAW_SAMPLE)
@require_POST
@never_cache
def sample_draw(request: OfficialRequest) -> HttpResponse:
    """Draw a month's sample now instead of waiting for the first of the month."""
    month = a_day(request.POST.get("month"))
    if month is None:
        raise Refused("请选择要抽查的月份。")
    draw = cases.draw_sample(month=month, by=request.actor, at=clock.now())
    size = -(-draw.population * draw.percent // 100)
    messages.success(request, f"已抽取：{draw.population} 件里抽 {size} 件，种子 {draw.seed}。")
    return redirect(f"{reverse('desk:sample')}?draw={draw.id}")


@page(cases.DRAW_SAMPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sample_share(request: OfficialRequest) -> HttpResponse:
    """Set the share that the next draw takes; the links of a refused form lead back to the page of the sample."""
    if request.method != "POST":
        return redirect(f"{reverse('desk:sample')}?{request.GET.urlencode()}")
    form = ShareForm(request.POST)
    if not form.is_valid():
        return _sample(request, form, status=400)
    cases.set_share(percent=form.cleaned_data["percent"], by=request.actor, at=clock.now())
    messages.success(request, "已改，从下一次抽取起按新的比例。")
    return redirect("desk:sample")


@page(cases.CALL_SAMPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sample_call(request: OfficialRequest, call_id: UUID) -> HttpResponse:
    """Ask the two questions, and write the answers down."""
    call = cases.sample_call(call_id, request.actor)
    form, status = SampleCallForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            answer = cases.SampleAnswer(
                reached=given["reached"] == "yes", done={"yes": True, "no": False}.get(given["done"]),
                content=given["content"], words=given["words"],
            )  # fmt: skip
            try:
                kept = cases.keep_sample_call(call_id=call.id, given=answer, by=request.actor, at=clock.now())
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                again = "反映人说没有办好，已重新办理。" if kept.done is False else ""
                messages.success(request, f"已记下。{again}")
                return redirect(f"{reverse('desk:sample')}?draw={call.draw_id}")
    return render(request, "desk/handover/sample_call.html", {"form": form, "call": call}, status=status)

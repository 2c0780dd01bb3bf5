"""接口令牌: one's own, made or fetched and shown once; those of systems, opened by the security administrator."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.accounts import public as accounts
from minqing.desk.answers import refused_onto
from minqing.desk.asked import posted
from minqing.desk.forms_tokens import SystemTokenForm, TokenForm
from minqing.kernel import clock
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page


@page(signed_in="one's own tokens")
@require_safe
@never_cache
def tokens(request: OfficialRequest) -> HttpResponse:
    """List one's own tokens, and offer to make one."""
    return _own(request, TokenForm())


@page(signed_in="one's own tokens", step_up="生成接口令牌")
@require_POST
@never_cache
def token_make(request: OfficialRequest) -> HttpResponse:
    """Make a token for oneself and show it, this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _own(request, form, 400)
    try:
        made, secret = accounts.make_token(**form.given(), by=request.actor, at=clock.now())
    except Refused as refused:
        return _own(request, form, refused_onto(form, refused))
    return render(request, "desk/administration/token_shown.html", {"made": made, "secret": secret})


@page(signed_in="one's own tokens", step_up="领取接口令牌")
@require_POST
@never_cache
def token_take(request: OfficialRequest, token_id: UUID) -> HttpResponse:
    """Fetch the token of a system that one answers for, and show it, this once."""
    taken, secret = accounts.take_token(token_id=token_id, by=request.actor, at=clock.now())
    return render(request, "desk/administration/token_shown.html", {"made": taken, "secret": secret})


@page(signed_in="one's own tokens, or those of systems for whoever opens them")
@require_POST
@never_cache
def token_revoke(request: OfficialRequest, token_id: UUID) -> HttpResponse:
    """End a token at once."""
    ended = accounts.revoke_token(token_id=token_id, by=request.actor, at=clock.now())
    messages.success(request, f"已撤销“{ended.name}”，用它的程序马上不能再用。")
    return redirect("desk:tokens" if ended.person_id == request.actor.person_id else "desk:system_tokens")


@page(accounts.MANAGE_TOKENS)
@require_safe
@never_cache
def system_tokens(request: OfficialRequest) -> HttpResponse:
    """List the tokens of systems."""
    found = accounts.system_tokens(at=clock.now())
    return render(request, "desk/administration/system_tokens.html", {"tokens": found})


@page(accounts.MANAGE_TOKENS, step_up="为系统开通接口")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def token_open(request: OfficialRequest, person_id: UUID, appointment_id: UUID) -> HttpResponse:
    """Open a token for a system, in the appointment of whoever answers for it."""
    who = accounts.person(person_id)
    held = next((one for one in accounts.appointments_of(person_id) if one.id == appointment_id), None)
    if held is None:
        raise NotThere
    form, status = SystemTokenForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                made = accounts.open_system_token(
                    **form.given(), appointment_id=held.id, by=request.actor, at=clock.now()
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(
                    request, f"已为“{made.name}”开通接口。请通知{who.name}到“接口令牌”领取，七天内有效。"
                )
                return redirect("desk:system_tokens")
    context = {"who": who, "held": held, "form": form}
    return render(request, "desk/administration/token_open.html", context, status=status)


def _own(request: OfficialRequest, form: TokenForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "tokens": accounts.own_tokens(request.actor.person_id, at=clock.now()),
        "acting": request.actor.acting,
    }
    return render(request, "desk/administration/tokens.html", context, status=status)

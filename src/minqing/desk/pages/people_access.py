"""人员: let somebody who lost their second factor bind anew, close an account and open it again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from minqing.accounts import public as accounts
from minqing.desk.answers import refused_onto
from minqing.desk.asked import posted
from minqing.desk.forms_administration import CloseAccountForm
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page


@page(accounts.MANAGE_PEOPLE, step_up="重设验证方式")
@require_POST
@never_cache
def factors_reset(request: OfficialRequest, person_id: UUID) -> HttpResponse:
    """Remove what somebody signs in with beside the password; they bind anew at the next sign-in."""
    who = accounts.reset_factors(person_id=person_id, by=request.actor, at=clock.now())
    messages.success(
        request, f"已重设{who.name}的验证方式，现在登录着的设备都已退出。请当面或打电话告诉本人。"
    )
    return redirect("desk:person", who.id)


@page(accounts.MANAGE_PEOPLE, step_up="停用账号")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def account_close(request: OfficialRequest, person_id: UUID) -> HttpResponse:
    """Close an account: from the next request on it opens nothing."""
    who = accounts.person(person_id)
    form, status = CloseAccountForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                accounts.close_account(
                    person_id=who.id, reason=form.cleaned_data["reason"], by=request.actor, at=clock.now()
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"已停用{who.name}的账号，现在登录着的设备都已退出。")
                return redirect("desk:person", who.id)
    return render(
        request, "desk/administration/account_close.html", {"who": who, "form": form}, status=status
    )


@page(accounts.MANAGE_PEOPLE, step_up="恢复账号")
@require_POST
@never_cache
def account_reopen(request: OfficialRequest, person_id: UUID) -> HttpResponse:
    """Open a closed account again, with the appointments it has."""
    who = accounts.reopen_account(person_id=person_id, by=request.actor, at=clock.now())
    messages.success(request, f"已恢复{who.name}的账号。")
    return redirect("desk:person", who.id)

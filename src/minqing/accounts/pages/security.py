"""One's own account: what one signs in with, and where one is signed in."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.accounts import factors
from minqing.accounts.models import Person
from minqing.accounts.pages.entering import forget_picture, proved
from minqing.accounts.pages.sign_in import bind, binding
from minqing.accounts.services.notices import told
from minqing.accounts.services.second_factor import remove_factor, renew_recovery_codes
from minqing.accounts.services.sessions import devices_of, end_session, end_sessions
from minqing.accounts.services.sign_in import second_factor_required
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page


@page(signed_in="one's own account")
@require_safe
@never_cache
def security_page(request: OfficialRequest) -> HttpResponse:
    """Show what one signs in with, and where one is signed in."""
    person = _self(request)
    held = factors.factors_of(person.id)
    given = {
        "factors": held,
        "codes_left": factors.codes_left(person.id) if held else 0,
        "is_required": second_factor_required(),
        "devices": devices_of(person.id, request.session.session_key),
        "told": told(person.id, clock.now()),
        "password_set_at": person.password_set_at,
    }
    return render(request, "accounts/security.html", given)


@page(signed_in="one's own second factor", step_up="绑定验证方式")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def bind_page(request: OfficialRequest) -> HttpResponse:
    """Bind another app or passkey; with the first come recovery codes."""
    person, at = _self(request), clock.now()
    if request.method != "POST":
        return render(request, "accounts/bind.html", binding(request, person))
    first = not factors.is_enrolled(person.id)
    try:
        how = bind(request, person, session_key=request.session.session_key)
    except Refused as refused:
        return render(request, "accounts/bind.html", binding(request, person, refused), status=400)
    forget_picture(request)
    proved(request, how, at)
    messages.success(request, f"已绑定{factors.LABELS[how]}，别处的登录都已退出。")
    if first:
        codes = renew_recovery_codes(person=person, at=at)
        return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": "/security/"})
    return redirect("accounts:security")


@page(signed_in="one's own second factor", step_up="移除验证方式")
@require_POST
@never_cache
def unbind_page(request: OfficialRequest, factor_id: int) -> HttpResponse:
    """Remove one of one's own."""
    label = remove_factor(
        person=_self(request), factor_id=factor_id, session_key=request.session.session_key, at=clock.now()
    )
    messages.success(request, f"已移除{label}，别处的登录都已退出。")
    return redirect("accounts:security")


@page(signed_in="one's own second factor", step_up="重新生成备用码")
@require_POST
@never_cache
def recovery_codes_page(request: OfficialRequest) -> HttpResponse:
    """Show fresh recovery codes, once."""
    codes = renew_recovery_codes(person=_self(request), at=clock.now())
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": "/security/"})


@page(signed_in="one's own sessions")
@require_POST
def end_session_page(request: OfficialRequest, session_id: UUID) -> HttpResponse:
    """Sign oneself out on one device."""
    end_session(request.actor.person_id, session_id)
    messages.success(request, "已在那台设备上退出。")
    return redirect("accounts:security")


@page(signed_in="one's own sessions")
@require_POST
def end_sessions_page(request: OfficialRequest) -> HttpResponse:
    """Sign oneself out everywhere but here."""
    ended = end_sessions(request.actor.person_id, but=request.session.session_key)
    messages.success(request, f"已在别处退出 {ended} 个登录。" if ended else "别处没有登录。")
    return redirect("accounts:security")


def _self(request: OfficialRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user

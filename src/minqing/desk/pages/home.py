"""我的待办: what waits for me, by colour and step, and what became of what I wrote down."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from minqing.cases import public as cases
from minqing.kernel import clock
from minqing.kernel.pages import OfficialRequest, page


@page(signed_in="one's own to-dos")
@require_safe
@never_cache
def home(request: OfficialRequest) -> HttpResponse:
    """Show what waits for whoever is signed in."""
    return render(request, "desk/home.html")


@page(signed_in="one's own notices")
@require_POST
@never_cache
def notices_read(request: OfficialRequest) -> HttpResponse:
    """Mark all of one's own notices as read."""
    count = cases.mark_read(by=request.actor, at=clock.now())
    messages.success(request, f"{count} 条消息已标为已读。")
    return redirect("desk:home")

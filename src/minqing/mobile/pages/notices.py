"""消息 on the phone: all of one's own, what one wants to hear, and where one may be reached."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.cases import public as cases
from minqing.kernel import clock
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.mobile.pages.whole import show
from minqing.notices import public as notices

SHOWN = 100


@page(signed_in="one's own notices")
@require_safe
@never_cache
def own(request: OfficialRequest) -> HttpResponse:
    """Show one's own latest notices."""
    given = {
        "notices": cases.own_notices(request.actor, SHOWN),
        "unread": notices.unread(request.actor),
        "shown": SHOWN,
    }
    return show(request, "notices", given, tab="me")


@page(signed_in="one's own settings")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def settings(request: OfficialRequest) -> HttpResponse:
    """Say what one does not want in the product, when one's own messages rest, and where one may be reached."""
    actor, status = request.actor, 200
    form = notices.PreferenceForm(request.POST if request.method == "POST" else None, actor=actor)
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                notices.set_preference(
                    muted=form.muted, begins=given["quiet_begins"], ends=given["quiet_ends"], by=actor
                )
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, refused.message)
            else:
                messages.success(request, "已保存。")
                return redirect("mobile:notice_settings")
    shown = {
        "form": form,
        "channels": notices.own_channels(actor),
        "county_quiet": notices.county_quiet_hours(),
    }
    return show(request, "notice_settings", shown, tab="me", status=status)


@page(signed_in="one's own settings")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def address(request: OfficialRequest, channel_id: UUID) -> HttpResponse:
    """Give one's own address on a channel and say what one wants to hear there."""
    actor, status = request.actor, 200
    mine = notices.own_channel(actor, channel_id)
    form = notices.AddressForm(request.POST if request.method == "POST" else None, actor=actor, channel=mine)
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                notices.set_address(channel_id=channel_id, **form.cleaned_data, by=actor, at=clock.now())
            except NotThere:
                raise
            except Refused as refused:
                form.add_error(refused.field if refused.field in form.fields else None, refused.message)
            else:
                messages.success(request, f"“{mine.channel.name}”的接收设置已保存。")
                return redirect("mobile:notice_settings")
    return show(request, "notice_address", {"form": form, "mine": mine}, tab="me", status=status)


@page(signed_in="one's own settings")
@require_POST
@never_cache
def address_try(request: OfficialRequest, channel_id: UUID) -> HttpResponse:
    """Send oneself one message."""
    notices.try_own(channel_id=channel_id, by=request.actor, at=clock.now())
    messages.success(request, "试发的消息已交给后台，几秒内发出。收没收到，看手机，也看这一页的结果。")
    return redirect("mobile:notice_settings")

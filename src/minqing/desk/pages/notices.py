"""消息: all of one's own, where a message leads, and what one wants to hear where and when."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.cases import public as cases
from minqing.desk.answers import refused_onto
from minqing.desk.asked import page_number, paged, posted
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.notices import public as notices

_PHONES: Final = re.compile(r"Mobile|Android|iPhone", re.IGNORECASE)


@page(signed_in="one's own notices")
@require_safe
@never_cache
def own(request: OfficialRequest) -> HttpResponse:
    """Show all of one's own notices."""
    actor = request.actor
    shown = paged(notices.count_own(actor), notices.PAGE_ROWS, page_number(request.GET.get("page")))
    first = (shown.number - 1) * notices.PAGE_ROWS
    context = {
        "notices": cases.own_notices(actor, notices.PAGE_ROWS, first=first),
        "unread": notices.unread(actor),
        "page": shown,
    }
    return render(request, "desk/notices/own.html", context)


@page(signed_in="it only leads on; the page it leads to asks for its own right")
@require_safe
@never_cache
def go(request: OfficialRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Lead from a message to what it is about, on the desk or the phone; one's own lines about it count as read."""
    notices.read_about(subject_kind=kind, subject_id=subject_id, by=request.actor, at=clock.now())
    if kind == "case":
        on_a_phone = _PHONES.search(request.headers.get("User-Agent", ""))
        return redirect("mobile:matter" if on_a_phone else "desk:case", case_id=subject_id)
    if kind == "recomputation":
        return redirect("desk:clocks_moved", recomputation_id=subject_id)
    if kind == "sample" and request.actor.may(cases.CALL_SAMPLE):
        return redirect(f"{reverse('desk:sample')}?draw={subject_id}")
    if kind == "subscription" and request.actor.may(notices.MANAGE_SUBSCRIPTIONS):
        return redirect("desk:subscription", subscription_id=subject_id)
    if kind == "channel" and request.actor.may(notices.MANAGE_CHANNELS):
        return redirect("desk:channels")
    return redirect("desk:notices")


@page(signed_in="one's own settings")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def settings(request: OfficialRequest) -> HttpResponse:
    """Say what one does not want in the product, when one's own messages rest, and where one may be reached."""
    actor, status = request.actor, 200
    form = notices.PreferenceForm(posted(request), actor=actor)
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                notices.set_preference(
                    muted=form.muted, begins=given["quiet_begins"], ends=given["quiet_ends"], by=actor
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "已保存。")
                return redirect("desk:notice_settings")
    context: dict[str, Any] = {
        "form": form,
        "channels": notices.own_channels(actor),
        "county_quiet": notices.county_quiet_hours(),
    }
    return render(request, "desk/notices/settings.html", context, status=status)


@page(signed_in="one's own settings")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def address(request: OfficialRequest, channel_id: UUID) -> HttpResponse:
    """Give one's own address on a channel and say what one wants to hear there."""
    actor, status = request.actor, 200
    mine = notices.own_channel(actor, channel_id)
    form = notices.AddressForm(posted(request), actor=actor, channel=mine)
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                notices.set_address(channel_id=channel_id, **form.cleaned_data, by=actor, at=clock.now())
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, f"“{mine.channel.name}”的接收设置已保存。")
                return redirect("desk:notice_settings")
    context = {"form": form, "mine": mine}
    return render(request, "desk/notices/address.html", context, status=status)


@page(signed_in="one's own settings")
@require_POST
@never_cache
def address_try(request: OfficialRequest, channel_id: UUID) -> HttpResponse:
    """Send oneself one message."""
    notices.try_own(channel_id=channel_id, by=request.actor, at=clock.now())
    messages.success(request, "试发的消息已交给后台，几秒内发出；收没收到，看手机，也看这一页的“最近一次”。")
    return redirect("desk:notice_settings")

"""告知渠道: by which ways messages leave, what was sent and what failed. The system administrator's."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.desk.answers import refused_onto
from minqing.desk.asked import an_id, beginning_of, end_of, page_number, paged, posted
from minqing.desk.forms_notices import ChannelForm, DeliveryFilterForm, QuietForm
from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.kernel.pages import OfficialRequest, page
from minqing.notices import public as notices

UNIT_PAGES_MAX: Final = 10


@page(notices.MANAGE_CHANNELS)
@require_safe
@never_cache
def channels(request: OfficialRequest) -> HttpResponse:
    """Show every channel with how its messages fared, and the county's quiet hours."""
    quiet = notices.county_quiet_hours()
    context = {"channels": notices.channels(request.actor), "quiet": quiet, "states": notices.STATE_LABELS}
    return render(request, "desk/notices/channels.html", context)


def town_choices() -> list[tuple[str, str]]:
    """Return the county's towns, by name."""
    return [(str(one.id), one.name) for one in areas.children(areas.county()) if one.is_open]


def _unit_choices() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for number in range(1, UNIT_PAGES_MAX + 1):
        rows = accounts.units(page=number)
        found += [(str(one.id), f"{one.area.name} {one.name}") for one in rows.rows]
        if len(found) >= rows.total:
            break
    return found


@page(notices.MANAGE_CHANNELS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def channel_new(request: OfficialRequest) -> HttpResponse:
    """Set up a channel."""
    return _edit(request, None)


@page(notices.MANAGE_CHANNELS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def channel(request: OfficialRequest, channel_id: UUID) -> HttpResponse:
    """Change a channel, or switch it off."""
    return _edit(request, notices.channel(request.actor, channel_id))


def _edit(request: OfficialRequest, held: notices.Channel | None) -> HttpResponse:
    form = ChannelForm(posted(request), areas=town_choices(), units=_unit_choices(), channel=held)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = notices.set_channel(
                    channel_id=held.id if held else None, name=given["name"], url=given["url"],
                    kinds=given["kinds"], area_id=an_id(given["area"]), unit_id=an_id(given["unit"]),
                    is_on=given["is_on"], by=request.actor, at=clock.now(),
                )  # fmt: skip
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(
                    request, f"渠道“{made.name}”已保存。{'发一条试试吧。' if made.is_on else ''}"
                )
                return redirect("desk:channels")
    context = {"form": form, "channel": held, "schemes": notices.SCHEMES.items()}
    return render(request, "desk/notices/channel.html", context, status=status)


@page(notices.MANAGE_CHANNELS)
@require_POST
@never_cache
def channel_try(request: OfficialRequest, channel_id: UUID) -> HttpResponse:
    """Send one message by a channel and show how it fares."""
    notices.try_channel(channel_id=channel_id, by=request.actor, at=clock.now())
    messages.success(request, "试发的消息已交给后台，几秒内发出。刷新这一页看结果。")
    return redirect(f"{_address('desk:deliveries')}?channel={channel_id}&kind={notices.TRIAL.key}")


def _address(name: str) -> str:
    return redirect(name).url


@page(notices.MANAGE_CHANNELS)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def quiet(request: OfficialRequest) -> HttpResponse:
    """Set the county's quiet hours."""
    request.actor.require(notices.MANAGE_CHANNELS, areas.county().path)
    now = notices.county_quiet_hours()
    first = {"quiet_begins": now.begins, "quiet_ends": now.ends} if now else {}
    form, status = QuietForm(posted(request), initial=first), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                notices.set_county_quiet(
                    begins=given["quiet_begins"], ends=given["quiet_ends"], by=request.actor, at=clock.now()
                )
            except Refused as refused:
                status = refused_onto(form, refused)
            else:
                messages.success(request, "全县的静默时段已保存。")
                return redirect("desk:channels")
    return render(request, "desk/notices/quiet.html", {"form": form}, status=status)


@page(notices.MANAGE_CHANNELS)
@require_safe
@never_cache
def deliveries(request: OfficialRequest) -> HttpResponse:
    """Show what was sent, the failed first."""
    known = notices.channels(request.actor)
    form = DeliveryFilterForm(request.GET, channels=[(str(one.id), one.name) for one, _ in known])
    asked = form.read()
    filters = notices.DeliveryFilters(
        state=asked.get("state", ""),
        channel_id=an_id(asked.get("channel")),
        kind=asked.get("kind", ""),
        text=asked.get("text", ""),
        since=_moment(asked, "since"),
        until=_moment(asked, "until"),
    )
    number = page_number(request.GET.get("page"))
    rows, total = notices.deliveries(request.actor, filters, page=number)
    shown = paged(total, notices.PAGE_ROWS, number)
    if shown.number != number:
        rows, total = notices.deliveries(request.actor, filters, page=shown.number)
    context = {"form": form, "rows": rows, "page": shown, "asked": bool(asked)}
    return render(request, "desk/notices/deliveries.html", context)


def _moment(asked: dict[str, Any], name: str) -> datetime | None:
    day = asked.get(name)
    if day is None:
        return None
    return beginning_of(day) if name == "since" else end_of(day)


@page(notices.MANAGE_CHANNELS)
@require_POST
@never_cache
def delivery_again(request: OfficialRequest, delivery_id: UUID) -> HttpResponse:
    """Send a failed delivery once more."""
    notices.send_again(delivery_id=delivery_id, by=request.actor, at=clock.now())
    messages.success(request, "已重新排进发送，几秒内发出。")
    return redirect("desk:deliveries")

"""Channels: set up, change, switch off, try; the county's quiet hours. By the system administrator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from minqing.areas.public import Area, county
from minqing.areas.public import area as get_area
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.kernel.settings import settings
from minqing.notices import rules
from minqing.notices.events import ChannelChanged, QuietHoursSet, SentAgain
from minqing.notices.models import Address, Channel, Delivery, QuietHours
from minqing.notices.permissions import MANAGE_CHANNELS
from minqing.notices.services import mail
from minqing.notices.services.outbound import PUBLIC, checked
from minqing.notices.services.queueing import send_soon

# More is no county's need, and every news is held against each of them.
CHANNELS_MAX: Final = 100


def _checked(url: str) -> tuple[str, bool]:
    """Return the scheme of a channel's address and whether it asks for people's own; refuse what cannot be used."""
    scheme = url.partition("://")[0].lower()
    if scheme not in rules.SCHEMES:
        offered = "、".join(f"{one}://" for one in rules.SCHEMES)
        raise Refused(f"地址要以其中一种开头：{offered}。", field="url")
    if scheme in rules.UNENCRYPTED_SCHEMES and settings().outbound == PUBLIC:
        raise Refused("发到外面的渠道要用加密的（jsons://、forms:// 或 mailtos://）。", field="url")
    if scheme in rules.MAIL_SCHEMES:
        mailbox = mail.read(url.replace(rules.PLACEHOLDER, "somebody@example.com"))
        checked(f"http{'s' if mailbox.is_encrypted else ''}://{mailbox.host}:{mailbox.port}")
        return scheme, rules.PLACEHOLDER in url
    if scheme.rstrip("s") in ("json", "form"):
        # The gateway's host stands in the address itself; a robot's host is the library's.
        checked(f"http{'s' if scheme.endswith('s') else ''}://{_without_sign_in(url)}")
    import apprise  # when first asked: with what it brings along, a twentieth of every program's start

    filled = url.replace(rules.PLACEHOLDER, "13800000000")
    try:
        plugin = apprise.Apprise.instantiate(filled, suppress_exceptions=False)
    except (TypeError, apprise.exception.AppriseException):
        plugin = None
    if plugin is None:
        raise Refused("这个地址读不懂，请对照指南里这种渠道的写法核对。", field="url")
    return scheme, rules.PLACEHOLDER in url


def _without_sign_in(url: str) -> str:
    """Return an address without scheme and sign-in: a gateway may want one, and it lies sealed."""
    rest = url.partition("://")[2]
    host, slash, path = rest.partition("/")
    return host.rpartition("@")[2] + slash + path


def shown_as(url: str, scheme: str) -> str:
    """Return what of an address is shown: its kind, and the host of one's own gateway. Never a token."""
    if scheme in rules.MAIL_SCHEMES:
        return f"{scheme}://{mail.read(url.replace(rules.PLACEHOLDER, 'somebody@example.com')).host}/****"[
            :80
        ]
    if scheme.rstrip("s") in ("json", "form"):
        return f"{scheme}://{urlsplit('//' + _without_sign_in(url)).hostname}/****"[:80]
    return f"{scheme}://****"


@transaction.atomic
def set_channel(
    *,
    channel_id: UUID | None,
    name: str,
    url: str,
    kinds: Sequence[str],
    area_id: UUID | None,
    unit_id: UUID | None,
    is_on: bool,
    by: Actor,
    at: datetime,
) -> Channel:
    """Set up a channel, or change one; an empty address keeps the one there is."""
    area = _area(area_id)
    by.require(MANAGE_CHANNELS, area.path)
    kept = Channel.everything.select_for_update()
    channel = kept.filter(id=channel_id).first() if channel_id else Channel(id=uuid7(), made_at=at)
    if channel is None:
        raise NotThere
    if channel_id is None and kept.count() >= CHANNELS_MAX:
        raise Refused(f"最多设 {CHANNELS_MAX} 个渠道，请先停用或改用已有的。")
    if Channel.everything.filter(name=name).exclude(id=channel.id).exists():
        raise Refused(f"已经有一个渠道叫“{name}”，请换一个名称。", field="name")
    if not url and channel_id is None:
        raise Refused("请填写渠道的地址。", field="url")
    if url:
        channel.scheme, is_personal = _checked(url)
        if channel_id and channel.is_personal != is_personal:
            raise Refused(f"原来的地址{'有' if channel.is_personal else '没有'}“{rules.PLACEHOLDER}”，"
                          "不能这样改，请另建一个渠道。", field="url")  # fmt: skip
        channel.url, channel.is_personal, channel.shown = url, is_personal, shown_as(url, channel.scheme)
        channel.failing_since = None
    channel.area, channel.unit_id = area, None if channel.is_personal else unit_id
    channel.name, channel.is_on, channel.kinds = name, is_on, [one for one in kinds if one in rules.KINDS]
    channel.save()
    what = "改了" if channel_id else "设立了"
    _record(channel, what if is_on else "停用了", by, at)
    if is_on:
        send_soon(channel.id)
    return channel


def _area(area_id: UUID | None) -> Area:
    return get_area(area_id) if area_id else county()


def _record(channel: Channel, what: str, by: Actor, at: datetime) -> None:
    changed = ChannelChanged(
        subject_kind="channel",
        subject_id=channel.id,
        area_id=channel.area_id,
        channel=channel.name,
        what=what,
    )
    record(changed, by=by.hand, at=at)


@transaction.atomic
def try_channel(*, channel_id: UUID, address: str = "", by: Actor, at: datetime) -> Delivery:
    """Send one message by a channel, to a group or to the administrator's own address; return its delivery."""
    channel = Channel.objects.visible_to(by).filter(id=channel_id).first()
    if channel is None:
        raise NotThere
    if not channel.is_on:
        raise Refused("这个渠道停用着，请先启用再试。")
    if (
        channel.is_personal
        and not Address.objects.filter(channel=channel, person_id=by.person_id, is_on=True).exists()
    ):
        raise Refused("这个渠道发给个人。请先到“消息设置”里填您自己的接收号码，再来试发。")
    delivery = _trial(channel, by.person_id if channel.is_personal else None, at)
    _record(channel, "试发了", by, at)
    return delivery


def _trial(channel: Channel, person_id: UUID | None, at: datetime) -> Delivery:
    made = Delivery.everything.create(
        channel=channel, person_id=person_id, area_id=channel.area_id, kind=rules.TRIAL.key,
        subject_kind="channel", subject_id=channel.id, message=rules.TRIAL.message(), key=f"trial {uuid7()}",
        next_try_at=at, made_at=at,
    )  # fmt: skip
    send_soon(channel.id)
    return made


@transaction.atomic
def send_again(*, delivery_id: UUID, by: Actor, at: datetime) -> Delivery:
    """Send a failed delivery once more, with all its tries before it."""
    found = Delivery.objects.visible_to(by).select_for_update(of=("self",)).filter(id=delivery_id)
    delivery = found.select_related("channel").first()
    if delivery is None:
        raise NotThere
    if delivery.state != rules.State.FAILED:
        raise Refused("只有失败的才能重发；还在等待或重试的会自己发出。")
    if not delivery.channel.is_on:
        raise Refused(f"渠道“{delivery.channel.name}”停用着，请先启用。")
    delivery.state, delivery.tries, delivery.next_try_at = rules.State.WAITING, 0, at
    delivery.save(update_fields=["state", "tries", "next_try_at"])
    again = SentAgain(
        subject_kind="channel", subject_id=delivery.channel_id, area_id=delivery.area_id,
        by_way=delivery.channel.name, count=1,
    )  # fmt: skip
    record(again, by=by.hand, at=at)
    send_soon(delivery.channel_id)
    return delivery


@transaction.atomic
def set_county_quiet(*, begins: time | None, ends: time | None, by: Actor, at: datetime) -> None:
    """Set the county's quiet hours; both empty: none."""
    area = county()
    by.require(MANAGE_CHANNELS, area.path)
    check_quiet(begins, ends)
    QuietHours.objects.update_or_create(
        area=area, defaults={"quiet_begins": begins, "quiet_ends": ends, "changed_at": at}
    )
    words = rules.Quiet(begins, ends).words if begins and ends else ""
    record(
        QuietHoursSet(subject_kind="area", subject_id=area.id, area_id=area.id, hours=words),
        by=by.hand,
        at=at,
    )


def check_quiet(begins: time | None, ends: time | None) -> None:
    """Refuse quiet hours of which one half is missing, or that are no hours at all."""
    if (begins is None) != (ends is None):
        raise Refused("开始和结束要一起填；都空着就是不设静默时段。", field="quiet_ends")
    if begins is not None and begins == ends:
        raise Refused("开始和结束一样，等于没有静默时段；不想要请都空着。", field="quiet_ends")

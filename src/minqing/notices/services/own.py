"""One's own: notices read, what one wants to hear where, one's quiet hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID

from django.db import transaction

from minqing.areas.public import county
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.kernel.ids import uuid7
from minqing.notices import rules
from minqing.notices.events import AddressSet
from minqing.notices.models import Address, Channel, Delivery, Notice, Preference
from minqing.notices.services import mail
from minqing.notices.services.channels import check_quiet
from minqing.notices.services.queueing import send_soon


def mark_read(*, by: Actor, at: datetime) -> int:
    """Mark all of one's own notices as read; return how many."""
    return Notice.objects.filter(person_id=by.person_id, read_at=None).update(read_at=at)


def read_about(*, subject_kind: str, subject_id: UUID, by: Actor, at: datetime) -> None:
    """Mark one's own notices about something as read: one is looking at it."""
    Notice.objects.filter(
        person_id=by.person_id, subject_kind=subject_kind, subject_id=subject_id, read_at=None
    ).update(read_at=at)


@transaction.atomic
def set_preference(*, muted: Sequence[str], begins: time | None, ends: time | None, by: Actor) -> None:
    """Say what one does not want in the product, and when one's own messages rest."""
    check_quiet(begins, ends)
    given = {
        "muted": [one for one in muted if one in rules.KINDS],
        "quiet_begins": begins,
        "quiet_ends": ends,
    }
    Preference.objects.update_or_create(person_id=by.person_id, defaults=given)


@transaction.atomic
def set_address(
    *, channel_id: UUID, address: str, kinds: Sequence[str], is_on: bool, by: Actor, at: datetime
) -> None:
    """Give one's own address on a channel and say what one wants to hear there; an empty one keeps what there is."""
    channel = offered(channel_id)
    held = Address.objects.select_for_update().filter(person_id=by.person_id, channel=channel).first()
    if held is None:
        if not address:
            raise Refused("请填写接收号码。", field="address")
        held = Address(id=uuid7(), person_id=by.person_id, channel=channel)
    if address:
        if any(one.isspace() or one in "/?#&" for one in address):
            raise Refused("接收号码里不能有空格和斜杠、问号这类符号。", field="address")
        if channel.scheme in rules.MAIL_SCHEMES and not mail.is_address(address):
            raise Refused("这不像一个邮箱地址，请核对，如 zhang@example.cn。", field="address")
        held.address = address
    held.kinds = [one for one in kinds if one in channel.kinds]
    held.is_on, held.changed_at = is_on, at
    held.save()
    top = county()
    said = AddressSet(
        subject_kind="person", subject_id=by.person_id, area_id=top.id, channel=channel.name, is_on=is_on
    )
    record(said, by=by.hand, at=at)


@transaction.atomic
def try_own(*, channel_id: UUID, by: Actor, at: datetime) -> None:
    """Send oneself one message by a channel."""
    channel = offered(channel_id)
    if not Address.objects.filter(channel=channel, person_id=by.person_id, is_on=True).exists():
        raise Refused("请先填写接收号码并启用，再试发。")
    Delivery.everything.create(
        channel=channel, person_id=by.person_id, area_id=channel.area_id, kind=rules.TRIAL.key,
        subject_kind="channel", subject_id=channel.id, message=rules.TRIAL.message(), key=f"trial {uuid7()}",
        next_try_at=at, made_at=at,
    )  # fmt: skip
    send_soon(channel.id)


def offered(channel_id: UUID) -> Channel:
    """Return a channel on which everybody may give an address of their own. Raises ``NotThere``."""
    found = Channel.objects.unscoped("everybody may be reached").filter(
        id=channel_id, is_personal=True, is_on=True
    )
    channel = found.first()
    if channel is None:
        raise NotThere("没有这个渠道，或者它停用了。")
    return channel

"""Send what is due by a channel: one at a time, each held by one process, tried again with growing waits."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, unquote
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.notices.models import Address, Channel, Delivery, Preference
from minqing.notices.rules import (
    DELIVERY_WAITS,
    KINDS,
    MAIL_SCHEMES,
    OPEN_STATES,
    PLACEHOLDER,
    SCHEMES,
    State,
    quiet_until,
    wait_after,
    without_secrets,
)
from minqing.notices.services import mail, outbound
from minqing.notices.services.telling import county_quiet, link_to

# Longer than the longest call: what is still held after that was held by a process that died.
HELD_FOR: Final = timedelta(minutes=2)
# One job ends after so long, so that the other channels get their turn; what is left is due at the next minute.
JOB_SECONDS_MAX: Final = 40.0
# A channel that fails so often in a row is down: the rest waits instead of each running into its time-out.
FAILURES_IN_A_ROW_MAX: Final = 3
# Beyond this what leaves is no news any more, but a flood.
JOB_ROWS_MAX: Final = 200
TITLE: Final = "民情"
_DUE: Final = Q(state__in=[one.value for one in OPEN_STATES])


def send_due(channel_id: UUID) -> int:
    """Send what is due by a channel now; return how many were sent."""
    ends, sent, failures = time.monotonic() + JOB_SECONDS_MAX, 0, 0
    for _ in range(JOB_ROWS_MAX):
        delivery = _claim(channel_id, clock.now())
        if delivery is None:
            break
        if _send(delivery):
            sent, failures = sent + 1, 0
        else:
            failures += 1
        if failures >= FAILURES_IN_A_ROW_MAX or time.monotonic() > ends:
            break
    return sent


@transaction.atomic
def _claim(channel_id: UUID, at: datetime) -> Delivery | None:
    """Take the oldest due delivery in hand, or None. Another process passes over what one is about to take."""
    found = (
        Delivery.everything.select_for_update(skip_locked=True, of=("self",))
        .filter(
            _DUE, Q(claimed_until=None) | Q(claimed_until__lt=at), channel_id=channel_id, channel__is_on=True
        )
        .filter(next_try_at__lte=at)
        .order_by("next_try_at", "id")
        .first()
    )
    if found is None:
        return None
    found.claimed_until = at + HELD_FOR
    found.save(update_fields=["claimed_until"])
    return found


def _send(delivery: Delivery) -> bool:
    """Send one delivery that is in hand, unless it is quiet now, and write down what came of it."""
    rests = _quiet_until(delivery, clock.now())
    if rests is not None:
        delivery.state, delivery.next_try_at, delivery.claimed_until = State.QUIET, rests, None
        delivery.save(update_fields=["state", "next_try_at", "claimed_until"])
        return True
    channel = Channel.everything.get(id=delivery.channel_id)
    try:
        url = address_of(channel, delivery.person_id)
    except Refused as refused:
        return _settle(delivery, channel, refused.message, "", tries_left=False)
    link = link_to(delivery.subject_kind, delivery.subject_id)
    text = f"{delivery.message}\n{link}" if link else delivery.message
    error, raw = hand_over(url, text)
    return _settle(delivery, channel, error, raw)


def _quiet_until(delivery: Delivery, at: datetime) -> datetime | None:
    kind = KINDS.get(delivery.kind)
    own = Preference.objects.filter(person_id=delivery.person_id).first() if delivery.person_id else None
    return quiet_until(at, kind is not None and kind.urgent, county_quiet(), own.quiet if own else None)


def address_of(channel: Channel, person_id: UUID | None) -> str:
    """Return the whole address of a channel, with the person's own in its place."""
    url = channel.url or ""
    if not channel.is_personal:
        return url
    own = None
    if person_id is not None:
        own = Address.objects.filter(channel=channel, person_id=person_id, is_on=True).first()
    if own is None or not own.address:
        raise Refused("这个人在这个渠道上没有留接收号码，或已经停用。")
    return url.replace(PLACEHOLDER, quote(own.address, safe=""))


def hand_over(url: str, text: str) -> tuple[str, str]:
    """Give a text to the library; return ("", "") when it was taken, else a sentence and the raw words.

    The raw words hold neither the address nor what stands in it.
    """
    scheme = url.partition("://")[0].lower()
    if scheme not in SCHEMES:
        return "这个渠道的地址类型不在允许之列。", scheme
    if scheme in MAIL_SCHEMES:
        return mail.hand_over(url, TITLE, text, at=clock.now())
    import apprise  # when first asked, as in channels

    with _words_of_the_library() as said, outbound.within() as deadline:
        try:
            plugin = apprise.Apprise.instantiate(url, suppress_exceptions=False)
            if plugin is None:
                return "渠道的地址读不懂，请核对渠道的地址和接收号码。", "not understood"
            plugin.socket_connect_timeout = outbound.CONNECT_SECONDS
            plugin.socket_read_timeout = outbound.READ_SECONDS
            taken = plugin.notify(body=text, title=TITLE, body_format=apprise.NotifyFormat.TEXT)
            if taken and not deadline.is_over:
                return "", ""
        except (apprise.exception.AppriseException, TypeError, OSError) as failure:
            said.append(str(failure))
    raw = without_secrets(" / ".join(said), _parts_of(url))
    return _sentence(raw, too_long=deadline.is_over), raw


def _parts_of(url: str) -> list[str]:
    """Return everything in an address that may be a secret: its parts, as they stand and unquoted."""
    body = url.partition("://")[2]
    parts = re.split("[/?&=@]", body)
    host = parts[0].partition(":")[0] if "@" not in body else ""
    return [one for part in parts for one in (part, unquote(part)) if one and one != host]


def _sentence(raw: str, *, too_long: bool) -> str:
    """Say in Chinese what the library's words amount to."""
    if too_long:
        return outbound.TOO_LONG
    if "not allowed from here" in raw:
        return "这个地址不许从这里访问（本机、内网或云主机的元数据地址）。"
    if "Connection refused" in raw:
        return "对方没有开着，连不上。"
    if "Name or service not known" in raw or "NameResolution" in raw or "getaddrinfo" in raw:
        return "找不到这个域名，请核对渠道的地址。"
    if "timed out" in raw.lower():
        return outbound.TOO_LONG
    if "certificate" in raw.lower():
        return "对方的证书有问题，没有发送。"
    return "渠道没有收下这条消息，请核对渠道的地址和接收号码。"


@contextmanager
def _words_of_the_library() -> Iterator[list[str]]:
    """Collect what the library logs in this thread: it tells nobody else why it failed."""
    said: list[str] = []
    me = threading.get_ident()

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == me:
                said.append(record.getMessage())

    logger, handler = logging.getLogger("apprise"), Collecting(logging.DEBUG)
    level, propagates = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False  # its words may hold an address, which belongs in no log file
    try:
        yield said
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagates


@transaction.atomic
def _settle(delivery: Delivery, channel: Channel, error: str, raw: str, *, tries_left: bool = True) -> bool:
    """Write down how a try ended; return whether it was sent."""
    at = clock.now()
    delivery.tries += 1
    delivery.claimed_until = None
    delivery.last_error, delivery.last_raw = error[:200], raw
    if not error:
        delivery.state, delivery.sent_at, delivery.next_try_at = State.SENT, at, None
        channel.last_sent_at, channel.failing_since = at, None
    else:
        wait = wait_after(delivery.tries, DELIVERY_WAITS) if tries_left else None
        delivery.state = State.RETRYING if wait else State.FAILED
        delivery.next_try_at = at + wait if wait else None
        channel.failing_since = channel.failing_since or at
    delivery.save(
        update_fields=["tries", "claimed_until", "last_error", "last_raw", "state", "sent_at", "next_try_at"]
    )
    channel.save(update_fields=["last_sent_at", "failing_since"])
    return not error

"""What may be told, when, how often it is tried, and how a push is signed. Plain functions, no database."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from minqing.kernel import clock


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of news. ``words`` may hold ``{number}`` and ``{state}`` and nothing else: that is all that leaves.

    ``urgent``: passes quiet hours.
    """

    key: str
    label: str
    words: str
    urgent: bool = False

    def message(self, *, number: str = "", state: str = "") -> str:
        """Return the sentence that leaves the product."""
        return self.words.format(number=number, state=state)


KINDS: Final[dict[str, Kind]] = {}


def kind(key: str, label: str, words: str, *, urgent: bool = False) -> Kind:
    """Declare a kind of news; two of one key are an error."""
    if key in KINDS:
        raise ValueError(f"two kinds of news are called {key}")
    words.format(number="", state="")  # raises KeyError where it asks for anything else
    KINDS[key] = Kind(key, label, words, urgent)
    return KINDS[key]


TRIAL: Final = kind("trial", "试发", "这是一条试发的消息，收到说明渠道是通的。")
SUBSCRIPTION_STOPPED: Final = kind(
    "subscription_stopped", "推送已停", "有推送订阅连续失败，已自动停用，请到“推送”页查看。"
)


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    QUIET = "quiet"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"


STATE_LABELS: Final = {
    State.WAITING: "等待",
    State.QUIET: "静默时段待发",
    State.RETRYING: "重试中",
    State.SENT: "已送达",
    State.FAILED: "失败",
}
OPEN_STATES: Final = (State.WAITING, State.QUIET, State.RETRYING)

# A message about today is worth little the day after tomorrow: seven tries within a day.
DELIVERY_WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720))
# Another system may be down over a weekend: tried for a little more than three days.
PUSH_WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720, 1440, 1440, 1440))
# A subscription that failed for so long without one success is switched off, and its keeper is told.
PUSH_FAILING_DAYS_MAX: Final = 5
# Both secrets sign while the other side changes over.
OLD_SECRET_KEPT: Final = timedelta(days=7)
# News older than this tells nobody: what was seeded or restored, or lay while the machine was off for days.
NEWS_AGE_MAX: Final = timedelta(days=3)
ERROR_MAX: Final = 200
RAW_MAX: Final = 1000
MESSAGE_MAX: Final = 200
NAME_MAX: Final = 40
URL_MAX: Final = 500
ADDRESS_MAX: Final = 100

# By which schemes a channel may send: each speaks HTTP, or SMTP by our own hand, so that every connection passes
# ``outbound``.
SCHEMES: Final = {
    "wecombot": "企业微信群机器人",
    "dingtalk": "钉钉机器人",
    "feishu": "飞书机器人",
    "lark": "飞书机器人（国际版）",
    "jsons": "通用接口（JSON，HTTPS），如短信网关",
    "forms": "通用接口（表单，HTTPS），如短信网关",
    "mailtos": "邮件（加密）",
    "mailto": "邮件（不加密，只限内网）",
    "json": "通用接口（JSON，不加密，只限内网）",
    "form": "通用接口（表单，不加密，只限内网）",
}
UNENCRYPTED_SCHEMES: Final = frozenset({"json", "form", "http", "mailto"})
MAIL_SCHEMES: Final = frozenset({"mailtos", "mailto"})
# Where a person's own address goes in a channel's address.
PLACEHOLDER: Final = "{接收人}"


def wait_after(tries: int, waits: tuple[timedelta, ...]) -> timedelta | None:
    """Return how long to wait after so many failed tries; None when it is enough."""
    return waits[tries - 1] if tries <= len(waits) else None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the county's wall clock in which nothing but the urgent leaves; may run over midnight."""

    begins: time
    ends: time

    @property
    def words(self) -> str:
        over = "次日 " if self.ends <= self.begins else ""
        return f"{self.begins:%H:%M} 到{over} {self.ends:%H:%M}".replace("  ", " ")

    def over_at(self, at: datetime) -> datetime | None:
        """Return when the quiet around a moment is over; None outside it."""
        if self.begins == self.ends:
            return None
        local = clock.local(at)
        now = local.time()
        if self.begins < self.ends:
            inside, tomorrow = self.begins <= now < self.ends, False
        else:
            inside, tomorrow = now >= self.begins or now < self.ends, now >= self.begins
        if not inside:
            return None
        day = local.date() + timedelta(days=1) if tomorrow else local.date()
        return datetime.combine(day, self.ends, tzinfo=local.tzinfo)


def quiet_until(at: datetime, urgent: bool, *hours: Quiet | None) -> datetime | None:
    """Return until when a message waits, or None where it may leave now."""
    if urgent:
        return None
    ends = [end for one in hours if one is not None and (end := one.over_at(at)) is not None]
    return max(ends, default=None)


_PHONE: Final = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_ID_NUMBER: Final = re.compile(r"(?<!\d)\d{17}[\dXx]")


def looks_personal(message: str) -> bool:
    """Whether a message holds what looks like a phone or an ID number. The second lock behind ``Kind.words``."""
    return bool(_PHONE.search(message) or _ID_NUMBER.search(message))


def masked(address: str) -> str:
    """Return an address as its owner recognises it: ``138****0001``, ``zh****``."""
    if len(address) >= 7:
        return f"{address[:3]}****{address[-4:]}" if len(address) >= 9 else f"{address[:2]}****{address[-1:]}"
    return f"{address[:1]}****"


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return the library's own words without what must not be read there, longest first."""
    for one in sorted({s for s in secrets if len(s) >= 4}, key=len, reverse=True):
        text = text.replace(one, "****")
    return text[:RAW_MAX]


SIGNATURE_HEADER: Final = "X-Minqing-Signature"
TIMESTAMP_TOLERANCE: Final = timedelta(minutes=5)  # what the guide asks receivers to check


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return HMAC-SHA-256 over ``timestamp.body``, in hex."""
    return hmac.digest(secret.encode(), str(timestamp).encode() + b"." + body, hashlib.sha256).hex()


def signature(secrets: Iterable[str], timestamp: int, body: bytes) -> str:
    """Return the value of the header: ``t=…,v1=…``, once more ``v1=…`` while an old secret still holds."""
    return ",".join([f"t={timestamp}", *(f"v1={sign(one, timestamp, body)}" for one in secrets)])

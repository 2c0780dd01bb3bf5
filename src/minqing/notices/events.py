"""What happens to channels, quiet hours and subscriptions. No address and no secret is ever in an entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from minqing.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelChanged(Event):
    """A channel was set up, changed, switched off or tried; ``what`` says which."""

    kind: ClassVar[str] = "notices.channel_changed"
    channel: str
    what: str

    def sentence(self) -> str:
        return f"{self.what}告知渠道“{self.channel}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHoursSet(Event):
    """The county's quiet hours were set or taken away."""

    kind: ClassVar[str] = "notices.quiet_hours_set"
    hours: str

    def sentence(self) -> str:
        return f"把全县的静默时段设为 {self.hours}" if self.hours else "取消了全县的静默时段"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSet(Event):
    """Somebody gave, changed or took away their own address on a channel; the address itself is nobody's business."""

    kind: ClassVar[str] = "notices.address_set"
    channel: str
    is_on: bool

    def sentence(self) -> str:
        return f"{'设置' if self.is_on else '停用'}了自己在“{self.channel}”的接收号码"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionChanged(Event):
    """A subscription was set up, changed, switched off, or got another secret; ``what`` says which."""

    kind: ClassVar[str] = "notices.subscription_changed"
    subscription: str
    what: str

    def sentence(self) -> str:
        return f"{self.what}推送订阅“{self.subscription}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAgain(Event):
    """Deliveries or pushes were sent again by hand."""

    kind: ClassVar[str] = "notices.sent_again"
    by_way: str
    count: int

    def sentence(self) -> str:
        return f"重发了“{self.by_way}”的 {self.count} 条消息"

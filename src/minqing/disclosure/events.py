"""What happens around opening a file: refused, opened against a reason, judged; numbers shown, and refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from minqing.disclosure.rules import CATEGORIES, FIELD_LABELS, PURPOSES, VERDICTS
from minqing.journal.events import ERASED, Event
from minqing.kernel import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRefused(Event):
    """Somebody wanted to open a file to which no work links them; they saw nothing."""

    kind: ClassVar[str] = "disclosure.opening_refused"
    is_read: ClassVar[bool] = True

    def sentence(self) -> str:
        return "想打开档案，没有工作联系，未打开"


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassBroken(Event):
    """Somebody gave a reason and opened a file without a link. The words are for who judges, not for the timeline."""

    kind: ClassVar[str] = "disclosure.glass_broken"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    is_read: ClassVar[bool] = True

    glass_id: UUID
    category: str
    words: str
    told: list[str]

    def sentence(self) -> str:
        told = f"，已通知{'、'.join(self.told)}核查" if self.told else ""
        return f"破例打开档案：{CATEGORIES.get(self.category, '其他')}{told}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassReviewed(Event):
    """A superior judged whether the reason held."""

    kind: ClassVar[str] = "disclosure.glass_reviewed"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    is_read: ClassVar[bool] = True

    glass_id: UUID
    whose: str
    begun_at: datetime
    verdict: str
    words: str

    def sentence(self) -> str:
        when = f" {_day(self.begun_at)} 的" if self.begun_at else "的"
        judged = VERDICTS.get(self.verdict, "已核查")
        return f"核查了{self.whose or ERASED}{when}破例查阅：{judged}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOverdue(Event):
    """Nobody judged within 72 hours; the security administrator takes over."""

    kind: ClassVar[str] = "disclosure.review_overdue"
    is_read: ClassVar[bool] = True

    glass_id: UUID
    whose: str

    def sentence(self) -> str:
        return f"{self.whose or ERASED}的破例查阅超过 72 小时没有核查，已交安全管理员"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberShown(Event):
    """A whole number was read. The number itself stands nowhere in the journal; what was typed as the reason is
    erasable, and told to the resident and the auditor."""

    kind: ClassVar[str] = "disclosure.number_shown"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    is_read: ClassVar[bool] = True

    field: str
    purpose: str
    words: str
    because: str
    link_kind: str
    link_id: UUID | None

    def sentence(self) -> str:
        what = FIELD_LABELS.get(self.field, "号码")
        why = PURPOSES.get(self.purpose) or "办理事项"
        said = f"：{self.words}" if self.words else ""
        return f"查看了完整{what}：{why}{said}（{self.because or '未说明'}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersRefused(Event):
    """Somebody asked for more whole numbers in an hour than anybody needs."""

    kind: ClassVar[str] = "disclosure.numbers_refused"

    whose: str
    per_hour: int

    def sentence(self) -> str:
        return f"{self.whose or ERASED}一小时内查看完整号码已到 {self.per_hour} 次上限，被拒绝，已告警"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCleared(Event):
    """The security administrator looked into an alarm."""

    kind: ClassVar[str] = "disclosure.alarm_cleared"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})

    what: str
    words: str

    def sentence(self) -> str:
        return f"处理了告警“{self.what or '未说明'}”：{self.words or ERASED}"


def _day(at: datetime | str) -> str:
    """Return the county's day of a time as it was written or as it came back from the journal."""
    return str(clock.local(datetime.fromisoformat(at) if isinstance(at, str) else at).date())

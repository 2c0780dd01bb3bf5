"""What happens to parts of joint cases and to supervised ones, each with the sentence it leaves on the case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from minqing.journal.events import ERASED, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAsked(Event):
    """A unit was asked to assist."""

    kind: ClassVar[str] = "cases.part_asked"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    part_id: UUID
    unit_name: str
    due_words: str
    words: str

    def sentence(self) -> str:
        return f"请{self.unit_name}协办（应于{self.due_words}前答复）：{self.words or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartMoved(Event):
    """A part was answered, declined, ruled on, overruled or withdrawn."""

    kind: ClassVar[str] = "cases.part_moved"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    part_id: UUID
    unit_name: str
    step: str
    what: str
    words: str

    def sentence(self) -> str:
        return f"{self.unit_name}的协办单“{self.what}”：{self.words or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOverdue(Event):
    """A part is late, and whoever stands above its unit was told, and the lead."""

    kind: ClassVar[str] = "cases.part_overdue"
    part_id: UUID
    unit_name: str
    state_label: str
    told: str

    def sentence(self) -> str:
        return f"{self.unit_name}的协办单在“{self.state_label}”超时，已报告{self.told}，并告知主办单位"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseListed(Event):
    """A supervisor put a case on the supervision list."""

    kind: ClassVar[str] = "cases.listed"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    listing_id: UUID
    area_name: str
    interval_days: int
    words: str

    def sentence(self) -> str:
        return f"由{self.area_name}列入督办，每 {self.interval_days} 天报一次进展：{self.words or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingEnded(Event):
    """A case left the supervision list."""

    kind: ClassVar[str] = "cases.listing_ended"
    listing_id: UUID
    how_label: str
    reports: int
    missed: int

    def sentence(self) -> str:
        missed = f"，缺报 {self.missed} 次" if self.missed else ""
        return f"督办{self.how_label}，共报进展 {self.reports} 次{missed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReported(Event):
    """The unit said how a supervised case comes on."""

    kind: ClassVar[str] = "cases.progress_reported"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    listing_id: UUID
    number: int
    is_late: bool
    words: str

    def sentence(self) -> str:
        late = "（迟报）" if self.is_late else ""
        return f"第 {self.number} 次督办进展{late}：{self.words or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOverdue(Event):
    """A report did not come; the sponsor and whoever listed the case were told."""

    kind: ClassVar[str] = "cases.report_overdue"
    listing_id: UUID
    number: int
    due_words: str
    told: str

    def sentence(self) -> str:
        return f"第 {self.number} 次督办进展没有按时报（应于{self.due_words}前），已报告{self.told}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionProposed(Event):
    """A rule found that a case should be looked at for supervision; a supervisor decides."""

    kind: ClassVar[str] = "cases.supervision_proposed"
    area_name: str
    reasons: str

    def sentence(self) -> str:
        return f"符合拟督办条件（{self.reasons}），请{self.area_name}督查员决定是否列入督办"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDismissed(Event):
    """A supervisor decided not to list a proposed case."""

    kind: ClassVar[str] = "cases.proposal_dismissed"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    reasons: str
    words: str

    def sentence(self) -> str:
        return f"暂不列入督办（{self.reasons}）：{self.words or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionRuleSet(Event):
    """A supervisor set when cases are proposed for supervision."""

    kind: ClassVar[str] = "cases.supervision_rule_set"
    area_name: str
    was: str
    is_now: str

    def sentence(self) -> str:
        return f"{self.area_name}的拟督办条件由“{self.was}”改为“{self.is_now}”"

"""What happens to a case between hands, each with the sentence it leaves on the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from minqing.journal.events import ERASED, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRuled(Event):
    """Somebody ruled on a return."""

    kind: ClassVar[str] = "cases.return_ruled"
    number: int
    upheld: bool
    unit_name: str
    to_unit_name: str
    lost: str

    def sentence(self) -> str:
        lost = f"，从交办到裁定用去 {self.lost}" if self.lost else ""
        if self.upheld:
            then = f"改由{self.to_unit_name}承办" if self.to_unit_name else "重新交办"
            return f"第 {self.number} 次退单裁定：{self.unit_name}退得对，{then}{lost}"
        return f"第 {self.number} 次退单裁定：应由{self.unit_name}承办{lost}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueChanged(Event):
    """A line of the dispatch catalogue began, or ended."""

    kind: ClassVar[str] = "cases.catalogue_changed"
    topic_label: str
    area_name: str
    source_label: str
    unit_name: str
    procedure_title: str
    from_day: str
    ends: bool = False

    def sentence(self) -> str:
        what = "、".join(
            one for one in (self.unit_name, self.procedure_title and f"按“{self.procedure_title}”办理") if one
        )
        where = f"{self.area_name}的{self.topic_label}" + (
            f"（{self.source_label}）" if self.source_label else ""
        )
        if self.ends:
            return f"派单目录：{where} → {what}，到 {self.from_day} 为止"
        return f"派单目录：{where} → {what}，从 {self.from_day} 起"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMerged(Event):
    """A case goes on as part of another."""

    kind: ClassVar[str] = "cases.merged"
    master_id: UUID
    master_number: str

    def sentence(self) -> str:
        return f"和别人反映的同一件事（{self.master_number}）合在一起办理；办完仍会单独问反映人办好没有"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTookIn(Event):
    """Another report of the same matter came to this case."""

    kind: ClassVar[str] = "cases.took_in"
    child_id: UUID
    child_number: str
    reports: int

    def sentence(self) -> str:
        return f"{self.child_number} 反映的是同一件事，合在一起办理，现在有 {self.reports} 人反映"


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeUndone(Event):
    """A case that went along with another goes on by itself again."""

    kind: ClassVar[str] = "cases.merge_undone"
    personal: ClassVar[frozenset[str]] = frozenset({"because"})
    master_number: str
    state_label: str
    because: str

    def sentence(self) -> str:
        return f"与 {self.master_number} 分开，接着单独办理（{self.state_label}）：{self.because or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterLetGo(Event):
    """A merged case went on by itself again; said on the other one."""

    kind: ClassVar[str] = "cases.let_go"
    child_number: str
    reports: int

    def sentence(self) -> str:
        left = f"，还有 {self.reports} 人反映" if self.reports > 1 else ""
        return f"{self.child_number} 不再合在一起办理{left}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPassedOn(Event):
    """The result of the case it was merged into reached this one's reporter."""

    kind: ClassVar[str] = "cases.result_passed_on"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    master_number: str
    to_label: str
    due_words: str
    words: str

    def sentence(self) -> str:
        said = f"：{self.words}" if self.words else ""
        due = f"，应于{self.due_words}前完成" if self.due_words else ""
        return f"合在一起办的事（{self.master_number}）有了结果{said}（{self.to_label}{due}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenedByChild(Event):
    """One of several reporters said that it was not done."""

    kind: ClassVar[str] = "cases.reopened_by_child"
    child_number: str
    to_label: str

    def sentence(self) -> str:
        return f"合在一起办的 {self.child_number} 的反映人说没有办好，重新办理（{self.to_label}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened(Event):
    """A closed case is taken up again."""

    kind: ClassVar[str] = "cases.reopened"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    why: str
    to_label: str
    due_words: str
    words: str

    def sentence(self) -> str:
        said = f"：{self.words}" if self.words else ""
        due = f"，应于{self.due_words}前完成" if self.due_words else ""
        return f"{self.why}，重新办理{said}（{self.to_label}{due}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedNotSame(Event):
    """Somebody found that two reports speak of two matters."""

    kind: ClassVar[str] = "cases.judged_not_same"
    other_id: UUID
    other_number: str

    def sentence(self) -> str:
        return f"核对过：和 {self.other_number} 不是同一件事"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSplit(Event):
    """A part of a report became a case of its own."""

    kind: ClassVar[str] = "cases.split"
    part_id: UUID
    part_number: str

    def sentence(self) -> str:
        return f"其中另一件事单独登记为 {self.part_number} 办理"


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOff(Event):
    """A case began as a part of another report."""

    kind: ClassVar[str] = "cases.split_off"
    original_id: UUID
    original_number: str

    def sentence(self) -> str:
        return f"从 {self.original_number} 的反映中分出来，单独办理"


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgedBySupervisor(Event):
    """A supervisor urged."""

    kind: ClassVar[str] = "cases.urged_by_supervisor"
    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    times: int
    reason: str

    def sentence(self) -> str:
        return f"督查催办（共催办 {self.times} 次）：{self.reason or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionProposed(Event):
    """A unit asked that a case be left out of its score."""

    kind: ClassVar[str] = "cases.exclusion_proposed"
    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    unit_name: str
    reason: str

    def sentence(self) -> str:
        return f"{self.unit_name}申报为不合理诉求：{self.reason or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionRuled(Event):
    """A supervisor ruled on such a proposal."""

    kind: ClassVar[str] = "cases.exclusion_ruled"
    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    allowed: bool
    reason: str

    def sentence(self) -> str:
        what = (
            "不合理诉求成立，不计入考核，照常答复反映人" if self.allowed else "不合理诉求不成立，照常计入考核"
        )
        return f"{what}：{self.reason or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionReversed(Event):
    """Such a ruling was taken back."""

    kind: ClassVar[str] = "cases.exclusion_reversed"
    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    reason: str

    def sentence(self) -> str:
        return f"撤销不合理诉求的裁定，恢复计入考核：{self.reason or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDrawn(Event):
    """A month's third-party sample was drawn."""

    kind: ClassVar[str] = "cases.sample_drawn"
    month: str
    seed: str
    percent: int
    population: int
    size: int

    def sentence(self) -> str:
        drawn = f"从 {self.population} 件中抽 {self.percent}%，共 {self.size} 件"
        return f"第三方抽查 {self.month}：{drawn}，随机种子 {self.seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleShareSet(Event):
    """The share of cases that a third party calls was set."""

    kind: ClassVar[str] = "cases.sample_share_set"
    percent: int

    def sentence(self) -> str:
        return f"第三方抽查比例定为 {self.percent}%"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCalled(Event):
    """A third party asked a reporter the two questions."""

    kind: ClassVar[str] = "cases.sample_called"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    reached: bool
    done: bool | None
    content_label: str
    words: str

    def sentence(self) -> str:
        if not self.reached:
            return "第三方抽查：没有联系上"
        said = f"：{self.words}" if self.words else ""
        if not self.done:
            return f"第三方抽查：反映人说没有办好{said}"
        return f"第三方抽查：反映人说办好了，{self.content_label}{said}"

"""What happens to cases, each with the sentence it leaves on the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from minqing.journal.events import ERASED, Event

# What a case's list clock shows from now on (``workflow.clock_facts``); older entries do not say.
Clock = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    """A sentence became a case."""

    kind: ClassVar[str] = "cases.opened"
    number: str
    source: str
    source_label: str
    procedure: str
    procedure_title: str
    finding_id: UUID | None = None
    clock: Clock | None = None

    def sentence(self) -> str:
        by = self.source_label.removesuffix("登记")  # 由干部登记为事项
        return f"由{by}登记为事项 {self.number}，按“{self.procedure_title}”办理"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken(Event):
    """A case went one step along its procedure."""

    kind: ClassVar[str] = "cases.step_taken"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    step: str
    step_label: str
    from_state: str
    to_state: str
    to_label: str
    unit_name: str
    due_words: str
    words: str
    clock: Clock | None = None

    def sentence(self) -> str:
        what = self.step_label + (f"给{self.unit_name}" if self.unit_name else "")
        said = f"：{self.words}" if self.words else ""
        next_ = (
            f"（{self.to_label}，应于{self.due_words}前完成）" if self.due_words else f"（{self.to_label}）"
        )
        return f"{what}{said}{next_}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureChanged(Event):
    """A case is governed by another procedure from now on."""

    kind: ClassVar[str] = "cases.procedure_changed"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    from_procedure: str
    from_title: str
    to_procedure: str
    to_title: str
    unit_name: str
    due_words: str
    words: str
    clock: Clock | None = None

    def sentence(self) -> str:
        unit = f"，由{self.unit_name}主办" if self.unit_name else ""
        due = f"（应于{self.due_words}前完成）" if self.due_words else ""
        return f"由“{self.from_title}”转为“{self.to_title}”{unit}：{self.words or '（已删除）'}{due}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Event):
    """A case is late, and whoever stands above was told; where nobody does, the county's duty desk."""

    kind: ClassVar[str] = "cases.escalated"
    state_label: str
    told: str
    why: str

    def sentence(self) -> str:
        why = f"（{self.why}）" if self.why else ""
        return f"“{self.state_label}”超时，已报告{self.told}{why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterAnswered(Event):
    """The reporter answered the two questions."""

    kind: ClassVar[str] = "cases.reporter_answered"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    done: bool
    content_label: str
    words: str

    def sentence(self) -> str:
        said = f"：{self.words}" if self.words else ""
        if not self.done:
            return f"回答：没有办好{said}"
        return f"回答：办好了，{self.content_label or '未评价'}{said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """A case came to its end."""

    kind: ClassVar[str] = "cases.closed"
    number: str
    state_label: str
    title: str
    opened_by: UUID | None
    source: str

    personal: ClassVar[frozenset[str]] = frozenset({"title"})

    def sentence(self) -> str:
        return f"事项了结：{self.state_label}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordAdded(Event):
    """The reporter added a word."""

    kind: ClassVar[str] = "cases.word_added"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    words: str

    def sentence(self) -> str:
        return f"补充：{self.words or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Urged(Event):
    """The reporter urged."""

    kind: ClassVar[str] = "cases.urged"
    times: int

    def sentence(self) -> str:
        return f"催办（第 {self.times} 次）"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAttached(Event):
    """Photos were put to a case."""

    kind: ClassVar[str] = "cases.file_attached"
    count: int

    def sentence(self) -> str:
        return f"附上 {self.count} 张照片"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCodeMade(Event):
    """A door code was made."""

    kind: ClassVar[str] = "cases.door_code_made"
    code: str

    def sentence(self) -> str:
        return f"制作了民情码 {self.code}"

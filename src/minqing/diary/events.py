"""What happens in a diary. The subject of each is whoever was called on, so that their timeline shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from minqing.journal.events import ERASED, Event

_SHOWN = 40  # characters of a finding within a timeline's sentence; the visit has it whole


def _cut(text: str | None) -> str:
    if not text:
        return ERASED
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecorded(Event):
    """Somebody was called on."""

    kind: ClassVar[str] = "diary.visit_recorded"
    personal: ClassVar[frozenset[str]] = frozenset({"met", "heard", "done", "findings"})

    visit_id: UUID
    visit_kind: str
    kind_label: str
    visited_at: str
    finding_count: int
    solved_count: int
    photo_count: int
    with_place: bool
    met: str
    heard: str
    done: str
    findings: list[str]

    def sentence(self) -> str:
        parts = [f"记了一次{self.kind_label or '走访'}"]
        if self.met:
            parts.append(f"见了{_cut(self.met)}")
        if self.finding_count:
            solved = f"（{self.solved_count} 条现场已解决）" if self.solved_count else ""
            parts.append(f"记下 {self.finding_count} 条发现{solved}")
        if self.photo_count:
            parts.append(f"附 {self.photo_count} 张照片")
        return "，".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitAmended(Event):
    """The officer changed the words of a visit; the words before and after stay in the personal part."""

    kind: ClassVar[str] = "diary.visit_amended"
    personal: ClassVar[frozenset[str]] = frozenset({"before", "after"})

    visit_id: UUID
    version: int
    field_labels: list[str]
    before: dict[str, str]
    after: dict[str, str]

    def sentence(self) -> str:
        return f"修改了走访记录的{'、'.join(f'“{label}”' for label in self.field_labels or [])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAdded(Event):
    """A sentence was picked out of a visit afterwards."""

    kind: ClassVar[str] = "diary.finding_added"
    personal: ClassVar[frozenset[str]] = frozenset({"text", "solution"})

    visit_id: UUID
    finding_id: UUID
    number: int
    solved_on_spot: bool
    text: str
    solution: str

    def sentence(self) -> str:
        solved = "，现场已解决" if self.solved_on_spot else ""
        return f"从走访里记下一条发现：“{_cut(self.text)}”{solved}"

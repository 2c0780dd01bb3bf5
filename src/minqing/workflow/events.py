"""What happens to clocks and to the calendar they run by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from minqing.journal.events import Event
from minqing.workflow.rules import in_words


def _moment(value: datetime | str) -> str:
    """A moment in local words; a rebuilt event holds the text that was stored."""
    return in_words(datetime.fromisoformat(value) if isinstance(value, str) else value)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOverdue(Event):
    """A deadline passed. The subject is that of the run; said once per leg and deadline."""

    kind: ClassVar[str] = "workflow.run_overdue"

    run_id: UUID
    procedure: str
    state: str
    state_label: str
    unit_id: UUID | None
    leg: int
    due_at: datetime

    def sentence(self) -> str:
        return f"“{self.state_label}”超过时限（应于{_moment(self.due_at)}前完成）"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMoved(Event):
    """A running deadline was computed again after a change of the calendar, and came out different."""

    kind: ClassVar[str] = "workflow.clock_moved"

    run_id: UUID
    state_label: str
    before: datetime
    after: datetime
    provisional: bool
    calendar_version: int

    def sentence(self) -> str:
        after = f"{_moment(self.after)}{'（暂定）' if self.provisional else ''}"
        return f"因工作日历调整，“{self.state_label}”的时限由{_moment(self.before)}改为{after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChanged(Event):
    """The working calendar changed; ``what`` says how. The subject is the county's calendar."""

    kind: ClassVar[str] = "workflow.calendar_changed"

    version: int
    what: str

    def sentence(self) -> str:
        return f"调整了工作日历：{self.what}"

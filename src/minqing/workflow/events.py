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


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderNamed(Event):
    """One of those whose turn it is was named to have it in hand; ``name`` empty: all of them again."""

    kind: ClassVar[str] = "workflow.holder_named"

    name: str
    state_label: str
    person_id: UUID | None

    def sentence(self) -> str:
        if not self.name:
            return f"“{self.state_label}”不再指定经办人，由岗位共同负责"
        return f"“{self.state_label}”指定由{self.name}经办"


@dataclass(frozen=True, slots=True, kw_only=True)
class SponsorNamed(Event):
    """A leader was named who answers for the matter to its end."""

    kind: ClassVar[str] = "workflow.sponsor_named"

    name: str
    label: str
    person_id: UUID

    def sentence(self) -> str:
        return f"由{self.label}{self.name}包案"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskStandsIn(Event):
    """A post is vacant: a duty desk answers, or answers no more because the post is filled (``desk`` empty)."""

    kind: ClassVar[str] = "workflow.desk_stands_in"

    state_label: str
    why: str
    desk: str

    def sentence(self) -> str:
        if not self.desk:
            return f"“{self.state_label}”的岗位已有人任职，恢复由岗位负责"
        return f"“{self.state_label}”{self.why}：{self.desk}"

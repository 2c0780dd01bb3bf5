"""What happens to clocks and to the calendar they run by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from minqing.journal.events import ERASED, Event
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
class WholeOverdue(Event):
    """The deadline of the whole way passed; said once, whatever leg the run is in."""

    kind: ClassVar[str] = "workflow.whole_overdue"

    run_id: UUID
    procedure: str
    state: str
    state_label: str
    unit_id: UUID | None
    leg: int
    due_at: datetime

    def sentence(self) -> str:
        return f"超过全程时限（应于{_moment(self.due_at)}前办结），现在是“{self.state_label}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMoved(Event):
    """A running clock was computed again after a change of the calendar, and came out different.

    ``before`` and ``after`` are the leg's deadline, the ``overall_`` ones that of the whole way (None: it has none);
    the same twice: only the moment of turning yellow moved. ``clock``: what lists show from now on.
    """

    kind: ClassVar[str] = "workflow.clock_moved"

    run_id: UUID
    state_label: str
    before: datetime | None
    after: datetime | None
    provisional: bool
    calendar_version: int
    overall_before: datetime | None = None
    overall_after: datetime | None = None
    clock: dict[str, Any] | None = None

    def sentence(self) -> str:
        tail = "（暂定）" if self.provisional else ""
        moved = []
        if self.before and self.after and _moment(self.before) != _moment(self.after):
            moved.append(f"“{self.state_label}”的时限由{_moment(self.before)}改为{_moment(self.after)}{tail}")
        if self.overall_before and self.overall_after and self.overall_before != self.overall_after:
            moved.append(f"全程时限由{_moment(self.overall_before)}改为{_moment(self.overall_after)}")
        return f"因工作日历调整，{'，'.join(moved) or f'“{self.state_label}”的预警时间改变，时限不变'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChanged(Event):
    """A day in the past was corrected, and a leg (or a whole way) that is over was on time after all, or was not."""

    kind: ClassVar[str] = "workflow.verdict_changed"

    run_id: UUID
    state_label: str
    before: datetime
    after: datetime
    left_at: datetime
    on_time: bool
    calendar_version: int

    def sentence(self) -> str:
        return (
            f"因工作日历更正，“{self.state_label}”的时限由{_moment(self.before)}改为{_moment(self.after)}，"
            f"{'原算超时，改为按时' if self.on_time else '原算按时，改为超时'}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockAsked(Event):
    """Somebody asks to stop a clock for a while, or to have longer."""

    kind: ClassVar[str] = "workflow.clock_asked"
    personal: ClassVar[frozenset[str]] = frozenset({"why"})

    state_label: str
    what: str
    why: str

    def sentence(self) -> str:
        return f"“{self.state_label}”申请{self.what}：{self.why or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockDecided(Event):
    """A wish to stop a clock or to have longer was granted or refused; ``clock``: what lists show from now on."""

    kind: ClassVar[str] = "workflow.clock_decided"
    personal: ClassVar[frozenset[str]] = frozenset({"why"})

    state_label: str
    what: str
    granted: bool
    why: str
    asked_name: str
    due_at: datetime | None
    clock: dict[str, Any] | None = None

    def sentence(self) -> str:
        said = f"：{self.why}" if self.why else ""
        if not self.granted:
            return f"不同意{self.asked_name}的申请（“{self.state_label}”{self.what}）{said}"
        due = f"，应于{_moment(self.due_at)}前完成" if self.due_at else "，挂起期间不计时"
        return f"同意{self.asked_name}的申请（“{self.state_label}”{self.what}{due}）{said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseEnded(Event):
    """A paused clock runs again."""

    kind: ClassVar[str] = "workflow.pause_ended"

    state_label: str
    due_at: datetime | None
    clock: dict[str, Any] | None = None

    def sentence(self) -> str:
        due = f"，应于{_moment(self.due_at)}前完成" if self.due_at else ""
        return f"“{self.state_label}”挂起结束，恢复计时{due}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSet(Event):
    """An office set a deadline or a threshold in place of a procedure's file. The subject is the county's calendar."""

    kind: ClassVar[str] = "workflow.term_set"

    version: int
    what: str
    why: str

    def sentence(self) -> str:
        return f"调整了时限：{self.what}（{self.why}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksRecomputed(Event):
    """All clocks have been brought up to a version of the calendar. The subject is the county's calendar."""

    kind: ClassVar[str] = "workflow.clocks_recomputed"

    version: int
    running_moved: int
    closed_moved: int
    verdicts_changed: int

    def sentence(self) -> str:
        if not self.running_moved and not self.closed_moved:
            return "按新的日历核对了全部时限，没有变化"
        closed = f"；已办完的更正 {self.closed_moved} 段，其中 {self.verdicts_changed} 段的超时结论改变"
        return f"按新的日历重新计算时限：正在办的变动 {self.running_moved} 件{closed if self.closed_moved else ''}"


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

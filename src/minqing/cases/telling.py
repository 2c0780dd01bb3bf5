"""What about cases is told to whom, and what of it other systems are told. Adding an event is adding a line.

Read from the journal once a minute (``services.telling``), never from the words of a case: an event is rebuilt without
its personal values here, so that none can get into a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from minqing.cases import events, events_handover
from minqing.cases.models import Case
from minqing.journal.events import Event
from minqing.notices.public import Kind, kind
from minqing.workflow import events as clocks
from minqing.workflow import public as workflow

# The kinds of news, in the order in which people choose among them. Nothing but number and state can stand in them.
TURN: Final = kind("cases.turn", "轮到您办", "事项 {number} 轮到您办：{state}")
DUE_SOON: Final = kind("cases.due_soon", "快到时限", "事项 {number} 快到时限：{state}")
OVERDUE: Final = kind("cases.overdue", "已经超时", "事项 {number} 已超过时限：{state}")
LATE_BELOW: Final = kind("cases.late_below", "下面超时", "事项 {number} 超时，请督促办理：{state}")
URGED: Final = kind("cases.urged", "反映人催办", "反映人催办事项 {number}：{state}")
SUPERVISED: Final = kind(
    "cases.supervised", "督查催办", "督查催办事项 {number}，请尽快办理：{state}", urgent=True
)
RULED: Final = kind("cases.ruled", "退单裁定", "事项 {number} 的退单已有裁定：{state}")
ANSWERED: Final = kind("cases.answered", "反映人已回答", "事项 {number} 的反映人已回答：{state}")
CLOCK_MOVED: Final = kind("cases.clock_moved", "时限变动", "事项 {number} 的时限有变动：{state}")
# A changed calendar moves many clocks at once: one line a person with their number, told by ``services.moved``.
CLOCKS_MOVED: Final = kind(
    "cases.clocks_moved", "日历调整", "工作日历有调整，您手上有事项的时限变了，请登录查看"
)
CLOCK_ASKED: Final = kind(
    "cases.clock_asked", "等您决定", "事项 {number} 有延期或挂起的申请等您决定：{state}"
)
# A month's draw makes many calls at once: one line with their number, told by ``services.sampling``.
SAMPLE_DRAWN: Final = kind("cases.sample_drawn", "抽查已抽取", "第三方抽查已抽取，有事项等您回访，请登录查看")
CLOSED: Final = kind("cases.closed", "有结果了", "您登记的事项 {number}：{state}")


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a case, with the case and its run as they stand when it is told."""

    event: Any
    case: Case
    on: date

    @property
    def run(self) -> workflow.Run:
        return self.case.run


# None: there is nothing to tell. Nobody: the post is vacant, and only a group's robot hears of it.
Whom = Callable[[Happened], Iterable[UUID] | None]


def whose_turn(one: Happened) -> Iterable[UUID] | None:
    """Everybody at the one post or duty desk that answers for it now."""
    return workflow.accountable(one.run, on=one.on).people if one.run.is_running else None


def whose_new_turn(one: Happened) -> Iterable[UUID] | None:
    """The same, unless the case has moved on since: that is told by what moved it."""
    return whose_turn(one) if one.event.to_state == one.run.state else None


def whose_first_turn(one: Happened) -> Iterable[UUID] | None:
    """Everybody whose turn it was when the case was opened, unless it has moved since."""
    return whose_turn(one) if one.run.legs_count == 1 else None


def the_author(one: Happened) -> Iterable[UUID] | None:
    """The officer who wrote it down."""
    return _known(one.case.opened_by_id)


def the_handler(one: Happened) -> Iterable[UUID] | None:
    """Who wrote down the last result, and who wrote down the case."""
    return _known(one.case.handled_by_id, one.case.opened_by_id)


def _known(*people: UUID | None) -> Iterable[UUID] | None:
    return [one for one in people if one is not None] or None


def who_decides(one: Happened) -> Iterable[UUID] | None:
    """Who may grant more time or a pause there; whoever asked is left out."""
    return workflow.approvers_of(one.run, on=one.on) if one.run.is_running else None


def the_named(one: Happened) -> Iterable[UUID] | None:
    """The person whom the event itself names."""
    given = one.event.person_id
    return _known(UUID(given) if isinstance(given, str) else given)


@dataclass(frozen=True, slots=True)
class Telling:
    """When this happens, these people are told that. Whoever did it is never told of it."""

    event: type[Event]
    kind: Kind
    whom: Whom


TELLINGS: Final = (
    Telling(events.CaseOpened, TURN, whose_first_turn),
    Telling(events.StepTaken, TURN, whose_new_turn),
    Telling(events_handover.CaseReopened, TURN, whose_turn),
    Telling(events_handover.ReopenedByChild, TURN, whose_turn),
    Telling(events_handover.ResultPassedOn, TURN, whose_turn),
    Telling(events_handover.MergeUndone, TURN, whose_turn),
    Telling(events_handover.ReturnRuled, RULED, whose_turn),
    Telling(events_handover.UrgedBySupervisor, SUPERVISED, whose_turn),
    Telling(clocks.HolderNamed, TURN, the_named),
    Telling(clocks.RunOverdue, OVERDUE, whose_turn),
    Telling(clocks.ClockAsked, CLOCK_ASKED, who_decides),
    Telling(clocks.ClockDecided, CLOCK_MOVED, whose_turn),
    Telling(clocks.PauseEnded, CLOCK_MOVED, whose_turn),
    Telling(events.Urged, URGED, whose_turn),
    Telling(events.ReporterAnswered, ANSWERED, the_handler),
    Telling(events.CaseClosed, CLOSED, the_author),
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What other systems may subscribe to: the event, its name for people, and those of its facts that they read."""

    event: type[Event]
    label: str
    facts: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.event.kind


# Facts are keys, labels of the vocabulary, numbers and times: no name of a person and no free words.
PUSHED: Final = (
    Pushed(events.CaseOpened, "登记", ("source", "procedure")),
    Pushed(events.StepTaken, "办了一步", ("step", "step_label", "from_state", "to_state", "to_label")),
    Pushed(events.ReporterAnswered, "反映人回答", ("done", "content_label")),
    Pushed(events.Urged, "反映人催办", ("times",)),
    Pushed(events.CaseClosed, "了结", ("state_label",)),
    Pushed(clocks.RunOverdue, "超时", ("state", "state_label", "due_at")),
    Pushed(clocks.ClockMoved, "时限变动", ("state_label", "before", "after", "provisional")),
    Pushed(events_handover.ReturnRuled, "退单裁定", ("upheld",)),
    Pushed(events_handover.CaseMerged, "并入别的事项", ("master_id", "master_number")),
    Pushed(events_handover.MergeUndone, "撤销并单", ("master_number", "state_label")),
    Pushed(events_handover.CaseReopened, "重新办理", ("to_label",)),
)
PUSH_LABELS: Final = {one.kind: one.label for one in PUSHED}
FOLLOWED: Final = frozenset({one.event.kind for one in TELLINGS} | set(PUSH_LABELS))

"""What links an official's work to a file, who judges a broken glass, how many numbers an hour: plain functions.

The table of links with their terms and reasons: docs/decisions/0071.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from minqing.kernel import clock
from minqing.kernel.roles import (
    AUDITOR,
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    REGISTRAR,
    SECURITY_ADMINISTRATOR,
    TOWN_DISPATCHER,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

# A case that was closed comes back within a month, or never: the reporter says it was not done, the unit is asked.
CASE_CLOSED_WITHIN: Final = timedelta(days=30)
# Every door is called on within 90 days (diary); whoever called is the one who goes again.
VISIT_WITHIN: Final = timedelta(days=90)
ROUND_DAYS: Final = 90
# Who has just registered a file, or made one of two, looks whether it stands there; tomorrow it needs a reason.
KEPT_WITHIN: Final = timedelta(days=1)
GLASS_LASTS: Final = timedelta(minutes=30)  # one telephone call, or one form filled in with somebody waiting
REVIEW_WITHIN: Final = timedelta(hours=72)
WORDS_MIN: Final = 10  # a sentence: “急用” would be none
WORDS_MAX: Final = 500
NUMBER_WORDS_MIN: Final = 4
# A morning at a counter shows a dozen; a list copied by hand would need hundreds.
NUMBERS_PER_HOUR: Final = 20
CALLS_PER_HOUR: Final = 60  # who calls back for a living does one a minute at most
NUMBERS_WITHIN: Final = timedelta(hours=1)
HIDDEN_AFTER_SECONDS: Final = 60

CASE, CLOSED_CASE, VISIT, ROUND, KEPT, PREMISES, GLASS = (
    "case", "closed_case", "visit", "round", "kept", "premises", "glass",
)  # fmt: skip
REQUEST, DUPLICATE = "request", "duplicate"
LINK_LABELS: Final = {
    CASE: "办理中的事项",
    CLOSED_CASE: "刚办结的事项",
    VISIT: "走访过",
    ROUND: "网格内该走访",
    KEPT: "刚登记或合并",
    PREMISES: "辖区内的企业、场所",
    GLASS: "破例查阅",
    REQUEST: "本人权利申请",
    DUPLICATE: "疑似重复核对",
}

EMERGENCY, AT_COUNTER, SAFETY, ORDERED, OTHER = "emergency", "at_counter", "safety", "ordered", "other"
CATEGORIES: Final = {
    AT_COUNTER: "本人或家属当面来办事",
    EMERGENCY: "有人受伤、失联等紧急情况",
    SAFETY: "排查安全隐患",
    ORDERED: "上级交办",
    OTHER: "其他",
}
JUSTIFIED, UNJUSTIFIED = "justified", "unjustified"
VERDICTS: Final = {JUSTIFIED: "有正当理由", UNJUSTIFIED: "没有正当理由"}

ID_NUMBER, PHONE = "id_number", "phone"
FIELD_LABELS: Final = {ID_NUMBER: "证件号", PHONE: "电话"}
CALL_BACK, VERIFY, FILL_IN, TO_CASE = "call_back", "verify", "fill_in", "to_case"
PURPOSES: Final = {
    CALL_BACK: "联系本人",
    VERIFY: "当面核对身份",
    FILL_IN: "代填表格、代办材料",
    OTHER: "其他",
}

NUMBERS, OVERDUE = "numbers", "overdue"
ALARM_LABELS: Final = {
    NUMBERS: "显示号码超过上限",
    OVERDUE: "破例查阅超时未核查",
    UNJUSTIFIED: "破例查阅没有正当理由",
}

# Whose work is with the people of a village, whatever their cases are about.
_AT_THE_DOOR: Final = frozenset({GRID_WORKER.key, VILLAGE_CLERK.key, VILLAGE_SECRETARY.key})
_CALLERS: Final = frozenset({FOLLOW_UP_CALLER.key, TOWN_DISPATCHER.key})


@dataclass(frozen=True, slots=True)
class Link:
    """Why somebody may open a file: ``purpose（because）`` is how the entry says it."""

    kind: str
    id: UUID | None
    purpose: str
    because: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """A case about the person or the household that the actor may see."""

    id: UUID
    number: str
    closed_at: datetime | None
    in_own_area: bool
    in_own_unit: bool
    role_takes_part: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A visit at the person or the household, by whomever; ``role``: of the appointment they acted in."""

    id: UUID
    officer_id: UUID
    role: str
    visited_at: datetime
    recorded_at: datetime
    met: bool


@dataclass(frozen=True, slots=True)
class OwnGlass:
    """A glass that the actor broke for this person or household; ``verdict`` is empty until somebody judged."""

    begun_at: datetime
    ends_at: datetime
    verdict: str


def case_link(seen: Iterable[CaseSeen], role: str, at: datetime) -> Link | None:
    """Return the link of a case whose work is the actor's: an open one first, then one closed within 30 days."""
    mine = [one for one in seen if _is_work_of(one, role)]
    for one in mine:
        if one.closed_at is None:
            return Link(CASE, one.id, "办理事项", f"事项 {one.number}")
    for one in mine:
        if one.closed_at is not None and one.closed_at >= at - CASE_CLOSED_WITHIN:
            day = clock.local(one.closed_at).date()
            return Link(CLOSED_CASE, one.id, "回看事项", f"事项 {one.number}，{day} 办结")
    return None


def _is_work_of(case: CaseSeen, role: str) -> bool:
    if case.in_own_unit:
        return True
    return case.in_own_area and (role in _AT_THE_DOOR or case.role_takes_part)


def visits_that_link(
    calls: Iterable[Call], person_id: UUID, role: str, *, in_own_area: bool, at: datetime
) -> list[Call]:
    """Return the actor's own visits of 90 days that may link: somebody was met, by who walks there in that role.

    Whoever writes a visit makes their own key. At the doors of one's own village or grid that is the day's work; for
    a town's desk it would open forty thousand files, so it opens none.
    """
    if role not in _AT_THE_DOOR or not in_own_area:
        return []
    since = at - VISIT_WITHIN
    return [
        one
        for one in calls
        if one.officer_id == person_id and one.role == role and one.met and one.visited_at >= since
    ]


def visit_link(own: Iterable[Call], glasses: Sequence[OwnGlass] = ()) -> Link | None:
    """Return the link of the latest of these visits that does not itself come of a broken glass."""
    free = [one for one in own if not any(_comes_of(one, glass) for glass in glasses)]
    if not free:
        return None
    last = max(free, key=lambda one: one.visited_at)
    return Link(VISIT, last.id, "走访前后查看", f"{clock.local(last.visited_at).date()} 走访")


def _comes_of(call: Call, glass: OwnGlass) -> bool:
    """Whether a visit was written under a glass, or after one of which nobody has said that the reason held."""
    if call.recorded_at < glass.begun_at:
        return False
    return glass.verdict != JUSTIFIED or call.recorded_at < glass.ends_at


def round_link(calls: Iterable[Call], role: str, *, in_own_area: bool, at: datetime) -> Link | None:
    """Return the link of a grid worker's own round: every door there is due, or comes due within 90 days."""
    if role != GRID_WORKER.key or not in_own_area:
        return None
    met = [one.visited_at for one in calls if one.met]
    return Link(ROUND, None, "走访前查看", due_words(max(met) if met else None, clock.local(at).date()))


def due_words(last_met: datetime | None, today: date) -> str:
    """Say when a door of the round is due: ``2026-12-01 前走访``."""
    if last_met is None:
        return "本网格，还没有走访过"
    due = clock.local(last_met).date() + timedelta(days=ROUND_DAYS)
    return f"{due} 前走访" if due >= today else f"已 {(today - clock.local(last_met).date()).days} 天未走访"


def kept_link(changed_at: datetime | None, at: datetime) -> Link | None:
    """Return the link of who registered the file within a day, or merged it: they have just written or read all of it.

    A change is none: who may change a file has a link to it already, and half an hour of glass shall not become a day.
    """
    if changed_at is None or changed_at < at - KEPT_WITHIN:
        return None
    return Link(KEPT, None, "核对登记", f"{clock.local(changed_at).date()} 登记或合并")


def premises_link(*, keeps_files_here: bool) -> Link | None:
    """Return the link to an enterprise or a place: whoever keeps the files of the area serves them all."""
    return Link(PREMISES, None, "服务管理", "辖区内的企业、场所") if keeps_files_here else None


def glass_link(glass_id: UUID, category: str, ends_at: datetime, at: datetime) -> Link | None:
    """Return the link of a broken glass while it lasts. The words stay with the review; the entry says the kind."""
    if ends_at <= at:
        return None
    return Link(GLASS, glass_id, "破例查阅", CATEGORIES.get(category, "其他"), until=ends_at)


# -- who judges ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Post:
    """An appointment that may judge; ``depth`` of its area in the tree, the county being 0."""

    person_id: UUID
    person_name: str
    role: str
    area_id: UUID
    label: str
    depth: int


# From the village up. Above the security administrator only the auditor is left: never silent, never oneself.
LADDER: Final = (
    frozenset({VILLAGE_SECRETARY.key}),
    frozenset({TOWN_DISPATCHER.key, REGISTRAR.key}),
    frozenset({SECURITY_ADMINISTRATOR.key}),
    frozenset({AUDITOR.key}),
)
LAST_RUNGS: Final = LADDER[2] | LADDER[3]
_FIRST_RUNG: Final = {
    GRID_WORKER.key: 0,
    VILLAGE_CLERK.key: 0,
    VILLAGE_SECRETARY.key: 1,
    SECURITY_ADMINISTRATOR.key: 3,
}
_TOWN_AND_COUNTY: Final = 2


def supervisors(posts: Sequence[Post], *, role: str, person_id: UUID) -> tuple[Post, ...]:
    """Return who judges somebody in a role: the next rung that anybody else holds, at its nearest area; else nobody.

    ``posts`` are those whose area holds the actor's own.
    """
    for rung in LADDER[_FIRST_RUNG.get(role, _TOWN_AND_COUNTY) :]:
        held = [one for one in posts if one.role in rung and one.person_id != person_id]
        if held:
            nearest = max(one.depth for one in held)
            return tuple(one for one in held if one.depth == nearest)
    return ()


# -- numbers ---------------------------------------------------------------------------------------


def numbers_per_hour(role: str) -> int:
    """Return how many whole numbers a role may read in an hour."""
    return CALLS_PER_HOUR if role in _CALLERS else NUMBERS_PER_HOUR


def hour_of(at: datetime) -> datetime:
    """Return the hour in which an alarm is raised once."""
    return clock.to_the_hour(at)


def why_not_words(words: str, least: int, *, field: str = "words") -> tuple[str, str] | None:
    """Return (field, sentence) that refuses a reason, or None. What repeats one letter says nothing."""
    said = "".join(one for one in words if one.isalnum())
    if len(said) < least or len(set(said)) < min(3, least):
        return field, f"请至少写 {least} 个字，说清楚为什么。"
    if len(words) > WORDS_MAX:
        return field, f"说明有 {len(words)} 字，最多 {WORDS_MAX} 字。"
    return None

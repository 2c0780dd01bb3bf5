"""Where a role may be held, and how long a wrong password makes one wait: plain functions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from minqing.kernel.access import Role
from minqing.kernel.roles import (
    AUDITOR,
    COUNTY_DISPATCHER,
    DISCIPLINE_OFFICER,
    EXPRESS_OFFICER,
    FOLLOW_UP_CALLER,
    GRID_WORKER,
    GROUP_LEADER,
    HANDLER,
    PETITION_OFFICER,
    REGISTRAR,
    REVIEWER,
    SECURITY_ADMINISTRATOR,
    SUPERVISOR,
    SURVEYOR,
    SYSTEM_ADMINISTRATOR,
    TOWN_DISPATCHER,
    TOWN_SECRETARY,
    VILLAGE_CLERK,
    VILLAGE_SECRETARY,
)

# Levels by their keys in areas.rules; a handler's appointment sits where its unit sits.
ROLE_LEVELS: Final[dict[Role, frozenset[str]]] = {
    GRID_WORKER: frozenset({"grid"}),
    VILLAGE_CLERK: frozenset({"village"}),
    VILLAGE_SECRETARY: frozenset({"village"}),
    # Not at the county: one such appointment would open every dossier there is.
    TOWN_DISPATCHER: frozenset({"town"}),
    HANDLER: frozenset({"village", "town", "county"}),
    REVIEWER: frozenset({"town", "county"}),
    FOLLOW_UP_CALLER: frozenset({"town", "county"}),
    GROUP_LEADER: frozenset({"grid", "micro_grid"}),
    TOWN_SECRETARY: frozenset({"town"}),
    COUNTY_DISPATCHER: frozenset({"county"}),
    SUPERVISOR: frozenset({"town", "county"}),
    PETITION_OFFICER: frozenset({"town", "county"}),
    EXPRESS_OFFICER: frozenset({"county"}),
    SURVEYOR: frozenset({"county"}),
    DISCIPLINE_OFFICER: frozenset({"town", "county"}),
    REGISTRAR: frozenset({"town", "county"}),
    SYSTEM_ADMINISTRATOR: frozenset({"county"}),
    SECURITY_ADMINISTRATOR: frozenset({"county"}),
    AUDITOR: frozenset({"county"}),
}

# Whoever sets the rules, whoever gives the rights and whoever checks both are three people, and none of them does the
# county's business (GB/T 22239-2019, 8.1.5). The same words stand in the database (``Appointment.Meta``).
ADMINISTRATORS: Final = frozenset({SYSTEM_ADMINISTRATOR, SECURITY_ADMINISTRATOR, AUDITOR})

# Five tries are looked at: people mistype. Then wait 2, 4, 8 … seconds, at most a quarter of an hour, forgotten
# after a day.
FREE_FAILURES: Final = 5
WAIT_MAX: Final = timedelta(minutes=15)
FORGET_AFTER: Final = timedelta(days=1)
# An office shares one address: it gets more tries than one account does.
FREE_FAILURES_PER_ADDRESS: Final = 30


# What a role's label says of its level goes without saying once a place is named: 马村村受理员, 谷来镇调度员.
LEVEL_WORDS: Final = ("村（社区）", "镇街")


def role_at(place: str, role_label: str) -> str:
    """Return a role with the place or unit where it is held: ``马村村受理员``."""
    for words in LEVEL_WORDS:
        role_label = role_label.removeprefix(words)
    return f"{place}{role_label}"


def wait_after(failures: int, free: int = FREE_FAILURES) -> timedelta:
    """Return how long to refuse after so many failures in a row."""
    over = failures - free
    if over < 0:
        return timedelta()
    return min(timedelta(seconds=2 ** (min(over, 12) + 1)), WAIT_MAX)


def is_current(starts_on: date, ends_on: date | None, day: date) -> bool:
    """Whether an appointment holds on a day; the last day counts."""
    return starts_on <= day and (ends_on is None or day <= ends_on)


def why_not_together(role: Role, held: Iterable[Role]) -> str | None:
    """Return the sentence that refuses a role to somebody who holds others in the same days, or None."""
    for other in held:
        if other == role:
            continue
        if other in ADMINISTRATORS and role in ADMINISTRATORS:
            return f"已经是{other.label}，不能同时是{role.label}：三种管理员要由三个人担任。"
        if other in ADMINISTRATORS or role in ADMINISTRATORS:
            administrator = other if other in ADMINISTRATORS else role
            return f"{administrator.label}不能同时办业务（{(role if administrator is other else other).label}）。"
    return None


def why_not_appoint(
    *, role: Role, level: str, has_unit: bool, area_open: bool, starts_on: date, ends_on: date | None
) -> str | None:
    """Return the sentence that refuses an appointment, or None."""
    if not area_open:
        return "这个辖区已撤销，不能在那里任职。"
    if level not in ROLE_LEVELS[role]:
        return f"“{role.label}”不能任在这一级辖区，请另选辖区。"
    if role.by_unit and not has_unit:
        return f"“{role.label}”要属于一个单位，请选择单位。"
    if ends_on is not None and ends_on < starts_on:
        return "结束日期早于开始日期，请核对。"
    return None

"""The filters of a queue, in an address or kept by name: read in one way, so that a count is of what opens."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from minqing.cases import rules
from minqing.cases.queries.filtering import QueueFilters
from minqing.cases.queries.queue import SORTS
from minqing.cases.queries.sets import SETS
from minqing.kernel.text import clean_line
from minqing.workflow import public as workflow

TODO, OPEN, ALL = "todo", "open", "all"
VIEWS: Final = {TODO: "待我办", OPEN: "正在办", ALL: "全部"}
TEXT_MAX: Final = 100
NO_UNIT: Final = "none"  # in place of a unit: those that no unit has
YES: Final = "1"
# Every filter of the address with its label; another parameter is none.
ASKED: Final = {
    "view": "范围", "text": "找", "state": "环节", "colour": "时限", "area": "辖区", "here": "只看本级",
    "procedure": "规程", "source": "来源", "topic": "类别", "unit": "承办单位", "mine": "指定给我",
    "set": "晾晒口径", "since": "从", "until": "到", "sort": "排序",
}  # fmt: skip


def read_asked(
    asked: Mapping[str, str], *, topics: Collection[str] | None = None
) -> tuple[QueueFilters, list[str]]:
    """Return the filters that an address asks for, and the names of those that make no sense and are left out.

    ``topics``: the keys of today's scheme; None takes a topic as it is.
    """
    given = {name: asked.get(name) or "" for name in ASKED}
    wrong = _wrong(given, topics)
    for name in wrong:
        given[name] = ""
    procedure, _, state = given["state"].partition(".")
    unit = given["unit"]
    filters = QueueFilters(
        todo=(given["view"] or TODO) == TODO,
        open_only=given["view"] != ALL,
        text=clean_line(given["text"]),
        procedure=procedure or given["procedure"],
        state=state,
        colour=given["colour"],
        source=given["source"],
        topic=given["topic"],
        unit_id=UUID(unit) if unit and unit != NO_UNIT else None,
        no_unit=unit == NO_UNIT,
        area_id=UUID(given["area"]) if given["area"] else None,
        here_only=bool(given["here"] and given["area"]),
        mine=bool(given["mine"]),
        set=given["set"],
        since=_day(given["since"]) if given["set"] else None,
        until=_day(given["until"]) if given["set"] else None,
        sort=given["sort"] or "due",
    )
    return filters, wrong


def _wrong(given: Mapping[str, str], topics: Collection[str] | None) -> list[str]:
    """Return the names of filters that make no sense, in the order of the bar."""
    known = {
        one.key: one
        for one in workflow.procedures()
        if one.key != rules.RIGHTS and one.subject_kind == "case"
    }
    of_state, _, state = given["state"].partition(".")
    fits: dict[str, Callable[[str], bool]] = {
        "view": lambda value: value in VIEWS,
        "text": lambda value: len(clean_line(value)) <= TEXT_MAX,
        "state": lambda value: of_state in known and state in known[of_state].states,
        "colour": lambda value: value in list(workflow.Colour),
        "area": _is_id,
        "here": lambda value: value == YES,
        "procedure": lambda value: value in known and of_state in ("", value),
        "source": lambda value: value in rules.SOURCE_LABELS and value != rules.RIGHTS,
        "topic": lambda value: topics is None or value in topics,
        "unit": lambda value: value == NO_UNIT or _is_id(value),
        "mine": lambda value: value == YES,
        "set": lambda value: value in SETS,
        "since": lambda value: _day(value) is not None,
        "until": lambda value: _day(value) is not None,
        "sort": lambda value: value in SORTS,
    }
    return [name for name, value in given.items() if value and not fits[name](value)]


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True

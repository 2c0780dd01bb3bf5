"""The published calendar of working days (State Council), from the package ``chinesecalendar``."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

import chinese_calendar
from chinese_calendar.constants import holidays, workdays

from minqing.workflow.rules import Calendar

# The package names festivals in English.
_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利 70 周年纪念日",
}


@dataclass(frozen=True, slots=True)
class OfficialDay:
    """What is published about one day."""

    date: date
    is_working: bool
    label: str
    source: str
    published: bool = True

    def columns(self) -> dict[str, Any]:
        """The columns of its row (``asdict`` copies each value in depth: of 8,000 days, half of filling them in)."""
        return {name: getattr(self, name) for name in self.__slots__}


@cache
def covered_years() -> tuple[int, ...]:
    """The years that the package knows in full."""
    return tuple(range(min(holidays).year, max(holidays).year + 1))


@cache
def official_days(year: int) -> tuple[OfficialDay, ...]:
    """Every day of a covered year; the package takes its time over each.

    Raises ``NotImplementedError`` beyond the package's coverage.
    """
    source = f"国务院办公厅放假通知（chinesecalendar {version('chinesecalendar')}）"
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range(366 if calendar.isleap(year) else 365)]
    return tuple(OfficialDay(day, chinese_calendar.is_workday(day), _label(day), source) for day in days)


@cache
def official_calendar() -> Calendar:
    """The published calendar with the usual office hours, as version 0."""
    days = {day.date: day.is_working for year in covered_years() for day in official_days(year)}
    return Calendar(days=MappingProxyType(days), published=frozenset(covered_years()))


def _label(day: date) -> str:
    if day in holidays:
        return _NAMES[str(holidays[day])]
    if day in workdays:
        return f"{_NAMES[str(workdays[day])]}调休上班"
    return ""

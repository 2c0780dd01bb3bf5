"""Working time that was lost, as people say it. Plain functions."""

from __future__ import annotations

from typing import Final

_HOUR: Final = 60


def lost_words(minutes: int | None, day_minutes: int) -> str:
    """Say so many minutes of working time: ``1.5 个工作日``, ``3 个工作小时``; empty where it is not known yet."""
    if minutes is None:
        return ""
    if minutes >= day_minutes:
        return f"{lost_days(minutes, day_minutes):g} 个工作日"
    if minutes >= _HOUR:
        return f"{minutes // _HOUR} 个工作小时"
    return f"{minutes} 分钟" if minutes else "不足 1 分钟"


def lost_days(minutes: int, day_minutes: int) -> float:
    """Return working time in working days, to one place behind the point."""
    return round(minutes / day_minutes, 1)

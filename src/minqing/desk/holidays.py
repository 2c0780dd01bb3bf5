"""Days as an announcement names them, one line each: ``10月1日至10月7日 国庆节``. Plain functions."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

LABEL_MAX: Final = 40
DAYS_MAX: Final = 60  # no holiday is longer; a range beyond it is a slip of the pen
_DAY: Final = r"(?:(\d{4})\s*[年/.-]\s*)?(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*日?"
_LINE: Final = re.compile(rf"{_DAY}(?:\s*(?:至|到|—|－|–|~|～|-)+\s*{_DAY})?\s*[，,：:、]?\s*(.*)")
_LAST_DAY_ONLY: Final = re.compile(
    rf"{_DAY}\s*(?:至|到|—|－|–|~|～|-)+\s*(\d{{1,2}})\s*日\s*[，,：:、]?\s*(.*)"
)


def read_days(text: str, year: int) -> dict[date, str] | str:
    """Return the days with their names, or the sentence that says which line cannot be read."""
    found: dict[date, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        days = _line(line.strip(), year)
        if isinstance(days, str):
            return f"第 {number} 行{days}"
        for day, label in days:
            if day in found:
                return f"第 {number} 行的 {day.month}月{day.day}日前面已经写过，请删去一个。"
            found[day] = label
    return found


def _line(line: str, year: int) -> list[tuple[date, str]] | str:
    short = _LAST_DAY_ONLY.fullmatch(line)
    if short:
        y, month, first, last, label = short.groups()
        ends = (y, month, first, y, month, last)
    else:
        match = _LINE.fullmatch(line)
        if match is None:
            return "看不懂，请写成“10月1日至10月7日 国庆节”这样，一行一个。"
        y, month, first, to_y, to_month, last, label = match.groups()
        ends = (y, month, first, to_y or y, to_month or month, last or first)
    try:
        first_day = date(int(ends[0] or year), int(ends[1]), int(ends[2]))
        last_day = date(int(ends[3] or year), int(ends[4]), int(ends[5]))
    except ValueError:
        return "的日期不存在，请核对。"
    if first_day.year != year or last_day.year != year:
        return f"不在 {year} 年，跨年的假期请分开写在各自的年份里。"
    length = (last_day - first_day).days + 1
    if not 1 <= length <= DAYS_MAX:
        return "的起止日期反了，或者太长，请核对。"
    if len(label.strip()) > LABEL_MAX:
        return f"的名称太长，最多 {LABEL_MAX} 个字。"
    return [(first_day + timedelta(days=n), label.strip()) for n in range(length)]

"""What a token may be for and how long it lasts: plain data and functions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

CASES_READ, CASES_REPORT, CASES_STEP, OPEN311 = "cases:read", "cases:report", "cases:step", "open311"
SCOPE_LABELS: Final = {
    CASES_READ: "查看事项",
    CASES_REPORT: "登记事项",
    CASES_STEP: "办理事项",
    OPEN311: "代群众提交（Open311）",
}
# What somebody's own script may do; speaking for residents is a system's business, which the county opens.
OWN_SCOPES: Final = (CASES_READ, CASES_REPORT, CASES_STEP)

# One's own script is looked after by nobody else: a quarter. A system of the county: a year, then it is opened anew.
OWN_DAYS_MAX: Final = 90
SYSTEM_DAYS_MAX: Final = 366
# Of one person at a time: beyond that nobody remembers which is where.
LIVE_MAX: Final = 10
# With the longest name of a unit and of a role it still fits into the journal's line of who did it.
TOKEN_NAME_MAX: Final = 20
# What the system may be given and has not been fetched lies there so long.
TAKEN_WITHIN: Final = timedelta(days=7)
# A row is written at most once a minute for having been used.
TOUCH_AFTER: Final = timedelta(minutes=1)
# Lets a search of published code find one that got there.
PREFIX: Final = "mq_"
HINT_LENGTH: Final = len(PREFIX) + 4
SECRET_BYTES: Final = 32
SECRET_MAX: Final = 64


def scope_words(scopes: Collection[str]) -> str:
    """Return the scopes as a page names them."""
    return "、".join(label for key, label in SCOPE_LABELS.items() if key in scopes)


def why_not_token(*, scopes: Collection[str], days: int, for_system: bool) -> tuple[str, str] | None:
    """Return the field and the sentence that refuse a token, or None."""
    allowed = SCOPE_LABELS if for_system else OWN_SCOPES
    if not scopes:
        return "scopes", "请至少选择一项用途。"
    if not set(scopes) <= set(allowed):
        return "scopes", "这项用途只能由安全管理员为系统开通。"
    longest = SYSTEM_DAYS_MAX if for_system else OWN_DAYS_MAX
    if not 1 <= days <= longest:
        return "days", f"有效期请填 1 到 {longest} 天。"
    return None

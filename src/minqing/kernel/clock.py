"""The one place that reads the time.

Services take ``at=``; pages and jobs call :func:`now` once and hand it down, so that every deadline can be
tested and recomputed. Tests and stories set the clock with :func:`fixed` or move it with :func:`shifted`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")

# Process-wide on purpose: a story's live server answers in another thread and must see the same time.
_fixed: datetime | None = None
_shift = timedelta()


def now() -> datetime:
    """Return the time, aware, in UTC."""
    return _fixed if _fixed is not None else datetime.now(UTC) + _shift


def machine() -> datetime:
    """Return the machine's own time, whatever a story made of the clock: for sessions, which protect the machine."""
    return datetime.now(UTC)


def today() -> date:
    """Return today's date in the county."""
    return local(now()).date()


def local(at: datetime) -> datetime:
    """Return the same moment as the county's wall clock shows it."""
    return at.astimezone(LOCAL)


def to_the_hour(at: datetime) -> datetime:
    """Round down to the hour: all that is kept of when an anonymous word was said."""
    return at.replace(minute=0, second=0, microsecond=0)


@contextmanager
def fixed(at: datetime) -> Iterator[None]:
    """Stop the clock at a moment (aware). For tests."""
    global _fixed  # noqa: PLW0603 - see above
    if at.tzinfo is None:
        raise ValueError("the clock takes aware times only")
    before, _fixed = _fixed, at.astimezone(UTC)
    try:
        yield
    finally:
        _fixed = before


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Let the clock run, so much ahead. For stories in which days pass."""
    global _shift  # noqa: PLW0603 - see above
    before, _shift = _shift, _shift + by
    try:
        yield
    finally:
        _shift = before

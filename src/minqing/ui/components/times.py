"""Times as people say them, and what happened when."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from django.template import Context
from django.utils.safestring import SafeString

from minqing.kernel import clock
from minqing.ui.library import Values, box, component


class Line(Protocol):
    """One line of a timeline, as journal.public.timeline gives it."""

    @property
    def at(self) -> datetime: ...
    @property
    def who(self) -> str: ...
    @property
    def role_label(self) -> str: ...
    @property
    def sentence(self) -> str: ...


def in_words(at: datetime, *, now: datetime) -> str:
    """Say when something was (or will be), relative for today and yesterday, else by the county's calendar.

    What was on the very hour is said by the hour: no more is kept of a nameless hand's doings, and “39 分钟前” would be
    made up.
    """
    here, today = clock.local(at), clock.local(now)
    days = (here.date() - today.date()).days
    by_the_hour = at <= now and not (at.minute or at.second or at.microsecond)
    time = f"{here.hour} 时" if by_the_hour else f"{here:%H:%M}"
    if days == 0:
        return f"今天 {time}" if by_the_hour else _today(at - now, time)
    near = {-1: "昨天", 1: "明天"}.get(days)
    if near:
        return f"{near} {time}"
    if here.year == today.year:
        return f"{here.month}月{here.day}日 {time}"
    return f"{here.year}年{here.month}月{here.day}日"


def _today(gap: timedelta, hour: str) -> str:
    minutes = int(gap.total_seconds() // 60)
    if minutes >= 1:
        return f"今天 {hour}"
    past = -int(gap.total_seconds()) // 60
    if past < 1:
        return "刚刚"
    return f"{past} 分钟前" if past < 60 else f"{past // 60} 小时前"


def in_full(at: datetime) -> str:
    """Write a whole time in the county's calendar."""
    here = clock.local(at)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"


@component("ago.html")
def ago(context: Context, *, at: datetime) -> Values:
    """When, as people say it (“2 小时前”), with the full time one tap away."""
    return {"iso": clock.local(at).isoformat(), "words": in_words(at, now=clock.now()), "full": in_full(at)}


@box("timeline.html")
def timeline(context: Context, content: SafeString, *, label: str = "经过") -> Values:
    """What happened, newest or oldest first as the page likes; holds moments."""
    return {"content": content, "label": label}


@box("moment.html")
def moment(
    context: Context,
    content: SafeString,
    *,
    at: datetime | None = None,
    who: str = "",
    role: str = "",
    icon: str = "point",
    coming: bool = False,
) -> Values:
    """One moment of a timeline; `coming` draws it as still ahead."""
    given: dict[str, object] = {
        "content": content,
        "at": at,
        "who": who,
        "role": role,
        "icon": icon,
        "coming": coming,
    }
    return given


@component("timeline_lines.html")
def timeline_lines(context: Context, *, lines: Iterable[Line], label: str = "经过") -> Values:
    """A timeline straight from journal.public.timeline (anything with at, who, role_label, sentence)."""
    return {"lines": lines, "label": label}

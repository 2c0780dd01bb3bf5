"""今天: whom to call on and why, what waits for me, what became of what I wrote down."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from minqing.cases import public as cases
from minqing.diary import public as diary
from minqing.disclosure import public as disclosure
from minqing.kernel import clock
from minqing.kernel.pages import OfficialRequest, page
from minqing.mobile.pages.whole import show
from minqing.notices import public as notices

DUE_SHOWN = 5
TODO_SHOWN = 5
NOTICES_SHOWN = 3


@page(signed_in="everyone who signs in has a first page")
@require_safe
@never_cache
def today(request: OfficialRequest) -> HttpResponse:
    """Show the day."""
    at = clock.now()
    actor = request.actor
    waiting = cases.queue(actor, cases.QueueFilters(todo=True), at=at)
    unread, count = cases.unread_notices(actor, NOTICES_SHOWN)
    return show(
        request,
        "today",
        {
            "lead": _day(at),
            "due": diary.due_visits(actor, at, DUE_SHOWN),
            "may_visit": actor.may(diary.RECORD_VISIT),
            "todo": waiting.rows[:TODO_SHOWN],
            "todo_title": f"等我办的事（{waiting.total_words}）",
            "todo_more": waiting.total > TODO_SHOWN,
            "access_notices": disclosure.notices(actor),
            "notices": unread,
            "unread": count,
        },
        tab="today",
    )


def _day(at: datetime) -> str:
    """Return ``11月21日 星期六``."""
    day = clock.local(at)
    return f"{day.month}月{day.day}日 星期{'一二三四五六日'[day.weekday()]}"


@page(signed_in="one's own notices")
@require_POST
def notices_read(request: OfficialRequest) -> HttpResponse:
    """Put one's notices away."""
    notices.mark_read(by=request.actor, at=clock.now())
    return redirect("mobile:today")

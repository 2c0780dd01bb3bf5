"""The minute's work: clocks first, then missed deadlines, so that a new holiday is never taken for a delay."""

from __future__ import annotations

from procrastinate.contrib.django import app

from minqing.kernel import clock
from minqing.workflow.services.clocks import sweep_overdue
from minqing.workflow.services.pausing import end_pauses
from minqing.workflow.services.posts import watch_posts
from minqing.workflow.services.recompute import recompute_clocks


@app.periodic(cron="* * * * *")
@app.task(name="workflow.tick", queueing_lock="workflow.tick")
def tick(timestamp: int) -> None:
    """Let paused clocks go on, bring all clocks up to the calendar, then mark what is overdue."""
    at = clock.now()
    end_pauses(at=at)
    recompute_clocks(at=at)
    sweep_overdue(at=at)


@app.periodic(cron="*/5 * * * *")
@app.task(name="workflow.posts", queueing_lock="workflow.posts")
def posts(timestamp: int) -> None:
    """Put what no post answers for onto a duty desk's list."""
    watch_posts(at=clock.now())

"""Periodic work of accounts."""

from procrastinate.contrib.django import app

from minqing.accounts.services import delays, sessions
from minqing.kernel import clock
from minqing.kernel.limits import forget_past_days


@app.periodic(cron="17 3 * * *")
@app.task(name="accounts.forget_old_failures", queueing_lock="accounts.forget_old_failures")
def forget_old_failures(timestamp: int) -> None:
    """Delete failed sign-ins older than a day, sessions that are over, and yesterday's counts, at night."""
    at = clock.now()
    delays.forget_old_failures(at)
    forget_past_days(at)
    sessions.forget_ended_sessions()

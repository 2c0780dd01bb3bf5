"""Periodic work of accounts."""

from procrastinate.contrib.django import app

from minqing.accounts.services import delays, sessions
from minqing.kernel import clock


@app.periodic(cron="17 3 * * *")
@app.task(name="accounts.forget_old_failures", queueing_lock="accounts.forget_old_failures")
def forget_old_failures(timestamp: int) -> None:
    """Delete failed sign-ins older than a day, and sessions that are over, at night."""
    delays.forget_old_failures(clock.now())
    sessions.forget_ended_sessions()

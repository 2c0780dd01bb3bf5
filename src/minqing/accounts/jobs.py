"""Periodic work of accounts."""

from procrastinate.contrib.django import app

from minqing.accounts.services import sign_in
from minqing.kernel import clock


@app.periodic(cron="17 3 * * *")
@app.task(name="accounts.forget_old_failures", queueing_lock="accounts.forget_old_failures")
def forget_old_failures(timestamp: int) -> None:
    """Delete failed sign-ins older than a day, at night."""
    sign_in.forget_old_failures(clock.now())

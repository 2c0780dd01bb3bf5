"""Periodic work of privacy."""

from procrastinate.contrib.django import app

from minqing.kernel import clock
from minqing.privacy import services


@app.periodic(cron="23 2 * * *")
@app.task(name="privacy.clear", queueing_lock="privacy.clear")
def clear(timestamp: int) -> None:
    """Clear away what is past its term, at night."""
    at = clock.now()
    services.clear(at)
    services.clear_jobs(at)

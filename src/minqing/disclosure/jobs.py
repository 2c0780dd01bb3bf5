"""What disclosure does by the clock: nobody's broken glass lies unjudged."""

from __future__ import annotations

from procrastinate.contrib.django import app

from minqing.disclosure.services.glass import mark_overdue
from minqing.kernel import clock


@app.periodic(cron="*/10 * * * *")
@app.task(name="disclosure.mark_overdue", queueing_lock="disclosure.mark_overdue")
def hand_on_overdue_reviews(timestamp: int) -> None:
    """Hand broken glasses that nobody judged within 72 hours to the security administrator."""
    mark_overdue(clock.now())

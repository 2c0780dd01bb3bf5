"""The jobs of the journal: one per entry that anyone reacts to, the hourly sweep, the seal, and its verification."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from minqing.journal import checking, sealing, services
from minqing.journal.models import Awaiting
from minqing.kernel import clock

ATTEMPTS_MAX = 10  # with exponential waiting: about half a day, then a person looks at the failed job


@app.task(name=services.DELIVER, retry=RetryStrategy(max_attempts=ATTEMPTS_MAX, exponential_wait=3))
def deliver_entry(entry_id: str) -> None:
    """Run the reactions to one entry."""
    services.deliver(UUID(entry_id))


@app.periodic(cron="0 * * * *")
@app.task(name="journal.sweep_awaiting", queueing_lock="journal.sweep_awaiting")
def sweep_awaiting(timestamp: int) -> None:
    """Deliver nameless entries on the hour, all together."""
    for awaiting in Awaiting.objects.order_by("id"):
        services.deliver(awaiting.entry_id)
        awaiting.delete()


@app.periodic(cron="* * * * *")
@app.task(name="journal.seal", queueing_lock="journal.seal", lock="journal.seal")
def seal(timestamp: int) -> None:
    """Seal what was committed since the last minute. A failure stands in the log; the next minute tries again."""
    sealing.seal(at=clock.now())


# 2:23 at night in the county; the queue counts in UTC.
@app.periodic(cron="23 18 * * *")
@app.task(name="journal.verify", queueing_lock="journal.verify")
def verify(timestamp: int) -> None:
    """Verify the whole journal and write down the outcome; a failure stands on desks and in the log."""
    checking.check(at=clock.now())

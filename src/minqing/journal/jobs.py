"""The jobs of the journal: one per entry that anyone reacts to, and the hourly sweep for nameless entries."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from minqing.journal import services
from minqing.journal.models import Awaiting

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

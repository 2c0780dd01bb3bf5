"""The diary's nightly tidying."""

from __future__ import annotations

from procrastinate.contrib.django import app

from minqing.diary.services import remove_orphans
from minqing.kernel import clock


@app.periodic(cron="20 3 * * *")
@app.task(name="diary.remove_orphans", queueing_lock="diary.remove_orphans")
def remove_orphan_photos(timestamp: int) -> None:
    """Delete photos that no visit holds: a picture of somebody's home must not outlive its record."""
    remove_orphans(clock.now())

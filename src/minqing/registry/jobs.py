"""Periodic work of the registry."""

from procrastinate.contrib.django import app

from minqing.kernel import clock
from minqing.registry.services import imports


@app.periodic(cron="41 3 * * *")
@app.task(name="registry.expire_imports", queueing_lock="registry.expire_imports")
def expire_imports(timestamp: int) -> None:
    """Delete what spreadsheets older than a week still hold, at night."""
    imports.expire_imports(clock.now())

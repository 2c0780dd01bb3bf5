"""The tidying of residents' sessions."""

from __future__ import annotations

from procrastinate.contrib.django import app

from minqing.kernel import clock
from minqing.rights.services.sessions import sweep_sessions


@app.periodic(cron="*/15 * * * *")
@app.task(name="rights.sweep_sessions", queueing_lock="rights.sweep_sessions")
def sweep(timestamp: int) -> None:
    """Delete sessions in which nobody reads any more."""
    sweep_sessions(clock.now())

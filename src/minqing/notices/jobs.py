"""Sending, by channel and by subscriber; and the minute's look for what is due."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from minqing.kernel import clock
from minqing.notices.queries.due import channels_due, subscriptions_due
from minqing.notices.services import queueing
from minqing.notices.services.pushing import push_due
from minqing.notices.services.sending import send_due


@app.task(name=queueing.SEND)
def send(target: str) -> None:
    """Send what is due by one channel."""
    send_due(UUID(target))


@app.task(name=queueing.PUSH)
def push(target: str) -> None:
    """Send what is due to one subscriber."""
    push_due(UUID(target))


@app.periodic(cron="* * * * *")
@app.task(name="notices.look", queueing_lock="notices.look")
def look(timestamp: int) -> None:
    """Have everything sent whose time has come: tries again, the end of quiet hours, what a lost job left."""
    look_for_due(clock.now())


def look_for_due(at: datetime) -> None:
    """Put every channel and subscriber with something due into the queue."""
    for channel_id in channels_due(at):
        queueing.send_soon(channel_id)
    for subscription_id in subscriptions_due(at):
        queueing.push_soon(subscription_id)

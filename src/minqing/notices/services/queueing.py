"""Have somebody's due messages sent soon: one job per channel or subscriber at a time, however much waits there."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

SEND: Final = "notices.send"
PUSH: Final = "notices.push"


def send_soon(channel_id: UUID) -> None:
    """Have a channel's due deliveries sent, after the caller's transaction."""
    _defer(SEND, channel_id)


def push_soon(subscription_id: UUID) -> None:
    """Have a subscriber's due pushes sent, after the caller's transaction."""
    _defer(PUSH, subscription_id)


def _defer(task: str, target: UUID) -> None:
    # One lock for each kind of sending: a slow server keeps one of the worker's hands busy, never all of them.
    job = app.configure_task(task, lock=task, queueing_lock=f"{task} {target}")
    try:
        with transaction.atomic():  # a savepoint: that one waits already is no failure of the caller's
            job.defer(target=str(target))
    except AlreadyEnqueued:
        pass

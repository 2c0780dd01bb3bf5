"""A bell between processes: whoever wrote something rings once it is committed, whoever waits looks (LISTEN/NOTIFY).

A ring carries nothing: what happened is read where it stands. It is rung by a thread of its own on a connection of its
own, at most four times a second, so that no page and no transaction waits for it or pays a statement. A ring that is
lost costs whoever waits a few seconds, for they look from time to time all the same.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncIterator
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import connections, transaction
from psycopg import sql

from minqing.kernel.settings import settings as environment

RINGS_APART_SECONDS: Final = 0.25
# Quiet for so long, the ringer gives its connection back.
IDLE_SECONDS: Final = 30.0
CONNECT_SECONDS_MAX: Final = 5
_PLACES: Final = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")
_log = logging.getLogger(__name__)


def channel() -> str:
    """Return the county's own channel: several counties may share a database."""
    return f"minqing_{environment().county}"


def ring_after_commit() -> None:
    """Ring once the transaction at hand has committed; costs it nothing."""
    transaction.on_commit(_ringer.ring, robust=True)


def _address() -> dict[str, Any]:
    """Return how to reach the database outside of Django's own connections."""
    known = connections["default"].get_connection_params()
    return {
        **{name: known[name] for name in _PLACES if known.get(name)},
        "connect_timeout": CONNECT_SECONDS_MAX,
        "autocommit": True,
    }


class _Ringer:
    """The thread that rings; it begins with the first ring of a process."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._begins = threading.Lock()
        self._thread: threading.Thread | None = None
        self._connection: psycopg.Connection[Any] | None = None

    def ring(self) -> None:
        if not settings.DOORBELL:
            return
        with self._begins:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._serve, name="doorbell", daemon=True)
                self._thread.start()
        self._wanted.set()

    def _serve(self) -> None:
        while True:
            if not self._wanted.wait(IDLE_SECONDS):
                self._hang_up()
                self._wanted.wait()
            self._wanted.clear()
            try:
                if self._connection is None:
                    self._connection = psycopg.connect(**_address())
                self._connection.execute("SELECT pg_notify(%s, '')", [channel()])
            except psycopg.Error:
                _log.warning("the bell did not ring; whoever waits looks a little later", exc_info=True)
                self._hang_up()
            # What is committed meanwhile rings together.
            time.sleep(RINGS_APART_SECONDS)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


_ringer = _Ringer()


async def rings(*, look_every: float) -> AsyncIterator[bool]:
    """Yield when somebody rang, and every ``look_every`` seconds though nobody did; first True, once it listens.

    Raises ``psycopg.Error`` when the connection is lost.
    """
    async with await psycopg.AsyncConnection.connect(**_address()) as listening:
        await listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel())))
        yield True
        while True:
            async for _ in listening.notifies(timeout=look_every, stop_after=1):
                pass
            async for _ in listening.notifies(timeout=0):  # many rings are one
                pass
            yield False

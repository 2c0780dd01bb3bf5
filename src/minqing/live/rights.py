"""Whose a session is and what its person may see, asked of the database anew each time, by a few threads.

The only place of the live process that goes through Django's connections: as many threads, so many connections, however
many streams are open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar
from uuid import UUID

from django.db import close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from minqing.accounts import public as accounts
from minqing.cases import public as cases
from minqing.kernel.access import Actor

THREADS: Final = 2

P = ParamSpec("P")
R = TypeVar("R")


class Asking:
    """A few threads that ask the database for an event loop."""

    def __init__(self) -> None:
        self._held: list[BaseDatabaseWrapper] = []
        self._pool = ThreadPoolExecutor(THREADS, "asking", initializer=self._begin)

    def _begin(self) -> None:
        own: Any = connections["default"]
        own.inc_thread_sharing()  # so that whoever stops us may close it
        self._held.append(own)

    async def __call__(self, ask: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Ask in a thread; its connection is a sound one."""
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, partial(_soundly, partial(ask, *args, **kwargs))
        )

    def close(self) -> None:
        """Let what is asked come to its end, and give the connections back."""
        self._pool.shutdown(cancel_futures=True)
        for one in self._held:
            one.close()


def _soundly(ask: Callable[[], R]) -> R:
    close_old_connections()
    try:
        return ask()
    finally:
        close_old_connections()


def look(session_key: str, ids: Collection[UUID]) -> tuple[Actor | None, frozenset[UUID]]:
    """Return whose session it is, or nobody when no page of cases would open, and which of some cases they see."""
    actor = accounts.actor_of_session(session_key)
    if actor is None or not actor.may(cases.OPEN_CASES):
        return None, frozenset()
    return actor, cases.seen_of(ids, actor)

"""Batches of clocks taken by two hands: each has a connection of its own, and takes the next batch when it is free.

One hand alone leaves half of the machine idle: while PostgreSQL writes its rows, the other processor waits. The second
one comes only where there is more than a batch, so that an ordinary evening's few clocks start no thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, Final
from uuid import UUID

from django.db import connection

from minqing.workflow.services import recompute_sql as statements

RECOMPUTE_BATCH: Final = 10_000  # about a second: nobody waits longer for a case that is being moved
BATCHES_MAX: Final = 10_000
HANDS: Final = 2

Tables = Callable[[], AbstractContextManager[None]]


class Walk:
    """How far the hands have come through the rows, by key; each batch begins where the one before ended."""

    def __init__(self, more: Callable[[], None] | None = None) -> None:
        """``more`` is called once, when there are more rows than one batch has."""
        self._turn = threading.Lock()
        self._more = more
        self._after = UUID(int=0)
        self._taken = 0
        self._is_over = False

    @property
    def goes_on(self) -> bool:
        return not self._is_over

    def end(self) -> None:
        """Let nobody take another batch."""
        self._is_over = True

    def on(self, cursor: Any, statement: str, given: Mapping[str, Any], key: str) -> int:
        """Have the next rows in ``clock_batch`` (locked, if the statement says so); return how many."""
        with self._turn:
            if self._is_over:
                return 0
            cursor.execute(statements.BY_KEYS)
            cursor.execute(statement, {**given, "after": self._after, "limit": RECOMPUTE_BATCH})
            cursor.execute(statements.FREELY)
            cursor.execute(f"SELECT count(*), max({key}::text)::uuid FROM clock_batch")  # noqa: S608 - a column's name
            seen, last = cursor.fetchone()
            self._taken += 1
            self._is_over = seen < RECOMPUTE_BATCH or self._taken >= BATCHES_MAX
            self._after = last
            if self._more and not self._is_over:
                self._more()
                self._more = None
            return int(seen)


def in_batches(batch: Callable[[Walk], int], tables: Tables) -> int:
    """Do batch after batch until the walk is over; return the sum of what they return.

    A batch is a transaction of its own. ``tables`` lays the calendar down for a connection; here it lies.
    """
    if connection.in_atomic_block:  # another connection would not see what is not committed
        return _all(batch, Walk())
    others: list[Future[int]] = []

    def help_out() -> None:
        others.extend(pool.submit(_another_hand, batch, walk, tables) for _ in range(HANDS - 1))

    walk = Walk(help_out)
    with ThreadPoolExecutor(HANDS - 1, thread_name_prefix="clocks") as pool:
        done = _all(batch, walk)
        return done + sum(one.result() for one in others)


def _all(batch: Callable[[Walk], int], walk: Walk) -> int:
    done = 0
    try:
        while walk.goes_on:
            done += batch(walk)
    finally:
        walk.end()  # where one hand fails, the other finishes its batch and no more
    return done


def _another_hand(batch: Callable[[Walk], int], walk: Walk, tables: Tables) -> int:
    try:
        with tables():
            return _all(batch, walk)
    finally:
        walk.end()
        connection.close()


def wait_for_no_disk(cursor: Any) -> None:
    """Let the transaction at hand commit without waiting for the disk.

    What a power cut takes is found again: whoever says that all is done waits, and the log is one line.
    """
    cursor.execute("SELECT set_config('synchronous_commit', 'off', true)")

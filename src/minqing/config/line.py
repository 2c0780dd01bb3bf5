"""The line in front of a web process: so many work, some wait, and whoever would wait too long is told so at once.

A server that lets everybody wait answers nobody: the line grows, people reload, and what is answered at last is
answered to nobody. Here each arrival is told apart by what it is (:class:`Rank`); how long it would wait is known from
how many stand before it and from how quickly people were let in last. See docs/decisions/0116.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Generic, TypeVar

Place = TypeVar("Place")


# So many work at once in a process. A page waits on the database most of its time; with the interpreter's lock more
# threads only wait for each other.
PLACES: Final = 4
# Threads beyond those that work or wait: they say that there is no room.
SPARE: Final = 8


class Rank(IntEnum):
    """Who goes before whom."""

    HEALTH = 0  # whoever watches whether the site is well
    WRITE = 1  # something somebody has written
    BACK = 2  # a page for somebody who was turned away before
    READ = 3  # a page
    ITSELF = 4  # what an open page asks for by itself


# How long each is let wait, as a multiple of a page's patience.
PATIENCE: Final = {Rank.HEALTH: 20.0, Rank.WRITE: 3.5, Rank.BACK: 1.0, Rank.READ: 1.0, Rank.ITSELF: 0.5}
# Whoever was let wait, because it looked short, and then was not: so many times as long, and is told then.
LONGEST: Final = 2.0
# A line of so few is none, however slow the machine: a page's own pictures, eight people at once.
SHORT: Final = 6
# Of so many that are let in, one is a page even while something written waits: it is where the next is written.
READ_IN: Final = 4
# Who is turned away is given a time to come back, one after the other, somewhat slower than people are let in: new
# ones come too. Beyond the longest time it is left to chance.
AGAIN_MIN: Final = 3
AGAIN_MAX: Final = 90
_AGAIN_APART: Final = 1.25
# How quickly people are let in: begins as a guess and follows what is seen.
_GAP_FIRST: Final = 0.03
_GAP_MAX: Final = 3.0
_GAP_WEIGHT: Final = 0.15


class Crowded(Exception):
    """There is no room now; come back after so many seconds (none: at the time that was given before)."""

    def __init__(self, again: int) -> None:
        super().__init__(again)
        self.again = again


@dataclass(slots=True)
class Seen:
    """What went by since somebody last asked."""

    let_in: int = 0
    away: int = 0
    away_writes: int = 0
    longest: int = 0
    slowest: float = 0.0


@dataclass(slots=True, eq=False)
class _Waiter(Generic[Place]):
    rank: Rank
    since: float
    place: Place | None = None
    is_away: bool = False
    bell: threading.Lock = field(default_factory=threading.Lock)


class Line(Generic[Place]):
    """Places to work at, and who waits for one. ``patience``: the seconds a page may wait."""

    def __init__(
        self,
        places: Iterable[Place],
        *,
        waiting_max: int,
        patience: float,
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._free = list(places)
        self._waiting: dict[Rank, deque[_Waiter[Place]]] = {rank: deque() for rank in Rank}
        self._waiting_max, self._patience = waiting_max, patience
        self._now, self._chance = now, chance
        self._lock = threading.Lock()
        self._gap, self._turn = _GAP_FIRST, 0
        self._let_in_at: float | None = None
        self._again_at = 0.0
        self._in_vain_until = dict.fromkeys(Rank, 0.0)
        self._seen = Seen()

    def enter(self, rank: Rank, *, has_time: bool = False) -> Place:
        """Return a place to work at, at once or after a short wait. Raises :class:`Crowded`.

        ``has_time``: was given a time to come back that is not yet over; it stands.
        """
        with self._lock:
            self._seen.let_in += 1
            if self._free:
                return self._free.pop()
            self._make_room(rank, has_time)
            own: _Waiter[Place] = _Waiter(rank, self._now())
            own.bell.acquire()
            self._waiting[rank].append(own)
            self._seen.longest = max(self._seen.longest, self._length())
        own.bell.acquire(timeout=self._patience * PATIENCE[rank] * LONGEST)
        with self._lock:
            waited = self._now() - own.since
            if own.place is None:
                if not own.is_away:
                    self._waiting[rank].remove(own)
                    # Others go before this rank as fast as people are let in: for as long, nobody more waits in vain.
                    self._in_vain_until[rank] = self._now() + waited
                raise self._turned_away(rank, has_time)
            self._seen.slowest = max(self._seen.slowest, waited)
            return own.place

    def leave(self, place: Place) -> None:
        """Give a place back: to whoever is next, or to nobody."""
        with self._lock:
            at = self._now()
            following = self._next()
            if following is None:
                self._free.append(place)
                self._let_in_at = None
                return
            if self._let_in_at is not None:
                seen = min(at - self._let_in_at, _GAP_MAX)
                self._gap += (seen - self._gap) * _GAP_WEIGHT
            self._let_in_at = at
            following.place = place
            following.bell.release()

    def seen(self) -> Seen:
        """Return what went by since the last time, and begin anew."""
        with self._lock:
            found, self._seen = self._seen, Seen()
            return found

    def _make_room(self, rank: Rank, has_time: bool) -> None:
        """Refuse whoever would wait too long; in a full line the last of a lower rank goes instead."""
        before = sum(len(self._waiting[one]) for one in Rank if one <= rank)
        is_too_long = (before + 1) * self._gap > self._patience * PATIENCE[rank]
        if before >= SHORT and (is_too_long or self._now() < self._in_vain_until[rank]):
            raise self._turned_away(rank, has_time)
        if self._length() < self._waiting_max:
            return
        lower = next(
            (self._waiting[one] for one in reversed(Rank) if one > rank and self._waiting[one]), None
        )
        if lower is None:
            raise self._turned_away(rank, has_time)
        gone = lower.pop()
        gone.is_away = True
        gone.bell.release()

    def _next(self) -> _Waiter[Place] | None:
        self._turn += 1
        order = list(Rank)
        if self._turn % READ_IN == 0:
            # Stable: only what is written steps back, this once.
            order.sort(key=lambda rank: rank is Rank.WRITE)
        return next((self._waiting[rank].popleft() for rank in order if self._waiting[rank]), None)

    def _turned_away(self, rank: Rank, has_time: bool) -> Crowded:
        self._seen.let_in -= 1
        self._seen.away += 1
        self._seen.away_writes += rank is Rank.WRITE
        return Crowded(0 if has_time else self._again())

    def _again(self) -> int:
        at = self._now()
        again = max(at + AGAIN_MIN, self._again_at + self._gap * _AGAIN_APART)
        if again > at + AGAIN_MAX:
            return int(AGAIN_MAX * (1 + self._chance()) / 2)
        self._again_at = again
        return math.ceil(again - at)

    def _length(self) -> int:
        return sum(len(one) for one in self._waiting.values())

"""What is told to whom: news of the journal by the bell, colours that turn by themselves, and ends of rights."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

import django.db
import psycopg

from minqing.cases import public as cases
from minqing.journal import public as journal
from minqing.kernel import clock, doorbell
from minqing.live.crowd import CHANGED, OVER, Crowd, Stream
from minqing.live.rights import Asking, look
from minqing.workflow import public as workflow

SUBJECT: Final = "case"
# Without a ring: a lost one, a pooler that lets none through.
LOOK_EVERY_SECONDS: Final = 5.0
# Looking takes at most a tenth of the time, however much is written.
REST_SECONDS_MIN: Final = 0.25
REST_TIMES: Final = 9
# Clocks that turn are known so long ahead; whoever sets one anew meanwhile writes to the journal.
AHEAD: Final = timedelta(seconds=60)
RIGHTS_EVERY_SECONDS: Final = 30.0
RECENT_MAX: Final = 500
RETRY_SECONDS_MAX: Final = 30.0
# What a page was made from may be older than the page by this.
MADE_BEFORE_SECONDS: Final = 1.0
_TROUBLE: Final = (psycopg.Error, django.db.Error)
_log = logging.getLogger(__name__)


class News:
    """Hears what happened and tells those who may know, one announcement after another."""

    def __init__(self, crowd: Crowd, ask: Asking) -> None:
        self._crowd, self._ask = crowd, ask
        self._run = secrets.token_urlsafe(6)  # places of another run of this process mean nothing here
        self._told = 0
        self._one_by_one = asyncio.Lock()
        self._recent: deque[tuple[int, float, frozenset[UUID]]] = deque(maxlen=RECENT_MAX)
        self._until_the_hour: set[UUID] = set()
        self._begun = 0.0

    @property
    def place(self) -> str:
        """Up to where everybody has been told; who comes back with it is told what came since."""
        return f"{self._run}-{self._told}"

    async def run(self) -> None:
        """Go on for ever; trouble with the database is waited out."""
        self._begun = asyncio.get_running_loop().time()
        loops = (self._hear, self._turn, self._on_the_hour, self._look_at_rights)
        await asyncio.gather(*(_for_ever(one) for one in loops))

    async def _hear(self) -> None:
        snapshot = ""
        async for is_new in doorbell.rings(look_every=LOOK_EVERY_SECONDS):
            begun = asyncio.get_running_loop().time()
            written = await self._ask(journal.written_since, snapshot, SUBJECT)
            snapshot = written.snapshot
            self._until_the_hour |= written.nameless
            if is_new or written.more:
                await self.tell_all_to_look()
            await self.announce(written.subjects)
            took = asyncio.get_running_loop().time() - begun
            await asyncio.sleep(max(REST_SECONDS_MIN, REST_TIMES * took))

    async def _turn(self) -> None:
        """Announce clocks at the moment when they turn yellow or red."""
        known: set[tuple[datetime, UUID]] = set()
        since = clock.now()
        while True:
            until = clock.now() + AHEAD
            found = await self._ask(workflow.turning, SUBJECT, since, until)
            since = clock.now()  # what is set anew into these seconds is found by the next look
            for moment, turns in groupby((one for one in found if one not in known), key=lambda one: one[0]):
                await _wait_until(moment)
                await self.announce(frozenset(subject for _, subject in turns))
            known = {one for one in found if one[0] > since}
            await _wait_until(until)

    async def _on_the_hour(self) -> None:
        """Announce what nameless hands wrote when nothing tells its minute any more, as messages do."""
        while True:
            await _wait_until(clock.to_the_hour(clock.now()) + timedelta(hours=1))
            held, self._until_the_hour = self._until_the_hour, set()
            await self.announce(frozenset(held))

    async def _look_at_rights(self) -> None:
        """End the streams of whoever signed out or lost an appointment, though nothing happens to be told."""
        while True:
            await asyncio.sleep(RIGHTS_EVERY_SECONDS)
            await self.look_at_rights()

    async def look_at_rights(self) -> None:
        """Look at every session that has a stream, and at the cases they stand at, once."""
        for key in self._crowd.sessions():
            at = {one.case_id for one in self._crowd if one.session_key == key and one.case_id is not None}
            await self._tell(key, at, frozenset())

    async def tell_all_to_look(self) -> None:
        """Say that something was missed."""
        async with self._one_by_one:
            self._told += 1
            self._recent.clear()
            for stream in self._crowd:
                stream.tell_missed()

    async def announce(self, ids: frozenset[UUID]) -> None:
        """Tell of cases that changed whoever may see them, by what the database says of their rights now."""
        if not ids:
            return
        async with self._one_by_one:
            number = self._told + 1
            # Who joins from here on is told of it by ``catch_up``.
            self._recent.append((number, asyncio.get_running_loop().time(), ids))
            if len(self._crowd):
                await self._tell_whom_it_may_concern(ids)
            self._told = number

    async def _tell_whom_it_may_concern(self, ids: frozenset[UUID]) -> None:
        reach = await self._ask(cases.reaches, ids)
        wanted: dict[str, set[UUID]] = defaultdict(set)
        for stream in self._crowd:
            near = {one for one in stream.wants(ids) if one in reach and reach[one].may_concern(stream.actor)}
            if near:
                wanted[stream.session_key] |= near
        await asyncio.gather(*(self._tell(key, near, ids) for key, near in wanted.items()))

    async def _tell(self, session_key: str, near: Collection[UUID], news: frozenset[UUID]) -> None:
        """Look at a session's rights now; end what is over, and tell the rest what is news of what they see."""
        actor, seen = await self._ask(look, session_key, near)
        for stream in self._crowd:
            if stream.session_key != session_key:
                continue
            if actor is None:
                stream.end(OVER)
            elif actor.appointments != stream.actor.appointments or _is_out_of_sight(stream, near, seen):
                stream.end(CHANGED)
            else:
                stream.tell(stream.wants(seen & news))

    async def catch_up(self, stream: Stream, place: str, age: float) -> None:
        """Tell a stream that begins what was told since its page was made, or since it was at a place."""
        ids = self._since_place(place) if place else self._since_time(age)
        if ids is None:
            stream.tell_missed()
        elif ids:
            reach = await self._ask(cases.reaches, ids)
            near = {one for one in stream.wants(ids) if one in reach and reach[one].may_concern(stream.actor)}
            _, seen = await self._ask(look, stream.session_key, near)
            stream.tell(seen)

    def _since_place(self, place: str) -> frozenset[UUID] | None:
        """Return what was told after a place; None when that is not known any more."""
        run, _, number = place.rpartition("-")
        oldest = self._recent[0][0] if self._recent else self._told + 1
        if run != self._run or not number.isdecimal() or int(number) < oldest - 1:
            return None
        return _all(told for at, _, told in self._recent if at > int(number))

    def _since_time(self, age: float) -> frozenset[UUID] | None:
        """Return what was told since a page was made; None when it is older than what is known."""
        since = asyncio.get_running_loop().time() - age - MADE_BEFORE_SECONDS
        known_from = self._recent[0][1] if len(self._recent) == RECENT_MAX else self._begun
        if since + MADE_BEFORE_SECONDS < known_from:
            return None
        return _all(told for _, when, told in self._recent if when >= since)


def _all(told: Iterable[frozenset[UUID]]) -> frozenset[UUID]:
    return frozenset[UUID]().union(*told)


def _is_out_of_sight(stream: Stream, asked: Collection[UUID], seen: frozenset[UUID]) -> bool:
    """Whether the case at which a stream stands was asked about, and may not be seen any more."""
    return stream.case_id is not None and stream.case_id in asked and stream.case_id not in seen


async def _wait_until(moment: datetime) -> None:
    """Wait for a moment of the clock, which a story may move."""
    while (left := (moment - clock.now()).total_seconds()) > 0:
        await asyncio.sleep(min(left, 1.0))


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    """Begin some work again after trouble with the database, each time a little later."""
    trouble = 0
    while True:
        begun = asyncio.get_running_loop().time()
        try:
            await work()
        except _TROUBLE as error:
            calm = asyncio.get_running_loop().time() - begun > RETRY_SECONDS_MAX
            trouble = 1 if calm else trouble + 1
            _log.warning("live streams: the database does not answer (%s)", type(error).__name__)
            await asyncio.sleep(min(2.0 ** (trouble - 1), RETRY_SECONDS_MAX))

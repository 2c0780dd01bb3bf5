"""The outermost gate of a web process: so many requests work, some wait in line, the rest are turned away at once.

granian puts every request it has read into a queue without an end and hands them to threads one by one; nobody can see
how long it is, and whoever stands in it waits until it is over. So there are more threads than places to work at: a
thread costs next to nothing while it waits, and here the line is seen, ordered and kept short (:mod:`.line`). A place
to work at has the connections to the database; the thread that has the place uses them, so that there are as many
connections as places, however many threads wait. See docs/decisions/0116 and docs/operations/crowds.md.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import FileResponse, HttpResponse

from minqing.config.line import Crowded, Line, Rank
from minqing.config.turned_away import TurnedAway
from minqing.kernel import clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_HEALTH: Final = "/healthz"
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_TOLD_SECONDS: Final = 30.0
# Who was told when to come back is expected from a moment before until a few minutes after.
_EARLY_SECONDS: Final = 2.0
_LATE_SECONDS: Final = 180.0
# What a sender has not yet sent is read before the answer, or the answer would be lost with the connection.
_DRAINED_BYTES_MAX: Final = 64 * 1024 * 1024
_DRAINED_SECONDS_MAX: Final = 5.0
_CHUNK: Final = 256 * 1024
_log = logging.getLogger(__name__)


class Place:
    """A place to work at: the connections that whoever works here uses, one thread after the other."""

    def __init__(self) -> None:
        self._kept: dict[str, BaseDatabaseWrapper] = {}

    def lend(self) -> None:
        """Make its connections those of this thread."""
        for alias, one in self._kept.items():
            connections[alias] = one

    def take_back(self) -> None:
        """Take from this thread what it used, for the next."""
        for one in connections.all(initialized_only=True):
            if one.alias not in self._kept:
                one.inc_thread_sharing()
                self._kept[one.alias] = one
            del connections[one.alias]


class Admission:
    """A WSGI application in front of another. ``places``: how many work at once."""

    def __init__(self, inner: WSGIApplication, *, places: int, waiting_max: int, patience: float) -> None:
        self._inner = inner
        self._line = Line([Place() for _ in range(places)], waiting_max=waiting_max, patience=patience)
        self._away = TurnedAway()
        self._files = frozenset(_static_files())
        self._telling = threading.Lock()
        self._told_at = time.monotonic()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request: by the application, or by the sentence that there is no room."""
        if environ["PATH_INFO"] in self._files:
            return self._inner(environ, start)  # asks no database and is sent by the kernel
        at = clock.now().timestamp()
        told = self._away.told(environ)
        rank, has_time = self._rank(environ, at - told), told > at + _EARLY_SECONDS
        try:
            place = self._line.enter(rank, has_time=has_time)
        except Crowded as crowded:
            now = clock.now().timestamp()
            again_at = told if has_time else math.ceil(now) + crowded.again
            return self._turn_away(environ, start, again_at, now)
        return self._work(place, environ, start)

    def _rank(self, environ: Mapping[str, Any], late: float) -> Rank:
        """``late``: seconds since the time at which this visitor was to come back."""
        if environ["PATH_INFO"] == _HEALTH:
            return Rank.HEALTH
        if environ["REQUEST_METHOD"] not in _READS:
            return Rank.WRITE
        if "HTTP_X_BY_ITSELF" in environ:
            return Rank.ITSELF
        return Rank.BACK if -_EARLY_SECONDS <= late <= _LATE_SECONDS else Rank.READ

    def _work(self, place: Place, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Let the application answer; whoever waits next comes in when it has, not when the answer has been sent."""
        place.lend()
        is_over = True
        try:
            response = self._inner(environ, start)
            if isinstance(response, HttpResponse):
                whole = [b"".join(response)]
                response.close()
                return whole
            if isinstance(response, FileResponse):
                return response  # a slow reader of a photo keeps nobody from working
            is_over = False
            return _Streamed(response, lambda: self._leave(place))
        finally:
            if is_over:
                self._leave(place)

    def _leave(self, place: Place) -> None:
        place.take_back()
        self._line.leave(place)
        self._tell()

    def _turn_away(
        self, environ: WSGIEnvironment, start: StartResponse, again_at: int, at: float
    ) -> Iterable[bytes]:
        is_write = environ["REQUEST_METHOD"] not in _READS
        if is_write:
            _drain(environ)
        answer = self._away.answer(environ, is_write=is_write, again_at=again_at, at=at)
        start(f"{HTTPStatus.TOO_MANY_REQUESTS} Too Many Requests", answer.headers)
        self._tell()
        return [answer.body]

    def _tell(self) -> None:
        """Say now and then how many were turned away; nothing of who they were."""
        at = time.monotonic()
        if at - self._told_at < _TOLD_SECONDS or not self._telling.acquire(blocking=False):
            return
        try:
            seen, seconds, self._told_at = self._line.seen(), at - self._told_at, at
        finally:
            self._telling.release()
        if seen.away:
            _log.warning(
                "a crowd: in %.0f s let in %d, turned away %d (of them %d with something written);"
                " up to %d in line, up to %.1f s",
                seconds, seen.let_in, seen.away, seen.away_writes, seen.longest, seen.slowest,
            )  # fmt: skip


class _Streamed:
    """An answer that is made while it is sent: its place is given back when it is closed."""

    def __init__(self, inner: Iterable[bytes], leave: Callable[[], None]) -> None:
        self._inner, self._leave, self._is_left = inner, leave, False
        self._chunks = iter(inner)

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        """End the answer, whole or not."""
        if self._is_left:
            return
        self._is_left = True
        try:
            close = getattr(self._inner, "close", None)
            if close is not None:
                close()
        finally:
            self._leave()


def _static_files() -> Iterator[str]:
    """Give the addresses of the files that browsers load, as they are on the disk now."""
    root = Path(settings.STATIC_ROOT)
    if not settings.DEBUG:
        for one in root.rglob("*"):
            yield f"{settings.STATIC_URL}{one.relative_to(root).as_posix()}"


def _drain(environ: Mapping[str, Any]) -> None:
    """Read what was sent with a request that is turned away, and forget it."""
    until, left = time.monotonic() + _DRAINED_SECONDS_MAX, _DRAINED_BYTES_MAX
    while left > 0 and time.monotonic() < until:
        read = len(environ["wsgi.input"].read(_CHUNK))
        if not read:
            return
        left -= read

"""Open-loop load: requests leave at the times of a schedule, whether or not earlier ones have been answered.

The time of an answer counts from when its request was due, so that waiting in a queue is part of it. A closed loop
(ask, wait, ask again) would slow down with the server and hide exactly that.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from typing import Final

# More than can ever wait at the rates used; were they all busy, the wait for one would still be counted.
_SENDERS: Final = 64
_SECONDS_MAX: Final = 60.0
_TRIES_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Target:
    """One address of one page, opened by somebody, or something sent there."""

    page: str
    path: str
    cookie: str = ""
    body: str = ""  # JSON that is posted; nothing: the address is opened


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: seconds since the request was due, and its status (0: none came)."""

    page: str
    path: str
    seconds: float
    status: int
    retry_after: str = ""
    number: int = 0  # who asked: the place in the schedule
    tries: int = 1  # of how many times this was the last
    whole: float = 0.0  # seconds since it was due for the first time

    @property
    def is_away(self) -> bool:
        """Whether it was told to come back later."""
        return self.status == 429


@dataclass(order=True, slots=True)
class _Come:
    """Who comes when; ``first``: when for the first time."""

    at: float
    number: int
    first: float
    tries: int
    target: Target = field(compare=False)


def arrivals(rate: float, seconds: float, seed: int) -> Iterator[float]:
    """Yield the seconds at which somebody comes: at ``rate`` a second, independently of one another (Poisson)."""
    chance = random.Random(seed)
    at = chance.expovariate(rate)
    while at < seconds:
        yield at
        at += chance.expovariate(rate)


def send(
    port: int,
    targets: Sequence[Target],
    due: Sequence[float],
    progress: Callable[[int, int], None],
    *,
    come_back: bool = False,
) -> list[Answered]:
    """Open one target after the other at the times ``due`` (seconds from now) and return every answer.

    ``come_back``: whoever is told to come back later (429) does, when told, again and again until there is an answer.
    """
    crowd = _Crowd(port, targets, due, come_back=come_back)
    with ThreadPoolExecutor(_SENDERS) as pool:
        done = 0
        while (come := crowd.next()) is not None:
            pool.submit(crowd.ask, come)
            done += come.tries == 1
            progress(done, len(due))
    return crowd.answers


class _Crowd:
    """Those who come, and those who come back."""

    def __init__(
        self, port: int, targets: Sequence[Target], due: Sequence[float], *, come_back: bool
    ) -> None:
        self._sender = _Sender(port)
        self._coming = [
            _Come(at, number, at, 1, targets[number % len(targets)]) for number, at in enumerate(due)
        ]
        heapify(self._coming)
        self._come_back, self._asking = come_back, 0
        self._changed = threading.Condition()
        self._began = time.perf_counter()
        self.answers: list[Answered] = []

    def next(self) -> _Come | None:
        """Wait until the next one is due; nothing when all have their answer."""
        with self._changed:
            while self._coming or self._asking:
                wait = self._coming[0].at - self._now() if self._coming else None
                if wait is not None and wait <= 0:
                    self._asking += 1
                    return heappop(self._coming)
                self._changed.wait(wait)
        return None

    def ask(self, come: _Come) -> None:
        """Ask for one, and note who comes back when."""
        status, later, cookie = self._sender.ask(come.target, come.number)
        at, target = self._now(), come.target
        found = Answered(
            target.page, target.path, at - come.at, status, later, come.number, come.tries, at - come.first
        )
        with self._changed:
            self.answers.append(found)
            if self._come_back and found.is_away and come.tries < _TRIES_MAX:
                cookies = {one.partition("=")[0]: one for one in (*target.cookie.split("; "), cookie) if one}
                target = replace(target, cookie="; ".join(cookies.values()))
                again = at + float(later or 1)
                heappush(self._coming, _Come(again, come.number, come.first, come.tries + 1, target))
            self._asking -= 1
            self._changed.notify()

    def _now(self) -> float:
        return time.perf_counter() - self._began


class _Sender:
    """Connections kept open, one a thread, as a browser or a proxy keeps them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._held = threading.local()

    def ask(self, target: Target, number: int) -> tuple[int, str, str]:
        """Ask once and read the whole answer; returns its status, when to come back, and its cookie."""
        try:
            try:
                return self._ask(target, number)
            except (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected):
                # The server closes what was open and quiet for half a minute; a browser asks again, as we do.
                self._held.connection = None
                return self._ask(target, number)
        except (OSError, http.client.HTTPException):
            self._held.connection = None
            return 0, "", ""

    def _ask(self, target: Target, number: int) -> tuple[int, str, str]:
        connection = self._connection()
        method = "POST" if target.body else "GET"
        body = target.body.encode() if target.body else None
        connection.request(method, target.path, body, _headers(target, number))
        answer = connection.getresponse()
        answer.read()
        cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
        return answer.status, answer.getheader("Retry-After") or "", cookie

    def _connection(self) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self._held, "connection", None)
        if found is None:
            found = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_SECONDS_MAX)
            self._held.connection = found
        return found


def _headers(target: Target, number: int) -> dict[str, str]:
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    headers = {"Host": "localhost", "Accept": "text/html", "X-Forwarded-For": address}
    if target.body:
        headers["Content-Type"] = "application/json"
    return headers | ({"Cookie": target.cookie} if target.cookie else {})

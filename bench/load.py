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
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

# More than can ever wait at the rates used; were they all busy, the wait for one would still be counted.
_SENDERS: Final = 64
_SECONDS_MAX: Final = 60.0


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


def arrivals(rate: float, seconds: float, seed: int) -> Iterator[float]:
    """Yield the seconds at which somebody comes: at ``rate`` a second, independently of one another (Poisson)."""
    chance = random.Random(seed)
    at = chance.expovariate(rate)
    while at < seconds:
        yield at
        at += chance.expovariate(rate)


def send(
    port: int, targets: Sequence[Target], due: Sequence[float], progress: Callable[[int, int], None]
) -> list[Answered]:
    """Open one target after the other at the times ``due`` (seconds from now) and return every answer."""
    sender = _Sender(port)
    with ThreadPoolExecutor(_SENDERS) as pool:
        began = time.perf_counter()
        waiting: list[Future[Answered]] = []
        for number, at in enumerate(due):
            wait = began + at - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
            waiting.append(pool.submit(sender.ask, targets[number % len(targets)], began + at, number))
            progress(number + 1, len(due))
        return [one.result() for one in waiting]


class _Sender:
    """Connections kept open, one a thread, as a browser or a proxy keeps them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._held = threading.local()

    def ask(self, target: Target, due: float, number: int) -> Answered:
        """Ask once and read the whole answer."""
        try:
            connection = self._connection()
            method = "POST" if target.body else "GET"
            body = target.body.encode() if target.body else None
            connection.request(method, target.path, body, _headers(target, number))
            answer = connection.getresponse()
            answer.read()
            status, later = answer.status, answer.getheader("Retry-After") or ""
        except (OSError, http.client.HTTPException):
            self._held.connection = None
            status, later = 0, ""
        return Answered(target.page, target.path, time.perf_counter() - due, status, later)

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

"""Pages that listen, without a browser: the application itself, called as a server calls it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db import connections

from minqing.accounts.models import Person
from minqing.accounts.tests.factories import stepped_up
from minqing.desk.tests.county import signed_in
from minqing.kernel.access import Actor
from minqing.live.app import Live

WAIT_SECONDS_MAX = 5.0
HOST = "testserver"


def session_of(actor: Actor) -> str:
    """Sign somebody in, and return the key that their browser keeps."""
    client = stepped_up(signed_in(actor))
    assert Person.objects.filter(id=actor.person_id).exists()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


T = TypeVar("T")


def apart(begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a loop in a thread of its own: where there is a browser, its loop runs in the test's."""

    def run() -> T:
        try:
            return asyncio.run(begin())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


class Window:
    """A page that listens: what it was answered, and what it has been told."""

    def __init__(self, application: Any, session: str, origin: str = "", **asked: Any) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.told: list[tuple[str, Any]] = []
        self.place = ""
        self._gone = asyncio.Event()
        self._text = ""
        headers = [(b"host", HOST.encode())]
        if session:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode()))
        if origin:
            headers.append((b"origin", origin.encode()))
        scope = {
            "type": "http", "method": "GET", "path": "/live/", "raw_path": b"/live/", "headers": headers,
            "query_string": urlencode(asked).encode(), "http_version": "1.1", "scheme": "http",
            "server": (HOST, 80), "client": ("127.0.0.1", 1), "root_path": "", "asgi": {"version": "3.0"},
        }  # fmt: skip
        self._task = asyncio.create_task(application(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        self._text += message.get("body", b"").decode()
        *whole, self._text = self._text.split("\r\n\r\n")
        for block in whole:
            lines = dict(line.split(": ", 1) for line in block.split("\r\n") if ": " in line)
            if "event" in lines:
                self.place = lines.get("id", self.place)
                self.told.append((lines["event"], json.loads(lines["data"])))

    def cases(self) -> set[str]:
        """The cases it has been told of."""
        return {one for kind, said in self.told if kind == "cases" for one in said["ids"]}

    def present(self) -> list[str] | None:
        """Who has the case in hand, as it was told last."""
        return next((said["people"] for kind, said in reversed(self.told) if kind == "present"), None)

    def end(self) -> str | None:
        """Why it was ended."""
        return next((said["why"] for kind, said in self.told if kind == "end"), None)

    @property
    def is_open(self) -> bool:
        return not self._task.done()

    async def begun(self) -> Window:
        await until(lambda: bool(self.told) or self._task.done())
        return self

    async def close(self) -> None:
        self._gone.set()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(self._task, WAIT_SECONDS_MAX)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, or fail."""
    ends = asyncio.get_running_loop().time() + WAIT_SECONDS_MAX
    while not holds():
        assert asyncio.get_running_loop().time() < ends, "it never came"
        await asyncio.sleep(0.02)


class Running:
    """The live process while it runs, and the windows that listen to it."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.application = live.application()
        self._windows: list[Window] = []

    async def window(self, session: str, **asked: Any) -> Window:
        window = await Window(self.application, session, **asked).begun()
        self._windows.append(window)
        return window

    async def done(self, act: Callable[[], Any]) -> Any:
        """Do something as another process would: in a thread, with a connection of its own."""
        return await self.live.ask(act)

    async def close(self) -> None:
        for window in self._windows:
            await window.close()


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    """Let the live process run."""
    live = Live()
    here = Running(live)
    async with live._lifespan(here.application):
        try:
            # It hears from here on.
            await asyncio.sleep(0.2)
            yield here
        finally:
            await here.close()

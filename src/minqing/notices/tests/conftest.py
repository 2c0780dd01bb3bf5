"""A small county, and a server of another system in a thread: it takes, refuses, dawdles or sends elsewhere."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.kernel import clock
from minqing.kernel.settings import settings


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Other:
    """Another system: what it received, and how it answers."""

    port: int = 0
    code: int = 200
    seconds: float = 0.0
    drips: bool = False
    location: str = ""
    got: list[Received] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def text(self) -> str:
        """Everything that arrived, as one text."""
        return "\n".join(f"{one.path}\n{one.headers}\n{one.body.decode()}" for one in self.got)


@pytest.fixture
def other() -> Iterator[Other]:
    here = Other()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            here.got.append(Received(self.path, dict(self.headers), body))
            if here.drips:
                self._drip()
                return
            time.sleep(here.seconds)
            self.send_response(here.code)
            if here.location:
                self.send_header("Location", here.location)
            self.send_header("Content-Length", "2")
            self.end_headers()
            with suppress(OSError):  # whoever asked may have hung up
                self.wfile.write(b"ok")

        do_GET = do_POST  # noqa: N815 - the server's own names

        def _drip(self) -> None:
            """Answer for ever, a byte at a time."""
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for _ in range(200):
                    self.wfile.write(b"X-Slow: 1\r\n")
                    time.sleep(0.05)
            except OSError:
                pass  # cut off, as it should be

        def log_message(self, *given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    here.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield here
    server.shutdown()
    server.server_close()


@pytest.fixture
def anywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sending to this machine is allowed, as only tests do."""
    monkeypatch.setenv("MINQING_OUTBOUND", "any")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def here(db: None) -> Iterator[SmallCounty]:
    with clock.fixed(AT):
        yield small_county()

"""Ask for a page and take back whatever the asking wrote; an error is told with the line it came from."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from html import unescape
from typing import Any, Final
from urllib.parse import unquote

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.messages import get_messages
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Template
from django.test import Client
from django.test.utils import _TestState  # what drew templates before Django began to watch them
from django.urls import URLResolver
from django.utils.html import escape

from minqing.accounts import middleware
from minqing.accounts import public as accounts
from minqing.accounts.session_store import SessionStore
from minqing.ui import qr, refusals


@dataclass(frozen=True)
class Answer:
    """What came back: the status, everything that can be read in it, and the response itself."""

    status: int
    response: HttpResponse | None
    error: str = ""
    entries: int = 0
    body: bytes = b""

    @cached_property
    def text(self) -> str:
        return readable(self.response, self.body) if self.response is not None else ""

    @property
    def is_sign_in(self) -> bool:
        return self.status == 302 and self.location.startswith("/sign-in/")

    @property
    def location(self) -> str:
        return self.response.get("Location", "") if self.response is not None else ""


def ask(client: Client, method: str, url: str, data: Any = None, **extra: Any) -> Answer:
    """Send one request and take back whatever it wrote, cookies included."""
    jar = copy(client.cookies)
    client.raise_request_exception = True
    try:
        with taken_back(counted=method != "get") as writes, _unwatched():
            response = getattr(client, method)(url, data, **extra)
            body = whole(response)
            entries = writes.entries()
    except Exception as error:  # noqa: BLE001 - whatever went wrong is the finding
        frames = [one for one in traceback.extract_tb(error.__traceback__) if "/minqing/" in one.filename]
        where = f"{frames[-1].filename.rpartition('/minqing/')[2]}:{frames[-1].lineno}" if frames else "?"
        return Answer(500, None, f"{type(error).__name__}: {str(error)[:160]} at {where}")
    finally:
        client.cookies = jar
    return Answer(response.status_code, response, entries=entries, body=body)


class Writes:
    """What is written within a savepoint that is made before the first statement: many questions never ask for one."""

    def __init__(self, *, counted: bool) -> None:
        self._counted = counted
        self._savepoint: str | None = None
        self._before = 0
        self._is_ready = False

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not self._is_ready:
            self._is_ready = True  # first: what follows are statements too
            self._savepoint = connection.savepoint()
            self._before = written() if self._counted else 0
        return execute(sql, params, many, context)

    def entries(self) -> int:
        """Return how many changes the journal has got since then."""
        return written() - self._before if self._counted and self._is_ready else 0

    def take_back(self) -> None:
        """Be again where the first statement found the database."""
        connection.needs_rollback = False
        if self._savepoint is not None:
            connection.savepoint_rollback(self._savepoint)
            connection.savepoint_commit(self._savepoint)


@contextmanager
def taken_back(*, counted: bool) -> Iterator[Writes]:
    """Within this everything that is written is taken back, and so is what waits for the end of a transaction."""
    if not connection.in_atomic_block:
        with transaction.atomic(), taken_back(counted=counted) as writes:
            yield writes
            return
    waiting, writes = list(connection.run_on_commit), Writes(counted=counted)
    with connection.execute_wrapper(writes):
        try:
            yield writes
        finally:
            writes.take_back()
            connection.run_on_commit = waiting


@contextmanager
def _unwatched() -> Iterator[None]:
    """Django tells its client of every template and component of a page, with its context; nobody here asks."""
    watched, Template._render = Template._render, _TestState.saved_data.template_render
    try:
        yield
    finally:
        Template._render = watched


@contextmanager
def lasting() -> Iterator[None]:
    """Look up each session or token, its person and their appointments once: what is asked here is taken back.

    Half of a page that turns somebody away is finding out who asks. They are found as always, only not again. The same
    goes for the view of an address, and for the page that turns somebody away with the same sentence. Of these no line
    is logged: there are tens of thousands, and a test that fails says itself which answer was wrong.
    """
    with pytest.MonkeyPatch.context() as patched, _errors_only(logging.getLogger("django.request")):
        _people_stay(patched)
        patched.setattr(URLResolver, "resolve", _resolved_once(URLResolver.resolve))
        patched.setattr(refusals, "render", Refusals(refusals.render))
        patched.setattr(qr, "qr_data_uri", _drawn_once(qr.qr_data_uri))
        yield


@contextmanager
def _errors_only(logger: logging.Logger) -> Iterator[None]:
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _people_stay(patched: pytest.MonkeyPatch) -> None:
    sessions: dict[str, tuple[Any, dict[str, Any]]] = {}
    actors: dict[tuple[Any, ...], Any] = {}
    people: dict[Any, Any] = {}
    load, actor_of, get_user = SessionStore.load, middleware.actor_of, ModelBackend.get_user

    def loaded(self: SessionStore) -> dict[str, Any]:
        key = self.session_key or ""
        if key not in sessions:
            held = load(self)
            if self._row is None:
                return held
            sessions[key] = self._row, held
        self._row, held = sessions[key]
        return deepcopy(held)

    def acting(person: Any, *given: Any) -> Any:
        key = (person.pk, *given)
        return actors[key] if key in actors else actors.setdefault(key, actor_of(person, *given))

    def found(self: ModelBackend, key: Any) -> Any:
        return copy(people[key] if key in people else people.setdefault(key, get_user(self, key)))

    bearers: dict[str, Any] = {}
    bearer_of = accounts.bearer_of

    def coming_with(secret: str, *, at: datetime) -> Any:
        return bearers[secret] if secret in bearers else bearers.setdefault(secret, bearer_of(secret, at=at))

    patched.setattr(accounts, "bearer_of", coming_with)
    patched.setattr(SessionStore, "load", loaded)
    patched.setattr(middleware, "actor_of", acting)
    patched.setattr(ModelBackend, "get_user", found)


# Of every address that was asked for within this process: they lead where they led.
_LED: Final[dict[tuple[int, str], Any]] = {}


def _resolved_once(
    resolve: Callable[..., Any], found: dict[tuple[int, str], Any] = _LED
) -> Callable[..., Any]:
    def resolved(self: URLResolver, path: Any) -> Any:
        key = id(self), str(path)
        return found[key] if key in found else found.setdefault(key, resolve(self, path))

    return resolved


def _drawn_once(draw: Callable[[str], str]) -> Callable[[str], str]:
    """Draw one QR code for all: what is asked here is read as text, and a picture holds none."""
    return lambda text: draw("https://example.com/")


class Refusals:
    """Draws the page of a refusal once for each sentence; every sixteenth time anew, and it must be the same page.

    Such a page shows its sentence, what waits to be said (then it is always drawn), how large its reader likes it, and
    in the form for that the address asked for and a token.
    """

    _ANEW: Final = 16

    def __init__(self, render: Callable[..., HttpResponse]) -> None:
        self._render = render
        self._drawn: dict[tuple[Any, ...], bytes] = {}
        self._asked = 0

    def __call__(
        self, request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int
    ) -> HttpResponse:
        if len(get_messages(request)):
            return self._render(request, template, context, status=status)
        cookies = {name: value for name, value in request.COOKIES.items() if name not in _OF_NOBODYS_LOOK}
        key = (template, repr(context), repr(cookies))
        self._asked += 1
        if key not in self._drawn or not self._asked % self._ANEW:
            answer = self._render(request, template, context, status=status)
            before = self._drawn.setdefault(key, answer.content)
            same = _OWN.sub(b"", before) == _OWN.sub(b"", answer.content)
            assert same, f"{template} says something else at {request.path}"
            return answer
        address = escape(request.get_full_path()).encode()
        return HttpResponse(
            _NEXT.sub(lambda _: b'name="next" value="%s"' % address, self._drawn[key]), status=status
        )


# Who asks and with which token: no page of a refusal shows either.
_OF_NOBODYS_LOOK: Final = frozenset({"sessionid", "csrftoken"})
# What of such a page is this request's own.
_NEXT: Final = re.compile(rb'name="next" value="[^"]*"')
_OWN: Final = re.compile(rb'name="csrfmiddlewaretoken" value="[A-Za-z0-9]{64}"|' + _NEXT.pattern)


def written() -> int:
    """Return how many changes the journal holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_entry WHERE NOT is_read")
        return int(cursor.fetchone()[0])


def whole(response: Any) -> bytes:
    """Return the body, also of a response that streams."""
    return b"".join(response.streaming_content if response.streaming else [response.content])


def readable(response: Any, content: bytes) -> str:
    """Return the body and the headers as a person or a machine may read them, every escape undone."""
    body = content.decode("utf-8", errors="replace")
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    text = unescape(f"{body}\n{headers}")
    if "json" in response.get("Content-Type", ""):
        text += text.encode("latin-1", "backslashreplace").decode("unicode_escape")
    return f"{text}\n{unquote(text)}" if "%" in text else text

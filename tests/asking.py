"""Ask for a page and take back whatever the asking wrote; an error is told with the line it came from."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any
from urllib.parse import unquote

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.test import client as django_client

from minqing.journal.models import Entry


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
    """Send one request within a transaction that is rolled back, cookies included."""
    jar = copy(client.cookies)
    client.raise_request_exception = True
    try:
        with transaction.atomic(), _no_contexts_kept():
            before = written() if method == "post" else 0
            try:
                response = getattr(client, method)(url, data, **extra)
                body = whole(response)
                entries = written() if method == "post" else 0
            finally:
                transaction.set_rollback(True)
    except Exception as error:  # noqa: BLE001 - whatever went wrong is the finding
        frames = [one for one in traceback.extract_tb(error.__traceback__) if "/minqing/" in one.filename]
        where = f"{frames[-1].filename.rpartition('/minqing/')[2]}:{frames[-1].lineno}" if frames else "?"
        return Answer(500, None, f"{type(error).__name__}: {str(error)[:160]} at {where}")
    finally:
        client.cookies = jar
    return Answer(response.status_code, response, entries=entries - before, body=body)


@contextmanager
def _no_contexts_kept() -> Iterator[None]:
    """Django's client copies the context of every template and component of a page; nobody here asks for them."""
    kept = django_client.store_rendered_templates
    django_client.store_rendered_templates = _not_kept
    try:
        yield
    finally:
        django_client.store_rendered_templates = kept


def _not_kept(store: dict[str, Any], **given: Any) -> None:
    """Keep nothing."""


def written() -> int:
    """Return how many changes the journal holds."""
    return Entry.objects.filter(is_read=False).count()


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

"""The statements behind a page: captured in this process, then replayed bare, without Django around them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection
from django.test import Client

from bench.load import Target
from minqing.config.failures import CannotRun

_TRANSACTION_CONTROL: Final = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET ")
_READS: Final = ("SELECT", "(SELECT", "WITH")


@dataclass
class Captured:
    """What one opening of a page asked of the database; transaction control is not counted."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = (
        0.0  # of this process alone: what a page costs a core, whoever else is on the machine
    )

    @property
    def reads(self) -> list[tuple[str, Any]]:
        """The SELECTs; what a page writes (that a file was read) is not replayed."""
        return [one for one in self.statements if one[0].lstrip().upper().startswith(_READS)]

    def watch(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """Be an execute wrapper of Django's."""
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            if not sql.startswith(_TRANSACTION_CONTROL):
                self.seconds += time.perf_counter() - began
                self.statements.append((sql, params))


def capture(target: Target) -> Captured:
    """Open a page in this process, twice, and return what the second opening asked."""
    client = Client(headers={"cookie": target.cookie} if target.cookie else None)
    for _ in range(2):  # the first fills templates and caches, as a running server has
        captured = Captured()
        began = time.thread_time()
        with connection.execute_wrapper(captured.watch):
            answer = client.get(target.path, SERVER_NAME="localhost", HTTP_X_FORWARDED_FOR="10.255.255.1")
        captured.cpu_seconds = time.thread_time() - began
    if answer.status_code != 200:
        raise CannotRun(f"页面 {target.path} 回答 {answer.status_code}，请先让它能打开再测。")
    return captured


class Bare:
    """A plain psycopg connection with Django's parameters (search path, adapters), and nothing else of Django."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def seconds(self, statements: Sequence[tuple[str, Any]]) -> float:
        """Run statements one after the other, fetch every row, and return how long it took."""
        began = time.perf_counter()
        with self._raw.cursor() as cursor:
            for sql, params in statements:
                cursor.execute(sql, params)
                cursor.fetchall()
        return time.perf_counter() - began


@contextmanager
def bare() -> Iterator[Bare]:
    """Have a connection for replaying."""
    raw: Any = connection.get_new_connection(connection.get_connection_params())
    try:
        raw.autocommit = True
        yield Bare(raw)
    finally:
        raw.close()

"""Lists on their way out as files: rows of one moment through a connection of their own, and only a few at once.

A snapshot has its own connection: rows are read while the answer is being sent, and between two pieces of an answer the
server's connection may serve somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from minqing.kernel.errors import Refused

CHUNK_ROWS: Final = 2_000
# A reader that has stopped reading holds a snapshot, and the snapshot holds back the cleaning of every table.
IDLE_SECONDS_MAX: Final = 120
# An answer that is being sent holds a thread and a connection of its own; the pages need threads too.
AT_ONCE_MAX: Final = 2
_slots = BoundedSemaphore(AT_ONCE_MAX)


@dataclass(frozen=True, slots=True)
class FileSent:
    """A file on its way out."""

    name: str
    content_type: str
    rows: int
    pieces: Iterator[bytes]


class Snapshot:
    """The rows of a query as they are at one moment: how many, and the rows. To be closed, whatever happens."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        sql, params = rows.query.sql_with_params()
        unsorted, given = rows.order_by().query.sql_with_params()
        self._connection: Any = connection.get_new_connection(connection.get_connection_params())
        try:
            self._connection.autocommit = True  # the transaction is begun and ended by hand
            with self._connection.cursor() as cursor:
                cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS_MAX}s'")
                cursor.execute(f"SELECT count(*) FROM ({unsorted}) AS listed", given)  # noqa: S608  a compiled queryset
                [self.total] = cursor.fetchone()
                cursor.execute(f"DECLARE listed NO SCROLL CURSOR FOR {sql}", params)
        except BaseException:
            self.close()
            raise

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows in the order of the query, a few thousand in memory."""
        with self._connection.cursor() as cursor:
            while True:
                cursor.execute(f"FETCH {CHUNK_ROWS} FROM listed")
                chunk = cursor.fetchall()
                if not chunk:
                    return
                yield from chunk

    def close(self) -> None:
        """Let go of the moment."""
        self._connection.close()


def take_slot() -> None:
    """Take a place among the few that are sent at once. Raises ``Refused`` when there is none."""
    if not _slots.acquire(blocking=False):
        raise Refused("正在导出的人比较多，请过一两分钟再试。")


def give_back_slot() -> None:
    """Give the place back."""
    _slots.release()


class Pieces(Iterator[bytes]):
    """The pieces of a file; lets go at the end, at an error, and when whoever reads hangs up."""

    def __init__(self, pieces: Iterator[bytes], let_go: Callable[[], None]) -> None:
        self._pieces = pieces
        self._let_go: Callable[[], None] | None = let_go

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of what is held; a second time does nothing."""
        let_go, self._let_go = self._let_go, None
        if let_go is not None:
            let_go()

    def __del__(self) -> None:
        self.close()

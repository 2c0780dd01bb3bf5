"""The entry point that ``ENGINE = "minqing.kernel.postgres"`` names."""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, Final

from django.db.backends.postgresql import base
from psycopg import DataError
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Loader, Transformer

from minqing.kernel.postgres.cursor import STALE, Cursor, Kept, ask_prepared
from minqing.kernel.postgres.features import DatabaseFeatures
from minqing.kernel.postgres.operations import DatabaseOperations
from minqing.kernel.postgres.schema import DatabaseSchemaEditor

# Plans kept on one connection: all that pages ask for again and again, in the shapes that rights give them.
PREPARED_MAX: Final = 400
# For so long a connection that answered is taken at its word, if the server has not said a thing on it since.
TRUSTED_SECONDS: Final = 30.0


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor
    _used_at = 0.0
    _values: Any = None  # psycopg's Transformer, of the connection as it stands
    health_check_enabled: bool  # the stubs forget them
    health_check_done: bool

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if params["cursor_factory"] is base.Cursor:
            params["cursor_factory"] = Cursor
        if self.timezone is UTC:
            params["context"] = _reading_times(params["context"])
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        made = super().get_new_connection(conn_params)
        made.prepared_max = PREPARED_MAX
        return made

    def close_if_health_check_failed(self) -> None:
        """Ask whether the connection still stands, unless it was used a moment ago and nothing came on it since.

        A server that stops, or a process of it that ends, says so: there is something to read though nothing was asked.
        """
        if self.health_check_enabled and not self.health_check_done and self._is_quiet():
            self.health_check_done = True
        super().close_if_health_check_failed()

    def _cursor(self, name: str | None = None) -> Any:
        made = super()._cursor(name)  # type: ignore[misc]  # not in the stubs
        self._used_at = time.monotonic()
        return made

    def rows(self, sql: Kept, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Ask a kept statement and return its rows: without a cursor, where it is prepared and nobody listens."""
        if not (self.execute_wrappers or self.queries_logged):
            self.close_if_health_check_failed()
            self.ensure_connection()
            self.validate_thread_sharing()
            self.validate_no_broken_transaction()
            with self.wrap_database_errors:
                found = self._rows_at_once(sql, values)
            if found is not None:
                self._used_at = time.monotonic()
                return found
        with self.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def _rows_at_once(self, sql: Kept, values: Sequence[Any]) -> list[tuple[Any, ...]] | None:
        if self._values is None or self._values.connection is not self.connection:
            # Made once: how each type is written and read is looked up by the first that has one.
            self._values = Transformer(self.connection)
        try:
            result = ask_prepared(self.connection, self._values, sql, values)
        except STALE:  # the cursor knows what to do
            return None
        if result is None:
            return None
        self._values.set_pgresult(result)
        found: list[tuple[Any, ...]] = self._values.load_rows(0, result.ntuples, tuple)
        self._values.set_pgresult(None)
        return found

    def _is_quiet(self) -> bool:
        if self.connection is None or time.monotonic() - self._used_at > TRUSTED_SECONDS:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)


class TimesInUtc(Loader):
    """Reads a time as PostgreSQL writes it where the zone is UTC: Django's reader takes it apart in Python, twice."""

    timezone: ClassVar = UTC  # what Django looks for

    def load(self, data: Buffer) -> datetime:
        """Return the time. Raises ``DataError`` where Python has none (infinity, years beyond 9999)."""
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError as error:
            raise DataError(f"not a time: {bytes(data)!r}") from error


@cache
def _reading_times(djangos: AdaptersMap) -> AdaptersMap:
    made = AdaptersMap(djangos)
    made.register_loader("timestamptz", TimesInUtc)
    return made

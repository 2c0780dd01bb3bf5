"""Statements that the database keeps planned: a :class:`Kept` text is prepared on a connection the second time.

Half of what a short statement costs PostgreSQL is reading and planning it. The values of a kept statement go beside
it, not into its text; all others are written out by psycopg's client cursor, as Django has it (docs/decisions/0113).
Once it is prepared, it is asked by one call of libpq instead of psycopg's generators (docs/decisions/0118).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from django.db.backends.postgresql import base
from psycopg import ClientCursor, errors, pq
from psycopg._cursor_base import BaseCursor
from psycopg._preparing import Prepare
from psycopg._queries import PostgresQuery, QueryPart, _query2pg_nocache
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.pq.abc import PGresult

if TYPE_CHECKING:
    _DjangosCursor = ClientCursor[Any]
else:
    _DjangosCursor = base.Cursor

_ENCODING = "utf-8"
# A plan that a change of the schema, or somebody else's DEALLOCATE, has made useless.
STALE: Final = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)
_IDLE: Final = pq.TransactionStatus.IDLE
_IN_TRANSACTION: Final = pq.TransactionStatus.INTRANS
_WENT_WELL: Final = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)


class Kept(str):
    """The text of a statement that is asked again and again with other values.

    Its values must be such as PostgreSQL can tell the type of from where they stand (compared with a column, or cast).
    """

    __slots__ = ()


class Cursor(_DjangosCursor):
    """Django's cursor, and for a :class:`Kept` text psycopg's own: prepared, with the values beside it."""

    def execute(self, query: Any, params: Any = None, **given: Any) -> Any:
        """Ask; a plan that no longer holds is thrown away and made again, where no transaction is lost by it."""
        # (In a transaction the caller has to begin again, and the end of this one throws the plans away.)
        try:
            if type(query) is Kept and params is not None and not given and self._ask_prepared(query, params):
                return self
            return super().execute(query, params, **given)
        except STALE:
            if not isinstance(query, Kept) or self._pgconn.transaction_status != pq.TransactionStatus.IDLE:
                raise
            with self._conn.lock:
                self._conn.wait(_forget_plans(self._conn))
            return super().execute(query, params, **given)

    def _ask_prepared(self, query: Kept, params: Any) -> bool:
        """Ask what this connection has prepared, and wait; returns whether it has, else nothing was asked."""
        if self._closed:
            return False
        self._reset()
        self._last_query = None
        self._tx = Transformer(self)
        result = ask_prepared(self._conn, self._tx, query, params)
        if result is None:
            return False
        self._set_results([result])
        return True

    def _convert_query(self, query: Any, params: Any = None) -> PostgresQuery:
        if type(query) is Kept and params is not None and self._conn.prepare_threshold is not None:
            kept = _KeptQuery(self._tx)
            kept.convert(query, params)
            return kept
        return super()._convert_query(query, params)

    def _get_prepared(self, pgq: PostgresQuery, prepare: bool | None = None) -> tuple[Prepare, bytes]:
        if type(pgq) is _KeptQuery:
            return BaseCursor._get_prepared(self, pgq, prepare)
        return super()._get_prepared(pgq, prepare)

    def _execute_send(self, query: PostgresQuery, **given: Any) -> None:
        if type(query) is _KeptQuery:  # asked for the first time
            BaseCursor._execute_send(self, query, **given)
        else:
            super()._execute_send(query, **given)


def ask_prepared(connection: Any, values: Any, query: Kept, params: Any) -> PGresult | None:
    """Ask what a connection has prepared, and wait. None: it has not, or may not now, and nothing was asked."""
    with connection.lock:
        prepared, pgconn = connection._prepared, connection.pgconn
        status = pgconn.transaction_status
        # Else psycopg has to say BEGIN first.
        is_begun = status == _IN_TRANSACTION or (connection._autocommit and status == _IDLE)
        if not is_begun or connection._pipeline or prepared._to_flush or not prepared._names:
            return None
        asked = _KeptQuery(values)
        asked.convert(query, params)
        key = prepared.key(asked)
        name = prepared._names.get(key)
        if name is None:
            return None
        prepared._names.move_to_end(key)
        result: PGresult = pgconn.exec_prepared(name, asked.params, asked.formats)
        if result.status not in _WENT_WELL:
            if pgconn.status == pq.ConnStatus.BAD:
                raise errors.OperationalError(result.get_error_message(_ENCODING))
            raise errors.error_from_result(result, _ENCODING)
        return result


def _forget_plans(connection: Any) -> PQGen[None]:
    connection._prepared.clear()
    yield from connection._prepared.maintain_gen(connection)


class _KeptQuery(PostgresQuery):
    """A text with places for its values, taken apart once however long it is."""

    __slots__ = ()

    def convert(self, query: Any, vars: Any) -> None:  # noqa: A002  psycopg's name
        self.query, self._want_formats, self._order, self._parts = _taken_apart(query)
        self.dump(vars)


@lru_cache(maxsize=2000)
def _taken_apart(query: str) -> tuple[bytes, list[Any], list[str] | None, list[QueryPart]]:
    return _query2pg_nocache(query.encode(_ENCODING), _ENCODING)

"""Django's SQL with less work behind it: the same statements, letter for letter.

Of a model with thirty columns Django makes a hash of every column whenever rows are ordered, in case the order names
one of the selected expressions; and asks of each column how this database would write it. See docs/decisions/0109.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db.backends.postgresql import compiler
from django.db.models import F, OrderBy
from django.db.models.expressions import Col

from minqing.kernel.postgres.cursor import Kept

__all__ = [
    "SQLAggregateCompiler",
    "SQLCompiler",
    "SQLDeleteCompiler",
    "SQLInsertCompiler",
    "SQLUpdateCompiler",
]


VALUES_MAX: Final = 60
_BY_KEY: Final = re.compile(r"[^%]* WHERE [^%]*")
_VALUE: Final = re.compile(
    r'(?<=") (?:= %s|IN \(%s(?:, %s){0,2}\))'
)  # a list of many has its own length each time
_CAST: Final = re.compile(r"(?<=%s)::\w+(?:\(\d+\))?(?:\[\])?")
_ADDED: Final = re.compile(r" [+-] %s\)")
# Where PostgreSQL could not tell the type of a value, or one plan would not do for every value.
_NOT_PLAIN: Final = re.compile(r"\w\(|\bCASE\b|SELECT.*SELECT|%(?!s)", re.DOTALL)


@lru_cache(maxsize=2000)
def _asks_by_key(sql: str) -> bool:
    """Whether a select compares columns with values for equality and does nothing else with them."""
    return _NOT_PLAIN.search(sql) is None and _BY_KEY.fullmatch(_VALUE.sub("", sql)) is not None


@lru_cache(maxsize=2000)
def _changes_by_key(sql: str) -> bool:
    """The same of an update, that sets columns to values."""
    sql = _CAST.sub("", sql)
    return _NOT_PLAIN.search(sql) is None and "%s" not in _VALUE.sub("", _ADDED.sub("", sql))


def _holds_a_key(params: Sequence[Any]) -> bool:
    return len(params) <= VALUES_MAX and any(type(one) is UUID for one in params)


class SQLCompiler(compiler.SQLCompiler):
    """Selects."""

    def compile(self, node: Any) -> tuple[str, Any]:
        """Write an expression; a plain column is written at once."""
        if type(node) is Col and node.alias:
            column = self.quote_name_unless_alias(node.target.column)  # type: ignore[arg-type]
            return f"{self.quote_name_unless_alias(node.alias)}.{column}", []
        return super().compile(node)

    def as_sql(self, *args: Any, **given: Any) -> tuple[str, tuple[Any, ...]]:
        """Write the statement; one that asks for rows by a key is a kept statement."""
        written: tuple[str, tuple[Any, ...]] = super().as_sql(*args, **given)
        if type(self) is not SQLCompiler:  # an insert has several of them
            return written
        sql, params = written
        return (Kept(sql), params) if _asks_by_key(sql) and _holds_a_key(params) else (sql, params)

    def _order_by_pairs(self) -> Iterator[Any]:  # type: ignore[override]  # the stubs forget what it yields
        """Yield what to order by; the selected columns are not looked through where the order cannot mean one."""
        selected: Any = self.select
        pairs: Callable[[], Iterator[Any]] = super()._order_by_pairs  # type: ignore[assignment]
        if (
            self.query.combinator
            or any(alias for _, _, alias in selected or ())
            or not self._orders_by_names()
        ):
            yield from pairs()
            return
        self.select = []
        try:
            found = list(pairs())
        finally:
            self.select = selected
        yield from found

    def _orders_by_names(self) -> bool:
        if self.query.extra_order_by:
            return False
        ordering = (
            self.query.order_by or (self.query.default_ordering and self.query.get_meta().ordering) or ()
        )
        return all(
            isinstance(one, str) or (type(one) is OrderBy and type(one.expression) is F) for one in ordering
        )


class SQLInsertCompiler(SQLCompiler, compiler.SQLInsertCompiler):
    """Inserts; one row at a time is a kept statement."""

    def as_sql(self) -> list[tuple[str, tuple[Any, ...]]]:  # type: ignore[override]  # an insert has several
        written: list[tuple[str, tuple[Any, ...]]] = super().as_sql()  # type: ignore[assignment]
        if len(self.query.objs) == 1:
            return [(Kept(sql), params) for sql, params in written]
        return written


class SQLUpdateCompiler(SQLCompiler, compiler.SQLUpdateCompiler):
    """Updates; one by a key is a kept statement."""

    def as_sql(self, *args: Any, **given: Any) -> tuple[str, tuple[Any, ...]]:
        sql, params = super().as_sql(*args, **given)
        return (Kept(sql), params) if _changes_by_key(sql) and _holds_a_key(params) else (sql, params)


class SQLDeleteCompiler(SQLCompiler, compiler.SQLDeleteCompiler):
    """Deletes."""


class SQLAggregateCompiler(SQLCompiler, compiler.SQLAggregateCompiler):
    """Counts and sums."""

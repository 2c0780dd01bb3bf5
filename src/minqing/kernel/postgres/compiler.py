"""Django's SQL with less work behind it: the same statements, letter for letter.

Of a model with thirty columns Django makes a hash of every column whenever rows are ordered, in case the order names
one of the selected expressions; and asks of each column how this database would write it. See docs/decisions/0109.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

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


class SQLCompiler(compiler.SQLCompiler):
    """Selects."""

    def compile(self, node: Any) -> tuple[str, Any]:
        """Write an expression; a plain column is written at once."""
        if type(node) is Col and node.alias:
            column = self.quote_name_unless_alias(node.target.column)  # type: ignore[arg-type]
            return f"{self.quote_name_unless_alias(node.alias)}.{column}", []
        return super().compile(node)

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
        written: list[tuple[str, tuple[Any, ...]]] = super().as_sql()
        if len(self.query.objs) == 1:
            return [(Kept(sql), params) for sql, params in written]
        return written


class SQLUpdateCompiler(SQLCompiler, compiler.SQLUpdateCompiler):
    """Updates."""


class SQLDeleteCompiler(SQLCompiler, compiler.SQLDeleteCompiler):
    """Deletes."""


class SQLAggregateCompiler(SQLCompiler, compiler.SQLAggregateCompiler):
    """Counts and sums."""

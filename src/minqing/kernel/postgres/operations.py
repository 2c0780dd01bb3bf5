"""SQL that differs from Django's: nothing is deferrable, sequences are reset in one ``DO`` block a table."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import operations

from minqing.kernel.postgres.cursor import Kept


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "minqing.kernel.postgres.compiler"

    def deferrable_sql(self) -> str:
        return ""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """Show a kept statement with its values in their places, as any other."""
        shown: str = (
            self.compose_sql(str(sql), params)
            if type(sql) is Kept
            else super().last_executed_query(cursor, sql, params)
        )
        return shown

    def sequence_reset_sql(self, style: Any, model_list: Any) -> list[str]:
        """Give one ``DO`` block a table: a shard refuses the plain ``SELECT setval(… max(id) …)``."""
        return [
            f"DO $reset$ BEGIN PERFORM {statement.partition(' ')[2].rstrip(';')}; END $reset$;"
            for statement in super().sequence_reset_sql(style, model_list)
        ]

"""Append-only by privileges: a migration operation that takes change and removal from the application."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class AppendOnly(Operation):
    """Revoke UPDATE and DELETE on a table from the application's role (TRUNCATE it never has)."""

    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models do not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        schema_editor.execute(
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {self._table(schema_editor)} FROM {_role()}"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        schema_editor.execute(f"GRANT UPDATE, DELETE ON {self._table(schema_editor)} TO {_role()}")

    def describe(self) -> str:
        return f"Make {self.table} append-only for the application"

    def _table(self, schema_editor: BaseDatabaseSchemaEditor) -> str:
        return schema_editor.connection.ops.quote_name(self.table)


def _role() -> str:
    from django.conf import settings

    return '"{}"'.format(str(settings.DATABASES["default"]["USER"]).replace('"', '""'))

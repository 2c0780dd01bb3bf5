"""DDL one statement per round trip: no foreign key inside ``ADD COLUMN``, no ``SET CONSTRAINTS``."""

from django.db.backends.postgresql import schema


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    # Django allows None (a database that lacks it); the stubs do not know.
    sql_create_column_inline_fk = None  # type: ignore[assignment]
    sql_delete_fk = "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s"

"""DDL one statement per round trip: no foreign key inside ``CREATE TABLE`` or ``ADD COLUMN``, no ``SET CONSTRAINTS``."""

from django.db.backends.postgresql import schema


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    # Django's own comment allows None ("may be None if the database does not support it"); the stubs do not know it.
    sql_create_column_inline_fk = None  # type: ignore[assignment]
    sql_delete_fk = "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s"

"""What only the database can tell: schemas, triggers, deferrable keys, and what the application's role may do."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction

pytestmark = pytest.mark.django_db(databases="__all__")

COUNTY, JOBS, *_ = (name.strip() for name in settings.COUNTY_FIRST.split(","))
TABLES: Final = {one._meta.db_table for one in apps.get_models() if one.__module__.startswith("minqing.")}
# What was done stays done: the application adds rows and reads them.
APPEND_ONLY: Final = {
    "journal_entry", "journal_reaction_done", "journal_leaf", "journal_node", "journal_seal", "journal_check",
    "workflow_calendar_version", "workflow_term",
}  # fmt: skip
# Personal details may be emptied, never removed.
NEVER_DELETED: Final = {"journal_detail"}


def rows(sql: str, *params: Any, using: str = "default") -> list[Any]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def may(privilege: str, table: str) -> bool:
    asked = rows(
        "SELECT has_table_privilege(%s, %s, %s)", settings.APPLICATION_ROLE, f"{COUNTY}.{table}", privilege
    )
    return bool(asked[0][0])


def test_the_tests_run_as_the_application() -> None:
    assert rows("SELECT current_user") == [(settings.APPLICATION_ROLE,)]
    assert rows(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ) == [(False, False, False, False)]


def test_our_tables_stand_in_the_county_s_schema_and_the_queue_s_in_its_own() -> None:
    found = {name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = %s", COUNTY)}
    queue = {name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = %s", JOBS)}
    assert found >= TABLES
    assert not [name for name in found if name.startswith("procrastinate")]
    assert queue
    assert [name for name in queue if not name.startswith("procrastinate")] == []


def test_the_county_s_schema_has_no_trigger() -> None:
    triggers = rows(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid "
        "JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = %s AND NOT tgisinternal",
        COUNTY,
    )
    assert triggers == [], "a shard has no triggers (docs/decisions, scale-out)"


def test_no_key_is_deferrable() -> None:
    deferrable = rows(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace "
        "WHERE nspname = %s AND condeferrable",
        COUNTY,
    )
    assert deferrable == []


def test_every_reference_has_an_index() -> None:
    """Without one, removing or locking a parent reads the child's whole table."""
    bare = rows(
        """
        SELECT conrelid::regclass::text, a.attname
        FROM pg_constraint c
        JOIN pg_namespace n ON n.oid = c.connamespace AND n.nspname = %s
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND NOT EXISTS (
            SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
        """,
        COUNTY,
    )
    assert bare == []


def test_the_application_may_neither_empty_nor_change_tables() -> None:
    assert [name for name in sorted(TABLES) if may("TRUNCATE", name) or may("TRIGGER", name)] == []
    owners = rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = %s", COUNTY)
    assert (settings.APPLICATION_ROLE,) not in owners
    assert rows("SELECT has_schema_privilege(%s, %s, 'CREATE')", settings.APPLICATION_ROLE, COUNTY) == [
        (False,)
    ]


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_append_only_tables_refuse_the_application(table: str) -> None:
    assert may("INSERT", table)
    assert may("SELECT", table)
    assert not may("UPDATE", table)
    assert not may("DELETE", table)
    name = connection.ops.quote_name(table)
    for statement in (f"UPDATE {name} SET id = id", f"DELETE FROM {name}", f"TRUNCATE {name}"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            rows(statement)


@pytest.mark.parametrize("table", sorted(NEVER_DELETED))
def test_details_may_be_emptied_never_deleted(table: str) -> None:
    assert may("UPDATE", table)
    assert not may("DELETE", table)


def test_columns_of_an_entry_cannot_be_rewritten_one_by_one() -> None:
    granted = rows(
        "SELECT table_name, column_name FROM information_schema.column_privileges "
        "WHERE grantee = %s AND table_schema = %s AND privilege_type = 'UPDATE' AND table_name = ANY(%s)",
        settings.APPLICATION_ROLE,
        COUNTY,
        sorted(APPEND_ONLY),
    )
    assert granted == []

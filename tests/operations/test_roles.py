"""Two roles, two schemas: what the application may not do, and where the queue's tables are."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

pytestmark = pytest.mark.django_db


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_tests_run_as_the_application() -> None:
    assert _rows("SELECT current_user") == [("county_app",)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "SET ROLE county_owner",
        "TRUNCATE signed_in_session",
        "DROP TABLE signed_in_session",
        "ALTER TABLE signed_in_session DISABLE ROW LEVEL SECURITY",
    ],
)
def test_the_application_may_not(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_queue_stays_out_of_the_countys_schema() -> None:
    found: dict[str, int] = dict(
        _rows(
            "SELECT schemaname::text, count(*) FILTER (WHERE tablename LIKE 'procrastinate%') FROM pg_tables"
            " WHERE schemaname LIKE 'county%' GROUP BY 1"
        )
    )
    assert found["county_330683"] == 0
    assert found["county_330683_jobs"] == 4


def test_the_countys_schema_has_no_triggers_and_nothing_deferrable() -> None:
    assert (
        _rows(
            "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'county_330683' AND NOT t.tgisinternal"
        )
        == []
    )
    assert _rows("SELECT conname FROM pg_constraint WHERE condeferrable") == []


@pytest.mark.django_db(transaction=True)
def test_real_commits_are_cleaned_up_by_the_owner() -> None:
    assert connections["owner"].settings_dict["USER"] == "county_owner"
    from procrastinate.contrib.django import app

    app.configure_task("operations.nothing").defer()
    assert _rows("SELECT count(*) FROM procrastinate_jobs") == [(1,)]


def test_no_job_is_left_for_the_next_test() -> None:
    assert _rows("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_the_locale_knows_chinese_letters() -> None:
    ((words, matches),) = _rows("SELECT show_trgm('独居老人'), '民情' ~ '^\\w+$'")
    assert words
    assert matches is True

"""Every column of every table is classified, in one file: a migration that adds one without a word fails here."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from minqing.kernel.sealed import SealedField
from minqing.privacy import queries
from minqing.privacy.queries import classification, model_columns_of, problems
from minqing.privacy.services import erased_value, model_of


def test_every_column_is_classified_and_every_word_is_known() -> None:
    assert problems() == []


def test_a_column_nobody_classified_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = queries.actual_columns()
    more = {**real, "resident": real["resident"] | {"blood_type"}, "new_table": frozenset({"id"})}
    monkeypatch.setattr(queries, "actual_columns", lambda: more)
    assert problems() == ["new_table: 没有分类，请写进 columns.toml", "resident.blood_type: 没有分类"]


def test_what_is_sealed_is_sensitive_and_the_other_way_round_for_numbers() -> None:
    for table, fields in model_columns_of(SealedField).items():
        for column in fields:
            assert classification()[table].columns[column].klass == "sensitive", f"{table}.{column}"


@pytest.mark.django_db
def test_the_database_has_no_column_that_no_model_knows() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = ANY(current_schemas(false))"
        )
        rows: list[Any] = cursor.fetchall()
    said = classification()
    unknown = {
        f"{table}.{column}"
        for table, column in rows
        if table != "django_migrations" and column not in (said[table].columns if table in said else ())
    }
    assert unknown == set()


def test_every_column_that_is_emptied_has_something_to_be_emptied_to() -> None:
    for table in classification().values():
        if table.term.then == "erase" or table.term.for_ever == "":
            fields = {str(one.column): one for one in model_of(table.name)._meta.concrete_fields}
            if table.term.then == "erase":
                for one in table.erasable():
                    erased_value(fields[one.name], one.erased_to)


def test_a_job_that_keeps_a_term_exists() -> None:
    app.perform_import_paths()
    named = {table.term.job for table in classification().values() if table.term.job}
    assert named <= set(app.tasks)


def test_what_hangs_on_a_deleted_row_goes_with_it_or_before() -> None:
    """A table whose rows are deleted may have no other row pointing at it that would hold it back."""
    said = classification()
    deleted = {name for name, table in said.items() if table.term.after and table.term.then == "delete"}
    for name, table in said.items():
        for field in model_of(name)._meta.concrete_fields:
            if field.is_relation and field.related_model._meta.db_table in deleted and name not in deleted:
                assert table.term.parent == field.related_model._meta.db_table, f"{name}.{field.column}"

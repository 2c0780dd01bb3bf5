"""The nightly clearing: what is past its term goes, in batches, and the journal says how much went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Field, Model
from psycopg import sql

from minqing.areas.public import county
from minqing.journal.public import record
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM
from minqing.privacy.events import TermPassed
from minqing.privacy.queries import classification
from minqing.privacy.rules import ERASE, Table

# Rows of one transaction: short locks, and a worker that stops loses one batch.
BATCH: Final = 2_000
# A night takes at most this many batches of one table; the rest goes the next night, and the alarm of a job that never
# ends is spared.
BATCHES_MAX: Final = 500
# The job queue's rows have foreign keys of their own that cascade.
JOBS_KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many rows of one table went, or were emptied."""

    table: str
    rows: int
    erased: bool


def clear(at: datetime) -> list[Cleared]:
    """Clear away whatever is past its term now. Running it again changes nothing."""
    done = []
    for table in classification().values():
        if not table.term.after:
            continue
        rows = 0
        for _ in range(BATCHES_MAX):
            batch = _clear_batch(table, at)
            rows += batch
            if batch < BATCH:
                break
        if rows:
            done.append(Cleared(table.name, rows, table.term.then == ERASE))
    return done


def clear_jobs(at: datetime) -> int:
    """Delete finished jobs older than a month (their arguments are ids only); return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs j WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted')"
            " AND (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id) < %s",
            [at - JOBS_KEPT],
        )
        return int(cursor.rowcount)


def _clear_batch(table: Table, at: datetime) -> int:
    """Clear one batch and write its entry, in one transaction; return how many rows."""
    model = model_of(table.name)
    files: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor:
        top = county()
        # The vault opens to the whole county for this transaction: its rows go with their resident.
        cursor.execute("SELECT set_config('minqing.scopes', %s, true)", [top.path])
        cursor.execute(*_due(table, model, at))
        ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return 0
        files += _clear_children(table, ids)
        files += _erase(table, model, ids) if table.term.then == ERASE else _delete(table, model, ids)
        passed = TermPassed(
            subject_kind="area", subject_id=top.id, area_id=top.id, table=table.name, holds=table.holds,
            rows=len(ids), erased=table.term.then == ERASE, days=table.term.days,
        )  # fmt: skip
        record(passed, by=SYSTEM, at=at)
        transaction.on_commit(lambda: _delete_files(files))
    return len(ids)


def _due(table: Table, model: type[Model], at: datetime) -> tuple[sql.Composed, list[Any]]:
    """Return the query of the keys of one batch that is due."""
    term = table.term
    key = sql.Identifier("t", _key(model))
    conditions: list[sql.Composable] = [
        sql.SQL("{} < %s").format(sql.Identifier("p" if term.of else "t", term.after))
    ]
    counted = model_of(term.of) if term.of else model
    given: list[Any] = [_before(counted, term.after, at - timedelta(days=term.days))]
    if term.only:
        conditions.append(sql.SQL(term.only))  # from our own file
    if term.then == ERASE:
        changed = [
            sql.SQL("{} IS DISTINCT FROM {}").format(sql.Identifier("t", one.name), value)
            for one, value in _erased_values(table, model)
        ]
        conditions.append(sql.SQL("({})").format(sql.SQL(" OR ").join(changed)))
    joined = (
        sql.SQL(" JOIN {} p ON p.{} = t.{}").format(
            sql.Identifier(term.of), sql.Identifier(_key(model_of(term.of))), sql.Identifier(term.through)
        )
        if term.of
        else sql.SQL("")
    )
    query = sql.SQL("SELECT {} FROM {} t{} WHERE {} ORDER BY {} LIMIT {} FOR UPDATE OF t SKIP LOCKED").format(
        key, sql.Identifier(table.name), joined, sql.SQL(" AND ").join(conditions), key, sql.Literal(BATCH)
    )
    return query, given


def _before(model: type[Model], column: str, moment: datetime) -> date | datetime:
    """Return what a column is compared with: a day for a column of days, so that the last day is a whole one."""
    field = next(one for one in model._meta.concrete_fields if one.column == column)
    return clock.local(moment).date() if field.get_internal_type() == "DateField" else moment


def _clear_children(table: Table, ids: Sequence[Any]) -> list[str]:
    """Delete the rows that hang on these and go with them, deepest first; return the names of their files."""
    files: list[str] = []
    for child in classification().values():
        term = child.term
        hangs = term.parent == table.name or (table.term.then != ERASE and term.of == table.name)
        if not hangs:
            continue
        model = model_of(child.name)
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("SELECT {} FROM {} WHERE {} = ANY(%s)").format(
                    sql.Identifier(_key(model)), sql.Identifier(child.name), sql.Identifier(term.through)
                ),
                [list(ids)],
            )
            below = [row[0] for row in cursor.fetchall()]
        if below:
            files += _clear_children(child, below)
            files += _delete(child, model, below)
    return files


def _delete(table: Table, model: type[Model], ids: Sequence[Any]) -> list[str]:
    files = _files(table, model, ids)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(
                sql.Identifier(table.name), sql.Identifier(_key(model))
            ),
            [list(ids)],
        )
    return files


def _erase(table: Table, model: type[Model], ids: Sequence[Any]) -> list[str]:
    files = _files(table, model, ids)
    sets = [
        sql.SQL("{} = {}").format(sql.Identifier(one.name), value)
        for one, value in _erased_values(table, model)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("UPDATE {} SET {} WHERE {} = ANY(%s)").format(
                sql.Identifier(table.name), sql.SQL(", ").join(sets), sql.Identifier(_key(model))
            ),
            [list(ids)],
        )
    return files


def erased_value(field: Field[Any, Any], erased_to: str | None) -> Any:
    """Return what an erased column holds: what the file says, nothing where nothing may stand, else an empty value."""
    if erased_to is not None:
        return erased_to
    if field.null:
        return None
    kind = field.get_internal_type()
    if kind == "JSONField":
        return "{}"
    if kind == "BinaryField":
        return b""
    if kind in ("CharField", "TextField", "FileField", "ImageField"):
        return ""
    raise TypeError(f"{field.model._meta.db_table}.{field.column}: nothing to erase it to; say erased_to")


def _erased_values(table: Table, model: type[Model]) -> list[tuple[Any, sql.Composable]]:
    fields = {str(one.column): one for one in model._meta.concrete_fields}
    return [(one, sql.Literal(erased_value(fields[one.name], one.erased_to))) for one in table.erasable()]


def _files(table: Table, model: type[Model], ids: Sequence[Any]) -> list[str]:
    columns = [one.name for one in table.columns.values() if one.klass == "file"]
    if not columns:
        return []
    query = sql.SQL("SELECT {} FROM {} WHERE {} = ANY(%s)").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(table.name),
        sql.Identifier(_key(model)),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [list(ids)])
        return [name for row in cursor.fetchall() for name in row if name]


def _delete_files(names: Iterable[str]) -> None:
    for name in names:
        default_storage.delete(name)


def model_of(table: str) -> type[Model]:
    """Return the model of a table."""
    return next(one for one in apps.get_models(include_auto_created=True) if one._meta.db_table == table)


def _key(model: type[Model]) -> str:
    key = model._meta.pk
    return str(key.column)


def erase_row(table_name: str, row_id: UUID) -> None:
    """Empty the personal columns of one row now, and delete what goes with it, in the caller's transaction."""
    table = classification()[table_name]
    model = model_of(table_name)
    files = [*_clear_children(table, [row_id]), *_erase(table, model, [row_id])]
    transaction.on_commit(lambda: _delete_files(files))

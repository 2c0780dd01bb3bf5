"""Several reads in one trip to the database: on a busy machine each trip waits for a processor twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Statement = tuple[str, Sequence[Any]]


def read(statements: Iterable[Statement | None]) -> list[list[tuple[Any, ...]]]:
    """Return the rows of each of several SELECTs, in one trip; None has no rows.

    They are what :func:`written` makes, or texts with ``%s`` for their values.
    """
    asked = list(statements)
    found: list[list[tuple[Any, ...]]] = [[] for _ in asked]
    places = [at for at, one in enumerate(asked) if one is not None]
    if not places:
        return found
    texts = [one for one in asked if one is not None]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(sql for sql, _ in texts), [value for _, values in texts for value in values])
        for number, at in enumerate(places):
            if number:
                cursor.nextset()
            found[at] = cursor.fetchall()
    return found


def written(rows: QuerySet[Any, Any]) -> Statement | None:
    """Return a queryset of plain columns as a statement; None where nothing can be met.

    The caller has applied the scope: a queryset that is written out is not asked whether it is open.
    """
    try:
        return rows.query.sql_with_params()
    except EmptyResultSet:
        return None

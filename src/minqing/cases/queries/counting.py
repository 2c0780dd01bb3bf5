"""How many cases stand in lists: many lists at once, each up to a cap, in one statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet

from minqing.cases.queries.filtering import QueueFilters, filtered, is_read_whole, mixes
from minqing.kernel.access import Actor
from minqing.kernel.postgres.cursor import Kept
from minqing.kernel.statements import Selects

PAGE_ROWS: Final = 25
# Beyond this many the page says “10000+”: counting a million rows to show a number nobody reads costs seconds.
COUNT_MAX: Final = 10_000
_selects: Final = Selects()
_COUNT_WITH_PAGE: Final = "json_build_array(count(*), (array_agg(id ORDER BY due, id))[%s:%s])"


@dataclass(frozen=True, slots=True)
class Counted:
    """What the page of a list wants to know first: how many there are; its ids where counting read all of them."""

    total: int
    still_open: int = 0
    ids: tuple[str, ...] = ()


def count_many(actor: Actor, asked: Sequence[tuple[QueueFilters, int]], *, at: datetime) -> list[int]:
    """Count many lists in one statement, each up to its cap and one more; the order of the lists does not matter."""
    counts, _, _ = count_and_read(actor, asked, {}, at=at)
    return counts


def count_and_read(
    actor: Actor,
    asked: Sequence[tuple[QueueFilters, int]],
    also: Mapping[str, Callable[[Actor], QuerySet[Any, Any]]],
    *,
    at: datetime,
    shown: tuple[QueueFilters, int] | None = None,
) -> tuple[list[int], Counted, list[list[dict[str, Any]]]]:
    """Count many lists and read the rows of some short ones, all of it in one statement; rows come as JSON has them.

    ``also``: what makes a short list out of the actor, by a name of its own. ``shown``: the list that is opened, and
    at which page; what its page wants to know comes between.
    """
    parts: list[str] = []
    values: list[Any] = []
    caps: dict[QueueFilters, int] = {}  # a list asked for twice (a tab that is open) is counted once
    opened, number = shown or (None, 1)
    for filters, cap in ((replace(one, sort="due"), cap) for one, cap in [*asked, *_wanted_of(opened)]):
        caps[filters] = max(cap, caps.get(filters, 0))
    for filters, cap in caps.items():
        with_page = filters == opened and is_read_whole(filters)
        try:
            sql, given = _counting(actor, filters, cap, at, with_due=with_page)
        except EmptyResultSet:  # nothing can fit: no appointment, no turn
            parts.append("0")
            continue
        counted = _COUNT_WITH_PAGE if with_page else "count(*)"
        parts.append(f"(SELECT {counted} FROM ({sql}) AS listed)")  # noqa: S608  a compiled queryset
        values += [*_rows_of_page(number), *given] if with_page else given
    for name, listed in also.items():
        try:
            sql, given = _selects.select((name, actor), partial(listed, actor))
        except EmptyResultSet:
            parts.append("'[]'::json")
            continue
        parts.append(f"(SELECT coalesce(json_agg(read), '[]') FROM ({sql}) AS read)")  # noqa: S608  the same
        values.extend(given)
    if not parts:
        return [], Counted(0), []
    with connection.cursor() as cursor:
        cursor.execute(Kept(f"SELECT {', '.join(parts)}"), values)
        found = list(cursor.fetchone())
    on_page: list[str] = []
    counts: dict[QueueFilters, int] = {}
    for filters, told in zip(caps, found, strict=False):
        counts[filters], on_page = told if isinstance(told, list) else (told, on_page)

    def count(filters: QueueFilters, cap: int) -> int:
        return min(counts[replace(filters, sort="due")], cap + 1)

    total, still_open = [*(count(*one) for one in _wanted_of(opened)), 0, 0][:2]
    # Of more than are counted, those on the page may be others.
    ids = tuple(on_page or ()) if total <= COUNT_MAX else ()
    return [count(*one) for one in asked], Counted(total, still_open, ids), found[len(caps) :]


def _rows_of_page(number: int) -> tuple[int, int]:
    """The first and the last row of a page, counted from one."""
    number = min(max(number, 1), COUNT_MAX)
    return (number - 1) * PAGE_ROWS + 1, number * PAGE_ROWS


def _wanted_of(opened: QueueFilters | None) -> list[tuple[QueueFilters, int]]:
    """What is counted of a list that is opened: itself, and of one that mixes open and closed ones the open ones."""
    if opened is None:
        return []
    if not mixes(opened):
        return [(opened, COUNT_MAX)]
    return [(opened, COUNT_MAX), (replace(opened, open_only=True), COUNT_MAX)]


def _counting(
    actor: Actor, filters: QueueFilters, cap: int, at: datetime, *, with_due: bool
) -> tuple[str, Sequence[Any]]:
    def ids(at: datetime) -> QuerySet[Any, Any]:
        beside = {"due": F("run__next_due_at")} if with_due else {}
        return filtered(actor, filters, at).order_by().values("id", **beside)[: cap + 1]

    if filters.text:  # what is typed is not kept in memory
        asked: tuple[str, Sequence[Any]] = ids(at).query.sql_with_params()
        return asked
    return _selects.select((actor, filters, cap, with_due), ids, at=at)

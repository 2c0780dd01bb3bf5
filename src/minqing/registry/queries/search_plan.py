"""How a page is found among 710,000 files: gather what is met and sort it, or walk in order where that is a lot.

One statement with ``ORDER BY … LIMIT`` over everything leaves the choice to the planner, and for a surname in one
village, for initials or a common door number it walks the whole county by name to find thirty rows. So these are two
kinds of statement, and the planner never chooses between them:

- **gather**: every way in which the first word can be met (the beginning of a name, its later part, initials, an
  address) is a sub-select of its own, with its own index and no order. Up to ``COUNTED_MAX`` of them together are
  counted exactly and sorted. A village is gathered by its areas, and every word tested row by row.
- **walk**: more were met, so the next rows in order lie close together. The index that holds the order is read from
  the beginning (for a surname, of its range), other conditions are tested row by row, and nothing more is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from minqing.registry.queries import search_words as words
from minqing.registry.queries.search_kinds import Rows, Scope, Search, Way, search_of

COUNTED_MAX: Final = 1_000  # beyond, a list says "1,000 or more"
REACHED_MAX: Final = 1_000  # and one leafs through the first thousand: who wants others, filters
PROBED_MAX: Final = (
    300  # or the first three hundred, where every row passed on the way is looked up elsewhere
)
TAGGED_MAX: Final = 3_000  # more of them lie so close together in the order that walking is quicker
_FEW_MET: Final = "SELECT id FROM met WHERE (SELECT count(*) FROM met) <= %s"


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of one page in order, which page that is, and how many there are: exactly, or at least."""

    ids: list[UUID]
    page: int
    total: int
    is_exact: bool
    reach: int = 0

    def pages(self, rows_max: int) -> int:
        """Return how many pages can be turned to; where little is known, up to the next one."""
        return max(1, -(-self.reachable // rows_max))

    @property
    def reachable(self) -> int:
        """How many rows can be leafed through, as far as they are known."""
        return self.total if self.is_exact else min(self.total, self.reach)


@dataclass(frozen=True, slots=True)
class _Page:
    """Which rows of the order: of which column, which page, of how many."""

    column: str
    page: int
    rows_max: int


def find(
    kind: str, scope: Scope, text: str, *, tag: str = "", today: date, page: int = 1, rows_max: int
) -> Found:
    """Find one page of a kind: every word met, with a tag's key, in the scope. Always in the same order."""
    met_by = words.words_of(text)
    by = search_of(kind, met_by)
    asked = _Page(by.column, max(1, page), rows_max)
    tagged = scope.tags(kind, tag, today) if tag else None
    rows = scope.of(by.model)
    few = scope.few_areas()
    if few is None:
        return _find_widely(by, scope, rows, met_by, tagged, asked)
    if not few:
        return Found([], 1, 0, is_exact=True)
    rows = by.tested_in(few, rows.filter(area_id__in=few), met_by)
    return _gather_all(_carrying(rows, tagged), asked)


def _find_widely(
    by: Search, scope: Scope, rows: Rows, met_by: Sequence[str], tagged: Rows | None, asked: _Page
) -> Found:
    """Find in a town or the county: gather by a word or the tag if one of them meets little, else walk."""
    in_words: dict[str, list[Way]] = {}
    for word in met_by:
        in_words[word] = by.ways(scope, rows, word)
        others = [one for one in met_by if one != word]
        rest = _carrying(by.tested(rows, others), tagged) if others or tagged is not None else None
        if found := _gather(_gathered(in_words[word]), rest, asked, at_most=COUNTED_MAX):
            return found
    if tagged is not None and tagged[: TAGGED_MAX + 1].count() <= TAGGED_MAX:
        return _gather_all(by.tested(_carrying(rows, tagged), met_by), asked)
    if tagged is None and not met_by and rows[: COUNTED_MAX + 1].count() <= COUNTED_MAX:
        return _gather_all(rows, asked)
    # A name is met where the order has it, an address anywhere: so the order is walked for a name if there is one.
    first = next((word for word in met_by if _gathered(in_words[word])), met_by[0] if met_by else "")
    ways = in_words.get(first, [Way(None, by.begun(scope, rows))])
    others = [word for word in met_by if word != first]
    walked = [_tested(by, way, others, tagged) for way in ways]
    is_plain = tagged is None and not others and (not first or bool(_gathered(ways)))
    is_known = is_plain or (tagged is not None and not met_by)
    reach = REACHED_MAX if is_plain else PROBED_MAX
    return _walk(walked, asked, reach, at_least=COUNTED_MAX if is_known else 0)


def _gathered(ways: Sequence[Way]) -> list[Rows]:
    """Return the sub-selects that together gather everything a word meets; none when one of them is too much."""
    gathered = [way.gathered for way in ways if way.gathered is not None]
    return gathered if len(gathered) == len(ways) else []


def _tested(by: Search, way: Way, others: Sequence[str], tagged: Rows | None) -> Way:
    """Narrow a way to what meets the other words and carries the tag, tested row by row where it is read in order."""
    gathered = None if way.gathered is None else _carrying(by.tested(way.gathered, others), tagged)
    in_order = None if way.in_order is None else by.tested(way.in_order, others)
    if in_order is not None and tagged is not None:
        mine = tagged.filter(subject_id=OuterRef("id")).values("id")[:1]
        in_order = in_order.alias(held=Subquery(mine)).filter(held__isnull=False)
    return Way(gathered, in_order)


def _gather_all(rows: Rows, asked: _Page) -> Found:
    """Gather rows that are known to be few enough."""
    found = _gather([rows], None, asked, at_most=None)
    assert found is not None
    return found


def _gather(
    branches: Sequence[Rows], rest: Rows | None, asked: _Page, *, at_most: int | None
) -> Found | None:
    """Meet each branch by itself, keep what is in ``rest`` too, count and sort it; None beyond ``at_most``."""
    if not branches:
        return None
    enough = None if at_most is None else at_most + 1
    parts = [_sql(one.values_list(asked.column, "id")[:enough]) for one in branches]
    met_sql = " UNION ".join(f"({sql})" for sql, _ in parts)
    params = [value for _, given in parts for value in given]
    found_sql = "SELECT sorted_by, id FROM met"
    if rest is not None:
        met = RawSQL(_FEW_MET, [at_most])  # noqa: S611  the name of the expression above it
        found_sql, given = _sql(rest.filter(id__in=met).values_list(asked.column, "id"))
        params += given
    statement = (
        f"WITH met (sorted_by, id) AS MATERIALIZED ({met_sql}), "  # noqa: S608  compiled querysets
        f"found (sorted_by, id) AS MATERIALIZED ({found_sql}), "
        "pages AS (SELECT count(*) AS total, least(%s, greatest(count(*) - 1, 0) / %s) * %s AS first FROM found) "
        'SELECT total, first, ARRAY(SELECT id FROM found ORDER BY sorted_by COLLATE "C", id LIMIT %s '
        "OFFSET (SELECT first FROM pages)), (SELECT count(*) FROM met) FROM pages"
    )
    rows_max = asked.rows_max
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, asked.page - 1, rows_max, rows_max, rows_max])
        total, first, ids, met_count = cursor.fetchone()
    if at_most is not None and met_count > at_most:
        return None
    return Found(ids, first // rows_max + 1, total, is_exact=True)


def _walk(ways: Sequence[Way], asked: _Page, reach: int, *, at_least: int) -> Found:
    """Read rows in order up to the page's last and one more: each way's own first rows, put together.

    ``at_least``: how many there are for certain; 0 where only what was read is known.
    """
    rows_max, page = asked.rows_max, min(asked.page, -(-reach // asked.rows_max))
    last = page * rows_max
    met: set[tuple[str, UUID]] = set()
    for way in ways:
        if way.in_order is not None:
            ordered = way.in_order.order_by(words.in_order(asked.column), "id")
            met.update(ordered.values_list(asked.column, "id")[: last + 1])
        elif way.gathered is not None:
            met.update(_sorted(asked.column, way.gathered, last + 1))
    ids = [one for _, one in sorted(met)[: last + 1]]
    if len(ids) > last or at_least:
        return Found(ids[last - rows_max : last], page, max(at_least, len(ids)), is_exact=False, reach=reach)
    page = max(1, -(-len(ids) // rows_max))
    return Found(ids[(page - 1) * rows_max :], page, len(ids), is_exact=True)


def _sorted(column: str, rows: Rows, last: int) -> list[tuple[str, UUID]]:
    """Return the first rows in order, gathered before they are sorted (``OFFSET 0`` is the fence)."""
    sql, params = _sql(rows.values_list(column, "id"))
    statement = (
        f"SELECT sorted_by, id FROM ({sql} OFFSET 0) AS found (sorted_by, id) "  # noqa: S608  a compiled queryset
        'ORDER BY sorted_by COLLATE "C", id LIMIT %s'
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, last])
        return list(cursor.fetchall())


def _sql(rows: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]]:
    """Compile rows of a scope; the scope has been applied by :meth:`Scope.of`."""
    return rows.query.sql_with_params()


def _carrying(rows: Rows, tagged: QuerySet[Any] | None) -> Rows:
    """Narrow rows to those with a tag."""
    return rows if tagged is None else rows.filter(id__in=tagged.values("subject_id"))

"""How a page is found among 710,000 files: gather what is met and sort it, or walk in order where that is a lot.

One statement with ``ORDER BY … LIMIT`` over everything leaves the choice to the planner, and for a surname in one
village, for initials or a common door number it walks the whole county by name to find thirty rows. So these are kinds
of statement, and the planner never chooses between them:

- **everything** of a village, and all firms and places, is counted in an index and read from the nearer end.
- **a village** is read through for words, by an index that holds its people in order with what is asked of them.
- **gather**: every way in which a word can be met (the beginning of a name, its later part, initials, an address) is a
  table expression of its own, with its own index and a limit. If none is cut, they are counted exactly and sorted.
- **walk**: more were met, so the next rows in order lie close together. The index that holds the order is read from
  the beginning (for a surname, of its range), other conditions are tested row by row, and nothing more is counted.
- **a tag** alone: see :mod:`minqing.registry.queries.search_carriers`.

Each is one statement; most questions take one, common ones two. A trip to the database costs more than many rows.
"""

# ruff: noqa: S608  (statements are put together from texts of our own; every value is a parameter)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.db import connection

from minqing.registry import rules
from minqing.registry.queries import search_words as words
from minqing.registry.queries.search_carriers import TAGGED_MAX, carriers_statement
from minqing.registry.queries.search_kinds import Scope, is_written_with_blanks
from minqing.registry.queries.search_reading import Ways, everything, from_an_end, ids_of
from minqing.registry.queries.search_sql import CUT, MANY, ORDER, Carried, Place, Way, Word, also, more_than
from minqing.registry.queries.search_ways import HouseholdWays, ResidentWays, SiteWays

COUNTED_MAX: Final = 1_000  # beyond, a list says "1,000 or more"
TOWN_MAX: Final = 5_000  # the same where somebody looks at less than the county
SORTED_MAX: Final = 6_000  # and for households,
HOMES_MAX: Final = 50_000  # of a town: all that hold a word
REACHED_MAX: Final = 1_000  # and one leafs through the first thousand: who wants others, filters
PROBED_MAX: Final = (
    300  # or the first three hundred, where every row passed on the way is looked up elsewhere
)
PAGE_MAX: Final = 1_000_000
CARRIERS_MAX: Final = 400  # of a tag in a village: to look them up is quicker than to go through its people

KINDS: Final[dict[str, Ways]] = {
    rules.RESIDENT: ResidentWays(),
    rules.HOUSEHOLD: HouseholdWays(),
    rules.ENTERPRISE: SiteWays("enterprise"),
    rules.PLACE: SiteWays("place"),
}
_BY_CHARACTERS: Final = ResidentWays(address_characters_min=1)


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
class _Asked:
    """Which rows are asked for: of which kind, where, with which tag; which page of them, of how many."""

    by: Ways
    place: Place
    carried: Carried | None
    page: int
    rows_max: int
    given: dict[str, Any]

    def counted(self, met_by: Sequence[Word]) -> int:
        """Return up to how many rows of each way are gathered: each of them is tested, where there are tests."""
        if len(met_by) > 1 or self.carried is not None:
            return COUNTED_MAX
        if self.by.table == HouseholdWays.table:
            # Addresses that hold a word stand together in the order, but anywhere in it.
            return SORTED_MAX if self.place.is_everywhere else HOMES_MAX
        return COUNTED_MAX if self.place.is_everywhere else TOWN_MAX

    @property
    def tables(self) -> list[str]:
        """Return the table expressions of the areas."""
        places = {self.place.name: self.place}
        if self.carried is not None:
            places[self.carried.place.name] = self.carried.place
        return [table for place in places.values() for table in place.table]

    def rest(self, others: Sequence[Word], *, tagged: bool = True) -> list[str]:
        """Return the tests of the other words and of the tag."""
        tests = [self.by.test(word) for word in others]
        return [*tests, self.carried.test] if self.carried is not None and tagged else tests


def find(
    kind: str, scope: Scope, text: str, *, tag: str = "", today: date, page: int = 1, rows_max: int
) -> Found:
    """Find one page of a kind: every word met, with a tag's key, in the scope. Always in the same order."""
    met_by = [Word(one, number) for number, one in enumerate(words.words_of(text))]
    if kind == rules.RESIDENT:
        # Names are short and meet few; part of an address leads to thousands. A character alone meets most.
        met_by.sort(key=lambda word: (len(word.text) == 1, len(word.text)))
    by = KINDS[kind]
    if kind == rules.RESIDENT and is_written_with_blanks([word.text for word in met_by]):
        by = _BY_CHARACTERS
    place = scope.place
    carried = scope.carried(kind, tag, today) if tag else None
    if not place.paths or (carried is not None and not (carried.kind_id and carried.place.paths)):
        return Found([], 1, 0, is_exact=True)
    given = {**place.given, **(carried.given if carried else {})}
    asked = _Asked(by, place, carried, min(max(1, page), PAGE_MAX), rows_max, given)
    for word in met_by:
        given |= word.given
    if not met_by and carried is None and (place.is_small or by.are_few):
        return _find_everything(asked)
    return _find_in_a_village(asked, met_by) if place.is_small else _find_widely(asked, met_by)


def _find_everything(asked: _Asked) -> Found:
    """Count in an index, and read only what the page shows and what lies before it, from the nearer end."""
    by, place, size = asked.by, asked.place, asked.rows_max
    total = f"SELECT count(*) AS total FROM {by.table} r WHERE {place.open()}{place.index()}"
    pages = f"SELECT total, {_first('total', asked)} AS first FROM ({total}) AS counted"
    ids = from_an_end(by, place, size)
    statement = (
        f"{_with([*asked.tables, f'pages AS MATERIALIZED ({pages})'])}SELECT total, first, {ids} FROM pages"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, asked.given)
        total, first, ids = cursor.fetchone()
    return Found(ids, first // size + 1, total, is_exact=True)


def _find_in_a_village(asked: _Asked, met_by: Sequence[Word]) -> Found:
    """Read through everything, once."""
    by, place = asked.by, asked.place
    small = [by.small(place, word) for word in met_by]
    tables = [table for one, _ in small for table in _written(one)]
    tests = "".join(f" AND {test}" for _, test in small)
    row = f"SELECT r.{by.column} AS sorted_by, r.id FROM {by.table} r WHERE {place.open()}"
    select = f"{row}{place.index()}{tests}"
    if asked.carried is not None:
        # Few of them are looked up; of many, everybody is asked.
        many = more_than("tagged", CARRIERS_MAX)
        few = f"{row} AND r.id = {ids_of('tagged')}{place.test()}{tests} AND NOT {many}"
        select = f"{few} UNION ALL {select} AND r.id IN (SELECT id FROM tagged) AND {many}"
        tables.append(f"tagged (id) AS MATERIALIZED ({asked.carried.subjects})")
    return _page_of([*asked.tables, *tables, f"found AS MATERIALIZED ({select})"], asked)


def _find_widely(asked: _Asked, met_by: Sequence[Word]) -> Found:
    """Find in a town or the county: gather by a word or the tag if one of them meets little, else walk."""
    by, place = asked.by, asked.place
    ways: dict[int, list[Way]] = {}
    cut: dict[int, list[int]] = {}
    if asked.carried is not None and not met_by:
        return _find_carriers(asked, asked.carried)
    # A single character meets more than most tags do.
    is_tag_first = asked.carried is not None and all(len(word.text) == 1 for word in met_by)
    if (
        asked.carried is not None
        and is_tag_first
        and (found := _gather_carried(asked, asked.carried, met_by))
    ):
        return found
    for word in met_by:
        ways[word.number] = by.met_by(place, word, asked.counted(met_by))
        others = [one for one in met_by if one is not word]
        looks = any(by.looks_at_rows(one) for one in others)
        found, cut[word.number] = _gather(ways[word.number], asked, asked.rest(others), looks_at_rows=looks)
        if found is not None:
            return found
    if asked.carried is not None:
        if not is_tag_first and (found := _gather_carried(asked, asked.carried, met_by)):
            return found
    elif not met_by:
        ways[-1] = [everything(by, place, COUNTED_MAX)]
        found, cut[-1] = _gather(ways[-1], asked, [], looks_at_rows=False)
        if found is not None:
            return found
    if not met_by:
        return _walk(ways[-1], [CUT], asked, [], REACHED_MAX, at_least=COUNTED_MAX)
    # A name is met where the order has it, an address anywhere: so the order is walked for a name if there is one.
    first = next((word for word in met_by if not _probes(ways[word.number], cut[word.number])), met_by[0])
    tested = [
        ({}, by.test(word)) if MANY in cut[word.number] else by.in_order_test(place, word)
        for word in met_by
        if word is not first
    ]
    tests = [test for _, test in tested] + asked.rest([])
    tables = {name: table for read, _ in tested for name, table in read.items()}
    walked, is_cut = ways[first.number], cut[first.number]
    reach = PROBED_MAX if tests or _probes(walked, is_cut) else REACHED_MAX
    is_known = not tests and any(way.is_known and bool(one) for way, one in zip(walked, is_cut, strict=True))
    return _walk(walked, is_cut, asked, tests, reach, tables=tables, at_least=COUNTED_MAX if is_known else 0)


def _probes(ways: Sequence[Way], cut: Sequence[int]) -> bool:
    return any(way.probes and bool(one) for way, one in zip(ways, cut, strict=True))


def _gather(
    ways: Sequence[Way], asked: _Asked, tests: Sequence[str], *, looks_at_rows: bool
) -> tuple[Found | None, list[int]]:
    """Meet a word in all its ways and keep what passes the tests; nothing if a way is cut, and which ones are."""
    states = ", ".join(way.state for way in ways)
    met, by = _met_once(ways), asked.by
    if looks_at_rows:
        row = f"FROM {by.table} r WHERE r.id = {ids_of('met')}{also(tests)}"
        found = f"SELECT r.{by.column} AS sorted_by, r.id {row}"
    elif not tests:
        found, met = f"SELECT * FROM ({met}) AS met WHERE true", ""
    else:
        row = f"FROM (SELECT sorted_by, id, sorted_by AS {by.column} FROM met) AS r WHERE true{also(tests)}"
        found = f"SELECT r.sorted_by, r.id {row}"
    tables = [
        *asked.tables,
        *_written(dict(chain.from_iterable(way.tables.items() for way in ways))),
        *([f"met (sorted_by, id) AS MATERIALIZED ({met})"] if met else []),
        f"state (cut) AS MATERIALIZED (SELECT ARRAY[{states}])",
        # What was met stands in memory already: to read it twice is quicker than to put it there once more.
        f"found AS {'' if met else 'NOT '}MATERIALIZED ({found} AND (SELECT 0 = ALL(cut) FROM state))",
    ]
    rows = _rows(tables, "total, first, ids, (SELECT cut FROM state)", asked)
    total, first, ids, cut = rows
    if any(cut):
        return None, cut
    return Found(ids, first // asked.rows_max + 1, total, is_exact=True), cut


def _met_once(ways: Sequence[Way]) -> str:
    """Return the select of what was met in any way: not again what was met in one before (mostly nothing is)."""
    parts = []
    for number, way in enumerate(ways):
        before = "".join(f" AND id NOT IN (SELECT id FROM {one.name})" for one in ways[:number])
        parts.append(f"SELECT sorted_by, id FROM {way.name} WHERE true{before}")
    return " UNION ALL ".join(parts)


def _find_carriers(asked: _Asked, carried: Carried) -> Found:
    """Find those who carry a tag, whoever they are; where they are too many to count, its first pages."""
    size = asked.rows_max
    walked = min(asked.page, -(-PROBED_MAX // size))
    statement = carriers_statement(asked.by, asked.place, carried, page=asked.page, size=size, walked=walked)
    begin = f"{_with(asked.tables)[:-1]}," if asked.tables else "WITH"
    with connection.cursor() as cursor:
        cursor.execute(f"{begin} {statement}", asked.given)
        total, first, ids, is_cut = cursor.fetchone()
    if is_cut:
        return Found(ids, walked, max(COUNTED_MAX, total), is_exact=False, reach=PROBED_MAX)
    return Found(ids, first // size + 1, total, is_exact=True)


def _gather_carried(asked: _Asked, carried: Carried, met_by: Sequence[Word]) -> Found | None:
    """Look at all that carry the tag, if they are few enough."""
    by, place = asked.by, asked.place
    few = f"NOT {more_than('tagged', TAGGED_MAX)}"
    where = (
        f"r.id = {ids_of('tagged')} AND {place.open()}{place.test()}{also(asked.rest(met_by, tagged=False))}"
    )
    found = f"SELECT r.{by.column} AS sorted_by, r.id FROM {by.table} r WHERE {where} AND {few}"
    tables = [
        *asked.tables,
        f"tagged (id) AS MATERIALIZED ({carried.subjects} LIMIT {TAGGED_MAX + 1})",
        f"found AS MATERIALIZED ({found})",
    ]
    total, first, ids, is_few = _rows(tables, f"total, first, ids, {few}", asked)
    return Found(ids, first // asked.rows_max + 1, total, is_exact=True) if is_few else None


def _walk(
    ways: Sequence[Way],
    cut: Sequence[int],
    asked: _Asked,
    tests: Sequence[str],
    reach: int,
    *,
    at_least: int,
    tables: Mapping[str, str] | None = None,
) -> Found:
    """Read rows in order up to the page's last and one more: each way's own first rows, put together.

    ``at_least``: how many there are for certain; 0 where only what was read is known.
    """
    rows_max, page = asked.rows_max, min(asked.page, -(-reach // asked.rows_max))
    last = page * rows_max
    parts, read = [], dict(tables or {})
    for way, is_cut in zip(ways, cut, strict=True):
        if is_cut == MANY and way.in_order_of_many is not None:
            parts.append(way.in_order_of_many(tests, last + 1))
        elif is_cut and way.in_order is not None:
            read |= way.in_order_tables
            parts.append(way.in_order(tests, last + 1))
        else:
            read |= way.tables
            row = f"{asked.by.table} r WHERE r.id = met.id{also(tests)} OFFSET 0"
            passed = f", LATERAL (SELECT FROM {row}) AS passed" if tests else ""
            parts.append(f"SELECT met.sorted_by, met.id FROM {way.name} AS met{passed}")
    met = " UNION ".join(f"({part})" for part in parts)
    written = [*asked.tables, *_written(read)]
    statement = f"{_with(written)}SELECT id FROM ({met}) AS met {ORDER} LIMIT {last + 1}"
    with connection.cursor() as cursor:
        cursor.execute(statement, asked.given)
        ids = [row[0] for row in cursor.fetchall()]
    if len(ids) > last or at_least:
        return Found(ids[last - rows_max : last], page, max(at_least, len(ids)), is_exact=False, reach=reach)
    page = max(1, -(-len(ids) // rows_max))
    return Found(ids[(page - 1) * rows_max :], page, len(ids), is_exact=True)


def _page_of(tables: Sequence[str], asked: _Asked) -> Found:
    total, first, ids = _rows(tables, "total, first, ids", asked)
    return Found(ids, first // asked.rows_max + 1, total, is_exact=True)


def _rows(tables: Sequence[str], columns: str, asked: _Asked) -> tuple[Any, ...]:
    """Count what the table expression ``found`` has, and return the ids of the page with other columns."""
    size = asked.rows_max
    pages = f"SELECT count(*) AS total, {_first('count(*)', asked)} AS first FROM found"
    ids = f"ARRAY(SELECT id FROM found {ORDER} LIMIT {size} OFFSET (SELECT first FROM pages)) AS ids"
    statement = (
        f"{_with([*tables, f'pages AS ({pages})'])}SELECT {columns} FROM pages, (SELECT {ids}) AS page"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, asked.given)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def _first(total: str, asked: _Asked) -> str:
    """Return how many rows come before the page: the one asked for, or the last there is."""
    size = asked.rows_max
    return f"least({asked.page - 1}, greatest({total} - 1, 0) / {size}) * {size}"


def _written(tables: Mapping[str, str]) -> list[str]:
    return [f"{name} AS MATERIALIZED ({table})" for name, table in tables.items()]


def _with(tables: Sequence[str]) -> str:
    return f"WITH {', '.join(tables)} " if tables else ""

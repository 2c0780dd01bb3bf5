"""How a column or an order is read: what both find in it, and when a town is read through instead.

Every select is one that the planner can answer in one sensible way (see ``search_sql.Place``): lookups of single rows
are by an array of ids, tests of rows are ``CASE``.
"""

# ruff: noqa: S608  (statements are put together from texts of our own; every value is a parameter)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from minqing.registry.queries.search_sql import ORDER, Place, Way, Word, also, more_than, true_where

SORTED_MAX: Final = 6_000  # of those that hold a word and are tested further; more are soon met in order
FAR_MAX: Final = 2_500  # rows of the county that are cheaper to look at than all index entries of a town
FAR_HOMES_MAX: Final = 4_000  # and homes, which lie together: more than the largest village has
NEAR_ROWS: Final = 61  # the first two pages are read in order; for later ones everything met is sorted


class Ways(Protocol):
    """How a kind of file is met."""

    table: str
    column: str  # by which its lists are sorted
    are_few: bool  # so that all of them are counted, in the county too

    def met_by(self, place: Place, word: Word, most: int) -> list[Way]:
        """Return the ways in which a word is met, together everything; each gathers ``most`` rows before it is cut."""

    def test(self, word: Word) -> str:
        """Test whether one row meets a word."""

    def in_order_test(self, place: Place, word: Word) -> tuple[dict[str, str], str]:
        """Return the same test where many rows are met in order, and what is read for it once."""

    def looks_at_rows(self, word: Word) -> bool:
        """Whether that test reads more of a row than its id and the column of the order."""

    def small(self, place: Place, word: Word) -> tuple[dict[str, str], str]:
        """Return what to read once and the test of one row, where all rows of a few villages are looked at."""

    def begun(self, place: Place) -> str:
        """Return where a walk in order may begin."""


def in_order(by: Ways, place: Place, tests: Sequence[str], last: int) -> str:
    """Return the select of the first rows in order that pass some tests."""
    where = f"{place.open()}{place.test()}{by.begun(place)}{also(tests)}"
    return f"SELECT r.{by.column} AS sorted_by, r.id FROM {by.table} r WHERE {where} {sorted_by(by)} LIMIT {last}"


def everything(by: Ways, place: Place, most: int) -> Way:
    """Return the way to all files of a place."""
    select = f"SELECT r.{by.column} AS sorted_by, r.id FROM {by.table} r WHERE {place.open()}{place.index()}"
    return Way(
        {"everything": f"{select} LIMIT {most + 1}"},
        more_than("everything", most),
        lambda tests, last: in_order(by, place, tests, last),
    )


def from_an_end(by: Ways, place: Place, size: int, *, pages: str = "pages", tests: Sequence[str] = ()) -> str:
    """Return the array of a page's ids; the row of ``pages`` says which (``first``), and how many pass (``total``).

    Read from the end of the order that is nearer, so the last page is as quick as the first: in a few villages area by
    area, each in its own order, else along the order of all.
    """

    def page(way: str, last: str, skipped: str) -> str:
        order = f'ORDER BY r.{by.column} COLLATE "C"{way}, r.id{way}'
        row, of_pages = f"r.{by.column} AS sorted_by, r.id FROM {by.table} r WHERE", f"FROM {pages})"
        limited = f"{order} LIMIT (SELECT {last} {of_pages}"
        if place.is_small:
            inside = f"SELECT {row} r.area_id = {place.name}.id AND {place.open()}{also(tests)} {limited}"
            read = f"SELECT one.* FROM {place.name}, LATERAL ({inside}) AS one"
        else:
            read = f"SELECT {row} {place.open()}{place.test()}{also(tests)} {limited}"
        ordered = f'ORDER BY sorted_by COLLATE "C"{way}, id{way}'
        shown = f"SELECT * FROM ({read}) AS every {ordered} LIMIT {size} OFFSET (SELECT {skipped} {of_pages}"
        return f"ARRAY(SELECT id FROM ({shown}) AS shown {ORDER})"

    begin = page("", f"first + {size}", "first")
    end = page(" DESC", "total - first", f"greatest(total - first - {size}, 0)")
    return f"CASE WHEN first * 2 < total THEN {begin} ELSE {end} END"


def ids_of(table: str) -> str:
    """Return the ids of a table expression as an array, which an index meets in its own order, page after page."""
    return f"ANY(ARRAY(SELECT id FROM {table}))"


def sorted_by(by: Ways) -> str:
    return f'ORDER BY r.{by.column} COLLATE "C", r.id'


@dataclass(frozen=True, slots=True)
class Parts:
    """A column with an index of its parts: what holds a word in it."""

    by: Ways
    name: str
    column: str
    indexed: str

    def way(self, place: Place, word: Word, most: int) -> Way:
        """Return the way to the rows that hold the word."""
        name = f"{self.name}_{word.number}"
        return Way(
            gathered(self, name, place, word, most),
            more_than(name, most),
            lambda tests, last: self._in_order(place, word, tests, last),
        )

    def select(self, place: str, word: Word, *more: str) -> str:
        """Return the select of what the index of parts finds, with more columns."""
        return (
            f"SELECT r.{self.by.column} AS sorted_by, r.id{_columns(more)} FROM {self.by.table} r "
            f"WHERE {word.has_parts(self.indexed, f'r.{self.column}')} AND {place}"
        )

    def _in_order(self, place: Place, word: Word, tests: Sequence[str], last: int) -> str:
        held = word.holds(f"r.{self.column}")
        if not place.is_everywhere:
            return first_of(self.by, self.read_through(place, word), tests, last)
        if not tests:
            if last <= NEAR_ROWS:
                return in_order(self.by, place, [held], last)
            return first_of(self.by, self.select(place.open(), word), tests, last)
        few = f"NOT {more_than('tried', SORTED_MAX)}"
        tried = f"WITH tried AS MATERIALIZED ({self.select(place.open(), word)} LIMIT {SORTED_MAX + 1}) "
        ordered = first_of(self.by, f"SELECT * FROM tried WHERE {few}", tests, last)
        walked = in_order(self.by, place, [held, *tests], last)
        return f"{tried}({ordered}) UNION ALL (SELECT * FROM ({walked}) AS walked WHERE NOT {few})"

    def read_through(self, place: Place, word: Word, *more: str) -> str:
        """Return the select that looks at all rows of a town."""
        return (
            f"SELECT r.{self.by.column} AS sorted_by, r.id{_columns(more)} FROM {self.by.table} r "
            f"WHERE {place.open()}{place.index()} AND {true_where(word.holds(f'r.{self.column}'))}"
        )


def _columns(names: Sequence[str]) -> str:
    return "".join(f", r.{name}" for name in names)


def first_of(by: Ways, select: str, tests: Sequence[str], last: int) -> str:
    """Return the select of the first rows of another select that pass: sorted first, then tested one by one."""
    ordered = f"SELECT * FROM ({select} OFFSET 0) AS every {ORDER}"
    if not tests:
        return f"{ordered} LIMIT {last}"
    row = f"SELECT FROM {by.table} r WHERE r.id = met.id{also(tests)} OFFSET 0"
    return f"SELECT met.* FROM ({ordered} OFFSET 0) AS met, LATERAL ({row}) AS passed {ORDER} LIMIT {last}"


def gathered(
    parts: Parts, name: str, place: Place, word: Word, most: int, *, more: Sequence[str] = ()
) -> dict[str, str]:
    """Return the table expression that gathers what holds a word, ``most`` rows and one.

    In a town, what is met in the whole county is narrowed. If that is much, its addresses are read through, and for
    a name two indexes are put together: of what holds the word, and of who lives there.
    """
    if place.is_everywhere:
        return {name: f"{parts.select(place.open(), word, *more)} LIMIT {most + 1}"}
    is_address = parts.column == "address"
    if is_address and len(word.text) == 1:
        return {name: f"{parts.read_through(place, word, *more)} LIMIT {most + 1}"}
    near = parts.read_through(place, word, *more)
    if not is_address:
        near = parts.select(place.open() + place.index(), word, *more)
    far = f"far_{name}"
    far_max = FAR_HOMES_MAX if is_address else FAR_MAX
    is_far = more_than(far, far_max)
    columns = ", ".join(("sorted_by", "id", *more))
    return {
        far: f"{parts.select(place.open(), word, 'area_id')} LIMIT {far_max + 1}",
        name: (
            f"(SELECT {columns} FROM {far} AS r WHERE NOT {is_far}{place.test()} "
            f"LIMIT {most + 1}) UNION ALL "
            f"({near} AND {is_far} LIMIT {most + 1})"
        ),
    }

"""Pieces of the statements of search: where one looks, what a word tests, which tag. Values never stand in the text.

Two ways to say "in these areas" are kept apart, because the planner may use one and must not use the other: by an index
(``Place.index``), and as a test of rows that are met in order (``Place.test``, a ``CASE``, which no index answers).
"""

# ruff: noqa: S608  (statements are put together from texts of our own; every value is a parameter)

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from minqing.registry.queries import search_words as words
from minqing.registry.queries.search_words import initials_of

CUT: Final = 1
MANY: Final = 2
ORDER: Final = 'ORDER BY sorted_by COLLATE "C", id'
_VILLAGE_DOTS: Final = 2  # county.town.village
_FEW_PATHS: Final = 5


@dataclass(frozen=True, slots=True)
class Place:
    """The areas in which one looks, and whether closed files are looked for too."""

    paths: tuple[str, ...]
    closed: bool = False
    name: str = "here"

    @property
    def is_everywhere(self) -> bool:
        """Whether it is the county itself: no row lies outside."""
        return any("." not in path for path in self.paths)

    @property
    def is_small(self) -> bool:
        """Whether it is a few villages at most: some ten thousand people."""
        return len(self.paths) <= _FEW_PATHS and all(path.count(".") >= _VILLAGE_DOTS for path in self.paths)

    @property
    def given(self) -> dict[str, Any]:
        return {f"{self.name}_{number}": path for number, path in enumerate(self.paths)}

    @property
    def table(self) -> list[str]:
        """Return the table expression of the areas' ids, where one is needed."""
        if self.is_everywhere:
            return []
        under = " OR ".join(f"path <@ %({name})s::ltree" for name in self.given) or "false"
        return [f"{self.name} (id) AS MATERIALIZED (SELECT id FROM area WHERE {under})"]

    def index(self, row: str = "r") -> str:
        """Return the condition that an index beginning with the area answers."""
        return "" if self.is_everywhere else f" AND {row}.area_id = ANY(ARRAY(SELECT id FROM {self.name}))"

    def test(self, row: str = "r") -> str:
        """Return the same as a test of rows that were found otherwise."""
        if self.is_everywhere:
            return ""
        return f" AND {true_where(f'{row}.area_id IN (SELECT id FROM {self.name})')}"

    def open(self, row: str = "r") -> str:
        """Return the condition that a file is open, where only such are looked for."""
        return "true" if self.closed else f"{row}.closed_on IS NULL"


@dataclass(frozen=True, slots=True)
class Word:
    """One word as values of a statement, which are named after its number."""

    text: str
    number: int

    @property
    def initials(self) -> str:
        return initials_of(self.text)

    @property
    def given(self) -> dict[str, Any]:
        n, text = self.number, self.text
        given: dict[str, Any] = {
            f"word_{n}": text, f"from_{n}": text, f"to_{n}": text + words.LAST, f"parts_{n}": words.parts_of(text),
            f"like_{n}": f"%{like(text)}%",
        }  # fmt: skip
        if begin := self.initials:
            given |= {f"ifrom_{n}": begin, f"ito_{n}": begin + words.LAST, f"ilike_{n}": f"{begin}%"}
        return given

    def has_parts(self, indexed: str, column: str) -> str:
        """Return what an index of the parts of a text answers; exactly what LIKE would, or checked with it."""
        n = self.number
        parts = f"text_parts({indexed}) @> %(parts_{n})s::text[]"
        return parts if len(self.text) <= words.PART_CHARACTERS else f"{parts} AND {column} LIKE %(like_{n})s"

    def holds(self, column: str) -> str:
        """Test whether a column holds the word."""
        return f"{column} LIKE %(like_{self.number})s"

    def names(self, row: str = "r") -> str:
        """Test whether a name holds the word, or its initials begin with it."""
        named = self.holds(f"{row}.name")
        return f"({named} OR {row}.name_initials LIKE %(ilike_{self.number})s)" if self.initials else named

    def begins(self, column: str, prefix: str = "") -> str:
        """Return a range of the index that sorts by a column: what begins with the word (or its initials)."""
        n = self.number
        return f'{column} COLLATE "C" >= %({prefix}from_{n})s AND {column} COLLATE "C" < %({prefix}to_{n})s'


@dataclass(frozen=True, slots=True)
class Carried:
    """A tag that files carry: its kind's id, on which kind of file, on which day, where its carriers are seen."""

    kind_id: UUID | None
    subject_kind: str
    today: date
    place: Place

    @property
    def given(self) -> dict[str, Any]:
        return {
            "tag_kind": self.kind_id, "tag_subject": self.subject_kind, "tag_day": self.today, **self.place.given
        }  # fmt: skip

    @property
    def _holds(self) -> str:
        return (
            "t.kind_id = %(tag_kind)s AND t.ended_at IS NULL "
            "AND t.starts_on <= %(tag_day)s AND (t.ends_on IS NULL OR t.ends_on >= %(tag_day)s)"
        )

    @property
    def ever(self) -> str:
        """Return the select of no fewer tags than are carried, by the narrowest index there is."""
        held = "" if self.place.is_everywhere else f" AND t.ended_at IS NULL{self.place.index('t')}"
        return f"SELECT FROM tag t WHERE t.kind_id = %(tag_kind)s{held}"

    @property
    def marked(self) -> str:
        """Return the select of the ids of those who carry it, on other days too: what only an index tells."""
        held = f"t.kind_id = %(tag_kind)s AND t.ended_at IS NULL{self.place.index('t')}"
        return f"SELECT t.subject_id AS id FROM tag t WHERE {held}"

    @property
    def subjects(self) -> str:
        """Return the select of the ids of those who carry it."""
        kind = "t.subject_kind = %(tag_subject)s"
        return f"SELECT t.subject_id AS id FROM tag t WHERE {kind} AND {self._holds}{self.place.index('t')}"

    @property
    def test(self) -> str:
        """Test whether the row ``r`` carries it, looked up row by row."""
        where = f"t.subject_id = r.id AND {self._holds}{self.place.test('t')}"
        return f"(SELECT true FROM tag t WHERE {where} LIMIT 1)"


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a word is met: what gathers it by an index, and what reads it in order when that is too much.

    ``tables``: table expressions by name; the last one has the rows met (``sorted_by``, ``id``).
    ``is_cut``: whether these are not all (None: they always are).
    ``in_order``: given tests and a number, makes the select of the first so many rows in order that pass;
    ``in_order_tables`` are what that reads once.
    ``is_many``: whether there are so many that ``in_order_of_many`` reads rows in order sooner, without those tables.
    ``is_known``: where it is cut, there are for certain as many rows as are counted.
    ``probes``: every row passed on the way is looked up elsewhere.
    """

    tables: Mapping[str, str]
    is_cut: str | None = None
    in_order: Callable[[Sequence[str], int], str] | None = None
    in_order_tables: Mapping[str, str] = field(default_factory=dict)
    is_many: str | None = None
    in_order_of_many: Callable[[Sequence[str], int], str] | None = None
    is_known: bool = True
    probes: bool = False

    @property
    def name(self) -> str:
        return list(self.tables)[-1]

    @property
    def state(self) -> str:
        """Return the expression of how much was met: everything (0), cut (``CUT``), cut and ``MANY``."""
        many = f"WHEN {self.is_many} THEN {MANY} " if self.is_many else ""
        return f"CASE {many}WHEN {self.is_cut} THEN {CUT} ELSE 0 END" if self.is_cut else "0"


def also(tests: Sequence[str]) -> str:
    """Return tests as further conditions, each made row by row: no join of it, no guess that few rows pass."""
    return "".join(f" AND {true_where(test)}" for test in tests)


def true_where(test: str) -> str:
    """Return a test as the planner cannot see through it."""
    return f"CASE WHEN {test} THEN true ELSE false END"


def like(text: str) -> str:
    """Return a text as a pattern that means itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def more_than(table: str, most: int) -> str:
    """Return the condition that a table expression has more rows than so many."""
    return f"EXISTS (SELECT FROM {table} OFFSET {most})"

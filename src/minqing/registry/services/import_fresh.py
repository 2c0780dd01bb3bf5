"""Households of a file that are wholly new and say nothing doubtful: judged as the file is read, registered by columns.

Nearly all of a county's first register is of this kind. Such a household stands together in the file, every row of it
is plain and has an ID number, one of them is its head, grid and address are one, and neither a number nor the code is
on file. Judging it in full (:mod:`~minqing.registry.services.resident_plan`) could find nothing but “new”; a test
compares both. What makes any of this untrue later sends its whole chunk the long way: a number that stands twice in
the file, somebody registered between the check and the import.

Kept sealed like every other row, but a column at a time, some two thousand rows in one piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection

from minqing.kernel.sealed import array_of, indexer
from minqing.registry import rules
from minqing.registry.models.subjects import ID_PURPOSE
from minqing.registry.services import import_store as store
from minqing.registry.services.import_lines import Line
from minqing.registry.services.import_marks import LOOKED_UP, RunMark
from minqing.registry.services.import_plain import PlainRow
from minqing.registry.services.import_rows import KEYS
from minqing.registry.services.import_scope import Scope
from minqing.registry.services.spreadsheet import BETWEEN

ROWS_MIN: Final = 2_000  # of one chunk, and then to the end of the household
_COLUMNS: Final = "\x1e"
_KEYS: Final = KEYS["residents"]
_CODE, _HEAD, _RELATION, _NUMBER, _ADDRESS = map(
    _KEYS.index, ("household_code", "head_id", "relation", "id_number", "address")
)
_ON_FILE: Final = "SELECT id_index FROM resident WHERE id_index = ANY(%s::bytea[])"
_CODES_ON_FILE: Final = "SELECT code FROM household WHERE code = ANY(%s::text[]) AND NOT code = ''"


class Home(NamedTuple):
    """A household that is new if neither its code nor a number of its rows is on file."""

    grid: str
    code: str
    address: str
    numbers: tuple[int, ...]  # of its rows in the file
    rows: tuple[tuple[str, ...], ...]  # normalised values in the order of the template
    indexes: list[bytes]  # of the ID numbers
    mark: RunMark


def home_of(
    numbers: Iterable[int], rows: Sequence[PlainRow | None], mark: RunMark, scope: Scope
) -> Home | None:
    """Return rows that follow each other in a file as one household, or None where anything is to be judged."""
    heads = codes = 0
    address = code = head = ""
    if len(rows) > rules.MEMBERS_MAX:
        return None
    for row in rows:
        if row is None or not row.number:
            return None
        values = row.values
        if values[_RELATION] == rules.HEAD:
            heads, head, codes = heads + 1, row.number, bool(row.code)
        for said, known in ((values[_ADDRESS], address), (row.code, code)):
            if said and known and said != known:
                return None
        address, code = values[_ADDRESS] or address, row.code or code
    grids = {row.grid for row in rows if row}
    # Whoever gives no code belongs here by the head, of whom the file then has to say the code too.
    if heads != 1 or not address or len(grids) > 1 or (code and not codes):
        return None
    if any(row and row.head != head and (row.head or not row.code) for row in rows):
        return None
    if len({row.number for row in rows if row}) < len(rows) or scope.resolve(grid := grids.pop())[0] is None:
        return None
    index = indexer(ID_PURPOSE)
    return Home(
        grid, code, address, tuple(numbers), tuple(row.values for row in rows if row),
        [index(row.number) for row in rows if row], mark,
    )  # fmt: skip


def new_homes(homes: Sequence[Home | None]) -> list[bool]:
    """Tell of each household whether nothing of it is on file."""
    there = [home for home in homes if home]
    if not there:
        return [False] * len(homes)
    people, codes = on_file(
        chain.from_iterable(home.indexes for home in there), [home.code for home in there if home.code]
    )
    return [home is not None and home.code not in codes and people.isdisjoint(home.indexes) for home in homes]


def on_file(indexes: Iterable[bytes], codes: Sequence[str]) -> tuple[set[bytes], set[str]]:
    """Return which blind indexes of people and which codes of households are on file, open or closed, anywhere."""
    with connection.cursor() as cursor:
        cursor.execute(_ON_FILE, [array_of(indexes)])
        people = {bytes(index) for (index,) in cursor.fetchall()}
        cursor.execute(_CODES_ON_FILE, [list(codes)])
        return people, {code for (code,) in cursor.fetchall()}


class Kept(NamedTuple):
    """A chunk of new households: its number, how many rows, and the numbers of its first and last row."""

    number: int
    rows: int
    first: int
    last: int


@dataclass(slots=True)
class FreshChunks:
    """Takes new households in the order of the file and keeps them, sealed, chunk by chunk."""

    batch_id: UUID
    first_number: int
    kept: list[Kept] = field(default_factory=list)
    _homes: list[Home] = field(default_factory=list)
    _rows: int = 0

    def add(self, home: Home) -> None:
        """Take a household."""
        self._homes.append(home)
        self._rows += len(home.rows)
        if self._rows >= ROWS_MIN:
            self.flush()

    def flush(self) -> None:
        """Keep what is still held."""
        homes = self._homes
        if not homes:
            return
        number = self.first_number + len(self.kept)
        columns = (
            (str(len(home.rows)) for home in homes),
            (home.grid for home in homes),
            (home.code for home in homes),
            (home.address for home in homes),
            (home.mark.digest.hex() for home in homes),
            (str(row) for home in homes for row in home.numbers),
            (index.hex() for home in homes for index in home.indexes),
            *zip(*chain.from_iterable(home.rows for home in homes), strict=True),
        )
        store.put_piece(self.batch_id, store.FRESH, number, _COLUMNS.join(map(BETWEEN.join, columns)))
        self.kept.append(Kept(number, self._rows, homes[0].numbers[0], homes[-1].numbers[-1]))
        homes.clear()
        self._rows = 0


@dataclass(frozen=True, slots=True)
class Fresh:
    """A chunk of new households as it was kept: some columns by household, the others by row."""

    sizes: list[int]
    grids: list[str]
    codes: list[str]
    addresses: list[str]
    marks: list[bytes]
    numbers: list[str]
    indexes: list[bytes]
    values: dict[str, list[str]]

    @classmethod
    def of(cls, batch_id: UUID, chunk: int) -> Fresh | None:
        """Return what was kept under a chunk's number, or None."""
        texts = list(store.pieces(batch_id, store.FRESH, chunk))
        if not texts:
            return None
        sizes, grids, codes, addresses, marks, numbers, indexes, *values = (
            column.split(BETWEEN) for column in texts[0].split(_COLUMNS)
        )
        return cls(
            list(map(int, sizes)), grids, codes, addresses, list(map(bytes.fromhex, marks)), numbers,
            list(map(bytes.fromhex, indexes)), dict(zip(_KEYS, values, strict=True)),
        )  # fmt: skip

    def by_row(self, of_homes: Sequence[bytes]) -> list[bytes]:
        """Repeat what is said of each household for each of its rows."""
        return list(chain.from_iterable(map(repeat, of_homes, self.sizes)))

    def is_new(self) -> bool:
        """Tell whether still nothing of it is on file."""
        people, codes = on_file(self.indexes, [code for code in self.codes if code])
        return not (people or codes)

    def lines(self) -> Iterator[Line]:
        """Yield the rows as they would be kept if each had to be looked at."""
        marks = self.by_row(
            [
                RunMark(digest, size).text(LOOKED_UP).encode()
                for digest, size in zip(self.marks, self.sizes, strict=True)
            ]
        )
        for number, mark, values in zip(
            self.numbers, marks, zip(*self.values.values(), strict=True), strict=True
        ):
            yield Line(
                int(number), values[_CODE], values[_HEAD], values[0], mark.decode(), BETWEEN.join(values), ""
            )

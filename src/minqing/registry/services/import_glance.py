"""Rows of residents in the order of the file: households that came before, word for word, or are new, need no more.

Rows that follow each other and name one household are hashed as they stand, with a key. Where the registry remembers
that hash and still holds what it held then (see :mod:`~minqing.registry.services.import_marks`), nothing of them is
parsed, compared or kept. Where nothing of them is on file and nothing is doubtful, they are new, and are kept to be
registered as they are (see :mod:`~minqing.registry.services.import_fresh`). All others go on, each with that hash.

A household is judged with all of its rows, so one that is judged here may share neither code nor head nor number with
any other row of the file. Only the end of the file tells: then, should it be so, :class:`Entangled` is raised, and
the file is read again, this time looking at those in full.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final
from uuid import UUID

from minqing.registry import rules
from minqing.registry.models.imports import ImportBatch
from minqing.registry.services import import_marks as marks
from minqing.registry.services.import_fresh import Home, home_of, new_homes
from minqing.registry.services.import_lines import Line, line_of
from minqing.registry.services.import_plain import PlainRow, PlainRows, is_plain
from minqing.registry.services.import_rows import Column, check_row, relation_key
from minqing.registry.services.import_scope import Scope
from minqing.registry.services.spreadsheet import BETWEEN, SheetRow

RUNS: Final = 1_500  # households looked up in one statement, and held meanwhile
KEPT_ROWS: Final = 500  # of those passed over, for the page
_LOOKED_FOR_KNOTS: Final = (1, 4, 16, 64)  # after so many times as many households
_PART: Final = 200_000  # hashes in one set
_Cells = tuple[str, ...]


class Entangled(Exception):
    """Households that were judged by themselves belong together with other rows of the file.

    ``hashes``: of the codes, heads and ID numbers by which they do.
    """

    def __init__(self, hashes: set[int]) -> None:
        super().__init__()
        self.hashes = frozenset(hashes)


class Hashes:
    """Many hashes in eight bytes each, to be asked at the end which of them came twice."""

    def __init__(self) -> None:
        self._held = array("q")

    def add(self, *texts: str) -> None:
        """Remember texts by their hashes (of this process, with its random key)."""
        self._held.extend(map(hash, texts))

    def twice(self) -> set[int]:
        """Return the hashes that came more than once."""
        found: set[int] = set()
        for held in self._parts(len(self._held)):
            once: set[int] = set()
            if len(set(held)) < len(held):
                found |= {one for one in held if one in once or once.add(one)}  # type: ignore[func-returns-value]
        return found

    def met(self, other: Hashes) -> set[int]:
        """Return the hashes that are in both."""
        found: set[int] = set()
        if self._held and other._held:
            most = max(len(self._held), len(other._held))
            for mine, theirs in zip(self._parts(most), other._parts(most), strict=True):
                found |= set(mine).intersection(theirs)
        return found

    def _parts(self, most: int) -> Iterator[array[int]]:
        """Yield them in parts, equal ones together: a set of very many would take ten times their memory."""
        if (parts := most // _PART + 1) == 1:
            yield self._held
            return
        for part in range(parts):
            yield array("q", (one for one in self._held if one % parts == part))


@dataclass(slots=True)
class Seen:
    """What was passed over (row numbers, and the first rows themselves), and every number of the file by its hash."""

    rows: array[int] = field(default_factory=lambda: array("l"))
    first: list[SheetRow] = field(default_factory=list)
    numbers: Hashes = field(default_factory=Hashes)

    def rows_set(self) -> set[int]:
        """Return the numbers of the rows passed over."""
        return set(self.rows)


@dataclass(slots=True)
class _Run:
    """Rows that follow each other and name one household."""

    code: str
    head: str
    rows: list[tuple[SheetRow, _Cells | None, str]]
    is_plain: bool
    mark: marks.RunMark | None = None
    reads: list[PlainRow | None] = field(default_factory=list)


class _Asked:
    """Runs of which the database is asked whether they are known."""

    def __init__(
        self, runs: list[_Run], alone: list[bool], hashed: dict[bytes, int], beside: Executor | None
    ) -> None:
        self.runs, self.alone, self.hashed = runs, alone, hashed
        self._answer: Future[list[tuple[bytes, UUID]]] | None = None
        if hashed and beside is not None:
            self._answer = beside.submit(marks.known_homes, list(hashed))

    def answer(self) -> list[tuple[bytes, UUID]]:
        """Return what is known, waiting for it if need be."""
        if self._answer is not None:
            return self._answer.result()
        return marks.known_homes(self.hashed) if self.hashed else []


class Glance:
    """Takes rows one by one; hands on new households whole, and as lines those rows that have to be looked at.

    ``avoid``: hashes of codes, heads and ID numbers whose households are looked at whatever they are (see
    :class:`Entangled`); None for all. ``beside``: asks the database, on a connection of its own, while the next rows
    are read; without it one waits.
    """

    def __init__(
        self,
        batch: ImportBatch,
        columns: dict[int, Column],
        today: date,
        hand_on: Callable[[Line], None],
        take_new: Callable[[Home], None],
        *,
        avoid: frozenset[int] | None,
        beside: Executor | None = None,
    ) -> None:
        self.batch, self.columns, self.today, self.avoid = batch, columns, today, avoid
        self.hand_on, self.take_new, self.beside = hand_on, take_new, beside
        self._plain = PlainRows(columns, today)
        layout = ",".join(f"{at}:{column.key}" for at, column in sorted(columns.items()))
        self._hash = marks.run_hasher(layout)
        self._run: _Run | None = None
        self._runs: list[_Run] = []
        self._asked: _Asked | None = None
        self._seen = Seen()
        self._settled = 0
        self._own_keys, self._other_keys = Hashes(), Hashes()
        self._last_place = ("", "")

    @cached_property
    def _scope(self) -> Scope:
        return Scope(self.batch.area.path, rules.HOME_LEVELS)

    def take(self, row: SheetRow) -> None:
        """Take the next row of the file."""
        joined = row.plain or BETWEEN.join(row.cells)
        is_sure = row.plain or is_plain(joined, len(row.cells))
        cells = self._plain.cells(row) if is_sure else None
        code = head = ""
        if cells is not None:
            code, head = cells[1], cells[2]
            if not head and relation_key(cells[3]) == rules.HEAD:
                head = cells[6]
        run = self._run
        if run is not None and (
            code == run.code if code and run.code else head == run.head if head else False
        ):
            run.rows.append((row, cells, joined))
            run.code, run.head = run.code or code, run.head or head
            run.is_plain = run.is_plain and cells is not None
            return
        if run is not None and len(self._runs) >= RUNS:
            self._settle()
        self._run = _Run(code, head, [(row, cells, joined)], cells is not None)
        self._runs.append(self._run)

    def finish(self) -> Seen:
        """Take what is left; return what was passed over. Raises :class:`Entangled`."""
        self._settle()
        self._conclude()
        self._disentangle()
        return self._seen

    def _disentangle(self) -> None:
        if met := self._own_keys.twice() | self._own_keys.met(self._other_keys):
            raise Entangled(met)

    def _settle(self) -> None:
        """Ask for the runs that are held; meanwhile the answer about those before has come."""
        runs = self._runs
        self._runs, self._run = [], None
        for run in runs:
            run.mark = self._hash([joined for _, _, joined in run.rows])
        alone = [self._stands_alone(run) for run in runs]
        hashed = self._hashed(runs) if any(alone) else {}
        before, self._asked = self._asked, None
        asked = _Asked(runs, alone, hashed, self.beside)
        if before is not None:
            self._settle_runs(before)
        self._asked = asked
        if self.beside is None:
            self._conclude()

    def _conclude(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None:
            self._settle_runs(asked)

    def _settle_runs(self, asked: _Asked) -> None:
        known = dict(asked.answer())
        area_of = {at: known.get(made) for made, at in asked.hashed.items()}
        left: list[tuple[_Run, str]] = []
        homes: list[Home | None] = []
        for at, (run, is_alone) in enumerate(zip(asked.runs, asked.alone, strict=True)):
            area_id = area_of.get(at)
            if area_id is not None and is_alone and self._may_pass(run, area_id):
                self._pass(run)
                continue
            run.reads = [self._plain.read(cells) if cells is not None else None for _, cells, _ in run.rows]
            homes.append(self._home(run) if is_alone and area_id is None else None)
            seal = marks.LOOKED_UP if at in area_of and area_id is None else ""
            left.append((run, run.mark.text(seal) if run.mark else ""))
        for (run, mark), home, is_new in zip(left, homes, new_homes(homes), strict=True):
            if home is not None and is_new:
                self._take_new(run, home)
                continue
            for (row, _, _), read in zip(run.rows, run.reads, strict=True):
                self._look_at(row, read, mark)
        self._settled += 1
        if self._settled in _LOOKED_FOR_KNOTS:  # a file in another order than by households: soon told
            self._disentangle()

    def _stands_alone(self, run: _Run) -> bool:
        """Tell whether a run may be a household to be judged by itself, as far as is known."""
        if self.avoid is None or not run.is_plain or not (run.code or run.head):
            return False
        return not self.avoid or self.avoid.isdisjoint(map(hash, (*_keys(run), *_numbers(run))))

    def _hashed(self, runs: list[_Run]) -> dict[bytes, int]:
        return {
            run.mark.digest: at
            for at, run in enumerate(runs)
            if run.is_plain and run.mark and (run.code or run.head)
        }

    def _may_pass(self, run: _Run, area_id: UUID) -> bool:
        resolve = self._scope.resolve
        return area_id in self._scope.ids and all(
            resolve(grid)[0] == area_id for grid in {cells[0] for _, cells, _ in run.rows if cells}
        )

    def _pass(self, run: _Run) -> None:
        seen = self._seen
        seen.rows.extend([row.number for row, _, _ in run.rows])
        if (room := KEPT_ROWS - len(seen.first)) > 0:
            seen.first += [row for row, _, _ in run.rows[:room]]
        seen.numbers.add(*_numbers(run))
        self._own_keys.add(*_keys(run))

    def _home(self, run: _Run) -> Home | None:
        if run.mark is None:
            return None
        return home_of([row.number for row, _, _ in run.rows], run.reads, run.mark, self._scope)

    def _take_new(self, run: _Run, home: Home) -> None:
        seen = self._seen
        seen.numbers.add(*[read.number for read in run.reads if read])
        self._own_keys.add(*_keys(run))
        self.take_new(home)

    def _look_at(self, row: SheetRow, read: PlainRow | None, mark: str) -> None:
        if read is not None:
            line = Line(row.number, read.code, read.head, read.grid, mark, BETWEEN.join(read.values), "")
            number = read.number
        else:
            checked = check_row(row, self.columns, self.batch.kind, self.today)
            line, number = line_of(checked, self.batch.kind, mark), checked.values["id_number"]
        if number:
            self._seen.numbers.add(number)
        place = (line.code, line.head)
        if place != self._last_place:
            self._last_place = place
            for letter, key in zip("ch", place, strict=True):
                if key:
                    self._other_keys.add(letter + key)
        self.hand_on(line)


def _keys(run: _Run) -> list[str]:
    """Return by what rows of plain cells are known as one household: its code, and the heads they name."""
    codes, heads = {run.code}, {run.head}
    for _, cells, _ in run.rows:
        if cells:
            codes.add(cells[1])
            heads.add(cells[2])
    heads.discard("")
    return [f"c{code}" for code in codes if code] + [f"h{head}" for head in set(map(_number, heads))]


def _numbers(run: _Run) -> list[str]:
    return [_number(cells[6]) for _, cells, _ in run.rows if cells and cells[6]]


def _number(text: str) -> str:
    return text if text.isdecimal() and text.isascii() else rules.half_width(text)

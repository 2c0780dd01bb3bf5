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
from collections.abc import Callable
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
_BUCKETS: Final = 64
_Cells = tuple[str, ...]


class Entangled(Exception):
    """Households that were judged by themselves belong together with other rows of the file.

    ``hashes``: of the codes, heads and ID numbers by which they do.
    """

    def __init__(self, hashes: set[int]) -> None:
        super().__init__()
        self.hashes = frozenset(hashes)


class Hashes:
    """Many hashes in eight bytes each, to be asked once at the end which of them came twice."""

    def __init__(self) -> None:
        self._held = [array("q") for _ in range(_BUCKETS)]

    def add(self, text: str) -> None:
        """Remember a text by its hash (of this process, with its random key)."""
        made = hash(text)
        self._held[made % _BUCKETS].append(made)

    def twice(self) -> set[int]:
        """Return the hashes that came more than once."""
        found: set[int] = set()
        for held in self._held:
            once: set[int] = set()
            if len(set(held)) < len(held):
                found |= {one for one in held if one in once or once.add(one)}  # type: ignore[func-returns-value]
        return found

    def met(self, other: Hashes) -> set[int]:
        """Return the hashes that are in both."""
        found: set[int] = set()
        for mine, theirs in zip(self._held, other._held, strict=True):
            if mine and theirs:
                found |= set(mine).intersection(theirs)
        return found


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
    mark: marks.RunMark | None = None
    reads: list[PlainRow | None] = field(default_factory=list)


class Glance:
    """Takes rows one by one; hands on new households whole, and as lines those rows that have to be looked at.

    ``avoid``: hashes of codes, heads and ID numbers whose households are looked at whatever they are (see
    :class:`Entangled`); None for all.
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
    ) -> None:
        self.batch, self.columns, self.today, self.avoid = batch, columns, today, avoid
        self.hand_on, self.take_new = hand_on, take_new
        self._plain = PlainRows(columns, today)
        layout = ",".join(f"{at}:{column.key}" for at, column in sorted(columns.items()))
        self._hash = marks.run_hasher(layout)
        self._run: _Run | None = None
        self._runs: list[_Run] = []
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
            return
        if run is not None and len(self._runs) >= RUNS:
            self._settle()
        self._run = _Run(code, head, [(row, cells, joined)])
        self._runs.append(self._run)

    def finish(self) -> Seen:
        """Take what is left; return what was passed over. Raises :class:`Entangled`."""
        self._settle()
        self._disentangle()
        return self._seen

    def _disentangle(self) -> None:
        if met := self._own_keys.twice() | self._own_keys.met(self._other_keys):
            raise Entangled(met)

    def _settle(self) -> None:
        self._settle_runs()
        self._settled += 1
        if self._settled in _LOOKED_FOR_KNOTS:  # a file in another order than by households: soon told
            self._disentangle()

    def _settle_runs(self) -> None:
        for run in self._runs:
            run.mark = self._hash([joined for _, _, joined in run.rows])
        alone = [self._stands_alone(run) for run in self._runs]
        hashed = self._hashed() if any(alone) else {}
        known = dict(marks.known_homes(hashed)) if hashed else {}
        looked_up = {at: known.get(made) for made, at in hashed.items()}
        homes: list[Home | None] = []
        for at, run in enumerate(self._runs):
            area_id = looked_up.get(at)
            is_passed = alone[at] and area_id is not None and self._may_pass(run, area_id)
            if is_passed:
                self._pass(run)
                run.rows.clear()
            run.reads = [self._plain.read(cells) if cells is not None else None for _, cells, _ in run.rows]
            homes.append(self._home(run) if alone[at] and area_id is None and run.rows else None)
        for at, (run, home, is_new) in enumerate(zip(self._runs, homes, new_homes(homes), strict=True)):
            if home is not None and is_new:
                self._take_new(run, home)
                continue
            seal = marks.LOOKED_UP if at in looked_up and looked_up[at] is None else ""
            mark = run.mark.text(seal) if run.mark else ""
            for (row, _, _), read in zip(run.rows, run.reads, strict=True):
                self._look_at(row, read, mark)
        self._runs.clear()
        self._run = None

    def _stands_alone(self, run: _Run) -> bool:
        """Tell whether a run may be a household to be judged by itself, as far as is known."""
        if self.avoid is None or not (run.code or run.head) or any(cells is None for _, cells, _ in run.rows):
            return False
        return not self.avoid or self.avoid.isdisjoint(map(hash, (*_keys(run), *_numbers(run))))

    def _hashed(self) -> dict[bytes, int]:
        return {
            run.mark.digest: at
            for at, run in enumerate(self._runs)
            if run.mark and (run.code or run.head) and all(cells is not None for _, cells, _ in run.rows)
        }

    def _may_pass(self, run: _Run, area_id: UUID) -> bool:
        scope = self._scope
        return area_id in scope.ids and all(
            cells and scope.resolve(cells[0])[0] == area_id for _, cells, _ in run.rows
        )

    def _pass(self, run: _Run) -> None:
        seen = self._seen
        for row, _, _ in run.rows:
            seen.rows.append(row.number)
            if len(seen.first) < KEPT_ROWS:
                seen.first.append(row)
        for number in _numbers(run):
            seen.numbers.add(number)
        for key in _keys(run):
            self._own_keys.add(key)

    def _home(self, run: _Run) -> Home | None:
        if run.mark is None:
            return None
        return home_of([row.number for row, _, _ in run.rows], run.reads, run.mark, self._scope)

    def _take_new(self, run: _Run, home: Home) -> None:
        seen = self._seen
        for read in run.reads:
            if read:
                seen.numbers.add(read.number)
        for key in _keys(run):
            self._own_keys.add(key)
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


def _keys(run: _Run) -> set[str]:
    """Return by what rows of plain cells are known as one household: its code, and the heads they name."""
    cells = [cells for _, cells, _ in run.rows if cells]
    heads = {one[2] for one in cells} | {run.head}
    return {f"c{one[1]}" for one in cells if one[1]} | {f"h{rules.half_width(one)}" for one in heads if one}


def _numbers(run: _Run) -> list[str]:
    return [rules.half_width(cells[6]) for _, cells, _ in run.rows if cells and cells[6]]

"""Rows of residents in the order of the file: households that came before, word for word, are passed over at once.

Rows that follow each other and name one household are hashed as they stand, with a key. Where the registry remembers
that hash and still holds what it held then (see :mod:`~minqing.registry.services.import_marks`), nothing of them is
parsed, compared or kept. All others go on, each with the hash of its row.

A household is judged with all of its rows, so one that is passed over may share neither code nor head nor number with
any other row of the file. Only the end of the file tells: then, should it be so, :class:`Entangled` is raised, and
the file is read again without passing anything over.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from minqing.kernel.collecting import no_collecting
from minqing.registry import rules
from minqing.registry.models.imports import ImportBatch
from minqing.registry.services import import_marks as marks
from minqing.registry.services.import_lines import Line, line_of
from minqing.registry.services.import_plain import BETWEEN, PlainRows, is_plain
from minqing.registry.services.import_rows import Column, check_row, relation_key
from minqing.registry.services.import_scope import Scope
from minqing.registry.services.spreadsheet import SheetRow

RUNS: Final = 1_500  # households looked up in one statement, and held meanwhile
KEPT_ROWS: Final = 500  # of those passed over, for the page
_BUCKETS: Final = 64
_Cells = tuple[str, ...]


class Entangled(Exception):
    """Rows that were passed over belong together with other rows of the file."""


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

    def meets(self, other: Hashes) -> bool:
        """Tell whether any hash is in both."""
        return any(
            not set(mine).isdisjoint(theirs)
            for mine, theirs in zip(self._held, other._held, strict=True)
            if mine and theirs
        )


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


class Glance:
    """Takes rows one by one and hands on, as lines, those that have to be looked at."""

    def __init__(
        self,
        batch: ImportBatch,
        columns: dict[int, Column],
        today: date,
        hand_on: Callable[[Line], None],
        *,
        by_marks: bool,
    ) -> None:
        self.batch, self.columns, self.today, self.hand_on, self.by_marks = (
            batch,
            columns,
            today,
            hand_on,
            by_marks,
        )
        self._plain = PlainRows(columns, today)
        layout = ",".join(f"{at}:{column.key}" for at, column in sorted(columns.items()))
        self._hash = marks.row_hasher(layout)
        self._run: _Run | None = None
        self._runs: list[_Run] = []
        self._seen = Seen()
        self._passed_keys, self._other_keys = Hashes(), Hashes()
        self._last_place = ("", "")
        self._scope: Scope | None = None

    def take(self, row: SheetRow) -> None:
        """Take the next row of the file."""
        joined = BETWEEN.join(row.cells)
        cells = self._plain.cells(row) if is_plain(joined, len(row.cells)) else None
        code = head = ""
        if cells is not None:
            code, head = cells[1], cells[2]
            if not head and relation_key(cells[3]) == rules.HEAD:
                head = cells[6]
        run = self._run
        entry = (row, cells, self._hash(joined))
        if run is not None and ((code and code == run.code) or (head and head == run.head)):
            run.rows.append(entry)
            run.code, run.head = run.code or code, run.head or head
            return
        if run is not None and len(self._runs) >= RUNS:
            self._settle()
        self._run = _Run(code, head, [entry])
        self._runs.append(self._run)

    def finish(self) -> Seen:
        """Take what is left; return what was passed over. Raises :class:`Entangled`."""
        self._settle()
        if self._seen.rows and (self._passed_keys.twice() or self._passed_keys.meets(self._other_keys)):
            raise Entangled
        return self._seen

    def _settle(self) -> None:
        with no_collecting():
            self._settle_runs()

    def _settle_runs(self) -> None:
        hashed = self._hashed() if self.by_marks else {}
        known = dict(marks.known_homes(hashed)) if hashed else {}
        looked_up = {at: known.get(made) for made, at in hashed.items()}
        for at, run in enumerate(self._runs):
            if (area_id := looked_up.get(at)) is not None and self._may_pass(run, area_id):
                self._pass(run)
                continue
            seal = marks.LOOKED_UP if at in looked_up and area_id is None else ""
            for row, cells, mark in run.rows:
                self._look_at(row, cells, mark + seal)
        self._runs.clear()

    def _hashed(self) -> dict[bytes, int]:
        return {
            marks.rows_hash([mark for _, _, mark in run.rows]): at
            for at, run in enumerate(self._runs)
            if (run.code or run.head) and all(cells is not None for _, cells, _ in run.rows)
        }

    def _may_pass(self, run: _Run, area_id: UUID) -> bool:
        if self._scope is None:
            self._scope = Scope(self.batch.area.path, rules.HOME_LEVELS)
        scope = self._scope
        return area_id in scope.ids and all(
            cells and scope.resolve(cells[0])[0] == area_id for _, cells, _ in run.rows
        )

    def _pass(self, run: _Run) -> None:
        seen = self._seen
        for row, cells, _ in run.rows:
            seen.rows.append(row.number)
            if len(seen.first) < KEPT_ROWS:
                seen.first.append(row)
            if cells and (number := cells[6]):
                seen.numbers.add(rules.half_width(number))
        all_cells = [cells for _, cells, _ in run.rows if cells]
        heads = {cells[2] for cells in all_cells} | {run.head}
        keys = {f"c{cells[1]}" for cells in all_cells if cells[1]} | {
            f"h{rules.half_width(one)}" for one in heads if one
        }
        for key in keys:
            self._passed_keys.add(key)

    def _look_at(self, row: SheetRow, cells: _Cells | None, mark: str) -> None:
        read = self._plain.read(cells) if cells is not None else None
        if read is not None:
            line = Line(row.number, read.code, read.head, read.grid, mark, read.values, "")
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

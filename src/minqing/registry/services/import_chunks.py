"""One chunk of a spreadsheet: judged when it is checked, judged again on what is on file now when it is registered.

What was refused when the file was checked stays refused when it is applied, and a household in which nothing was to
change is left alone: people get what they were shown, or less. So the order in which chunks are applied cannot matter.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Final

from django.db import connection

from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.copying import Shape
from minqing.registry import rules
from minqing.registry.models.imports import (
    BAD,
    CHANGED,
    NEW,
    UNCHANGED,
    ImportBatch,
    ImportChunk,
    ImportMark,
    ImportRow,
)
from minqing.registry.services import import_marks as marks
from minqing.registry.services import import_store as store
from minqing.registry.services.enterprise_plan import PlannedEnterprise, plan_enterprises, write_enterprises
from minqing.registry.services.import_fresh import Fresh
from minqing.registry.services.import_lines import Line
from minqing.registry.services.import_rows import Problem
from minqing.registry.services.import_scope import Scope
from minqing.registry.services.import_shown import Shown, keep_rows
from minqing.registry.services.new_files import NewFiles
from minqing.registry.services.planned import PlannedResident
from minqing.registry.services.resident_plan import plan_residents
from minqing.registry.services.resident_writing import ResidentWriter

Planned = PlannedResident | PlannedEnterprise
LISTED_MAX: Final = 1_000  # rows of one outcome kept for the page of a large spreadsheet; errors are all kept
_COUNTED: Final = (NEW, CHANGED, UNCHANGED, BAD)
# Stands where a check refused a row: the row counts as bad for its neighbours, its sentences are kept already.
_REFUSED_BEFORE: Final = Problem("", "")


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found in a chunk, by row number."""

    bad: frozenset[int]
    same: frozenset[int]


@dataclass(slots=True)
class Judge:
    """What judging the chunks of one spreadsheet needs, loaded once."""

    batch: ImportBatch
    scope: Scope
    repeated: Mapping[int, int]
    today: date
    listed_each: int  # rows of each outcome that one chunk keeps for the page

    @classmethod
    def of(cls, batch: ImportBatch, repeated: Mapping[int, int], at: datetime, chunks: int) -> Judge:
        """Load what is needed."""
        levels = rules.HOME_LEVELS if batch.kind == "residents" else rules.SITE_LEVELS
        return cls(
            batch,
            Scope(batch.area.path, levels),
            repeated,
            clock.local(at).date(),
            -(-LISTED_MAX // max(1, chunks)),
        )

    def check(self, chunk: ImportChunk) -> None:
        """Judge a chunk against what is on file, write down what was found and what a page shows. In a transaction."""
        lines = self._lines(chunk)
        homes_of = marks.by_home(lines) if self.batch.kind == "residents" else {}
        passed = marks.unchanged_homes(homes_of, self.scope, self.repeated)
        known = [line for home in passed for line in homes_of[home]]
        passed_numbers = {line.number for line in known}
        planned = self._plan([line for line in lines if line.number not in passed_numbers], lock=False)
        same = [one.row.number for one in planned if one.outcome == UNCHANGED]
        bad = [one.row.number for one in planned if one.outcome == BAD]
        found = {"bad": bad, "same": [*same, *passed_numbers]}
        store.drop_pieces(self.batch.id, store.FOUND, chunk=chunk.number)
        store.put_piece(self.batch.id, store.FOUND, chunk.number, json.dumps(found))
        _count(chunk, [one.outcome for one in planned] + [UNCHANGED] * len(known))
        chunk.is_checked = True
        chunk.save()
        listed = self._listed(planned)
        room = self.listed_each - len(same)
        listed += [Shown(line.row(self.batch.kind), UNCHANGED, ()) for line in known[: max(0, room)]]
        keep_rows(self.batch.id, listed)

    def apply(self, chunk: ImportChunk, by: Actor, at: datetime) -> None:
        """Register what is good of a chunk, all of it or nothing, in the caller's transaction."""
        found = self._found(chunk)
        if found is None:
            fresh = Fresh.of(self.batch.id, chunk.number)
            if fresh is not None and fresh.is_new() and self._register(fresh, by, at):
                chunk.is_applied = True
                chunk.save()
                return
            found = Found(frozenset(), frozenset())
        lines = self._lines(chunk)
        if self.batch.kind == "residents":
            homes_of = marks.by_home(lines)
            settled = found.bad | found.same
            moving = {home for home, of in homes_of.items() if any(one.number not in settled for one in of)}
            lines = [line for home in homes_of if home in moving for line in homes_of[home]]
        rows = [line.row(self.batch.kind) for line in lines]
        for row in rows:
            if row.number in found.bad:
                row.problems, row.is_bad = [_REFUSED_BEFORE], True
        if self.batch.kind == "residents":
            plan = plan_residents(rows, self.scope, today=self.today, lock=True, repeated={})
            planned: Sequence[Planned] = plan.rows
            outcomes = {one.row.number: one.outcome for one in planned}
            writer = ResidentWriter(plan, self.batch.id, by=by, at=at, today=self.today)
            writer.write()
            marks.mark(plan, {home: homes_of[home] for home in moving}, writer)
        else:
            firms = plan_enterprises(rows, self.scope, lock=True)
            planned = firms
            outcomes = {one.row.number: one.outcome for one in planned}
            write_enterprises(firms, self.batch.id, by=by, at=at)
        newly_bad = [
            one for one in planned if outcomes[one.row.number] == BAD and one.row.number not in found.bad
        ]
        self._replace(newly_bad)
        left = (found.bad | found.same) - outcomes.keys()
        _count(chunk, [*outcomes.values(), *(BAD if number in found.bad else UNCHANGED for number in left)])
        chunk.is_applied = True
        chunk.save()

    def _register(self, fresh: Fresh, by: Actor, at: datetime) -> bool:
        """Register new households of which still nothing is on file; False where a grid is no longer what it was."""
        area_of = {grid: self.scope.resolve(grid)[0] for grid in set(fresh.grids)}
        areas = [area_id.bytes for grid in fresh.grids if (area_id := area_of[grid])]
        if len(areas) < len(fresh.grids):
            return False
        files = NewFiles(self.batch.id, by, at, self.today)
        homes = files.add_homes(areas, fresh.addresses, fresh.codes)
        areas_of, relations = fresh.by_row(areas), fresh.values["relation"]
        people, phones = files.add_people(areas_of, fresh.indexes, fresh.values)
        members = files.add_members(fresh.by_row(homes), people, relations)
        told = map(marks.told_member, members, relations, people, areas_of, fresh.indexes, phones)
        states = [
            marks.fresh_state(area, list(islice(told, size)))
            for area, size in zip(areas, fresh.sizes, strict=True)
        ]
        columns = {"household_id": homes, "rows_hash": fresh.marks, "state": states}
        Shape(ImportMark).copy_columns(columns)
        return True

    def _lines(self, chunk: ImportChunk) -> list[Line]:
        if (fresh := Fresh.of(self.batch.id, chunk.number)) is not None:
            return list(fresh.lines())
        return [Line.parsed(text) for text in store.lines(self.batch.id, store.ROWS, chunk.number)]

    def _found(self, chunk: ImportChunk) -> Found | None:
        """Return what the check found; None for a chunk that was judged while the file was read."""
        texts = list(store.pieces(self.batch.id, store.FOUND, chunk.number))
        if not texts:
            return None
        held: dict[str, list[int]] = json.loads(texts[0])
        return Found(frozenset(held["bad"]), frozenset(held["same"]))

    def _plan(self, lines: list[Line], *, lock: bool) -> Sequence[Planned]:
        rows = [line.row(self.batch.kind) for line in lines]
        if self.batch.kind == "residents":
            return plan_residents(rows, self.scope, today=self.today, lock=lock, repeated=self.repeated).rows
        return plan_enterprises(rows, self.scope, lock=lock)

    def _listed(self, planned: Iterable[Planned]) -> list[Shown]:
        """Choose rows for the page: every one with something to mend, of the others some."""
        listed: Counter[str] = Counter()
        kept: list[Shown] = []
        for one in planned:
            outcome = one.outcome
            if not one.row.problems:
                listed[outcome] += 1
                if listed[outcome] > self.listed_each:
                    continue
            changes = [*one.changes, *getattr(one, "home_changes", ())]
            kept.append(Shown(one.row, outcome, changes))
        return kept

    def _replace(self, bad: list[Planned]) -> None:
        """Let rows that turned out bad only now take the place of what was shown of them."""
        if bad:
            numbers = [one.row.number for one in bad]
            ImportRow.objects.filter(batch=self.batch, number__in=numbers).delete()
            keep_rows(self.batch.id, self._listed(bad))


def _count(chunk: ImportChunk, outcomes: Iterable[str]) -> None:
    counts = Counter(outcomes)
    for outcome in _COUNTED:
        setattr(chunk, outcome, counts[outcome])


def settle_unchanged(batch: ImportBatch) -> None:
    """Pass over the chunks in which nothing is new or changed: there is nothing to write."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE import_chunk SET is_applied = true WHERE batch_id = %s AND new = 0 AND changed = 0",
            [batch.id],
        )

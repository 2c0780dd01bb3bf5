"""Chunks of a spreadsheet worked on one after the other, or side by side in a second process or thread.

Whoever is free takes the next chunk that nobody holds; its transaction also says that it is done. So it does not
matter who works, how many do, or when one of them dies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Final
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.db.models import QuerySet

from minqing.kernel.access import Actor
from minqing.kernel.collecting import no_collecting
from minqing.registry.models.imports import ImportBatch, ImportChunk
from minqing.registry.services import import_store as store
from minqing.registry.services.import_chunks import Judge
from minqing.registry.services.import_helper import with_helper
from minqing.registry.services.import_reading import repeated_rows

CHECK, APPLY = "check", "apply"
# From here on a second process is worth its start and its memory: while the database writes the chunk of one, the
# other makes its next one ready, and threads would wait for each other's Python (but see _with_thread).
HELPER_ROWS_MIN: Final = 20_000
TRIES: Final = 4  # of one chunk that meets somebody else's change
# After so many chunks of the first lane the planner's picture of the growing tables is refreshed.
_ANALYSED_AFTER: Final = frozenset({2, 8, 32, 96})
_GROWING: Final = ("resident", "resident_identity", "household", "household_member", "import_mark")
# With columns named, the expressions of the search indexes are left out, which take three quarters of the time.
_LOOKED_UP: Final = {
    "resident": "id, id_index", "household": "id, code", "import_mark": "rows_hash",
    "household_member": "household_id, resident_id, relation, ends_on",
}  # fmt: skip
# Chunks of one spreadsheet share it; a small one applied meanwhile waits for it alone: two files about one household
# would each decide on what the other changes. Large ones come one after the other, by the lock of their jobs.
LOCK: Final = 7_201_001


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done with every chunk of a spreadsheet, on whose behalf."""

    batch: ImportBatch
    stretch: str  # CHECK or APPLY
    by: Actor
    at: datetime
    is_alone: bool = False  # no other import may move meanwhile

    def run(
        self, *, tries: int = TRIES, goes_on: Callable[[], bool] = lambda: True, is_first: bool = False
    ) -> None:
        """Take chunks until none is left (or it should not go on). ``is_first``: of several who do."""
        if not self.left().exists():
            return
        count = ImportChunk.objects.filter(batch=self.batch).count()
        repeated = repeated_rows(self.batch.id) if self.stretch == CHECK else {}
        judge = Judge.of(self.batch, repeated, self.at, count)
        failed: Counter[UUID] = Counter()
        done = 0
        in_parts = not connection.in_atomic_block  # else the caller's transaction is all or nothing
        while goes_on():
            chunk: ImportChunk | None = None
            try:
                with no_collecting(), transaction.atomic():
                    if in_parts:
                        store.commit_without_waiting()
                    if (chunk := self._next()) is None:
                        return
                    self._work(judge, chunk)
            except (IntegrityError, OperationalError):
                # Somebody registered one of its people in that moment: judged once more, on what is on file now.
                if chunk is None or failed[chunk.id] >= tries - 1:
                    raise
                failed[chunk.id] += 1
            else:
                done += 1
                if is_first and self.stretch == APPLY and done in _ANALYSED_AFTER:
                    learn_the_sizes()

    def left(self) -> QuerySet[ImportChunk]:
        """Return the chunks that are not done."""
        done = "is_checked" if self.stretch == CHECK else "is_applied"
        return ImportChunk.objects.filter(batch=self.batch, **{done: False})

    def _next(self) -> ImportChunk | None:
        return self.left().select_for_update(skip_locked=True).order_by("number").first()

    def _work(self, judge: Judge, chunk: ImportChunk) -> None:
        if self.stretch == CHECK:
            judge.check(chunk)
            return
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{'' if self.is_alone else '_shared'}(%s)", [LOCK])
        judge.apply(chunk, self.by, self.at)


def side_by_side(task: Task, rows: int) -> None:
    """Work on a large spreadsheet with all there is; the first failure is raised when everybody has stopped."""
    left = task.left().count()
    if rows < HELPER_ROWS_MIN or left <= 1:
        task.run(is_first=True)
    elif task.stretch == APPLY and 2 * len(store.chunks_with(task.batch.id, store.FRESH)) > left:
        _with_thread(task)
    else:
        with_helper((str(task.batch.id), task.stretch, task.at.isoformat()), lambda: task.run(is_first=True))


def _with_thread(task: Task) -> None:
    """Take chunks in two threads, each on a connection of its own.

    For households that are wholly new: four fifths of that is the database's work, so threads hardly wait for each
    other's Python, and no process has to be started.
    """
    stopped = Event()

    def second() -> None:
        try:
            task.run(goes_on=lambda: not stopped.is_set())
        finally:
            connections.close_all()  # of this thread

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="import") as pool:
        other = pool.submit(second)
        try:
            task.run(is_first=True, goes_on=lambda: not (other.done() and other.exception()))
        finally:
            stopped.set()
        other.result()


def learn_the_sizes() -> None:
    """Tell the planner how the tables that grow are filled, in the columns by which an import looks things up."""
    _analyse([f"{table} ({columns})" for table, columns in _LOOKED_UP.items()])


def analyse() -> None:
    """Refresh the planner's statistics after a bulk load."""
    _analyse(list(_GROWING))


def _analyse(what: list[str]) -> None:
    """Analyse tables, where the application may (PostgreSQL 17 and later)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int >= 170000")
        if cursor.fetchone() == (True,):
            cursor.execute(
                "SELECT t FROM unnest(%s::text[]) AS t WHERE has_table_privilege(split_part(t, ' ', 1), 'MAINTAIN')",
                [what],
            )
            if tables := [name for (name,) in cursor.fetchall()]:
                cursor.execute(f"ANALYZE {', '.join(tables)}")  # names are ours

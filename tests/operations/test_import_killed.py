"""kill -9 of the worker in the middle of registering a spreadsheet: nothing twice, nothing lost, and it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import connection, connections
from procrastinate.contrib.django import app

from minqing.accounts.public import VILLAGE_CLERK
from minqing.accounts.tests.factories import AT, small_county
from minqing.journal.public import Entry
from minqing.kernel import clock
from minqing.registry import public as registry
from minqing.registry.models import Household, HouseholdMember, ImportBatch, ImportChunk, Resident
from minqing.registry.services import import_fresh, import_lanes, imports
from minqing.registry.tests.test_import_large import families, stage

FAMILIES = 300
ROWS = 3 * FAMILIES
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
SECONDS_MAX = 90


@contextmanager
def worker(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker as in production, on the database of this test."""
    name, place = connection.settings_dict["NAME"], os.environ["MINQING_DATABASE_URL"]
    before, _, options = place.partition("?")
    address = f"{before.rpartition('/')[0]}/{name}?{options}"
    environment = {**os.environ, "MINQING_DATABASE_URL": address, "MINQING_VAR": str(log.parent)}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "minqing.config.console", "work"],
            env=environment, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def wait_until(is_so: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert process.poll() is None, log.read_text()[-2000:]
        assert time.monotonic() < ends, log.read_text()[-2000:]
        time.sleep(0.005)


def ask(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, [import_lanes.LOCK])
        row = cursor.fetchone()
    return row and row[0]


def applied_chunks(batch: ImportBatch) -> int:
    return ImportChunk.objects.filter(batch=batch, is_applied=True).count()


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
@pytest.mark.django_db(transaction=True)
def test_it_goes_on_behind_the_last_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.load_tag_kinds()
    by = small_county().actor(VILLAGE_CLERK)
    monkeypatch.setattr(import_fresh, "ROWS_MIN", 30)  # many chunks, so that one can fall in between
    monkeypatch.setattr(imports, "AT_ONCE_BYTES", 10**9)
    monkeypatch.setattr(imports, "AT_ONCE_ROWS", 1)
    batch = stage(by, families(FAMILIES))
    chunks = ImportChunk.objects.filter(batch=batch).count()
    assert (batch.status, batch.new, chunks > 15) == ("staged", ROWS, True)
    registry.apply_import(batch_id=batch.id, by=by, at=clock.now())

    log = tmp_path / "worker.log"
    ask("SELECT pg_advisory_lock(%s)")
    with worker(log) as first:
        for _ in range(3):
            wait_until(lambda: ask(WAITING) == 1, first, log)
            # Whoever waits longest comes first: the worker finishes this chunk, then it is held before the next.
            ask("SELECT pg_advisory_unlock(%s)")
            ask("SELECT pg_advisory_lock(%s)")
        wait_until(lambda: ask(WAITING) == 1, first, log)
        ask("SELECT pg_advisory_unlock(%s)")
        time.sleep(0.02)  # now it writes
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    done = applied_chunks(batch)
    batch.refresh_from_db()
    assert 3 <= done < chunks, "the kill was meant to fall into the middle"
    assert batch.status == "applying"
    assert 0 < Resident.everything.count() < ROWS

    # The killed worker says nothing any more. Neither a minute of silence nor the next full minute is waited for here.
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '10 minutes'")
    app.configure_task("registry.pick_up_imports").defer(timestamp=0)
    with worker(log) as second:
        wait_until(
            lambda: not ImportBatch.everything.filter(id=batch.id, status="applying").exists(), second, log
        )
    batch.refresh_from_db()
    assert (batch.status, batch.new, batch.bad) == ("applied", ROWS, 0)
    assert Resident.everything.count() == ROWS
    assert Resident.everything.values("id_index").distinct().count() == ROWS
    assert Household.everything.count() == FAMILIES
    assert HouseholdMember.objects.filter(ends_on=None).count() == ROWS
    added = Entry.objects.filter(kind="registry.added", subject_kind="resident")
    assert added.count() == added.values("subject_id").distinct().count() == ROWS
    assert Entry.objects.filter(kind="registry.spreadsheet_applied").count() == 1
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM resident_identity WHERE id_number IS NOT NULL")
        assert cursor.fetchone() == (ROWS,)
    assert batch.uploaded_at == AT

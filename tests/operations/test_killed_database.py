"""The database killed while people write, several times: whatever was acknowledged is there afterwards."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import psycopg

from tests.operations.cluster import Cluster, cluster, rows

CYCLES = 3
WRITERS = 3


def test_what_was_acknowledged_survives_a_kill(ground: Path) -> None:
    with cluster(ground / "county", durable=True) as county:
        rows(county.addresses.owner_url, "CREATE TABLE kept (number bigint PRIMARY KEY, words text)")
        acknowledged: list[int] = []
        for cycle in range(CYCLES):
            _write_until_killed(county, cycle, acknowledged)
            county.stop()
            county.start()
            kept = {number for (number,) in rows(county.addresses.database_url, "SELECT number FROM kept")}
            assert kept.issuperset(acknowledged), "acknowledged, and gone"
            # A commit on its way when the power went may be there without its answer: one a writer and cycle.
            assert len(kept) - len(acknowledged) <= WRITERS * (cycle + 1)
        assert len(acknowledged) > 100


def _write_until_killed(county: Cluster, cycle: int, acknowledged: list[int]) -> None:
    enough = threading.Event()

    def write(writer: int) -> None:
        mine = 0
        try:
            with psycopg.connect(
                county.addresses.database_url, autocommit=True, options="-c search_path=county_330683"
            ) as connection:
                while True:
                    number = (cycle * WRITERS + writer) * 1_000_000 + mine
                    connection.execute("INSERT INTO kept VALUES (%s, %s)", [number, "写下的话" * 20])
                    acknowledged.append(number)
                    mine += 1
                    if mine == 40:
                        enough.set()
        except psycopg.OperationalError:
            return  # the server is gone: that was the point

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for one in writers:
        one.start()
    assert enough.wait(60)
    _kill(county)
    for one in writers:
        one.join(60)


def _kill(county: Cluster) -> None:
    """Kill the server and all of its children at once, as when the power goes."""
    pid = int((county.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = [int(one) for one in children.read_text().split()] if children.exists() else []
    for one in (pid, *below):
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            continue
    ends = time.monotonic() + 30
    while any(Path(f"/proc/{one}/stat").exists() and not _is_dead(one) for one in (pid, *below)):
        assert time.monotonic() < ends
        time.sleep(0.02)


def _is_dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True

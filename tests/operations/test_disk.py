"""A full disk: the write is refused with a sentence, nothing acknowledged is lost, and with room it goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from minqing.config.failures import FULL_DISK, CannotRun, sentences
from tests.operations.cluster import Cluster, rows

DISK_MB = 96
FREE_MB = 6


@pytest.fixture
def small_disk(ground: Path) -> Iterator[Path]:
    """A disk of its own, in memory: mounted by root or by way of sudo, gone afterwards."""
    place = ground / "disk"
    place.mkdir()
    become = [] if os.geteuid() == 0 else ["sudo", "-n"]
    options = f"size={DISK_MB}m,mode=0755,uid={os.geteuid()},gid={os.getegid()}"
    mounted = subprocess.run(
        [*become, "mount", "-t", "tmpfs", "-o", options, "tmpfs", place],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert mounted.returncode == 0, f"needs root or sudo to mount a small disk: {mounted.stderr}"
    yield place
    subprocess.run([*become, "umount", "--lazy", place], check=True)


@pytest.mark.parametrize("full", ["data", "log"])
def test_a_full_disk_loses_nothing(ground: Path, small_disk: Path, full: str) -> None:
    """Once the disk of the tables is full; once that of the log, after which the server recovers by itself."""
    county = Cluster(ground / "county", durable=True)
    county.start()
    ballast = small_disk / "ballast"
    try:
        rows(county.addresses.owner_url, "CREATE TABLE kept (number int, words text STORAGE PLAIN)")
        county.stop()
        _move(county, small_disk, full)
        county.start()
        ballast.write_bytes(bytes(max(0, shutil.disk_usage(small_disk).free - (FREE_MB << 20))))
        acknowledged = _write_until_refused(county)
        assert acknowledged
        if full == "data":
            assert _kept(county) == acknowledged, "still read while the disk is full"
        ballast.unlink()
        _until_it_answers(county)
        assert _kept(county) == acknowledged, "still there when there is room again"
        rows(county.addresses.database_url, "INSERT INTO kept VALUES (-1, 'again')")
        assert _kept(county) == [-1, *acknowledged]
    finally:
        ballast.unlink(missing_ok=True)
        county.stop()


def _move(county: Cluster, disk: Path, full: str) -> None:
    """Put the tables or the log on the small disk; the guide asks for a disk for each."""
    data = county.folder / "data"
    if full == "log":
        _to(data / "pg_wal", disk / "wal")
    else:
        _to(data / "pg_wal", county.folder / "wal")
        _to(data, disk / "data")


def _to(place: Path, new: Path) -> None:
    subprocess.run(["mv", place, new], check=True)
    place.symlink_to(new)


def _write_until_refused(county: Cluster) -> list[int]:
    """Write pages of words, each acknowledged, until the disk is full; the last is refused with a sentence."""
    acknowledged: list[int] = []
    with psycopg.connect(
        county.addresses.database_url, autocommit=True, options="-c search_path=county_330683"
    ) as connection:

        def write_on() -> None:
            for number in range(100_000):
                connection.execute("INSERT INTO kept SELECT %s, repeat('词', 2600)", [number])
                acknowledged.append(number)

        with pytest.raises(CannotRun) as refused, sentences():
            write_on()
        assert str(refused.value) == FULL_DISK
    return acknowledged


def _until_it_answers(county: Cluster) -> None:
    """Wait for the server's own recovery; start it again if it gave up while there was no room."""
    ends = time.monotonic() + 60
    while True:
        try:
            rows(county.addresses.database_url, "SELECT 1")
        except psycopg.OperationalError:
            assert time.monotonic() < ends
            if not (county.folder / "data" / "postmaster.pid").exists():
                county.stop()
                county.start()
            time.sleep(0.1)
        else:
            return


def _kept(county: Cluster) -> list[int]:
    return [
        number for (number,) in rows(county.addresses.database_url, "SELECT number FROM kept ORDER BY number")
    ]

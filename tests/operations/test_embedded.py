"""The embedded server: made once, shared, stopped by the last user, open to nobody without a password."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from minqing.config import embedded
from minqing.config.embedded import Server
from minqing.config.failures import CannotRun

COUNTY = "330683"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cluster of our own, beside those of other tests."""
    made = (
        Path(tmp_path_factory.mktemp("embedded"))
        / "a folder with a name long enough that no socket fits"
        / ("x" * 40)
    )
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    one = Server(folder, county=COUNTY, durable=False)
    yield one
    one.stop()


def _quiet(sentence: str) -> None:
    """Nobody listens."""


def test_two_users_share_it_and_the_last_one_stops_it(server: Server, folder: Path) -> None:
    first = server.start(_quiet)
    other = Server(folder, county=COUNTY, durable=False)
    assert other.start(_quiet) == first
    server.stop()
    psycopg.connect(first.database_url).close()
    other.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(first.database_url)
    assert not (folder / "data" / "postmaster.pid").exists()


def test_what_was_written_is_there_after_a_restart(server: Server) -> None:
    with psycopg.connect(server.start(_quiet).owner_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS county_330683.kept (word text)")
        connection.execute("INSERT INTO county_330683.kept VALUES ('还在')")
    server.stop()
    with psycopg.connect(server.start(_quiet).database_url) as connection:
        assert connection.execute("SELECT DISTINCT word FROM county_330683.kept").fetchone() == ("还在",)


def test_a_file_left_by_a_crash_does_not_keep_it_from_starting(server: Server, folder: Path) -> None:
    server.start(_quiet)
    server.stop()
    (folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}/data\n1\n5432\n\n\n\nready\n")
    psycopg.connect(server.start(_quiet).database_url).close()


def test_nobody_comes_in_without_the_password(server: Server, folder: Path) -> None:
    addresses = server.start(_quiet)
    passwords = json.loads((folder / "passwords.json").read_text())
    for user in ("postgres", "county_owner", "county_app"):
        wrong = addresses.database_url.replace("county_app:", f"{user}:not-")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
    assert stat.S_IMODE((folder / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "data").stat().st_mode) == 0o700
    assert len(set(passwords.values())) == 3


def test_it_listens_on_no_network(server: Server) -> None:
    with psycopg.connect(server.start(_quiet).database_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_a_full_disk_is_named_before_it_starts(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_FREE_BYTES_FIRST", 1 << 60)
    monkeypatch.setattr(embedded, "_FREE_BYTES_LATER", 1 << 60)
    with pytest.raises(CannotRun, match="请腾出空间后重试"):
        server.start(_quiet)


def test_data_of_another_postgresql_is_refused(server: Server, folder: Path) -> None:
    server.start(_quiet)
    server.stop()
    version = folder / "data" / "PG_VERSION"
    held = version.read_text()
    version.write_text("16\n")
    try:
        with pytest.raises(CannotRun, match="由 PostgreSQL 16 写成"):
            server.start(_quiet)
    finally:
        version.write_text(held)

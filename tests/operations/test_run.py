"""`minqing run` on a database of one's own: migrates, serves, keeps the owner's address to itself, and stops whole."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from minqing.config.databases import TEMPLATE
from minqing.config.ports import answers

UP_SECONDS_MAX = 240  # on a crowded machine; a free one takes twenty


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    """A new empty database on the server for tests, and its two addresses; the second run finds what the first left."""
    name = f"run_{os.getpid()}"
    owner = os.environ["MINQING_OWNER_URL"]
    held = conninfo_to_dict(owner)["dbname"]
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        yield {
            key: os.environ[key].replace(f"/{held}?", f"/{name}?")
            for key in ("MINQING_DATABASE_URL", "MINQING_OWNER_URL")
        }
        connection.execute(f"DROP DATABASE {name}")


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for both runs: the second finds its static files gathered."""
    return tmp_path_factory.mktemp("var")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _is_empty(address: str) -> bool:
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT FROM pg_class WHERE relname = 'django_migrations'")
        return found.fetchone() is None


def _members(variable: str) -> dict[int, str]:
    """Every process that carries this environment variable, with its whole environment."""
    found = {}
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            text = place.read_bytes().decode(errors="replace")
        except (OSError, ProcessLookupError):
            continue
        if variable in text:
            found[int(place.parent.name)] = text
    return found


def _streams_answer(children: dict[int, str]) -> bool:
    """Whether the live process answers, on the port that all of them were told."""
    text = next(iter(children.values()))
    port = int(text.partition("MINQING_LIVE_PORT=")[2].partition("\0")[0])
    ends = time.monotonic() + UP_SECONDS_MAX
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/live/healthz", timeout=5) as answer:
                return bool(answer.read() == b"ok")
        except OSError:
            time.sleep(0.2)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_comes_up_and_stops_whole(addresses: dict[str, str], var: Path, number: signal.Signals) -> None:
    port, is_new = _free_port(), _is_empty(addresses["MINQING_OWNER_URL"])
    mark = f"MINQING_TEST_MARK={var.name}-{port}"
    environment = {
        **os.environ, **addresses, "MINQING_VAR": str(var), "MINQING_PORT": str(port),
        "MINQING_TEST_MARK": mark.partition("=")[2], "MINQING_LIVE_URL": "",
    }  # fmt: skip
    log = (var / "run.out").open("w+")
    running = subprocess.Popen(
        [sys.executable, "-m", "minqing.config.console", "run"], env=environment, stdout=log, stderr=log
    )
    try:
        ends = time.monotonic() + UP_SECONDS_MAX
        while not answers("127.0.0.1", port):
            assert running.poll() is None, (var / "run.out").read_text()
            assert time.monotonic() < ends, (var / "run.out").read_text()
            time.sleep(0.2)
        while "Ctrl-C" not in (var / "run.out").read_text():
            time.sleep(0.1)
        children = {pid: text for pid, text in _members(mark).items() if pid != running.pid}
        assert len(children) >= 3, "a web server, a worker and live streams"
        assert _streams_answer(children), (var / "log" / "live.log").read_text()
        assert not any("MINQING_OWNER_URL=" in text for text in children.values())
    finally:
        running.send_signal(number)
        code = running.wait(timeout=60)
    assert code == 0
    assert _members(mark) == {}
    said = (var / "run.out").read_text()
    assert f"http://127.0.0.1:{port}/" in said
    assert ("正在更新数据库结构" in said) == is_new
    assert said.rstrip().endswith("已全部停止，数据保留在原处。")
    log.close()


def test_a_console_command_leaves_no_server_behind(tmp_path: Path) -> None:
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ("MINQING_DATABASE_URL", "MINQING_OWNER_URL")
    } | {"MINQING_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "minqing.config.console", "migrate", "--check"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "请运行 minqing migrate" in done.stdout
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()
    assert (tmp_path / "local.json").stat().st_mode & 0o777 == 0o600

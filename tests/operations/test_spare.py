"""A member without which the others go on: it ends, they live, it is begun again; a needed one ends all."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from minqing.config import processes
from minqing.config.failures import CannotRun
from minqing.config.ports import free_port_after
from minqing.config.processes import Family


def test_a_spare_member_that_ends_is_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_AGAIN_SECONDS_MAX", 0.2)
    monkeypatch.setattr(processes, "no_more_signals", lambda: None)
    with Family(tmp_path) as family:
        family.start("live", ["--help"], os.environ, is_needed=False)
        begun = tmp_path / "live.last.log"
        ends = time.monotonic() + 20
        while not begun.exists():
            family.wait_for(lambda: True, seconds_max=1)
            family._all_live()
            assert time.monotonic() < ends
            time.sleep(0.05)
        assert "民情" in begun.read_text("utf-8")
        family.start("web", ["--help"], os.environ)
        with pytest.raises(CannotRun, match="web"):
            family.watch()


def test_a_free_port_is_found_beside_the_site() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        found = free_port_after("127.0.0.1", port - 1)
    assert port < found <= port + 20

"""A county to measure: a new database server in a folder of its own, migrated, seeded, thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from django.core.management import call_command

from minqing.config.commands.migrate import migrate
from minqing.config.failures import CannotRun
from minqing.config.local import database_at_hand
from minqing.config.ports import answers
from minqing.config.processes import Family, stopping_on_signals
from minqing.config.screen import say, step
from minqing.kernel.settings import settings

HOST: Final = "127.0.0.1"
_UP_SECONDS_MAX: Final = 60.0
# The environment names another county and another server: a benchmark never touches either.
_NOT_OURS: Final = (
    "MINQING_DATABASE_URL", "MINQING_OWNER_URL", "MINQING_KEYS", "MINQING_BLIND_KEY", "MINQING_SEAL_KEY",
    "MINQING_ROOTS",
)  # fmt: skip


@contextmanager
def empty_county() -> Iterator[None]:
    """Have an empty database at hand, migrated, with Django set up; nothing of it stays."""
    folder = _own_folder(settings().home / "var" / "bench")
    before = dict(os.environ)
    try:
        for name in _NOT_OURS:
            os.environ.pop(name, None)
        # One proxy in front, as in production: each visitor has an address of their own.
        os.environ |= {"MINQING_VAR": str(folder), "MINQING_PROXIES": "1"}
        settings.cache_clear()
        with stopping_on_signals(), database_at_hand(say):
            migrate()
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def seeded_county(size: str) -> Iterator[None]:
    """Have a county of the seed's ``size`` at hand, with Django set up; nothing of it stays."""
    with empty_county():
        say(f"正在载入演示县（{size}）……")
        call_command("seed", size=size)
        yield


@contextmanager
def county_at(folder: Path) -> Iterator[None]:
    """Have the county of an existing folder at hand, migrated, with Django set up; what is written to it stays."""
    if not (folder / "postgres").is_dir():
        raise CannotRun(f"{folder} 里没有县。请先运行 MINQING_VAR={folder} minqing seed --size full。")
    before = dict(os.environ)
    try:
        for name in _NOT_OURS:
            os.environ.pop(name, None)
        os.environ |= {"MINQING_VAR": str(folder), "MINQING_PROXIES": "1"}
        settings.cache_clear()
        with stopping_on_signals(), database_at_hand(say):
            migrate()
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


@contextmanager
def web_server(*, worker: bool = False) -> Iterator[int]:
    """Run the real server (granian, as ``minqing serve`` starts it) on a free port; yields the port.

    ``worker``: the job queue's worker runs beside it, as in production.
    """
    port = _free_port()
    with step("正在整理网页所需的文件"):
        call_command("collectstatic", interactive=False, verbosity=0)
    environment = {**os.environ, "MINQING_DATABASE_URL": settings().database_url or ""}
    with Family(settings().data / "log") as family:
        if worker:
            family.start("worker", ["work"], environment)
        family.start("web", ["serve", "--host", HOST, "--port", str(port)], environment)
        family.wait_for(lambda: answers(HOST, port), seconds_max=_UP_SECONDS_MAX)
        yield port


def _own_folder(above: Path) -> Path:
    """Make a folder named after this process; what dead processes left behind is removed."""
    above.mkdir(parents=True, exist_ok=True)
    for left in above.iterdir():
        if not (left.name.isdecimal() and _lives(int(left.name))):
            shutil.rmtree(left, ignore_errors=True)
    folder = above / str(os.getpid())
    folder.mkdir(exist_ok=True)
    return folder


def _lives(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])

"""``minqing run`` (``make run``): everything on one machine, from an empty folder to a page that answers."""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from django.core.management import call_command

from minqing.config.commands.migrate import migrate
from minqing.config.local import database_at_hand
from minqing.config.ports import answers, free_port_after, must_be_free
from minqing.config.processes import Family, Stopped, no_more_signals, stopping_on_signals
from minqing.config.screen import say, step
from minqing.kernel import clock
from minqing.kernel.settings import settings

_READY_SECONDS_MAX: Final = 60.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--host", default=None, help="监听地址，默认取 MINQING_HOST，再默认 127.0.0.1")
    parser.add_argument("--port", type=int, default=None, help="监听端口，默认取 MINQING_PORT，再默认 8000")


def run(options: argparse.Namespace) -> int:
    """Start everything, wait, stop everything."""
    host, port = options.host or settings().host, options.port or settings().port
    with stopping_on_signals():
        try:
            must_be_free(host, port)
            with database_at_hand(say) as embedded:
                try:
                    migrate()
                    _seed_if_wanted(embedded=embedded)
                    _collect_static()
                    _run_family(host, port)
                finally:
                    no_more_signals()
        except Stopped:
            say("\n已全部停止，数据保留在原处。")
    return 0


def _seed_if_wanted(*, embedded: bool) -> None:
    """Load the demonstration into an empty county: our own database always, another one only when asked."""
    from minqing.areas.public import profile

    if (embedded or settings().seed) and profile() is None:
        from minqing.seed.public import DEFAULT_SEED, load

        with step("正在载入演示县"):
            load(at=clock.now(), seed=DEFAULT_SEED, say=lambda sentence: say(f"  {sentence}"))


def _collect_static() -> None:
    """Gather and compress what browsers load, unless it is what was gathered last time."""
    from django.conf import settings as django_settings
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(version("minqing").encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            seen = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{seen.st_size}\0{seen.st_mtime_ns}\n".encode())
    mark = Path(django_settings.STATIC_ROOT) / ".gathered"
    if mark.exists() and mark.read_text("utf-8") == digest.hexdigest():
        return
    with step("正在整理网页所需的文件"):
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(digest.hexdigest(), "utf-8")


def _run_family(host: str, port: int) -> None:
    environment = {**os.environ, "MINQING_DATABASE_URL": settings().database_url or ""}
    # Web and worker know the application's address only.
    environment.pop("MINQING_OWNER_URL", None)
    # Both the pages and the streams must know where the other is.
    streams = settings().live_port or free_port_after(host, port)
    environment |= {"MINQING_HOST": host, "MINQING_PORT": str(port), "MINQING_LIVE_PORT": str(streams)}
    from django.db import connections

    connections.close_all()
    with Family(settings().data / "log") as family:
        family.start("web", ["serve", "--host", host, "--port", str(port)], environment)
        family.start("worker", ["work"], environment)
        if settings().streams_url != "off":
            # Pages work without it; they are told of news by being opened again, as before.
            family.start("live", ["live"], environment, is_needed=False)
        family.wait_for(lambda: answers(host, port), seconds_max=_READY_SECONDS_MAX)
        _welcome(host, port)
        family.watch()


def _welcome(host: str, port: int) -> None:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  (compared, not bound)
    say(f"\n民情已启动：http://{shown}:{port}/")
    accounts = _demonstration_accounts()
    if accounts:
        say("\n演示账号（只存在于演示县）：")
        for account in accounts:
            say(f"  {account}")
    say(f"\n日志在 {settings().data / 'log'}。按 Ctrl-C 停止。")


def _demonstration_accounts() -> Sequence[object]:
    from minqing.seed.public import demonstration_accounts

    return demonstration_accounts()

"""``minqing migrate``: bring the database to this version, with progress; refuse one of a newer version."""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable

from django.core.management import call_command

from minqing.config.failures import CannotRun
from minqing.config.local import database_at_hand
from minqing.config.screen import say, step
from minqing.kernel import clock

_QUEUE = "procrastinate"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--check", action="store_true", help="只检查：有未执行的迁移时以 1 退出")


def run(options: argparse.Namespace) -> int:
    """Migrate, or only say how many steps wait."""
    with database_at_hand(say):
        if options.check:
            waiting = steps_waiting()
            say(
                f"有 {waiting} 项迁移没有执行，请运行 minqing migrate。"
                if waiting
                else "数据库已是当前版本。"
            )
            return 1 if waiting else 0
        if not migrate():
            say("数据库已是当前版本，不需要迁移。")
    return 0


def migrate() -> bool:
    """Apply what waits and fill the working calendar; return whether anything was applied.

    Refuses a database of a newer version.
    """
    # Imported here: this module is loaded before Django is set up.
    from minqing.workflow.public import ensure_calendar

    waiting = steps_waiting()
    if waiting:
        with step(f"正在更新数据库结构（{waiting} 项）") as progress:
            call_command("migrate", interactive=False, no_color=True, stdout=_Counted(progress, waiting))
    # A new release of the calendar's package brings the next year's days in.
    if added := ensure_calendar(at=clock.now()):
        say(f"工作日历已补充 {added} 天。")
    return bool(waiting)


def steps_waiting() -> int:
    """Count the migrations not applied; raise :class:`CannotRun` when the database knows some that we do not."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    loader = (executor := MigrationExecutor(connections["owner"])).loader
    newer = [key for key in loader.applied_migrations if key not in loader.disk_migrations]
    unknown = sorted(f"{app}.{name}" for app, name in newer if app in loader.migrated_apps)
    if unknown:
        raise CannotRun(
            f"数据库已由更新的版本升级过（本程序不认识 {unknown[0]}），请换用更新的程序，或恢复升级前的备份。"
        )
    return len(executor.migration_plan(loader.graph.leaf_nodes()))


class _Counted(io.TextIOBase):
    """Takes the words of Django's command and counts the migrations in them."""

    def __init__(self, progress: Callable[[int, int], None], of: int) -> None:
        self._progress, self._of, self._done = progress, of, 0

    def write(self, words: str) -> int:
        self._done += words.count("Applying ")
        self._progress(min(self._done, self._of), self._of)
        return len(words)

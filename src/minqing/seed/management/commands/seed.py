"""`manage.py seed`: load the demonstration county."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from psycopg import sql

from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.seed.public import DEFAULT_SEED, demonstration_accounts, load, load_full

SIZES = {"demo": 1.0, "small": 0.05}


def _take_statistics() -> None:
    """Let the planner know the new rows at once: without statistics the first pages would be slow for minutes.

    The tables are the owner's, and so is ANALYZE.
    """
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
    with connections["owner"].cursor() as cursor:
        known = set(connections["owner"].introspection.table_names(cursor))
        names = [sql.Identifier(table) for table in tables if table in known]
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(names)))


class Command(BaseCommand):
    help = "载入演示县：真实的辖区，编出来的居民、企业、走访和事项。只能载入空的数据库。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seed", type=int, default=DEFAULT_SEED, help="随机种子：同一种子、同一天，数据相同"
        )
        parser.add_argument(
            "--size",
            choices=(*sorted(SIZES), "full"),
            default="demo",
            help="规模：demo 完整，small 约二十分之一，full 全县七年（见 minqing seed）",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()

        def say(sentence: str) -> None:
            self.stdout.write(f"  {monotonic() - started:5.1f} 秒  {sentence}")

        @contextmanager
        def step(sentence: str) -> Iterator[Callable[[int, int], None]]:
            say(sentence)
            yield lambda done, of: None

        try:
            if options["size"] == "full":
                say(f"全县已载入：{load_full(at=clock.now(), seed=int(options['seed']), step=step)}。")
                return
            loaded = load(at=clock.now(), seed=int(options["seed"]), scale=SIZES[options["size"]], say=say)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        _take_statistics()
        say(f"演示县已载入：{loaded}。")
        for account in demonstration_accounts():
            self.stdout.write(f"  {account}")

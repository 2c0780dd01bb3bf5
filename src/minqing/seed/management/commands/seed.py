"""`manage.py seed`: load the demonstration county."""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from minqing.kernel import clock
from minqing.kernel.errors import Refused
from minqing.seed.public import DEFAULT_SEED, demonstration_accounts, load

SIZES = {"demo": 1.0, "small": 0.05}


class Command(BaseCommand):
    help = "载入演示县：真实的辖区，编出来的居民、企业、走访和事项。只能载入空的数据库。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="随机种子：同一种子、同一天，数据相同")
        parser.add_argument("--size", choices=sorted(SIZES), default="demo", help="规模：demo 完整，small 约二十分之一")

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()

        def say(sentence: str) -> None:
            self.stdout.write(f"  {monotonic() - started:5.1f} 秒  {sentence}")

        try:
            loaded = load(at=clock.now(), seed=int(options["seed"]), scale=SIZES[options["size"]], say=say)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        say(f"演示县已载入：{loaded}。")
        for account in demonstration_accounts():
            self.stdout.write(f"  {account}")

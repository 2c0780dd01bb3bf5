"""``minqing seed``: load the demonstration county; the command ``seed`` of ``minqing.seed`` does it."""

from __future__ import annotations

import argparse

from django.core.management import call_command

from minqing.config.commands.migrate import migrate
from minqing.config.local import database_at_hand
from minqing.config.screen import say


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--seed", type=int, default=None, help="随机种子：同一种子、同一天，数据相同")
    parser.add_argument(
        "--size", choices=("demo", "small"), default="demo", help="规模：small 约为二十分之一"
    )


def run(options: argparse.Namespace) -> int:
    """Bring the database to this version and load the demonstration."""
    with database_at_hand(say):
        migrate()
        given = {} if options.seed is None else {"seed": options.seed}
        call_command("seed", size=options.size, **given)
    return 0

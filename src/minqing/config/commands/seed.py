"""``minqing seed``: load the demonstration county, or the full one as the ground for measurements."""

from __future__ import annotations

import argparse
import shutil

from django.core.management import call_command

from minqing.config.commands.migrate import migrate
from minqing.config.failures import CannotRun
from minqing.config.local import database_at_hand
from minqing.config.screen import say, step
from minqing.kernel import clock
from minqing.kernel.settings import settings

_GB = 1e9


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--seed", type=int, default=None, help="随机种子：同一种子、同一天，数据相同")
    parser.add_argument(
        "--size",
        choices=("demo", "small", "full"),
        default="demo",
        help="规模：small 约为二十分之一；full 为全县七年：71 万居民、100 万件事项，需十几分钟和十几 GB",
    )


def run(options: argparse.Namespace) -> int:
    """Bring the database to this version and load the county."""
    with database_at_hand(say) as embedded:
        migrate()
        from minqing.seed.public import DEFAULT_SEED

        seed = DEFAULT_SEED if options.seed is None else options.seed
        if options.size == "full":
            _full(seed, embedded=embedded)
        else:
            call_command("seed", size=options.size, seed=seed)
    return 0


def _full(seed: int, *, embedded: bool) -> None:
    """Load the full county; say first what it takes, and refuse where the disk cannot hold it."""
    # Imported here: this module is loaded before Django is set up.
    from minqing.kernel.errors import Refused
    from minqing.seed.public import demonstration_accounts, load_full, needed_bytes, needed_minutes

    needed = needed_bytes()
    say(f"全县七年的演示数据约需 {needed_minutes()} 分钟、{needed / _GB:.0f} GB 磁盘（两个处理器核心）。")
    if embedded:
        free = shutil.disk_usage(settings().data).free
        if free < needed:
            raise CannotRun(
                f"磁盘只剩 {free / _GB:.0f} GB，至少需要 {needed / _GB:.0f} GB，请腾出空间后重试；"
                "只想看看样子，可以用 minqing seed。"
            )
    else:
        say("数据库在别的机器上时，请先确认那里有这么多空间。")
    try:
        loaded = load_full(at=clock.now(), seed=seed, step=step)
    except Refused as refusal:
        raise CannotRun(str(refusal)) from None
    say(f"全县已载入：{loaded}。")
    for account in demonstration_accounts():
        say(f"  {account}")

"""``minqing procedures``: check that every procedure is sound, or draw them into the documents."""

from __future__ import annotations

import argparse

from minqing.config.commands import docs, without_database
from minqing.config.screen import complain, say


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    what = parser.add_subparsers(dest="what", required=True, metavar="动作", title="动作")
    what.add_parser("check", help="检查每个规程：有没有走不到、走不出、没人办的环节")
    what.add_parser("draw", help="把每个规程画成图，写进 docs/procedures")


def run(options: argparse.Namespace) -> int:
    """Check or draw."""
    if options.what == "draw":
        return docs.run(argparse.Namespace(check=False))
    without_database()
    from minqing.workflow.public import problems_of_all, procedures

    for key, problems in problems_of_all().items():
        for problem in problems:
            complain(f"规程 {key}：{problem}")
    if not procedures():
        complain("一个规程也没有，请检查安装是否完整。")
    if problems_of_all() or not procedures():
        return 1
    say(f"{len(procedures())} 个规程都没有问题。")
    return 0

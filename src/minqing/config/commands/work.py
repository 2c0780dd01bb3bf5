"""``minqing work``: the worker, procrastinate, as the application's role."""

from __future__ import annotations

import argparse
from typing import Final

from django.core.management import call_command

from minqing.config.local import database_at_hand
from minqing.config.screen import say

# Jobs are short and mostly wait on the database.
_AT_ONCE: Final = "4"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("--once", action="store_true", help="做完现有的任务就退出")


def run(options: argparse.Namespace) -> int:
    """Work until a signal says stop."""
    with database_at_hand(say, owner=False):
        arguments = ["worker", "--concurrency", _AT_ONCE]
        if options.once:
            arguments.append("--one-shot")
        call_command("procrastinate", *arguments)
    return 0

"""``minqing manage …``: any Django management command, with the database at hand."""

from __future__ import annotations

import argparse

from django.core.management import ManagementUtility

from minqing.config.local import database_at_hand
from minqing.config.screen import complain


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="…", help="命令及其参数，如 makemigrations"
    )


def run(options: argparse.Namespace) -> int:
    """Pass the words on."""
    with database_at_hand(complain):
        ManagementUtility(["minqing manage", *options.words]).execute()
    return 0

"""The second process of a large import: takes chunks of one spreadsheet until none is left. Started by the worker."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from minqing.registry.services.imports import help_with


class Command(BaseCommand):
    """``import_lane SPREADSHEET STRETCH TIME PARENT``."""

    help = "后台导入大表格时由后台任务自己启动，不需要手工运行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", type=UUID)
        parser.add_argument("stretch", choices=("check", "apply"))
        parser.add_argument("at", type=datetime.fromisoformat)
        parser.add_argument("parent", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        # Without its parent it would go on unseen: it ends after the chunk it is in.
        help_with(
            options["batch"], options["stretch"], options["at"],
            goes_on=lambda: os.getppid() == options["parent"],
        )  # fmt: skip

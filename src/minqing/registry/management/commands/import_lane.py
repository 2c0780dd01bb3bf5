"""The second process of large imports: takes chunks of one spreadsheet after the other. Started by the worker."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db import connections

from minqing.registry.services.import_helper import serve
from minqing.registry.services.imports import help_with


class Command(BaseCommand):
    """``import_lane PARENT``; spreadsheet, stretch and time are asked for on its input."""

    # Whoever starts it has been checked; to check pages that it never shows takes longer than a chunk.
    requires_system_checks = ()
    help = "后台导入大表格时由后台任务自己启动，不需要手工运行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("parent", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        parent: int = options["parent"]

        def work(words: list[str]) -> None:
            batch, stretch, at = words
            # Without its parent it would go on unseen: it ends after the chunk it is in.
            help_with(
                UUID(batch), stretch, datetime.fromisoformat(at), goes_on=lambda: os.getppid() == parent
            )
            connections.close_all()

        serve(parent, work)

"""Verify the journal of this county at hand, and write down what came out."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from minqing.journal.models import Check
from minqing.journal.signing import public_keys
from minqing.journal.verification import Progress, Report, published_in, verify
from minqing.kernel.settings import settings

log = logging.getLogger(__name__)


def verify_journal(
    *, roots: Path | None = None, keys: dict[int, bytes] | None = None, progress: Progress | None = None
) -> Report:
    """Verify against a folder or file of published roots (this machine's own by default), in one snapshot."""
    files, leaves = published_in(roots or settings().roots_folders[0])
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not transaction.get_connection().savepoint_ids:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        raw: Any = connection.connection
        return verify(
            raw, files=files, leaves=leaves, keys=public_keys() | (keys or {}), county=settings().county,
            progress=progress,
        )  # fmt: skip


def check(*, at: datetime) -> Check:
    """Verify everything and write the outcome down; what is not sound is an error in the log as well."""
    report = verify_journal()
    made = Check.objects.create(
        at=at, seconds=report.seconds, size=report.size, is_sound=report.is_sound, sentence=report.sentence()
    )
    if not report.is_sound:
        for finding in report.findings:
            log.error("流水核验没有通过：%s", finding.sentence)
    return made

"""What hangs on few cases: told with a case whose file was opened, so that what is not there is not asked for."""

from __future__ import annotations

from minqing.cases.models import Case


def has(case: Case, what: str) -> bool:
    """Whether something hangs on a case (``additions``, ``splits``…); on one read without saying so it may."""
    return bool(getattr(case, f"has_{what}", True))

"""Roots of a test are published into a folder that pytest throws away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from minqing.kernel.settings import settings


@pytest.fixture
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of published roots."""
    monkeypatch.setenv("MINQING_ROOTS", str(tmp_path / "roots"))
    settings.cache_clear()
    yield tmp_path / "roots"
    monkeypatch.undo()
    settings.cache_clear()

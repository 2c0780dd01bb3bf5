"""Ground for clusters that tests break: pytest shuts its own folders to the system user that runs the server."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def ground() -> Iterator[Path]:
    """An empty folder that others may pass through."""
    made = Path(tempfile.mkdtemp(prefix="minqing-ground-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)

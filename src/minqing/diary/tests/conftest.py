"""Each test of the diary counts its own photo files."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"

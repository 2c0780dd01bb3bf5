"""One world for all the tests that only look at it."""

from __future__ import annotations

from datetime import datetime

import pytest

from minqing.seed.world import LOCAL, World, make_world

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=LOCAL)


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def world() -> World:
    """The whole county, as the demonstration loads it."""
    return make_world(20_261_121, NOW)

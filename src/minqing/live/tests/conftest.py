"""A small county on a working morning, with a bell that rings."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from minqing.accounts.tests.factories import AT, SmallCounty, small_county
from minqing.kernel import clock, doorbell

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # tests write while a loop runs


@pytest.fixture
def county(transactional_db: None) -> Iterator[SmallCounty]:
    from minqing.cases.public import load_topics

    load_topics()
    with clock.fixed(AT):
        yield small_county()


@pytest.fixture
def bell(settings: Any) -> Iterator[None]:
    """Ring, and give the ringer's connection back before the test's database goes."""
    settings.DOORBELL = True
    yield
    settings.DOORBELL = False
    time.sleep(doorbell.RINGS_APART_SECONDS)
    doorbell._ringer._hang_up()

"""Every test of the desk has the small county, on a working Friday morning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from minqing.accounts.tests.factories import AT, small_county
from minqing.desk.tests.county import Desk
from minqing.kernel import clock


@pytest.fixture
def desk(db: None) -> Iterator[Desk]:
    with clock.fixed(AT):
        yield Desk(small_county())

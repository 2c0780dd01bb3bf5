"""What the tests of the workflow share: a small county, and the errand as the only procedure there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from minqing.accounts.tests.factories import SmallCounty, small_county
from minqing.workflow.procedure import only
from minqing.workflow.tests.errand import Errand


@pytest.fixture(autouse=True)
def _only_the_errand() -> Iterator[None]:
    with only(Errand):
        yield


@pytest.fixture
def county() -> SmallCounty:
    return small_county()

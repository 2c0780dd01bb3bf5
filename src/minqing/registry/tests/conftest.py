"""The small county, with the vocabulary of tags loaded."""

from __future__ import annotations

import pytest

from minqing.accounts.tests.factories import SmallCounty, small_county
from minqing.registry.services.tags import load_tag_kinds


@pytest.fixture
def county(db: None) -> SmallCounty:
    """Return the small county of the accounts' factories."""
    load_tag_kinds()
    return small_county()

"""A check that is asked of each names every one that fails, and is not content with nothing to look at."""

from __future__ import annotations

import pytest

from tests.each import of_each


def test_every_one_that_fails_is_named() -> None:
    @of_each([1, 2, 3, 4], lambda one: f"number {one}")
    def is_odd(one: int) -> None:
        assert one % 2, "even"

    with pytest.raises(AssertionError, match=r"number 2: AssertionError: even(.|\n)*number 4"):
        is_odd()

    @of_each([], str)
    def is_anything(one: int) -> None:
        raise AssertionError(one)

    with pytest.raises(AssertionError, match="nothing to look at"):
        is_anything()

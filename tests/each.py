"""One test that says the same of many: each file, model, address or template, and every one that fails is named.

As a test of its own for each of four thousand, such a check takes a second of collecting and passing on for a
millisecond of looking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def of_each(
    values: Iterable[Any], name: Callable[[Any], str]
) -> Callable[[Callable[[Any], None]], Callable[[], None]]:
    """Make one test of a check of one value: it is asked of each, and fails with all that it finds."""
    every = list(values)

    def made(check: Callable[[Any], None]) -> Callable[[], None]:
        def asked_of_each() -> None:
            assert every, "there is nothing to look at"
            wrong = []
            for one in every:
                try:
                    check(one)
                except Exception as error:  # noqa: BLE001 - whatever went wrong is the finding
                    wrong.append(f"{name(one)}: {type(error).__name__}: {error}")
            assert not wrong, "\n".join(wrong)

        asked_of_each.__name__, asked_of_each.__doc__ = check.__name__, check.__doc__
        asked_of_each.__module__ = check.__module__
        return asked_of_each

    return made

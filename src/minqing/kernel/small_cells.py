"""Statistics do not betray: a cell that few people make up is not shown, nor can it be had by subtraction.

The threshold and the second step (hiding one more cell where the sum would give a single hidden one away) are those of
statistical offices (Hundepool et al., Statistical Disclosure Control, 2012, ch. 4).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final, TypeVar

CELL_MIN: Final = 5
HIDDEN_WORDS: Final = "不显示"

Cell = TypeVar("Cell", bound=Hashable)


def suppress(counts: Mapping[Cell, int], *, total_shown: bool = True) -> dict[Cell, int | None]:
    """Return the counts with every cell of 1 to 4 hidden (None); a zero stays, for it names nobody.

    With the total beside it one hidden cell would be the total less the rest: then the smallest of the others is
    hidden too. And if all that is hidden together makes fewer than five, one more goes.
    """
    hidden = {cell for cell, count in counts.items() if 0 < count < CELL_MIN}
    if hidden and total_shown:
        rest = sorted(
            (cell for cell in counts if cell not in hidden and counts[cell] > 0), key=lambda c: counts[c]
        )
        while rest and (len(hidden) == 1 or sum(counts[cell] for cell in hidden) < CELL_MIN):
            hidden.add(rest.pop(0))
    return {cell: None if cell in hidden else count for cell, count in counts.items()}


def in_words(count: int | None) -> str:
    """Say a cell: its figure, or that it is not shown."""
    return HIDDEN_WORDS if count is None else str(count)

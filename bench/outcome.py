"""What a benchmark found, as its last line says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """An absolute figure for people, and a ratio measured in the same run, which is what the floor judges."""

    value: float
    unit: str
    ratio: float
    floor: float
    errors: int = 0

    @property
    def is_ok(self) -> bool:
        return self.ratio >= self.floor and not self.errors

    def line(self, name: str) -> str:
        """Return ``pages value=41.0 unit=ms ratio=0.130 floor=0.060 ok``."""
        verdict = "ok" if self.is_ok else "below"
        errors = f" errors={self.errors}" if self.errors else ""
        return (
            f"{name} value={self.value:.1f} unit={self.unit} ratio={self.ratio:.3f} floor={self.floor:.3f}"
            f"{errors} {verdict}"
        )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that is not exceeded by ``share`` (0–1) of them (nearest rank)."""
    ranked = sorted(values)
    rank = max(0, min(len(ranked) - 1, -(-int(share * 1000) * len(ranked) // 1000) - 1))
    return ranked[rank]

"""How much a full county holds, and what it takes to load it (measured; see decision 0067)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PARTS: Final = ("register", "diary", "cases")
SPAN_DAYS: Final = 7 * 365

RESIDENTS, HOUSEHOLDS, ENTERPRISES, OFFICIALS = 710_000, 260_000, 15_000, 7_000
VISITS, CASES = 656_000, 1_000_000
CASES_FROM_VISITS: Final = 150_000
PLACES_MAX: Final = 10_000

# Bytes on disk at scale 1, with indexes, and the room that the write-ahead log needs besides.
BYTES: Final = {"register": 2.0e9, "diary": 1.2e9, "cases": 10.6e9}
LOG_BYTES: Final = 4e9
# From the processor time of a load on a busy machine, for two cores that have nothing else to do.
MINUTES: Final = {"register": 2.5, "diary": 2.5, "cases": 8.0}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of what."""

    scale: float
    residents: int
    households: int
    enterprises: int
    officials: int
    places: int
    visits: int
    cases: int
    cases_from_visits: int

    @classmethod
    def at(cls, scale: float) -> Sizes:
        """Return the numbers at a scale; the tree of areas and its offices stay whole."""
        if not 0 < scale <= 1:
            raise ValueError("a scale lies above 0 and not above 1")
        cases = max(200, round(CASES * scale))
        return cls(
            scale=scale,
            residents=max(200, round(RESIDENTS * scale)),
            households=max(75, round(HOUSEHOLDS * scale)),
            enterprises=max(15, round(ENTERPRISES * scale)),
            officials=round(OFFICIALS * scale),
            places=max(20, round(PLACES_MAX * scale)),
            visits=max(150, round(VISITS * scale)),
            cases=cases,
            cases_from_visits=round(cases * CASES_FROM_VISITS / CASES),
        )


def needed_bytes(parts: tuple[str, ...] = PARTS, scale: float = 1.0) -> int:
    """Estimate the room on disk that loading takes."""
    return round((sum(BYTES[part] for part in parts) + LOG_BYTES) * scale) + 300_000_000


def needed_minutes(parts: tuple[str, ...] = PARTS, scale: float = 1.0) -> int:
    """Estimate how long loading takes on two cores."""
    return max(1, round(sum(MINUTES[part] for part in parts) * scale))

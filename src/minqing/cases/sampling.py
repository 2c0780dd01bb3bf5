"""Which cases a seed draws, so that anybody can draw them again. Plain functions."""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Iterable
from datetime import date


def drawn(numbers: Iterable[str], seed: str, percent: int) -> list[str]:
    """Return the share of these numbers that a seed draws, in the order of the draw; at least one of any.

    A number's place is the SHA-256 of seed and number: nobody chooses it, and everybody can compute it.
    """
    ordered = sorted(numbers, key=lambda one: (hashlib.sha256(f"{seed}:{one}".encode()).hexdigest(), one))
    return ordered[: -(-len(ordered) * percent // 100)]


def population_hash(numbers: Iterable[str]) -> str:
    """Return a hash over all numbers to draw from."""
    return hashlib.sha256("\n".join(sorted(numbers)).encode()).hexdigest()


def last_of_month(first: date) -> date:
    """Return the last day of a month."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_before(day: date) -> date:
    """Return the first day of the month before a day's."""
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)

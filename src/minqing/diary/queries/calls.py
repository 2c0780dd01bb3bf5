"""Who called at a door and when: no words, for whoever asks whether a visit links an officer to a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from minqing.diary import rules
from minqing.diary.models import Visit

CALLS_MAX: Final = 50  # the latest; a door is called on some four times a year


@dataclass(frozen=True, slots=True)
class CallAt:
    """A visit without its words; ``met`` is False where nobody was at home."""

    id: UUID
    officer_id: UUID
    visited_at: datetime
    met: bool


def calls_at(ids: Iterable[UUID]) -> list[CallAt]:
    """Return the latest visits at any of these subjects, in one statement; the caller has scoped the subjects."""
    found = (
        Visit.objects.unscoped(
            "who called and when, of subjects that the caller has found under its own scope"
        )
        .filter(subject_id__in=list(ids))
        .order_by("-visited_at", "-id")
        .values_list("id", "officer_id", "visited_at", "kind")
    )
    return [
        CallAt(id_, officer, when, kind != rules.MISSED) for id_, officer, when, kind in found[:CALLS_MAX]
    ]

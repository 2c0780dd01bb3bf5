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
    """A visit without its words; ``role``: of the appointment it was made in; ``met``: False where nobody was home."""

    id: UUID
    officer_id: UUID
    role: str
    visited_at: datetime
    recorded_at: datetime
    met: bool


def calls_at(ids: Iterable[UUID]) -> list[CallAt]:
    """Return the latest visits at any of these subjects, in one statement; the caller has scoped the subjects."""
    found = (
        Visit.objects.unscoped(
            "who called and when, of subjects that the caller has found under its own scope"
        )
        .filter(subject_id__in=list(ids))
        .order_by("-visited_at", "-id")
        .values_list("id", "officer_id", "appointment__role", "visited_at", "recorded_at", "kind")
    )
    return [
        CallAt(id_, officer, role, when, written, kind != rules.MISSED)
        for id_, officer, role, when, written, kind in found[:CALLS_MAX]
    ]

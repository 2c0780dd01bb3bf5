"""The colour of a matter at any past moment, from the journal alone: what lists and pages showed then.

Every entry that sets or moves a list clock carries it as ``clock`` (``clock_facts``): when it is due, when it turns
yellow, and whether it stands still. Between two such entries nothing but time changes a colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from minqing.journal import public as journal
from minqing.workflow.rules import Colour, colour_of


@dataclass(frozen=True, slots=True)
class ShownClock:
    """A list clock as an entry set it: from when on, due when, yellow from when, and paused until when."""

    since: datetime
    due_at: datetime | None
    yellow_at: datetime | None
    paused_until: datetime | None
    sentence: str = ""

    def colour(self, at: datetime) -> Colour:
        """The colour it shows at a moment."""
        return colour_of(self.due_at, self.yellow_at, at)


@dataclass(frozen=True, slots=True)
class ColourChange:
    """From when on a matter showed a colour, and why: what was done, or that time passed."""

    at: datetime
    colour: Colour
    why: str


def clocks_of(subject_kind: str, subject_id: UUID) -> list[ShownClock]:
    """The list clocks that a subject has had, first to last, as its journal tells them."""
    return clocks_in(journal.stated(subject_kind, subject_id, "clock"))


def clocks_in(lines: Iterable[journal.TimelineLine]) -> list[ShownClock]:
    """The list clocks that lines of a timeline tell of, in their order."""
    return [_shown(line.at, line.facts["clock"], line.sentence) for line in lines if line.facts.get("clock")]


def colour_on(subject_kind: str, subject_id: UUID, at: datetime) -> Colour | None:
    """The colour that a subject showed at a moment; None before the first entry that says."""
    return colour_then(clocks_of(subject_kind, subject_id), at)


def colour_then(clocks: Sequence[ShownClock], at: datetime) -> Colour | None:
    """The colour at a moment, of the clocks a subject has had."""
    held = [one for one in clocks if one.since <= at]
    return held[-1].colour(at) if held else None


def colour_changes(clocks: Sequence[ShownClock], *, at: datetime) -> list[ColourChange]:
    """When a colour changed up to a moment, first to last, and why; of the clocks a subject has had."""
    changes: list[ColourChange] = []
    for number, one in enumerate(clocks):
        until = clocks[number + 1].since if number + 1 < len(clocks) else at
        moments = [(one.since, one.sentence)]
        moments += [
            (moment, "时间到了") for moment in (one.yellow_at, one.due_at) if moment and one.since < moment
        ]
        for moment, why in moments:
            if moment > until or (moment == until and number + 1 < len(clocks)):
                continue
            colour = one.colour(moment)
            if not changes or changes[-1].colour is not colour:
                changes.append(ColourChange(moment, colour, why))
    return changes


def _shown(since: datetime, clock: Mapping[str, Any], sentence: str) -> ShownClock:
    due, yellow, paused = (
        datetime.fromisoformat(clock[name]) if clock.get(name) else None
        for name in ("due_at", "yellow_at", "paused_until")
    )
    return ShownClock(since, due, yellow, paused, sentence)

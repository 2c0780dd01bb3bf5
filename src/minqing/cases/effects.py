"""What a step causes besides moving the case: each effect of a procedure has one function that carries it out.

A domain of hand-overs, of joint work, of three lines registers its own; a step knows none of them by name. They are
carried out in the step's transaction, after the run has moved and the timeline has its line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from minqing.accounts import public as accounts
from minqing.cases.models import Case
from minqing.kernel.access import Hand
from minqing.workflow import public as workflow


@dataclass(frozen=True, slots=True)
class Had:
    """With which unit a case was before a step, in which leg, and since when."""

    unit_id: UUID | None
    leg: int
    since: datetime

    @classmethod
    def of(cls, run: workflow.Run) -> Had:
        return cls(run.unit_id, run.legs_count, run.entered_at)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was just taken: what came with it, whose hand it was, and where the case was before."""

    case: Case
    run: workflow.Run
    decision: workflow.Decision
    values: Mapping[str, str]
    unit: accounts.Unit | None
    had: Had
    hand: Hand
    at: datetime


CarryOut = Callable[[Taken, workflow.Effect], None]
_EFFECTS: Final[dict[str, CarryOut]] = {}


def carries_out(*effects: workflow.Effect) -> Callable[[CarryOut], CarryOut]:
    """Register the function that carries out these effects, known by their keys."""

    def register(known: CarryOut) -> CarryOut:
        for effect in effects:
            if _EFFECTS.setdefault(effect.key, known) is not known:
                raise ValueError(f"two functions carry out {effect.key}")
        return known

    return register


def carry_out(taken: Taken) -> None:
    """Carry out the effects of a step that somebody registered for, in the order of the procedure's file."""
    for effect in taken.decision.effects:
        if known := _EFFECTS.get(effect.key):
            known(taken, effect)

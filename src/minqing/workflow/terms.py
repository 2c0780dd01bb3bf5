"""Which span and which threshold hold for a leg that begins now: the procedure's file, or what an office set since.

Plain functions over a procedure and a snapshot of the calendar, which carries the terms that offices have set.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from minqing.workflow.parts import State, Within
from minqing.workflow.procedure import Procedure
from minqing.workflow.rules import Calendar, Term

# In the place of a state's key: the clock of the whole way. No state can be called that: it is a word of the class.
OVERALL: Final = "overall"
WHOLE_PROCEDURE: Final = ""  # its threshold, for every clock of it


@dataclass(frozen=True, slots=True)
class Span:
    """What a clock is given: how long, when yellow (None: as the county has it), and by which version (0: the file)."""

    within: Within | None
    yellow_percent: int | None = None
    version: int = 0


def span_of(of: type[Procedure], state: State, calendar: Calendar, at: datetime) -> Span:
    """The span of a leg that enters a state at a moment. A state without a clock has none to change."""
    if state.within is None:
        return Span(None)
    set_ = latest(of, (state.key, *state.renamed_from), calendar, at)
    return _span(of, state.within, set_, calendar, at)


def overall_of(of: type[Procedure], calendar: Calendar, at: datetime) -> Span:
    """The span of the whole way for a run that begins at a moment; none where the file gives none."""
    if of.overall is None:
        return Span(None)
    return _span(of, of.overall, latest(of, (OVERALL,), calendar, at), calendar, at)


def latest(of: type[Procedure], states: Iterable[str], calendar: Calendar, at: datetime) -> Term | None:
    """The term that holds at a moment, under any name that procedure and state ever had."""
    if not calendar.terms:
        return None
    names = [(key, state) for key in (of.key, *of.renamed_from) for state in states]
    found = [term for key, state in names if (term := calendar.term(key, state, at)) is not None]
    return max(found, key=lambda term: (term.holds_from, term.version), default=None)


def _span(of: type[Procedure], filed: Within, set_: Term | None, calendar: Calendar, at: datetime) -> Span:
    whole = latest(of, (WHOLE_PROCEDURE,), calendar, at)
    percent = set_.yellow_percent if set_ is not None else None
    if percent is None and whole is not None:
        percent = whole.yellow_percent
    within = set_.within if set_ is not None and set_.within is not None else filed
    # Which version made it: the later of the two that had a say.
    versions = [term.version for term in (set_, whole) if term is not None]
    return Span(within, percent, max(versions, default=0))

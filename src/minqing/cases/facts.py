"""What is so about a case: the facts that the conditions of procedures ask for.

One function per fact; it is asked only where a procedure has a condition of that key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from minqing.cases.models import Case
from minqing.workflow import public as workflow

Fact = Callable[[Case, workflow.Run], bool]
_FACTS: Final[dict[str, Fact]] = {}


def fact(key: str) -> Callable[[Fact], Fact]:
    """Register a function that says whether a condition of this key holds for a case."""

    def register(known: Fact) -> Fact:
        if _FACTS.setdefault(key, known) is not known:
            raise ValueError(f"two facts are called {key}")
        return known

    return register


def facts_of(case: Case, run: workflow.Run) -> frozenset[str]:
    """Return the keys of the conditions that hold, of those that the steps from here ask for."""
    of = workflow.procedure(run.procedure)
    if not of.has_conditions or not run.is_running:
        return frozenset()
    asked = {one.key for step in of.steps_from(run.state) for one in step.only_if}
    return frozenset(key for key in asked if _FACTS[key](case, run))


def known_facts() -> frozenset[str]:
    """Return the keys of all facts; a guard compares them with the conditions of all procedures."""
    return frozenset(_FACTS)

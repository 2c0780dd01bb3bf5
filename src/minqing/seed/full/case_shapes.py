"""The entries of cases with their blanks, each made once by its event class; and codes and columns that repeat."""

from __future__ import annotations

from functools import cache
from typing import Final
from uuid import UUID

from minqing.cases.events import (
    CaseClosed,
    CaseOpened,
    DoorCodeMade,
    ReporterAnswered,
    StepTaken,
    Urged,
    WordAdded,
)
from minqing.cases.public import CONTENT_LABELS, SOURCE_LABELS
from minqing.kernel.ids import LETTERS
from minqing.seed.full.entries import Blank, Shape
from minqing.seed.full.sheets import text, whole
from minqing.seed.matters import PROCEDURES
from minqing.workflow.events import RunOverdue
from minqing.workflow.public import procedure

NOBODY: Final = UUID(int=0)
PAIRS: Final = [first + second for second in LETTERS for first in LETTERS]
ABOUT: Final = {"subject_kind": "case", "subject_id": NOBODY, "area_id": NOBODY}


def code(number: int, length: int) -> str:
    """Write a number in the letters of printed codes."""
    pairs = []
    for _ in range((length + 1) // 2):
        number, pair = divmod(number, len(PAIRS))
        pairs.append(PAIRS[pair])
    return "".join(pairs)[:length]


@cache
def state_columns(of: str, state: str) -> bytes:
    """Pack state, span and version of a leg."""
    way = procedure(of)
    within = way.state(state).within
    amount, measure = (within.amount, within.measure.value) if within else (None, "")
    return text(state) + whole(amount) + text(measure) + text(way.version)


@cache
def opened_shape(source: str) -> Shape:
    """A case was opened from a source."""
    way = procedure(PROCEDURES[source])
    return Shape(
        CaseOpened(
            **ABOUT,  # type: ignore[arg-type]  # text and ids
            number=Blank("number"),
            source=source,
            source_label=SOURCE_LABELS[source],
            procedure=way.key,
            procedure_title=way.title,
            finding_id=Blank("finding_id"),  # type: ignore[arg-type]  # an id or null, once filled
            clock=Blank("clock"),  # type: ignore[arg-type]  # an object, once filled
        )
    )


@cache
def step_shape(of: str, step: str, state: str) -> Shape:
    """A step was taken from a state."""
    way = procedure(of)
    chosen = way.step(step)
    return Shape(
        StepTaken(
            **ABOUT,  # type: ignore[arg-type]
            step=chosen.key,
            step_label=chosen.label,
            from_state=state,
            to_state=chosen.to.key,
            to_label=chosen.to.label,
            unit_name=Blank("unit_name"),
            due_words=Blank("due_words"),
            words=Blank("words"),
            clock=Blank("clock"),  # type: ignore[arg-type]
        )
    )


@cache
def answer_shape(done: bool, content: str) -> Shape:
    """The reporter answered."""
    label = CONTENT_LABELS.get(content, "")
    return Shape(ReporterAnswered(**ABOUT, done=done, content_label=label, words=Blank("words")))  # type: ignore[arg-type]


@cache
def closed_shape(state_label: str, source: str) -> Shape:
    """A case was closed in a state."""
    return Shape(
        CaseClosed(
            **ABOUT,  # type: ignore[arg-type]
            number=Blank("number"),
            state_label=state_label,
            title=Blank("title"),
            opened_by=Blank("opened_by"),  # type: ignore[arg-type]
            source=source,
        )
    )


@cache
def urged_shape(times: int) -> Shape:
    """The reporter urged for the n-th time."""
    return Shape(Urged(**ABOUT, times=times))  # type: ignore[arg-type]


@cache
def overdue_shape(of: str, state: str) -> Shape:
    """A deadline passed in a state."""
    return Shape(
        RunOverdue(
            **ABOUT,  # type: ignore[arg-type]
            run_id=Blank("run_id"),  # type: ignore[arg-type]
            procedure=of,
            state=state,
            state_label=procedure(of).state(state).label,
            unit_id=Blank("unit_id"),  # type: ignore[arg-type]
            leg=Blank("leg"),  # type: ignore[arg-type]
            due_at=Blank("due_at"),  # type: ignore[arg-type]
        )
    )


@cache
def door_code_shape(subject_kind: str) -> Shape:
    """A door code was made for a subject or an area."""
    return Shape(
        DoorCodeMade(subject_kind=subject_kind, subject_id=NOBODY, area_id=NOBODY, code=Blank("code"))
    )


WORD_SHAPE: Final = Shape(WordAdded(**ABOUT, words=Blank("words")))  # type: ignore[arg-type]

"""The terms by which legs begin now, and what was set when: for the page on which an office changes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minqing.kernel.errors import NotThere
from minqing.workflow.models import Run, TermVersion, current_calendar
from minqing.workflow.parts import Within
from minqing.workflow.procedure import Procedure, UnknownProcedure, procedure, procedures
from minqing.workflow.rules import Calendar
from minqing.workflow.terms import OVERALL, WHOLE_PROCEDURE, Span, latest, overall_of, span_of


@dataclass(frozen=True, slots=True)
class TermLine:
    """One clock of a procedure: what its file says, what holds now, and since when that is set to change again."""

    state: str
    label: str
    filed: Within | None
    span: Span
    coming: TermVersion | None = None
    source: str = ""  # the law that the file's term comes from

    @property
    def is_changed(self) -> bool:
        """Whether an office set it otherwise than the file."""
        return self.span.within != self.filed

    @property
    def yellow_words(self) -> str:
        """When it turns yellow."""
        percent = self.span.yellow_percent
        if percent is None:
            return "按全县"
        return f"最后 {percent}%" if percent else "不亮黄灯"


@dataclass(frozen=True, slots=True)
class ProcedureTerms:
    """A procedure with its clocks."""

    key: str
    title: str
    lines: list[TermLine]


def terms_of_all(*, at: datetime) -> list[ProcedureTerms]:
    """Every procedure with the terms of legs that begin at a moment."""
    calendar, coming = current_calendar(), _coming(at)
    return [ProcedureTerms(of.key, of.title, _lines(of, calendar, at, coming)) for of in procedures()]


def term_line(of: str, state: str, *, at: datetime) -> tuple[type[Procedure], TermLine]:
    """One clock of one procedure. Raises :class:`NotThere`."""
    try:
        chosen = procedure(of)
    except UnknownProcedure:
        raise NotThere("没有这个规程，请从列表里选。") from None
    for line in _lines(chosen, current_calendar(), at, _coming(at)):
        if line.state == state:
            return chosen, line
    raise NotThere("没有这个环节，或者它不计时。请从列表里选。")


def terms_set(of: str, state: str) -> list[TermVersion]:
    """What was set for one clock, the latest to hold first."""
    return list(TermVersion.objects.filter(procedure=of, state=state))


def running_under(of: type[Procedure], state: str) -> int:
    """How many legs run now that a new term would leave as they are."""
    counted = Run.objects.unscoped(
        "an office that changes a term is told how many it leaves, and nothing of any"
    )
    runs = counted.running().filter(procedure__in=[of.key, *of.renamed_from])
    if state not in (OVERALL, WHOLE_PROCEDURE):
        runs = runs.filter(state__in=[state, *of.state(state).renamed_from])
    return runs.count()


def _coming(at: datetime) -> dict[tuple[str, str], TermVersion]:
    """What is set to hold later, the next by procedure and state."""
    later = TermVersion.objects.filter(holds_from__gt=at)
    return {(one.procedure, one.state): one for one in later}  # the list is latest first: the next stays


def _lines(
    of: type[Procedure], calendar: Calendar, at: datetime, coming: dict[tuple[str, str], TermVersion]
) -> list[TermLine]:
    whole = latest(of, (WHOLE_PROCEDURE,), calendar, at)
    threshold = Span(None, whole.yellow_percent if whole else None, whole.version if whole else 0)
    lines = [TermLine(WHOLE_PROCEDURE, "整个规程", None, threshold, coming.get((of.key, WHOLE_PROCEDURE)))]
    if of.overall is not None:
        span = overall_of(of, calendar, at)
        lines.append(TermLine(OVERALL, "全程", of.overall, span, coming.get((of.key, OVERALL))))
    for state in of.states.values():
        if state.within is not None:
            span = span_of(of, state, calendar, at)
            lines.append(
                TermLine(
                    state.key, state.label, state.within, span, coming.get((of.key, state.key)), state.source
                )
            )
    return lines

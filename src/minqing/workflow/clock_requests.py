"""What was asked of a run's clocks, and what the reader may ask, grant or end now: for the page of its subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.journal import public as journal
from minqing.kernel.access import Actor
from minqing.workflow.events import ClockAsked
from minqing.workflow.models import ClockRequest, Leg, Run, runs_seen
from minqing.workflow.models_clocks import ASKED
from minqing.workflow.parts import Measure, Within
from minqing.workflow.procedure import procedure, procedures
from minqing.workflow.services.pausing import may_ask, may_decide, pause_words
from minqing.workflow.services.setting import overall_within


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request: what, why, by whom, and what became of it."""

    id: UUID
    words: str
    why: str
    asked_name: str
    asked_label: str
    asked_at: datetime
    state_label: str
    decided_name: str
    decided_why: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClockPart:
    """The requests of a run; ``waiting`` is the one to be decided, ``may_`` what the reader can do."""

    lines: list[RequestLine]
    waiting: RequestLine | None
    is_paused: bool
    may_pause: bool
    may_extend: bool
    may_decide: bool
    may_resume: bool
    approvers: str


def clock_part(run: Run, actor: Actor, *, told: Sequence[journal.TimelineLine] | None = None) -> ClockPart:
    """What a page shows of requests about a run's clocks; one statement, none where nobody ever asked.

    ``told``: the subject's timeline, where the page has read it already: it says whether anybody asked.
    """
    asked = (
        told is None or len(told) >= journal.TIMELINE_MAX or any(one.kind == ClockAsked.kind for one in told)
    )
    found = _requests(run) if asked else []
    lines = {one.id: _line(one, run, one.measure) for one in found}
    open_ = next(
        (one for one in found if one.state == ASKED and one.leg == run.legs_count and run.is_running), None
    )
    leeway, paused = procedure(run.procedure).leeway, run.paused_until is not None
    asks, decides = may_ask(run, actor), may_decide(run, actor)
    may_more = asks and open_ is None and not paused and run.next_due_at is not None
    return ClockPart(
        lines=[line for id_, line in lines.items() if open_ is None or id_ != open_.id],
        waiting=lines[open_.id] if open_ else None,
        is_paused=paused,
        may_pause=may_more and bool(leeway.pauses_max),
        may_extend=may_more and bool(leeway.extensions_max and leeway.extension_percent_max),
        may_decide=decides and open_ is not None and open_.asked_by_id != actor.person_id,
        may_resume=paused and (asks or decides),
        approvers="、".join(role.label for role in leeway.approvers),
    )


def _requests(run: Run) -> list[Any]:
    """The requests about a run's clocks, each with the measure of its leg."""
    return list(_measured(ClockRequest.objects.filter(run=run)))


def _measured(found: QuerySet[ClockRequest]) -> QuerySet[Any]:
    measure = Leg.objects.filter(run_id=OuterRef("run_id"), number=OuterRef("leg")).values("within_measure")
    return found.annotate(measure=Subquery(measure))


def requests_to_decide(actor: Actor) -> QuerySet[ClockRequest]:
    """The requests that wait for the acting appointment to decide: an approver's, at its area, not one's own."""
    acting = actor.acting
    names = [
        name
        for one in procedures()
        if acting is not None and acting.role in one.leeway.approvers
        for name in (one.key, *one.renamed_from)
    ]
    if acting is None or not names:
        return ClockRequest.objects.none()
    # From the few requests that nobody has decided to their runs, not from all that is under way in an area.
    waiting = ClockRequest.objects.filter(
        runs_seen(actor, "run__"), decided_at=None, state=ASKED, leg=F("run__legs_count"),
        run__finished_at=None, run__procedure__in=names,
    )  # fmt: skip
    if acting.role.by_unit:
        waiting = waiting.filter(run__unit_id__in=[one for one in (acting.unit_id,) if one])
    elif not areas.is_whole_county(acting.area_path):
        waiting = waiting.filter(run__area__path__under=acting.area_path)
    return waiting.exclude(asked_by_id=actor.person_id)


def request_lines(ids: Iterable[UUID]) -> dict[UUID, tuple[RequestLine, UUID]]:
    """Requests as a list shows them, each with the id of its run; one statement."""
    found = _measured(ClockRequest.objects.filter(id__in=list(ids))).select_related("run")
    return {one.id: (_line(one, one.run, one.measure), one.run_id) for one in found}


def approvers_of(run: Run, *, on: date) -> list[UUID]:
    """The people who may decide on requests about a run's clocks on a day, whatever area above it they stand at."""
    roles = [role.key for role in procedure(run.procedure).leeway.approvers]
    held = accounts.appointments_where(Q(role__in=roles, area__path__above=run.area.path), on)
    return sorted({one.person_id for one in held})


def extendable(run: Run) -> dict[str, Within]:
    """The clocks of a run that could be extended: of its leg (``leg``) and of the whole way (``overall``)."""
    leg, whole = Leg.objects.get(run=run, left_at=None).within, overall_within(run)
    return {name: within for name, within in (("leg", leg), ("overall", whole)) if within is not None}


def _line(one: ClockRequest, run: Run, leg_measure: str) -> RequestLine:
    if one.amount is None:
        words = pause_words(one)
    else:
        measure = Measure(run.overall_measure if one.for_overall else leg_measure)
        words = f"{'全程' if one.for_overall else ''}延期 {Within(one.amount, measure).words}"
    return RequestLine(
        id=one.id,
        words=words,
        why=one.why,
        asked_name=one.asked_name,
        asked_label=one.asked_label,
        asked_at=one.asked_at,
        state_label="未处理，环节已办完"
        if one.state == ASKED and one.leg != run.legs_count
        else one.state_label,
        decided_name=one.decided_name,
        decided_why=one.decided_why,
        decided_at=one.decided_at,
    )

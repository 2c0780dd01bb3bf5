"""Take a run where no step of its procedure leads: under another procedure, or along with another matter."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from minqing.kernel.access import Hand
from minqing.kernel.errors import Conflict, Refused
from minqing.workflow.models import Leg, Run, current_calendar
from minqing.workflow.parts import MERGED, SWITCHED, State
from minqing.workflow.procedure import Procedure, procedure
from minqing.workflow.services.pausing import end_with_leg
from minqing.workflow.services.runs import MOVING, enter, start_run


@transaction.atomic
def change_procedure(
    run: Run,
    to: type[Procedure],
    *,
    by: Hand,
    at: datetime,
    unit_id: UUID | None = None,
    area_id: UUID | None = None,
) -> Run:
    """End a locked run and start another for the same subject under another procedure; return that.

    The new run counts its legs on from the old one's, and keeps the sponsor and who listed it. ``unit_id`` None
    keeps the unit. Raises :class:`Refused` where the run is over or the procedure is the same.
    """
    if not run.is_running:
        raise Refused("这件事已经办完，不能再转。")
    if procedure(run.procedure) is to:
        raise Refused(f"这件事已经按“{to.title}”办理。")
    at = max(at, run.entered_at)
    end_with_leg(run, by=by, at=at)
    ended = Run.everything.filter(id=run.id, version=run.version, finished_at=None).update(
        finished_at=at,
        next_due_at=None,
        yellow_at=None,
        paused_until=None,
        overdue_since=None,
        overall_due_at=run.overall_due_at,
        overall_yellow_at=run.overall_yellow_at,
        version=F("version") + 1,
    )
    if not ended:
        raise Conflict("有人刚刚办过这件事。请刷新页面查看。")
    Leg.objects.filter(run=run, left_at=None).update(
        left_at=at, step=SWITCHED, by_name=by.person_name, by_label=by.appointment_label
    )
    started = start_run(
        procedure=to,
        subject_kind=run.subject_kind,
        subject_id=run.subject_id,
        area_id=area_id or run.area_id,
        by=by,
        at=at,
        unit_id=unit_id or run.unit_id,
        after=run,
    )
    started.area = run.area if started.area_id == run.area_id else started.area
    return started


@transaction.atomic
def jump(run: Run, to: State, *, by: Hand, at: datetime, step: str = MERGED) -> Leg:
    """Put a locked run into a state of its procedure along with another matter's run, and return the new leg.

    The clock of the leg it leaves is judged as it stood. Raises :class:`Conflict` if somebody else moved it.
    """
    of = procedure(run.procedure)
    at = max(at, run.entered_at)
    read = run.version
    end_with_leg(run, by=by, at=at)
    leg = enter(run, of, to, at, current_calendar(), by.nameless)
    moved = Run.everything.filter(id=run.id, version=read, finished_at=None).update(
        **{name: getattr(run, name) for name in MOVING}, version=F("version") + 1
    )
    if not moved:
        raise Conflict("有人刚刚办过这件事。请刷新页面查看。")
    Leg.objects.filter(run=run, left_at=None).update(
        left_at=at, step=step, by_name=by.person_name, by_label=by.appointment_label
    )
    leg.save(force_insert=True)
    return leg

"""What cases do when they hear of something."""

from __future__ import annotations

from minqing.cases.services.late import climb, escalate
from minqing.journal.public import Recorded, reacts_to
from minqing.workflow.events import RunOverdue


@reacts_to(RunOverdue)
def climb_or_tell(event: RunOverdue, entry: Recorded) -> None:
    """A line's time is up: the case climbs where its procedure says so; else whoever stands above is told."""
    if event.subject_kind != "case":
        return
    if not climb(case_id=event.subject_id, leg=event.leg, at=entry.at):
        escalate(case_id=event.subject_id, leg=event.leg, at=entry.at)

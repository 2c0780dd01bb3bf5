"""What cases do when they hear of something."""

from __future__ import annotations

from minqing.cases.events import CaseClosed
from minqing.cases.services.notices import tell
from minqing.cases.services.late import climb, escalate
from minqing.journal.public import Recorded, reacts_to
from minqing.workflow.events import RunOverdue


@reacts_to(CaseClosed)
def tell_the_author(event: CaseClosed, entry: Recorded) -> None:
    """The officer who wrote it down learns what became of it, unless it was their own hand that closed it."""
    if event.opened_by is None or event.opened_by == entry.hand.person_id:
        return
    title = f"“{event.title}”" if event.title else ""
    tell(
        person_id=event.opened_by,
        case_id=event.subject_id,
        sentence=f"您登记的事项 {event.number}{title}：{event.state_label}",
        at=entry.at,
    )


@reacts_to(RunOverdue)
def climb_or_tell(event: RunOverdue, entry: Recorded) -> None:
    """A line's time is up: the case climbs where its procedure says so; else whoever stands above is told."""
    if event.subject_kind != "case":
        return
    if not climb(case_id=event.subject_id, leg=event.leg, at=entry.at):
        escalate(case_id=event.subject_id, leg=event.leg, at=entry.at)

"""What cases do when they hear of something."""

from __future__ import annotations

from minqing.cases.services.late import climb, escalate
from minqing.cases.services.moved import tell_holders
from minqing.journal.public import Recorded, reacts_to
from minqing.workflow.events import ClocksRecomputed, RunOverdue, WholeOverdue


@reacts_to(RunOverdue)
def climb_or_tell(event: RunOverdue, entry: Recorded) -> None:
    """A line's time is up: the case climbs where its procedure says so; else whoever stands above is told."""
    if event.subject_kind != "case":
        return
    if not climb(case_id=event.subject_id, leg=event.leg, at=entry.at):
        escalate(case_id=event.subject_id, leg=event.leg, at=entry.at)


@reacts_to(WholeOverdue)
def tell_above(event: WholeOverdue, entry: Recorded) -> None:
    """The whole way took too long: whoever stands above is told, whatever line the case is in."""
    if event.subject_kind == "case":
        escalate(case_id=event.subject_id, leg=event.leg, at=entry.at)


@reacts_to(ClocksRecomputed)
def tell_those_who_hold_them(event: ClocksRecomputed, entry: Recorded) -> None:
    """A changed calendar moved clocks: everybody who holds some is told how many, once."""
    tell_holders(version=event.version, county_id=event.area_id, at=entry.at)

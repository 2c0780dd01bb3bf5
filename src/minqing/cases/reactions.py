"""What cases do when they hear of something."""

from __future__ import annotations

from minqing.cases.events import ProcedureChanged
from minqing.cases.joint_rules import WITH_PARTS
from minqing.cases.procedures.assist import Assist
from minqing.cases.services.joining import escalate_part, withdraw_all
from minqing.cases.services.late import climb, escalate
from minqing.cases.services.moved import tell_holders
from minqing.cases.services.supervising import end_if_elsewhere, move_dates
from minqing.journal.public import Recorded, reacts_to
from minqing.workflow.events import CalendarChanged, ClocksRecomputed, RunOverdue, WholeOverdue


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


@reacts_to(RunOverdue)
def tell_of_a_late_part(event: RunOverdue, entry: Recorded) -> None:
    """An assisting unit is late: whoever stands above it is told, and the lead."""
    if event.subject_kind == Assist.subject_kind:
        escalate_part(part_id=event.subject_id, leg=event.leg, at=entry.at)


@reacts_to(ProcedureChanged)
def leave_the_parts(event: ProcedureChanged, entry: Recorded) -> None:
    """A case that is joint no longer waits for nobody; one that is supervised no longer leaves the list."""
    if event.from_procedure in WITH_PARTS and event.to_procedure not in WITH_PARTS:
        withdraw_all(case_id=event.subject_id, why=f"这件事已转为“{event.to_title}”办理。", at=entry.at)
    end_if_elsewhere(case_id=event.subject_id, at=entry.at)


@reacts_to(CalendarChanged)
def move_the_dates(event: CalendarChanged, entry: Recorded) -> None:
    """Dates of reports follow the calendar."""
    move_dates(at=entry.at)

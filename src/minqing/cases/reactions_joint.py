"""What parts and listings do when they hear of something. Loaded with the reactions of cases."""

from __future__ import annotations

from minqing.cases.events import CaseClosed, ProcedureChanged
from minqing.cases.procedures.assist import Assist
from minqing.cases.services.joining import WITH_PARTS, escalate_part, withdraw_all
from minqing.cases.services.supervising import end_if_elsewhere, move_dates
from minqing.journal.public import Recorded, reacts_to
from minqing.workflow.events import CalendarChanged, RunOverdue


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


@reacts_to(CaseClosed)
def close_the_parts(event: CaseClosed, entry: Recorded) -> None:
    """A case that ended otherwise than by its lead's conclusion leaves no unit waiting."""
    withdraw_all(case_id=event.subject_id, why=f"事项已了结：{event.state_label}。", at=entry.at)


@reacts_to(CalendarChanged)
def move_the_dates(event: CalendarChanged, entry: Recorded) -> None:
    """Dates of reports follow the calendar."""
    move_dates(at=entry.at)

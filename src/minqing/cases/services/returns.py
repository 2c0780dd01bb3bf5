"""退单: a unit says “not ours”, somebody rules, and what that cost is kept."""

from __future__ import annotations

from typing import Final

from minqing.cases.effects import Taken, carries_out
from minqing.cases.events_handover import ReturnRuled
from minqing.cases.facts import fact
from minqing.cases.lost_time import lost_words
from minqing.cases.models import Case
from minqing.cases.models_handover import OVERRULED, REASON_LENGTH, UPHELD, Return
from minqing.cases.procedures.vocabulary import REASON, RETURNED, RULED
from minqing.journal.public import record
from minqing.kernel.errors import Refused
from minqing.kernel.ids import random_id, uuid7
from minqing.workflow import public as workflow

_MINUTE: Final = 60


@fact("first_return")
def first_return(case: Case, run: workflow.Run) -> bool:
    """Whether nobody returned this case yet."""
    return case.times_returned == 0


@fact("returned_before")
def returned_before(case: Case, run: workflow.Run) -> bool:
    """Whether a unit returned this case already: the next ruling is a named body's."""
    return case.times_returned > 0


@carries_out(RETURNED)
def keep_return(taken: Taken, _: workflow.Effect) -> None:
    """Write down that the unit that has a case returns it."""
    case, had, at = taken.case, taken.had, taken.at
    if had.unit_id is None:
        raise Refused("这件事还没有交给哪个单位，不能退单。")
    case.times_returned += 1
    case.save(update_fields=["times_returned"])
    Return.objects.create(
        id=random_id() if case.is_anonymous else uuid7(),
        case=case,
        number=case.times_returned,
        leg=had.leg,
        unit_id=had.unit_id,
        reason=taken.values.get(REASON.key, "")[:REASON_LENGTH],
        assigned_at=min(had.since, at),
        returned_at=at,
    )


@carries_out(RULED)
def keep_ruling(taken: Taken, _: workflow.Effect) -> None:
    """Write down a ruling: with another unit the return is upheld, without one it is overruled.

    A return from before rulings were kept has no row, and nothing is counted for it.
    """
    case, unit, hand, at = taken.case, taken.unit, taken.hand, taken.at
    waiting = Return.objects.select_related("unit").filter(case=case, ruling="").first()
    if waiting is None:
        return
    if unit is not None and unit.id == waiting.unit_id:
        raise Refused(
            f"已同意“{unit.name}”退单，请另选单位；认为应由它承办，请选“应由原单位承办”。", field="unit"
        )
    calendar = workflow.current_calendar()
    lost = workflow.working_time_between(waiting.assigned_at, max(at, waiting.assigned_at), calendar)
    minutes = int(lost.total_seconds()) // _MINUTE
    waiting.ruling = UPHELD if unit else OVERRULED
    waiting.ruling_reason = taken.values.get(REASON.key, "")[:REASON_LENGTH]
    waiting.ruled_at = at
    waiting.ruled_by_id = hand.person_id
    waiting.ruled_by_label = hand.appointment_label
    waiting.to_unit = unit
    waiting.minutes_lost = minutes
    waiting.save()
    ruled = ReturnRuled(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, number=waiting.number, upheld=unit is not None,
        unit_name=waiting.unit.name, to_unit_name=unit.name if unit else "",
        lost=lost_words(minutes, int(calendar.day_length.total_seconds()) // _MINUTE),
    )  # fmt: skip
    record(ruled, by=hand, at=at)

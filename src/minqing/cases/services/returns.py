"""退单: a unit says “not ours”, somebody rules, and what that cost is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from minqing.accounts import public as accounts
from minqing.cases.effects import Taken, carries_out
from minqing.cases.events_handover import ReturnRuled
from minqing.cases.facts import fact
from minqing.cases.lost_time import lost_words
from minqing.cases.models import Case
from minqing.cases.models_handover import OVERRULED, REASON_LENGTH, UPHELD, Return
from minqing.cases.models_joint import Part
from minqing.cases.procedures.vocabulary import REASON, RETURNED, RULED, RULED_AWAY
from minqing.journal.public import record
from minqing.kernel.access import Hand
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


@fact("part_first_return")
def part_first_return(case: Case, run: workflow.Run) -> bool:
    """Whether a part was never returned: what waits for its unit waits in its first leg."""
    return run.legs_count == 1


@fact("part_returned_before")
def part_returned_before(case: Case, run: workflow.Run) -> bool:
    """Whether a part waits for its unit again: it does only after a return that was ruled on."""
    return run.legs_count > 1


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
    unit = taken.unit
    waiting = _waiting_of(taken.case)
    if waiting is None:
        return
    if unit is not None and unit.id == waiting.unit_id:
        raise Refused(
            f"已同意“{unit.name}”退单，请另选单位；认为应由它承办，请选“应由原单位承办”。", field="unit"
        )
    _rule(waiting, UPHELD if unit else OVERRULED, unit, taken)


@carries_out(RULED_AWAY)
def keep_ruling_away(taken: Taken, _: workflow.Effect) -> None:
    """Write down that a return is right where who handles the matter is decided in a step of its own."""
    waiting = _waiting_of(taken.case)
    if waiting is not None:
        _rule(waiting, UPHELD, None, taken)


def _waiting_of(case: Case) -> Return | None:
    return Return.objects.select_related("unit").filter(case=case, part=None, ruling="").first()


def _rule(waiting: Return, ruling: str, unit: accounts.Unit | None, taken: Taken) -> None:
    case, hand, at = taken.case, taken.hand, taken.at
    minutes, day = _settle(waiting, ruling, taken.values.get(REASON.key, ""), by=hand, at=at, to_unit=unit)
    ruled = ReturnRuled(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, number=waiting.number,
        upheld=ruling == UPHELD, unit_name=waiting.unit.name, to_unit_name=unit.name if unit else "",
        lost=lost_words(minutes, day),
    )  # fmt: skip
    record(ruled, by=hand, at=at)


def _settle(
    waiting: Return, ruling: str, reason: str, *, by: Hand, at: datetime, to_unit: accounts.Unit | None = None
) -> tuple[int, int]:
    """Write a ruling onto a return; say the working time it cost and that of a day, in minutes."""
    calendar = workflow.current_calendar()
    lost = workflow.working_time_between(waiting.assigned_at, max(at, waiting.assigned_at), calendar)
    minutes = int(lost.total_seconds()) // _MINUTE
    waiting.ruling, waiting.ruling_reason = ruling, reason[:REASON_LENGTH]
    waiting.ruled_at, waiting.ruled_by_id, waiting.ruled_by_label = at, by.person_id, by.appointment_label
    waiting.to_unit, waiting.minutes_lost = to_unit, minutes
    waiting.save()
    return minutes, int(calendar.day_length.total_seconds()) // _MINUTE


def keep_part_return(part: Part, reason: str, *, since: datetime, leg: int, at: datetime) -> None:
    """Write down that an assisting unit returns its part; it counts as any return of that unit."""
    Return.objects.create(
        id=random_id() if part.case.is_anonymous else uuid7(),
        case=part.case, part=part, number=Return.objects.filter(part=part).count() + 1, leg=leg,
        unit_id=part.unit_id, reason=reason[:REASON_LENGTH], assigned_at=min(since, at), returned_at=at,
    )  # fmt: skip


def keep_part_ruling(part: Part, reason: str, *, stays: bool, by: Hand, at: datetime) -> None:
    """Write down what became of a part that was returned: it stays with its unit, or the unit is let go."""
    waiting = Return.objects.filter(part=part, ruling="").first()
    if waiting is not None:
        _settle(waiting, OVERRULED if stays else UPHELD, reason, by=by, at=at)

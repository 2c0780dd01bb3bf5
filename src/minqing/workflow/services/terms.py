"""An office changes a deadline or a threshold without a programmer: dated, with a reason, for legs that begin later."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final

from django.db import transaction

from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.workflow.models import TermVersion
from minqing.workflow.models_clocks import WHY_LENGTH
from minqing.workflow.parts import CLOCK, Measure, State, Within
from minqing.workflow.permissions import EDIT_CALENDAR
from minqing.workflow.procedure import Procedure, UnknownProcedure, procedure
from minqing.workflow.services.calendar import new_version
from minqing.workflow.terms import OVERALL, WHOLE_PROCEDURE

# Nothing here takes a year of office time; more is a slip of the pen.
AMOUNT_MAX: Final = {Measure.WORKING_HOURS: 2000, Measure.WORKING_DAYS: 250, Measure.CALENDAR_DAYS: 366}
DAYS_AHEAD_MAX: Final = 366


@transaction.atomic
def set_term(
    *,
    of: str,
    state: str,
    within: Within | None,
    yellow_percent: int | None,
    holds_from: date,
    why: str,
    by: Actor,
    at: datetime,
) -> TermVersion:
    """Set how long a leg of a state (or the whole way) may take from a day on, or a procedure's threshold.

    ``within`` None: as the procedure's file says; ``yellow_percent`` None: as the wider threshold says. Legs under
    way keep the deadline they began with.
    """
    by.require(EDIT_CALENDAR)
    chosen, named = _named(of, state)
    if within is not None and state == WHOLE_PROCEDURE:
        raise Refused("整个规程只能改预警比例；时限请逐个环节改。", field="amount")
    if within is not None and not 1 <= within.amount <= AMOUNT_MAX[within.measure]:
        most = Within(AMOUNT_MAX[within.measure], within.measure)
        raise Refused(f"时限应在 1 到 {most.words}之间。", field="amount")
    if within is not None:
        _refuse_against_the_law(chosen, state, within)
    if yellow_percent is not None and not 0 <= yellow_percent <= 100:
        raise Refused("预警比例应在 0 到 100 之间。", field="yellow_percent")
    if not why.strip():
        raise Refused("请写明为什么改、依据什么，以后查得到。", field="why")
    if len(why.strip()) > WHY_LENGTH:
        raise Refused(f"理由不能超过 {WHY_LENGTH} 个字。", field="why")
    today = clock.local(at).date()
    if not 0 <= (holds_from - today).days <= DAYS_AHEAD_MAX:
        raise Refused("从今天起一年以内的日子都可以，不能是过去的日子。", field="holds_from")
    begins = at if holds_from == today else datetime.combine(holds_from, time(), clock.LOCAL)
    span = within.words if within is not None else "按规程文件"
    words = [] if state == WHOLE_PROCEDURE else [f"时限{span}"]
    words.append(_yellow_words(yellow_percent))
    what = f"“{chosen.title}”{named}{'，'.join(words)}，自{holds_from.year}年{holds_from.month}月{holds_from.day}日起"
    version = new_version(what, by=by.hand, at=at, why=why.strip())
    return TermVersion.objects.create(
        number=version.number, procedure=chosen.key, state=state, amount=within.amount if within else None,
        measure=within.measure.value if within else "", yellow_percent=yellow_percent, holds_from=begins,
        why=why.strip(), made_at=at, by_name=by.person_name,
    )  # fmt: skip


def _yellow_words(percent: int | None) -> str:
    if percent is None:
        return "预警按上一级"
    return f"最后 {percent}% 预警" if percent else "不亮黄灯"


def _refuse_against_the_law(of: type[Procedure], key: str, within: Within) -> None:
    """What a law allows an office may be less here and never more; what it gives a resident is left as it is."""
    found = of.states.get(key)
    if found is None or found.within is None or not found.source or within == found.within:
        return
    legal = f"“{found.label}”的法定时限是 {found.within.words}（{found.source}）"
    if of.open_to(found.key, [CLOCK]):  # it ends by itself: these are the days in which the resident may ask
        raise Refused(f"{legal}，是留给反映人的，不能改。", field="amount")
    if within.measure is not found.within.measure:
        raise Refused(f"{legal}，请用同样的单位填，才能和它比。", field="measure")
    if within.amount > found.within.amount:
        raise Refused(f"{legal}，只能改短，不能改长。", field="amount")


def _named(of: str, state: str) -> tuple[type[Procedure], str]:
    """The procedure, and what of it is meant, in words. Raises :class:`NotThere`."""
    try:
        chosen = procedure(of)
        if state == WHOLE_PROCEDURE:
            return chosen, ""
        if state == OVERALL:
            if chosen.overall is None:
                raise NotThere("这个规程没有全程时限。")
            return chosen, "全程"
        found: State = chosen.state(state)
    except UnknownProcedure:
        raise NotThere("没有这个规程或环节，请从列表里选。") from None
    if found.within is None or found.key != state:
        raise NotThere("这个环节不计时，没有时限可改。")
    return chosen, f"“{found.label}”"

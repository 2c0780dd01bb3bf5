"""A few joint and supervised cases in the story town, taken there by the same services as on the screen.

Runs after the half year was copied in: matters that lie open are made joint or listed in the last days before now.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.kernel import clock
from minqing.kernel.access import Actor, Role
from minqing.kernel.roles import HANDLER, SUPERVISOR, TOWN_DISPATCHER, TOWN_SECRETARY
from minqing.seed.officials import STORY_TOWN

JOINT, LISTED = 4, 3
# How long before now things happened, in hours.
JOINED, ANSWERED, SET, LISTED_AT, REPORTED = 50, 26, 24 * 60, 100, 70
URGED, SENT_BACK, RED_DAYS = 3, 2, 5
ASKED: Final = "请现场查看，属于本单位的部分三天内办好，不属于的说明依据。"
WHY_JOINT: Final = "涉及几个单位，一家办不了。"
ANSWER: Final = "已现场查看，本单位负责的部分已经处理，照片留存，后续由主办单位统一回访。"
DECLINED: Final = "经核对职责清单，这一段的维护不归本单位。"
WHY_LISTED: Final = "群众多次反映，时间拖得较长，列入督办。"
PROGRESS: Final = "已和相关单位会商，材料到位，正在施工，预计下周完工。"


def show_together(*, at: datetime) -> int:
    """Make some open cases joint, list some others, and set the county's rule; return how many cases were touched."""
    town = areas.Area.objects.filter(code=STORY_TOWN).first()
    if town is None:
        return 0
    dispatcher, secretary = _actor(TOWN_DISPATCHER, town, at), _actor(TOWN_SECRETARY, town, at)
    supervisor = _actor(SUPERVISOR, areas.county(), at)
    units = [one for one in accounts.units_for(town) if _actor(HANDLER, one.area, at, one) is not None]
    if dispatcher is None or secretary is None or supervisor is None or len(units) < 3:
        return 0
    found = (
        cases.Case.objects.unscoped("the demonstration chooses among its own cases")
        .filter(closed_at=None, master=None, is_anonymous=False, area__path__under=town.path)
        .filter(
            run__procedure__in=["prompt", "hotline"], run__entered_at__lte=at - timedelta(hours=LISTED_AT)
        )
        .exclude(run__state__in=["asking", "following"])
        .order_by("opened_at", "number")
    )
    chosen = list(found[: JOINT + LISTED])
    for number, case in enumerate(chosen[:JOINT]):
        _join(case, number, units, dispatcher, at)
    for number, case in enumerate(chosen[JOINT:]):
        _list(case, number, units[number % len(units)], secretary, supervisor, at)
    cases.set_rule(
        urged=URGED, sent_back=SENT_BACK, red_days=RED_DAYS, by=supervisor, at=at - timedelta(hours=SET)
    )
    cases.propose(at=at)
    cases.sweep_reports(at=at)
    return len(chosen)


def _actor(role: Role, area: areas.Area, at: datetime, unit: accounts.Unit | None = None) -> Actor | None:
    """Return whoever has held a role longest there, acting in it; nobody where the post is vacant."""
    on = clock.local(at).date()
    wanted = Q(role=role.key, area=area) & (Q(unit=unit) if unit else Q())
    held = accounts.appointments_where(wanted, on)
    return accounts.actor_of(held[0].person, on, held[0].id) if held else None


def _join(case: cases.Case, number: int, units: list[accounts.Unit], dispatcher: Actor, at: datetime) -> None:
    """Make a case joint; of the units that assist, as many have answered as its number says, and one declined."""
    first = number % len(units)
    lead, *assistants = [units[(first + step) % len(units)] for step in range(3)]
    cases.make_joint(
        case_id=case.id, lead=str(lead.id), assistants=",".join(str(one.id) for one in assistants), asked=ASKED,
        reason=WHY_JOINT, by=dispatcher, at=at - timedelta(hours=JOINED), leg=None,
    )  # fmt: skip
    parts = cases.Part.objects.filter(case=case).select_related("unit__area").order_by("position")
    for nth, part in enumerate(parts):
        handler = _actor(HANDLER, part.unit.area, at, part.unit)
        if handler is None or nth >= min(number, 2):
            continue
        declines = number == JOINT - 1 and nth == 1
        given = cases.StepInput({"reason": DECLINED} if declines else {"answer": ANSWER})
        cases.take_part_step(
            part_id=part.id, step="decline" if declines else "answer", given=given, by=handler,
            at=at - timedelta(hours=ANSWERED),
        )  # fmt: skip


def _list(
    case: cases.Case, number: int, unit: accounts.Unit, secretary: Actor, supervisor: Actor, at: datetime
) -> None:
    """List a case; the first reports every day and is late by now, the others every week."""
    cases.list_case(
        case_id=case.id, reason=WHY_LISTED, sponsor_id=secretary.person_id, interval_days=1 if number == 0 else 7,
        unit_id=unit.id, by=supervisor, at=at - timedelta(hours=LISTED_AT),
    )  # fmt: skip
    handler = _actor(HANDLER, unit.area, at, unit)
    if handler is not None and number < 2:
        cases.report_progress(case_id=case.id, words=PROGRESS, by=handler, at=at - timedelta(hours=REPORTED))

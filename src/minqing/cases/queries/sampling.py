"""The third-party sample: draws, calls to make, and its figures beside those of the units themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Q

from minqing.areas import public as areas
from minqing.cases.models import Case
from minqing.cases.models_handover import REACHED, UNREACHED, SampleCall, SampleDraw, SamplePlan
from minqing.cases.permissions_handover import CALL_SAMPLE, DRAW_SAMPLE
from minqing.cases.procedures.vocabulary import CONTENT_LABELS
from minqing.cases.queries.sets import PLEASED_WITH
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere

USUAL_PERCENT: Final = 5
DRAWS_SHOWN: Final = 24
CALLS_ROWS: Final = 50


def share_now() -> int:
    """Return the share that the next draw takes, in percent."""
    plan = SamplePlan.objects.first()
    return plan.percent if plan else USUAL_PERCENT


def draws() -> list[SampleDraw]:
    """Return the draws, latest month first."""
    return list(SampleDraw.objects.all()[:DRAWS_SHOWN])


def draw_of(draw_id: UUID) -> SampleDraw:
    """Return one draw. Raises :class:`NotThere`."""
    found = SampleDraw.objects.filter(id=draw_id).first()
    if found is None:
        raise NotThere
    return found


@dataclass(frozen=True, slots=True)
class CallLine:
    """One drawn case as a list shows it."""

    id: UUID
    case_id: UUID
    number: str
    title: str
    place: str
    unit_name: str
    outcome_label: str
    is_answered: bool
    done: bool | None
    content_label: str
    own_done: bool | None
    own_content_label: str
    called_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallsPage:
    """One page of a draw's calls."""

    lines: list[CallLine]
    total: int
    page: int


def sample_calls(actor: Actor, draw: SampleDraw, *, unit_id: UUID | None = None, page: int = 1) -> CallsPage:
    """Return a page of a draw's cases that the actor may see, those still to call first."""
    found = SampleCall.objects.filter(
        draw=draw, case__in=Case.objects.visible_to(actor).order_by().values("id")
    )
    if unit_id:
        found = found.filter(unit_id=unit_id)
    total = found.count()
    page = max(1, min(page, -(-total // CALLS_ROWS)))
    first = (page - 1) * CALLS_ROWS
    rows = list(
        found.select_related("case", "unit").order_by(F("called_at").asc(nulls_first=True), "position")[
            first : first + CALLS_ROWS
        ]
    )
    places = areas.area_names(one.case.area_id for one in rows)
    return CallsPage([_line(one, places.get(one.case.area_id, "")) for one in rows], total, page)


def sample_call(call_id: UUID, by: Actor) -> SampleCall:
    """Return one call whose case the actor may see. Raises :class:`NotThere`."""
    found = (
        SampleCall.objects.filter(id=call_id, case__in=Case.objects.visible_to(by).order_by().values("id"))
        .select_related("case", "draw", "unit")
        .first()
    )
    if found is None:
        raise NotThere
    return found


def may_call_for_sample(case: Case, by: Actor) -> bool:
    """Whether an actor calls third parties and this case waits for such a call: then they may have the number."""
    if not by.may(CALL_SAMPLE) or by.person_id in (case.handled_by_id, case.asked_by_id):
        return False
    return SampleCall.objects.filter(case=case).exclude(outcome=REACHED).exists()


@dataclass(frozen=True, slots=True)
class CallsToMake:
    """How many drawn cases wait for a call by an actor, and the first of them."""

    total: int
    lines: list[CallLine]


def calls_to_make(actor: Actor, *, rows: int) -> CallsToMake:
    """Return the calls that nobody has tried, and those of the latest draw that reached nobody.

    Two statements, or three.
    """
    latest = SampleDraw.objects.order_by("-month").values("id")[:1]
    found = (
        SampleCall.objects.filter(case__in=Case.objects.visible_to(actor).order_by().values("id"))
        .filter(Q(outcome="") | Q(outcome=UNREACHED, draw__in=latest))
        .select_related("case", "unit")
        .order_by(F("called_at").asc(nulls_first=True), "draw__month", "position")
    )
    shown = list(found[: rows + 1])
    total = found.count() if len(shown) > rows else len(shown)
    shown = shown[:rows]
    places = areas.area_names(one.case.area_id for one in shown) if shown else {}
    return CallsToMake(total, [_line(one, places.get(one.case.area_id, "")) for one in shown])


def may_draw(actor: Actor) -> bool:
    return actor.may(DRAW_SAMPLE)


def _line(one: SampleCall, place: str) -> CallLine:
    return CallLine(
        id=one.id,
        case_id=one.case_id,
        number=one.case.number,
        title=one.case.title,
        place=place,
        unit_name=one.unit.name if one.unit else "",
        outcome_label=one.get_outcome_display() if one.outcome else "待回访",
        is_answered=one.outcome == REACHED,
        done=one.done,
        content_label=one.content_label,
        own_done=one.own_done,
        own_content_label=CONTENT_LABELS.get(one.own_content, ""),
        called_at=one.called_at,
    )


@dataclass(frozen=True, slots=True)
class SampleFigures:
    """What a draw says of one unit, beside what the unit's own follow-up had said of the same cases."""

    unit_id: UUID | None
    unit_name: str
    drawn: int
    reached: int
    done: int
    pleased: int
    own_done: int
    own_pleased: int


def sample_figures(actor: Actor, draw: SampleDraw) -> list[SampleFigures]:
    """Return a draw's figures by unit, as far as the actor sees the cases; one statement.

    Both sides count the cases that the third party reached: what the units had been told of exactly those.
    """
    reached = Q(outcome=REACHED)
    rows = (
        SampleCall.objects.filter(draw=draw, case__in=Case.objects.visible_to(actor).order_by().values("id"))
        .order_by()
        .values("unit_id", name=F("unit__name"))
        .annotate(
            drawn=Count("id"),
            reached=Count("id", filter=reached),
            said_done=Count("id", filter=reached & Q(done=True)),
            pleased=Count("id", filter=reached & Q(content__in=PLEASED_WITH)),
            own_said_done=Count("id", filter=reached & Q(own_done=True)),
            own_pleased=Count("id", filter=reached & Q(own_content__in=PLEASED_WITH)),
        )
    )
    found = [
        SampleFigures(
            row["unit_id"], row["name"] or "村里办的", row["drawn"], row["reached"], row["said_done"], row["pleased"],
            row["own_said_done"], row["own_pleased"],
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.drawn, one.unit_name))

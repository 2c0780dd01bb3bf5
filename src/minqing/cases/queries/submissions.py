"""What came by the interface, as its own token sees it, and as anybody does whose reporter agreed to the list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.models_interface import Submission
from minqing.kernel.clock import to_the_hour
from minqing.workflow import public as workflow

SUBMISSIONS_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class SubmissionsAsked:
    """What to look for; ``numbers`` overrides everything else. ``token_id`` None: what anybody may see."""

    token_id: UUID | None = None
    numbers: Collection[str] = field(default=())
    topics: Collection[str] = field(default=())
    since: datetime | None = None
    until: datetime | None = None
    is_open: bool | None = None
    first: int = 0
    limit: int = SUBMISSIONS_MAX


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """A case that came by the interface. In the public list: no words, no result, the village and the hour."""

    number: str
    is_open: bool
    state_label: str
    topic_key: str
    topic_label: str
    unit_name: str
    opened_at: datetime
    updated_at: datetime
    expected_at: datetime | None
    place: str
    area_code: str
    lon: float | None
    lat: float | None
    words: str
    result: str
    is_own: bool


def submissions(asked: SubmissionsAsked) -> list[SubmissionView]:
    """Return what was asked for, latest first, in a constant number of statements."""
    seen = Q(is_listed=True)
    if asked.token_id is not None:
        seen |= Q(token_id=asked.token_id)
    found = (
        Submission.objects.filter(seen)
        .exclude(case__source__in=rules.SEALED)
        .exclude(case__is_anonymous=True)
    )
    found = found.filter(case__number__in=asked.numbers) if asked.numbers else _narrowed(found, asked)
    rows = list(
        found.select_related("case__run", "case__unit", "case__topic", "case__area")
        .defer("case__area__outline")
        .order_by("-made_at", "-id")[asked.first : asked.first + asked.limit]
    )
    places = areas.area_names({one.case.area_id for one in rows})
    shown = {one.case.area_id: _village(one.case.area) for one in rows if one.token_id != asked.token_id}
    villages = areas.areas_by_path(shown.values())
    return [
        _view(one, villages.get(shown.get(one.case.area_id, "")), places[one.case.area_id], asked.token_id)
        for one in rows
    ]


def submission_number(sent_id: UUID, *, token_id: UUID | None = None) -> str | None:
    """Return the number of the case that was sent under an id of the sender's making, or None."""
    found = Submission.objects.filter(case_id=sent_id)
    if token_id is not None:
        found = found.filter(token_id=token_id)
    return found.values_list("case__number", flat=True).first()


def _narrowed(found: QuerySet[Submission], asked: SubmissionsAsked) -> QuerySet[Submission]:
    if asked.topics:
        found = found.filter(case__topic__key__in=asked.topics)
    if asked.since is not None:
        found = found.filter(made_at__gte=asked.since)
    if asked.until is not None:
        found = found.filter(made_at__lte=asked.until)
    if asked.is_open is not None:
        found = found.filter(case__closed_at__isnull=asked.is_open)
    return found


def _village(area: areas.Area) -> str:
    """Return the path of the village that an area is or lies in, or its own where it lies above."""
    depth = areas.LEVELS.index(areas.VILLAGE) + 1
    return ".".join(area.path.split(".")[:depth])


def _view(one: Submission, village: areas.Area | None, place: str, token_id: UUID | None) -> SubmissionView:
    case, run = one.case, one.case.run
    own = token_id is not None and one.token_id == token_id
    area = case.area if own or village is None else village
    moved = case.closed_at or run.entered_at
    return SubmissionView(
        number=case.number,
        is_open=case.closed_at is None,
        state_label=workflow.procedure(run.procedure).state(run.state).label,
        topic_key=case.topic.key if case.topic else "",
        topic_label=case.topic.label if case.topic else "",
        unit_name=case.unit.name if case.unit else "",
        opened_at=case.opened_at if own else to_the_hour(case.opened_at),
        updated_at=moved if own else to_the_hour(moved),
        expected_at=run.next_due_at if own else None,
        place=place if own else area.name,
        area_code=area.code,
        lon=area.lon,
        lat=area.lat,
        words=case.words if own else "",
        result=case.result if own else "",
        is_own=own,
    )

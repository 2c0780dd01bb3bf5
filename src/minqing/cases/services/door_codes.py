"""Printed codes: one open code for an area, a household or a place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from minqing.areas import public as areas
from minqing.cases import rules
from minqing.cases.events import DoorCodeMade
from minqing.cases.models import DoorCode
from minqing.cases.permissions import PRINT_DOOR_CODES
from minqing.journal.public import record
from minqing.kernel.access import Actor
from minqing.kernel.ids import short_code
from minqing.registry.public import SubjectRef


def make_door_code(*, area_id: UUID, subject: SubjectRef | None = None, by: Actor, at: datetime) -> DoorCode:
    """Return the open code of an area, or of a household or place in it; make it if there is none."""
    area = areas.area(area_id)
    by.require(PRINT_DOOR_CODES, area.path)
    areas.require_open(area)
    kind, subject_id = (subject.kind, subject.id) if subject else ("", None)
    wanted = DoorCode.objects.visible_to(by).filter(
        area=area, subject_kind=kind, subject_id=subject_id, closed_at=None
    )
    if known := wanted.first():
        return known
    try:
        with transaction.atomic():
            made = DoorCode(
                code=short_code(rules.DOOR_CODE_LENGTH),
                area=area,
                subject_kind=kind,
                subject_id=subject_id,
                made_at=at,
            )
            made.save(force_insert=True)
            event = DoorCodeMade(
                subject_kind=kind or "area", subject_id=subject_id or area.id, area_id=area.id, code=made.code
            )
            record(event, by=by.hand, at=at)
            return made
    except IntegrityError:
        return wanted.get()


@transaction.atomic
def make_door_codes(
    wanted: Iterable[tuple[UUID, SubjectRef | None]], *, by: Actor, at: datetime
) -> list[DoorCode]:
    """Return the open codes of many doors, an area and perhaps a subject each; all are made, or none."""
    return [make_door_code(area_id=area_id, subject=subject, by=by, at=at) for area_id, subject in wanted]

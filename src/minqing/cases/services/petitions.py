"""Petitions beside their steps: a leader answers for one that drags on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from minqing.cases import rules
from minqing.cases.models import Case
from minqing.cases.permissions import NAME_SPONSOR
from minqing.cases.services.steps import locked
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere, Refused
from minqing.workflow import public as workflow


@transaction.atomic
def sponsor_petition(*, case_id: UUID, person_id: UUID, by: Actor, at: datetime) -> Case:
    """Name the leader who answers for a petition to its end, and who may read it from now on."""
    case, run = locked(Case.objects.visible_to(by).filter(id=case_id), None)
    if case.source != rules.PETITION:
        raise NotThere
    by.require(NAME_SPONSOR, case.area.path)
    if not run.is_running:
        raise Refused("这件信访已经了结，不用再包案。")
    if run.sponsor_id != person_id:
        workflow.name_sponsor(run, person_id=person_id, by=by, at=at)
    return case

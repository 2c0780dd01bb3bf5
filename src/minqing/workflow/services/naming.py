"""Name the person who has a run in hand, the leader who answers for it to the end, and the body that listed it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from minqing.accounts import public as accounts
from minqing.areas.public import is_under
from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.access import Actor
from minqing.kernel.errors import NotAllowed, Refused
from minqing.kernel.roles import ROLES, SUPERVISOR
from minqing.workflow.answering import post_of
from minqing.workflow.events import HolderNamed, SponsorNamed
from minqing.workflow.models import Run
from minqing.workflow.permissions import NAME_HOLDER, SPONSOR_CASES
from minqing.workflow.posts import Matter, fits
from minqing.workflow.procedure import procedure


@transaction.atomic
def name_holder(run: Run, *, person_id: UUID | None, by: Actor, at: datetime) -> Run:
    """Hand a locked run to one of those whose turn it is (None: back to all of them), until its leg ends.

    Whoever may name: the dispatcher or secretary of the area, or a colleague in the unit that has it.
    """
    if not run.is_running:
        raise Refused("这件事已经办完，不用再指定经办人。")
    own_unit = run.unit_id is not None and run.unit_id in by.unit_ids
    if not own_unit:
        by.require(NAME_HOLDER, run.area.path)
    name = ""
    if person_id is not None:
        holders = {one.person_id: one.person.name for one in may_hold(run, on=clock.local(at).date())}
        if person_id not in holders:
            raise Refused(
                "这个人现在不能办这件事：不在承办单位，或任职已结束。请另选一个人。", field="holder"
            )
        name = holders[person_id]
    if run.holder_id == person_id:
        return run
    run.holder_id = person_id
    run.save(update_fields=["holder"])
    named = HolderNamed(
        subject_kind=run.subject_kind, subject_id=run.subject_id, area_id=run.area_id, name=name,
        state_label=procedure(run.procedure).state(run.state).label, person_id=person_id,
    )  # fmt: skip
    journal.record(named, by=by.hand, at=at)
    return run


def may_hold(run: Run, *, on: date) -> list[accounts.Appointment]:
    """Return the appointments whose bearers could have a run in hand: those whose turn it is, by name."""
    roles = procedure(run.procedure).answering(run.state)
    found = Q(role__in=[one.key for one in roles if not one.by_unit], area__path__above=run.area.path)
    if run.unit_id is not None:
        found |= Q(role__in=[one.key for one in roles if one.by_unit], unit_id=run.unit_id)
    matter = Matter(run.area.path, "", run.unit_id)
    held = [
        one
        for one in accounts.appointments_where(found, on)
        if any(fits(role, post_of(one), matter) for role in roles)
    ]
    return sorted(held, key=lambda one: (-len(one.area.path), one.person.name))


@transaction.atomic
def name_sponsor(
    run: Run, *, person_id: UUID, listed_area_id: UUID | None = None, by: Actor, at: datetime
) -> Run:
    """Name the leader who answers for a locked run to its end, and the area whose supervisors listed it."""
    held = [
        one
        for one in accounts.current_appointments(accounts.person(person_id), clock.local(at).date())
        if ROLES[one.role] in SPONSOR_CASES.held_by and is_under(run.area.path, one.area.path)
    ]
    if not held:
        raise Refused("请从名单里选一位包案领导：要在这里任职，职务能够包案。", field="sponsor")
    if listed_area_id is not None and not any(
        one.role == SUPERVISOR and one.area_id == listed_area_id for one in by.appointments
    ):
        raise NotAllowed("只有督查员可以列入督办，列督单位是其任职的辖区。")
    run.sponsor_id = person_id
    if listed_area_id is not None:
        run.listed_area_id = listed_area_id
    run.save(update_fields=["sponsor", "listed_area"])
    named = SponsorNamed(
        subject_kind=run.subject_kind, subject_id=run.subject_id, area_id=run.area_id,
        name=accounts.person(person_id).name, label=held[0].label, person_id=person_id,
    )  # fmt: skip
    journal.record(named, by=by.hand, at=at)
    return run

"""See to it that every running matter lies on somebody's list: find vacant posts, and the desks that stand in."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from minqing.accounts import public as accounts
from minqing.areas import public as areas
from minqing.journal import public as journal
from minqing.kernel import clock
from minqing.kernel.access import SYSTEM
from minqing.workflow.answering import post_of
from minqing.workflow.events import DeskStandsIn
from minqing.workflow.models import Run
from minqing.workflow.parts import LISTER, SPONSOR
from minqing.workflow.posts import Accountable, Matter, Post, choose, fits
from minqing.workflow.procedure import UnknownProcedure, procedure

RUNS_MAX: Final = 5000  # that change desks in one pass; the next minute goes on


def watch_posts(*, at: datetime) -> int:
    """Compare every running run with the appointments of the day; return how many changed desks.

    Where the post whose turn it is stands vacant, the nearest duty desk is written onto the run, so that it lies on
    that desk's list; where it is filled again, taken off. A named holder who may no longer act is let go. Reads
    appointments once and one row per combination of procedure, state, place and unit. Safe to run twice.
    """
    posts = [post_of(one) for one in accounts.appointments_where(Q(), clock.local(at).date())]
    units = {one.id: one for one in accounts.Unit.objects.exclude(closed_at=None)}
    paths = dict(areas.Area.objects.order_by().values_list("path", "id"))
    where = {id_: path for path, id_ in paths.items()}
    county = areas.county()
    changed = 0
    kinds = (
        Run.objects.unscoped("posts are watched for the whole county")
        .running()
        .order_by()
        .values_list(
            "procedure", "state", "area_id", "unit_id", "sponsor_id", "listed_area_id", "stand_in_area_id"
        )
        .distinct()
    )
    by_path = _by_path(posts)
    for key, state, area_id, unit_id, sponsor_id, listed_id, stands_in in kinds:
        try:
            roles = procedure(key).answering(state)
        except (
            UnknownProcedure
        ):  # its file is gone: the county's desk has it until somebody brings the file back
            roles = ()
        matter = Matter(
            area_path=where[area_id],
            county_name=county.name,
            unit_id=unit_id,
            sponsor_id=sponsor_id,
            listed_path=where.get(listed_id, "") if listed_id else "",
            closed_unit=units[unit_id].name if unit_id in units else "",
        )
        found = choose(
            roles, matter, _near(by_path, matter, posts if SPONSOR in roles or LISTER in roles else None)
        )
        wanted = paths[found.stands_in] if found.stands_in else None
        if wanted != stands_in:
            combination = {
                "procedure": key, "state": state, "area_id": area_id, "unit_id": unit_id, "sponsor_id": sponsor_id,
                "listed_area_id": listed_id, "stand_in_area_id": stands_in,
            }  # fmt: skip
            changed += _put(combination, wanted, found, at)
    return changed + _let_go(posts, where, at)


def _by_path(posts: list[Post]) -> dict[str, list[Post]]:
    found: dict[str, list[Post]] = {}
    for one in posts:
        found.setdefault(one.area_path, []).append(one)
    return found


def _near(by_path: dict[str, list[Post]], matter: Matter, everyone: list[Post] | None) -> list[Post]:
    """Return the posts that may concern a matter: at its area and above, and of its unit."""
    if everyone is not None:
        return everyone
    labels = matter.area_path.split(".")
    above = [".".join(labels[: n + 1]) for n in range(len(labels))]
    return [post for path in above for post in by_path.get(path, ())]


@transaction.atomic
def _put(combination: dict[str, object], wanted: UUID | None, found: Accountable, at: datetime) -> int:
    """Write the desk onto the runs of one combination that are still as they were read, and say so of each."""
    held = Run.everything.select_for_update(skip_locked=True, of=("self",)).filter(finished_at=None)
    runs = list(held.filter(**combination).order_by("id")[:RUNS_MAX])
    Run.everything.filter(id__in=[run.id for run in runs]).update(stand_in_area_id=wanted)
    events = [
        DeskStandsIn(
            subject_kind=run.subject_kind,
            subject_id=run.subject_id,
            area_id=run.area_id,
            state_label=_label(run),
            why=found.why,
            desk=found.words if wanted else "",
        )
        for run in runs
    ]
    journal.record_many((event, SYSTEM, at) for event in events)
    return len(runs)


@transaction.atomic
def _let_go(posts: list[Post], where: dict[UUID, str], at: datetime) -> int:
    """Take the name off runs whose holder may no longer act: their turn is everybody's again."""
    held = list(
        Run.everything.select_for_update(skip_locked=True, of=("self",))
        .filter(finished_at=None)
        .exclude(holder=None)
        .order_by("id")[:RUNS_MAX]
    )
    gone = []
    for run in held:
        matter = Matter(where[run.area_id], "", run.unit_id)
        roles = procedure(run.procedure).answering(run.state)
        mine = [one for one in posts if one.person_id == run.holder_id]
        if not any(fits(role, one, matter) for role in roles for one in mine):
            gone.append(run.id)
    return Run.everything.filter(id__in=gone).update(holder=None)


def _label(run: Run) -> str:
    try:
        return procedure(run.procedure).state(run.state).label
    except UnknownProcedure:
        return run.state

"""The links between an official's work and a file, found in the domains that hold the work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import CharField, Value

from minqing.areas import public as areas
from minqing.cases import public as cases
from minqing.diary import public as diary
from minqing.disclosure import rules
from minqing.disclosure.models import BreakGlass
from minqing.disclosure.rules import Link
from minqing.journal.public import Entry
from minqing.kernel.access import Actor
from minqing.registry import public as registry

# These hold no resident: whoever keeps the files of the area serves every one of them.
_PREMISES: Final = frozenset({registry.ENTERPRISE, registry.PLACE})
_KEPT: Final = "kept"


@dataclass(frozen=True, slots=True)
class About:
    """A file as far as its links go: whose it is, where, and whom else its cases and visits may name."""

    ref: registry.SubjectRef
    area_path: str
    closed: bool
    ids: tuple[UUID, ...]


def about(file: registry.Dossier) -> About:
    """Return what links are looked for with: a resident with the household, a household with its members."""
    ref = file.subject.ref
    also: tuple[UUID, ...] = ()
    if ref.kind == registry.HOUSEHOLD:
        also = tuple(one.view.id for one in file.members)
    elif file.household is not None:
        also = (file.household.id,)
    return About(ref, file.area_path, file.subject.closed, (ref.id, *also))


def about_subject(who: registry.SubjectView, area_path: str = "") -> About:
    """Return the same without reading the file; one statement, two where the area's path is not at hand."""
    members = registry.HouseholdMember.objects.filter(ends_on=None)
    also: Iterable[UUID] = ()
    if who.kind == registry.HOUSEHOLD:
        also = members.filter(household=who.id).values_list("resident_id", flat=True)
    elif who.kind == registry.RESIDENT:
        also = members.filter(resident=who.id).values_list("household_id", flat=True)
    return About(who.ref, area_path or areas.area(who.area_id).path, who.closed, (who.id, *also))


def find_link(of: About, by: Actor, at: datetime, also: Iterable[Link] = ()) -> Link | None:
    """Return the strongest link of the acting appointment to a file, or None; three statements at most.

    ``also``: links that another domain found (a request, a double to compare), which the door passes in.
    """
    acting = by.acting
    if acting is None:
        return None
    if of.ref.kind in _PREMISES:
        link = rules.premises_link(keeps_files_here=by.may(registry.EDIT_REGISTRY, of.area_path))
        if link is not None:
            return link
    for link in also:
        return link
    role = acting.role.key
    work = cases.work_about(of.ids, by, closed_since=at - rules.CASE_CLOSED_WITHIN)
    link = rules.case_link([_seen(one) for one in work], role, at)
    if link is not None:
        return link
    calls = [rules.Call(one.id, one.officer_id, one.visited_at, one.met) for one in diary.calls_at(of.ids)]
    in_own_area = not of.closed and areas.is_under(of.area_path, acting.area_path)
    return (
        rules.visit_link(calls, by.person_id, at)
        or rules.round_link(calls, role, in_own_area=in_own_area, at=at)
        or _own_doing(of.ref, by, at)
    )


def _seen(work: cases.CaseWork) -> rules.CaseSeen:
    return rules.CaseSeen(
        work.id, work.number, work.closed_at, work.in_own_area, work.in_own_unit, work.role_takes_part
    )


def _own_doing(ref: registry.SubjectRef, by: Actor, at: datetime) -> Link | None:
    """Return the link of what the actor did to this file just now: changed it, or broke the glass. One statement."""
    changed = (
        Entry.objects.filter(
            subject_kind=ref.kind, subject_id=ref.id, person_id=by.person_id, kind__startswith="registry.",
            is_read=False, at__gte=at - rules.KEPT_WITHIN,
        )
        .order_by()
        .annotate(what=Value(_KEPT, output_field=CharField()))
        .values_list("what", "id", "at")
    )  # fmt: skip
    broken = (
        BreakGlass.objects.unscoped("one's own broken glasses only")
        .filter(person_id=by.person_id, subject_kind=ref.kind, subject_id=ref.id, ends_at__gt=at)
        .values_list("category", "id", "ends_at")
    )
    found = sorted(changed.union(broken, all=True), key=lambda row: row[2])
    for what, row_id, when in reversed(found):
        link = rules.kept_link(when, at) if what == _KEPT else rules.glass_link(row_id, what, when, at)
        if link is not None:
            return link
    return None

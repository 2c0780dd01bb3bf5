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
from minqing.kernel.roles import GRID_WORKER
from minqing.registry import public as registry

# These hold no resident: whoever keeps the files of the area serves every one of them.
_PREMISES: Final = frozenset({registry.ENTERPRISE, registry.PLACE})
_KEPT: Final = "kept"
_KEPT_KINDS: Final = ("registry.added", "registry.files_merged", "registry.merge_undone")
_CLOSED_KIND: Final = "registry.closed"  # takes a file off the round of the grid worker who just wrote it


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
    calls = [
        rules.Call(one.id, one.officer_id, one.role, one.visited_at, one.recorded_at, one.met)
        for one in diary.calls_at(of.ids)
    ]
    in_own_area = areas.is_under(of.area_path, acting.area_path)
    own = rules.visits_that_link(calls, by.person_id, role, in_own_area=in_own_area, at=at)
    round_ = rules.round_link(calls, role, in_own_area=in_own_area and not of.closed, at=at)
    if round_ is not None:  # it opens anyhow; the visit says it better
        return rules.visit_link(own) or round_
    link, glasses = _own_doing(of, by, at)
    return rules.visit_link(own, glasses) or link


def _seen(work: cases.CaseWork) -> rules.CaseSeen:
    return rules.CaseSeen(
        work.id, work.number, work.closed_at, work.in_own_area, work.in_own_unit, work.role_takes_part
    )


def _own_doing(of: About, by: Actor, at: datetime) -> tuple[Link | None, list[rules.OwnGlass]]:
    """Return the link of what the actor did to this file just now (registered it, merged it, broke the glass), and all
    glasses they broke there for as long as a visit links; one statement.
    """
    is_round = by.acting is not None and by.acting.role == GRID_WORKER
    kinds = (*_KEPT_KINDS, _CLOSED_KIND) if is_round else _KEPT_KINDS
    wrote = (
        Entry.objects.filter(
            subject_kind=of.ref.kind, subject_id=of.ref.id, person_id=by.person_id, kind__in=kinds,
            at__gte=at - rules.KEPT_WITHIN,
        )
        .order_by()
        .annotate(what=Value(_KEPT, output_field=CharField()), said=Value("", output_field=CharField()))
        .values_list("what", "id", "subject_id", "at", "at", "said")
    )  # fmt: skip
    broken = (
        BreakGlass.objects.unscoped("one's own broken glasses only")
        .filter(person_id=by.person_id, subject_id__in=of.ids, begun_at__gte=at - rules.VISIT_WITHIN)
        .values_list("category", "id", "subject_id", "begun_at", "ends_at", "verdict")
    )
    found = sorted(wrote.union(broken, all=True), key=lambda row: row[4], reverse=True)
    glasses = [rules.OwnGlass(begun, ends, said) for what, _, _, begun, ends, said in found if what != _KEPT]
    for what, row_id, subject_id, _, when, _ in found:
        if what == _KEPT:
            link = rules.kept_link(when, at)
        else:
            link = rules.glass_link(row_id, what, when, at) if subject_id == of.ref.id else None
        if link is not None:
            return link, glasses
    return None, glasses

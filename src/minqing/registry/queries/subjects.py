"""A subject of any kind by kind and id: its name, address and area, one or many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from minqing.kernel.access import Actor
from minqing.kernel.errors import NotThere
from minqing.kernel.scope import ScopedQuerySet
from minqing.registry import rules
from minqing.registry.models import Enterprise, Household, HouseholdMember, Place, Resident

MODELS: Final[dict[str, type[Resident] | type[Household] | type[Enterprise] | type[Place]]] = {
    rules.RESIDENT: Resident,
    rules.HOUSEHOLD: Household,
    rules.ENTERPRISE: Enterprise,
    rules.PLACE: Place,
}


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """Which subject: its kind (resident, household, enterprise, place) and id."""

    kind: str
    id: UUID


@dataclass(frozen=True, slots=True)
class SubjectView:
    """A subject as other pages name it. ``label`` is one line: the name, and the address where there is one."""

    kind: str
    id: UUID
    name: str
    area_id: UUID
    address: str
    label: str
    closed: bool = False
    lon: float | None = None
    lat: float | None = None

    @property
    def ref(self) -> SubjectRef:
        return SubjectRef(self.kind, self.id)

    @property
    def kind_label(self) -> str:
        return rules.KIND_LABELS[self.kind]


def subject_ref(kind: str, value: str | UUID) -> SubjectRef:
    """Return the reference that an address or a form names. Raises :class:`NotThere` for anything else."""
    try:
        ref = SubjectRef(kind, value if isinstance(value, UUID) else UUID(value))
    except ValueError as error:
        raise NotThere from error
    if kind not in MODELS:
        raise NotThere
    return ref


def subject(kind: str, subject_id: UUID, actor: Actor) -> SubjectView:
    """Return one subject the actor may see. Raises :class:`NotThere`."""
    found = subjects([subject_ref(kind, subject_id)], actor)
    if not found:
        raise NotThere
    return next(iter(found.values()))


def subjects(refs: Iterable[SubjectRef], actor: Actor | None = None) -> dict[SubjectRef, SubjectView]:
    """Return many subjects, at most two queries a kind; those not there (or not the actor's) are left out.

    Without an actor nothing is scoped: for lists whose own rows (visits, cases) the reader has been let see.
    """
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for ref in refs:
        if ref.kind in MODELS:
            wanted[ref.kind].add(ref.id)
    views: list[SubjectView] = []
    for kind, ids in wanted.items():
        views += _views(kind, ids, actor)
    return {view.ref: view for view in views}


def _views(kind: str, ids: set[UUID], actor: Actor | None) -> list[SubjectView]:
    rows: Any = _opened(MODELS[kind].objects, actor).filter(id__in=ids)
    if kind == rules.RESIDENT:
        return resident_views(list(rows))
    if kind == rules.HOUSEHOLD:
        return household_views(list(rows))
    if kind == rules.ENTERPRISE:
        rows = rows.defer("phone")
    return [site_view(row) for row in rows]


def _opened(manager: Any, actor: Actor | None) -> ScopedQuerySet[Any]:
    opened: ScopedQuerySet[Any] = (
        manager.unscoped("the caller's own rows are scoped already")
        if actor is None
        else manager.visible_to(actor)
    )
    return opened


def homes_of(ids: Iterable[UUID]) -> QuerySet[Any, Any]:
    """Return (resident, address, longitude, latitude) of the households where residents live."""
    living = HouseholdMember.objects.filter(resident__in=list(ids), ends_on=None)
    return living.values_list("resident_id", "household__address", "household__lon", "household__lat")


def heads_of(ids: Iterable[UUID]) -> QuerySet[Any, Any]:
    """Return (household, name) of the heads of households."""
    heads = HouseholdMember.objects.filter(household__in=list(ids), relation=rules.HEAD, ends_on=None)
    return heads.values_list("household_id", "resident__name")


def resident_views(rows: list[Resident], homes: Iterable[Any] | None = None) -> list[SubjectView]:
    """Return views of residents with the address of the household each lives in.

    ``homes``: the rows of :func:`homes_of`, where they have been read already.
    """
    found = {one[0]: one[1:] for one in (homes_of(row.id for row in rows) if homes is None else homes)}
    views = []
    for row in rows:
        address, lon, lat = found.get(row.id, (row.address_note, None, None))
        views.append(
            SubjectView(
                rules.RESIDENT, row.id, row.name, row.area_id, address, _label(row.name, address),
                row.closed_on is not None, lon, lat,
            )
        )  # fmt: skip
    return views


def household_views(rows: list[Household], heads: Iterable[Any] | None = None) -> list[SubjectView]:
    """Return views of households, each named after its head (``heads``: the rows of :func:`heads_of`)."""
    named = dict(heads_of(row.id for row in rows) if heads is None else heads)
    views = []
    for row in rows:
        name = f"{named[row.id]}户" if row.id in named else row.address
        views.append(
            SubjectView(
                rules.HOUSEHOLD, row.id, name, row.area_id, row.address, _label(name, row.address),
                row.closed_on is not None, row.lon, row.lat,
            )
        )  # fmt: skip
    return views


def site_view(row: Enterprise | Place) -> SubjectView:
    """Return the view of an enterprise or a place."""
    return SubjectView(
        row.subject_kind, row.id, row.name, row.area_id, row.address, _label(row.name, row.address),
        row.closed_on is not None, row.lon, row.lat,
    )  # fmt: skip


def _label(name: str, address: str) -> str:
    return f"{name}（{address}）" if address and address != name else name

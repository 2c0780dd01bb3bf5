"""Whether somebody about to be registered has a file already: weighed as the nightly search weighs a pair.

Only files the writer sees are weighed: that there is another elsewhere is not said.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.db.models import Q

from minqing.areas.public import Area, area_names
from minqing.kernel.access import Actor
from minqing.kernel.errors import Refused
from minqing.registry import vault
from minqing.registry.likeness import Facts, likeness
from minqing.registry.models import Resident, name_initials
from minqing.registry.models.subjects import phone_index
from minqing.registry.services.duplicates import PHONE_SHARED_MAX, village_path
from minqing.registry.services.inputs import ResidentInput

SHOWN_MAX: Final = 5
CANDIDATES_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A file that looks like the new one: no more of it than a list shows."""

    id: UUID
    name: str
    place: str
    born_in: int | None


class LooksAlike(Refused):
    """A question more than a refusal: these files are very like the new one; who says they are others may go on."""

    def __init__(self, files: tuple[Lookalike, ...]) -> None:
        super().__init__("已有很像的档案，请先核对是不是同一个人。")
        self.files = files


def refuse_lookalike(values: ResidentInput, area: Area, *, apart_from: Collection[UUID], by: Actor) -> None:
    """Raise :class:`LooksAlike` for files likely of the same person, but those said to be somebody else's."""
    found = [row for row in _alike(values, area, by) if row.id not in apart_from][:SHOWN_MAX]
    if not found:
        return
    names = area_names({row.area_id for row in found})
    raise LooksAlike(
        tuple(
            Lookalike(row.id, row.name, names[row.area_id], row.birth_date.year if row.birth_date else None)
            for row in found
        )
    )


def _alike(values: ResidentInput, area: Area, by: Actor) -> list[Resident]:
    """Return the open files in the writer's scope that the nightly search would offer, likeliest first."""
    rows = _candidates(values, by)
    token = phone_index(values.phone)
    if sum(_token(row) == token for row in rows) > PHONE_SHARED_MAX:
        token = None  # an office's telephone says nothing of one person
    new = Facts(
        area.id, values.name, values.sex, values.birth_date, "", token.hex() if token else "", None,
        village_path(area.path),
    )  # fmt: skip
    weighed = [(row, _facts(row)) for row in rows]
    weighed = [(row, facts) for row, facts in weighed if likeness(new, facts).is_offered]
    if values.id_number:
        # Two whole numbers that differ keep namesakes of one birthday apart.
        new = replace(new, id_number=values.id_number)
        numbered = [row.id for row, _ in weighed if row.id_index]
        numbers = vault.identities(numbered, by)
        weighed = [
            (row, replace(facts, id_number=numbers[row.id].id_number) if row.id in numbers else facts)
            for row, facts in weighed
        ]
    scored = [(likeness(new, facts), row) for row, facts in weighed]
    offered = [(weight.score, row) for weight, row in scored if weight.is_offered]
    return [row for _, row in sorted(offered, key=lambda one: -one[0])]


def _candidates(values: ResidentInput, by: Actor) -> list[Resident]:
    ways = ways_to(values)
    if not ways:
        return []
    rows = Resident.objects.visible_to(by).current().filter(ways).select_related("area")
    return list(rows.order_by("id")[:CANDIDATES_MAX])


def ways_to(values: ResidentInput) -> Q:
    """Return what finds such people, each way by an index: those of the birthday who sound near, those of the phone."""
    ways = Q()
    if values.birth_date is not None:
        ways |= Q(birth_date=values.birth_date) & _sounds_near(values.name)
    if values.phone:
        ways |= Q(phone_index=phone_index(values.phone))
    return ways


def _sounds_near(name: str) -> Q:
    """Two of three initials, as in the nightly search; a name of one letter must be the same."""
    said = name_initials(name)
    if len(said) < 2:
        return Q(name=name)
    return (
        Q(name_initials__startswith=said[:-1])
        | Q(name_initials__endswith=said[1:])
        | Q(name_initials__startswith=said[0], name_initials__endswith=said[-1])
    )


def _token(row: Resident) -> bytes | None:
    return bytes(row.phone_index) if row.phone_index else None


def _facts(row: Resident) -> Facts:
    token = _token(row)
    return Facts(
        row.id, row.name, row.sex, row.birth_date, "", token.hex() if token else "", None,
        village_path(row.area.path),
    )  # fmt: skip

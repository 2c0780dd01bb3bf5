"""The actor of a request: sees through all current appointments, acts in one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from minqing.areas.public import Area, is_under, is_whole_county
from minqing.kernel.access import Capability, Hand, Role
from minqing.kernel.errors import NotAllowed

_NO_ROW: Final = Q(pk__in=[])
_EVERY_ROW: Final = ~_NO_ROW  # an empty Q would vanish beside an “or”


@dataclass(frozen=True, slots=True)
class Acting:
    """One current appointment, with what is asked of it all the time."""

    id: UUID
    role: Role
    area_id: UUID
    area_path: str
    area_name: str
    unit_id: UUID | None
    label: str


@dataclass(frozen=True, slots=True)
class AppointedActor:
    """A person with their current appointments (see :class:`minqing.kernel.access.Actor`)."""

    person_id: UUID
    person_name: str
    acting: Acting | None
    appointments: tuple[Acting, ...] = field(default=())

    @property
    def hand(self) -> Hand:
        if self.acting is None:
            return Hand(self.person_id, self.person_name, None, "无任职")
        return Hand(self.person_id, self.person_name, self.acting.id, self.acting.label)

    @property
    def unit_id(self) -> UUID | None:
        return self.acting.unit_id if self.acting else None

    @property
    def unit_ids(self) -> frozenset[UUID]:
        return frozenset(one.unit_id for one in self.appointments if one.unit_id and one.role.by_unit)

    def scopes(self, to: Capability) -> list[str]:
        """Return the paths at which any appointment carries the capability."""
        return sorted({one.area_path for one in self.appointments if one.role in to.held_by})

    def visible_areas(self, to: Capability) -> QuerySet[Any, Any]:
        return Area.objects.filter(path__under_any=self.scopes(to)).order_by().values("id")

    def within(self, to: Capability, column: str = "area_id") -> Q:
        # Of the whole county the database would look up the area of row after row, to find it there each time; of
        # nothing it would look through all areas.
        scopes = self.scopes(to)
        if not scopes:
            return _NO_ROW
        if any(is_whole_county(path) for path in scopes):
            return _EVERY_ROW
        return Q((f"{column}__in", self.visible_areas(to)))

    def sees(self, to: Capability, area_path: str) -> bool:
        return any(is_under(area_path, scope) for scope in self.scopes(to))

    def may(self, to: Capability, area_path: str | None = None) -> bool:
        if self.acting is None or self.acting.role not in to.held_by:
            return False
        return area_path is None or is_under(area_path, self.acting.area_path)

    def require(self, to: Capability, area_path: str | None = None) -> None:
        if self.may(to, area_path):
            return
        if self.acting is None:
            raise NotAllowed("您目前没有有效的任职，请联系安全管理员。")
        if self.acting.role not in to.held_by:
            roles = "、".join(sorted(role.label for role in to.held_by))
            raise NotAllowed(f"只有{roles}可以“{to.label}”。您现在的任职是：{self.acting.label}。")
        raise NotAllowed(f"这里不在您任职的辖区（{self.acting.area_name}）内，不能“{to.label}”。")

    def roles_at(self, area_path: str) -> frozenset[Role]:
        if self.acting is None or not is_under(area_path, self.acting.area_path):
            return frozenset()
        return frozenset({self.acting.role})

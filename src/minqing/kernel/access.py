"""Who may do what: roles, capabilities, the actor, and the hand that did it. Plain Python.

A role is held by appointment at an area and below. A capability lists the roles that carry it; both are data that
the reference pages are drawn from. The lock on a page is :func:`minqing.kernel.pages.page`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from django.db.models import Q, QuerySet


@dataclass(frozen=True, slots=True)
class Role:
    """A part somebody plays at an area and below; ``by_unit`` when it is played for a unit's own cases only."""

    key: str
    label: str
    by_unit: bool = False


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that may be done, and by which roles. ``Capability.all`` holds every one of them by key."""

    key: str
    label: str
    held_by: frozenset[Role] = field(compare=False)

    def __post_init__(self) -> None:
        known = CAPABILITIES.setdefault(self.key, self)
        if known is not self and known.label != self.label:
            raise ValueError(f"two capabilities are called {self.key}")


CAPABILITIES: Final[dict[str, Capability]] = {}


def capability(key: str, label: str, *held_by: Role) -> Capability:
    """Declare a capability and the roles that carry it."""
    return Capability(key, label, frozenset(held_by))


@dataclass(frozen=True, slots=True)
class Hand:
    """The hand a change passed through, as the journal keeps it: names as they were at the time."""

    person_id: UUID | None
    person_name: str
    appointment_id: UUID | None
    appointment_label: str
    nameless: bool = False


SYSTEM: Final = Hand(None, "系统", None, "自动")
REPORTER: Final = Hand(None, "反映人", None, "反映人")
# Leaves no time finer than the hour and no time-ordered id (see journal.services.record).
ANONYMOUS: Final = Hand(None, "匿名反映人", None, "反映人", nameless=True)


class ActingAs(Protocol):
    """The appointment in which a person acts."""

    @property
    def id(self) -> UUID: ...
    @property
    def role(self) -> Role: ...
    @property
    def area_id(self) -> UUID: ...
    @property
    def area_path(self) -> str: ...
    @property
    def unit_id(self) -> UUID | None: ...
    @property
    def label(self) -> str: ...


class Actor(Protocol):
    """Whoever asks: sees through all current appointments, acts in one."""

    @property
    def person_id(self) -> UUID: ...
    @property
    def person_name(self) -> str: ...
    @property
    def hand(self) -> Hand: ...
    @property
    def acting(self) -> ActingAs | None: ...
    @property
    def appointments(self) -> tuple[ActingAs, ...]: ...
    @property
    def unit_id(self) -> UUID | None: ...
    @property
    def unit_ids(self) -> frozenset[UUID]: ...

    def visible_areas(self, to: Capability) -> QuerySet[Any, Any]:
        """A sub-select of the ids of areas at or under the appointments that carry the capability."""

    def within(self, to: Capability, column: str = "area_id") -> Q:
        """The condition that rows with an area lie in ``visible_areas``; none where those are the whole county."""

    def sees(self, to: Capability, area_path: str) -> bool:
        """Whether any appointment carries the capability at that area."""

    def may(self, to: Capability, area_path: str | None = None) -> bool:
        """Whether the acting appointment carries it at that area (None: anywhere)."""

    def require(self, to: Capability, area_path: str | None = None) -> None:
        """Raise :class:`NotAllowed` unless ``may``."""

    def roles_at(self, area_path: str) -> frozenset[Role]:
        """The acting role, if its area holds that one; else none."""

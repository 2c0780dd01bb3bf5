"""What happens to areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from minqing.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaOpened(Event):
    """A new area was drawn."""

    kind: ClassVar[str] = "areas.opened"
    name: str
    parent_name: str

    def sentence(self) -> str:
        return f"设立了“{self.name}”，归{self.parent_name}管辖"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaMoved(Event):
    """An area and everything below it went to another parent."""

    kind: ClassVar[str] = "areas.moved"
    name: str
    from_id: UUID
    from_name: str
    to_id: UUID
    to_name: str
    reason: str
    areas_moved: int

    def sentence(self) -> str:
        below = f"（连同下级共 {self.areas_moved} 个辖区）"
        return f"把“{self.name}”由{self.from_name}划归{self.to_name}{below}：{self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaClosed(Event):
    """An area and everything below it was closed."""

    kind: ClassVar[str] = "areas.closed"
    name: str
    reason: str
    areas_closed: int

    def sentence(self) -> str:
        return f"撤销了“{self.name}”（连同下级共 {self.areas_closed} 个辖区）：{self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRenamed(Event):
    """An area got another name."""

    kind: ClassVar[str] = "areas.renamed"
    before: str
    after: str

    def sentence(self) -> str:
        return f"把“{self.before}”更名为“{self.after}”"

"""What happens in the mayor's lane beside the steps: slots booked, people heard, return visits made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from minqing.journal.events import ERASED, Event
from minqing.workflow.public import in_words


def _moment(value: datetime | str) -> str:
    return in_words(datetime.fromisoformat(value) if isinstance(value, str) else value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitInDayMade(Event):
    """A sit-in day was announced, or called off. The subject is the area whose day it is."""

    kind: ClassVar[str] = "cases.sit_in_day_made"
    day_id: UUID
    begins_at: datetime
    place: str
    host: str
    called_off: bool

    def sentence(self) -> str:
        what = "取消了" if self.called_off else "安排了"
        return f"{what}{_moment(self.begins_at)}在{self.place}的坐班日（{self.host}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class SitInBooked(Event):
    """A slot was kept for the case, or given back."""

    kind: ClassVar[str] = "cases.sit_in_booked"
    begins_at: datetime
    place: str
    given_back: bool

    def sentence(self) -> str:
        what = "退掉了" if self.given_back else "预约了"
        return f"{what}{_moment(self.begins_at)}在{self.place}的坐班时段"


@dataclass(frozen=True, slots=True, kw_only=True)
class SitInMet(Event):
    """Whoever had the slot came and was heard, or did not come."""

    kind: ClassVar[str] = "cases.sit_in_met"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    host: str
    came: bool
    words: str

    def sentence(self) -> str:
        if not self.came:
            return f"坐班日没有来（{self.host}）"
        return f"坐班日由{self.host}接待：{self.words or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnVisitPlanned(Event):
    """A return visit stands in somebody's diary."""

    kind: ClassVar[str] = "cases.return_visit_planned"
    on: str
    how_label: str
    host: str

    def sentence(self) -> str:
        return f"安排{self.host}于{self.on}{self.how_label}回访"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnVisitMade(Event):
    """The return visit was made."""

    kind: ClassVar[str] = "cases.return_visit_made"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    how_label: str
    host: str
    passed: bool
    words: str

    def sentence(self) -> str:
        found = "办好了" if self.passed else "还没有办好"
        return f"{self.host}{self.how_label}回访，{found}：{self.words or ERASED}"

"""What privacy says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from minqing.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TermPassed(Event):
    """Rows past their term were deleted, or emptied of what was personal."""

    kind: ClassVar[str] = "privacy.term_passed"

    table: str
    holds: str
    rows: int
    erased: bool  # emptied, not deleted
    days: int

    def sentence(self) -> str:
        did = "清空了其中的个人信息" if self.erased else "已删除"
        return f"“{self.holds}”满 {self.days} 天的 {self.rows} 条，到期{did}"

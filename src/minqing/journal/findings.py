"""What a verification finds, in sentences that name the entry: its place, its id, its time, and what sort it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from minqing.journal.signing import Root
from minqing.kernel import clock

# The first part of an event's kind, in words.
GROUPS: Final = {
    "registry": "档案与导入",
    "diary": "走访",
    "cases": "事项",
    "areas": "辖区",
    "accounts": "账号与任职",
    "workflow": "时限与日历",
    "notices": "告知与推送",
    "journal": "查看档案",
    "disclosure": "查阅",
    "rights": "本人权利",
    "privacy": "个人信息保护",
}
_WHAT: Final = {
    "edited": "被改动过，内容与封存时不同",
    "removed": "被删除了",
    "inserted": "是事后塞进来的，封存时没有它",
    "reordered": "被换了位置，次序与封存时不同",
    "leaf": "本身没有变，但它的封存记录（叶）被改动或删除了",
    "detail": "的个人信息被改动或删除了，与写下时不同",
}
# What concerns an entry comes before what concerns the seal's own tables.
_LAST: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Named:
    """An entry as it stands in the database."""

    id: UUID
    exists: bool
    hash: bytes
    at: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed. ``position`` counts from zero; the sentence counts from one."""

    kind: str
    sentence: str
    position: int | None = None
    entry_id: UUID | None = None

    @property
    def order(self) -> tuple[int, int]:
        """Earlier entries first; then what has no place among them."""
        of_entry = self.kind in _WHAT or self.kind in ("cut", "between")
        return (0 if of_entry else 1, self.position if self.position is not None else _LAST)

    @classmethod
    def entry(cls, kind: str, position: int | None, id_: UUID, row: Named | None) -> Finding:
        """Name an entry."""
        where = f"第 {position + 1:,} 条" if position is not None else "一条"
        at = row.at if row is not None else None
        details = [f"编号 {id_}", _moment(at) if at else _from_id(id_), row.words if row is not None else ""]
        named = f"{where}记录（{'，'.join(filter(None, details))}）"
        return cls(kind, f"{named}{_WHAT[kind]}。", position, id_)

    @classmethod
    def cut(cls, position: int, root: Root, id_: UUID | None) -> Finding:
        """Say from where on the journal is missing."""
        first = f"（编号 {id_}{'，' + _from_id(id_) if _from_id(id_) else ''}）" if id_ is not None else ""
        return cls(
            "cut",
            f"从第 {position + 1:,} 条{first}起的记录被截去了：{_moment(root.at)} 公布的根说有 {root.size:,} 条，"
            f"现在只有 {position:,} 条。",
            position,
            id_,
        )

    @classmethod
    def between(cls, good: int, bad: int, root: Root) -> Finding:
        """Say between which two roots something was changed, where nothing tells more."""
        where = f"第 {good + 1:,} 条" if bad - good == 1 else f"第 {good + 1:,} 条至第 {bad:,} 条之间"
        return cls(
            "between", f"{where}的记录被改动过：算出的根与 {_moment(root.at)} 公布的不同。", good, None
        )

    @classmethod
    def published(cls, position: int) -> Finding:
        """Say that the file of published leaves is damaged; the entries are as the roots say."""
        return cls(
            "published", f"公布的叶文件从第 {position + 1:,} 条起有缺损，记录本身与公布的根相符。", position
        )

    @classmethod
    def subtree(cls, level: int, index: int) -> Finding:
        """Say that a kept subtree was changed; the entries are as the roots say."""
        first, last = index << level, (index + 1) << level
        return cls(
            "node", f"第 {first + 1:,} 条至第 {last:,} 条的小结（子树）被改动过，记录本身没有变。", first
        )

    @classmethod
    def seal(cls, what: str) -> Finding:
        """Say what is wrong with a seal or a published root."""
        return cls("seal", what)


def words_of(kind: str) -> str:
    """Say of what sort an entry is."""
    return GROUPS.get(kind.partition(".")[0], "其他")


def _moment(at: datetime) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M:%S}"


def _from_id(id_: UUID) -> str:
    """Read the time out of a time-ordered id; nothing for one that tells none."""
    if id_.version != 7:
        return ""
    return f"约 {_moment(datetime.fromtimestamp((id_.int >> 80) / 1000, UTC))}"

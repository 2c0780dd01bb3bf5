"""What happens to files: added, edited, closed, people moving, tags, spreadsheets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from minqing.journal.events import ERASED, Event
from minqing.registry.rules import KIND_LABELS


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectAdded(Event):
    """A resident, household, enterprise or place was registered."""

    kind: ClassVar[str] = "registry.added"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    name: str
    batch_id: UUID | None = None

    def sentence(self) -> str:
        how = "批量导入了" if self.batch_id else "登记了"
        return f"{how}{KIND_LABELS[self.subject_kind]}“{self.name or ERASED}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectEdited(Event):
    """Fields of a file were changed. ``changes`` holds (label, before, after), numbers masked."""

    kind: ClassVar[str] = "registry.edited"
    personal: ClassVar[frozenset[str]] = frozenset({"changes"})
    labels: list[str]
    changes: list[list[str]]
    batch_id: UUID | None = None

    def sentence(self) -> str:
        how = "批量导入时更新了" if self.batch_id else "修改了"
        if not self.changes:
            return f"{how}{'、'.join(self.labels or [])}"
        return f"{how}{'，'.join(_change(*one) for one in self.changes)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectClosed(Event):
    """A resident died or moved away, a household, enterprise or place is no more."""

    kind: ClassVar[str] = "registry.closed"
    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    how: str
    on: date
    reason: str

    def sentence(self) -> str:
        why = f"：{self.reason}" if self.reason else ""
        return f"登记为{self.how}（{self.on}）{why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedIn(Event):
    """A resident joined a household. Written twice: on the resident and on the household."""

    kind: ClassVar[str] = "registry.moved_in"
    personal: ClassVar[frozenset[str]] = frozenset({"name", "address"})
    name: str
    address: str
    relation_label: str
    other_id: UUID
    on: date

    def sentence(self) -> str:
        who = self.name or ERASED
        return f"将{who}（{self.relation_label}）迁入{self.address or ERASED}，自 {self.on} 起"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOut(Event):
    """A resident left a household. Written twice: on the resident and on the household."""

    kind: ClassVar[str] = "registry.moved_out"
    personal: ClassVar[frozenset[str]] = frozenset({"name", "address"})
    name: str
    address: str
    other_id: UUID
    on: date

    def sentence(self) -> str:
        return f"将{self.name or ERASED}迁出{self.address or ERASED}（{self.on}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadChanged(Event):
    """A household got another head."""

    kind: ClassVar[str] = "registry.head_changed"
    personal: ClassVar[frozenset[str]] = frozenset({"before", "after"})
    before: str
    after: str

    def sentence(self) -> str:
        return f"将户主由{self.before or '（空缺）'}变更为{self.after or ERASED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagAdded(Event):
    """A tag was put on a file. A sensitive one is named in the erasable part only."""

    kind: ClassVar[str] = "registry.tag_added"
    personal: ClassVar[frozenset[str]] = frozenset({"label", "reason"})
    label: str
    reason: str
    ends_on: date | None
    consent_label: str = ""

    def sentence(self) -> str:
        until = f"，到 {self.ends_on} 为止" if self.ends_on else ""
        agreed = f"（{self.consent_label}）" if self.consent_label else ""
        why = f"：{self.reason}" if self.reason else ""
        return f"加上标签“{self.label or ERASED}”{agreed}{until}{why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagEnded(Event):
    """A tag was taken off a file."""

    kind: ClassVar[str] = "registry.tag_ended"
    personal: ClassVar[frozenset[str]] = frozenset({"label", "reason"})
    label: str
    reason: str

    def sentence(self) -> str:
        return f"去掉标签“{self.label or ERASED}”：{self.reason or '未说明'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadsheetUploaded(Event):
    """A spreadsheet was read and checked; nothing is registered yet."""

    kind: ClassVar[str] = "registry.spreadsheet_uploaded"
    what: str
    rows: int
    bad: int

    def sentence(self) -> str:
        return f"上传了{self.what}表格，共 {self.rows} 行，{self.bad} 行有误，尚未导入"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadsheetApplied(Event):
    """The good rows of a spreadsheet were registered."""

    kind: ClassVar[str] = "registry.spreadsheet_applied"
    what: str
    added: int
    changed: int
    unchanged: int
    bad: int

    def sentence(self) -> str:
        return (
            f"批量导入{self.what}：新增 {self.added} 行，更新 {self.changed} 行，"
            f"无变化 {self.unchanged} 行，有误未导入 {self.bad} 行"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAnew(Event):
    """Personal values of one kind were sealed anew with another key or algorithm."""

    kind: ClassVar[str] = "registry.sealed_anew"
    what: str
    rows: int
    key: int

    def sentence(self) -> str:
        return f"用 {self.key} 号密钥重新加密了{self.what}，共 {self.rows} 行"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairJudged(Event):
    """Somebody looked at two files side by side and said that they are of two people."""

    kind: ClassVar[str] = "registry.pair_judged"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    other_id: UUID
    words: str

    def sentence(self) -> str:
        return f"与另一份相似的档案核对过，不是同一人：{self.words or '未说明'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesMerged(Event):
    """Two files of one person became one. Written on both: ``into`` says on which side."""

    kind: ClassVar[str] = "registry.files_merged"
    other_id: UUID
    into: bool
    labels: list[str]

    def sentence(self) -> str:
        if not self.into:
            return "并入同一人的另一份档案"
        taken = f"，采用那一份的{'、'.join(self.labels)}" if self.labels else ""
        return f"把同一人的另一份档案并入本档案{taken}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeUndone(Event):
    """A merge was taken back. Written on both files."""

    kind: ClassVar[str] = "registry.merge_undone"
    personal: ClassVar[frozenset[str]] = frozenset({"words"})
    other_id: UUID
    words: str
    kept_labels: list[str]

    def sentence(self) -> str:
        left = f"（{'、'.join(self.kept_labels)}在合并后又改过，没有退回）" if self.kept_labels else ""
        return f"撤销合并，两份档案恢复分开：{self.words or '未说明'}{left}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListExported(Event):
    """A list of files left the house as a spreadsheet. The area is the subject: the list belongs to nobody."""

    kind: ClassVar[str] = "registry.list_exported"
    personal: ClassVar[frozenset[str]] = frozenset({"text"})  # what was looked for may be a name
    list_kind: str
    text: str
    tag: str
    with_closed: bool
    form: str
    rows: int

    def sentence(self) -> str:
        looked = [f"找“{ERASED if self.text is None else self.text}”"] if self.text != "" else []
        if self.tag:
            looked.append(f"标签“{self.tag}”")
        if self.with_closed:
            looked.append("包括已注销的")
        narrowed = f"（{'，'.join(looked)}）" if looked else ""
        label = KIND_LABELS.get(self.list_kind, "档案")
        return f"导出了{label}名单{narrowed}，共 {self.rows} 行，{self.form.upper()} 文件"


def _change(label: str, before: str, after: str) -> str:
    if before and before == after:  # two numbers that differ in what is masked
        return f"{label}（{after}，遮住的部分不同）"
    return f"{label}由“{before or '空'}”改为“{after or '空'}”"

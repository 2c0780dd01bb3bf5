"""What happens at the desk around the cases, each with the sentence it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from minqing.journal.events import ERASED, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueViewShared(Event):
    """A list of the queue was shown to others, or taken back (``with_name`` empty)."""

    kind: ClassVar[str] = "cases.view_shared"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    name: str
    with_name: str

    def sentence(self) -> str:
        name = self.name or ERASED
        if self.with_name:
            return f"把事项列表“{name}”给{self.with_name}共用"
        return f"不再共用事项列表“{name}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesExported(Event):
    """A list left as a file."""

    kind: ClassVar[str] = "cases.exported"
    personal: ClassVar[frozenset[str]] = frozenset({"text"})
    what: str
    filters: str
    text: str
    form: str
    rows: int

    def sentence(self) -> str:
        narrowed = "；".join(one for one in (self.filters, f"找“{self.text}”" if self.text else "") if one)
        return f"导出{self.what}{f'（{narrowed}）' if narrowed else ''}，{self.rows} 行，{self.form}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyNoteWritten(Event):
    """Somebody going off duty left a note."""

    kind: ClassVar[str] = "cases.duty_note_written"
    desk: str
    matters: list[str]

    def sentence(self) -> str:
        linked = f"，附未了事项 {len(self.matters)} 件" if self.matters else ""
        return f"写了{self.desk}的交接班记录{linked}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyTakenOver(Event):
    """Somebody coming on duty read the note."""

    kind: ClassVar[str] = "cases.duty_taken_over"
    desk: str
    from_name: str

    def sentence(self) -> str:
        return f"接了{self.desk}的班，已读{self.from_name}的交接班记录"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTemplateChanged(Event):
    """Wording of answers was written, changed or taken away."""

    kind: ClassVar[str] = "cases.answer_template_changed"
    template: str
    what: str

    def sentence(self) -> str:
        return f"{self.what}答复模板“{self.template}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReleased(Event):
    """Somebody looked at a photo and let the reporter see it, with boxes filled in or as it is; or took it back."""

    kind: ClassVar[str] = "cases.photo_released"
    attachment_id: str
    boxes: int
    released: bool

    def sentence(self) -> str:
        if not self.released:
            return "收回了一张公开给反映人的照片"
        covered = f"遮住 {self.boxes} 处后" if self.boxes else "看过后原样"
        return f"把一张办理的照片{covered}公开给反映人"

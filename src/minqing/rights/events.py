"""What happens around a person's rights, each with the sentence it leaves on the timeline of their file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from minqing.journal.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeHandedOver(Event):
    """A clerk saw a document and handed over a personal code."""

    kind: ClassVar[str] = "rights.code_handed_over"
    holder_label: str
    document_label: str
    number_agreed: bool
    until: date

    def sentence(self) -> str:
        compared = "，核对了证件号" if self.number_agreed else "，核对了出生日期"
        return f"查验{self.document_label}{compared}，当面把本人查阅码交给{self.holder_label}，{self.until} 前有效"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWithdrawn(Event):
    """A personal code ended before its time."""

    kind: ClassVar[str] = "rights.code_withdrawn"
    why: str

    def sentence(self) -> str:
        return f"本人查阅码停用：{self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMade(Event):
    """The person asked something about their file."""

    kind: ClassVar[str] = "rights.request_made"
    number: str
    what: str

    def sentence(self) -> str:
        return f"{self.what}（{self.number}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDecided(Event):
    """A request was decided."""

    kind: ClassVar[str] = "rights.request_decided"
    number: str
    outcome_label: str
    basis: str

    def sentence(self) -> str:
        why = f"，依据{self.basis}" if self.basis else ""
        return f"对请求 {self.number} 的决定：{self.outcome_label}{why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCarriedOut(Event):
    """What was decided was done."""

    kind: ClassVar[str] = "rights.request_carried_out"
    number: str
    done: list[str]

    def sentence(self) -> str:
        return f"按请求 {self.number} 办了：{'，'.join(self.done or ['已办'])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTaken(Event):
    """The person took a copy of everything that is kept about them."""

    kind: ClassVar[str] = "rights.copy_taken"
    form_label: str

    def sentence(self) -> str:
        return f"取走了一份本人档案副本（{self.form_label}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPrinted(Event):
    """The registrar made the paper copy that somebody asked for."""

    kind: ClassVar[str] = "rights.copy_printed"
    number: str

    def sentence(self) -> str:
        return f"按请求 {self.number} 制作了本人档案的纸质副本"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(Event):
    """What no law holds was erased."""

    kind: ClassVar[str] = "rights.person_erased"
    number: str
    gone: list[str]
    held: list[str]

    def sentence(self) -> str:
        kept = f"；依法保留：{'、'.join(self.held)}" if self.held else ""
        return f"按请求 {self.number} 删除了：{'、'.join(self.gone or ['无'])}{kept}"

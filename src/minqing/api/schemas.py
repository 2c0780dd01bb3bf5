"""What goes in and out. Texts that come in are cleaned as on every form; what is not named here is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from django.core.exceptions import ValidationError as FormError
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from minqing.cases import public as cases
from minqing.kernel.text import clean, clean_line

CODE_MAX: Final = 40  # a code as people type it, with gaps and dashes
NAME_MAX: Final = 30
ANSWER_WORDS_MAX: Final = 500
TEXT_MAX: Final = 100


def _phone(value: str) -> str:
    try:
        return str(cases.PhoneField(required=False).clean(value))
    except FormError as wrong:
        raise PydanticCustomError("phone", "{words}", {"words": "".join(wrong.messages)}) from wrong


Words = Annotated[
    str,
    Field(max_length=cases.WORDS_MAX, description="要说的话", examples=["门前的路灯坏了三天。"]),
    AfterValidator(clean),
]
Code = Annotated[str, Field(max_length=CODE_MAX), AfterValidator(clean_line)]
Line = Annotated[str, Field(max_length=TEXT_MAX), AfterValidator(clean_line)]


class Taken(Schema):
    """What comes in: a field we do not know is a mistake, not a wish to be overheard (“anonymus”)."""

    model_config = ConfigDict(extra="forbid")


class ErrorOut(Schema):
    """每一种错误的样子。"""

    message: str = Field(description="一句中文，说明怎么改")
    field: str | None = Field(None, description="出错的字段；与字段无关时为空")


class ContactIn(Taken):
    """反映人的联系方式，加密保存。"""

    name: Annotated[str, Field(max_length=NAME_MAX, description="怎么称呼"), AfterValidator(clean_line)] = ""
    phone: Annotated[str, Field(max_length=20, description="联系电话"), AfterValidator(_phone)] = ""


class ReportIn(Taken):
    """一次反映。民情码和辖区代码给其中一个。"""

    id: UUID = Field(
        description="由发送方生成（建议 UUIDv4），同一编号、同样内容再发一次，返回同一张回执；内容不同则为 409"
    )
    words: Words
    door_code: Code = Field("", description="门上民情码的编码")
    area_code: Code = Field("", description="辖区代码", examples=["330683106201"])
    anonymous: bool = Field(False, description="匿名：不保存联系方式、住户、网址和精确时间")
    contact: ContactIn | None = Field(None, description="不匿名时可留；匿名时不保存")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.door_code) == bool(self.area_code):
            raise PydanticCustomError("place", "door_code（民情码）和 area_code（辖区代码）请给其中一个。")
        return self


class WordIn(Taken):
    """补充的话。"""

    words: Words


class AnswerIn(Taken):
    """对“办好了吗、满意吗”的回答。"""

    done: bool = Field(description="办好了吗；没有办好会退回重办")
    content: Literal["content", "half_content", "not_content"] | None = Field(
        None, description="办好了才填：content 满意、half_content 基本满意、not_content 不满意"
    )
    words: Annotated[
        str,
        Field(max_length=ANSWER_WORDS_MAX, description="还想说什么；没有办好时写差什么"),
        AfterValidator(clean),
    ] = ""


class ClockOut(Schema):
    """一只时钟。"""

    colour: Literal["green", "yellow", "red", "grey"]
    words: str
    due_at: datetime | None
    provisional: bool = Field(description="时限暂定：那一年的放假安排还没有公布")


class LegOut(Schema):
    """办理中的一段。"""

    state: str
    unit: str
    entered_at: datetime
    left_at: datetime | None
    allowed: str
    clock: ClockOut


class LineOut(Schema):
    """经过中的一条。"""

    at: datetime
    who: str
    role: str
    sentence: str


class ReceiptOut(Schema):
    """回执：办到哪一步，轮到谁，能做什么。"""

    code: str
    number: str
    words: str
    place: str
    state: str
    is_open: bool
    is_anonymous: bool
    opened_at: datetime
    result: str
    turn: str
    clock: ClockOut
    legs: list[LegOut]
    timeline: list[LineOut]
    photos: int
    may_answer: bool
    may_urge: bool
    done: bool | None
    content: str


class CaseOut(Schema):
    """列表中的一件事项。"""

    id: UUID
    number: str
    title: str
    place: str
    procedure: str
    state: str
    is_open: bool
    clock: ClockOut
    source: str
    topic: str
    unit: str
    opened_at: datetime
    urges: int
    times_sent_back: int
    is_anonymous: bool
    done: bool | None
    content: str


def clock_out(face: Any) -> ClockOut:
    """Show a workflow clock."""
    return ClockOut(
        colour=face.colour.value, words=face.words, due_at=face.due_at, provisional=face.provisional
    )


def leg_out(leg: Any) -> LegOut:
    """Show a leg."""
    return LegOut(
        state=leg.state_label,
        unit=leg.unit_name,
        entered_at=leg.entered_at,
        left_at=leg.left_at,
        allowed=leg.within_words,
        clock=clock_out(leg.clock),
    )


def line_out(line: Any) -> LineOut:
    """Show a line of a timeline."""
    return LineOut(at=line.at, who=line.who, role=line.role_label, sentence=line.sentence)


def receipt_out(found: cases.Receipt) -> ReceiptOut:
    """Show a receipt."""
    return ReceiptOut(
        code=found.code,
        number=found.number,
        words=found.words,
        place=found.place,
        state=found.state_label,
        is_open=found.is_open,
        is_anonymous=found.is_anonymous,
        opened_at=found.opened_at,
        result=found.result,
        turn=found.turn_words,
        clock=clock_out(found.clock),
        legs=[leg_out(leg) for leg in found.legs],
        timeline=[line_out(line) for line in found.lines],
        photos=len(found.photos),
        may_answer=found.may_answer,
        may_urge=found.may_urge,
        done=found.answered_done,
        content=found.content_label,
    )


def case_values(row: cases.CaseRow) -> dict[str, Any]:
    """Return a list row's values by the names that go out."""
    return {
        "id": row.id,
        "number": row.number,
        "title": row.title,
        "place": row.place,
        "procedure": row.procedure_title,
        "state": row.state_label,
        "is_open": row.is_open,
        "clock": clock_out(row.clock),
        "source": row.source_label,
        "topic": row.topic_label,
        "unit": row.unit_name,
        "opened_at": row.opened_at,
        "urges": row.urges,
        "times_sent_back": row.times_sent_back,
        "is_anonymous": row.is_anonymous,
        "done": row.done,
        "content": row.content_label,
    }

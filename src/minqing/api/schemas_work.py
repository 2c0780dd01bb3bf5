"""What goes in and out when officials and systems handle cases, and the data that both need to do so."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from minqing.api.acts import RequestOut
from minqing.api.schemas import (
    NAME_MAX,
    CaseOut,
    Code,
    ContactIn,
    LegOut,
    Line,
    LineOut,
    Taken,
    Words,
)
from minqing.cases import public as cases
from minqing.kernel.text import clean_line
from minqing.workflow import public as workflow

LIMIT_USUAL: Final = 25
VALUES_MAX: Final = 20
VALUE_MAX: Final = 2_000
LEG_MAX: Final = 10_000

KINDS_SAID: Final = "、".join(f"{kind.value} {label}" for kind, label in {
    workflow.NeedKind.TEXT: "一行字",
    workflow.NeedKind.LONG_TEXT: "一段话",
    workflow.NeedKind.YES_NO: "yes 或 no",
    workflow.NeedKind.DATE: "日期 2026-11-20",
    workflow.NeedKind.PHOTO: "照片（用 with-photos 提交）",
    workflow.NeedKind.CHOICE: "从 choices 选一个 key",
    workflow.NeedKind.CHOICE_UNIT: "单位编号",
    workflow.NeedKind.CHOICE_UNITS: "几个单位编号",
    workflow.NeedKind.CHOICE_PERSON: "人员编号",
    workflow.NeedKind.CHOICE_TOPIC: "事项类别编号",
    workflow.NeedKind.NUMBER: "整数",
}.items())  # fmt: skip


# What residents ask about their own files is in no list of cases.
SOURCES: Final = ("", *(key for key in cases.SOURCE_LABELS if key != cases.RIGHTS))


def _source(value: str) -> str:
    if value not in SOURCES:
        raise PydanticCustomError("source", "没有这种来源，请对照接口说明。")
    return value


Source = Annotated[str, Field(json_schema_extra={"enum": list(SOURCES)}), AfterValidator(_source)]


class ChoiceOut(Schema):
    """可选的一项。"""

    key: str
    label: str


class NeedOut(Schema):
    """办一步要填的一项。"""

    key: str
    label: str
    kind: str = Field(description=KINDS_SAID)
    required: bool
    help: str
    choices: list[ChoiceOut]


class StepOut(Schema):
    """现在可以办的一步。"""

    key: str
    label: str
    needs: list[NeedOut] = Field(description="要填什么；单位、类别等选项按这件事项给出")


class PhotoOut(Schema):
    """一张照片，用“取一张照片”下载。"""

    id: UUID
    step: str = Field(description="随哪一步交的；随反映交的为空")
    made_at: datetime


class CaseFileOut(CaseOut):
    """一件事项的全部。"""

    words: str
    result: str
    turn: str
    leg: int = Field(description="第几段；办一步时原样带回，别人先办了就是 409")
    subject: str = Field(description="关于谁或哪里；无权查看档案时为空")
    contact_name: str
    contact_phone: str = Field(description="只给遮盖后的号码；完整号码在事项页上逐次查看，留有记录")
    steps: list[StepOut]
    legs: list[LegOut]
    timeline: list[LineOut]
    additions: list[str]
    photos: int
    attachments: list[PhotoOut]
    requests: list[RequestOut] = Field(description="挂起和延期的申请")


class ReportedIn(Taken):
    """干部或系统登记的一件事项。"""

    id: UUID = Field(
        description="由发送方生成（建议 UUIDv4），同一编号、同样内容再发一次，返回同一件事项；内容不同则为 409"
    )
    words: Words
    area_code: Code = Field(description="辖区代码", examples=["330683106201"])
    source: Literal["api", "officer", "hotline"] = Field("api", description="来源")
    topic: Line = Field("", description="事项类别编号，可以不填")
    contact: ContactIn | None = Field(None, description="反映人")
    listed: bool = Field(
        False, description="反映人同意列入公开清单：只列类别、村、钟点和进度，不列内容和反映人"
    )


class ReportedOut(Schema):
    """登记好的事项。回执码请交给反映人：凭它查进度、补充、催办、评价。"""

    id: UUID
    number: str
    receipt_code: str
    state: str
    opened_at: datetime


Value = Annotated[str, Field(max_length=VALUE_MAX)]


class StepIn(Taken):
    """办一步。"""

    leg: int = Field(ge=1, le=LEG_MAX, description="您看到的是第几段（事项的 leg）；别人先办了就是 409")
    values: dict[str, Value | list[Value]] = Field(
        default_factory=dict,
        max_length=VALUES_MAX,
        description="按这一步的 needs 填：键是 key，值是文字；几个单位用数组",
    )


class TakenOut(Schema):
    """办完一步以后。"""

    id: UUID
    number: str
    state: str
    is_open: bool
    leg: int
    said: str = Field(description="一句话：办了什么，接下来轮到谁")
    steps: list[StepOut]


class CasesListed(Taken):
    """筛选条件；不给即不限。"""

    todo: bool = Field(False, description="只看轮到我的")
    open_only: bool = Field(True, description="只看未了结的")
    text: Line = Field("", description="编号，或标题、内容中的字")
    procedure: Line = Field("", description="规程编号")
    state: Line = Field("", description="状态编号")
    colour: Literal["", "green", "yellow", "red", "grey"] = Field("", description="时钟颜色")
    source: Source = Field("", description="来源")
    topic: Line = Field("", description="事项类别编号")
    unit: UUID | None = Field(None, description="承办单位")
    area: UUID | None = Field(None, description="辖区，含下级")
    sort: Literal["due", "newest", "urged"] = Field("due", description="排序")
    cursor: Annotated[str, Field(max_length=200), AfterValidator(clean_line)] = Field(
        "", description="上一页给的 next，原样带回；筛选和排序不要变"
    )
    limit: int = Field(LIMIT_USUAL, ge=1, le=100, description="一页几件")


class CasesOut(Schema):
    """一页事项。"""

    items: list[CaseOut]
    next: str = Field(description="下一页的游标；没有下一页时为空")


class StateOut(Schema):
    """规程中的一个环节。"""

    key: str
    label: str
    within: str = Field(description="时限；没有时限时为空")
    is_start: bool
    is_final: bool


class ProcedureStepOut(Schema):
    """规程中的一个动作。"""

    key: str
    label: str
    sources: list[str] = Field(description="从哪些环节可以办")
    to: str
    who: list[str] = Field(description="哪些职务可以办")
    needs: list[NeedOut] = Field(description="要填什么；单位、类别等选项到事项里取")


class ProcedureOut(Schema):
    """一种办理规程。"""

    key: str
    title: str
    version: str
    states: list[StateOut]
    steps: list[ProcedureStepOut]


class AreaOut(Schema):
    """一个辖区。"""

    id: UUID
    code: str
    name: str
    level: Literal["county", "town", "village", "grid", "micro_grid"]
    level_label: str
    parent_code: str | None
    lon: float | None
    lat: float | None


class AreasAsked(Taken):
    """哪些辖区；两样都不给，返回县（市）本身。"""

    parent: Code = Field("", description="上级的代码：返回它的下一级")
    text: Annotated[str, Field(max_length=NAME_MAX), AfterValidator(clean_line)] = Field(
        "", description="名称中的字，或代码的开头"
    )


class UnitOut(Schema):
    """一个承办单位。"""

    id: UUID
    name: str
    kind: str
    area_code: str


class UnitsAsked(Taken):
    """哪里的单位。"""

    area: Code = Field(description="辖区代码：返回能承办那里事项的单位", examples=["330683106201"])


class TopicOut(Schema):
    """一个事项类别。"""

    key: str
    label: str
    group: str


def need_out(need: workflow.Need, choices: Any = ()) -> NeedOut:
    """Show a need; ``choices`` as a form's field has them, flat or in groups."""
    return NeedOut(
        key=need.key,
        label=need.label,
        kind=need.kind.value,
        required=need.required,
        help=need.help,
        choices=[ChoiceOut(key=key, label=label) for key, label in _flat(choices or need.choices)],
    )


def _flat(choices: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, label in choices:
        if isinstance(label, list | tuple):
            found += [(str(one), str(said)) for one, said in label]
        elif key:
            found.append((str(key), str(label)))
    return found


def photo_out(one: cases.Attachment) -> PhotoOut:
    """Show an attachment."""
    return PhotoOut(id=one.id, step=one.step, made_at=one.made_at)


def procedure_out(of: type[workflow.Procedure]) -> ProcedureOut:
    """Show a procedure as data."""
    states = [
        StateOut(
            key=one.key, label=one.label, within=one.within.words if one.within else "",
            is_start=one.start, is_final=one.final,
        )
        for one in of.states.values()
    ]  # fmt: skip
    steps = [
        ProcedureStepOut(
            key=one.key, label=one.label, sources=[source.key for source in one.sources], to=one.to.key,
            who=[role.label for role in one.roles], needs=[need_out(need) for need in one.needs],
        )
        for one in of.steps.values()
    ]  # fmt: skip
    return ProcedureOut(key=of.key, title=of.title, version=of.version, states=states, steps=steps)

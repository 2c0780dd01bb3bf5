"""Acts beside the steps: urging, pausing and extending clocks, merging. One operation; each act is one class here.

To add one: a class with its fields, its words and ``do``, and its name in ``ACTS``. The service asks who may.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import date, datetime
from typing import Annotated, ClassVar, Final, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, Field

from minqing.api.schemas import Taken
from minqing.cases import public as cases
from minqing.kernel.access import Actor
from minqing.kernel.text import clean
from minqing.workflow import public as workflow

REASON_MAX: Final = 1_000
AMOUNT_MAX: Final = 10_000

Reason = Annotated[str, Field(max_length=REASON_MAX), AfterValidator(clean)]


class Act(Taken):
    """What every act has: the sentence that says it was done, and doing it."""

    said: ClassVar[str]

    @abstractmethod
    def do(self, case: cases.Case, by: Actor, at: datetime) -> None:
        """Do it. Raises ``Refused`` with a sentence."""


class UrgeIn(Act):
    """催办：督查员催一件事。"""

    said: ClassVar[str] = "已催办，承办的人会收到消息。"
    act: Literal["urge"]
    reason: Reason = Field(description="为什么催")

    def do(self, case: cases.Case, by: Actor, at: datetime) -> None:
        cases.urge_by_supervisor(case_id=case.id, reason=self.reason, by=by, at=at)


class PauseIn(Act):
    """申请挂起：这段时间不计时，要有人批准。"""

    said: ClassVar[str] = "已提出挂起申请，等批准的人决定。"
    act: Literal["pause"]
    until: date = Field(description="挂起的最后一天")
    why: Reason = Field(description="为什么")

    def do(self, case: cases.Case, by: Actor, at: datetime) -> None:
        workflow.ask_pause(run_id=case.run_id, until=self.until, why=self.why, by=by, at=at)


class ExtendIn(Act):
    """申请延期，要有人批准。"""

    said: ClassVar[str] = "已提出延期申请，等批准的人决定。"
    act: Literal["extend"]
    amount: int = Field(ge=1, le=AMOUNT_MAX, description="延多少，单位同这一段的时限")
    overall: bool = Field(False, description="延全程的时限，不是这一段的")
    why: Reason = Field(description="为什么")

    def do(self, case: cases.Case, by: Actor, at: datetime) -> None:
        workflow.ask_extension(
            run_id=case.run_id, amount=self.amount, overall=self.overall, why=self.why, by=by, at=at
        )


class DecideIn(Act):
    """同意或不同意挂起、延期的申请。"""

    said: ClassVar[str] = "已答复这个申请。"
    act: Literal["decide"]
    request: UUID = Field(description="申请的编号，见事项的 requests")
    granted: bool = Field(description="同意不同意")
    why: Reason = Field("", description="不同意时写明为什么")

    def do(self, case: cases.Case, by: Actor, at: datetime) -> None:
        workflow.decide_request(
            request_id=self.request, run_id=case.run_id, granted=self.granted, why=self.why, by=by, at=at
        )


class ResumeIn(Act):
    """提前结束挂起，恢复计时。"""

    said: ClassVar[str] = "已恢复计时。"
    act: Literal["resume"]

    def do(self, case: cases.Case, by: Actor, at: datetime) -> None:
        workflow.end_pause(run_id=case.run_id, by=by, at=at)


class MergeIn(Act):
    """并单：把这件事并入另一件，反映人照样各得各的答复。"""

    said: ClassVar[str] = "已并单。三十天内可以撤销。"
    act: Literal["merge"]
    into: UUID = Field(description="并入哪一件")

    def do(self, case: cases.Case, by: Actor, at: datetime) -> None:
        cases.merge_cases(master_id=self.into, child_ids=[case.id], by=by, at=at)


class UnmergeIn(Act):
    """撤销并单。"""

    said: ClassVar[str] = "已撤销并单，这件事从原来的环节接着办。"
    act: Literal["unmerge"]
    because: Reason = Field(description="为什么分开")

    def do(self, case: cases.Case, by: Actor, at: datetime) -> None:
        cases.undo_merge(child_id=case.id, because=self.because, by=by, at=at)


ACTS: Final = (UrgeIn, PauseIn, ExtendIn, DecideIn, ResumeIn, MergeIn, UnmergeIn)
ACT_NAMES: Final = frozenset(one.model_fields["act"].annotation.__args__[0] for one in ACTS)  # type: ignore[union-attr]
ActIn = Annotated[
    UrgeIn | PauseIn | ExtendIn | DecideIn | ResumeIn | MergeIn | UnmergeIn, Field(discriminator="act")
]


class RequestOut(Schema):
    """一个挂起或延期的申请。"""

    id: UUID
    words: str
    why: str
    asked_by: str
    asked_at: datetime
    state: str
    decided_why: str


class ActedOut(Schema):
    """办好了。"""

    said: str
    is_open: bool
    leg: int


def requests_out(part: workflow.ClockPart) -> list[RequestOut]:
    """Show the requests about a case's clocks, the one that waits first."""
    lines = ([part.waiting] if part.waiting else []) + [one for one in part.lines if one != part.waiting]
    return [
        RequestOut(
            id=one.id, words=one.words, why=one.why, asked_by=one.asked_name, asked_at=one.asked_at,
            state=one.state_label, decided_why=one.decided_why,
        )
        for one in lines
    ]  # fmt: skip

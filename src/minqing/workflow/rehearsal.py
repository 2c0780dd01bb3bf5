"""Walk a procedure in one's head: where it stands, when it is due, who may do what; nothing is written anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from minqing.workflow.parts import Step
from minqing.workflow.procedure import Procedure
from minqing.workflow.rules import Calendar, due_at, in_words


@dataclass
class Rehearsal:
    """One walk: the state it stands in, since when, and what was done so far."""

    of: type[Procedure]
    at: datetime
    calendar: Calendar
    state: str = ""
    taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = self.state or self.of.start.key

    @property
    def is_over(self) -> bool:
        return self.of.state(self.state).final

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that leave the state, whoever may take them."""
        return self.of.steps_from(self.state)

    def lines(self) -> list[str]:
        """Say where it stands, in lines for a terminal."""
        here = self.of.state(self.state)
        said = [f"【{here.label}】"]
        if here.final:
            return [*said, f"到了终点，共走了 {len(self.taken)} 步：{' → '.join(self.taken) or '没有'}。"]
        turn = "、".join(role.label for role in self.of.answering(self.state))
        said.append(f"  轮到：{turn or '没有任职的人'}")
        if here.within:
            due = due_at(self.at, here.within, self.calendar)
            said.append(
                f"  限时 {here.within.words}，应于 {in_words(due.at)} 前完成{'（暂定）' if due.provisional else ''}"
            )
        for number, step in enumerate(self.steps, 1):
            needs = "、".join(one.label + ("" if one.required else "（可不填）") for one in step.needs)
            conditions = "、".join(one.label for one in step.only_if)
            said.append(
                f"  {number}. {step.label} → {step.to.label}（{step.who}"
                + (f"；条件：{conditions}" if conditions else "")
                + (f"；填写：{needs}" if needs else "")
                + "）"
            )
        return said

    def take(self, number: int) -> Step:
        """Take the step of that number (from 1). Raises ``IndexError`` for a number that is none."""
        if not 1 <= number <= len(self.steps):
            raise IndexError(number)
        step = self.steps[number - 1]
        self.taken.append(step.label)
        self.state = step.to.key
        return step

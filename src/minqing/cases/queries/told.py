"""What is said after a step: what happened and what comes next."""

from __future__ import annotations

from datetime import datetime

from minqing.cases.models import Case
from minqing.cases.procedures.vocabulary import DONE, NOT_DONE
from minqing.kernel import clock
from minqing.workflow import public as workflow


def what_happened(moved: Case, step: workflow.Step, at: datetime) -> str:
    """Say what happened and what comes next."""
    run = moved.run
    state = workflow.procedure(run.procedure).state(run.state)
    needs_unit = any(need.kind is workflow.NeedKind.CHOICE_UNIT for need in step.needs)
    done = f"已{step.label}" + (f"给{moved.unit.name}" if needs_unit and moved.unit else "")
    # “没有办好”, “联系不上，先办结” are written down, not acts.
    if state.final or {DONE, NOT_DONE} & set(step.then):
        done = f"已记下“{step.label}”"
    if state.final:
        return f"{done}。这件事已了结：{state.label}。"
    due = f"，应在 {workflow.in_words(run.next_due_at)} 前完成" if run.next_due_at else ""
    turn = workflow.who_may(run, on=clock.local(at).date()).words
    return f"{done}。现在是“{state.label}”{due}。{turn}。"

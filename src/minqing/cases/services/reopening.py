"""Take a closed case up again, where “not done” would have sent it."""

from __future__ import annotations

from datetime import datetime

from minqing.cases.events_handover import CaseReopened
from minqing.cases.models import Case
from minqing.cases.procedures.vocabulary import NOT_DONE
from minqing.journal.public import record
from minqing.kernel.access import Hand
from minqing.workflow import public as workflow


def reopen(case: Case, *, why: str, words: str, hand: Hand, at: datetime) -> workflow.Run:
    """Start a closed case again, with the unit that had it; the caller has locked its run. Returns the new run."""
    of = workflow.procedure(case.run.procedure)
    target = state_after(of, NOT_DONE)
    run = workflow.take_up_again(case.run, target, by=hand, at=at)
    case.run = run
    case.closed_at, case.done, case.content = None, False, ""
    case.times_sent_back += 1
    case.save(update_fields=["run", "closed_at", "done", "content", "times_sent_back"])
    reopened = CaseReopened(
        subject_kind="case", subject_id=case.id, area_id=case.area_id, why=why, to_label=target.label,
        due_words=workflow.in_words(run.next_due_at) if run.next_due_at else "", words=words,
    )  # fmt: skip
    record(reopened, by=hand, at=at)
    return run


def state_after(of: type[workflow.Procedure], effect: workflow.Effect) -> workflow.State:
    """Return the state to which a procedure goes with an effect; its first where no step has it."""
    return next((step.to for step in of.steps.values() if effect in step.then), of.start)
